# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the role remembers: in RingCentral for machines that keep nothing, and not in a container that vanishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator import Emulator
from integration.playing import Player, mailed, role_play

FIELD = {"backend": "custom_field"}


def test_invited_from_one_machine_and_skipped_from_another_with_an_empty_home(rc: Emulator, tmp_path: Path) -> None:
    here, there = (Player(tmp_path / name, rc.env()) for name in ("here", "there"))
    for machine in (here, there):
        machine.folder.mkdir()
    first = here.play(role_play(reinvite_ledger=FIELD))
    assert first.code == 0, first.output
    assert first.invitations["counts"]["invited"] == len(mailed(rc)) == 12
    again = there.play(role_play(reinvite_ledger=FIELD))
    assert again.code == 0, again.output
    assert again.changed == 0
    assert again.invitations["reasons"]["recently_invited"] == 12
    assert len(mailed(rc)) == 12
    assert not here.ledger.exists()
    assert not there.ledger.exists()


@pytest.mark.parametrize("ledger", [None, {}, {"backend": "sqlite"}])
def test_under_awx_a_ledger_without_a_path_is_refused(rc: Emulator, player: Player, ledger: object) -> None:
    variables = {} if ledger is None else {"reinvite_ledger": ledger}
    played = player.play(role_play(**variables), awx_job_id=17)
    assert played.code == 2
    assert "Set backend to custom_field, or path to a file that stays. No mail was sent." in played.failure
    assert rc.log == []


def test_under_awx_both_ways_out_work(rc: Emulator, player: Player, tmp_path: Path) -> None:
    path = str(tmp_path / "kept.sqlite3")
    assert player.play(role_play(reinvite_ledger={"path": path}), awx_job_id=17).code == 0
    assert len(mailed(rc)) == 12
    checked = player.play(role_play(reinvite_ledger=FIELD), "--check", awx_job_id=18)
    assert checked.code == 0, checked.output
