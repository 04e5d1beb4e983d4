# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the examples in the pages and in the plugins' documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

from checkout import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md", "roles/*/README.md", "awx/README.md")
PAGES += ("examples/**/README.md", "tests/*/README.md")
PLUGINS = ("plugins/modules/*.py", "plugins/inventory/*.py", "plugins/filter/*.yml")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^|\n)(?P<before>[^\n]*)\n\n(?P<code>(?: {4}[^\n]*\n|\n(?= {4}))+)")
IN_A_LIST = re.compile(r" *(?:[-*]|\d+\.) | {2}")


@dataclass(frozen=True)
class Example:
    place: str
    language: str
    text: str


def all_examples() -> list[Example]:
    pages = sorted(chain.from_iterable(ROOT.glob(pattern) for pattern in PAGES))
    plugins = sorted(chain.from_iterable(ROOT.glob(pattern) for pattern in PLUGINS))
    return [*chain.from_iterable(map(in_page, pages)), *chain.from_iterable(map(in_plugin, plugins))]


def in_page(path: Path) -> Iterator[Example]:
    """Fenced blocks with their language, and indented ones, which are commands or what they print."""
    text, name = path.read_text("utf-8"), str(path.relative_to(ROOT))
    for found in FENCE.finditer(text):
        yield Example(f"{name}:{_line(text, found)}", found[2], dedent(found[3]))
    without = FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in INDENTED.finditer(without):
        if not IN_A_LIST.match(found["before"]):
            yield Example(f"{name}:{_line(without, found, 'code')}", "console", dedent(found["code"]))


def in_plugin(path: Path) -> Iterator[Example]:
    text = path.read_text("utf-8")
    if path.suffix == ".yml":
        documents: list[Any] = [yaml.safe_load(text).get("EXAMPLES", "")]
    else:
        documents = re.findall(r'^EXAMPLES = r"""\n(.*?)^"""', text, re.MULTILINE | re.DOTALL)
    for document in documents:
        yield Example(str(path.relative_to(ROOT)), "yaml", document)


def _line(text: str, found: re.Match[str], group: str | int = 0) -> int:
    return text.count("\n", 0, found.start(group)) + 1
