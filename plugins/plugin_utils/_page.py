# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The skeleton of every page that the collection writes: one file, no network, readable without its script.

Used by the report, and by whatever else shows people a page: give ``page()`` its title, a headline and sections made of
the parts in _page_parts. The policy in the page's head allows the style and the script in it, by their hashes, and
nothing else: no request, no frame, no form, and no script that a name could bring in.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import Markup, join, tag
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import (
    Figure,
    Section,
    figures,
    table_style,
)

_FOLDER = Path(__file__).with_name("_page_files")
_CHART_STYLES = ("width: 100%; height: 100%;", "overflow: visible;")
"""The attributes ``style`` that the chart library sets."""
_FIRST = 'document.documentElement.className="loading"'
"""Keeps a browser from laying out thousands of rows that the script is about to put away."""


@dataclass(frozen=True)
class Page:
    """What one page shows. ``headline`` is a sentence, ``about`` a line below it, ``notices`` stand above all else."""

    title: str
    headline: Markup | str
    about: str = ""
    kind: str = ""
    figures: Sequence[Figure] = ()
    notices: Sequence[Markup] = ()
    sections: Sequence[Section] = field(default=())
    foot: str = ""


def page(shown: Page) -> str:
    """The page as a file's text."""
    body = join(_header(shown), tag("main", *map(_section, shown.sections)), tag("footer", tag("p", shown.foot)))
    style, script = _asset("page.css") + table_style(body), _script()
    policy = (
        f"default-src 'none'; script-src {_hashes(_FIRST, script)}; "
        f"style-src {_hashes(style, *_CHART_STYLES)} 'unsafe-hashes'; base-uri 'none'; form-action 'none'"
    )
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="robots", content="noindex"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", shown.title),
        Markup(f"<style>{style}</style><script>{_FIRST}</script>"),
    )
    last = f"<script>{script}</script>"
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}{last}</body>\n</html>\n'


def _header(shown: Page) -> Markup:
    links = (
        tag("li", tag("a", one.title, href=f"#{one.key}"), tag("span", f"{one.count:,}") if one.count else None)
        for one in shown.sections
    )
    return tag(
        "header",
        tag("p", shown.kind, class_="kind") if shown.kind else None,
        tag("h1", shown.headline),
        tag("p", shown.about, class_="about") if shown.about else None,
        *shown.notices,
        figures(shown.figures) if shown.figures else None,
        tag("nav", tag("ul", *links), aria_label="Sections") if len(shown.sections) > 1 else None,
    )


def _section(one: Section) -> Markup:
    count = tag("span", f"{one.count:,}", class_="count") if one.count is not None else None
    lead = tag("div", tag("h2", one.title, count), tag("p", one.about) if one.about else None, class_="lead")
    return tag("section", lead, tag("div", one.body, class_="body"), id=one.key, class_="wide" if one.wide else None)


@lru_cache
def _script() -> str:
    """The page's script: the chart library with its licence, then what uses it."""
    library = _asset("chartist.min.js").partition("\n//# sourceMappingURL")[0]
    return f"/*!\nChartist 1.5.0\n\n{_asset('chartist-license.txt')}*/\n{library}\n{_asset('page.js')}"


@lru_cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hashes(*contents: str) -> str:
    return " ".join(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in contents)
