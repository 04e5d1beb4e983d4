# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said about a run in a mail or a post: a title, counts, and names only where they are asked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._advice import to_do
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cut, plain

Row = Mapping[str, Any]

_SENT = {
    "considered": "considered",
    "invited": "invited",
    "would_invite": "would be invited",
    "handed_over": "handed over",
    "would_hand_over": "would be handed over",
    "hold": "held",
    "skip": "skipped",
    "failed": "failed",
    "unknown": "in doubt",
}
_ONBOARDED = {
    "listed": "listed",
    "found": "found in RingCentral",
    "invited": "invited so far",
    "activated": "activated",
    "mailed": "mailed now",
    "would_be_mailed": "would be mailed",
    "handed_over": "handed over",
    "held": "held",
}
_EXAMINED = {"problem": "problems", "warning": "warnings", "unknown": "not known", "ok": "in order"}
# The title of each entry point's runs, the counts of its result and what they are called.
_KINDS: dict[str, tuple[str, str, Mapping[str, str]]] = {
    "batches": ("onboarding", "counts", _ONBOARDED),
    "batch": ("onboarding", "counts", _ONBOARDED),
    "audit": ("audit", "findings", {}),
    "doctor": ("check", "counts", _EXAMINED),
}
_ALWAYS = {"considered", "invited", "hold", "failed", "listed", "activated", "mailed", "held"}
_MAILED = ("invited", "unknown", "would_invite")
_MAILED_BATCHES = ("mailed", "would_be_mailed")
_FOR_A_PERSON = ("hold", "held", "handed_over", "would_hand_over")
_PEOPLE = 20
_LONGEST_TITLE = 160
_LONGEST_FAILURE = 600
_ADDRESS = re.compile(r"[^\s@<>,;:()\"']+@[^\s@<>,;()\"']+")


@dataclass(frozen=True)
class Word:
    """``happened`` are the values of reinvite_notify.when that this run meets. All text is one line each and inert in
    a header; ``people`` are lines about users, empty unless names were asked for.
    """

    title: str
    host: str
    entry_point: str
    happened: frozenset[str]
    facts: tuple[tuple[str, int], ...]
    failure: str
    people: tuple[str, ...]
    link: str


def word_of(entry_point: str, host: str, result: Mapping[str, Any], *, names: bool, link: str) -> Word:
    """What to say about the result of an entry point."""
    about, key, titles = _KINDS.get(entry_point, ("invitations", "counts", _SENT))
    counts = result.get(key) or {}
    facts = _facts(counts, titles)
    failure = plain(result.get("failure")) or _failed_accounts(result)
    account = "all accounts" if entry_point == "summary" else plain(host)
    said = ", ".join(f"{number} {title}" for title, number in facts) if counts else "no counts"
    return Word(
        title=cut(f"RingCentral {about}, {account}: {'FAILED, ' if failure else ''}{said}", _LONGEST_TITLE),
        host=plain(host),
        entry_point=entry_point,
        happened=frozenset(_happened(entry_point, counts, failure)),
        facts=facts,
        failure=cut(failure if names else without_names(failure, result.get("results") or ()), _LONGEST_FAILURE),
        people=tuple(_people(result.get("results") or ())) if names else (),
        link=link,
    )


def without_names(text: str, rows: Iterable[Row]) -> str:
    """The text without addresses and names of users."""
    text = _ADDRESS.sub("(an address)", text)
    for name in {plain(row["name"]) for row in rows if text and row.get("name")}:
        if name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "(a user)", text)
    return text


def _facts(counts: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    named = titles or {name: name.replace("_", " ") for name in counts}
    return tuple(
        (title, int(counts[name]))
        for name, title in named.items()
        if name in counts and (counts[name] or name in _ALWAYS)
    )


def _failed_accounts(result: Mapping[str, Any]) -> str:
    failed = [plain(one["host"]) for one in result.get("accounts", ()) if one["state"] == "failed"]
    return f"{len(failed)} accounts failed: {', '.join(failed)}" if failed else ""


def _happened(entry_point: str, counts: Mapping[str, Any], failure: str) -> Iterator[str]:
    yield "always"
    mailed = _MAILED_BATCHES if entry_point in {"batches", "batch"} else _MAILED
    if entry_point not in {"audit", "doctor"} and any(counts.get(name) for name in mailed):
        yield "mailed"
    if failure or (entry_point not in {"audit", "doctor"} and (counts.get("failed") or counts.get("unknown"))):
        yield "failed"
    if _holds(entry_point, counts):
        yield "held"


def _holds(entry_point: str, counts: Mapping[str, Any]) -> bool:
    """Whether a person has to look at something."""
    if entry_point == "audit":
        return any(number for name, number in counts.items() if name != "not_activated")
    return any(counts.get(name) for name in (("problem",) if entry_point == "doctor" else _FOR_A_PERSON))


def _people(rows: Iterable[Row]) -> Iterator[str]:
    """The users who need a person's look, the first of them by name."""
    found = [row for row in rows if row["decision"] == "hold" or row["outcome"] in {"failed", "unknown"}]
    for row in found[:_PEOPLE]:
        yield person(row)
    if len(found) > _PEOPLE:
        yield f"and {len(found) - _PEOPLE} more, see the report"


def person(row: Row) -> str:
    """One line about a user: name, address, reason, and what to do."""
    state = row["outcome"] if row["outcome"] in {"failed", "unknown"} else row["reason"]
    return cut(plain(f"{row['name']} <{row['email']}>: {str(state).replace('_', ' ')}. {to_do(row)}".rstrip()), 300)


def text_of(word: Word, *more: str) -> str:
    """The word as a short text."""
    parts = [
        word.title,
        "\n".join(f"{number:>8}  {title}" for title, number in word.facts),
        f"It failed: {word.failure}" if word.failure else "",
        "\n".join(["These users need a look:", *(f"- {line}" for line in word.people)]) if word.people else "",
        f"More: {word.link}" if word.link else "",
        *more,
    ]
    return "\n\n".join(filter(None, parts)) + "\n"
