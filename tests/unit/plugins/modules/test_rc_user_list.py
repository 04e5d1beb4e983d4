# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_user with a list of users: one login, the order of the writes, and a result for each user."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _user_changes
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    ApiError,
    RingCentralError,
    TransportError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._user_writes import IncompleteCorrection
from machine import Machine
from scripted import ACCOUNT, REVOKE, TOKEN, answer, extension, log_in

PEOPLE = [
    extension(1),
    extension(2, status="Enabled"),
    extension(3, extensionNumber="4001"),
    extension(4, type="Department", contact={"email": "sales@example.com"}),
    extension(5),
    extension(6),
]
REFUSED = answer(400, {"errorCode": "CMN-101", "message": "Parameter [email] value is invalid"})
FORBIDDEN = answer(403, {"errorCode": "CMN-408", "message": "In order to call this API endpoint, permission is needed"})


def put(number: int, reply: Any = None) -> tuple[str, Any]:
    """A request to change user ``number``, and RingCentral's answer: that user unless given."""
    return f"PUT {ACCOUNT}/extension/{4000 + number}", reply or answer(body={"id": 4000 + number})


def sent(runner: Any) -> list[tuple[str, Any]]:
    """The ids that were written to, with the contact values."""
    return [
        (request.path.rpartition("/")[2], request.json["contact"])
        for request in runner.wire.sent
        if request.method == "PUT"
    ]


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {user["id"]: user["outcome"] for user in result["users"]}


def test_one_login_and_one_read_serve_every_user(runner: Any) -> None:
    users = [
        {"user": "101", "email": "ada@example.com", "last_name": "King"},
        {"user": "person2@example.com", "last_name": "2"},
        {"user": "4005", "department": "Engines"},
    ]
    result = runner.correct(PEOPLE, put(1), put(5), users=users)
    assert [str(request) for request in runner.wire.sent] == [
        TOKEN,
        f"GET {ACCOUNT}",
        f"GET {ACCOUNT}/extension",
        f"PUT {ACCOUNT}/extension/4001",
        f"PUT {ACCOUNT}/extension/4005",
        REVOKE,
    ]
    assert sent(runner) == [
        ("4001", {"email": "ada@example.com", "lastName": "King"}),
        ("4005", {"department": "Engines"}),
    ]
    assert result == {
        "changed": True,
        "users": [
            {
                "id": "4001",
                "name": "Person King",
                "email": "ada@example.com",
                "extension_number": "101",
                "before": {"email": "person1@example.com", "last_name": "1"},
                "after": {"email": "ada@example.com", "last_name": "King"},
                "changed": True,
                "outcome": "corrected",
                "message": "",
            },
            {
                "id": "4002",
                "name": "Person 2",
                "email": "person2@example.com",
                "extension_number": "102",
                "before": {},
                "after": {},
                "changed": False,
                "outcome": "unchanged",
                "message": "",
            },
            {
                "id": "4005",
                "name": "Person 5",
                "email": "person5@example.com",
                "extension_number": "105",
                "before": {"department": ""},
                "after": {"department": "Engines"},
                "changed": True,
                "outcome": "corrected",
                "message": "",
            },
        ],
        "account": {"id": "1", "main_number": "+16505550100"},
        "diff": [
            {
                "before_header": "Person 1 (extension 101, id 4001)",
                "after_header": "Person 1 (extension 101, id 4001)",
                "before": {"email": "person1@example.com", "last_name": "1"},
                "after": {"email": "ada@example.com", "last_name": "King"},
            },
            {
                "before_header": "Person 5 (extension 105, id 4005)",
                "after_header": "Person 5 (extension 105, id 4005)",
                "before": {"department": ""},
                "after": {"department": "Engines"},
            },
        ],
    }


def test_check_mode_predicts_the_same_and_writes_nothing(runner: Any) -> None:
    users = [{"user": "101", "email": "ada@example.com"}, {"user": "102", "email": "person2@example.com"}]
    planned = runner.correct(PEOPLE, check_mode=True, users=users)
    assert sent(runner) == []
    done = runner.correct(PEOPLE, put(1), users=users)
    assert outcomes(planned) == {"4001": "would_correct", "4002": "unchanged"}
    assert outcomes(done) == {"4001": "corrected", "4002": "unchanged"}
    for result in (planned, done):
        for user in result["users"]:
            del user["outcome"]
    assert planned == done


