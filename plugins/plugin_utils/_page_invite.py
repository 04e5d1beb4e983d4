# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page shows of the users of a run: who needs attention, why each was mailed or not, and all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._advice import meaning, to_do
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import Markup, join, tag
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_history import next_mails
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import (
    Bar,
    Column,
    Figure,
    Row,
    Section,
    chart,
    day,
    minute,
    table,
)

_TONES = {"send": "good", "hold": "hold", "skip": "none"}
_OUTCOMES = {"invited": "Invited", "would_invite": "Would be invited", "failed": "Failed", "unknown": "May be invited"}


def verdict(row: Row) -> str:
    """What happened to the user, or why nothing did."""
    if row["outcome"]:
        return _OUTCOMES.get(row["outcome"], str(row["outcome"]))
    return "Not sent" if row["decision"] == "send" else meaning(row["reason"])


_NAME = Column("Name", lambda row: row["name"], "name")
_EMAIL = Column("Address", lambda row: row["email"])
_ATTENTION = (
    _NAME,
    _EMAIL,
    Column("Why", lambda row: meaning(row["reason"]) if row["decision"] == "hold" else _OUTCOMES[row["outcome"]]),
    Column("Details", lambda row: row["message"]),
    Column("What to do", to_do),
)
_RESETS = (_NAME, _EMAIL, Column("What to tell them", lambda row: row.get("what_to_tell")))
_CORRECTIONS = (
    _NAME,
    Column("Before", lambda row: row["corrected_from"] or "no address"),
    Column("After", lambda row: row["email"]),
    Column("Outcome", verdict),
)
_PEOPLE = (
    _NAME,
    _EMAIL,
    Column("Number", lambda row: row["extension_number"]),
    Column("Site", lambda row: row["site"]),
    Column("Department", lambda row: row["department"]),
    Column("Decision", verdict),
    Column("Last invited", lambda row: minute(row["last_invited_at"]), "date"),
    Column("Times", lambda row: row["attempts"], "number"),
    Column("Next mail", lambda row: row["next_mail"], "date"),
    Column("Details", lambda row: "" if row["reason"] == "recently_invited" else row["message"]),  # two columns say it
)


def headline(counts: Mapping[str, int], *, planned: bool) -> Markup:
    """The result as one sentence."""
    done = counts["would_invite"] if planned else counts["invited"]
    number = tag("span", f"{done:,} of {counts['considered']:,}")
    noun = "user" if counts["considered"] == 1 else "users"
    verb = "would be" if planned else "was" if done == 1 else "were"
    return join(number, f" {noun} {verb} invited.")


def key_figures(counts: Mapping[str, int], *, planned: bool) -> list[Figure]:
    """The counts that decide whether anybody has to act."""
    first = (
        Figure(counts["would_invite"], "would be invited", "good")
        if planned
        else Figure(counts["invited"], "invited", "good")
    )
    trouble = [Figure(counts["failed"], "failed", "bad" if counts["failed"] else "")]
    trouble += [Figure(counts["unknown"], "in doubt", "bad")] if counts["unknown"] else []
    return [
        Figure(counts["considered"], "considered"),
        first,
        Figure(counts["hold"], "held for you to check", "hold" if counts["hold"] else ""),
        *trouble,
        Figure(counts["skip"], "rightly skipped"),
    ]


def user_sections(result: Mapping[str, Any], *, planned: bool) -> Iterable[Section]:
    """The sections about users, the most urgent first. ``result`` has results, counts and reasons."""
    rows: list[Row] = list(result["results"])
    yield from attention(rows)
    yield from _ways(result["counts"], planned=planned)
    yield from _reasons(rows)


def list_sections(result: Mapping[str, Any], *, planned: bool) -> Iterable[Section]:
    """The lists at the end: corrections, people who need a password reset, and everybody."""
    rows: list[Row] = list(result["results"])
    corrected = [row for row in rows if row["corrected_from"] is not None]
    if corrected:
        title = "Addresses that would be corrected" if planned else "Corrected addresses"
        body = table(_CORRECTIONS, corrected, label=title)
        yield Section("corrected", title, body, "From the company directory, before the invitation.", len(corrected))
    yield from password_resets(rows)
    mails = next_mails(result)
    yield from everybody([{**row, "next_mail": mails.get(row["email"], day(row["next_invite_after"]))} for row in rows])


def password_resets(rows: Iterable[Row], *more: Column) -> Iterable[Section]:
    """Users who have activated already; ``more`` are columns after the address."""
    active = [row for row in rows if row["reason"] == "already_activated"]
    if active:
        about = "These users have activated already. An invitation would not help them."
        body = table(_with(_RESETS, more), active, label="Users who need a password reset")
        yield Section("reset", "Need a password reset", body, about, len(active))


def everybody(rows: Sequence[Row], *more: Column) -> Iterable[Section]:
    """All users; each row has its ``next_mail``."""
    if rows:
        body = table(_with(_PEOPLE, more), rows, label="All users that were considered", find=True)
        yield Section("people", "Everybody", body, "Times are in UTC.", len(rows), wide=True)


def _with(columns: Sequence[Column], more: Sequence[Column]) -> Sequence[Column]:
    return (*columns[:2], *more, *columns[2:])


def attention(rows: Sequence[Row], *more: Column) -> Iterable[Section]:
    """Users who wait for a person: held, failed and in doubt, each with what to do."""
    urgent = [row for row in rows if row["decision"] == "hold" or row["outcome"] in {"failed", "unknown"}]
    if urgent:
        body = table(
            _with(_ATTENTION, more), sorted(urgent, key=lambda row: row["decision"] != "hold"), label="Users to check"
        )
        about = "No mail goes to held users until these are settled."
        yield Section("attention", "Needs attention", body, about, len(urgent), wide=True)


def _ways(counts: Mapping[str, int], *, planned: bool) -> Iterable[Section]:
    sent = "would_invite" if planned else "invited"
    steps = [
        Bar("Considered", [counts["considered"]], "none"),
        Bar("May be mailed", [counts["send"]]),
        Bar("Would be invited" if planned else "Invited", [counts[sent]], "good"),
    ]
    if counts["considered"]:
        note = "" if planned else "Invited means that RingCentral accepted the request, not that the mail was read."
        yield Section("funnel", "From list to mail", chart("bars", "Step", ["Users"], steps, note))


def _reasons(rows: Iterable[Row]) -> Iterable[Section]:
    tally: dict[tuple[str, str], int] = {}
    for row in rows:
        tally[row["decision"], row["reason"]] = tally.get((row["decision"], row["reason"]), 0) + 1
    order = sorted(tally, key=lambda key: (-tally[key], key))
    bars = [Bar(meaning(reason), [tally[decision, reason]], _TONES[decision]) for decision, reason in order]
    if bars:
        note = "Green may be mailed, amber is held for a person to check, grey is rightly skipped."
        yield Section("reasons", "Why", chart("bars", "Reason", ["Users"], bars, note), "One reason for each user.")
