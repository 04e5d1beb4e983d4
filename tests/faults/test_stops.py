# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asked to stop at each request: what is in flight is finished and written down, the session ended, the result told."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from emulator import Emulator
from faults.crashing import Process, release, waits_to_be_held
from faults.test_crashes import PENDING, WAYS, is_accounted_for
from faults.test_crashes import invited as known_as_invited
from integration.playing import NO_LIMITS

Recorder = Callable[[str, object], None]
STOPS = [("bulk", signal.SIGTERM), ("single", signal.SIGTERM), ("bulk", signal.SIGINT), ("bulk", signal.SIGHUP)]


@pytest.mark.parametrize(("way", "number"), STOPS, ids=[f"{way}-{number.name}" for way, number in STOPS])
def test_stopped_at_each_request(way: str, number: int, tmp_path: Path, record_property: Recorder) -> None:
    tally = Counter(kills=0, twice=0, missing=0)
    for request in count():
        folder = tmp_path / str(request)
        folder.mkdir()
        with Emulator(users=PENDING + 2, pending=PENDING, odd=False, limits=NO_LIMITS) as rc:
            if not stop_and_repeat(rc, folder, (way, number, request), tally):
                break
    record_property("stops", {"way": way, "moment": signal.Signals(number).name, **tally})
    assert tally["kills"] >= 6
    assert not tally["twice"]
    assert not tally["missing"]


def stop_and_repeat(rc: Emulator, folder: Path, stop: tuple[str, int, int], tally: Counter[str]) -> bool:
    """Ask a run to stop at a request, and run again; False if it had not so many requests."""
    way, number, request = stop
    ledger = folder / "ledger.sqlite3"
    start = partial(Process, rc, folder, ledger, WAYS[way])
    rc.faults.add("hold_after", skip=request)
    process = start()
    if not waits_to_be_held(rc, process):
        process.ended()
        return False
    tally["kills"] += 1
    process.signal(number)
    release(rc, drop=False)
    stopped = process.ended()
    assert not stopped.errors
    assert rc.state()["open_sessions"] == []
    asked = Counter(entry["operation"] for entry in rc.log)
    assert not (asked["extensionBulkUpdate"] or asked["updateExtension"]) or "results" in stopped.result
    assert not stopped.result.get("failed") or "\n" not in stopped.result["msg"]
    rc.clock.advance(60)
    later = start().ended()
    rc.clock.advance(60)
    mails, known = rc.state()["mails"], known_as_invited(ledger, rc)
    pending = {str(one.id) for one in rc.account.extensions.values() if one.status == "NotActivated"}
    assert not later.result.get("failed"), later
    tally["twice"] += sum(times > 1 for times in mails.values())
    tally["missing"] += len(pending - later.entries.keys())
    for user_id in pending & later.entries.keys():
        tally["missing"] += not is_accounted_for(later, user_id, mails.get(user_id, 0), known=user_id in known)
    return True
