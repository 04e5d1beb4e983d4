# SPDX-License-Identifier: GPL-3.0-or-later
"""The site that `make docs` builds: the pages of the repository, and the reference of plugins."""

from __future__ import annotations

import re
from pathlib import Path

from docutils.nodes import Element, TextElement
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

project = "onboard.ringcentral"
author = "onboard.ringcentral contributors"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
html_theme = "furo"
html_title = project
myst_heading_anchors = 4  # as in the repository, a heading can be linked to by its words
highlight_language = "none"  # a block is coloured if it says its language

LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)")

OF_ANSIBLE = re.compile(
    r"ansible_collections\.ansible\.builtin\..+|ansible_configuration_settings|common_return_values|(action|callback)_plugins"
)


def keep_links_to_pages(app: Sphinx, name: str, source: list[str]) -> None:
    """Leave a file or folder that is no page of the site as its path: the site does not have it."""
    folder = Path(app.env.doc2path(name)).parent

    def link(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        if (folder / target).is_file():
            return match[0]
        path = target.removeprefix("../").removeprefix("../")
        return f"`{path}`" if words.strip("`") == path else f"{words} (`{path}`)"

    source[0] = LINK.sub(link, source[0])


def leave_to_ansible(app: Sphinx, env: BuildEnvironment, node: Element, words: TextElement) -> TextElement | None:
    """Show what lies in Ansible's own documentation without a link: it is not read, so the build needs no network."""
    return words if OF_ANSIBLE.fullmatch(str(node["reftarget"])) else None


def setup(app: Sphinx) -> None:
    app.add_lexer("csv", TextLexer)
    app.connect("missing-reference", leave_to_ansible)
    app.connect("source-read", keep_links_to_pages)
