# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of fault at each request, by bulk and by single requests: no user is mailed twice or silently missing."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _delivery
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import for_people, parse_iso
from emulator import Emulator, Faces
from faults.cells import FAULTS, OLD_FAULTS, Cell, cells
from faults.kinds import FIELD, MAILING, PLANNING, TASK_SECONDS, TRANSPORTS
from faults.rounds import BACKENDS, FACES, MAX_WAIT, Rounds, Run
from faults.unkind import RATES

PENDING = 4
FIELD_NAME = "Last invitation"
HOURS = 3600
ON_THE_WIRE = {
    *("reset_before", "reset_after", "lost_and_late", "truncated", "slow", "drip", "continue_forever", "deep_nesting"),
    *(f"gateway_{moment}_{status}" for moment in ("before", "after") for status in (302, 303)),
}
"""Faults that only a real connection shows; without them the emulator is asked in this process, which is quicker."""
SLOW_FAULTS = {"slow", "drip", "continue_forever"}
"""Faults that last in real time; a run has a short time-out then."""
MOST_SECONDS = 12
"""Of real time that a run may take: 0.4 s a request in the slowest case, each read tried five times."""
MOST_REQUESTS = 60
"""Requests of a run for four people, whatever it is answered; while a limit lasts, one a second besides."""
Recorder = Callable[[str, object], None]


CELLS = [(backend, cell) for backend in BACKENDS for cell in cells(backend)]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two users in a bulk request, so that a handful of people make two."""
    monkeypatch.setattr(_delivery, "BULK_SIZE", 2)


@pytest.mark.usefixtures("quick_disk", "small_batches")
@pytest.mark.timeout(60)  # a run that does not end fails
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("backend", "cell"), CELLS, ids=map("-".join, (map(str, pair) for pair in CELLS)))
def test_no_user_twice_and_none_missing(
    backend: str, cell: Cell, face: str, tmp_path: Path, record_property: Recorder
) -> None:
    rc = Emulator(users=PENDING + 2, pending=PENDING, odd=False, faces=Faces(**FACES[face]))
    with rc if cell.fault in ON_THE_WIRE else nullcontext():
        rounds = Rounds(rc, tmp_path, cell.transport, BACKENDS[backend], face)
        runs = play(cell, rounds)
        rc.clock.advance(11)  # what the last run wrote into the fields is there by then
        rc.state()
        missing = [user_id for user_id in rounds.pending if not is_accounted_for(user_id, cell, runs[-1], rounds)]
        for run in runs:
            missing += rounds.pending - run.entries.keys() if "results" in run.result or not run.message else ()
        rc.clock.advance(HOURS)  # what is late has gone out by then
        twice = [user_id for user_id, count in rounds.mails.items() if count > 1]
        crashes = [run.crash for run in runs if run.crash]
        endless = [run for run in runs if not has_ended(cell, run)]
        counted = {"twice": len(twice), "missing": len(set(missing)), "crashes": len(crashes), "endless": len(endless)}
        record_property("fault cell", {**vars(cell), "face": face, "backend": backend, "runs": len(runs), **counted})
        assert not crashes
        assert not twice
        assert not missing, [run.result for run in runs]
        assert not endless
        check_what_is_said(cell, runs, rounds)
        check_the_account(cell, rounds)
        check_doubts(cell, runs[-1], rounds)


def play(cell: Cell, rounds: Rounds) -> list[Run]:
    """Three runs within resend_after, the fault in one of them, or from one of them on if it is the account's."""
    account, runs = rounds.rc.account, []
    if cell.when == "second":
        runs.append(rounds.run(limit=1))
        assert sum(runs[0].mailed.values()) == 1
    if cell.when == "settling":
        account.task_seconds = 150  # more than a run waits, over by the next one
        runs.append(rounds.run())
        account.task_seconds = TASK_SECONDS
        assert runs[0].message
    prepare(cell, rounds)
    # one user who is refused in each run must not keep the others waiting
    options = {"max_failures": 1} if cell.the.refuses else {}
    runs.append(rounds.run(timeout=0.4 if cell.fault in SLOW_FAULTS else 10, skew=cell.the.skew, **options))
    happened = rounds.rc.faults.happened or not cell.the.is_of_a_request
    assert happened or runs[-1].message or has_moved(cell, runs[-1]), "the fault was not met"
    recover(cell, rounds)
    while len(runs) < 3:
        if cell.the.stays and len(runs) == 2:
            rounds.rc.clock.advance(HOURS)  # whatever is late has arrived by then
        run = rounds.run(**options)
        if may_be_at_work(run):  # the run before could not end its lease, or has left a task that has not ended
            assert not run.mailed
            rounds.rc.clock.advance(HOURS)
            run = rounds.run(**options)
        runs.append(run)
    return runs


