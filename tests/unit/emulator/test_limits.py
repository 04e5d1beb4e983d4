# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented limits, with a clock that is moved."""

from __future__ import annotations

import pytest

from emulator.limits import RateLimits


class Clock:
    now = 1000.0

    def seconds(self) -> float:
        return self.now


@pytest.mark.parametrize(("group", "limit"), [("Light", 50), ("Medium", 40), ("Heavy", 10), ("Auth", 5)])
def test_so_many_pass_in_a_window_and_the_next_one_does_not(group: str, limit: int) -> None:
    clock = Clock()
    limits = RateLimits(clock)  # type: ignore[arg-type]
    verdicts = [limits.admit(group) for _request in range(limit)]
    assert all(verdict.allowed for verdict in verdicts)
    assert [verdict.headers["X-Rate-Limit-Remaining"] for verdict in verdicts] == [str(n) for n in range(limit)][::-1]
    assert verdicts[0].headers == {
        "X-Rate-Limit-Group": group.lower(),
        "X-Rate-Limit-Limit": str(limit),
        "X-Rate-Limit-Window": "60",
        "X-Rate-Limit-Remaining": str(limit - 1),
    }
    refused = limits.admit(group)
    assert not refused.allowed
    assert refused.headers["Retry-After"] == "60"


def test_the_window_slides() -> None:
    clock = Clock()
    limits = RateLimits(clock, {"Heavy": 2})  # type: ignore[arg-type]
    limits.admit("Heavy")
    clock.now += 30
    limits.admit("Heavy")
    clock.now += 30
    assert limits.admit("Heavy").allowed  # the first one has left the window
    assert not limits.admit("Heavy").allowed


def test_each_request_in_the_penalty_starts_it_again() -> None:
    clock = Clock()
    limits = RateLimits(clock, {"Heavy": 1})  # type: ignore[arg-type]
    limits.admit("Heavy")
    assert not limits.admit("Heavy").allowed
    clock.now += 59
    assert not limits.admit("Heavy").allowed
    clock.now += 59
    assert not limits.admit("Heavy").allowed
    assert limits.admit("Light").allowed
    clock.now += 60
    assert limits.admit("Heavy").allowed
