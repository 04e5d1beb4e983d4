# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the result of rc_send_invite to people: as the lines of a table, and as CSV.

Whatever RingCentral sent is data here: it can neither steer a terminal nor calculate in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cell, cut, defused, plain, width

Row = Mapping[str, Any]

COLUMNS = (
    "id",
    "name",
    "email",
    "extension_number",
    "status",
    "decision",
    "reason",
    "outcome",
    "message",
    "last_invited_at",
    "next_invite_after",
    "attempts",
)

_NAME_WIDTH = 26
_EMAIL_WIDTH = 38
_MESSAGE_WIDTH = 140


def _reason(row: Row) -> str:
    return cut(" - ".join(filter(None, map(plain, (row["reason"], row["message"])))), _MESSAGE_WIDTH)


def _message(row: Row) -> str:
    return cut(plain(row["message"]), _MESSAGE_WIDTH)


def _nothing(_row: Row) -> str:
    return ""


# What a group of people is called, who belongs to it, and what is said about each of them; the most urgent first.
_Group = tuple[str, Callable[[Row], bool], Callable[[Row], str]]
_GROUPS: tuple[_Group, ...] = (
    ("HELD, somebody has to look at these", lambda row: row["decision"] == "hold", _reason),
    ("FAILED", lambda row: row["outcome"] == "failed", _message),
    ("IN DOUBT, may have been mailed", lambda row: row["outcome"] == "unknown", _message),
    ("INVITED", lambda row: row["outcome"] == "invited", _nothing),
    ("WOULD BE INVITED", lambda row: row["outcome"] == "would_invite", _nothing),
    ("NOT SENT", lambda row: row["decision"] == "send" and not row["outcome"], _message),
    ("NEED A PASSWORD RESET, no invitation", lambda row: row["reason"] == "already_activated", _nothing),
)


def _group_lines(title: str, people: list[Row], about: Callable[[Row], str], rows: int, report: str) -> Iterable[str]:
    yield f"{title} ({len(people)})"
    shown = people if len(people) <= rows + 1 else people[:rows]  # never "and 1 more" in the place of that one
    names = max(width(cut(plain(row["name"]), _NAME_WIDTH)) for row in shown)
    emails = max(width(cut(plain(row["email"]), _EMAIL_WIDTH)) for row in shown)
    for row in shown:
        yield f"  {cell(row['name'], names)}  {cell(row['email'], emails)}  {about(row)}".rstrip()
    if len(people) > len(shown):
        yield f"  and {len(people) - len(shown)} more" + (f", see {plain(report)}" if report else "")


def _skipped_line(results: list[Row]) -> Iterable[str]:
    reasons: dict[str, int] = {}
    for row in results:
        if row["decision"] == "skip" and row["reason"] != "already_activated":
            reasons[plain(row["reason"])] = reasons.get(plain(row["reason"]), 0) + 1
    if reasons:
        most_first = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        yield f"SKIPPED ({sum(reasons.values())}), " + ", ".join(f"{count} {reason}" for reason, count in most_first)


def _summary_line(counts: Mapping[str, int]) -> str:
    sent = "would_invite" if counts["would_invite"] else "invited"
    parts = [f"{counts[sent]} {'would be ' if sent == 'would_invite' else ''}invited"]
    parts += [f"{counts[key]} {name}" for key, name in (("hold", "held"), ("skip", "skipped"), ("failed", "failed"))]
    parts += [f"{counts['unknown']} in doubt"] if counts["unknown"] else []
    return f"SUMMARY {counts['considered']} considered, " + ", ".join(parts)


def _account_line(account: Mapping[str, Any]) -> str:
    number = plain(account.get("main_number"))
    return f"ACCOUNT {plain(account.get('id'))}" + (f" ({number})" if number else "")


def invite_table(result: Mapping[str, Any], report: str = "", rows: int = 20) -> list[str]:
    """The lines of a table that says who was mailed, who was not, and why."""
    try:
        results: list[Row] = list(result["results"])
        lines = [_account_line(result["account"])] if result.get("account") else []
        for title, belongs, about in _GROUPS:
            people = [row for row in results if belongs(row)]
            if people:
                lines.extend(_group_lines(title, people, about, rows, report))
        return [*lines, *_skipped_line(results), _summary_line(result["counts"])]
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(f"invite_table needs what rc_send_invite returned: {error!r}") from error


def invite_csv(results: Iterable[Row]) -> str:
    """The users as CSV with a header, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    try:
        writer.writerows([defused(row[column]) for column in COLUMNS] for row in results)
    except (KeyError, TypeError) as error:
        raise AnsibleFilterError(f"invite_csv needs the results of rc_send_invite: {error!r}") from error
    return text.getvalue()


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters by name."""
        return {"invite_table": invite_table, "invite_csv": invite_csv}