def may_be_at_work(run: Run) -> bool:
    """Whether a run was refused for the sake of the one before, by its name."""
    return bool(re.match(r"ledger: the run \w+ on .*(is at work on this account|has left the bulk task)", run.message))


def recover(cell: Cell, rounds: Rounds) -> None:
    """Let the fault be over, unless the account stays so."""
    account = rounds.rc.account
    account.task_script, account.task_seconds = {}, TASK_SECONDS
    if not cell.the.refuses:
        rounds.rc.faults.clear()
    if cell.the.renames:
        account.fields[0]["displayName"] = FIELD_NAME
    if not cell.the.stays:
        for name in cell.the.faces:
            setattr(rounds.rc.faces, name, getattr(Faces(**FACES[rounds.face]), name))


def prepare(cell: Cell, rounds: Rounds) -> None:
    """Let the fault come."""
    fault, account = cell.the, rounds.rc.account
    account.task_seconds = fault.seconds
    account.task_script = dict(fault.script)
    for name, value in fault.faces.items():
        setattr(rounds.rc.faces, name, frozenset({rounds.odd_one}) if name == "poison" else value)
    if fault.renames:
        account.fields[0]["displayName"] = "Renamed by somebody"
    if fault.is_of_a_request:
        options: dict[str, Any] = {"skip": cell.skip, "times": 1000 if cell.lasting else 1, **fault.options}
        if fault.refuses:
            options |= {"path": f"PUT */{rounds.odd_one}", "skip": 0}
        rounds.rc.faults.add(fault.kind or cell.fault, cell.operation, **options)


def has_moved(cell: Cell, run: Run) -> bool:
    """Whether the run mailed people in another way than the cell's, so that the request was never made."""
    return cell.operation not in MAILING.values() and bool(run.mailed)


def has_ended(cell: Cell, run: Run) -> bool:
    """Whether a run kept to the time and the number of requests that it may take."""
    most = MOST_REQUESTS + (MAX_WAIT if cell.fault in RATES else 0)
    return run.took <= MOST_SECONDS and run.waited <= 2 * MAX_WAIT and run.requests <= most


def is_accounted_for(user_id: str, cell: Cell, run: Run, rounds: Rounds) -> bool:
    """Whether a user was mailed once and is known to have been, or is held with the time at which that ends."""
    entry, mails = run.entries.get(user_id, {}), rounds.mails[user_id]
    if cell.the.refuses and user_id == rounds.odd_one:
        return entry.get("outcome") == "failed" and bool(entry["message"]) and not mails
    if entry.get("outcome") == "invited" or entry.get("reason") == "recently_invited":
        return mails == 1 and user_id in rounds.backend.invited(rounds.rc, rounds.folder)
    if entry.get("reason") != "in_doubt" or entry["outcome"] or not entry["next_invite_after"]:
        return False
    return for_people(parse_iso(entry["next_invite_after"])) in entry["message"]


def check_what_is_said(cell: Cell, runs: list[Run], rounds: Rounds) -> None:
    """The words of the run with the fault, and the silence of the others."""
    faulty = runs[0 if cell.when == "first" else 1]
    words = cell.the.words
    if cell.operation == "revokeToken":
        assert not faulty.message
        assert all(said.startswith("The session could not be ended") for said in unusual(faulty, rounds))
    if faulty.message:
        said = [faulty.message, *(entry["message"] for entry in faulty.entries.values())]
        assert re.search(words, " ".join(said)), said
        assert (
            "results" in faulty.result
            or cell.operation in PLANNING
            or cell.when == "settling"
            or not cell.the.is_of_a_request
        )
        assert len(faulty.message) < 600
        assert faulty.result["error"]["code"]
    for entry in faulty.entries.values():
        if entry["outcome"] == "unknown":
            assert re.search(words, entry["message"]) or "bulk task" in entry["message"], entry
            assert entry["next_invite_after"]
        assert entry["outcome"] or entry["decision"] != "send" or "next run" in entry["message"]
    if faulty.mailed and "results" in faulty.result and cell.when != "settling":
        assert faulty.result["changed"]
    for run in runs:
        said_in_all = f"{run.message} {run.result} {run.warnings}"
        assert "\n" not in run.message
        assert "Traceback" not in said_in_all
        leaked = [secret for secret in rounds.secrets if secret in said_in_all or in_base64(secret) in said_in_all]
        assert not leaked
    if cell.the.stays or cell.the.refuses:
        return  # each run may say it
    for run in runs[runs.index(faulty) + 1 :]:
        assert not run.message
        assert not unusual(run, rounds)


