# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose invitation counts, at which address, and what the clock has to do with it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import (
    CLOCK_TOLERANCE,
    LATE,
    Decision,
    judge_history,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import LedgerError
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History, Past
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger import (
    EARLIEST,
    new_ledger_warnings,
    read_attempts,
    read_moment,
    read_task,
    unreadable,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import Record
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from scripted import NOW, record, user

HOUR = timedelta(hours=1)
OLD = "old@example.com"
HERE = "person1@example.com"


def judged(*records: Record, policy: Policy | None = None, now: datetime = NOW, **fields: Any) -> Decision:
    """The decision about the first user, with these records."""
    who = user(1, **fields)
    return judge_history(policy or Policy(), who, History(records).at(who.id, who.mailbox), now)


def claimed(number: int = 1, *, ago: timedelta = HOUR, **fields: Any) -> Record:
    return record(number, state="claimed", last_invited_at=None, claimed_at=NOW - ago, **fields)


@pytest.mark.parametrize(
    ("records", "reason", "attempts"),
    [
        ([], "not_activated", 0),
        ([record()], "recently_invited", 1),
        ([record(email="PERSON1@Example.com ")], "recently_invited", 1),
        # an address that was corrected: the link at the old one is no use, and its attempts do not count
        ([record(email=OLD, attempts=5)], "not_activated", 0),
        ([record(email="")], "not_activated", 0),
        ([record(email=OLD), record(attempts=2)], "recently_invited", 2),
        # back to an address that was mailed an hour ago
        ([record(attempts=2, last_invited_at=NOW - HOUR), record(email=OLD, attempts=1)], "recently_invited", 2),
        # another user's invitation at the same mailbox: a rehire, or an address that moved from one user to another
        ([record(2, email=HERE)], "recently_invited", 0),
        ([record(2, email="Person1@EXAMPLE.com", attempts=4)], "recently_invited", 0),
        ([record(2, email=HERE, last_invited_at=NOW - 48 * HOUR)], "not_activated", 0),
        ([record(2, email=HERE), record(attempts=3, last_invited_at=NOW - 90 * HOUR)], "recently_invited", 3),
        ([claimed(2, email=HERE)], "in_doubt", 0),
        ([record(2, email=HERE, state="failed", attempts=0, last_invited_at=None)], "not_activated", 0),
        ([record(2)], "not_activated", 0),
        # a doubt at the old address: RingCentral mails the address that a user has when it carries a request out
        ([claimed(email=OLD)], "not_activated", 0),
        ([claimed(email=OLD, ago=LATE)], "not_activated", 0),
        ([claimed(email=OLD, ago=LATE - timedelta(seconds=1))], "in_doubt", 0),
        ([claimed(email=OLD, task="t1")], "in_doubt", 0),
        ([claimed(email=OLD, task="t1", ago=48 * HOUR)], "not_activated", 0),
        ([claimed(email=OLD, task="t1"), record(last_invited_at=NOW - 90 * HOUR)], "in_doubt", 1),
        ([claimed(2, email=OLD, task="t1")], "not_activated", 0),
        ([unreadable("4001", "is not a record", OLD)], "in_doubt", 0),
        ([unreadable("4001", "is not a record"), record(2, email=HERE)], "in_doubt", 0),
        ([unreadable("4002", "is not a record", HERE)], "not_activated", 0),
    ],
)
def test_whose_invitation_counts(records: list[Record], reason: str, attempts: int) -> None:
    decision = judged(*records)
    assert (decision.reason, decision.to_dict()["attempts"]) == (reason, attempts)
    assert judged(*reversed(records)).reason == reason
    assert judged(*records, policy=Policy(force=True)).reason == "not_activated"


def test_attempts_begin_anew_at_a_new_address() -> None:
    exhausted = record(attempts=3, last_invited_at=NOW - 90 * HOUR, claimed_at=NOW - 90 * HOUR)
    policy = Policy(max_attempts=3)
    assert judged(exhausted, policy=policy).reason == "attempts_exhausted"
    moved = judged(exhausted, policy=policy, email="new@example.com")
    assert (moved.reason, moved.to_dict()["attempts"], moved.to_dict()["last_invited_at"]) == ("not_activated", 0, None)


def test_what_is_said_of_a_rehire_and_of_a_doubt_elsewhere() -> None:
    assert judged(record(2, email=HERE)).message == (
        "invited on 2026-03-02 08:00 UTC as the user with the id 4002; the link is good until 2026-03-04 08:00 UTC"
    )
    held = judged(claimed(email=OLD, task="t1"))
    assert "the bulk task t1 of 2026-03-02 08:00 UTC was begun and its outcome is not known" in held.message
    assert "held until 2026-03-04 08:00 UTC" in held.message
    assert held.next_invite_after == NOW + 47 * HOUR


@pytest.mark.parametrize("years", [1, 9, 7973])
@pytest.mark.parametrize("state", ["claimed", "invited", "failed"])
def test_a_record_from_the_future_holds_its_user_with_both_times(years: int, state: str) -> None:
    moment = NOW.replace(year=NOW.year + years)
    future = record(1, state=state, claimed_at=moment, last_invited_at=None if state == "claimed" else moment)
    decision = judged(future)
    assert decision.reason == "in_doubt"
    assert f"of {moment.year}-03-02 09:00 UTC, which is in the future: the clock here says 2026-03-02 09:00 UTC" in (
        decision.message
    )
    assert judged(future, policy=Policy(force=True)).reason == "not_activated"


@pytest.mark.parametrize("whose", [{"user_id": "4002", "email": HERE}, {"email": OLD, "state": "claimed"}])
def test_another_record_from_the_future_that_matters_holds_too(whose: dict[str, Any]) -> None:
    future = NOW + timedelta(days=3000)
    assert judged(record(1, claimed_at=future, last_invited_at=future, **whose)).reason == "in_doubt"


def test_clocks_that_differ_by_minutes_hold_no_user() -> None:
    soon = NOW + CLOCK_TOLERANCE
    assert judged(record(claimed_at=soon, last_invited_at=soon)).reason == "recently_invited"
    later = soon + timedelta(seconds=1)
    assert judged(record(claimed_at=later, last_invited_at=later)).reason == "in_doubt"


def test_what_is_settled_replaces_the_claim_at_its_address_alone() -> None:
    history = History((claimed(email=OLD, task="t1"), record()))
    updated = history.updated([record(1, email=OLD, run="settled")])
    assert sorted(one.email for one in updated.records) == [OLD, HERE]
    assert updated.at("4001", OLD).own == record(1, email=OLD, run="settled")
    assert updated.at("4001", HERE) == Past(record())


records = st.builds(
    record,
    st.integers(1, 3),
    email=st.sampled_from([OLD, HERE, "Person2@example.com"]),
    state=st.sampled_from(["claimed", "invited", "failed"]),
    task=st.sampled_from(["", "t1"]),
    attempts=st.integers(0, 5),
    claimed_at=st.integers(0, 100).map(lambda hours: NOW - hours * HOUR),
    last_invited_at=st.one_of(st.none(), st.integers(0, 100).map(lambda hours: NOW - hours * HOUR)),
)


@given(st.lists(records, max_size=6, unique_by=lambda one: (one.user_id, one.mailbox)), st.integers(0, 3))
def test_no_mailbox_is_mailed_twice_within_resend_after(known: list[Record], max_attempts: int) -> None:
    policy = Policy(max_attempts=max_attempts)
    for number, email in ((1, HERE), (1, OLD), (2, HERE), (3, "new@example.com")):
        who = user(number, email=email)
        decision = judge_history(policy, who, History(tuple(known)).at(who.id, who.mailbox), NOW)
        here = [one.asked_at for one in known if one.mailbox == who.mailbox and one.asked_at]
        if decision.verdict == "send":
            assert all(NOW - moment >= policy.resend_after for moment in here)
        own_here = [one for one in known if one.mailbox == who.mailbox and one.user_id == who.id]
        assert decision.to_dict()["attempts"] == sum(one.attempts for one in own_here)
        if not here and not own_here and not any(one.state == "claimed" and one.user_id == who.id for one in known):
            assert decision.verdict == "send"


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "5", "9" * 5000, "2026-03-02T09:00:00Z" + " " * 40, None),
        *("1999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_is_not_a_time(text: object) -> None:
    with pytest.raises(ValueError, match="is not the time of an invitation"):
        read_moment(text)


def test_times_that_are_read() -> None:
    assert read_moment("2026-03-02T09:00:00Z") == NOW
    assert read_moment("2000-01-01T00:00:00Z") == EARLIEST
    assert read_moment("9999-12-31T23:59:59Z") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "1000001", "9" * 5000, "٣", None, 1e300, 10**18])
