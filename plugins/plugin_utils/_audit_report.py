# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the findings of rc_user_info as the lines of a table, and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import (
    Row,
    account_lines,
    csv_text,
    group_lines,
)

COLUMNS = (
    "id",
    "name",
    "email",
    "extension_number",
    "status",
    "type",
    "site",
    "department",
    "created_at",
    "last_invited_at",
    "attempts",
    "findings",
    "directory_email",
    "message",
)

# What each finding is called, the most urgent first.
_TITLES = {
    "disabled_in_directory": "LEFT THE COMPANY, but still have a user",
    "not_in_directory": "NOT IN THE DIRECTORY",
    "ambiguous": "AMBIGUOUS, could be several people",
    "email_mismatch": "ANOTHER ADDRESS THAN IN THE DIRECTORY",
    "domain_not_allowed": "OUTSIDE THE ALLOWED DOMAINS",
    "duplicate_email": "ADDRESS OF SEVERAL USERS",
    "placeholder_email": "PLACEHOLDER FOR AN ADDRESS",
    "no_email": "NO ADDRESS",
    "not_activated": "NOT ACTIVATED, the oldest first",
}


def audit_table(result: Mapping[str, Any], report: str = "", rows: int = 20) -> list[str]:
    """The lines of a table with the findings and the users that have them."""
    users: list[Row] = list(result["users"])
    lines = account_lines(result.get("account"))
    for finding, title in _TITLES.items():
        people = [user for user in users if finding in user.get("findings", ())]
        if finding == "not_activated":
            people.sort(key=lambda user: user["created_at"] or "")
            lines += group_lines(title, people, _invited, rows, report)
        else:
            lines += group_lines(title, people, partial(_about, finding), rows, report)
    ages = ", ".join(f"{age.replace('_', ' ')}: {count}" for age, count in result["pending_by_age"].items() if count)
    found = ", ".join(f"{count} {finding}" for finding, count in result["findings"].items() if count)
    return [
        *lines,
        *([f"NOT ACTIVATED FOR {ages}"] if ages else []),
        f"SUMMARY {result['total']} users, {found or 'nothing found'}",
    ]


def audit_csv(users: Iterable[Row]) -> str:
    """The users with findings, as CSV with a header, safe to open in a spreadsheet."""
    return csv_text(
        COLUMNS,
        (
            {
                "last_invited_at": "",
                "attempts": "",
                **user,
                "findings": " ".join(user["findings"]),
                "message": "; ".join(user["findings"].values()),
            }
            for user in users
            if user.get("findings")
        ),
    )


def _about(finding: str, user: Row) -> str:
    proposed = f"-> {user['directory_email']} " if user["directory_email"] and finding != "duplicate_email" else ""
    return f"{proposed}({user['status']}) {user['findings'][finding]}"


def _invited(user: Row) -> str:
    created = f"created {user['created_at'][:10]}" if user["created_at"] else "created at an unknown time"
    if "attempts" not in user:
        return created
    times = {0: "never invited", 1: "invited once"}.get(user["attempts"], f"invited {user['attempts']} times")
    last = f", last on {user['last_invited_at'][:10]}" if user["last_invited_at"] else ""
    return f"{created}, {times}{last}"
