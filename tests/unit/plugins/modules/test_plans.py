# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_send_invite, given a plan: it mails those who were planned and nobody else, unless they have changed since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, WrongAccount
from machine import Machine

PLAN = {"account": "7", "users": [{"id": "1", "email": "a@example.com"}]}


def planned(result: dict[str, Any]) -> dict[str, Any]:
    users = [{"id": one["id"], "email": one["email"]} for one in result["results"] if one["outcome"] == "would_invite"]
    return {"account": result["account"]["id"], "users": users}


def reasons(result: dict[str, Any]) -> dict[str, str]:
    return {one["id"] or one["name"]: one["reason"] for one in result["results"]}


def test_who_has_changed_since_is_left_out_with_the_reason(emulate: Callable[..., Machine]) -> None:
    machine = emulate(users=20, pending=8, odd=False)
    people = machine.rc.account.extensions
    directory = [{"email": one.email, "name": one.name} for one in people.values()]
    plan = planned(machine.invite(check_mode=True, limit=6, directory=directory))
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


def test_a_corrected_address_is_the_planned_one(emulate: Callable[..., Machine]) -> None:
    machine = emulate(users=4, pending=1, odd=False)
    (someone,) = (one for one in machine.rc.account.extensions.values() if one.status == "NotActivated")
    entry = {"email": "right@example.com", "name": someone.name, "extension_number": someone.extension_number}
    options = {"directory": [entry], "correct_email": True}
    plan = planned(machine.invite(check_mode=True, **options))
    assert plan["users"] == [{"id": str(someone.id), "email": "right@example.com"}]
    machine.invite(plan=plan, all_pending=False, **options)
    assert [mail["email"] for mail in machine.rc.outbox] == ["right@example.com"]


def test_an_empty_plan_mails_nobody(emulate: Callable[..., Machine]) -> None:
    machine = emulate()
    result = machine.invite(plan={"account": str(machine.rc.account.id), "users": []}, all_pending=False)
    assert (result["results"], result["changed"], machine.rc.outbox) == ([], False, [])


def test_a_plan_is_for_its_account(emulate: Callable[..., Machine]) -> None:
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
def test_a_plan_stands_alone(emulate: Callable[..., Machine], options: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        emulate().invite(**options)
