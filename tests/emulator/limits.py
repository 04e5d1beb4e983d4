# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""RingCentral's rate limits as documented: a sliding window for each group, and a penalty that each request renews."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from .clock import Clock

DEFAULT_LIMITS = {"Light": 50, "Medium": 40, "Heavy": 10, "Auth": 5}


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass, and the headers that tell the client where it stands."""

    allowed: bool
    headers: Mapping[str, str]


class RateLimits:
    """The limits of one user. Times in seconds."""

    def __init__(self, clock: Clock, limits: Mapping[str, int] | None = None, window: float = 60) -> None:
        self.window = window
        self._clock = clock
        self._limits = {**DEFAULT_LIMITS, **(limits or {})}
        if unknown := self._limits.keys() - DEFAULT_LIMITS:
            raise ValueError(f"there is no rate group {', '.join(sorted(unknown))}, only {', '.join(DEFAULT_LIMITS)}")
        self._passed: dict[str, deque[float]] = defaultdict(deque)
        self._closed_until: dict[str, float] = {}

    def admit(self, group: str) -> Verdict:
        """Count a request of the group."""
        now, limit, passed = self._clock.seconds(), self._limits[group], self._passed[group]
        while passed and passed[0] <= now - self.window:
            passed.popleft()
        headers = {
            "X-Rate-Limit-Group": group.lower(),
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Window": f"{self.window:g}",
        }
        if now < self._closed_until.get(group, 0) or len(passed) >= limit:
            self._closed_until[group] = now + self.window
            return Verdict(
                allowed=False, headers={**headers, "X-Rate-Limit-Remaining": "0", "Retry-After": f"{self.window:g}"}
            )
        passed.append(now)
        return Verdict(allowed=True, headers={**headers, "X-Rate-Limit-Remaining": str(limit - len(passed))})
