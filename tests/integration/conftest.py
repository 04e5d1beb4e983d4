# SPDX-License-Identifier: GPL-3.0-or-later
"""An account to run against, and somebody who runs playbooks against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Emulator
from integration.playing import NO_LIMITS, Player


@pytest.fixture
def rc() -> Iterator[Emulator]:
    """A small account of the test's own, as fast as it can be."""
    with Emulator(users=40, pending=12, seed=7, limits=NO_LIMITS) as emulator:
        yield emulator


@pytest.fixture
def player(rc: Emulator, tmp_path: Path) -> Player:
    """Somebody with that account's credentials in the environment."""
    return Player(tmp_path, rc.env())