def test_what_is_not_a_number_of_attempts(text: object) -> None:
    with pytest.raises(ValueError, match="is not a number of attempts"):
        read_attempts(text)


@pytest.mark.parametrize("text", ["../../extension?x", "a/b", "a b", "?", "..", ".a", "a\n", "é", "a" * 129])
def test_what_is_not_the_id_of_a_task(text: object) -> None:
    with pytest.raises(ValueError, match="is not the id of a bulk task"):
        read_task(text)


def test_ids_of_tasks_that_are_read() -> None:
    for task in ("", "t1", "8c1f2b", "7a9d3c1e-5b2f-4c0e-9d1a-0f3b2c1d4e5f", "400131426008~1.2:3_4"):
        assert read_task(task) == task


class New:
    """A ledger as far as the warning asks."""

    place = "/somewhere/ledger.sqlite3"
    is_new = True


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ([], None),
        ([user(1, created_at=NOW - 48 * HOUR)], None),
        ([user(1, status="enabled"), user(2, type="department"), user(3, created_at=NOW - HOUR)], None),
        ([user(1), user(2, created_at=NOW - HOUR)], "1 of 2 pending users are older than resend_after"),
        ([user(1), user(2, created_at=None)], "2 of 2 pending users are older than resend_after"),
    ],
)
def test_a_new_ledger_beside_users_who_may_have_been_invited(people: list[Any], said: str | None) -> None:
    ledger: Any = New()
    warnings = new_ledger_warnings(ledger, people, 48 * HOUR, NOW, must_exist=False)
    assert len(warnings) == bool(said)
    if not said:
        assert new_ledger_warnings(ledger, people, 48 * HOUR, NOW, must_exist=True) == []
        return
    assert warnings[0].startswith(f"ledger: /somewhere/ledger.sqlite3 is new, although {said}")
    assert "another user, machine or HOME" in warnings[0]
    with pytest.raises(LedgerError, match=r"ledger\.must_exist is true.* No mail was sent\."):
        new_ledger_warnings(ledger, people, 48 * HOUR, NOW, must_exist=True)


def test_a_ledger_that_knows_the_account_is_not_new() -> None:
    ledger: Any = New()
    ledger.is_new = False
    assert new_ledger_warnings(ledger, [user(1)], 48 * HOUR, NOW, must_exist=True) == []
