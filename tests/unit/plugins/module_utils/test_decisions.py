# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom to invite, as a table, and as rules that hold for any account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import decide, judge_named, select, tally
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import (
    OTHER_TYPES,
    PERSON_TYPES,
    STATUSES,
    Record,
    User,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from scripted import NOW, record, user

HOUR = timedelta(hours=1)


def verdict(
    who: User, policy: Policy | None = None, known: Record | None = None, others: list[User] | None = None
) -> Any:
    history = History((known,) if known else ())
    return decide(policy or Policy(), [who], [who, *(others or [])], history, NOW)[0]


@pytest.mark.parametrize(
    ("fields", "policy", "reason"),
    [
        ({}, {}, "not_activated"),
        ({"status": "enabled"}, {}, "already_activated"),
        ({"status": "disabled"}, {}, "disabled"),
        ({"status": "frozen"}, {}, "frozen"),
        ({"status": "unassigned"}, {}, "unassigned"),
        ({"status": "suspended_someday"}, {}, "ambiguous"),
        ({"status": ""}, {}, "ambiguous"),
        ({"status": "unreadable"}, {"sites": ("Paris",)}, "ambiguous"),
        ({"status": "unreadable", "type": "room"}, {}, "not_a_person"),
        ({"type": "hybrid_user"}, {}, "ambiguous"),
        ({"type": "", "status": "suspended_someday"}, {}, "ambiguous"),
        ({"type": "hybrid_user", "status": "disabled"}, {}, "disabled"),
        ({"type": "hybrid_user"}, {"exclude": ("101",)}, "excluded"),
        ({"type": "hybrid_user"}, {"force": True}, "ambiguous"),
        ({"type": "department"}, {}, "not_a_person"),
        ({"type": "room", "status": "enabled"}, {}, "not_a_person"),
        ({"type": "digital_user"}, {}, "filtered"),
        ({"type": "digital_user"}, {"types": ("digital_user",)}, "not_activated"),
        ({}, {"exclude": ("PERSON1@example.com",)}, "excluded"),
        ({}, {"exclude": ("4001",)}, "excluded"),
        ({}, {"exclude": ("101",)}, "excluded"),
        ({}, {"exclude": ("person*@*",)}, "excluded"),
        ({}, {"exclude": ("person2@example.com", "40", "")}, "not_activated"),
        ({"status": "enabled"}, {"exclude": ("101",)}, "excluded"),
        ({}, {"sites": ("main site",)}, "not_activated"),
        ({}, {"sites": ("Paris", "Lyon")}, "filtered"),
        ({}, {"departments": ("SALES",)}, "not_activated"),
        ({"department": ""}, {"departments": ("Sales",)}, "filtered"),
        ({"created_at": NOW - HOUR}, {"min_age": 2 * HOUR}, "too_new"),
        ({"created_at": NOW - 2 * HOUR}, {"min_age": 2 * HOUR}, "not_activated"),
        ({"created_at": None}, {"min_age": 2 * HOUR}, "not_activated"),
        ({"email": ""}, {}, "no_email"),
        ({"email": "ada"}, {}, "placeholder_email"),
        ({"email": "ada@example.comx"}, {}, "placeholder_email"),
        ({"email": "ada@parked.invalid"}, {}, "placeholder_email"),
        ({"email": "noreply-17@example.com"}, {}, "placeholder_email"),
        ({"email": "parked-17@example.com"}, {"placeholder_patterns": ("parked-*",)}, "placeholder_email"),
        ({"email": "ada@example.net"}, {"allowed_domains": ("example.com",)}, "domain_not_allowed"),
        ({"email": "ada@sub.example.com"}, {"allowed_domains": ("example.com",)}, "domain_not_allowed"),
        ({"email": "ada@notexample.com"}, {"allowed_domains": ("example.com",)}, "domain_not_allowed"),
        ({"email": "ada@sub.example.com"}, {"allowed_domains": ("@EXAMPLE.com", "*.example.com")}, "not_activated"),
    ],
)
def test_reasons(fields: dict[str, Any], policy: dict[str, Any], reason: str) -> None:
    assert verdict(user(**fields), Policy(**policy)).reason == reason


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("fields", "policy", "reason", "forced"),
    [
        ({}, {}, "recently_invited", "not_activated"),
        ({"last_invited_at": NOW - 48 * HOUR}, {}, "not_activated", "not_activated"),
        ({"last_invited_at": NOW - 48 * HOUR + timedelta(seconds=1)}, {}, "recently_invited", "not_activated"),
        ({"last_invited_at": NOW - 3 * HOUR}, {"resend_after": 2 * HOUR}, "not_activated", "not_activated"),
        (
            {"last_invited_at": NOW - 90 * HOUR, "attempts": 3},
            {"max_attempts": 3},
            "attempts_exhausted",
            "not_activated",
        ),
        ({"last_invited_at": NOW - 90 * HOUR, "attempts": 2}, {"max_attempts": 3}, "not_activated", "not_activated"),
        ({"state": "claimed", "last_invited_at": None}, {}, "in_doubt", "not_activated"),
        ({"state": "claimed", "last_invited_at": None, "task": "t1"}, {}, "in_doubt", "not_activated"),
        ({"state": "claimed", "claimed_at": NOW - 48 * HOUR}, {}, "not_activated", "not_activated"),
        ({"state": "failed", "attempts": 0, "last_invited_at": None}, {}, "not_activated", "not_activated"),
        ({"state": "failed", "attempts": 1}, {}, "recently_invited", "not_activated"),
    ],
)
def test_history(fields: dict[str, Any], policy: dict[str, Any], reason: str, forced: str, force: bool) -> None:
    decision = verdict(user(), Policy(**policy, force=force), record(**fields))
    assert decision.reason == (forced if force else reason)


