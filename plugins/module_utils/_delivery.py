# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan: claim, send, read the outcome, record it. No user is mailed twice or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any, Literal

from ._answers import parse_task
from ._bulk_tasks import outcomes
from ._client import BULK_SIZE, BULK_UPDATE, READ_TASK, UPDATE_EXTENSION, Operation
from ._decisions import Decision, judge_history, judge_window
from ._errors import (
    ApiError,
    GuardExceeded,
    Interrupted,
    OutOfTime,
    RingCentralError,
    TransportError,
    Unexpected,
    UnusableAnswer,
    WrongClock,
)
from ._ledger import Ledger, failed, in_doubt, invited, with_task
from ._model import Record
from ._policy import Policy
from ._progress import Progress
from ._times import for_people
from ._users import Api

Transport = Literal["auto", "bulk", "single", "portal"]

_TROUBLES = {"failed": "refused", "unknown": "uncertain"}
"""What progress says of users who were tried without success, by outcome."""

_POLLS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look at a bulk task, after those that earlier tasks took; the last one repeats."""

_MOST_REFUSALS = 40
"""Requests that may be refused while the records that RingCentral does not take are searched for in one round."""


@dataclass
class Group:
    """Users whose canary and failures count together: all of a run, or one onboarding batch.

    ``tried`` is the number of users processed so far, ``outcomes`` counts their outcomes, ``stopped`` is why the rest
    are not sent.
    """

    decisions: Sequence[Decision]
    policy: Policy
    name: str = ""
    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    stopped: RingCentralError | None = None

    @property
    def accepted(self) -> int:
        """How many RingCentral accepted."""
        return self.outcomes["invited"] + self.outcomes["handed_over"]

    @property
    def failures(self) -> int:
        """How many failed or are in doubt."""
        return self.outcomes["failed"] + self.outcomes["unknown"]

    def next(self, room: int) -> Sequence[Decision]:
        """The users who may be sent now: the canary first, and no more than fit."""
        if self.stopped:
            return ()
        canary = self.policy.canary - self.accepted  # one that another run has invited proves nothing
        size = min(room, canary) if canary > 0 else room
        return self.decisions[self.tried : self.tried + size]

    def count(self, share: Sequence[Decision], done: Mapping[str, Decision]) -> None:
        """After a request for these users: stop the group unless its next ones may be sent."""
        self.tried += len(share)
        self.outcomes.update(str(done[one.user.id].outcome) for one in share if one.user and one.user.id in done)
        if self.tried >= len(self.decisions):
            return
        if self.failures and self.accepted < self.policy.canary:
            self.stopped = GuardExceeded("canary: not all of the first users were accepted")
        elif self.failures > self.policy.max_failures:
            self.stopped = GuardExceeded(
                f"max_failures: {self.failures} failed or uncertain; the limit is {self.policy.max_failures}"
            )

    def stop(self, error: RingCentralError, *, is_concerned: bool) -> None:
        """The run ends here: record why, if users of this group were in its last request or are left."""
        if is_concerned or self.tried < len(self.decisions):
            self.stopped = error


class Delivery:
    """One run's sending for one account.

    ``run`` names it in the ledger, ``now`` gives the time in UTC. Afterwards ``done`` has the final
    decision, by user id, about each user that was tried, ``tasks`` the bulk tasks, and ``stopped``
    the error that kept the rest from being tried, if any.
    """

    _verb = "sent"

    def __init__(
        self,
        api: Api,
        ledger: Ledger,
        transition: Mapping[str, bool],
        *,
        run: str,
        now: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self.done: dict[str, Decision] = {}
        self.tasks: list[str] = []
        self.stopped: RingCentralError | None = None
        self._api = api
        self._ledger = ledger
        self._transition = transition
        self._run = run
        self._now = now
        self._progress = progress
        self._usual_wait = 0.0  # seconds that the last bulk task took at the least

    def send(self, groups: Sequence[Group], transport: Transport) -> None:
        """Invite the users of these groups in their order, request by request, until all are sent or it stops."""
        total = sum(len(group.decisions) for group in groups)
        bulk = transport == "bulk" or (transport == "auto" and total > 1)
        while round_ := Round.of(groups, BULK_SIZE if bulk else 1):
            try:
                claims = self._claim(round_)
                if not bulk:
                    self._single(round_, claims)
                elif claims and not self._by_bulk(round_, claims, demands_bulk=transport == "bulk"):
                    bulk = False  # no user of these was mailed: the same ones again, one by one
                    continue
            except Exception as error:  # noqa: BLE001  # users may have been mailed: the result must not be lost
                self.stopped = error if isinstance(error, RingCentralError) else Unexpected(error)
                round_.count(self.done)
                for group in groups:
                    group.stop(self.stopped, is_concerned=round_.holds(group))
            else:
                round_.count(self.done)
                self._progress(self._so_far(groups, total))

    def _so_far(self, groups: Sequence[Group], total: int) -> str:
        troubles = {words: sum(group.outcomes[name] for group in groups) for name, words in _TROUBLES.items()}
        tried = sum(group.tried for group in groups)
        rest = [f"{count:,} {words}" for words, count in troubles.items() if count]
        return ", ".join([f"{self._verb} {tried:,} of {total:,}", *rest])

    def pause(self, seconds: float, why: str) -> None:
        """Wait between two waves, as the user asked."""
        if seconds <= 0:
            return
        until = for_people(self._now() + timedelta(seconds=seconds))
        self._progress(f"waiting {seconds:.0f} s {why}, until {until}", lasts=seconds)
        try:
            self._api.pause(seconds)
        except RingCentralError as error:
            self.stopped = error

    def _by_bulk(self, round_: Round, claims: Sequence[Record], *, demands_bulk: bool) -> bool:
        """One request. One that is refused as a whole is halved until the record that is not taken stands alone.

        False if the account may not send in bulk and that is not demanded; the claims are released then.
        """
        waiting = [claims]
        refusals = 0
        try:
            while waiting:
                part = waiting.pop(0)
                records = [{"id": claim.user_id, **self._invitation(claim)} for claim in part]
                try:
                    answer = self._mail(round_, part, BULK_UPDATE, {"records": records})
                except ApiError as error:
                    if error.lacks_permission and not demands_bulk:
                        self._ledger.release(list(chain.from_iterable(waiting)), round_.seen)
                        return False
                    if not error.concerns_one:
                        raise
                    refusals += 1
                    if len(part) > 1 and refusals < _MOST_REFUSALS:
                        waiting[:0] = [part[: len(part) // 2], part[len(part) // 2 :]]
                    elif len(part) > 1:
                        self._settle(round_, [failed(claim, error.message) for claim in part])
                else:
                    self._follow(round_, part, str(answer["id"]))
        except RingCentralError:
            self._ledger.release(list(chain.from_iterable(waiting)), round_.seen)
            raise
        return True

    def _single(self, round_: Round, claims: Sequence[Record]) -> None:
        for claim in claims:
            try:
                self._mail(round_, claims, UPDATE_EXTENSION, self._invitation(claim), {"extension": claim.user_id})
            except (ApiError, UnusableAnswer) as error:
                if isinstance(error, ApiError) and not error.concerns_one:
                    raise
                return  # concerns this user alone and is settled already; max_failures limits how many
            self._settle(round_, [invited(claim)])

    def _invitation(self, claim: Record) -> dict[str, Any]:
        """The record that asks RingCentral to mail an activation link. Built here and nowhere else.

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

    def _claim(self, round_: Round) -> list[Record]:
        """Put this run's claims on disk, except for users that another run has taken or whose window has closed."""
        now = self._now().replace(microsecond=0)
        self.done |= self._too_late(round_, now)
        claims = [self._claim_of(round_, user_id, now) for user_id in round_.users if user_id not in self.done]
        lost = self._ledger.claim(claims, round_.seen)
        for user_id, past in lost.items():
            unforced = replace(round_.policies[user_id], force=False)
            taken = judge_history(unforced, round_.users[user_id], past, now)
            message = taken.message or "not sent: another run changed this user's record; the next run decides anew"
            self.done[user_id] = replace(taken, message=message)
        return [claim for claim in claims if claim.user_id not in lost]

    def _too_late(self, round_: Round, now: datetime) -> dict[str, Decision]:
        """The decisions about users whose window has closed."""
        judged = {
            user_id: judge_window(round_.policies[user_id], one, now)
            for user_id, one in round_.decisions.items()
            if user_id not in self.done  # a round can be tried again by another transport
        }
        return {user_id: decision for user_id, decision in judged.items() if decision.verdict != "send"}

    def _claim_of(self, round_: Round, user_id: str, now: datetime) -> Record:
        """What is on disk before the request."""
        before = round_.seen[user_id].record
        return Record(
            user_id=user_id,
            state="claimed",
            attempts=(before.attempts if before else 0) + 1,
            claimed_at=now,
            last_invited_at=before.last_invited_at if before else None,
            run=self._run,
            email=round_.users[user_id].email,
        )

    def _mail(
        self,
        round_: Round,
        claims: Sequence[Record],
        operation: Operation,
        json: Mapping[str, Any],
        ids: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The request that may mail users. After an error the claims say what is known."""
        try:
            return self._api.call(operation, ids, json=json)
        except RingCentralError as error:
            if isinstance(error, ApiError) and error.concerns_one:
                if len(claims) == 1:  # of several, the caller finds out which
                    self._settle(round_, [failed(claim, error.message) for claim in claims])
            elif _is_surely_unsent(error):
                self._ledger.release(claims, round_.seen)
            else:
                self._settle(round_, self._clarify([in_doubt(claim, error.message) for claim in claims]))
            raise

    def _follow(self, round_: Round, claims: Sequence[Record], task: str) -> None:
        """Follow a bulk task to its end and settle its claims."""
        self.tasks.append(task)
        claims = with_task(claims, task)
        try:
            self._ledger.settle(claims)
            self._settle(round_, self._clarify(self._end_of(task, claims)))
        except BaseException:
            for claim in claims:  # known to have been accepted, whatever happened since
                if claim.user_id not in self.done:
                    self._note(round_, claim, f"the bulk task {task} was accepted; the next run asks for its outcome")
            raise

    def _end_of(self, task: str, claims: Sequence[Record]) -> list[Record]:
        """Wait for a bulk task and return its outcomes. A task that cannot be followed is left to the next run."""
        try:
            return self._outcomes_of(task, claims)
        except RingCentralError:
            self._leave(claims)
            raise

    def _leave(self, claims: Sequence[Record]) -> None:
        """The bulk task of these can no longer be followed."""
        self._ledger.leave(claims)

    def _outcomes_of(self, task: str, claims: Sequence[Record]) -> list[Record]:
        """Wait for a bulk task to end."""
        settled: list[Record] = []
        waited = seen_running = 0.0
        for pause in chain([self._usual_wait] if self._usual_wait > _POLLS[0] else [], _POLLS, repeat(_POLLS[-1])):
            self._api.wait(pause, f"the bulk task {task}")
            waited += pause
            if settled := outcomes(claims, parse_task(self._api.call(READ_TASK, {"task": task}))):
                break
            seen_running = waited
        self._usual_wait = seen_running or 0.75 * waited
        return settled

    def _clarify(self, records: Sequence[Record]) -> list[Record]:
        """The records, those in doubt settled if the ledger can tell."""
        doubtful = [record for record in records if record.state == "claimed"]
        try:
            clear = {record.user_id: record for record in self._ledger.clarify(doubtful)}
        except RingCentralError:  # the cause may persist; the next run looks again
            return list(records)
        return [clear.get(record.user_id, record) for record in records]

    def _settle(self, round_: Round, records: Iterable[Record]) -> None:
        records = list(records)
        for record in records:
            held = self._doubt(round_, record) if record.state == "claimed" else ""
            self._note(round_, record, f"{record.message}{held}")
        self._ledger.settle(records)

    def _doubt(self, round_: Round, record: Record) -> str:
        again = for_people(record.claimed_at + round_.policies[record.user_id].resend_after)
        next_step = f"so held until {again}" if self._ledger.keeps_doubts else "and the next run looks again"
        return f"; may have been mailed all the same, {next_step}"

    def _note(self, round_: Round, record: Record, message: str) -> None:
        resend_after = round_.policies[record.user_id].resend_after
        self.done[record.user_id] = replace(
            round_.decisions[record.user_id],
            record=record,
            message=message,
            outcome=record.state if record.state in {"invited", "failed"} else "unknown",
            next_invite_after=record.asked_at + resend_after if record.asked_at else None,
        )


class Round:
    """The users of one request, from one or more groups, by user id; at most a bulk request."""

    def __init__(self, shares: Sequence[tuple[Group, Sequence[Decision]]]) -> None:
        self._shares = shares
        named = [(group, one.user, one) for group, decisions in shares for one in decisions if one.user]
        self.users = {user.id: user for _group, user, _one in named}
        self.decisions = {user.id: one for _group, user, one in named}
        self.policies = {user.id: group.policy for group, user, _one in named}
        self.seen = {user.id: one.past for _group, user, one in named}

    @classmethod
    def of(cls, groups: Iterable[Group], room: int) -> Round | None:
        """The next one; None if nothing is left to send."""
        shares: list[tuple[Group, Sequence[Decision]]] = []
        for group in groups:
            if share := group.next(room):
                shares.append((group, share))
                room -= len(share)
            if not room:
                break
        return cls(shares) if shares else None

    def holds(self, group: Group) -> bool:
        """Whether users of this group are in it."""
        return any(one is group for one, _share in self._shares)

    def count(self, done: Mapping[str, Decision]) -> None:
        """Report the outcome to the groups whose users were in it."""
        for group, share in self._shares:
            group.count(share, done)


def _is_surely_unsent(error: RingCentralError) -> bool:
    """Whether the request that mails was not carried out: refused in RingCentral's own words, or never sent."""
    if isinstance(error, ApiError):
        return error.refused
    if isinstance(error, TransportError):
        return not error.sent
    return isinstance(error, (OutOfTime, Interrupted, WrongClock))
