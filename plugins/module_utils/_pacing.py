# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the next request may go out: RingCentral's rate limits, and the time the user grants for waiting.

RingCentral counts requests per user and group over a sliding window. Going over rejects the whole
group for a window, and each request sent meanwhile starts that penalty again. Whoever waits one
window as soon as ``X-Rate-Limit-Remaining`` reaches 0 never goes over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ._errors import OutOfTime

DEFAULT_WINDOW = 60.0
"""Seconds; the documented window and penalty, for answers that name none."""


class Budget:
    """All waiting goes through here, so that ``max_wait`` bounds it. Seconds throughout."""

    def __init__(self, max_wait: float, sleep: Callable[[float], None]) -> None:
        self.max_wait = max_wait
        self.waited = 0.0
        self._sleep = sleep

    def affords(self, seconds: float) -> bool:
        """Whether so long a wait is still within ``max_wait``."""
        return self.waited + seconds <= self.max_wait

    def wait(self, seconds: float, why: str) -> None:
        """Sleep, or raise OutOfTime at once if that would exceed ``max_wait``."""
        if seconds <= 0:
            return
        if not self.affords(seconds):
            raise OutOfTime(
                f"out of time: {why} needs {seconds:.0f} s more, {self.waited:.0f} s of max_wait={self.max_wait:.0f} s "
                "are spent already; raise max_wait, or run again later"
            )
        self._sleep(seconds)
        self.waited += seconds

    def pause(self, seconds: float) -> None:
        """Sleep without spending anything."""
        self._sleep(seconds)


DOCUMENTED_LIMITS = {"light": 50.0, "medium": 40.0, "heavy": 10.0, "auth": 5.0}
"""Requests a user and window."""


class Pacer:
    """Remembers until when each rate group is closed. ``clock`` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._closed_until: dict[str, float] = {}
        self._left: dict[str, float] = dict(DOCUMENTED_LIMITS)
        self._refusals: Counter[str] = Counter()

    def delay(self, group: str) -> float:
        """Seconds until a request of this group may be sent; 0 if it may be now."""
        return max(0.0, self._closed_until.get(group, 0.0) - self._clock())

    def observe(self, group: str, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer to a request of ``group`` (header names in lower case)."""
        window = _number(headers.get("x-rate-limit-window")) or DEFAULT_WINDOW
        pause = 0.0
        self._refusals[group] = self._refusals[group] + 1 if status == 429 else 0
        if status == 429:
            retry_after = parse_retry_after(headers.get("retry-after"), datetime.now(timezone.utc))
            # never shorter than asked, nor than what keeps a server that asks for nothing from being hammered;
            # without the header the whole penalty, since trying within it starts it again
            pause = max(window if retry_after is None else retry_after, min(2.0 ** (self._refusals[group] - 1), window))
        elif (left := _number(headers.get("x-rate-limit-remaining"))) is not None:
            self._left[group] = left
            pause = 0.0 if left else window
        # should the live service count this request elsewhere than documented, both groups are closed
        for name in (group, headers.get("x-rate-limit-group", group).lower()):
            self._close(name, pause)

    def lost(self, group: str) -> None:
        """A request of ``group`` got no answer, but may have been counted."""
        left = self._left.get(group, 1.0) - 1
        if left <= 0:
            self._close(group, DEFAULT_WINDOW)
            left = DOCUMENTED_LIMITS.get(group, 1.0)  # the window will have slid past all of them by then
        self._left[group] = left

    def _close(self, group: str, seconds: float) -> None:
        if seconds:
            self._closed_until[group] = max(self._clock() + seconds, self._closed_until.get(group, 0.0))


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from a ``Retry-After`` header, which is a number or an HTTP date; None if absent or unreadable."""
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - now).total_seconds())


def _number(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None