def unusual(run: Run, rounds: Rounds) -> list[str]:
    """The warnings of a run, without the ledger's own (that it is new, or half full) and those of its account."""
    usual = ("ledger:", "The session could not be ended") if limits_logouts(rounds) else ("ledger:",)
    return [said for said in run.warnings if not said.startswith(usual)]


def limits_logouts(rounds: Rounds) -> bool:
    """Whether the account lets no session be ended."""
    return "revokeToken" in rounds.rc.faces.answers


def check_the_account(cell: Cell, rounds: Rounds) -> None:
    """What RingCentral saw besides the mail."""
    state = rounds.rc.state()
    assert state["violations"] == []
    assert state["status_writes"] == []
    refused = [fault for fault in state["faults"] if fault["kind"].startswith("429") or fault["status"] == 429]
    logouts = Counter(entry["status"] for entry in rounds.rc.log if entry["operation"] == "revokeToken")
    assert state["throttled"] - limits_logouts(rounds) * logouts[429] <= len(refused)
    assert logouts.total() <= rounds.runs  # tried once, whatever is answered
    # something in front that answers 401 may keep the end of a session away too
    is_open = cell.operation == "revokeToken" or cell.the.options.get("status") == 401 or limits_logouts(rounds)
    assert is_open or not rounds.unclosed()


def check_doubts(cell: Cell, last: Run, rounds: Rounds) -> None:
    """No user is in doubt without need, and none for ever."""
    doubtful = {user_id for user_id, entry in last.entries.items() if entry["reason"] == "in_doubt"}
    if not cell.loses:
        assert not doubtful
    if not doubtful:
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
    assert len({str(pair) for pair in CELLS}) == len(CELLS)
    for transport in TRANSPORTS:
        assert {fault for fault, operation, via in tried if (operation, via) == (MAILING[transport], transport)} >= {
            fault for fault, one in OLD_FAULTS.items() if one.seconds == TASK_SECONDS and not one.script
        }


@pytest.mark.usefixtures("quick_disk", "small_batches")
@pytest.mark.parametrize(
    ("transport", "face", "backend"),
    [
        ("bulk", "poison", "sqlite"),
        ("bulk", "poison", "custom_field"),
        ("bulk", "reject", "sqlite"),
        ("bulk", "reject", "custom_field"),
        ("single", "reject", "sqlite"),
    ],
)
def test_a_user_who_is_always_refused_keeps_no_other_user_waiting(
    transport: str, face: str, backend: str, tmp_path: Path
) -> None:
    """With max_failures at 0 a run stops at the refused user, who comes last in the next one, or is sent with others.

    The custom field has no room for a refusal, so that single requests need max_failures: 1 there, as in `one_refused`.
    """
    with Emulator(users=PENDING + 2, pending=PENDING, odd=False) as rc:
        rounds = Rounds(rc, tmp_path, transport, BACKENDS[backend])
        refused = min(rounds.pending)
        rc.account.extensions[int(refused)].created -= timedelta(days=1000)
        if face == "poison":
            rc.faces.poison = frozenset({refused})
        else:
            rc.account.reject[int(refused)] = "This user is refused"
        first = rounds.run(max_failures=0)
        assert first.entries[refused]["outcome"] == "failed"
        assert "max_failures" in first.message
        rounds.run(max_failures=0)
        last = rounds.run(max_failures=0)
        assert rounds.mails == dict.fromkeys(rounds.pending - {refused}, 1)
        assert last.entries[refused]["outcome"] == "failed"
        assert "1 failed" in last.message
