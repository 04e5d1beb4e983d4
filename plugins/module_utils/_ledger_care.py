# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be done to a ledger's records on a person's word. Pure.

A record keeps a user from being mailed twice, so it is forgotten only when the link that it knows of is dead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from ._ledger import failed
from ._model import Record, mailbox
from ._times import for_people, to_iso

Action = Literal["show", "forget", "release"]
RELEASED = "released: an administrator said that it was not mailed"
LATEST_RUN = timedelta(hours=4)
"""A claim that is younger can be that of a run which is still at work, with its waits."""


@dataclass(frozen=True)
class Person:
    """What becomes of the records of one named person: ``changes`` are pairs of before and after, None for deleted."""

    name: str
    state: str
    records: tuple[Record, ...]
    changes: tuple[tuple[Record, Record | None], ...] = ()
    message: str = ""
    until: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """As the module returns it."""
        return {
            "name": self.name,
            "state": self.state,
            "user_ids": sorted({record.user_id for record in self.records}),
            "records": len(self.records),
            "message": self.message,
            "until": to_iso(self.until),
        }


def belonging(name: str, records: Sequence[Record]) -> tuple[Record, ...]:
    """All records of the users who have this id, or had this address, at all of their addresses."""
    address = mailbox(name) if "@" in name else ""
    ids = {one.user_id for one in records if one.user_id == name or (address and one.mailbox == address)}
    return tuple(one for one in records if one.user_id in ids)


def decide(action: Action, name: str, records: Sequence[Record], resend_after: timedelta, now: datetime) -> Person:
    """What the action does to one person's records."""
    theirs = belonging(name, records)
    if not theirs:
        return Person(name, "unknown", (), message="the ledger has no record of this name")
    if action == "forget":
        return _forget(name, theirs, resend_after, now)
    return _release(name, theirs, now) if action == "release" else Person(name, "shown", theirs)


def _forget(name: str, theirs: tuple[Record, ...], resend_after: timedelta, now: datetime) -> Person:
    for one in theirs:
        if one.state == "handed_over":
            return Person(name, "kept", theirs, message=f"confirm the hand-over {one.run} first")
        if one.state == "unreadable":
            return Person(name, "kept", theirs, message=f"{one.message}; use action release first")
    alive = [one.asked_at + resend_after for one in theirs if one.asked_at and now < one.asked_at + resend_after]
    if alive:
        until = max(alive)
        message = (
            f"was or may have been invited less than resend_after ago; the record keeps a second mail away until "
            f"{for_people(until)}, so forget then"
        )
        return Person(name, "kept", theirs, message=message, until=until)
    return Person(name, "forgotten", theirs, tuple((one, None) for one in theirs))


def _release(name: str, theirs: tuple[Record, ...], now: datetime) -> Person:
    doubts = [one for one in theirs if one.state in {"claimed", "unreadable"}]
    if not doubts:
        return Person(name, "unchanged", theirs, message="no invitation is in doubt")
    young = [
        one.claimed_at + LATEST_RUN for one in doubts if one.state == "claimed" and now < one.claimed_at + LATEST_RUN
    ]
    if young:
        until = max(young)
        message = f"a run may still be at work on it; release it after {for_people(until)}"
        return Person(name, "kept", theirs, message=message, until=until)
    changes = tuple((one, None if one.state == "unreadable" else failed(one, RELEASED)) for one in doubts)
    return Person(name, "released", theirs, changes)


def row_of(record: Record) -> dict[str, Any]:
    """A record as the module returns it."""
    times = {"claimed_at": to_iso(record.claimed_at), "last_invited_at": to_iso(record.last_invited_at)}
    return {**asdict(record), **times}


def diff_of(changes: Iterable[tuple[Record, Record | None]]) -> dict[str, dict[str, str]]:
    """The states of the records before and after."""
    diff: dict[str, dict[str, str]] = {"before": {}, "after": {}}
    for before, after in changes:
        label = f"id {before.user_id}, {before.email or 'no address'}"
        diff["before"][label] = before.state
        if after:
            diff["after"][label] = f"{after.state} ({after.message})"
    return diff
