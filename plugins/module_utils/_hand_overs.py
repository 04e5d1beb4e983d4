# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-overs to the portal: which users a person is asked to invite there, in which batches. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from ._decisions import Decision
from ._model import Record, User
from ._policy import Policy
from ._selection import name_key
from ._times import to_iso

CANARY = "Send this batch first. Go on only when its users have received the mail."


@dataclass(frozen=True)
class Batch:
    """A batch of a hand-over: what its users have in common, and what to mind before it is sent."""

    name: str = ""
    note: str = ""


def portal_order(user: User) -> tuple[str, str, str, int, str]:
    """The order of the portal's list of users: by site, department, name and extension number."""
    number = user.extension_number
    return (
        name_key(user.site),
        name_key(user.department),
        name_key(user.name),
        int(number) if number.isdecimal() else 0,
        user.id,
    )


def in_portal_order(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions in the order of the portal's list."""
    named = [(portal_order(one.user), one) for one in decisions if one.user]
    return [one for _key, one in sorted(named, key=lambda pair: pair[0])]


def split(decisions: Sequence[Decision], policy: Policy) -> Iterator[Sequence[Decision]]:
    """The batches of a group: the canary first, then as many users as were asked for."""
    start = min(policy.canary, len(decisions))
    if start:
        yield decisions[:start]
    for place in range(start, len(decisions), policy.hand_over_batch_size):
        yield decisions[place : place + policy.hand_over_batch_size]


def is_certain(decisions: Iterable[Decision]) -> bool:
    """Whether no user of this run is in a hand-over without it being known."""
    return all(one.outcome != "unknown" for one in decisions)


def made_now(decisions: Iterable[Decision], batches: Mapping[int, Batch], policy: Policy) -> list[dict[str, Any]]:
    """The hand-over of this run, as a module returns it; [] if no user was handed over."""
    made = [(one.record, one) for one in in_portal_order(decisions) if one.outcome == "handed_over" and one.record]
    return _listed(made, policy, batches, is_new=True)


def still_open(
    decisions: Iterable[Decision], open_records: Mapping[str, Sequence[Record]], policy: Policy, now: datetime
) -> list[dict[str, Any]]:
    """Earlier hand-overs that wait for their confirmation, so that no page of theirs can be lost.

    ``open_records`` are the open records of pending users by hand-over. One is left out if this run did not decide
    about all of its users, since a part of it would pass for the whole.
    """
    ordered = in_portal_order(decisions)
    decided = {one.user.id for one in ordered if one.user}
    found: list[dict[str, Any]] = []
    for hand_over, records in open_records.items():
        if decided.issuperset(record.user_id for record in records) and now < expires_at(records, policy):
            kept = [(one.past.own, one) for one in ordered if one.past.own and waits(one, hand_over)]
            found += _listed(kept, policy, {}, is_new=False)
    return found


def waits(decision: Decision, hand_over: str = "") -> bool:
    """Whether a user waits in this hand-over (any, unless named), at the address that was decided about then."""
    own = decision.past.own
    is_open = decision.reason == "awaiting_confirmation" and own is not None and own.state == "handed_over"
    return is_open and own is not None and hand_over in {"", own.run}


def foreseen(groups: Iterable[tuple[Batch, Sequence[Decision], Policy]]) -> list[dict[str, Any]]:
    """The hand-over that a run without check mode would make; it has no id yet."""
    batches = [
        _batch("", number, batch, part)
        for number, (batch, part) in enumerate(
            ((batch, part) for batch, share, policy in groups for part in split(in_portal_order(share), policy)), 1
        )
    ]
    return [{"id": None, "made_at": None, "confirm_by": None, "new": True, "batches": batches}] if batches else []


def expires_at(records: Iterable[Record], policy: Policy) -> datetime:
    """When a hand-over can no longer be confirmed. It has a record at the least."""
    return min(record.claimed_at for record in records) + policy.hand_over_max_age


def _listed(
    named: Iterable[tuple[Record, Decision]], policy: Policy, batches: Mapping[int, Batch], *, is_new: bool
) -> list[dict[str, Any]]:
    """The hand-overs of these users, who are in the portal's order."""
    found = []
    ordered = sorted(named, key=lambda pair: (pair[0].run, pair[0].batch))
    for run, pairs in groupby(ordered, key=lambda pair: pair[0].run):
        members = list(pairs)
        records = [record for record, _one in members]
        known = {number: batches.get(number) or _unnamed(number, policy) for number in {one.batch for one in records}}
        found.append(
            {
                "id": run,
                "made_at": to_iso(min(record.claimed_at for record in records)),
                "confirm_by": to_iso(expires_at(records, policy)),
                "new": is_new,
                "batches": [
                    _batch(run, number, known[number], [one for _record, one in part])
                    for number, part in groupby(members, key=lambda pair: pair[0].batch)
                ],
            }
        )
    return found


def _unnamed(number: int, policy: Policy) -> Batch:
    return Batch(note=CANARY if policy.canary and number == 1 else "")


def _batch(run: str, number: int, batch: Batch, decisions: Iterable[Decision]) -> dict[str, Any]:
    users = [one.user for one in decisions if one.user]
    return {
        "id": f"{run}-{number}" if run else None,
        "number": number,
        "name": batch.name,
        "note": batch.note,
        "users": [
            {name: getattr(user, name) for name in ("site", "department", "name", "extension_number", "email", "id")}
            for user in users
        ],
    }
