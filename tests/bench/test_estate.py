# SPDX-License-Identifier: GPL-3.0-or-later
"""Sixty accounts of three hundred users in one run, 20 at a time: nobody twice, nobody missed, and what it takes."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ansible.release import __version__ as core

from bench.measuring import write_inventory
from emulator import Emulator
from integration.playing import ROOT, Player, mailed, requests

ACCOUNTS, USERS, PENDING, FORKS = 60, 300, 40, 20
MOST_SECONDS, MOST_MEGABYTES = 2 * ACCOUNTS, 250
"""Of the processor, and twice what an account may cost, as other gates run beside this one."""


@pytest.fixture(scope="module")
def estate() -> Iterator[dict[str, Emulator]]:
    """The accounts by their hosts, at the documented limits."""
    with ExitStack() as stack:
        yield {
            f"account_{number:02}": stack.enter_context(
                Emulator(users=USERS, pending=PENDING, seed=number, odd=False, account_id=400131426000 + number)
            )
            for number in range(ACCOUNTS)
        }


def test_an_estate_in_one_run(
    estate: dict[str, Emulator], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    inventory = write_inventory(tmp_path / "hosts.yml", estate)
    player = Player(tmp_path, patience=900)  # other gates may run beside this one

    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    played = player.play(ROOT / "examples/estate/reinvite.yml", "-i", str(inventory), f"--forks={FORKS}")
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert played.code == 0, played.output[-3000:]

    assert {path.stem for path in player.reports.glob("*.csv")} == {*estate, "estate"}
    twice, missing = tally(estate)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    megabytes = after.ru_maxrss / 1024
    record_property(
        "estate",
        f"{ACCOUNTS} accounts x {USERS} users, with files, {FORKS} forks, {os.cpu_count()} cores, ansible-core {core}: "
        f"{seconds:.0f} s, {busy:.0f} s of processor, controller at most {megabytes:.0f} MB, "
        f"{ACCOUNTS * PENDING} invited, mailed twice {twice}, missing {missing}",
    )
    assert (twice, missing) == (0, 0)
    assert summary(player)["counts"] | {"states": summary(player)["states"]} == {
        **dict.fromkeys(("skip", "hold", "failed", "unknown"), 0),
        **dict.fromkeys(("would_invite", "handed_over", "would_hand_over"), 0),
        **dict.fromkeys(("considered", "send", "invited"), ACCOUNTS * PENDING),
        "states": {"done": ACCOUNTS, "failed": 0, "not_run": 0},
    }
    for rc in estate.values():
        assert requests(rc)["extensionBulkUpdate"] == 1
        assert rc.state()["throttled"] == 0
        assert rc.state()["open_sessions"] == rc.state()["violations"] == []
    assert busy < MOST_SECONDS
    assert megabytes < MOST_MEGABYTES


def tally(estate: dict[str, Emulator]) -> tuple[int, int]:
    """How many were mailed more than once, and how many who are pending were not mailed."""
    twice = missing = 0
    for rc in estate.values():
        mails = mailed(rc)
        people = rc.account.extensions.values()
        pending = {str(one.id) for one in people if one.status == "NotActivated" and one.type == "User"}
        assert len(pending) == PENDING
        assert set(mails) <= pending
        twice += len(mails) - len(set(mails))
        missing += len(pending - set(mails))
    return twice, missing


def summary(player: Player) -> dict[str, Any]:
    return json.loads((player.reports / "estate.json").read_text(encoding="utf-8"))
