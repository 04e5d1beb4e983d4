# SPDX-License-Identifier: GPL-3.0-or-later
"""The table and the CSV of an audit."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._audit_report import COLUMNS, audit_csv, audit_table


def user(name: str = "Ada Lovelace", *findings: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": "4001",
        "name": name,
        "email": "ada@example.com",
        "extension_number": "101",
        "status": "enabled",
        "type": "user",
        "site": "Main Site",
        "department": "",
        "created_at": "2026-01-31T09:00:00Z",
        "findings": {finding: f"why {finding}" for finding in findings},
        "directory_email": None,
        **changes,
    }


def audit(*users: dict[str, Any], **ages: int) -> dict[str, Any]:
    found = [finding for one in users for finding in one.get("findings", ())]
    return {
        "users": list(users),
        "total": len(users),
        "account": {"id": "1", "main_number": ""},
        "findings": {"ambiguous": 0, **{finding: found.count(finding) for finding in found}},
        "pending_by_age": {"under_7_days": 0, **ages},
    }


def test_findings_are_grouped_most_urgent_first() -> None:
    lines = audit_table(
        audit(
            user("A", "not_activated", "email_mismatch", directory_email="new@example.com"),
            user("B", "disabled_in_directory"),
            user("C"),
            {"id": "9", "name": "Sales", "type": "department"},
            under_7_days=1,
        )
    )
    assert lines == [
        "ACCOUNT 1",
        "LEFT THE COMPANY, but still have a user (1)",
        "  B  ada@example.com  (enabled) why disabled_in_directory",
        "ANOTHER ADDRESS THAN IN THE DIRECTORY (1)",
        "  A  ada@example.com  -> new@example.com (enabled) why email_mismatch",
        "NOT ACTIVATED, the oldest first (1)",
        "  A  ada@example.com  created 2026-01-31",
        "NOT ACTIVATED FOR under 7 days: 1",
        "SUMMARY 4 users, 1 not_activated, 1 email_mismatch, 1 disabled_in_directory",
    ]


def test_an_audit_without_findings_says_so() -> None:
    assert audit_table(audit(user())) == ["ACCOUNT 1", "SUMMARY 1 users, nothing found"]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"attempts": 0, "last_invited_at": None}, "created 2026-01-31, never invited"),
        ({"attempts": 1, "last_invited_at": "2026-02-01T00:00:00Z"}, "invited once, last on 2026-02-01"),
        ({"attempts": 3, "last_invited_at": "2026-02-01T00:00:00Z"}, "invited 3 times, last on 2026-02-01"),
        ({"created_at": None}, "created at an unknown time"),
    ],
)
def test_pending_users_show_their_age_and_invitations(known: dict[str, Any], said: str) -> None:
    assert audit_table(audit(user("A", "not_activated", **known)))[2].endswith(said)


def test_oldest_users_come_first_and_a_long_group_refers_to_the_file() -> None:
    people = [user(f"P{day:02}", "not_activated", created_at=f"2026-01-{day:02}T00:00:00Z") for day in range(28, 0, -1)]
    lines = audit_table(audit(*people), "audit.csv")
    assert [line.split()[0] for line in lines[2:22]] == [f"P{day:02}" for day in range(1, 21)]
    assert lines[22] == "  and 8 more, see audit.csv"


def test_control_characters_and_formulas_are_defused() -> None:
    hostile = user("=\x1b[31mred", "ambiguous", findings={"ambiguous": "two\r\nlines"})
    assert audit_table(audit(hostile))[2] == "  =[31mred  ada@example.com  (enabled) two  lines"
    (row,) = csv.DictReader(io.StringIO(audit_csv([hostile, user()])))
    assert list(row) == list(COLUMNS)
    assert (row["name"], row["findings"], row["message"]) == ("'=[31mred", "ambiguous", "two  lines")