def test_nothing_changes_where_everything_is_right(runner: Any) -> None:
    result = runner.correct(PEOPLE, users=[{"user": "101", "email": "PERSON1@example.com"}])
    assert (result["changed"], result["diff"], outcomes(result)) == (False, [], {"4001": "unchanged"})


def test_an_entry_that_repeats_another_counts_once(runner: Any) -> None:
    users = [
        {"user": "101", "email": "ada@example.com"},
        {"user": "101 ", "email": "Ada@Example.com"},
        {"user": "person1@example.com", "email": "ada@example.com"},
    ]
    result = runner.correct(PEOPLE, put(1), users=users)
    assert outcomes(result) == {"4001": "corrected"}


def test_an_address_is_given_up_before_the_next_user_gets_it(runner: Any) -> None:
    users = [
        {"user": "101", "email": "person2@example.com"},
        {"user": "102", "email": "person5@example.com"},
        {"user": "105", "email": "new@example.com"},
    ]
    result = runner.correct(PEOPLE, put(5), put(2), put(1), users=users)
    assert [identity for identity, _contact in sent(runner)] == ["4005", "4002", "4001"]
    assert [user["id"] for user in result["users"]] == ["4001", "4002", "4005"]


def test_no_user_gets_an_address_that_its_holder_kept(runner: Any) -> None:
    users = [
        {"user": "101", "email": "person2@example.com"},
        {"user": "102", "email": "new@example.com"},
        {"user": "105", "department": "Engines"},
    ]
    with pytest.raises(IncompleteCorrection) as caught:
        runner.correct(PEOPLE, put(2, REFUSED), put(5), users=users)
    assert outcomes(caught.value.result) == {"4001": "not_attempted", "4002": "failed", "4005": "corrected"}
    assert caught.value.result["users"][0]["message"] == (
        "not attempted, Person 2 (extension 102, id 4002) still has or may have person2@example.com"
    )


def test_a_refused_user_fails_alone(runner: Any) -> None:
    users = [
        {"user": "101", "email": "ada@example.com"},
        {"user": "102", "email": "bob@example.com"},
        {"user": "105", "email": "eve@example.com"},
    ]
    with pytest.raises(IncompleteCorrection, match=r"^1 of 3 users were not corrected.*Person 2 .*CMN-101") as caught:
        runner.correct(PEOPLE, put(1), put(2, REFUSED), put(5), users=users)
    result = caught.value.as_result()
    assert outcomes(result) == {"4001": "corrected", "4002": "failed", "4005": "corrected"}
    failed = result["users"][1]
    assert (failed["changed"], failed["email"]) == (False, "person2@example.com")
    assert failed["before"] == failed["after"] == {"email": "person2@example.com"}
    assert "CMN-101" in failed["message"]
    assert result["changed"]
    assert [diff["after"]["email"] for diff in result["diff"]] == ["ada@example.com", "eve@example.com"]
    assert result["error"] == {"code": "IncompleteCorrection"}


def test_a_missing_permission_ends_the_task_and_names_the_rest(runner: Any) -> None:
    users = [
        {"user": "101", "email": "ada@example.com"},
        {"user": "102", "email": "bob@example.com"},
        {"user": "105", "email": "eve@example.com"},
        {"user": "106", "last_name": "6"},
    ]
    with pytest.raises(IncompleteCorrection, match=r"^2 of 4 users were not corrected") as caught:
        runner.correct(PEOPLE, put(1), put(2, FORBIDDEN), users=users)
    result = caught.value.as_result()
    assert outcomes(result) == {
        "4001": "corrected",
        "4002": "failed",
        "4005": "not_attempted",
        "4006": "unchanged",
    }
    assert "Person 5 (extension 105, id 4005): not attempted, the task stopped early" in result["msg"]
    assert result["error"]["code"] == "CMN-408"
    assert len(sent(runner)) == 2


