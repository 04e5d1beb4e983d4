# SPDX-License-Identifier: GPL-3.0-or-later
"""CONTRIBUTING.md names commands, files and functions that exist."""

from __future__ import annotations

import ast
import re

import pytest

from checkout import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
WALK = re.findall(r"^\| (\d+) \| `([^`]+)` \| (.+) \|$", TEXT, re.MULTILINE)
MOST_MINUTES = 45


@pytest.mark.parametrize(("file", "look_at"), [pytest.param(*step[1:], id=step[1]) for step in WALK])
def test_the_walk_names_what_exists(file: str, look_at: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    if file.endswith(".py"):
        defined = {getattr(node, "name", "") for node in ast.parse(text).body}
        assert set(re.findall(r"`(\w+)\(\)`", look_at)) <= defined
    else:
        assert [name for name in re.findall(r"`(reinvite_\w+)`", look_at) if f"{name}:" not in text] == []


def test_the_walk_takes_no_longer_than_it_says() -> None:
    assert len(WALK) > 15
    assert sum(int(minutes) for minutes, _file, _look_at in WALK) <= MOST_MINUTES
    assert f"all of them {MOST_MINUTES} at most" in TEXT


def test_each_target_of_the_makefile_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)) - {"help", "clean"}
    assert set(re.findall(r"^\| `make ([a-z-]+)`", TEXT, re.MULTILINE)) == described


def test_nox_has_a_session_for_each_target() -> None:
    pattern = re.search(r're.findall\(r"(.+?)",', (ROOT / "noxfile.py").read_text("utf-8"))
    assert pattern, "noxfile.py reads the targets from the Makefile"
    sessions = {name for name, _text in re.findall(pattern[1], (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)}
    assert sessions - {"help", "clean"} == set(re.findall(r"^\| `make ([a-z-]+)`", TEXT, re.MULTILINE))
