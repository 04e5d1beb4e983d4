# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the next request may go out."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import OutOfTime
from ansible_collections.onboard.ringcentral.plugins.module_utils._pacing import Budget, Pacer, parse_retry_after
from scripted import Clock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("30", 30),
        ("0", 0),
        ("-5", 0),
        ("soon", None),
        ("Mon, 02 Mar 2026 09:00:45 GMT", 45),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {}, 0),
        (200, {"x-rate-limit-remaining": "1", "x-rate-limit-window": "60"}, 0),
        (200, {"x-rate-limit-remaining": "0", "x-rate-limit-window": "60"}, 60),
        (200, {"x-rate-limit-remaining": "0", "x-rate-limit-window": "30"}, 30),
        (200, {"x-rate-limit-remaining": "0"}, 60),
        (200, {"x-rate-limit-remaining": "many"}, 0),
        (429, {"retry-after": "17", "x-rate-limit-remaining": "0", "x-rate-limit-window": "60"}, 17),
        (429, {"retry-after": "0"}, 1),
        (429, {"retry-after": "Mon, 02 Mar 2020 08:00:00 GMT"}, 1),
        (429, {"x-rate-limit-window": "45"}, 45),
        (429, {}, 60),
        (429, {"retry-after": "whenever"}, 60),
    ],
)
def test_a_group_is_closed_as_the_headers_say(status: int, headers: dict[str, str], seconds: float) -> None:
    clock = Clock()
    pacer = Pacer(clock)
    pacer.observe("heavy", status, headers)
    assert pacer.delay("heavy") == seconds
    assert pacer.delay("light") == 0
    clock.sleep(seconds)
    assert pacer.delay("heavy") == 0


class Service:
    """RingCentral's sliding window for one group. It counts a request halfway between its sending and its answer."""

    def __init__(self, clock: Clock, *, limit: int = 10, latency: float = 0.2, shows: bool = True) -> None:
        self.clock, self.limit, self.latency, self.shows = clock, limit, latency, shows
        self.counted: list[float] = []
        self.refused = 0

    def request(self, pacer: Pacer | None) -> None:
        """Send as soon as the pacer allows it; None is somebody else, who does not ask."""
        if pacer:
            self.clock.sleep(pacer.delay("heavy"))
        sent = self.clock()
        self.clock.sleep(self.latency / 2)
        now = self.clock()
        self.counted = [time for time in self.counted if time > now - 60]
        self.refused += len(self.counted) >= self.limit
        self.counted.append(now)
        self.clock.sleep(self.latency / 2)
        left = {"x-rate-limit-remaining": str(self.limit - len(self.counted)), "x-rate-limit-limit": str(self.limit)}
        if pacer:
            pacer.observe("heavy", 200, left if self.shows else {}, sent=sent)


@pytest.mark.parametrize("shows", [True, False])
@pytest.mark.parametrize("latency", [0.0, 0.2, 3.0])
@pytest.mark.parametrize("work", [0.0, 0.1, 5.0, 20.0])
def test_a_slot_opens_when_the_oldest_request_leaves_the_window(latency: float, work: float, *, shows: bool) -> None:
    clock = Clock()
    pacer, service = Pacer(clock), Service(clock, latency=latency, shows=shows)
    begun = clock()
    for _request in range(24):
        service.request(pacer)
        clock.sleep(work)
    assert service.refused == 0
    floor = max(120, 24 * (latency + work))
    assert clock() - begun <= floor + 4 * (latency + work) + 2 * (latency + 0.25) + 0.01


def test_a_whole_window_is_waited_for_if_others_use_the_limit_too() -> None:
    clock = Clock()
    pacer, service = Pacer(clock), Service(clock)
    for number in range(6):
        service.request(pacer)
        if number % 2:
            service.request(None)
        clock.sleep(3)
    while service.counted[0] > clock() - 60 and len(service.counted) < 10:
        service.request(pacer)
    assert pacer.delay("heavy") == 60


def test_after_a_lost_answer_a_whole_window_is_waited_for() -> None:
    clock = Clock()
    pacer, service = Pacer(clock), Service(clock)
    for _request in range(4):
        service.request(pacer)
    pacer.lost("heavy")
    service.counted.append(clock())
    for _request in range(5):
        service.request(pacer)
    assert pacer.delay("heavy") == 60


