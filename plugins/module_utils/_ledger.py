# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of who was invited, since RingCentral has none that can be asked.

Protocol: a user is claimed before the request that may mail them, and the claim is on disk first;
the task's id is added when RingCentral accepts it; the outcome when it is read. A run that dies in
between leaves claims, which the next run settles or holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ._model import Record


class Ledger(Protocol):
    """The records of one account. Times are kept to the second."""

    def history(self, user_ids: Iterable[str]) -> dict[str, Record]:
        """The records of these users, by user id; it may hold others too."""

    def claim(self, claims: Sequence[Record], seen: Mapping[str, Record]) -> dict[str, Record]:
        """Write the claims of those whose record is still what was ``seen`` (absent: none).

        Returns the records of the others: somebody else was quicker, their claims are not written.
        """

    def settle(self, records: Iterable[Record]) -> None:
        """Write what is known now of claims, of those alone that still are the claim of the same run."""

    def release(self, claims: Iterable[Record], seen: Mapping[str, Record]) -> None:
        """Take claims back, because nothing can have been sent."""

    def mark(self, claim: Record) -> dict[str, Any]:
        """What the invitation's own request has to carry for this ledger."""

    def clarify(self, claims: Sequence[Record]) -> list[Record]:
        """Claims whose outcome is lost, settled as far as the ledger itself can tell."""

    def leave(self, claims: Sequence[Record]) -> None:
        """See to it that the next run learns of these claims, whose bulk task this run cannot follow any more."""

    def close(self) -> None: ...


class ForgetfulLedger:
    """``backend: none``: remembers nothing, so each run invites all over again."""

    def history(self, user_ids: Iterable[str]) -> dict[str, Record]:
        return {}

    def claim(self, claims: Sequence[Record], seen: Mapping[str, Record]) -> dict[str, Record]:
        return {}

    def settle(self, records: Iterable[Record]) -> None:
        pass

    def release(self, claims: Iterable[Record], seen: Mapping[str, Record]) -> None:
        pass

    def mark(self, claim: Record) -> dict[str, Any]:
        return {}

    def clarify(self, claims: Sequence[Record]) -> list[Record]:
        return list(claims)

    def leave(self, claims: Sequence[Record]) -> None:
        pass

    def close(self) -> None:
        pass


def with_task(claims: Iterable[Record], task: str) -> list[Record]:
    """The claims, now known to be in a bulk task."""
    return [replace(claim, task=task) for claim in claims]


def invited(claim: Record) -> Record:
    """The claim's user was invited."""
    return replace(claim, state="invited", last_invited_at=claim.claimed_at, message="")


def failed(claim: Record, message: str) -> Record:
    """The claim's user was surely not invited."""
    return replace(claim, state="failed", attempts=claim.attempts - 1, message=message)


def in_doubt(claim: Record, message: str) -> Record:
    """Nobody can tell any more whether the claim's user was invited."""
    return replace(claim, task="", message=message)
