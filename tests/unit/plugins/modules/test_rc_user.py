# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_user: what it sends, what it refuses, and that a second run sends nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    ApiError,
    InvalidOption,
    TransportError,
    WrongAccount,
)
from machine import Machine
from scripted import ACCOUNT, answer, extension

PUT = f"PUT {ACCOUNT}/extension/4001"
PEOPLE = [
    extension(1),
    extension(2, status="Enabled"),
    extension(3, extensionNumber="4001"),
    extension(4, type="Department", contact={"email": "sales@example.com"}),
]


def bodies(runner: Any) -> list[Any]:
    return [request.json for request in runner.wire.sent if request.method == "PUT"]


def test_it_sends_what_differs_and_nothing_else(runner: Any) -> None:
    options = {"email": " ada@example.com ", "first_name": "Person", "last_name": "King"}
    result = runner.correct(PEOPLE, (PUT, answer(body={"id": 4001})), user="101", **options)
    assert bodies(runner) == [{"contact": {"email": "ada@example.com", "lastName": "King"}}]
    assert result["changed"]
    assert result["diff"] == {
        "before": {"email": "person1@example.com", "last_name": "1"},
        "after": {"email": "ada@example.com", "last_name": "King"},
    }
    assert (result["user"]["id"], result["user"]["name"]) == ("4001", "Person King")
    assert result["user"]["email"] == "ada@example.com"
    assert result["account"] == {"id": "1", "main_number": "+16505550100"}


def test_check_mode_says_the_same_and_sends_nothing(runner: Any) -> None:
    options = {"user": "101", "department": "Sales", "job_title": "Analyst"}
    planned = runner.correct(PEOPLE, check_mode=True, **options)
    assert bodies(runner) == []
    assert planned == runner.correct(PEOPLE, (PUT, answer(body={"id": 4001})), **options)
    assert bodies(runner) == [{"contact": {"department": "Sales", "jobTitle": "Analyst"}}]


@pytest.mark.parametrize(
    "options",
    [
        {"email": "person1@example.com"},
        {"email": "Person1@EXAMPLE.com"},
        {"first_name": "Person", "last_name": "1 "},
        {"department": "", "job_title": ""},
    ],
)
def test_values_that_are_already_set_are_not_written(runner: Any, options: dict[str, str]) -> None:
    result = runner.correct(PEOPLE, user="person1@example.com", **options)
    assert not result["changed"]
    assert result["diff"] == {"before": {}, "after": {}}
    assert bodies(runner) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"user": "101"}, "none of them is given"),
        ({"user": " ", "email": "a@example.com"}, "^user: is empty"),
        ({"user": "101", "email": ""}, "^email: '' is not an e-mail address"),
        ({"user": "101", "email": "ada"}, "^email: 'ada' is not an e-mail address"),
    ],
)
def test_bad_input_fails_before_any_request(runner: Any, options: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        runner.correct(PEOPLE, **options)
    assert runner.wire.sent == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"user": "nobody@example.com"}, "^user: no user has the e-mail, id or extension number nobody@example.com"),
        ({"user": "4001"}, r"^user: 4001 means .*\(extension 101, id 4001\), .*\(extension 4001, id 4003\)"),
        ({"user": "4004"}, "is of the type department; only people are corrected"),
        ({"user": "101", "email": "PERSON2@example.com"}, r"^email: .* is the address of Person 2 \(extension 102"),
    ],
)
def test_users_and_addresses_it_refuses(runner: Any, options: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        runner.correct(PEOPLE, **{"email": "ada@example.com", **options})
    assert bodies(runner) == []


def test_an_address_that_only_a_queue_has_is_free(runner: Any) -> None:
    assert runner.correct(PEOPLE, user="101", email="sales@example.com", check_mode=True)["changed"]


def test_the_wrong_account_is_refused_before_any_change(runner: Any) -> None:
    with pytest.raises(WrongAccount, match="opens the account 1"):
        runner.correct(PEOPLE, user="101", email="ada@example.com", expect_account="2")


def test_a_lost_answer_is_asked_for_again(runner: Any) -> None:
    lost = (PUT, TransportError("gone", sent=True))
    runner.correct(PEOPLE, lost, (PUT, answer(body={"id": 4001})), user="101", email="ada@example.com")
    assert bodies(runner) == [{"contact": {"email": "ada@example.com"}}] * 2


def test_a_refusal_is_not_repeated(runner: Any) -> None:
    refused = answer(400, {"errorCode": "CMN-101", "message": "Parameter [email] value is invalid"})
    with pytest.raises(ApiError, match="CMN-101"):
        runner.correct(PEOPLE, (PUT, refused), user="101", email="ada@example.com")
    assert len(bodies(runner)) == 1


def test_against_the_emulator_it_is_done_once(emulate: Callable[..., Machine]) -> None:
    machine = emulate()
    before = machine.info(status=["not_activated"])["users"][0]
    options = {"user": before["id"], "email": "ada.lovelace@example.com", "department": "Engines"}
    planned = machine.correct(check_mode=True, **options)
    assert machine.info(users=[before["id"]])["users"] == [before]
    done, again = machine.correct(**options), machine.correct(**options)
    assert (planned["changed"], done["changed"], again["changed"]) == (True, True, False)
    after = before | {"email": "ada.lovelace@example.com", "department": "Engines"}
    assert planned["user"] == done["user"] == again["user"] == after
    assert machine.info(users=[before["id"]])["users"] == [after]
    sent = [entry for entry in machine.rc.log if entry["method"] == "PUT"]
    assert [_body(entry) for entry in sent] == [
        {"contact": {"email": "ada.lovelace@example.com", "department": "Engines"}}
    ]
    assert machine.rc.outbox == []


def _body(entry: dict[str, Any]) -> Any:
    body = entry["body"]
    return json.loads(body) if isinstance(body, str) else body
