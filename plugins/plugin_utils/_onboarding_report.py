# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the result of rc_onboard as the lines of a table, and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._funnel import FUNNEL
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import Row, csv_text, grid, group_lines
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cut, plain

COLUMNS = ("batch", "owner", "state", "invite_on", "until", *FUNNEL, "mailed", "handed_over", "held", "failure")

_NAME_WIDTH = 32
_OWNER_WIDTH = 30
_FAILURE_WIDTH = 300


def onboarding_table(
    summary: Mapping[str, Any], report: str = "", rows: int = 20, *, planned: bool = False
) -> list[str]:
    """The lines of a table with all batches; below it unknown starters, and the batches that failed."""
    batches: list[Row] = list(summary["batches"])
    sent = "would_be_mailed" if planned else "mailed"
    shown = {
        **{name: name for name in FUNNEL},
        sent: "would be mailed" if planned else "mailed now",
        **({"handed_over": "handed over"} if summary["counts"]["handed_over"] else {}),
        "held": "held",
    }
    sums = ", ".join(f"{summary['counts'][name]} {title}" for name, title in shown.items())
    failed = [batch for batch in batches if batch["failure"]]
    return [
        f"ONBOARDING ON {summary['today']} ({plain(summary['timezone'])})",
        *grid([("batch", "owner", "state", *shown.values()), *(_line(batch, shown) for batch in batches)], words=3),
        *_unknown_lines(batches, rows, report),
        *([f"FAILED ({len(failed)})"] if failed else []),
        *(f"  {_cut(batch['name'])}  {cut(plain(batch['failure']), _FAILURE_WIDTH)}" for batch in failed),
        f"SUMMARY {len(batches)} batches: {sums}",
    ]


def _unknown_lines(batches: Iterable[Row], rows: int, report: str) -> list[str]:
    people = [
        {"name": batch["name"], "email": one["name"], "message": one["message"]}
        for batch in batches
        for one in batch["unknown"]
    ]
    return group_lines("UNKNOWN IN RINGCENTRAL, held", people, lambda row: row["message"], rows, report)


def _line(batch: Row, shown: Iterable[str]) -> tuple[str, ...]:
    numbers = (str(batch[name]) for name in shown)
    return _cut(batch["name"]), cut(plain(batch["owner"]) or "-", _OWNER_WIDTH), _state(batch), *numbers


def _state(batch: Row) -> str:
    if batch["failure"]:
        return "failed"
    if batch["state"] == "early":
        return f"not before {batch['invite_on']}"
    if batch["state"] == "over":
        return f"over since {date.fromisoformat(str(batch['until'])) + timedelta(days=1)}"
    return "due"


def _cut(name: object) -> str:
    return cut(plain(name), _NAME_WIDTH)


def onboarding_csv(summary: Mapping[str, Any]) -> str:
    """One line for each batch, as CSV with a header, safe to open in a spreadsheet."""
    return csv_text(COLUMNS, ({**batch, "batch": batch["name"]} for batch in summary["batches"]))
