# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered, looked up by user and by mailbox. Pure.

A link is live in the mailbox that it was sent to. So an invitation counts for the address that it went
to, whichever user had that address then, and not for an address that the user was given later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ._model import OPEN, Record


@dataclass(frozen=True)
class Past:
    """What is remembered of one user at one address.

    ``own`` is the user's record at that address, ``other`` the last invitation that another user had at the same
    mailbox (a person who was hired again has a new id), and ``elsewhere`` the user's last claim or hand-over at another
    address: if RingCentral or a person is still working on it, it mails whatever address the user has by then.
    """

    own: Record | None = None
    other: Record | None = None
    elsewhere: Record | None = None

    @property
    def record(self) -> Record | None:
        """The last invitation to the mailbox, with the ``attempts`` of this user alone."""
        own, other = self.own, self.other
        if other is None or other.asked_at is None or (own and own.state == "unreadable"):
            return own
        if own and own.asked_at and own.asked_at >= other.asked_at:
            return own
        return replace(other, attempts=own.attempts if own else 0)

    @property
    def records(self) -> tuple[Record, ...]:
        """All records."""
        return tuple(record for record in (self.own, self.other, self.elsewhere) if record)


@dataclass(frozen=True)
class History:
    """The records of some users at all their addresses, and of other users invited at these users' mailboxes."""

    records: tuple[Record, ...] = ()

    def at(self, user_id: str, mailbox: str) -> Past:
        """What is remembered of this user at this address, given as ``User.mailbox``."""
        own = self._by_user.get(user_id, ())
        here = [record for record in own if record.mailbox == mailbox or record.state == "unreadable"]
        claims = [record for record in own if record.state in OPEN and record.mailbox != mailbox]
        others = [record for record in self._by_mailbox.get(mailbox, ()) if record.user_id != user_id]
        return Past(
            own=max(here, key=lambda record: (record.state == "unreadable", record.claimed_at), default=None),
            other=max(others, key=lambda record: record.asked_at or record.claimed_at, default=None),
            elsewhere=max(claims, key=lambda record: record.claimed_at, default=None),
        )

    def updated(self, settled: Iterable[Record]) -> History:
        """The same history with these claims updated."""
        known = {(record.user_id, record.mailbox): record for record in (*self.records, *settled)}
        return History(tuple(known.values()))

    @cached_property
    def _by_user(self) -> Mapping[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for record in self.records:
            found.setdefault(record.user_id, []).append(record)
        return found

    @cached_property
    def _by_mailbox(self) -> Mapping[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for record in self.records:
            if record.mailbox and record.asked_at and record.state != "unreadable":
                found.setdefault(record.mailbox, []).append(record)
        return found
