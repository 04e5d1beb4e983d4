# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the result of rc_send_invite as the lines of a table, and as CSV."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import (
    About,
    Row,
    account_lines,
    csv_text,
    group_lines,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain

COLUMNS = (
    "id",
    "name",
    "email",
    "extension_number",
    "status",
    "site",
    "department",
    "decision",
    "reason",
    "outcome",
    "message",
    "last_invited_at",
    "next_invite_after",
    "attempts",
    "directory_email",
    "corrected_from",
    "what_to_tell",
)


def _reason(row: Row) -> str:
    return " - ".join(filter(None, map(plain, (row["reason"], row["message"]))))


_SHOWN_BY_NAME = ("already_activated", "awaiting_confirmation")

# The title of each group, its users, and the text about each user; the most urgent group first.
_GROUPS: tuple[tuple[str, Callable[[Row], bool], About], ...] = (
    ("HELD, check these users", lambda row: row["decision"] == "hold", _reason),
    ("FAILED", lambda row: row["outcome"] == "failed", lambda row: row["message"]),
    ("IN DOUBT, may have been mailed", lambda row: row["outcome"] == "unknown", lambda row: row["message"]),
    ("INVITED", lambda row: row["outcome"] == "invited", lambda _row: ""),
    ("WOULD BE INVITED", lambda row: row["outcome"] == "would_invite", lambda _row: ""),
    ("HANDED OVER, not invited yet", lambda row: row["outcome"] == "handed_over", lambda _row: ""),
    ("WOULD BE HANDED OVER", lambda row: row["outcome"] == "would_hand_over", lambda _row: ""),
    (
        "WAIT FOR A CONFIRMATION, not invited yet",
        lambda row: row["reason"] == "awaiting_confirmation",
        lambda row: row["message"],
    ),
    ("NOT SENT", lambda row: row["decision"] == "send" and not row["outcome"], lambda row: row["message"]),
    (
        "NEED A PASSWORD RESET, no invitation",
        lambda row: row["reason"] == "already_activated",
        lambda row: row.get("what_to_tell"),
    ),
)


_CONFIRMED: tuple[tuple[str, Callable[[Row], bool], About], ...] = (
    ("CONFIRMED, counted as invited", lambda row: row["outcome"] == "invited", lambda _row: ""),
    ("WOULD BE CONFIRMED", lambda row: row["outcome"] == "would_invite", lambda _row: ""),
    ("LEFT OUT", lambda row: row["reason"] == "left_out", lambda row: row["message"]),
    (
        "CHANGED MEANWHILE, not counted as invited",
        lambda row: not row["outcome"] and row["reason"] != "left_out",
        lambda row: row["message"],
    ),
    ("FAILED, confirm again", lambda row: row["outcome"] == "failed", lambda row: row["message"]),
    ("IN DOUBT, confirm again", lambda row: row["outcome"] == "unknown", lambda row: row["message"]),
)


def confirm_table(result: Mapping[str, Any], report: str = "", rows: int = 20) -> list[str]:
    """The lines of a table that says what is recorded of a hand-over."""
    results: list[Row] = list(result["results"])
    lines = account_lines(result.get("account"))
    groups = [(title, [row for row in results if belongs(row)], about) for title, belongs, about in _CONFIRMED]
    for title, people, about in groups:
        lines += group_lines(title, people, about, rows, report)
    confirmed = result["confirmed"]
    what = confirmed["id"] if confirmed["batch"] is None else f"{confirmed['id']}-{confirmed['batch']}"
    parts = [f"{len(people)} {title.partition(',')[0].lower()}" for title, people, _about in groups if people]
    return [*lines, f"SUMMARY hand-over {plain(what)}: {', '.join(parts)}"]


def invite_table(
    result: Mapping[str, Any], report: str = "", rows: int = 20, *, planned: bool = False, named: bool = False
) -> list[str]:
    """The lines of a table that says who was mailed, who was not, and why; ``planned`` is for check mode. Where users
    were ``named``, those who are skipped are shown by name.
    """
    results: list[Row] = list(result["results"])
    corrected = [
        {"name": row["name"], "email": row["corrected_from"] or "no address", "after": row["email"]}
        for row in results
        if row["corrected_from"] is not None
    ]
    lines = [*account_lines(result.get("account")), *wave_lines(result)]
    title = "ADDRESS WOULD BE CORRECTED" if planned else "ADDRESS CORRECTED"
    lines += group_lines(title, corrected, lambda row: f"-> {row['after']}", rows, report)
    for title, belongs, about in _GROUPS:
        lines += group_lines(title, [row for row in results if belongs(row)], about, rows, report)
    if named:
        lines += group_lines("NAMED, but not invited now", _skipped(results), _reason_and_date, rows, report)
    return [*lines, *_skipped_lines(results), _summary_line(result["counts"])]


def wave_lines(result: Mapping[str, Any]) -> Iterable[str]:
    """How many users are in which wave."""
    for wave in result.get("waves", ()):
        if wave["name"] is not None:
            yield f"WAVE {plain(wave['name'])} ({wave['users']})"
        elif wave["users"]:
            yield f"IN NO WAVE, not mailed ({wave['users']})"


def invite_csv(results: Iterable[Row]) -> str:
    """The users as CSV with a header, safe to open in a spreadsheet."""
    return csv_text(COLUMNS, ({"what_to_tell": "", **row} for row in results))


def with_advice(results: Iterable[Row], text: str, login_url: str) -> list[dict[str, Any]]:
    """The users; those who have activated with ``what_to_tell``, the text with their ``{name}`` and ``{email}``."""
    return [
        {**row, "what_to_tell": _addressed(text, login_url, row)} if row["reason"] == "already_activated" else {**row}
        for row in results
    ]


def _addressed(text: str, login_url: str, row: Row) -> str:
    values = {"{name}": plain(row["name"]), "{email}": plain(row["email"]), "{login_url}": login_url}
    # one pass, so that a name is never replaced as a placeholder; and no str.format, which reaches into objects
    return re.sub("|".join(map(re.escape, values)), lambda match: values[match[0]], text)


def _skipped(results: list[Row]) -> list[Row]:
    return [row for row in results if row["decision"] == "skip" and row["reason"] not in _SHOWN_BY_NAME]


def _reason_and_date(row: Row) -> str:
    after = row["next_invite_after"]
    return f"{_reason(row)}; not before {after}" if after else _reason(row)


def _skipped_lines(results: list[Row]) -> Iterable[str]:
    skipped = _skipped(results)
    later = Counter(plain(row["message"]) for row in skipped if row["reason"] == "outside_window")
    yield from (f"LATER ({count}), {when}" for when, count in later.most_common())
    reasons = Counter(plain(row["reason"]) for row in skipped)
    if reasons:
        most_first = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        yield f"SKIPPED ({len(skipped)}), " + ", ".join(f"{count} {reason}" for reason, count in most_first)


_DONE = {
    "would_invite": "would be invited",
    "handed_over": "handed over",
    "would_hand_over": "would be handed over",
    "invited": "invited",
}


def _summary_line(counts: Mapping[str, int]) -> str:
    sent = next((outcome for outcome in _DONE if counts.get(outcome)), "invited")
    parts = [f"{counts[sent]} {_DONE[sent]}"]
    parts += [f"{counts[key]} {name}" for key, name in (("hold", "held"), ("skip", "skipped"), ("failed", "failed"))]
    parts += [f"{counts['unknown']} in doubt"] if counts["unknown"] else []
    return f"SUMMARY {counts['considered']} considered, " + ", ".join(parts)
