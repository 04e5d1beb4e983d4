# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begins with what takes longest, and says at the end what was tried in all, out of what the tests recorded."""

from __future__ import annotations

import importlib
import importlib.util
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

# ansible-test reads no pyproject.toml: its tests find the helpers beside this file only with this.
if (TESTS := str(Path(__file__).parent)) not in sys.path:
    sys.path.insert(0, TESTS)

import checkout

checkout.link()
importlib.invalidate_caches()  # that path may have been looked at before it existed

# Whatever of these came last would keep one processor waiting for the other.
LONGEST = ("test_onboarding_story.py", "test_estate.py", "test_role_plans.py")


def pytest_configure(config: pytest.Config) -> None:
    """Let ansible-test run the tests as pytest does: a process for each takes much longer and isolates nothing. And
    let no property fail because the machine is busy."""
    if (forks := config.pluginmanager.get_plugin("ansible_forked")) is not None:
        config.pluginmanager.unregister(forks)
    if importlib.util.find_spec("hypothesis"):
        hypothesis = importlib.import_module("hypothesis")
        hypothesis.settings.register_profile("busy", deadline=None)
        hypothesis.settings.load_profile("busy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    recorded = [entry for report in reports if report.when == "call" for entry in report.user_properties]
    for name, summary in SUMMARIES:
        if cells := [value for key, value in recorded if key == name]:
            terminalreporter.write_line(summary(cells))


def _matrix(cells: list[Mapping[str, Any]]) -> str:
    faces = dict.fromkeys(cell["face"] for cell in cells)
    return "\n".join(_matrix_of(face, [cell for cell in cells if cell["face"] == face]) for face in faces)


def _matrix_of(face: str, cells: list[Mapping[str, Any]]) -> str:
    faults, operations, transports, backends = (
        len({cell[axis] for cell in cells}) for axis in ("fault", "operation", "transport", "backend")
    )
    return (
        f"fault matrix, {face} face: {faults} faults x {operations} operations x {transports} transports x "
        f"{backends} ledgers = {len(cells)} cells, {_sum(cells, 'runs')} runs, {_outcome(cells)}"
    )


def _kills(cells: list[Mapping[str, Any]], what: str = "crashes") -> str:
    ways, moments = (len({cell[axis] for cell in cells}) for axis in ("way", "moment"))
    return (
        f"{what}: {_sum(cells, 'kills')} in all, at each request x {moments} moments x {ways} ways to invite, "
        f"{_outcome(cells)}"
    )


def _parallel(cells: list[Mapping[str, Any]]) -> str:
    return f"in parallel: {_sum(cells, 'runs')} runs for {_sum(cells, 'people')} people, {_outcome(cells)}"


def _fuzz(scenarios: list[Mapping[str, Any]]) -> str:
    kinds = {
        "crashes": "crashes",
        "lost": "results lost",
        "twice": "mailed twice",
        "silent": "silent",
        "stuck": "stuck",
    }
    counts = ", ".join(f"{words} {_sum(scenarios, kind)}" for kind, words in kinds.items())
    return f"fuzz: {_sum(scenarios, 'cases')} cases in {len(scenarios)} scenarios, {counts}"


def _examples(examples: list[Mapping[str, Any]]) -> str:
    others = [entry for one in examples for entry in one["not run"]]
    elsewhere = [entry for entry in others if "make " in entry[1] or ".py " in entry[1] or "other tests" in entry[1]]
    not_run = [f"  not run: {entry[0]} ({entry[1]})" for entry in others if entry not in elsewhere]
    count = f"{_sum(examples, 'run')} run here, {len(elsewhere)} by other tests, {len(not_run)} not run"
    return "\n".join([*sorted(not_run), f"examples: {count}"])


def _outcome(cells: list[Mapping[str, Any]]) -> str:
    said = f"mailed twice {_sum(cells, 'twice')}, silently missing {_sum(cells, 'missing')}"
    others = [(name, _sum(cells, name)) for name in ("crashes", "endless") if name in cells[0]]
    return ", ".join([said, *(f"{name} {number}" for name, number in others)])


def _sum(cells: Iterable[Mapping[str, Any]], name: str) -> int:
    return sum(cell[name] for cell in cells)


SUMMARIES = (
    ("fault cell", _matrix),
    ("kills", _kills),
    ("stops", partial(_kills, what="asked to stop")),
    ("parallel", _parallel),
    ("fuzz", _fuzz),
    ("estate", "\n".join),
    ("example", _examples),
)


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power is cut here, so SQLite need not wait for the disk, which would be half of the time."""
    connect = sqlite3.connect

    def without_sync(*arguments: Any, **options: Any) -> sqlite3.Connection:
        db = connect(*arguments, **options)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA journal_mode = MEMORY")
        return db

    monkeypatch.setattr(sqlite3, "connect", without_sync)
