# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keyword ``environment`` of a play decides which account the role works on, before the shell's own variables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from integration.playing import Player


@pytest.fixture
def accounts() -> Iterator[tuple[Emulator, Emulator]]:
    with (
        Emulator(users=4, pending=2, odd=False, account_id=401) as one,
        Emulator(users=4, pending=2, odd=False, account_id=402) as other,
    ):
        yield one, other


def play(environment: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "environment": environment,
            "roles": ["onboard.ringcentral.reinvite"],
        }
    ]


@pytest.mark.parametrize("shell", [True, False])
def test_the_environment_of_the_play_wins(tmp_path: Path, accounts: tuple[Emulator, Emulator], *, shell: bool) -> None:
    elsewhere, meant = accounts
    player = Player(tmp_path, elsewhere.env() if shell else {})
    played = player.play(play(meant.env()))
    assert played.code == 0, played.output
    assert elsewhere.log == []
    assert len(meant.outbox) == 2
