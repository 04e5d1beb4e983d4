# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_send_invite: whom its options mean, what they guard against, and what it says of wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    ApiError,
    GuardExceeded,
    InvalidOption,
    LedgerError,
    TransportError,
    WrongAccount,
)
from scripted import ACCOUNT, extension
from unit.plugins.modules.sending import (
    ACCEPTED,
    FORBIDDEN,
    TWO,
    put,
    remembered,
    sent,
    task,
)


def test_the_guard_fails_with_the_whole_plan_and_sends_nothing(runner: Any) -> None:
    for check_mode in (True, False):
        with pytest.raises(GuardExceeded, match="2 users would be invited, the limit is 1; no mail was sent") as raised:
            runner.invite(TWO, max_invites=1, check_mode=check_mode)
        assert raised.value.result["counts"]["send"] == 2
        assert not raised.value.result["changed"]
    assert remembered(runner) == {}
    assert runner.invite(TWO, ACCEPTED, task(1, 2), max_invites=2)["counts"]["invited"] == 2


def test_named_users_come_out_with_a_reason_each(runner: Any) -> None:
    people = [
        extension(1),
        extension(2, status="Enabled"),
        extension(3, type="Department"),
        extension(4, type="DigitalUser"),
        extension(5, extensionNumber="4004"),
    ]
    names = ["PERSON1@example.com", "102", "4003", "104", "4004", "nobody@example.com", "101"]
    result = runner.invite(people, put(1), users=names)
    assert [(entry["id"] or entry["name"], entry["reason"]) for entry in result["results"]] == [
        ("4001", "not_activated"),
        ("4002", "already_activated"),
        ("4003", "not_a_person"),
        ("4004", "filtered"),
        ("nobody@example.com", "not_found"),
        ("4004", "ambiguous"),
    ]


def test_a_site_without_users_is_a_warning(runner: Any) -> None:
    result = runner.invite([extension(1, site={"name": "Paris"})], site=["paris", "Pariss"], check_mode=True)
    assert result["counts"]["send"] == 1
    said = "site: no user who has not activated is of the site 'Pariss'; check the spelling"
    assert [warning for warning in result["warnings"] if warning.startswith("site")] == [said]


@pytest.mark.parametrize("record", [None, {}, {"id": True}, {"id": 1.0}, {"id": "../1"}, {"id": 10**30}])
def test_a_record_without_a_usable_id_is_one_clear_error(runner: Any, record: Any) -> None:
    with pytest.raises(TransportError, match=r"a page holds a record without a usable id. No mail was sent"):
        runner.invite([record])


def test_only_users_that_the_directory_confirms_are_mailed(runner: Any) -> None:
    directory = [
        {"email": "person1@example.com"},
        {"email": "p2@example.com", "name": "2, Person"},
        {"email": "other@example.com", "aliases": ["smtp:person3@example.com"]},
        {"email": "person4@example.com", "enabled": False},
    ]
    people = [extension(n) for n in (1, 2, 3, 4, 5)]
    result = runner.invite(people, ACCEPTED, task(1, 3), directory=directory, force=True)
    assert {entry["id"]: entry["reason"] for entry in result["results"]} == {
        "4001": "not_activated",
        "4002": "email_mismatch",
        "4003": "not_activated",
        "4004": "disabled_in_directory",
        "4005": "not_in_directory",
    }
    message = next(entry["message"] for entry in result["results"] if entry["id"] == "4002")
    assert message == "the directory has p2@example.com for them, found by name, which is no proof"


def test_half_a_character_in_a_name_breaks_nothing(runner: Any) -> None:
    result = runner.invite([extension(1, name="Ada \ud83d", contact={"email": "a\udc00@example.com"})], put(1))
    assert [(entry["name"], entry["email"]) for entry in result["results"]] == [("Ada ?", "a?@example.com")]


def test_without_a_ledger_each_run_mails_again(runner: Any) -> None:
    for _run in range(2):
        assert runner.invite(TWO[:1], put(1), ledger={"backend": "none"})["counts"]["invited"] == 1
    assert not runner.ledger.exists()


def test_the_flags_of_the_transition_are_the_users(runner: Any) -> None:
    runner.invite(TWO[:1], put(1), transition={"send_welcome_email": False})
    assert sent(runner, "PUT") == [{"transition": {"sendWelcomeEmailsToUsers": True, "sendWelcomeEmail": False}}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"all_pending": False}, "^users: is not given; name the users"),
        ({"users": []}, "^users: is empty; name the users"),
        ({"users": ["", " "]}, "^users: is empty; name the users"),
        ({"users": ["a@example.com"], "all_pending": True}, "^all_pending: cannot be combined with users"),
        ({"resend_after": "2 days"}, "^resend_after: '2 days' is not a valid duration"),
        ({"min_age": "soon"}, "^min_age: 'soon' is not a valid duration"),
        ({"limit": -1}, "^limit: -1 is negative"),
        ({"max_attempts": -1}, "^max_attempts: -1 is negative"),
        ({"max_invites": -1}, "^max_invites: -1 is negative"),
        ({"directory": []}, "^directory: is empty, so every user would be held"),
        ({"canary": -1}, "^canary: -1 is negative"),
        ({"max_failures": -1}, "^max_failures: -1 is negative"),
        ({"transition": {"send_welcome_email": False, "send_welcome_emails_to_users": False}}, "^transition: "),
    ],
)
def test_bad_input_names_the_option_and_nothing_is_sent(runner: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        runner.invite(TWO, **options)
    assert runner.wire.sent == []


def test_another_account_is_never_mailed(runner: Any) -> None:
    with pytest.raises(WrongAccount):
        runner.invite(TWO, expect_account="2")
    assert not runner.ledger.exists()


def test_a_bad_ledger_is_reported_before_any_user_is_read(runner: Any) -> None:
    runner.ledger.write_text("no database at all, but long enough to look like one" * 40)
    with pytest.raises(LedgerError, match="not a database"):
        runner.invite(TWO)
    assert [str(request) for request in runner.wire.sent][1:-1] == [f"GET {ACCOUNT}"]


def test_trouble_while_reading_comes_out_as_it_is(runner: Any) -> None:
    with pytest.raises(ApiError, match="CMN-408"):
        runner.invite(FORBIDDEN)