def test_a_group_that_is_counted_otherwise_than_documented_is_closed_too() -> None:
    pacer = Pacer(Clock())
    pacer.observe("medium", 200, {"x-rate-limit-group": "Heavy", "x-rate-limit-remaining": "0"})
    assert pacer.delay("medium") == pacer.delay("heavy") == 60


def test_a_server_that_refuses_again_and_again_is_not_hammered() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    pauses = []
    for _refusal in range(8):
        pacer.observe("light", 429, {"retry-after": "0"})
        pauses.append(pacer.delay("light"))
        clock.sleep(pauses[-1])
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    pacer.observe("light", 200, {})
    pacer.observe("light", 429, {"retry-after": "0"})
    assert pacer.delay("light") == 1


def test_answers_that_are_lost_count_against_what_was_left() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    pacer.observe("auth", 200, {"x-rate-limit-remaining": "2"})
    pacer.lost("auth")
    assert pacer.delay("auth") == 0
    pacer.lost("auth")
    assert pacer.delay("auth") == 60
    for _request in range(9):
        pacer.lost("heavy")
    assert pacer.delay("heavy") == 0
    pacer.lost("heavy")
    assert pacer.delay("heavy") == 60


def test_a_later_answer_never_opens_a_closed_group() -> None:
    pacer = Pacer(Clock())
    pacer.observe("heavy", 429, {"retry-after": "60"})
    pacer.observe("heavy", 429, {"retry-after": "5"})
    assert pacer.delay("heavy") == 60


def test_the_budget_is_spent_to_the_last_second_and_not_beyond() -> None:
    clock = Clock()
    budget = Budget(100, clock.sleep, clock)
    budget.wait(60, "the first wait")
    with pytest.raises(OutOfTime, match=r"the second wait needs 41 s more, 60 s of max_wait=100 s are spent"):
        budget.wait(41, "the second wait")
    budget.wait(40, "the third wait")
    assert clock.naps == [60, 40]
    assert budget.waited == 100


def test_waits_for_a_penalty_grow_up_to_four_windows() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    pauses = []
    for _refusal in range(6):
        pacer.observe("auth", 429, {"retry-after": "60"})
        pauses.append(pacer.delay("auth"))
        clock.sleep(pauses[-1])
    assert pauses == [60, 90, 135, 202.5, 240, 240]


def test_waits_for_a_penalty_have_a_random_part_that_grows_too() -> None:
    clock, most = Clock(), Pacer(Clock(), lambda: 0.999)
    for asked, refusals, least in ((60, 1, 74), (60, 2, 119), (60, 4, 261)):
        pacer = Pacer(clock, lambda: 0.999)
        for _refusal in range(refusals):
            pacer.observe("auth", 429, {"retry-after": str(asked)})
        assert least < pacer.delay("auth") < least + 2
    most.observe("auth", 200, {"x-rate-limit-remaining": "0"})
    assert most.delay("auth") == 60  # no request was refused, so nothing is added


@pytest.mark.parametrize("tiny", ["0.000001", "1e-9", "0", "-1", "nan", "inf", "1e400", ""])
def test_no_answer_can_make_a_pause_of_less_than_a_second(tiny: str) -> None:
    for status, headers in (
        (429, {"retry-after": tiny}),
        (429, {"x-rate-limit-window": tiny}),
        (429, {"retry-after": tiny, "x-rate-limit-window": tiny}),
        (200, {"x-rate-limit-remaining": "0", "x-rate-limit-window": tiny}),
    ):
        pacer = Pacer(Clock())
        pacer.observe("light", status, headers)
        assert 1 <= pacer.delay("light") <= 60


def test_what_asks_for_a_wait_without_end_is_out_of_time_in_few_words() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    pacer.observe("light", 429, {"retry-after": "9" * 300})
    with pytest.raises(OutOfTime) as raised:
        Budget(900, clock.sleep, clock).wait(pacer.delay("light"), "the limit")
    assert len(raised.value.message) < 200
    assert clock.naps == []
