# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of who was invited, since RingCentral does not report it.

Protocol: a user is claimed before the request that may mail them, and the claim is on disk first;
the task's id is added when RingCentral accepts it; the outcome when it is read. A run that dies in
between leaves claims, which the next run settles or holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

from ._conversion import Asked
from ._errors import LedgerError
from ._history import History, Past
from ._model import Record, User
from ._times import parse_iso

MOST_ATTEMPTS = 1_000_000
EARLIEST = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""No invitation of this collection is older."""
_TASK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}")


class Ledger(Protocol):
    """The records of one account, one for each user and address. Times are kept to the second.

    ``place`` names the ledger for people, "" if there is none. ``is_new`` is whether it knew nothing of the account
    when it was opened; a ledger in RingCentral knows that only after ``history``. ``keeps_doubts`` is whether a claim
    that was never settled is still there for the next run.
    """

    place: str
    is_new: bool
    keeps_doubts: bool

    def history(self, users: Iterable[User]) -> History:
        """What is remembered of these users, by id and by mailbox."""

    def asked(self, active: Collection[str], now: datetime) -> dict[str, Asked]:
        """The last invitation of every user that the ledger knows, by id, and when a run first found the user active.
        ``active`` are the ids of those who are now. Empty if the ledger does not keep this.
        """

    def claim(self, claims: Sequence[Record], seen: Mapping[str, Past]) -> dict[str, Past]:
        """Write the claims of users whose past is still what was ``seen``, by user id (absent: none).

        Returns the past of the others: another run was quicker, their claims are not written.
        """

    def of_hand_over(self, hand_over: str, users: Iterable[User]) -> History:
        """What is remembered of the users of a hand-over, open or not; ``users`` are all pending users."""

    def settle(self, records: Iterable[Record]) -> None:
        """Write what is known now of claims, but only of claims that the same run still holds."""

    def release(self, claims: Iterable[Record], seen: Mapping[str, Past]) -> None:
        """Take claims back, because nothing can have been sent."""

    def mark(self, claim: Record) -> dict[str, Any]:
        """What the invitation's own request has to carry for this ledger."""

    def entry(self, record: Record) -> dict[str, Any]:
        """What a request has to carry to write a record as it is; {} if ``claim`` has written it."""

    def clarify(self, claims: Sequence[Record]) -> list[Record]:
        """Claims whose outcome is lost, settled as far as the ledger itself can prove it."""

    def leave(self, claims: Sequence[Record]) -> None:
        """Let the next run learn of these claims, whose bulk task this run can no longer follow."""

    def close(self) -> None:
        """Let go of it. No other method is called afterwards."""


class ForgetfulLedger:
    """``backend: none``: remembers nothing, so each run invites all pending users again."""

    place = ""
    is_new = False
    keeps_doubts = False

    def history(self, users: Iterable[User]) -> History:
        return History()

    def asked(self, active: Collection[str], now: datetime) -> dict[str, Asked]:
        return {}

    def claim(self, claims: Sequence[Record], seen: Mapping[str, Past]) -> dict[str, Past]:
        return {}

    def of_hand_over(self, hand_over: str, users: Iterable[User]) -> History:
        return History()

    def settle(self, records: Iterable[Record]) -> None:
        pass

    def release(self, claims: Iterable[Record], seen: Mapping[str, Past]) -> None:
        pass

    def mark(self, claim: Record) -> dict[str, Any]:
        return {}

    def entry(self, record: Record) -> dict[str, Any]:
        return {}

    def clarify(self, claims: Sequence[Record]) -> list[Record]:
        return list(claims)

    def leave(self, claims: Sequence[Record]) -> None:
        pass

    def close(self) -> None:
        pass


def new_ledger_warnings(
    ledger: Ledger, users: Iterable[User], resend_after: timedelta, now: datetime, *, must_exist: bool
) -> list[str]:
    """A warning if a ledger is new although users have been pending for longer than ``resend_after``.

    They may have been invited by a run with another ledger: another user's, another machine's. LedgerError instead of
    a warning if the ledger ``must_exist``. Ask after ``history``.
    """
    pending = [user for user in users if user.is_pending_person]
    long_pending = [user for user in pending if user.created_at is None or now - user.created_at > resend_after]
    if not ledger.is_new or not long_pending:
        return []
    found = (
        f"ledger: {ledger.place} is new, although {len(long_pending)} of {len(pending)} pending users are older than "
        "resend_after"
    )
    if must_exist:
        raise LedgerError(
            f"{found}, and ledger.must_exist is true. Check ledger, HOME and the user that runs this, or set "
            "must_exist to false for the first run. No mail was sent."
        )
    advice = "If another user, machine or HOME invited them before, set ledger to the one that those runs used."
    return [f"{found}. {advice}"]


def with_task(claims: Iterable[Record], task: str) -> list[Record]:
    """The claims, now known to be in a bulk task."""
    return [replace(claim, task=task) for claim in claims]


def invited(claim: Record) -> Record:
    """The claim's user was invited."""
    return replace(claim, state="invited", last_invited_at=claim.claimed_at, message="")


def failed(claim: Record, message: str) -> Record:
    """RingCentral proved that the claim's user was not invited."""
    return replace(claim, state="failed", attempts=claim.attempts - 1, message=message)


def handed_over(claim: Record) -> Record:
    """A person may invite the claim's user now."""
    return replace(claim, state="handed_over", task="", message="")


def in_doubt(claim: Record, message: str) -> Record:
    """It can no longer be known whether the claim's user was invited."""
    return replace(claim, task="", message=message)


def in_hand_over(records: Iterable[Record], hand_over: str) -> list[Record]:
    """The records of a hand-over, which all have its batches."""
    return [record for record in records if record.run == hand_over and record.batch]


def unreadable(user_id: str, message: str, email: str = "") -> Record:
    """A record of this user that cannot be trusted; ``message`` says why."""
    return Record(user_id, "unreadable", 0, EARLIEST, email=email, message=message)


# What stands in a ledger can have been typed, planted or damaged there: each value is checked before it is used.


def read_moment(value: object) -> datetime:
    """A time of ``EARLIEST`` or later, perhaps in the future. ValueError for all else."""
    text = str(value)
    try:
        moment = parse_iso(text) if len(text) <= 40 else None
    except (OverflowError, ValueError):
        moment = None
    if moment is None or moment < EARLIEST:
        raise ValueError(f"{text[:40]!r} is not the time of an invitation")
    return moment


def read_attempts(value: object) -> int:
    """0 to ``MOST_ATTEMPTS``. ValueError for all else."""
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) <= 7) or int(text) > MOST_ATTEMPTS:
        raise ValueError(f"{text[:20]!r} is not a number of attempts")
    return int(text)


def read_batch(value: object) -> int:
    """0 to ``MOST_ATTEMPTS``, the number of a batch. ValueError for all else."""
    return read_attempts(value)


def read_task(value: object) -> str:
    """A bulk task's id as it may stand in a request's path, or "". ValueError for all else."""
    text = str(value)
    if text and not _TASK.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not the id of a bulk task")
    return text
