# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_send_invite sets the directory's address before the invitation, and holds users it could not correct."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    GuardExceeded,
    IncompleteDelivery,
    InvalidOption,
    TransportError,
)
from machine import Machine
from scripted import ACCOUNT, BULK, answer, extension

INVITATION = {"transition": {"sendWelcomeEmailsToUsers": True, "sendWelcomeEmail": True}}
DIRECTORY = [
    {"email": f"right{number}@example.com", "name": f"Person {number}", "extension_number": str(100 + number)}
    for number in (1, 2, 3)
]
OPTIONS = {"directory": DIRECTORY, "correct_email": True, "transport": "single"}
REFUSED = answer(400, {"errorCode": "CMN-101", "message": "Parameter [email] value is invalid"})
FORBIDDEN = answer(403, {"errorCode": "CMN-408", "message": "needs EditUserInfo"})


def put(number: int, reply: Any = None) -> Any:
    return f"PUT {ACCOUNT}/extension/{4000 + number}", reply or answer(body={"id": 4000 + number})


def bodies(runner: Any) -> list[Any]:
    return [request.json for request in runner.wire.sent if request.method in {"PUT", "POST"} and request.json]


def summary_of(result: dict[str, Any]) -> list[Any]:
    keys = ("id", "email", "reason", "outcome", "corrected_from", "directory_email")
    return [tuple(one[key] for key in keys) for one in result["results"]]


def test_first_the_address_then_the_invitation(runner: Any) -> None:
    result = runner.invite([extension(1)], put(1), put(1), **OPTIONS)
    assert bodies(runner) == [{"contact": {"email": "right1@example.com"}}, INVITATION]
    assert summary_of(result) == [
        ("4001", "right1@example.com", "not_activated", "invited", "person1@example.com", None)
    ]
    assert result["diff"] == {
        "before": {
            "address of Person 1, id 4001": "person1@example.com",
            "right1@example.com (Person 1, id 4001)": "never invited",
        },
        "after": {
            "address of Person 1, id 4001": "right1@example.com",
            "right1@example.com (Person 1, id 4001)": "invited",
        },
    }
    again = runner.invite([extension(1, contact={"email": "right1@example.com"})], **OPTIONS)
    assert summary_of(again) == [("4001", "right1@example.com", "recently_invited", None, None, None)]
    assert not again["changed"]
    assert bodies(runner) == []


def test_a_name_alone_corrects_no_user_but_shows_a_suggestion(runner: Any) -> None:
    by_name = [{"email": "right1@example.com", "name": "Person 1"}]
    result = runner.invite([extension(1)], **{**OPTIONS, "directory": by_name})
    assert bodies(runner) == []
    assert summary_of(result) == [("4001", "person1@example.com", "email_mismatch", None, None, "right1@example.com")]
    assert result["results"][0]["message"].endswith("found by name, which is no proof")


def test_check_mode_says_the_same_and_writes_nothing(runner: Any) -> None:
    planned = runner.invite([extension(1)], check_mode=True, **OPTIONS)
    assert bodies(runner) == []
    done = runner.invite([extension(1)], put(1), put(1), **OPTIONS)
    assert planned["diff"] == done["diff"]
    assert summary_of(planned) == [
        ("4001", "right1@example.com", "not_activated", "would_invite", "person1@example.com", None)
    ]


def test_without_it_they_are_held_and_shown(runner: Any) -> None:
    result = runner.invite([extension(1)], **OPTIONS | {"correct_email": False})
    assert summary_of(result) == [("4001", "person1@example.com", "email_mismatch", None, None, "right1@example.com")]
    assert bodies(runner) == []


