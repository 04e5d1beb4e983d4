# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the next request may go out: RingCentral's rate limits, and the time the user grants for waiting.

RingCentral counts requests per user and group over a sliding window. Going over rejects the whole
group for a window, and each request sent meanwhile starts that penalty again. Once ``X-Rate-Limit-Remaining`` is 0,
the next request can go out when the oldest one leaves the window. The pacer knows when its own requests went out; if
others used the limit too, it waits a whole window. Several runs share these limits without knowing of each other, so
waits for a penalty grow, partly at random, until the runs no longer collide.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ._errors import Interrupted, OutOfTime

DEFAULT_WINDOW = 60.0
"""Seconds; the documented window and penalty, for answers that name none."""

SHORTEST_PAUSE = 1.0
"""Seconds before anything is sent again, however short a pause an answer asks for."""

LONG_WAIT = 5.0
"""Seconds; a longer wait is announced to ``on_wait``."""

_LONGEST = 1e8
"""Seconds; a longer wait means never."""

_MARGIN = 0.25
"""Seconds by which RingCentral's clock and this one may differ over a window."""

_SPARE = 2
"""Requests of a contended group that are left to other runs."""

_GROWTH = 1.5
_MOST_WINDOWS = 4.0
"""A wait for a penalty becomes half as long again each time, up to so many windows."""


class Budget:
    """All waiting goes through here, so that ``max_wait`` bounds it. Seconds throughout.

    ``clock`` is monotonic. ``max_work`` bounds the time for everything but waiting (None: no bound), so that
    the run ends even if each single answer comes just in time. ``on_wait`` hears of each long wait before it
    begins, with its seconds and why. ``interrupted`` gives the name of a signal that asked the run to end, or "".
    """

    def __init__(
        self,
        max_wait: float,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        *,
        max_work: float | None = None,
        on_wait: Callable[[float, str], None] = lambda _seconds, _why: None,
        interrupted: Callable[[], str] = lambda: "",
    ) -> None:
        self.max_wait = max_wait
        self.waited = 0.0
        self._sleep = sleep
        self._clock = clock
        self._started = clock()
        self._max_work = max_work
        self._on_wait = on_wait
        self._interrupted = interrupted

    def affords(self, seconds: float) -> bool:
        """Whether so long a wait is still within ``max_wait``."""
        return self.waited + seconds <= self.max_wait

    def wait(self, seconds: float, why: str) -> None:
        """Sleep, or raise at once: OutOfTime if that would exceed ``max_wait``, Interrupted if the run is to end."""
        if seconds <= 0:
            return
        self.check_interruption()
        if not self.affords(seconds):
            raise OutOfTime(
                f"out of time: {why} needs {seconds:.0f} s more, {self.waited:.0f} s of max_wait={self.max_wait:.0f} s "
                "are spent already; raise max_wait, or run again later"
            )
        if seconds > LONG_WAIT:
            self._on_wait(seconds, why)
        self._sleep(seconds)
        self.waited += seconds
        self.check_interruption()

    def check_interruption(self) -> None:
        """Raise Interrupted if a signal asked the run to end."""
        if name := self._interrupted():
            raise Interrupted(
                f"interrupted by {name}; the run stopped before its next request. Run again to go on from here"
            )

    def check_work(self) -> None:
        """Raise OutOfTime once the run has taken longer than its waits and ``max_work`` together."""
        worked = self._clock() - self._started - self.waited
        if self._max_work is not None and worked > self._max_work:
            raise OutOfTime(
                f"out of time: the answers alone have taken {worked:.0f} s, more than the {self._max_work:.0f} s that "
                "a run may take beside its waits; check the connection to RingCentral, then run again"
            )

    def pause(self, seconds: float) -> None:
        """Sleep as the user asked: no part of ``max_wait`` or ``max_work``. Interrupted if the run is to end."""
        self.check_interruption()
        self._sleep(seconds)
        self.idle(seconds)
        self.check_interruption()

    def idle(self, seconds: float) -> None:
        """Leave so long a time out of account: no part of ``max_wait`` or ``max_work``."""
        self._started += seconds


DOCUMENTED_LIMITS = {"light": 50.0, "medium": 40.0, "heavy": 10.0, "auth": 5.0}
"""Requests a user and window."""