@pytest.mark.parametrize(
    ("fields", "policy"),
    [
        ({"status": "enabled"}, {}),
        ({"status": "disabled"}, {}),
        ({"type": "department"}, {}),
        ({"email": ""}, {}),
        ({"email": "noreply@example.com"}, {}),
        ({"email": "ada@example.net"}, {"allowed_domains": ("example.com",)}),
        ({}, {"exclude": ("101",)}),
    ],
)
def test_force_never_ignores_what_keeps_the_wrong_people_safe(fields: dict[str, Any], policy: dict[str, Any]) -> None:
    assert verdict(user(**fields), Policy(**policy, force=True)).verdict != "send"


def test_an_address_shared_by_two_pending_people_is_held_for_both() -> None:
    twins = [user(1, email="Same@example.com"), user(2, email="same@EXAMPLE.com ")]
    decisions = decide(Policy(), twins, twins, History(), NOW)
    assert [decision.reason for decision in decisions] == ["duplicate_email"] * 2
    assert "id 4002" in decisions[0].message


def test_a_duplicate_counts_even_when_the_other_one_is_not_considered() -> None:
    assert verdict(user(1), others=[user(2, email="person1@example.com")]).reason == "duplicate_email"


@pytest.mark.parametrize("status", ["enabled", "frozen", "unassigned", "not_activated"])
def test_any_user_who_can_read_the_mailbox_makes_a_duplicate(status: str) -> None:
    other = user(2, email="PERSON1@example.com", status=status)
    assert verdict(user(1), others=[other]).reason == "duplicate_email"


@pytest.mark.parametrize(
    ("other", "said"),
    [({"type": "department"}, ""), ({"status": "disabled"}, "has the address that Person 2 (extension 102, id 4002,")],
)
def test_queues_and_leavers_make_no_duplicate(other: dict[str, Any], said: str) -> None:
    decision = verdict(user(1), others=[user(2, email="person1@example.com", **other)])
    assert decision.reason == "not_activated"
    assert decision.message.startswith(said)


