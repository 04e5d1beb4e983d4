# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to copy does what it says."""

from __future__ import annotations

from pathlib import Path

from emulator import Emulator
from integration.playing import ROOT, Player, mailed

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
    assert played.result("Say it")["msg"] == f"{len(sales)} people in Sales have not activated"
    assert sorted(mailed(rc)) == sorted(str(one.id) for one in sales)


def lines_of(path: Path) -> list[str]:
    """The lines of a playbook that are neither its start nor a comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line != "---" and not line.startswith("#")]
