# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out a plan: claim, send, read the outcome, write it down. Never twice, never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Literal

from ._client import BULK_SIZE, BULK_UPDATE, READ_TASK, UPDATE_EXTENSION, Operation, error_words
from ._decisions import Decision, judge_history
from ._errors import ApiError, GuardExceeded, OutOfTime, RingCentralError, TransportError
from ._history import History
from ._ledger import Ledger, failed, in_doubt, invited, with_task
from ._model import Record
from ._policy import Policy
from ._times import for_people
from ._users import Api

Transport = Literal["auto", "bulk", "single"]

_POLLS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look at a bulk task; the last one repeats."""


class Delivery:
    """One run's sending for one account.

    ``run`` names it in the ledger, ``now`` gives the time in UTC. Afterwards ``done`` has the final
    decision, by user id, about each user that was tried, ``tasks`` the bulk tasks, and ``stopped``
    the error that kept the rest from being tried, if any.
    """

    def __init__(
        self,
        api: Api,
        ledger: Ledger,
        policy: Policy,
        transition: Mapping[str, bool],
        *,
        run: str,
        now: Callable[[], datetime],
    ) -> None:
        self.done: dict[str, Decision] = {}
        self.tasks: list[str] = []
        self.stopped: RingCentralError | None = None
        self._api = api
        self._ledger = ledger
        self._policy = policy
        self._transition = transition
        self._run = run
        self._now = now

    def send(self, decisions: Sequence[Decision], transport: Transport) -> None:
        """Invite these users, in this order: a canary first, then batch after batch while it goes well."""
        bulk = transport == "bulk" or (transport == "auto" and len(decisions) > 1)
        sent = 0
        try:
            while sent < len(decisions):
                size = BULK_SIZE if bulk else 1
                size = min(size, self._policy.canary - sent) if sent < self._policy.canary else size
                batch = _Batch(decisions[sent : sent + size])
                claims = self._claim(batch)
                try:
                    self._by_bulk(batch, claims) if bulk else self._single(batch, claims)
                except ApiError as error:
                    if not (bulk and transport == "auto" and error.lacks_permission):
                        raise
                    bulk = False  # nobody was mailed: the same users again, one by one
                    continue
                sent += size
                self._consider(batch, is_canary=sent <= self._policy.canary, is_last=sent >= len(decisions))
        except RingCentralError as error:
            self.stopped = error

    def _consider(self, batch: _Batch, *, is_canary: bool, is_last: bool) -> None:
        """After a batch: raises unless the next one may start."""
        if is_last:
            return
        bad = {user_id for user_id, decision in self.done.items() if decision.outcome in {"failed", "unknown"}}
        if is_canary and not bad.isdisjoint(batch.users):
            raise GuardExceeded("canary: not all of the first users were accepted, so nobody else was mailed")
        if len(bad) > self._policy.max_failures:
            raise GuardExceeded(f"max_failures: {len(bad)} failed or may have, {self._policy.max_failures} may")

    def _by_bulk(self, batch: _Batch, claims: Sequence[Record]) -> None:
        if claims:
            records = [{"id": claim.user_id, **self._invitation(claim)} for claim in claims]
            answer = self._mail(batch, claims, BULK_UPDATE, {"records": records})
            self._follow(batch, claims, str(answer.get("id") or ""))

    def _single(self, batch: _Batch, claims: Sequence[Record]) -> None:
        for claim in claims:
            try:
                self._mail(batch, claims, UPDATE_EXTENSION, self._invitation(claim), {"extension": claim.user_id})
            except ApiError as error:
                if not error.concerns_one:
                    raise
                return  # this user's own trouble, settled already
            self._settle(batch, [invited(claim)])

    def _invitation(self, claim: Record) -> dict[str, Any]:
        """The one place that knows how RingCentral is asked to mail an activation link.

        Documented for NotActivated extensions only; ``status`` is never sent, as it could undo an
        activation.
        """
        return {
            "transition": {
                "sendWelcomeEmailsToUsers": self._transition["send_welcome_emails_to_users"],
                "sendWelcomeEmail": self._transition["send_welcome_email"],
            },
            **self._ledger.mark(claim),
        }

    def _claim(self, batch: _Batch) -> list[Record]:
        """Put this run's claims on disk, but for those whom another run has taken meanwhile."""
        now = self._now().replace(microsecond=0)
        claims = [
            Record(
                user_id=user_id,
                state="claimed",
                attempts=(before.attempts if before else 0) + 1,
                claimed_at=now,
                last_invited_at=before.last_invited_at if before else None,
                run=self._run,
                email=batch.users[user_id].email,
            )
            for user_id, before in ((user_id, batch.seen[user_id].record) for user_id in batch.users)
        ]
        lost = self._ledger.claim(claims, batch.seen)
        unforced = replace(self._policy, force=False)
        for user_id, past in lost.items():
            judged = judge_history(unforced, batch.users[user_id], past, now)
            message = judged.message or "not sent: another run changed this user's record; the next run decides anew"
            self.done[user_id] = replace(judged, message=message)
        return [claim for claim in claims if claim.user_id not in lost]

    def _mail(
        self,
        batch: _Batch,
        claims: Sequence[Record],
        operation: Operation,
        json: Mapping[str, Any],
        ids: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The request that may mail people. An error leaves the claims as what is true then."""
        try:
            return self._api.call(operation, ids, json=json)
        except RingCentralError as error:
            if isinstance(error, ApiError) and error.concerns_one:
                self._settle(batch, [failed(claim, error.message) for claim in claims])
            elif _is_surely_unsent(error):
                self._ledger.release(claims, batch.seen)
            else:
                self._settle(batch, self._clarify([in_doubt(claim, error.message) for claim in claims]))
            raise

    def _follow(self, batch: _Batch, claims: Sequence[Record], task: str) -> None:
        """See a bulk task through to its end and settle its claims."""
        if not task:
            words = "RingCentral accepted the bulk request without naming its task"
            self._settle(batch, self._clarify([in_doubt(claim, words) for claim in claims]))
            raise TransportError(f"{words}; check server_url and proxies", sent=True)
        self.tasks.append(task)
        claims = with_task(claims, task)
        for claim in claims:  # known to have been accepted, whatever happens next
            self._note(batch, claim, f"the bulk task {task} was accepted; the next run asks for its outcome")
        self._ledger.settle(claims)
        try:
            settled = self._outcomes_of(task, claims)
        except RingCentralError:
            self._ledger.leave(claims)
            raise
        self._settle(batch, self._clarify(settled))

    def _outcomes_of(self, task: str, claims: Sequence[Record]) -> list[Record]:
        """Wait for a bulk task to end."""
        settled: list[Record] = []
        pauses = chain(_POLLS, repeat(_POLLS[-1]))
        while not settled:
            self._api.wait(next(pauses), f"the bulk task {task}")
            settled = outcomes(claims, self._api.call(READ_TASK, {"task": task}))
        return settled

    def _clarify(self, records: Sequence[Record]) -> list[Record]:
        """The records, those in doubt settled if the ledger can tell."""
        doubtful = [record for record in records if record.state == "claimed"]
        try:
            clear = {record.user_id: record for record in self._ledger.clarify(doubtful)}
        except RingCentralError:  # what made them doubtful may still be the matter; the next run looks again
            return list(records)
        return [clear.get(record.user_id, record) for record in records]

    def _settle(self, batch: _Batch, records: Iterable[Record]) -> None:
        records = list(records)
        for record in records:
            held = ""
            if record.state == "claimed":
                again = for_people(record.claimed_at + self._policy.resend_after)
                next_step = f"so held until {again}" if self._ledger.keeps_doubts else "and the next run looks again"
                held = f"; may have been mailed all the same, {next_step}"
            self._note(batch, record, f"{record.message}{held}")
        self._ledger.settle(records)

    def _note(self, batch: _Batch, record: Record, message: str) -> None:
        self.done[record.user_id] = replace(
            batch.decisions[record.user_id],
            record=record,
            message=message,
            outcome=record.state if record.state in {"invited", "failed"} else "unknown",
            next_invite_after=record.asked_at + self._policy.resend_after if record.asked_at else None,
        )


class _Batch:
    """The decisions of one batch, by user id."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self.users = {decision.user.id: decision.user for decision in decisions if decision.user}
        self.decisions = {decision.user.id: decision for decision in decisions if decision.user}
        self.seen = {user_id: decision.past for user_id, decision in self.decisions.items()}


def settle_claims(api: Api, history: History) -> list[Record]:
    """What became of the bulk tasks that earlier runs left behind, by asking RingCentral. Writes nothing."""
    tasks: dict[str, list[Record]] = {}
    for record in history.records:
        if record.state == "claimed" and record.task:
            tasks.setdefault(record.task, []).append(record)
    settled: list[Record] = []
    for task, claims in tasks.items():
        try:
            settled += outcomes(claims, api.call(READ_TASK, {"task": task}))
        except ApiError as error:
            if error.lacks_permission:
                continue  # who may read it settles them
            if error.status != 404:
                raise
            settled += [in_doubt(claim, f"RingCentral no longer knows the bulk task {task}") for claim in claims]
    return settled


def outcomes(claims: Sequence[Record], task: Mapping[str, Any]) -> list[Record]:
    """The claims as a bulk task's answer settles them; [] while it runs.

    A task can be Completed with records that failed, or that it leaves out, and Failed after it
    mailed some people: only what is said about a user settles that user's claim.
    """
    status = task.get("status")
    if status not in {"Completed", "Failed"}:
        return []
    result = task.get("result") or {}
    items = result.get("affectedItems") or []
    if isinstance(items, Mapping):  # a list itself in descriptions of before 2022
        items = items.get("result") or []
    told = {str(item.get("extensionId")): item for item in items}
    code, words = error_words(result)
    left_out = f"the bulk task {task.get('id')} is {status} and says nothing of them" + (
        f": [{code}] {words}" if code or words else ""
    )
    return [_outcome(claim, told.get(claim.user_id), left_out) for claim in claims]


def _outcome(claim: Record, item: Mapping[str, Any] | None, left_out: str) -> Record:
    status = (item or {}).get("status")
    if status == "Success":
        return invited(claim)
    if item and status == "Fail":
        code, words = error_words(item)
        return failed(claim, f"RingCentral refused: [{code}] {words}" if code or words else "RingCentral refused")
    return in_doubt(claim, left_out)


def _is_surely_unsent(error: RingCentralError) -> bool:
    if isinstance(error, ApiError):
        return error.refused
    return isinstance(error, OutOfTime) or (isinstance(error, TransportError) and not error.sent)
