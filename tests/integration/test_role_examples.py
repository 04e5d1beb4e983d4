# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to copy does what it says."""

from __future__ import annotations

import shutil
import time
from datetime import datetime, timezone
from pathlib import Path

from emulator import Emulator
from integration.playing import ROOT, Player, mailed, writes
from integration.test_onboarding_story import CLOCK
from integration.test_role_directory import _pending as pending

EXAMPLES = ROOT / "examples"


def test_five_lines_do_the_whole_job(rc: Emulator, player: Player) -> None:
    assert len(lines_of(EXAMPLES / "five_lines.yml")) <= 6
    played = player.play(EXAMPLES / "five_lines.yml")
    assert played.code == 0, played.output
    assert len(mailed(rc)) == len(set(mailed(rc))) == 12


def test_the_modules_do_without_the_role(rc: Emulator, player: Player) -> None:
    played = player.play(EXAMPLES / "modules_alone.yml")
    assert played.code == 0, played.output
    pending = [one for one in rc.account.extensions.values() if one.status == "NotActivated" and one.type == "User"]
    sales = [one for one in pending if one.department == "Sales"]
    assert played.result("Show the number")["msg"] == f"{len(sales)} people in Sales have not activated"
    assert sorted(mailed(rc)) == sorted(str(one.id) for one in sales)


def test_three_lines_invite_one_new_starter(rc: Emulator, player: Player) -> None:
    playbook = EXAMPLES / "new_starter.yml"
    lines = lines_of(playbook)
    assert len(lines) - lines.index("    - name: Invite them to RingCentral") == 3
    starter = next(one for one in pending(rc) if one.department)
    planned = player.play(playbook, "--check", new_starter=starter.email)
    assert planned.code == 0, planned.output
    assert (mailed(rc), writes(rc)) == ([], [])
    for _time in range(2):
        played = player.play(playbook, new_starter=starter.email)
        assert played.code == 0, played.output
        assert mailed(rc) == [str(starter.id)]
    assert played.changed == 0
    starter.status = "Enabled"
    played = player.play(playbook, new_starter=starter.email)
    funnel = played.custom["_run"]["onboarding_counts"]["localhost"]["New starter"]
    assert funnel == {"listed": 1, "found": 1, "invited": 1, "activated": 1}


def test_the_batches_to_copy_can_be_meant(rc: Emulator, player: Player) -> None:
    folder = player.folder / "onboarding"
    shutil.copytree(EXAMPLES / "onboarding", folder)
    first = pending(rc)[0]
    first.email = "ada.lovelace@example.com"
    clock = {
        "PYTHONPATH": str(CLOCK),
        "MOVE_CLOCK_BY": str(datetime(2026, 12, 2, 9, tzinfo=timezone.utc).timestamp() - time.time()),
    }
    rc.clock.advance(max(0.0, float(clock["MOVE_CLOCK_BY"])))  # the two clocks are compared
    there = Player(folder, {**rc.env(), **clock})
    played = there.play("onboard.ringcentral.onboard", "-i", "hosts.yml")
    assert played.code == 0, played.output
    assert str(first.id) in mailed(rc)
    table = played.result("Show all batches")["msg"]
    table = table[table.index("ONBOARDING ON 2026-12-02 (Europe/Paris)") :]
    states = {line.split("  ")[1]: line for line in table[2:5]}
    assert "due" in states["December"]
    assert "not before 2027-01-11" in states["Sales academy"]
    assert "not before 2027-02-01" in states["Interns"]


def lines_of(path: Path) -> list[str]:
    """The lines of a playbook that are neither its start nor a comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line != "---" and not line.startswith("#")]
