# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at each request, and four at once: no user is mailed twice, and none is forgotten."""

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


SITES = {"101": "Lyon", "102": "Paris", "103": "Paris"}
"""Where the pending users work, by extension number: two of them are in one wave."""
WAVES = {"waves": [{"site": ["Lyon"]}, {"site": ["Paris"]}], "wave_pause": 0.05}
BATCHES = [
    {"name": "North", "users": ["101"], "invite_on": "2020-01-01"},
    {"name": "South", "users": ["102", "103"], "invite_on": "2020-01-01"},
]

WAYS = {
    "bulk": Way({"all_pending": True, "transport": "bulk"}),
    "single": Way({"all_pending": True, "transport": "single"}),
    "canary": Way({"all_pending": True, "transport": "bulk", "canary": 1}),
    "waves": Way({"all_pending": True, "transport": "bulk", **WAVES}),
    "batches": Way({"batches": BATCHES, "transport": "bulk"}, "rc_onboard"),
    "waves of batches": Way({"batches": BATCHES, "transport": "single", **WAVES}, "rc_onboard"),
    "refused batch": Way({"batches": BATCHES, "transport": "bulk"}, "rc_onboard", refused=frozenset({"102", "103"})),
}
"""To kill another way of inviting add it here: the test below takes it up."""


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
            prepare(rc, WAYS[way])
            if not kill_and_repeat(rc, folder, Kill(way, moment, request), tally):
                break
    record_property("kills", {"way": way, "moment": moment, **tally})
    assert tally["kills"] >= 6  # a login, the account, the list, mail, and the logout at the least
    assert not tally["twice"]
    assert not tally["missing"]


def prepare(rc: Emulator, way: Way) -> None:
    """Put the pending users where the way looks for them, and let RingCentral refuse some."""
    for one in rc.account.extensions.values():
        if one.status == "NotActivated":
            one.site = SITES[one.extension_number]
        if one.extension_number in way.refused:
            rc.account.reject[one.id] = "This user is refused"


def kill_and_repeat(rc: Emulator, folder: Path, kill: Kill, tally: Counter[str]) -> bool:
    """Kill a run and run twice more; False if it had not so many requests."""
    way = WAYS[kill.way]
    ledger = folder / "ledger.sqlite3"
    start = partial(Process, rc, folder, ledger, way)
    rc.faults.add(MOMENTS[kill.moment], skip=kill.request)
    process = start()
    if not waits_to_be_held(rc, process):
        check_failure(process.ended(), way)
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
        check_failure(run, way)
        assert not run.errors
        tally["missing"] += len(pending - run.entries.keys())
    for user_id in pending:
        tally["missing"] += not is_accounted_for(third, user_id, mails.get(user_id, 0), known=user_id in known)
    assert rc.state()["violations"] == []
    return True


def check_failure(run: Ended, way: Way) -> None:
    """A run fails if RingCentral refused a user in it, for that alone, and says in which batch."""
    refused = {entry["extension_number"] for entry in run.entries.values() if entry["outcome"] == "failed"}
    assert refused <= way.refused, run
    assert bool(refused) == bool(run.result.get("failed")), run
    if refused:
        assert "South: " in run.result["msg"]
        assert "North: " not in run.result["msg"]


def is_accounted_for(run: Ended, user_id: str, mails: int, *, known: bool) -> bool:
    """Whether a user was mailed once and is known to have been, was refused, or is held until a time that is named."""
    entry = run.entries.get(user_id)
    if entry is None:
        return False
    if entry["outcome"] == "failed":
        return not mails and "This user is refused" in entry["message"]
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
