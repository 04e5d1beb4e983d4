# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_user_info: what it asks for, how it narrows, what it returns."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, WrongAccount
from scripted import LIST, extension

PEOPLE = [
    extension(1, creationTime="2026-03-01T00:00:00Z", site={"name": "Paris"}),
    extension(2, status="Enabled", creationTime="2026-01-01T00:00:00Z"),
    extension(3, status="Frozen", creationTime=None),
    extension(4, type="Department", extensionNumber="4001"),
]


def asked(runner: Any) -> Any:
    return next(request.params for request in runner.wire.sent if str(request) == LIST)


def test_it_returns_users_and_counts(runner: Any) -> None:
    result = runner.info(PEOPLE)
    assert asked(runner) == {"type": ["User"], "page": 1, "perPage": 1000}
    assert [user["id"] for user in result["users"]] == ["4001", "4002", "4003"]
    assert result | {"users": None} == {
        "changed": False,
        "total": 3,
        "counts": {"enabled": 1, "disabled": 0, "frozen": 1, "not_activated": 1, "unassigned": 0},
        "not_found": [],
        "account": {"id": "1", "main_number": "+16505550100"},
        "warnings": [],
        "users": None,
    }


def test_without_details_it_only_counts(runner: Any) -> None:
    result = runner.info(PEOPLE, details=False, status=["not_activated"])
    assert asked(runner)["status"] == ["NotActivated"]
    assert "users" not in result
    assert (result["total"], result["counts"]["not_activated"]) == (1, 1)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"created_before": "14d"}, ["4002", "4003"]),
        ({"created_after": "14d"}, ["4001"]),
        ({"created_after": "2026-01-01", "created_before": "2026-02-01"}, ["4002"]),
        ({"site": ["PARIS"]}, ["4001"]),
        ({"department": ["Sales"]}, []),
        ({"status": ["frozen", "enabled"]}, ["4002", "4003"]),
    ],
)
def test_filters(runner: Any, options: dict[str, Any], ids: list[str]) -> None:
    assert [user["id"] for user in runner.info(PEOPLE, **options)["users"]] == ids


def test_named_users(runner: Any) -> None:
    result = runner.info(PEOPLE, users=["102", "nobody@example.com", "4001"], type=["user", "department"])
    assert asked(runner) == {"page": 1, "perPage": 1000}
    assert [user["id"] for user in result["users"]] == ["4002", "4001", "4004"]
    assert result["not_found"] == ["nobody@example.com"]
    assert result["warnings"] == [
        "users: 4001 means Person 1 (extension 101, id 4001), Person 4 (extension 4001, id 4004)"
    ]


def test_named_users_that_a_filter_leaves_out_are_reported(runner: Any) -> None:
    result = runner.info(PEOPLE, users=["4004"])
    assert (result["users"], result["not_found"]) == ([], [])
    assert result["warnings"] == ["users: the other options, such as type, exclude 1 of the users that were found"]


def test_bad_input_fails_before_any_request(runner: Any) -> None:
    with pytest.raises(InvalidOption, match=r"^created_before: 'soon'"):
        runner.info(PEOPLE, created_before="soon")
    assert runner.wire.sent == []
    with pytest.raises(WrongAccount, match="opens the account 1"):
        runner.info(PEOPLE, expect_account="2")


def test_the_findings_of_each_user(runner: Any) -> None:
    people = [
        extension(1),
        extension(2, contact={}),
        extension(3, contact={"email": "ops@users.invalid"}, status="Enabled"),
        extension(4, contact={"email": "twin@example.com"}, status="Enabled"),
        extension(5, contact={"email": "twin@example.com"}, creationTime="2026-03-01T00:00:00Z"),
        extension(6, contact={"email": "p6@example.org"}, status="Enabled"),
        extension(7, contact={"email": "gone@example.com"}, status="Disabled"),
        extension(8, contact={"email": "gone8@example.com"}, status="Disabled"),
        extension(9, contact={"email": "old9@example.com"}, status="Enabled"),
        extension(10, contact={"email": "old10@example.com"}, status="Enabled"),
        extension(11, contact={"email": "sales@example.com"}, type="Department", status="Enabled"),
    ]
    directory = [
        {"email": "person1@example.com"},
        {"email": "two@example.com", "name": "Person 2"},
        {"email": "twin@example.com"},
        {"email": "p6@example.org"},
        {"email": "gone@example.com", "enabled": False},
        {"email": "new9@example.com", "name": "Person 9"},
        {"email": "twin@example.com", "name": "Person 10"},
    ]
    options = {"findings": True, "directory": directory, "match_by": ["email", "name"]}
    result = runner.info(people, allowed_domains=["example.com"], type=["user", "department"], **options)
    found = {one["id"]: (list(one["findings"]), one["directory_email"]) for one in result["users"] if "findings" in one}
    assert found == {
        "4001": (["not_activated"], None),
        "4002": (["not_activated", "no_email", "email_mismatch"], "two@example.com"),
        "4003": (["placeholder_email", "domain_not_allowed", "not_in_directory"], None),
        "4004": (["duplicate_email", "ambiguous"], None),
        "4005": (["not_activated", "duplicate_email", "ambiguous"], None),
        "4006": (["domain_not_allowed"], None),
        "4007": (["disabled_in_directory"], None),
        "4008": ([], None),
        "4009": (["email_mismatch"], "new9@example.com"),
        "4010": (["email_mismatch"], None),
    }
    assert result["users"][9]["findings"]["email_mismatch"].endswith("(extension 105, id 4005) has that address")
    assert result["findings"] == {
        "not_activated": 3,
        "no_email": 1,
        "placeholder_email": 1,
        "duplicate_email": 2,
        "domain_not_allowed": 2,
        "not_in_directory": 1,
        "disabled_in_directory": 1,
        "email_mismatch": 3,
        "ambiguous": 2,
    }
    assert result["pending_by_age"] == {
        "under_7_days": 1, "7_to_30_days": 0, "30_to_90_days": 2, "over_90_days": 0, "unknown": 0
    }  # fmt: skip


def test_a_directory_without_findings_is_a_mistake(runner: Any) -> None:
    with pytest.raises(InvalidOption, match=r"^directory: is for findings"):
        runner.info([extension(1)], directory=[{"email": "a@example.com"}])