@pytest.mark.parametrize(
    "reply",
    [{}, {"id": 4005}, {"id": None}, {"errorCode": "CMN-101", "message": "Parameter [email] value is invalid"}],
    ids=["empty", "another user", "no id", "an error with 200"],
)
def test_an_answer_that_does_not_name_the_user_proves_nothing(runner: Any, reply: dict[str, Any]) -> None:
    users = [{"user": "101", "email": "ada@example.com"}, {"user": "102", "email": "bob@example.com"}]
    with pytest.raises(IncompleteCorrection) as caught:
        runner.correct(PEOPLE, put(1, answer(body=reply)), put(2), users=users)
    assert outcomes(caught.value.result) == {"4001": "unknown", "4002": "corrected"}
    unknown = caught.value.result["users"][0]
    assert unknown["changed"]
    assert unknown["after"] == {"email": "ada@example.com"}
    assert "may have been changed" in unknown["message"]


@pytest.mark.parametrize("reply", [{}, {"id": 4005}], ids=["empty", "another user"])
def test_an_answer_without_the_single_user_is_not_a_success(runner: Any, reply: dict[str, Any]) -> None:
    with pytest.raises(TransportError) as caught:
        runner.correct(PEOPLE, put(1, answer(body=reply)), user="101", email="ada@example.com")
    assert caught.value.sent


def lost(number: int) -> list[tuple[str, Any]]:
    """A change whose answer never arrives, at any of the attempts."""
    return [put(number, TransportError("gone", sent=True))] * 5


def test_a_user_without_an_answer_does_not_stop_the_others(runner: Any) -> None:
    users = [{"user": "101", "email": "ada@example.com"}, {"user": "102", "email": "bob@example.com"}]
    with pytest.raises(IncompleteCorrection) as caught:
        runner.correct(PEOPLE, *lost(1), put(2), users=users)
    assert outcomes(caught.value.result) == {"4001": "unknown", "4002": "corrected"}


def test_three_users_in_a_row_without_an_answer_end_the_task(runner: Any) -> None:
    users = [{"user": str(100 + number), "department": "Engines"} for number in (1, 2, 5, 6)]
    with pytest.raises(IncompleteCorrection) as caught:
        runner.correct(PEOPLE, *lost(1), *lost(2), *lost(5), users=users)
    assert outcomes(caught.value.result) == {
        "4001": "unknown",
        "4002": "unknown",
        "4005": "unknown",
        "4006": "not_attempted",
    }
    assert caught.value.as_result()["error"]["code"] == "TransportError"


def test_a_connection_that_never_opens_ends_the_task_unchanged(runner: Any) -> None:
    users = [{"user": "101", "email": "ada@example.com"}, {"user": "102", "email": "bob@example.com"}]
    refused_connection = [put(1, TransportError("connection refused", sent=False))] * 5
    with pytest.raises(IncompleteCorrection) as caught:
        runner.correct(PEOPLE, *refused_connection, users=users)
    assert outcomes(caught.value.result) == {"4001": "failed", "4002": "not_attempted"}
    assert not caught.value.result["changed"]


def test_a_wait_that_max_wait_does_not_allow_ends_the_task(runner: Any) -> None:
    users = [{"user": str(100 + number), "department": "Engines"} for number in (1, 2, 5)]
    limited = answer(429, {"errorCode": "CMN-301", "message": "Request rate exceeded"}, retry_after="1000")
    with pytest.raises(IncompleteCorrection, match=r"^2 of 3 users .*max_wait") as caught:
        runner.correct(PEOPLE, put(1), put(2, limited), users=users)
    assert outcomes(caught.value.result) == {"4001": "corrected", "4002": "failed", "4005": "not_attempted"}
    assert caught.value.as_result()["error"] == {"code": "OutOfTime"}


def test_a_session_that_ends_early_is_renewed(runner: Any) -> None:
    users = [{"user": str(100 + number), "department": "Engines"} for number in (1, 2)]
    expired = answer(401, {"errorCode": "OAU-213", "message": "Token not found"})
    result = runner.correct(PEOPLE, put(1), put(2, expired), log_in("token-2"), put(2), users=users)
    assert outcomes(result) == {"4001": "corrected", "4002": "corrected"}


