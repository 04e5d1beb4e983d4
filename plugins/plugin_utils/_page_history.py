# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page shows of the time before and after a run: ages, earlier invitations, changes, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._advice import meaning
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import Markup, join, tag
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import (
    Bar,
    Column,
    Row,
    Section,
    chart,
    notice,
    table,
    weekday,
)

_AGES = {
    "under_7_days": "Under 7 days",
    "7_to_30_days": "7 to 30 days",
    "30_to_90_days": "30 to 90 days",
    "over_90_days": "Over 90 days",
    "unknown": "Unknown",
}
_GROUPS = {"batch": "Batch", "wave": "Wave", "site": "Site", "department": "Department", "domain": "Mail domain"}
_CHANGES = (
    Column("Name", lambda row: row["name"], "name"),
    Column("Address", lambda row: row["email"]),
    Column("Before", lambda row: row["before"]),
    Column("Now", lambda row: row["now"]),
)
_NAMES = 6


def ages(result: Mapping[str, Any]) -> Iterable[Section]:
    """How long the pending users have been waiting."""
    counted = result.get("pending_by_age") or {}
    if any(counted.values()):
        bars = [Bar(label, [counted[age]]) for age, label in _AGES.items() if age in counted]
        yield Section("ages", "Pending by age", chart("columns", "Since created", ["Users"], bars))


def conversion(result: Mapping[str, Any]) -> Iterable[Section]:
    """How many of the invited users have activated, in all and by group."""
    known = result.get("conversion") or {}
    if not known.get("invited"):
        return
    silent = known.get("silent_domains") or ()
    warning = (
        f"Many users at {', '.join(map(str, silent))} were mailed, and none activated. The mail filter there may "
        "remove the links or the mails, or RingCentral does not send them. Ask one of these users what arrived."
        if silent
        else ""
    )
    steps = [Bar("Invited", [known["invited"]]), Bar("Activated", [known["activated"]], "good")]
    body = join(
        notice(warning, "hold") if warning else None,
        chart("bars", "Earlier invitations", ["Users"], steps),
        tag("div", *(_group(title, known["by"].get(key) or ()) for key, title in _GROUPS.items()), class_="pairs"),
        tag("p", _since(known)),
    )
    yield Section("conversion", "Activation rate", body, "All users whose invitations are in the ledger.")


def _since(known: Mapping[str, Any]) -> str:
    if known.get("median_days") is None:
        return "How long it took is not known yet: RingCentral does not report when a user activated."
    return (
        f"Half of them were active within {known['median_days']:g} days. RingCentral does not report when a user "
        "activated, so this is the time from the last invitation to the first run that found the user active."
    )


def _group(title: str, groups: Sequence[Row]) -> Markup | None:
    if not groups:
        return None
    columns = (
        Column(title, lambda row: row["name"] or "none"),
        Column("Invited", lambda row: row["invited"], "number"),
        Column("Active", lambda row: row["activated"], "number"),
        Column("Share", lambda row: f"{100 * row['activated'] / row['invited']:.0f} %", "number"),
        Column("Days", lambda row: "" if row["median_days"] is None else f"{row['median_days']:g}", "number"),
    )
    return table(columns, groups, label=f"Earlier invitations by {title.lower()}")


def changes(rows: Iterable[Row], before: Mapping[str, Any] | None) -> Iterable[Section]:
    """Who is new, gone, or has another decision than in the report before."""
    if not before or not isinstance(before.get("results"), list):
        return
    past = {row["id"]: row for row in before["results"] if row.get("id")}
    now = {row["id"]: row for row in rows if row["id"]}
    changed = [
        {"name": row["name"], "email": row["email"], "before": _state(past.get(key)), "now": _state(row)}
        for key, row in now.items()
        if _state(past.get(key)) != _state(row)
    ]
    changed += [
        {"name": row["name"], "email": row["email"], "before": _state(row), "now": "No longer pending"}
        for key, row in past.items()
        if key not in now
    ]
    when = str((before.get("report") or {}).get("made_at") or "")[:16].replace("T", " ")
    about = f"Since the report of {when} UTC." if when else "Since the report before."
    body = table(_CHANGES, changed, label="Changes since the last report") if changed else tag("p", "Nothing changed.")
    yield Section("changes", "What changed", body, about, len(changed))


def _state(row: Row | None) -> str:
    if row is None:
        return "Not listed"
    is_invited = row["outcome"] == "invited" or row["reason"] == "recently_invited"
    return "Invited" if is_invited else meaning(row["reason"])


def next_mails(result: Mapping[str, Any]) -> dict[str, str]:
    """The day of the next mail to each address, as far as it is foretold."""
    courses = result.get("forecast") or ()
    return {email: course["dates"][0] for course in courses for email in course["users"]}


def forecast(result: Mapping[str, Any]) -> Iterable[Section]:
    """Who will be mailed on which of the next days, if nothing changes."""
    names = {row["email"]: row["name"] for row in result["results"] if row["email"]}
    days: dict[str, tuple[list[str], list[str]]] = {}
    for course in result.get("forecast") or ():
        for place, date in enumerate(course["dates"]):
            days.setdefault(date, ([], []))[min(place, 1)].extend(course["users"])
    if not days:
        return
    bars = [
        Bar(weekday(date), [len(first), len(again)], more=_some([*first, *again], names))
        for date, (first, again) in sorted(days.items())
    ]
    body = chart("columns", "Day", ["Next mail", "Further mails"], bars, more="To")
    about = (
        "The next 14 days by the rules of this run, if one runs each day, RingCentral accepts each invitation and "
        "no user activates."
    )
    yield Section("forecast", "What comes next", body, about)


def _some(emails: Sequence[str], names: Mapping[str, str]) -> str:
    shown = [str(names.get(email, email)) for email in emails[:_NAMES]]
    rest = len(emails) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")
