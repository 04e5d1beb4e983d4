# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows what a long run is doing, and nothing of a short one."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 5.0
"""Seconds after which another line is shown. A wait that lasts longer is shown at once."""


class ProgressLines:
    """A Progress that shows its lines with ``show``, but not more of them than a person can read in a job's log."""

    def __init__(self, show: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._clock = clock
        self._shown_at = clock()

    def __call__(self, line: str, /, *, lasts: float = 0) -> None:
        now = self._clock()
        if lasts >= EVERY or now - self._shown_at >= EVERY:
            self._shown_at = now
            self._show(line)