@pytest.mark.parametrize(
    ("fields", "policy", "reason"),
    [
        ({"created_at": None, "creation_unreadable": True}, {"min_age": 2 * HOUR}, "ambiguous"),
        ({"created_at": None, "creation_unreadable": True}, {}, "not_activated"),
        ({"created_at": NOW + HOUR}, {"min_age": 2 * HOUR}, "too_new"),
        ({"created_at": NOW + HOUR}, {}, "not_activated"),
    ],
)
def test_a_creation_time_that_proves_nothing(fields: dict[str, Any], policy: dict[str, Any], reason: str) -> None:
    assert verdict(user(**fields), Policy(**policy)).reason == reason


def test_a_wave_takes_the_oldest_first_and_those_without_a_date_before_them() -> None:
    people = [user(n, created_at=NOW - timedelta(days=n)) for n in (1, 3, 2)] + [user(9, created_at=None)]
    decisions = decide(Policy(limit=2), people, people, History(), NOW)
    assert [(d.user.id, d.reason) for d in decisions if d.user] == [
        ("4009", "not_activated"),
        ("4003", "not_activated"),
        ("4002", "over_limit"),
        ("4001", "over_limit"),
    ]


def test_a_wave_is_filled_with_those_who_can_be_mailed() -> None:
    people = [user(1, email=""), user(2), user(3)]
    decisions = decide(Policy(limit=2), people, people, History(), NOW)
    assert [d.user.id for d in decisions if d.verdict == "send" and d.user] == ["4002", "4003"]


def test_messages_say_when_a_user_can_be_mailed_again() -> None:
    decision = verdict(user(), known=record())
    assert decision.message == "invited on 2026-03-02 08:00 UTC; the link is good until 2026-03-04 08:00 UTC"
    assert decision.to_dict()["next_invite_after"] == "2026-03-04T08:00:00Z"
    assert decision.to_dict()["last_invited_at"] == "2026-03-02T08:00:00Z"


def test_names_that_match_no_user_or_several() -> None:
    unknown, several = judge_named(["x@example.com"], {"101": (user(1), user(2))})
    assert unknown.to_dict() | {"message": ""} == {
        "id": None,
        "name": "x@example.com",
        "email": "x@example.com",
        "extension_number": None,
        "status": None,
        "site": None,
        "department": None,
        "decision": "hold",
        "reason": "not_found",
        "outcome": None,
        "message": "",
        "last_invited_at": None,
        "next_invite_after": None,
        "attempts": 0,
        "directory_email": None,
        "manager": None,
        "corrected_from": None,
    }
    assert several.reason == "ambiguous"
    assert "Person 1 (extension 101, id 4001), Person 2" in several.message


def test_selection_is_narrowed_and_holds_pending_people_only() -> None:
    people = [user(1), user(2, site="Paris"), user(3, status="enabled"), user(4, type="room"), user(5, type="fax_user")]
    assert [who.id for who in select(Policy(), people)] == ["4001", "4002"]
    assert [who.id for who in select(Policy(sites=("paris",)), people)] == ["4002"]
    assert [who.id for who in select(Policy(types=PERSON_TYPES), people)] == ["4001", "4002", "4005"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status": "unreadable"}, "has a record that cannot be read in full; check this user in RingCentral"),
        (
            {"status": "suspended"},
            "has the status 'suspended', which this release does not know; check this user in RingCentral",
        ),
        ({"status": ""}, "has no status; check this user in RingCentral"),
        (
            {"type": "hybrid\ud800" + "x" * 20_000},
            f"has the type 'hybrid\\ud800{'x' * 33}', which this release does not know; check this user in RingCentral",
        ),
        ({"type": ""}, "has no type; check this user in RingCentral"),
    ],
)
def test_users_who_may_be_pending_are_selected_and_held(fields: dict[str, Any], message: str) -> None:
    unclear = user(2, **fields)
    for policy in (Policy(), Policy(types=("digital_user", "user"), sites=("Main Site",))):
        assert select(policy, [user(1), unclear]) == [user(1), unclear]
        decisions = decide(policy, [user(1), unclear], [user(1), unclear], History(()), NOW)
        assert [(one.verdict, one.reason) for one in decisions] == [("send", "not_activated"), ("hold", "ambiguous")]
        assert decisions[1].message == message


