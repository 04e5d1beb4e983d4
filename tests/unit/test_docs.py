# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages know what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import _VERDICTS

DOCS = Path(__file__).parents[2] / "docs"
REASONS = DOCS / "reasons.md"
CODE = re.compile(r'"((?:CMN|EXT|OAU)-\d+)"')
FAMILY = re.compile(r"(CMN-1|EXT-|OAU-)\\d")


def test_each_reason_is_explained_under_its_verdict() -> None:
    _head, skipped, held = REASONS.read_text(encoding="utf-8").split("\n## ")
    for verdict, section in (("skip", skipped), ("hold", held)):
        explained = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        assert sorted(explained) == sorted(reason for reason, of in _VERDICTS.items() if of == verdict)


def test_each_error_code_that_the_code_knows_is_explained() -> None:
    sources = [path.read_text("utf-8") for path in (DOCS.parent / "plugins/module_utils").glob("*.py")]
    known = {code for text in sources for code in CODE.findall(text)}
    families = {f"{start}{'xx' if start[-1].isdigit() else '…'}" for text in sources for start in FAMILY.findall(text)}
    text = (DOCS / "troubleshooting.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `((?:CMN|EXT|OAU)-\S+)` \|", text, re.MULTILINE))
    assert len(known) > 8
    assert families == {"CMN-1xx", "EXT-…", "OAU-…"}
    assert sorted((known | families) - explained) == []


def test_each_page_is_in_the_sites_menu() -> None:
    menu = (DOCS / "site/index.md").read_text("utf-8")
    pages = {path.stem for path in DOCS.glob("*.md") if not path.stem.startswith("directory_")}
    assert sorted(page for page in pages if f"docs/{page}\n" not in menu) == []


def test_each_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in DOCS.glob("*.md")
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text("utf-8"))
        if not (DOCS / target).exists()
    ]
    assert broken == []
