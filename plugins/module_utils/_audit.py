# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits an account's users and reports problems. Pure; nothing here leads to a mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ._model import PERSON_TYPES, User
from ._policy import OBJECTIONS, Neighbours, Policy, neighbours, objections, suggested_address, taken

FINDINGS = ("not_activated", *OBJECTIONS)
"""All findings, named like the reasons of rc_send_invite."""

_ADDRESS = {"no_email", "placeholder_email", "duplicate_email", "domain_not_allowed", "email_mismatch"}
_AGES = (("under_7_days", 7), ("7_to_30_days", 30), ("30_to_90_days", 90))


def find(policy: Policy, users: Iterable[User], everybody: Collection[User]) -> dict[str, dict[str, Any]]:
    """What a module returns of each person among the users, by id: ``findings``, each with its message, and
    ``directory_email``, the address that they should have instead of theirs.
    """
    people = [user for user in users if user.type in PERSON_TYPES]
    around = neighbours(everybody)
    found = {user.id: _found(policy, user, around) for user in people}
    proposed = {user.id: suggested_address(policy, user)[0] for user in people if found[user.id].keys() & _ADDRESS}
    proposed = {user_id: email for user_id, email in proposed.items() if email}
    for user_id, why in taken(proposed, everybody).items():
        del proposed[user_id]
        found[user_id] = {key: f"{said}; {why}" if key in _ADDRESS else said for key, said in found[user_id].items()}
    return {
        user_id: {"findings": findings, "directory_email": proposed.get(user_id)} for user_id, findings in found.items()
    }


def _found(policy: Policy, user: User, around: Neighbours) -> dict[str, str]:
    found = dict(objections(policy, user, around))
    if user.status == "disabled":  # never mailed, but the user still exists
        return {key: said for key, said in found.items() if key == "disabled_in_directory"}
    return {**({"not_activated": "has not activated"} if user.is_pending_person else {}), **found}


def tally_findings(found: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The number of users with each finding, 0 included."""
    counts = Counter(finding for one in found for finding in one["findings"])
    return {finding: counts[finding] for finding in FINDINGS}


def pending_by_age(users: Iterable[User], now: datetime) -> dict[str, int]:
    """The number of people who have not activated, by the time since they were created, if known."""
    counts = Counter(_age(user.created_at, now) for user in users if user.is_pending_person)
    return {age: counts[age] for age in (*(name for name, _days in _AGES), "over_90_days", "unknown")}


def _age(created: datetime | None, now: datetime) -> str:
    if created is None:
        return "unknown"
    return next((name for name, days in _AGES if now - created < timedelta(days=days)), "over_90_days")
