# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job whose node is lost, or that AWX ends, is finished by the next one: each is mailed, and none twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
import requests

from emulator import Emulator
from faults.crashing import release
from integration.playing import NO_LIMITS, mailed
from runner.jobs import SECONDS, Controller, processes_below

FIELD = {"reinvite_ledger": {"backend": "custom_field"}}
PENDING = 6


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_next_job_finishes(reachable: Path, moment: str) -> None:
    with Emulator(users=12, pending=PENDING, odd=False, limits=NO_LIMITS) as rc:
        folder = reachable / moment
        folder.mkdir()
        controller = Controller(folder, **rc.env())
        rc.faults.add(f"hold_{moment}", "extensionBulkUpdate")
        _job, process = controller.start(variables=FIELD)
        wait_until_held(rc, process)
        kill_all(process)
        release(rc, drop=moment == "before")
        rc.clock.advance(121)  # the two minutes that docs/ledger.md asks for
        assert len(mailed(rc)) == (0 if moment == "before" else PENDING)
        at_once = controller.launch(variables={**FIELD, "reinvite_max_wait": 5})  # not to wait for the dead one
        assert (at_once.status, "is at work on this account" in at_once.output) == ("failed", True), at_once.output
        rc.account.own.custom_fields.clear()  # as docs/ledger.md says, once the job is surely gone
        second = controller.launch(variables=FIELD)
        rc.clock.advance(61)
        third = controller.launch(variables=FIELD)
        assert (second.status, third.status) == ("successful", "successful"), second.output + third.output
        pending = {str(one.id) for one in rc.account.extensions.values() if one.status == "NotActivated"}
        assert Counter(mailed(rc)) == dict.fromkeys(pending, 1)
        assert third.changed == 0


def wait_until_held(rc: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while not requests.get(f"{rc.url}/_emulator/held.json", timeout=5).json():
        assert process.poll() is None, "the job ended before it invited anybody"
        assert time.monotonic() < deadline
        time.sleep(0.05)


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """As a node is lost: every process of the job at once, with nothing cleaned up."""
    doomed = list(processes_below(process.pid))
    assert len(doomed) > 2  # the runner, ansible-playbook and the module at the least
    for pid in doomed:
        os.kill(pid, signal.SIGKILL)
    process.wait(timeout=SECONDS)
    for pid in doomed:  # a node takes its /tmp along, this machine does not
        for left in Path("/tmp").glob(f"ansible-local-{pid}????????"):
            shutil.rmtree(left)
