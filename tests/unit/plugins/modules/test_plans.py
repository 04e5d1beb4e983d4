# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_send_invite, given a plan: it invites the planned users who have not changed since, and no others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, WrongAccount
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import to_iso
from machine import Machine
from scripted import NOW, extension

PLAN = {"account": "7", "users": [{"id": "1", "email": "a@example.com"}]}


def reasons(result: dict[str, Any]) -> dict[str, str]:
    return {one["id"] or one["name"]: one["reason"] for one in result["results"]}


def test_users_who_changed_since_the_plan_are_left_out_with_the_reason(emulate: Callable[..., Machine]) -> None:
    machine = emulate(users=20, pending=8, odd=False)
    people = machine.rc.account.extensions
    directory = [{"email": one.email, "name": one.name} for one in people.values()]
    plan = machine.invite(check_mode=True, limit=6, directory=directory)["plan"]
    assert len(plan["users"]) == 6
    activated, moved, left, gone, *rest = (people[int(entry["id"])] for entry in plan["users"])
    activated.status = "Enabled"
    moved.email = "moved@example.com"
    del people[gone.id]
    directory = [entry | {"enabled": entry["email"] != left.email} for entry in directory] + [
        {"email": "moved@example.com", "name": moved.name}
    ]

    result = machine.invite(plan=plan, all_pending=False, directory=directory, match_by=["email"])
    assert reasons(result) == {
        str(activated.id): "already_activated",
        str(moved.id): "changed_since_plan",
        str(left.id): "disabled_in_directory",
        plan["users"][3]["email"]: "not_found",
        **{str(one.id): "not_activated" for one in rest},
    }
    assert sorted(mail["extension_id"] for mail in machine.rc.outbox) == sorted(one.id for one in rest)
    said = {one["reason"]: one["message"] for one in result["results"]}
    assert (
        said["changed_since_plan"]
        == f"was planned to be mailed at {plan['users'][1]['email']}, and has another address now"
    )
    assert said["not_found"] == f"was planned as the user {gone.id}, who is not there any more"


def test_an_id_is_never_taken_for_an_extension_number(emulate: Callable[..., Machine]) -> None:
    machine = emulate(users=4, pending=2, odd=False)
    first, second = (one for one in machine.rc.account.extensions.values() if one.status == "NotActivated")
    second.extension_number = str(first.id)
    plan = {"account": str(machine.rc.account.id), "users": [{"id": str(first.id), "email": first.email}]}
    result = machine.invite(plan=plan, all_pending=False)
    assert [mail["extension_id"] for mail in machine.rc.outbox] == [first.id]
    assert result["counts"]["considered"] == 1


def test_a_plan_holds_corrected_addresses(emulate: Callable[..., Machine]) -> None:
    machine = emulate(users=4, pending=1, odd=False)
    (someone,) = (one for one in machine.rc.account.extensions.values() if one.status == "NotActivated")
    entry = {"email": "right@example.com", "name": someone.name, "extension_number": someone.extension_number}
    options = {"directory": [entry], "correct_email": True}
    plan = machine.invite(check_mode=True, **options)["plan"]
    assert [(one["id"], one["email"]) for one in plan["users"]] == [(str(someone.id), "right@example.com")]
    machine.invite(plan=plan, all_pending=False, **options)
    assert [mail["email"] for mail in machine.rc.outbox] == ["right@example.com"]


def test_an_empty_plan_sends_no_mail(emulate: Callable[..., Machine]) -> None:
    machine = emulate()
    result = machine.invite(plan={"account": str(machine.rc.account.id), "users": []}, all_pending=False)
    assert (result["results"], result["changed"], machine.rc.outbox) == ([], False, [])


def test_a_plan_of_another_account_is_refused(emulate: Callable[..., Machine]) -> None:
    machine = emulate()
    with pytest.raises(WrongAccount, match=r"^plan: was made for 7, not for the account \d+; no mail was sent"):
        machine.invite(plan=PLAN, all_pending=False)
    assert machine.rc.outbox == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"plan": PLAN, "all_pending": True}, r"^all_pending: cannot be combined with plan"),
        (
            {"plan": PLAN, "users": ["1"], "all_pending": False},
            r"^plan: cannot be combined with users",
        ),
    ],
)
def test_a_plan_cannot_be_combined_with_other_users(
    emulate: Callable[..., Machine], options: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidOption, match=says):
        emulate().invite(**options)


def test_check_mode_returns_a_plan_of_the_users_who_would_be_invited(runner: Any) -> None:
    people = [extension(1, site={"id": "1", "name": "Paris"}), extension(2, contact={})]
    plan = runner.invite(people, check_mode=True)["plan"]
    assert plan == {
        "account": "1",
        "made_at": "2026-03-02T09:00:00Z",
        "users": [
            {"id": "4001", "name": "Person 1", "email": "person1@example.com", "site": "Paris", "department": ""}
        ],
    }
    assert "plan" not in runner.invite([extension(2, contact={})])


@pytest.mark.parametrize(
    ("made_at", "max_age"),
    [
        (NOW, "48h"),
        (NOW - timedelta(hours=48), "48h"),
        (NOW - timedelta(days=6), "7d"),
        (None, "1h"),
        (NOW + timedelta(minutes=1), "48h"),
    ],
)
def test_a_plan_is_carried_out_within_its_age(runner: Any, made_at: Any, max_age: str) -> None:
    users = [{"id": "4001", "email": "person1@example.com"}]
    plan = {"account": "1", "made_at": to_iso(made_at), "users": users}
    result = runner.invite(
        [extension(1), extension(2)], all_pending=False, plan=plan, plan_max_age=max_age, check_mode=True
    )
    assert [(row["id"], row["outcome"]) for row in result["results"]] == [("4001", "would_invite")]


@pytest.mark.parametrize(
    ("made_at", "max_age", "message"),
    [
        (to_iso(NOW - timedelta(hours=48, seconds=1)), "48h", "plan: it is of 2026-02-28 08:59 UTC, older than 48h"),
        (to_iso(NOW + timedelta(days=1)), "48h", "plan: it is of 2026-03-03 09:00 UTC, which is in the future"),
        ("yesterday", "48h", "plan: made_at is 'yesterday', which is not a time"),
        ("", "48h", "plan: made_at is '', which is not a time"),
        (to_iso(NOW), "two days", "plan_max_age: 'two days' is "),
    ],
)
def test_a_plan_of_the_wrong_age_is_refused_before_any_request(
    runner: Any, made_at: str, max_age: str, message: str
) -> None:
    plan = {"account": "1", "made_at": made_at, "users": [{"id": "4001", "email": "person1@example.com"}]}
    with pytest.raises(InvalidOption) as caught:
        runner.invite([extension(1)], all_pending=False, plan=plan, plan_max_age=max_age)
    assert str(caught.value).startswith(message)
    assert runner.wire.sent == []
