# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page shows of an audit: each kind of problem, and the users that have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._advice import TO_DO, meaning
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import Markup, join
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import (
    Bar,
    Column,
    Figure,
    Row,
    Section,
    chart,
    day,
    table,
    words,
)

_USERS = (
    Column("Name", lambda row: row["name"], "name"),
    Column("Address", lambda row: row["email"]),
    Column("Number", lambda row: row["extension_number"]),
    Column("Status", lambda row: words(row["status"]).capitalize()),
    Column("Site", lambda row: row["site"]),
    Column("Created", lambda row: day(row["created_at"]), "date"),
    Column("Last invited", lambda row: day(row.get("last_invited_at")), "date"),
    Column("Findings", lambda row: ", ".join(map(meaning, row["findings"]))),
    Column("Details", lambda row: "; ".join(row["findings"].values())),
    Column("In the directory", lambda row: row["directory_email"]),
)
_KINDS = (
    Column("Finding", lambda row: meaning(row["finding"]), "name"),
    Column("Users", lambda row: row["count"], "number"),
    Column("What to do", lambda row: row["advice"]),
)


def audit_headline(result: Mapping[str, Any]) -> Markup:
    """The result as one sentence."""
    count = sum(bool(_problems(row)) for row in result["users"])
    verb = "user needs" if count == 1 else "users need"
    return join(f"{count or 'No'} {verb} attention.")


def audit_figures(result: Mapping[str, Any]) -> list[Figure]:
    """How many users there are, are pending, and have each kind of problem that occurs."""
    counts = result.get("counts") or {}
    return [
        Figure(result["total"], "users"),
        Figure(counts.get("enabled", 0), "active", "good"),
        Figure(result["findings"].get("not_activated", 0), "not activated"),
        *(
            Figure(count, meaning(finding).lower(), "hold")
            for finding, count in result["findings"].items()
            if count and finding != "not_activated"
        ),
    ]


def audit_sections(result: Mapping[str, Any]) -> Iterable[Section]:
    """The kinds of problems, what to do about each, and the users."""
    found = {finding: count for finding, count in result["findings"].items() if count}
    kinds = [
        {"finding": finding, "count": count, "advice": TO_DO.get(finding, "The next run of reinvite invites them.")}
        for finding, count in found.items()
    ]
    if kinds:
        bars = [
            Bar(meaning(finding), [count], "" if finding == "not_activated" else "hold")
            for finding, count in found.items()
        ]
        body = join(
            chart("bars", "Finding", ["Users"], bars), table(_KINDS, kinds, label="Findings and what to do about them")
        )
        yield Section("findings", "Findings", body, "A user can have several.")
    users = sorted((row for row in result["users"] if row.get("findings")), key=lambda row: not _problems(row))
    if users:
        body = table(_USERS, users, label="Users with findings", find=True)
        yield Section("people", "Users with findings", body, "", len(users), wide=True)


def _problems(row: Row) -> list[str]:
    return [finding for finding in row.get("findings") or () if finding != "not_activated"]
