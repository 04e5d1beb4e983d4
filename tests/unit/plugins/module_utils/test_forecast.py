# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forecast: what the run's own decisions say on each of the next days."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import decide
from ansible_collections.onboard.ringcentral.plugins.module_utils._forecast import DAYS, Course, foretell
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import Record, User
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._window import read_window
from scripted import NOW, record, user

HOURS = timedelta(hours=1)


def day(ahead: int) -> str:
    return str((NOW + timedelta(ahead)).date())


def forecast(
    policy: Policy,
    users: Sequence[User],
    *records: Record,
    includes_today: bool = True,
    **course: Any,
) -> dict[str, list[str]]:
    """The dates of each address that will be mailed."""
    decisions = decide(policy, users, users, History(records), NOW)
    found = foretell([Course(policy, decisions, **course)], users, NOW, includes_today=includes_today)
    return {email: one["dates"] for one in found for email in one["users"]}


def test_a_user_is_mailed_again_whenever_the_link_has_expired() -> None:
    found = forecast(Policy(), [user(1)])
    assert found == {"person1@example.com": [day(ahead) for ahead in range(0, DAYS + 1, 2)]}


def test_attempts_end_the_mails() -> None:
    policy = Policy(max_attempts=3)
    assert forecast(policy, [user(1), user(2)], record(2, attempts=2, claimed_at=NOW, last_invited_at=NOW)) == {
        "person1@example.com": [day(0), day(2), day(4)],
        "person2@example.com": [day(2)],
    }


def test_a_real_run_has_mailed_today_already() -> None:
    users = [user(1), user(2)]
    policy = Policy(max_attempts=2)
    sent, failed = decide(policy, users, users, History(), NOW)
    after = [
        replace(sent, outcome="invited", record=record(1, claimed_at=NOW, last_invited_at=NOW)),
        replace(failed, outcome="failed", record=record(2, state="failed", attempts=0, last_invited_at=None)),
    ]
    found = foretell([Course(policy, after)], users, NOW, includes_today=False)
    assert found == [
        {"dates": [day(1), day(3)], "users": ["person2@example.com"]},
        {"dates": [day(2)], "users": ["person1@example.com"]},
    ]


def test_users_become_old_enough_unless_something_else_holds_them() -> None:
    young = user(1, created_at=NOW - 6 * HOURS)
    parked = user(2, created_at=NOW - 6 * HOURS, email="person2@example.comx")
    found = forecast(Policy(min_age=timedelta(days=3), max_attempts=1), [young, parked, user(3, email="")])
    assert found == {"person1@example.com": [day(3)]}


def test_held_and_skipped_users_are_never_mailed() -> None:
    users = [user(1, status="enabled"), user(2, email=""), user(3, status="disabled")]
    assert forecast(Policy(), users) == {}


def test_a_limited_wave_takes_the_oldest_each_day() -> None:
    users = [user(number, created_at=NOW - timedelta(days=100 - number)) for number in range(5)]
    found = forecast(Policy(limit=2, max_attempts=1), users)
    assert [found[f"person{number}@example.com"] for number in range(5)] == [
        [day(0)],
        [day(0)],
        [day(1)],
        [day(1)],
        [day(2)],
    ]


def test_a_plan_over_max_invites_stops_every_day() -> None:
    assert forecast(Policy(max_invites=1), [user(1), user(2)]) == {}
    assert forecast(Policy(max_invites=2, max_attempts=1), [user(1), user(2)]).keys() == {
        "person1@example.com",
        "person2@example.com",
    }


def test_a_closed_window_sends_when_it_opens() -> None:
    given = {
        "days": ["mon"],
        "start": "09:00",
        "end": "17:00",
        "holidays": [],
        "timezone": "UTC",
        "timezones": {"Tokyo": "Asia/Tokyo"},
    }
    policy = Policy(window=read_window(given, NOW), max_attempts=1)
    found = forecast(policy, [user(1), user(2, site="Tokyo")])
    assert {date.fromisoformat(dates[0]).weekday() for dates in found.values()} == {0}
    assert len(found) == 2


def test_a_claim_without_an_outcome_is_sent_once_it_no_longer_holds() -> None:
    claim = record(1, state="claimed", claimed_at=NOW - HOURS, last_invited_at=None)
    assert forecast(Policy(max_attempts=2), [user(1)], claim) == {"person1@example.com": [day(2)]}


def test_a_batch_is_mailed_between_its_days() -> None:
    days = {"first": NOW.date() + timedelta(3), "last": NOW.date() + timedelta(6)}
    assert forecast(Policy(), [user(1)], **days) == {"person1@example.com": [day(3), day(5)]}


@pytest.mark.parametrize("age", [timedelta(hours=1), timedelta(hours=30)])
def test_the_forecast_agrees_with_the_decision_on_each_day(age: timedelta) -> None:
    """Day by day, with the ledger that the days before have left."""
    policy = Policy(resend_after=timedelta(days=3), max_attempts=4, min_age=timedelta(days=1))
    users = [user(1, created_at=NOW - 2 * HOURS), user(2), user(3)]
    records = {2: record(2, attempts=1, claimed_at=NOW - age, last_invited_at=NOW - age)}
    expected: dict[str, list[str]] = {}
    for ahead in range(DAYS + 1):
        now: datetime = NOW + timedelta(ahead)
        for one in decide(policy, users, users, History(tuple(records.values())), now):
            if one.verdict == "send" and one.user:
                expected.setdefault(one.user.email, []).append(str(now.date()))
                number = int(one.user.id) - 4000
                attempts = (records[number].attempts if number in records else 0) + 1
                records[number] = record(number, attempts=attempts, claimed_at=now, last_invited_at=now)
    assert (
        forecast(policy, users, *{2: record(2, attempts=1, claimed_at=NOW - age, last_invited_at=NOW - age)}.values())
        == expected
    )


def test_fourteen_days_cost_less_than_one_decision(record_property: Any) -> None:
    users = [user(number, created_at=NOW - timedelta(minutes=number)) for number in range(12_000)]
    records = [
        record(
            number,
            claimed_at=NOW - timedelta(hours=number // 500),
            last_invited_at=NOW - timedelta(hours=number // 500),
        )
        for number in range(6000)
    ]
    policy = Policy(min_age=timedelta(hours=1), limit=3000, max_attempts=2)
    started = time.process_time()
    decisions = decide(policy, users, users, History(tuple(records)), NOW)
    decided = time.process_time()
    found = foretell([Course(policy, decisions)], users, NOW, includes_today=True)
    ratio = (time.process_time() - decided) / (decided - started)
    record_property("ratio", ratio)
    print(f"\nforecast: {ratio:.1f} times a decision")
    assert sum(len(one["users"]) for one in found) == 12_000
    assert ratio < 1, "processor time, compared with one decision about the same users in the same process"
