# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's time: real time plus what tests have moved it by."""

from __future__ import annotations

import time
from datetime import datetime, timezone


class Clock:
    """Seconds since the epoch. It runs by itself, and ``advance`` moves it; it never goes back."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()
        self._moved = 0.0

    def seconds(self) -> float:
        return self._start + time.monotonic() + self._moved

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time does not go back")
        self._moved += seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), timezone.utc)

    def iso(self) -> str:
        return iso(self.now())


def iso(moment: datetime) -> str:
    """As RingCentral writes times: ``2026-03-02T09:00:00.000Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
