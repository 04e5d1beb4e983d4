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


def asked(stage: Any) -> Any:
    return next(request.params for request in stage.wire.sent if str(request) == LIST)


def test_it_returns_users_and_counts(stage: Any) -> None:
    result = stage.info(PEOPLE)
    assert asked(stage) == {"type": ["User"], "page": 1, "perPage": 1000}
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


def test_without_details_it_only_counts(stage: Any) -> None:
    result = stage.info(PEOPLE, details=False, status=["not_activated"])
    assert asked(stage)["status"] == ["NotActivated"]
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
def test_narrowing(stage: Any, options: dict[str, Any], ids: list[str]) -> None:
    assert [user["id"] for user in stage.info(PEOPLE, **options)["users"]] == ids


def test_named_users(stage: Any) -> None:
    result = stage.info(PEOPLE, users=["102", "nobody@example.com", "4001"], type=["user", "department"])
    assert asked(stage) == {"page": 1, "perPage": 1000}
    assert [user["id"] for user in result["users"]] == ["4002", "4001", "4004"]
    assert result["not_found"] == ["nobody@example.com"]
    assert result["warnings"] == [
        "users: 4001 means Person 1 (extension 101, id 4001), Person 4 (extension 4001, id 4004)"
    ]


def test_named_users_that_are_narrowed_out_are_not_dropped_without_a_word(stage: Any) -> None:
    result = stage.info(PEOPLE, users=["4004"])
    assert (result["users"], result["not_found"]) == ([], [])
    assert result["warnings"] == ["users: 1 of them are left out by the other options, such as type"]


def test_bad_input_is_told_before_anything_is_sent(stage: Any) -> None:
    with pytest.raises(InvalidOption, match=r"^created_before: 'soon'"):
        stage.info(PEOPLE, created_before="soon")
    assert stage.wire.sent == []
    with pytest.raises(WrongAccount, match="opens the account 1"):
        stage.info(PEOPLE, expect_account="2")
