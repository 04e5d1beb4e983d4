# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns an outcome into what a module returns: rows, counts, a diff, and the failure message. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import chain
from typing import Any

from ._decisions import Decision, tally
from ._errors import RingCentralError
from ._stages import Outcome
from ._times import for_people, to_iso
from ._users import Account

_AFTER = {
    "invited": "invited",
    "would_invite": "invited",
    "handed_over": "handed over to a person",
    "would_hand_over": "handed over to a person",
    "unknown": "may have been invited",
    "left_out": "not invited, to be decided about anew",
}


def result_of(account: Account, outcome: Outcome) -> dict[str, Any]:
    """``results`` of all selections with their counts, ``tasks``, ``account``, ``diff`` and ``changed``."""
    before, after = (list(chain.from_iterable(plans)) for plans in (outcome.before, outcome.after))
    diff = _diff(before, after)
    return {
        "changed": bool(diff["after"]),
        "results": [decision.to_dict() for decision in after],
        **tally(after),
        "tasks": list(outcome.tasks),
        "account": asdict(account),
        "diff": diff,
    }


def approval_of(account: Account, decisions: Iterable[Decision], now: datetime) -> dict[str, Any]:
    """The option ``plan`` for a later run: the users who would be invited, their addresses, and the account."""
    users = [
        {name: getattr(one.user, name) for name in ("id", "name", "email", "site", "department")}
        for one in decisions
        if one.user and one.outcome in {"would_invite", "would_hand_over"}
    ]
    return {"account": account.id, "made_at": to_iso(now), "users": users}


def failure_of(outcome: Outcome, place: int, max_failures: int) -> str:
    """Why a selection failed; "" unless too many users failed or are in doubt, or it stopped early."""
    decisions = outcome.after[place]
    counts = tally(decisions)["counts"]
    ids = {one.user.id for one in decisions if one.user}
    uncorrected = sum(one.user.id in ids and bool(one.error) for one in outcome.corrections)
    troubles = {"failed": counts["failed"], "unknown": counts["unknown"], "not corrected": uncorrected}
    stopped = outcome.stopped.get(place)
    if not stopped and sum(troubles.values()) <= max_failures:
        return ""
    rest = ", ".join(f"{number} {trouble}" for trouble, number in troubles.items() if number)
    done = f"{counts['invited']} of {counts['send']} users were invited"
    if outcome.batches:
        done = f"{counts['handed_over']} of {counts['send']} users were handed over"
    return (
        f"{done}{f' ({rest})' if rest else ''}; {_why(stopped) if stopped else 'see results for the message of each'}"
    )


def _why(stopped: RingCentralError) -> str:
    return f"stopped because {stopped.message}"


def _diff(plan: Sequence[Decision], reached: Sequence[Decision]) -> dict[str, dict[str, str]]:
    """Addresses before and after, and those who are invited, as the ledger knew them before and as they come out."""
    diff: dict[str, dict[str, str]] = {"before": {}, "after": {}}
    for before, after in zip(plan, reached, strict=True):
        if after.user and after.corrected_from is not None:
            label = f"address of {after.user.name}, id {after.user.id}"
            diff["before"][label] = after.corrected_from or "none"
            diff["after"][label] = after.user.email
        if after.user and (words := _AFTER.get(after.outcome or after.reason)):
            label = f"{after.user.email} ({after.user.name}, id {after.user.id})"
            asked_at = before.record.last_invited_at if before.record else None
            diff["before"][label] = f"last invited on {for_people(asked_at)}" if asked_at else "never invited"
            diff["after"][label] = words
    return diff