@pytest.mark.parametrize("form", ["single", "list"])
@pytest.mark.parametrize(
    ("option", "written", "stored"),
    [
        ("email", "\ufeffada\u200b@example.com\u00a0", "ada@example.com"),
        ("email", "ada@exam\u00adple.com\r\n", "ada@example.com"),
        ("first_name", "\u202aAda\u202c", "Ada"),
        ("last_name", "van\u00a0Dyke\n", "van Dyke"),
        ("last_name", "\u0645\u06cc\u200c\u0631", "\u0645\u06cc\u200c\u0631"),
        ("department", "R&D\u200b", "R&D"),
    ],
)
def test_invisible_characters_are_never_written(runner: Any, form: str, option: str, written: str, stored: str) -> None:
    change = {"user": "\u200e101\u00a0", option: written}
    runner.correct(PEOPLE, put(1), **(change if form == "single" else {"users": [change]}))
    (contact,) = (contact for _identity, contact in sent(runner))
    assert list(contact.values()) == [stored]


def test_a_surname_may_be_true(runner: Any) -> None:
    assert runner.correct(PEOPLE, put(1), users=[{"user": "101", "last_name": "True"}])["changed"]


def test_many_entries_do_not_read_the_whole_account_each(monkeypatch: pytest.MonkeyPatch, runner: Any) -> None:
    searched: list[int] = []

    def counting(names: Any, users: Any) -> Any:
        searched.append(len(users))
        return find_users(names, users)

    monkeypatch.setattr(_user_changes, "find_users", counting)
    people = [extension(number) for number in range(1, 1001)]
    users = [{"user": f"person{number}@example.com", "email": f"new{number}@example.com"} for number in range(1, 501)]
    result = runner.correct(people, check_mode=True, users=users)
    assert [user["id"] for user in result["users"]] == [str(4000 + number) for number in range(1, 501)]
    assert [user["email"] for user in result["users"]] == [user["email"] for user in users]
    assert sum(searched) < 1000 + 500 * 20  # the account once, then halves of what it held


def test_against_the_emulator_a_list_is_applied_once(emulate: Callable[..., Machine]) -> None:
    machine = emulate()
    before = machine.info(status=["not_activated"])["users"][:4]
    users = [{"user": user["id"], "email": f"new{number}@example.com"} for number, user in enumerate(before)]
    planned = machine.correct(check_mode=True, users=users)
    assert machine.info(users=[user["id"] for user in before])["users"] == before
    done, again = machine.correct(users=users), machine.correct(users=users)
    assert (planned["changed"], done["changed"], again["changed"]) == (True, True, False)
    after = machine.info(users=[user["id"] for user in before])["users"]
    assert after == [user | {"email": f"new{number}@example.com"} for number, user in enumerate(before)]
    written = [entry for entry in machine.rc.log if entry["method"] == "PUT"]
    assert [_body(entry) for entry in written] == [{"contact": {"email": user["email"]}} for user in users]
    assert machine.rc.outbox == []
    assert done["users"][0]["outcome"] == "corrected"


def test_against_the_emulator_a_refused_user_fails_alone(emulate: Callable[..., Machine]) -> None:
    machine = emulate()
    first, second, third = machine.info(status=["not_activated"])["users"][:3]
    machine.rc.faults.add("500", path=f"PUT */extension/{second['id']}", times=99)
    users = [{"user": user["id"], "department": "Engines"} for user in (first, second, third)]
    with pytest.raises(RingCentralError) as caught:
        machine.correct(users=users)
    assert not isinstance(caught.value, ApiError)
    assert list(outcomes(caught.value.result).values()) == ["corrected", "unknown", "corrected"]
    departments = [user["department"] for user in machine.info(users=[one["id"] for one in (first, third)])["users"]]
    assert departments == ["Engines", "Engines"]


def _body(entry: dict[str, Any]) -> Any:
    body = entry["body"]
    return json.loads(body) if isinstance(body, str) else body
