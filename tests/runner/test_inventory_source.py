# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory source of AWX: a file of the project, read with the collection that the project requires."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulator import Emulator
from integration.playing import mailed, writes
from runner.jobs import Controller

SOURCE = "examples/awx/pending.rc_users.yml"
ADDRESSES = "{{ ansible_play_hosts | map('extract', hostvars, 'rc_email') | sort }}"
GREET = [
    {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.set_stats": {"data": {"addresses": ADDRESSES}}, "run_once": True}],
    }
]


def test_those_who_have_not_activated_become_hosts(reachable: Path) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        pending = {str(one.id): one for one in rc.account.extensions.values() if one.status == "NotActivated"}
        controller = Controller(folder(reachable, "hosts"), RC_EXPECT_ACCOUNT="400131426008", **rc.env())
        inventory = controller.list_inventory(SOURCE)
        assert (mailed(rc), writes(rc)) == ([], [])
    known = inventory["_meta"]["hostvars"]
    assert set(known) == set(pending)
    # AWX keeps what it read, and hands it on to the jobs of this inventory.
    job = controller.launch("playbooks/greet.yml", hosts=known, files={"playbooks/greet.yml": json.dumps(GREET)})
    assert job.status == "successful", job.output
    assert job.artifacts == {"addresses": sorted(one.email for one in pending.values())}


def test_the_credential_of_another_account_makes_no_host(reachable: Path) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        controller = Controller(folder(reachable, "another"), RC_EXPECT_ACCOUNT="400999999999", **rc.env())
        with pytest.raises(AssertionError, match="RC_EXPECT_ACCOUNT"):
            controller.list_inventory(SOURCE)


def folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made
