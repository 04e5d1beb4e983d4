# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at each request, and four at once: nobody is mailed twice, and nobody is forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import for_people, parse_iso
from emulator import Emulator
from faults.crashing import Ended, Process, Way, release, waits_to_be_held
from integration.playing import NO_LIMITS

Recorder = Callable[[str, object], None]
PENDING = 3
# When the process is killed: its request has arrived and is done later, perhaps after the next run; it is lost on its
# way; it is done, and the answer is lost.
MOMENTS = {"late": "hold_before", "lost": "hold_before", "done": "hold_after"}


WAYS = {
    "bulk": Way({"all_pending": True, "transport": "bulk"}),
    "single": Way({"all_pending": True, "transport": "single"}),
    "canary": Way({"all_pending": True, "transport": "bulk", "canary": 1}),
}
"""To kill another way of inviting (waves, batches, another module) add it here: all tests below take it up."""


class Kill(NamedTuple):
    """At which request of a run, numbered from 0, and when."""

    way: str
    moment: str
    request: int


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("way", WAYS)
def test_killed_at_each_request(way: str, moment: str, tmp_path: Path, record_property: Recorder) -> None:
    tally = Counter(kills=0, twice=0, missing=0)
    for request in count():
        folder = tmp_path / str(request)
        folder.mkdir()
        with Emulator(users=PENDING + 2, pending=PENDING, odd=False, limits=NO_LIMITS) as rc:
            if not kill_and_repeat(rc, folder, Kill(way, moment, request), tally):
                break
    record_property("kills", {"way": way, "moment": moment, **tally})
    assert tally["kills"] >= 6  # a login, the account, the list, mail, and the logout at the least
    assert not tally["twice"]
    assert not tally["missing"]


def kill_and_repeat(rc: Emulator, folder: Path, kill: Kill, tally: Counter[str]) -> bool:
    """Kill a run and run twice more; False if it had not so many requests."""
    ledger = folder / "ledger.sqlite3"
    start = partial(Process, rc, folder, ledger, WAYS[kill.way])
    rc.faults.add(MOMENTS[kill.moment], skip=kill.request)
    process = start()
    if not waits_to_be_held(rc, process):
        assert not process.ended().result.get("failed")
        return False
    process.kill()
    tally["kills"] += 1
    if kill.moment != "late":
        release(rc, drop=kill.moment == "lost")
    second = start().ended()
    if kill.moment == "late":
        release(rc, drop=False)
    rc.clock.advance(60)
    third = start().ended()
    rc.clock.advance(60)
    mails = rc.state()["mails"]
    tally["twice"] += sum(times > 1 for times in mails.values())
    known = invited(ledger, rc)
    pending = {str(one.id) for one in rc.account.extensions.values() if one.status == "NotActivated"}
    for run in (second, third):
        assert not run.result.get("failed"), run
        assert not run.errors
        tally["missing"] += len(pending - run.entries.keys())
    for user_id in pending:
        tally["missing"] += not is_accounted_for(third, user_id, mails.get(user_id, 0), known=user_id in known)
    assert rc.state()["violations"] == []
    return True


def is_accounted_for(run: Ended, user_id: str, mails: int, *, known: bool) -> bool:
    """Whether somebody was mailed once and is known to have been, or is held with the time at which that ends."""
    entry = run.entries[user_id]
    if entry["reason"] == "recently_invited" or entry["outcome"] == "invited":
        return mails == 1 and known
    until = entry["next_invite_after"]
    return entry["reason"] == "in_doubt" and for_people(parse_iso(until)) in entry["message"]


def invited(ledger: Path, rc: Emulator) -> set[str]:
    records = SqliteLedger(ledger, str(rc.account.id), read_only=True).everything()
    return {record.user_id for record in records if record.state == "invited"}


@pytest.mark.parametrize("transport", ["bulk", "single"])
def test_four_at_once(transport: str, tmp_path: Path, record_property: Recorder) -> None:
    with Emulator(users=45, pending=40, odd=False, limits=NO_LIMITS) as rc:
        rc.faults.add("slow", "listExtensions", times=4, seconds=1)  # so that they all have read before one writes
        ledger = tmp_path / "ledger.sqlite3"
        processes = [Process(rc, tmp_path, ledger, WAYS[transport]) for _run in range(4)]
        runs = [process.ended() for process in processes]
        mails = rc.state()["mails"]
        people = {str(one.id) for one in rc.account.extensions.values() if one.status == "NotActivated"}
        by_run = [{key for key, entry in run.entries.items() if entry["outcome"] == "invited"} for run in runs]
        missing = people - set().union(*by_run)
        twice = sum(times > 1 for times in mails.values())
        record_property("parallel", {"runs": 4, "people": len(people), "twice": twice, "missing": len(missing)})
        assert [run.result.get("msg") for run in runs] == [None] * 4
        assert "locked" not in "".join(run.errors for run in runs)
        assert mails == dict.fromkeys(people, 1)
        assert not missing
        assert sum(map(len, by_run)) == len(people)
        assert all(run.entries.keys() == people for run in runs)
        assert invited(ledger, rc) == people
