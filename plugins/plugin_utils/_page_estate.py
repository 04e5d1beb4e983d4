# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page shows of an estate: how the run ended for each account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import Markup, join
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import (
    Bar,
    Column,
    Figure,
    Row,
    Section,
    chart,
    table,
    words,
)

COUNTS = {
    "considered": "Considered",
    "invited": "Invited",
    "would_invite": "Would be invited",
    "hold": "Held",
    "skip": "Skipped",
    "failed": "Failed",
    "unknown": "In doubt",
}
_TONES = {"done": "good", "failed": "bad", "not_run": "hold"}
_MOST_BARS = 20


def estate_headline(summary: Mapping[str, Any]) -> Markup:
    """The result as one sentence."""
    done, total = summary["states"]["done"], summary["total"]
    return join(f"{done:,} of {total:,} accounts are done.")


def estate_figures(summary: Mapping[str, Any], *, planned: bool) -> list[Figure]:
    """The totals of all accounts."""
    counts, states = summary["counts"], summary["states"]
    sent = "would_invite" if planned else "invited"
    return [
        Figure(counts[sent], COUNTS[sent].lower(), "good"),
        Figure(counts["hold"], "held for you to check", "hold" if counts["hold"] else ""),
        Figure(counts["failed"] + counts["unknown"], "failed or in doubt", "bad" if counts["failed"] else ""),
        Figure(states["failed"], "accounts failed", "bad" if states["failed"] else ""),
        Figure(states["not_run"], "accounts not run", "hold" if states["not_run"] else ""),
    ]


def estate_sections(summary: Mapping[str, Any], *, planned: bool) -> Iterable[Section]:
    """Accounts that failed, the largest accounts, and all of them."""
    accounts: list[Row] = list(summary["accounts"])
    failed = [one for one in accounts if one["state"] != "done"]
    if failed:
        body = table(
            [_HOST, _STATE, Column("Why", lambda row: row["failure"])],
            failed,
            label="Accounts that failed or did not run",
        )
        yield Section("attention", "Needs attention", body, "", len(failed))
    sent = "would_invite" if planned else "invited"
    busy = sorted((one for one in accounts if one[sent]), key=lambda one: -one[sent])
    if busy:
        bars = [Bar(str(one["host"]), [one[sent]], _TONES[one["state"]]) for one in busy[:_MOST_BARS]]
        note = f"The {_MOST_BARS} accounts with the most." if len(busy) > _MOST_BARS else ""
        yield Section("busy", COUNTS[sent], chart("bars", "Account", ["Users"], bars, note), "", len(busy))
    shown = [key for key in COUNTS if key != ("invited" if planned else "would_invite")]
    columns = (
        _HOST,
        _STATE,
        Column("Account", lambda row: row["account_id"]),
        Column("Main number", lambda row: row["main_number"]),
        *(count_column(key) for key in shown),
    )
    body = table(columns, accounts, label="All accounts", find=True)
    yield Section("accounts", "All accounts", body, "", len(accounts), wide=True)


_HOST = Column("Host", lambda row: row["host"], "name")
_STATE = Column("State", lambda row: words(row["state"]).capitalize())


def count_column(key: str) -> Column:
    """The column of one of COUNTS, empty where nothing was counted."""
    return Column(COUNTS[key], lambda row: "" if row[key] is None else f"{row[key]:,}", "number")
