# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes hand-overs to the portal, and their confirmations, into the ledger. No request here mails a user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ._decisions import Decision
from ._delivery import Delivery, Group, Round, Transport
from ._hand_overs import CANARY, Batch, in_portal_order, split
from ._ledger import Ledger
from ._model import Record
from ._policy import Policy
from ._progress import Progress
from ._users import Api


class Recording(Delivery):
    """Where the ledger is a file, the claim is the record, and no request is needed.

    Where it is in RingCentral, the record goes there as an invitation's would, by the same requests without the
    transition that mails. Their claims are in memory alone, since there is nothing that could be done twice.
    """

    _verb = "recorded"

    def __init__(self, api: Api, ledger: Ledger, *, run: str, now: Callable[[], datetime], progress: Progress) -> None:
        super().__init__(api, ledger, {}, run=run, now=now, progress=progress)
        self._records: dict[str, Record] = {}

    def _claim(self, round_: Round) -> list[Record]:
        records = super()._claim(round_)
        self._records |= {record.user_id: record for record in records}
        return [replace(record, state="claimed") for record in records]

    def _by_bulk(self, round_: Round, claims: Sequence[Record], *, demands_bulk: bool) -> bool:
        return self._is_done(round_, claims) or super()._by_bulk(round_, claims, demands_bulk=demands_bulk)

    def _single(self, round_: Round, claims: Sequence[Record]) -> None:
        if not self._is_done(round_, claims):
            super()._single(round_, claims)

    def _is_done(self, round_: Round, claims: Sequence[Record]) -> bool:
        """Whether the claims wrote the records already."""
        if any(self._invitation(claim) for claim in claims):
            return False
        for claim in claims:
            self._note(round_, replace(claim, state="invited"), "")
        return True

    def _invitation(self, claim: Record) -> dict[str, Any]:
        return self._ledger.entry(self._records[claim.user_id])

    def _leave(self, claims: Sequence[Record]) -> None:
        """Nothing: a record that RingCentral writes later is one that the next run finds."""

    def _doubt(self, round_: Round, record: Record) -> str:
        return "; it is not known whether the ledger has this record, and the next run looks again"

    def _note(self, round_: Round, record: Record, message: str) -> None:
        """``invited`` here means that the record was written."""
        user_id = record.user_id
        before, written = round_.decisions[user_id], self._records[user_id]
        if record.state == "invited":
            self.done[user_id] = self._written(before, written, round_.policies[user_id])
        elif record.state == "failed":
            self.done[user_id] = replace(before, message=message, outcome="failed")
        else:
            self.done[user_id] = replace(before, message=message, outcome="unknown")

    def _written(self, before: Decision, written: Record, policy: Policy) -> Decision:
        """The decision about a user whose record was written."""
        raise NotImplementedError


class HandingOver(Recording):
    """Hands users over to a person. ``batches`` are those of the hand-over, by their number."""

    _verb = "handed over"

    def __init__(self, api: Api, ledger: Ledger, *, run: str, now: Callable[[], datetime], progress: Progress) -> None:
        super().__init__(api, ledger, run=run, now=now, progress=progress)
        self.batches: dict[int, Batch] = {}
        self._numbers: dict[str, int] = {}

    def send(self, groups: Sequence[Group], transport: Transport) -> None:
        for group in groups:
            group.decisions = in_portal_order(group.decisions)
            for place, part in enumerate(split(group.decisions, group.policy)):
                number = len(self.batches) + 1
                self.batches[number] = Batch(group.name, CANARY if group.policy.canary and not place else "")
                self._numbers |= {one.user.id: number for one in part if one.user}
        super().send(groups, "auto")

    def _claim_of(self, round_: Round, user_id: str, now: datetime) -> Record:
        claim = super()._claim_of(round_, user_id, now)
        # no attempt before it is confirmed
        return replace(claim, state="handed_over", attempts=claim.attempts - 1, batch=self._numbers[user_id])

    def _written(self, before: Decision, written: Record, policy: Policy) -> Decision:
        again = written.claimed_at + policy.hand_over_max_age + policy.resend_after
        return replace(before, record=written, message="", outcome="handed_over", next_invite_after=again)


class Confirming(Recording):
    """Records what a person says of a hand-over. ``records`` are what the ledger should say of its users, by id."""

    _verb = "confirmed"

    def __init__(
        self,
        api: Api,
        ledger: Ledger,
        records: Mapping[str, Record],
        *,
        run: str,
        now: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        super().__init__(api, ledger, run=run, now=now, progress=progress)
        self._wanted = records

    def _claim_of(self, round_: Round, user_id: str, now: datetime) -> Record:
        return self._wanted[user_id]

    def _too_late(self, round_: Round, now: datetime) -> dict[str, Decision]:
        return {}  # what was done is recorded whenever that is said

    def _written(self, before: Decision, written: Record, policy: Policy) -> Decision:
        if written.state != "invited":
            return replace(before, record=written)
        again = written.claimed_at + policy.resend_after
        return replace(before, record=written, outcome="invited", next_invite_after=again)