class Pacer:
    """Remembers until when each rate group is closed, and when its requests of the last window were sent and answered.

    ``clock`` is monotonic, in seconds; ``random`` gives numbers from 0 up to 1.
    """

    def __init__(self, clock: Callable[[], float], random: Callable[[], float] = lambda: 0.0) -> None:
        self._clock = clock
        self._random = random
        self._closed_until: dict[str, float] = {}
        self._recent: defaultdict[str, deque[tuple[float, float]]] = defaultdict(deque)
        self._left: dict[str, float] = dict(DOCUMENTED_LIMITS)
        self._refusals: Counter[str] = Counter()
        self._contended: set[str] = set()

    def is_scarce(self, group: str) -> bool:
        """Whether others need what is left of this group: it is closed, or it was and hardly anything remains."""
        return self.delay(group) > 0 or group in self._contended

    def delay(self, group: str) -> float:
        """Seconds until a request of this group may be sent; 0 if it may be now."""
        return max(0.0, self._closed_until.get(group, 0.0) - self._clock())

    def observe(self, group: str, status: int, headers: Mapping[str, str], *, sent: float | None = None) -> None:
        """Learn from an answer to a request of ``group``, ``sent`` at that time (header names in lower case)."""
        window = max(SHORTEST_PAUSE, _number(headers.get("x-rate-limit-window")) or DEFAULT_WINDOW)
        pause = 0.0
        self._refusals[group] = self._refusals[group] + 1 if status == 429 else 0
        if status == 429:
            retry_after = parse_retry_after(headers.get("retry-after"), datetime.now(timezone.utc))
            # without the header the whole penalty, since trying within it starts it again
            pause = self._penalty(window if retry_after is None else retry_after, window, self._refusals[group])
            self._contended.add(group)
        else:
            now = self._clock()
            self._recent[group].append((now if sent is None else sent, now))
            limit = _number(headers.get("x-rate-limit-limit")) or DOCUMENTED_LIMITS.get(group, 1.0)
            left = _number(headers.get("x-rate-limit-remaining"))
            if left is not None:
                self._left[group] = left
                if left > _SPARE:
                    self._contended.discard(group)
            pause = self._until_next_slot(group, limit, left, window)
        # should the live service count this request elsewhere than documented, both groups are closed
        for name in (group, headers.get("x-rate-limit-group", group).lower()):
            self._close(name, pause)

    def _until_next_slot(self, group: str, limit: float, left: float | None, window: float) -> float:
        """Seconds until RingCentral takes another request, after one that left ``left`` (None: it did not say).

        RingCentral counted each request at some time between its sending and its answer.
        """
        recent = self._recent[group]
        sent, now = recent[-1]
        while recent[0][1] <= sent - window:
            recent.popleft()
        is_alone = len(recent) >= limit
        if left or (left is None and not is_alone):
            return 0.0
        if not is_alone or group in self._contended:
            return window
        _sent, answered = recent[-max(1, int(limit))]  # the oldest that RingCentral still counts
        return answered + window + _MARGIN - now

    def _penalty(self, asked: float, window: float, refusals: int) -> float:
        """Seconds to wait after so many refusals in a row: never shorter than asked for, and longer each time."""
        longest = max(asked, _MOST_WINDOWS * window)
        grown = min(asked * _GROWTH ** min(refusals - 1, 20), longest)
        # keeps requests apart even if the server asks for no wait
        steady = max(grown, min(2.0 ** min(refusals - 1, 20), window), SHORTEST_PAUSE)
        return steady + self._random() * min(steady, window) * min(refusals, 4) / 4

    def lost(self, group: str) -> None:
        """A request of ``group`` got no answer, but may have been counted."""
        self._recent[group].clear()  # an unanswered request can be counted late
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
    moment = parse_http_date(value)
    return max(0.0, (moment - now).total_seconds()) if moment else None


def parse_http_date(value: str | None) -> datetime | None:
    """The moment of an HTTP date, in UTC unless it says otherwise; None if it is absent or unreadable."""
    try:
        moment = parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=timezone.utc) if moment and moment.tzinfo is None else moment


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else math.nan
    except ValueError:
        return None
    return min(max(0.0, number), _LONGEST) if math.isfinite(number) else None
