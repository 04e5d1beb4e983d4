# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of fault at each request, by bulk and by single requests: nobody twice, nobody silently missing."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _delivery
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import for_people, parse_iso
from emulator import Emulator
from faults.cells import FAULTS, FIELD, MAILING, PLANNING, TASK_SECONDS, TRANSPORTS, Cell, cells
from faults.rounds import BACKENDS, Rounds, Run

PENDING = 4
HOURS = 3600
Recorder = Callable[[str, object], None]


CELLS = [(backend, cell) for backend in BACKENDS for cell in cells(backend)]


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power is cut here, so that SQLite need not wait for the disk, which would be half of the time."""
    connect = SqliteLedger._connect

    def without_sync(ledger: SqliteLedger, target: str) -> sqlite3.Connection:
        db = connect(ledger, target)
        db.execute("PRAGMA synchronous = OFF")
        return db

    monkeypatch.setattr(SqliteLedger, "_connect", without_sync)


@pytest.mark.parametrize(("backend", "cell"), CELLS, ids=map("-".join, (map(str, pair) for pair in CELLS)))
def test_nobody_twice_and_nobody_missing(
    backend: str, cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Recorder
) -> None:
    monkeypatch.setattr(_delivery, "BULK_SIZE", 2)
    with Emulator(users=PENDING + 2, pending=PENDING, odd=False) as rc:
        rounds = Rounds(rc, tmp_path, cell.transport, BACKENDS[backend])
        runs = play(cell, rounds)
        rc.clock.advance(1)  # what the last run wrote into the fields is done by then
        rc.state()
        missing = [user_id for user_id in rounds.pending if not is_accounted_for(user_id, runs[-1], rounds)]
        for run in runs:
            missing += rounds.pending - run.entries.keys() if "results" in run.result else ()
        rc.clock.advance(HOURS)  # what is late has gone out by then
        twice = [user_id for user_id, count in rounds.mails.items() if count > 1]
        record_property(
            "fault cell",
            {**vars(cell), "backend": backend, "runs": len(runs), "twice": len(twice), "missing": len(set(missing))},
        )
        assert not twice
        assert not missing, [run.result for run in runs]
        check_what_is_said(cell, runs, rounds)
        check_the_account(cell, rounds)
        check_doubts(cell, runs[-1], rounds)


def play(cell: Cell, rounds: Rounds) -> list[Run]:
    """Three runs within resend_after, the fault in one of them."""
    account, runs = rounds.rc.account, []
    if cell.when == "second":
        runs.append(rounds.run(limit=1))
        assert sum(runs[0].mailed.values()) == 1
    if cell.when == "settling":
        account.task_seconds = 150  # more than a run waits, over by the next one
        runs.append(rounds.run())
        account.task_seconds = TASK_SECONDS
        assert runs[0].message
    fault = FAULTS[cell.fault]
    account.task_seconds = fault.seconds
    if fault.script:
        account.task_script = dict(fault.script)
    else:
        times = 1000 if cell.lasting else 1
        rounds.rc.faults.add(fault.kind or cell.fault, cell.operation, skip=cell.skip, times=times, **fault.options)
    runs.append(rounds.run(timeout=0.4 if cell.fault == "slow" else 10))
    assert fault.script or rounds.rc.faults.happened, "the fault was not met"
    rounds.rc.faults.clear()
    account.task_script, account.task_seconds = {}, TASK_SECONDS
    while len(runs) < 3:
        runs.append(rounds.run())
    return runs


def is_accounted_for(user_id: str, run: Run, rounds: Rounds) -> bool:
    """Whether somebody was mailed once and is known to have been, or is held with the time at which that ends."""
    entry, mails = run.entries.get(user_id, {}), rounds.mails[user_id]
    if entry.get("outcome") == "invited" or entry.get("reason") == "recently_invited":
        return mails == 1 and user_id in rounds.backend.invited(rounds.rc, rounds.folder)
    if entry.get("reason") != "in_doubt" or entry["outcome"] or not entry["next_invite_after"]:
        return False
    return f"held until {for_people(parse_iso(entry['next_invite_after']))}" in entry["message"]


def check_what_is_said(cell: Cell, runs: list[Run], rounds: Rounds) -> None:
    """The words of the run with the fault, and the silence of the others."""
    faulty = runs[0 if cell.when == "first" else 1]
    words = FAULTS[cell.fault].words
    if cell.operation == "revokeToken":
        assert not faulty.message
        assert all(re.match("The session could not be ended and lives until", said) for said in faulty.warnings)
    if faulty.message:
        told = [faulty.message, *(entry["message"] for entry in faulty.entries.values())]
        assert re.search(words, " ".join(told)), told
        assert "results" in faulty.result or cell.operation in PLANNING or cell.when == "settling"
        assert len(faulty.message) < 500
        assert faulty.result["error"]["code"]
    for entry in faulty.entries.values():
        if entry["outcome"] == "unknown":
            assert re.search(words, entry["message"]) or entry["message"].startswith("the bulk task"), entry
            assert entry["next_invite_after"]
        assert entry["outcome"] or entry["decision"] != "send" or "the next run does it" in entry["message"]
    if faulty.mailed and "results" in faulty.result and cell.when != "settling":
        assert faulty.result["changed"]
    for run in runs:
        said = f"{run.message} {run.result} {run.warnings}"
        assert "\n" not in run.message
        assert "Traceback" not in said
        leaked = [secret for secret in rounds.secrets if secret in said or in_base64(secret) in said]
        assert not leaked
    for run in runs[runs.index(faulty) + 1 :]:
        assert not run.message
        assert not run.warnings


def check_the_account(cell: Cell, rounds: Rounds) -> None:
    """What RingCentral saw besides the mail."""
    state = rounds.rc.state()
    assert state["violations"] == []
    assert state["status_writes"] == []
    assert state["throttled"] == sum(fault["kind"].startswith("429") for fault in state["faults"])
    assert cell.operation == "revokeToken" or not rounds.unclosed()


def check_doubts(cell: Cell, last: Run, rounds: Rounds) -> None:
    """Nobody is in doubt without need, and nobody for ever."""
    doubtful = {user_id for user_id, entry in last.entries.items() if entry["reason"] == "in_doubt"}
    if not (cell.loses and rounds.backend.doubts):
        assert not doubtful
        return
    rounds.rc.clock.advance(48 * HOURS)
    later = rounds.run()
    assert not later.message
    assert {user_id for user_id in doubtful if later.entries[user_id]["outcome"] == "invited"} == doubtful
    assert doubtful <= later.mailed.keys()


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_the_matrix_has_each_fault_at_each_request() -> None:
    tried = {(cell.fault, cell.operation, cell.transport) for _backend, cell in CELLS}
    assert {fault for fault, _operation, _transport in tried} == FAULTS.keys()
    assert len({operation for _fault, operation, _transport in tried}) == 7 + len(FIELD)
    for transport in TRANSPORTS:
        assert {fault for fault, operation, via in tried if (operation, via) == (MAILING[transport], transport)} >= {
            fault for fault in FAULTS if FAULTS[fault].seconds == TASK_SECONDS and not FAULTS[fault].script
        }