def test_a_user_who_could_not_be_corrected_is_held_and_the_others_are_invited(runner: Any) -> None:
    people = [extension(1), extension(2)]
    with pytest.raises(IncompleteDelivery, match=r"^1 of 1 users were invited \(1 not corrected\)") as caught:
        runner.invite(people, put(1, REFUSED), put(2), put(2), **OPTIONS)
    assert summary_of(caught.value.result) == [
        ("4002", "right2@example.com", "not_activated", "invited", "person2@example.com", None),
        ("4001", "person1@example.com", "email_mismatch", None, None, "right1@example.com"),
    ]
    assert "it could not be corrected: RingCentral answered PUT" in caught.value.result["results"][1]["message"]
    assert runner.invite(people, put(1, REFUSED), put(2), **OPTIONS, max_failures=1)["counts"]["hold"] == 1


@pytest.mark.parametrize("trouble", [FORBIDDEN, TransportError("the connection broke", sent=False)])
def test_what_concerns_all_ends_the_corrections_not_the_invitations(runner: Any, trouble: Any) -> None:
    people = [extension(1), extension(2), extension(3, contact={"email": "right3@example.com"})]
    tries = 5 if isinstance(trouble, TransportError) else 1
    with pytest.raises(IncompleteDelivery, match="2 not corrected") as caught:
        runner.invite(people, *[put(1, trouble)] * tries, put(3), **OPTIONS)
    assert bodies(runner) == [{"contact": {"email": "right1@example.com"}}] * tries + [INVITATION]
    held = [one["message"] for one in caught.value.result["results"] if one["decision"] == "hold"]
    assert "not attempted, the run stopped early; the next run will correct it" in held[1]


def test_the_guard_counts_them_and_nothing_is_corrected(runner: Any) -> None:
    with pytest.raises(GuardExceeded, match="2 users would be invited") as caught:
        runner.invite([extension(1), extension(2)], **OPTIONS, max_invites=1)
    assert bodies(runner) == []
    assert [one["corrected_from"] for one in caught.value.result["results"]] == [None, None]


def test_an_active_user_keeps_their_address(runner: Any) -> None:
    people = [extension(1), extension(2, status="Enabled", contact={"email": "right1@example.com"})]
    result = runner.invite(people, **OPTIONS)
    assert bodies(runner) == []
    assert "Person 2 (extension 102, id 4002) has that address" in result["results"][0]["message"]


def test_it_needs_a_directory(runner: Any) -> None:
    with pytest.raises(InvalidOption, match=r"^correct_email: needs a directory"):
        runner.invite([extension(1)], correct_email=True)
    assert runner.wire.sent == []


def test_many_by_bulk(runner: Any) -> None:
    affected = [{"extensionId": str(number), "status": "Success"} for number in (4001, 4002)]
    ended = answer(body={"id": "t1", "status": "Completed", "result": {"affectedItems": {"result": affected}}})
    accepted = (BULK, answer(body={"id": "t1", "status": "Accepted"}))
    task = (f"GET {ACCOUNT}/extension-bulk-update/tasks/t1", ended)
    options = OPTIONS | {"transport": "auto"}
    result = runner.invite([extension(1), extension(2)], put(1), put(2), accepted, task, **options)
    assert [one["corrected_from"] for one in result["results"]] == ["person1@example.com", "person2@example.com"]
    assert result["counts"]["invited"] == 2


def test_an_employee_id_in_a_custom_field_finds_them(emulate: Callable[..., Machine]) -> None:
    machine = emulate(users=6, pending=2, odd=False)
    first, second = (one for one in machine.rc.account.extensions.values() if one.status == "NotActivated")
    first.custom_fields[machine.rc.account.create_field("Employee number")["id"]] = "E-1"
    second.employee_id = "E-2"
    directory = [{"email": "one@example.com", "employee_id": "e-1"}, {"email": "two@example.com", "employee_id": "E-2"}]
    options = {"directory": directory, "match_by": ["employee_id"], "employee_id_field": "employee number"}
    result = machine.invite(**options, correct_email=True)
    assert {mail["email"] for mail in machine.rc.outbox} == {"one@example.com", "two@example.com"}
    assert result["counts"]["invited"] == 2
    with pytest.raises(InvalidOption, match=r"^employee_id_field: the account has no custom field 'Badge'"):
        machine.invite(**options | {"employee_id_field": "Badge"})