@pytest.mark.parametrize(
    ("fields", "policy"),
    [
        ({"status": "suspended", "type": "room"}, {}),
        ({"status": "unreadable", "type": "room"}, {}),
        ({"status": "enabled", "type": "hybrid_user"}, {}),
        ({"type": "hybrid_user"}, {"sites": ("Paris",)}),
        ({"status": "suspended"}, {"types": ("digital_user",)}),
    ],
)
def test_users_who_cannot_be_pending_or_are_narrowed_out_are_not_selected(
    fields: dict[str, Any], policy: dict[str, Any]
) -> None:
    assert select(Policy(**policy), [user(1, **fields)]) == []


def test_a_user_of_an_unknown_type_shares_an_address_with_others() -> None:
    held = verdict(user(1), others=[user(2, type="hybrid_user", email=user(1).email)])
    assert held.reason == "duplicate_email"


DOMAINS = ("example.com", "example.net", "parked.invalid")
users = st.builds(
    user,
    st.integers(1, 12),
    email=st.one_of(
        st.just(""),
        st.builds("{}@{}".format, st.sampled_from("abc"), st.sampled_from(DOMAINS)),
        st.just("noreply@a.com"),
    ),
    status=st.sampled_from(STATUSES),
    type=st.sampled_from(PERSON_TYPES + OTHER_TYPES),
    created_at=st.one_of(st.none(), st.integers(0, 100).map(lambda days: NOW - timedelta(days=days))),
)
accounts = st.lists(users, max_size=12, unique_by=lambda who: who.id)
records = st.builds(
    record,
    st.integers(1, 12),
    state=st.sampled_from(["claimed", "invited", "failed"]),
    attempts=st.integers(0, 5),
    claimed_at=st.integers(0, 100).map(lambda hours: NOW - hours * HOUR),
    last_invited_at=st.one_of(st.none(), st.integers(0, 100).map(lambda hours: NOW - hours * HOUR)),
)
policies = st.builds(
    Policy,
    types=st.sampled_from([("user",), PERSON_TYPES]),
    max_attempts=st.integers(0, 3),
    allowed_domains=st.sampled_from([(), ("example.com",)]),
    exclude=st.sampled_from([(), ("a@*",), ("4001",)]),
    limit=st.integers(0, 4),
    force=st.booleans(),
)


@given(accounts, st.lists(records, max_size=12), policies)
def test_rules_that_always_hold(people: list[User], known: list[Record], policy: Policy) -> None:
    history = History(tuple({entry.user_id: entry for entry in known}.values()))
    decisions = decide(policy, people, people, history, NOW)
    assert sorted(d.user.id for d in decisions if d.user) == sorted(who.id for who in people)
    sends = [decision for decision in decisions if decision.verdict == "send"]
    addresses = [decision.user.email for decision in sends if decision.user]
    assert len(set(addresses)) == len(addresses)
    assert not policy.limit or len(sends) <= policy.limit
    assert decisions[: len(sends)] == sends
    for decision in sends:
        who = decision.user
        assert who is not None
        past = history.at(who.id, who.mailbox).record
        assert (who.status, who.type in PERSON_TYPES) == ("not_activated", True)
        assert who.email.endswith("@example.com") or (who.email.endswith("@example.net") and not policy.allowed_domains)
        assert "a@*" not in policy.exclude or not who.email.startswith("a@")
        if past and not policy.force:
            asked_at = past.claimed_at if past.state == "claimed" else past.last_invited_at
            assert asked_at is None or NOW - asked_at >= policy.resend_after
    counted = tally(decisions)
    assert counted["counts"]["considered"] == len(people) == sum(counted["reasons"].values())


@given(accounts, st.lists(records, max_size=12))
def test_the_order_in_which_users_are_read_changes_nothing(people: list[User], known: list[Record]) -> None:
    history = History(tuple({entry.user_id: entry for entry in known}.values()))
    one = decide(Policy(limit=2), people, people, history, NOW)
    assert decide(Policy(limit=2), people[::-1], people[::-1], history, NOW) == one
