# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_user with a list of users: every problem is named, and no user is changed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.modules.rc_user import SHOWN
from scripted import extension

PEOPLE = [
    extension(1),
    extension(2, status="Enabled"),
    extension(3, extensionNumber="4001"),
    extension(4, type="Department", contact={"email": "sales@example.com"}),
    extension(5),
    extension(6),
]


def refused(runner: Any, *users: dict[str, Any]) -> list[tuple[int, str, str]]:
    """The problems of a list that is refused as a whole: entry, option and message of each."""
    with pytest.raises(InvalidOption) as caught:
        runner.correct(PEOPLE, users=list(users))
    assert "PUT" not in {request.method for request in runner.wire.sent}
    assert caught.value.message.endswith("No user was changed.")
    problems = caught.value.as_result()["problems"]
    for problem in problems:
        assert f"entry {problem['entry']} ({problem['user']}): {problem['option']}: " in caught.value.message
        assert problem["message"] in caught.value.message
    return [(problem["entry"], problem["option"], problem["message"]) for problem in problems]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "^user: is not given"),
        ({"users": []}, "^users: is empty"),
        ({"users": [{"user": "101", "email": "ada@example.com"}], "user": "101"}, "cannot be combined with user;"),
        ({"users": [{"user": "101", "email": "ada@example.com"}], "email": "b@example.com"}, "combined with email;"),
        ({"users": [{"user": "101", "email": "ada@example.com"}], "department": ""}, "combined with department;"),
    ],
)
def test_the_two_forms_exclude_each_other(runner: Any, options: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        runner.correct(PEOPLE, **options)
    assert runner.wire.sent == []


def test_every_problem_is_named_before_the_first_write(runner: Any) -> None:
    problems = refused(
        runner,
        {"user": "101", "email": "ada@example.com"},
        {"user": "gone@example.com", "email": "new@example.com"},
        {"user": "4001", "department": "Sales"},
        {"user": "4004", "department": "Sales"},
        {"user": "102", "email": "person5@example.com"},
        {"user": "105", "email": "person5@"},
        {"user": "106"},
        {"user": " ", "job_title": "Analyst"},
        {"user": "lost@example.com", "email": ""},
    )
    assert problems == [
        (2, "user", "no user has the e-mail, id or extension number gone@example.com"),
        (
            3,
            "user",
            "4001 means Person 1 (extension 101, id 4001), Person 3 (extension 4001, id 4003); name one in another way",
        ),
        (4, "user", "Person 4 (extension 104, id 4004) is of the type department; only people are corrected"),
        (5, "email", "person5@example.com is the address of Person 5 (extension 105, id 4005) already"),
        (6, "email", "'person5@' is not an e-mail address"),
        (
            7,
            "email, first_name, last_name, department, job_title",
            "none of them is given, so there is nothing to change",
        ),
        (8, "user", "is empty; name a user by e-mail address, id or extension number"),
        (9, "email", "'' is not an e-mail address; leave email out to keep the present one"),
        (9, "user", "no user has the e-mail, id or extension number lost@example.com"),
    ]


def test_entries_that_are_all_malformed_are_looked_up_too(runner: Any) -> None:
    problems = refused(runner, {"user": "gone@example.com", "email": "ada"}, {"user": "102"})
    assert [(entry, option) for entry, option, _message in problems] == [
        (1, "email"),
        (1, "user"),
        (2, "email, first_name, last_name, department, job_title"),
    ]


def test_a_long_list_of_problems_is_cut_in_the_message_alone(runner: Any) -> None:
    users = [{"user": f"{number}@example.com", "department": "Sales"} for number in range(SHOWN + 15)]
    with pytest.raises(InvalidOption, match=r"40 of 40 entries cannot be applied: .*; and 15 more\. No user") as caught:
        runner.correct(PEOPLE, users=users)
    assert [problem["user"] for problem in caught.value.result["problems"]] == [user["user"] for user in users]


def test_entries_that_contradict_each_other_are_refused(runner: Any) -> None:
    users = [
        {"user": "101", "department": "Sales"},
        {"user": "person1@example.com", "department": "Engines"},
        {"user": "id-less", "department": "Engines"},
    ]
    assert refused(runner, *users) == [
        (2, "user", "entry 1 is about Person 1 (extension 101, id 4001) too and differs; merge the two"),
        (3, "user", "no user has the e-mail, id or extension number id-less"),
    ]


def test_one_address_for_two_users_is_refused(runner: Any) -> None:
    problems = refused(
        runner, {"user": "101", "email": "team@example.com"}, {"user": "102", "email": "TEAM@example.com"}
    )
    assert problems == [
        (1, "email", "team@example.com is wanted by entry 2 too; give each user their own"),
        (2, "email", "TEAM@example.com is wanted by entry 1 too; give each user their own"),
    ]


def test_an_address_that_a_user_keeps_is_taken_though_the_user_is_listed(runner: Any) -> None:
    problems = refused(
        runner, {"user": "101", "email": "person1@example.com"}, {"user": "102", "email": "person1@example.com"}
    )
    assert problems == [(2, "email", "person1@example.com is the address of Person 1 (extension 101, id 4001) already")]


def test_users_who_swap_addresses_are_refused(runner: Any) -> None:
    words = "cannot come free, since entries swap addresses; give one of the users a temporary address first"
    problems = refused(
        runner,
        {"user": "101", "email": "person2@example.com"},
        {"user": "102", "email": "person1@example.com"},
        {"user": "105", "email": "new@example.com"},
    )
    assert problems == [(1, "email", f"person2@example.com {words}"), (2, "email", f"person1@example.com {words}")]


@pytest.mark.parametrize(
    ("change", "option", "says"),
    [
        ({"department": False}, "department", "'False' is how YAML reads an unquoted yes, no, on or off"),
        ({"job_title": True}, "job_title", "'True' is how YAML"),
        ({"last_name": False}, "last_name", "'False' is how YAML"),
        ({"email": "ada\0@example.com"}, "email", "has control characters"),
        ({"department": "Sales\x07"}, "department", "has control characters"),
        ({"first_name": "", "last_name": "\u200b"}, "first_name", "the user would be left without a name"),
    ],
)
def test_values_that_make_no_sense_are_refused(runner: Any, change: dict[str, Any], option: str, says: str) -> None:
    ((entry, named, message),) = refused(runner, {"user": "101", **change})
    assert (entry, named) == (1, option)
    assert message.startswith(says) or says in message


def test_an_entry_that_was_applied_before_is_recognised(runner: Any) -> None:
    (problem,) = refused(runner, {"user": "old@example.com", "email": "person2@example.com"})
    assert problem[2].endswith("Person 2 (extension 102, id 4002) has the new address already")
