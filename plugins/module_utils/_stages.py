# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that rc_send_invite and rc_onboard share: read an account, plan, carry the plan out."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any

from ._bulk_tasks import settle_claims
from ._conversion import Asked
from ._corrections import Correction, correct, corrected, corrections, with_corrections
from ._decisions import Decision, decide, judge_again, without_taken
from ._decisions import Outcome as DecisionOutcome
from ._delivery import Delivery, Group, Transport
from ._errors import GuardExceeded, RingCentralError
from ._hand_overs import Batch, foreseen, is_certain, made_now, still_open, waits
from ._history import History
from ._ledger import Ledger, in_hand_over, new_ledger_warnings
from ._ledger_backends import open_ledger
from ._model import Record, User
from ._policy import Policy
from ._progress import Progress
from ._recording import HandingOver
from ._users import Account, Api, list_users
from ._waves import EVERYBODY, IN_NO_WAVE, Wave, wave_of

NOT_ATTEMPTED = "not attempted, the run stopped early; the next run will invite them"


@dataclass(frozen=True)
class Selection:
    """Users with one policy: all users of a run, or one onboarding batch.

    ``absent`` are the decisions about names that match no user, or several.
    """

    policy: Policy
    users: Sequence[User]
    absent: Sequence[Decision] = ()
    name: str = ""


@dataclass(frozen=True)
class Situation:
    """What a plan rests on. ``settled`` are records that RingCentral has settled since, not yet written down;
    ``recall`` is what the ledger remembers of users, at other addresses too, ``asked`` all earlier invitations.
    """

    account: Account
    everybody: Sequence[User]
    history: History
    recall: Callable[[Iterable[User]], History]
    settled: Sequence[Record] = ()
    warnings: Sequence[str] = ()
    asked: Mapping[str, Asked] = field(default_factory=dict)

    def after(self, users: Iterable[User]) -> History:
        """What is known once the users' addresses are corrected: others may have been invited there."""
        return self.recall(user for user in users if user.is_pending_person).updated(self.settled)


@dataclass(frozen=True)
class Plan:
    """A decision about each user of each selection: as it is, and once the ``proposed`` corrections are made."""

    selections: Sequence[Selection]
    situation: Situation
    proposed: Sequence[Correction]
    uncorrected: Sequence[Sequence[Decision]]
    decisions: Sequence[Sequence[Decision]]

    @property
    def guards(self) -> dict[int, GuardExceeded]:
        """Why selections must not be sent, by place: they hold more than their policy allows."""
        guards = {}
        for place, (one, decisions) in enumerate(zip(self.selections, self.decisions, strict=True)):
            most, count = one.policy.max_invites, len(sends(decisions))
            if most and count > most:
                words = f"max_invites: {count} users would be invited, the limit is {most}; no mail was sent"
                guards[place] = GuardExceeded(words)
        return guards


@dataclass
class Outcome:
    """The decisions of each selection before and after, the bulk tasks, why a selection or all of it stopped, and the
    batches of a hand-over."""

    before: Sequence[Sequence[Decision]]
    after: Sequence[Sequence[Decision]]
    stopped: dict[int, RingCentralError] = field(default_factory=dict)
    tasks: Sequence[str] = ()
    corrections: Sequence[Correction] = ()
    batches: Mapping[int, Batch] = field(default_factory=dict)


def sends(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions to send."""
    return [decision for decision in decisions if decision.verdict == "send"]


@contextmanager
def ledger_of(
    options: Mapping[str, Any],
    account: Account,
    api: Api,
    environment: Mapping[str, str],
    *,
    read_only: bool,
    now: Callable[[], datetime],
) -> Iterator[Ledger]:
    """The account's ledger, closed in the end."""
    ledger = open_ledger(options, account, api, environment, read_only=read_only, now=now)
    try:
        yield ledger
    finally:
        ledger.close()


def recall(
    params: Mapping[str, Any],
    ledger: Ledger,
    api: Api,
    *,
    account: Account,
    everybody: Sequence[User],
    selections: Sequence[Selection],
    now: datetime,
) -> Situation:
    """What the ledger remembers of the selected users, and what RingCentral says of tasks that were left behind."""
    considered = [user for one in selections for user in one.users]
    history = ledger.history(user for user in considered if user.is_pending_person)
    settled = settle_claims(api, history)
    must_exist = bool(params["ledger"]["must_exist"])
    warnings = new_ledger_warnings(ledger, considered, Policy().resend_after, now, must_exist=must_exist)
    asked = ledger.asked([user.id for user in everybody if user.status == "enabled"], now)
    return Situation(account, everybody, history.updated(settled), ledger.history, settled, warnings, asked)


def make_plan(selections: Sequence[Selection], situation: Situation, now: datetime, *, correct_email: bool) -> Plan:
    """Decide about each user. With ``correct_email``, as it will be after the corrections of the directory."""
    uncorrected = _decide(selections, situation, now, ())
    proposed = corrections(chain.from_iterable(uncorrected)) if correct_email else []
    decisions = _decide(selections, situation, now, proposed) if proposed else uncorrected
    return Plan(selections, situation, proposed, uncorrected, decisions)


def _decide(
    selections: Sequence[Selection], situation: Situation, now: datetime, done: Sequence[Correction]
) -> list[list[Decision]]:
    everybody = corrected(situation.everybody, done)
    chosen = [corrected(one.users, done) for one in selections]
    history = situation.after(chain.from_iterable(chosen)) if done else situation.history
    plans = [decide(one.policy, users, everybody, history, now) for one, users in zip(selections, chosen, strict=True)]
    if len(plans) > 1:  # users of two selections may be proposed one address
        plans = without_taken(plans, everybody)
    return [with_corrections([*plan, *one.absent], done) for one, plan in zip(selections, plans, strict=True)]


def foresee(plan: Plan, waves: Sequence[Wave], transport: Transport) -> Outcome:
    """The outcome that the plan would have. A selection over its guard is stopped."""
    guards = plan.guards
    outcome: DecisionOutcome = "would_hand_over" if transport == "portal" else "would_invite"
    before = [plan.uncorrected[place] if place in guards else one for place, one in enumerate(plan.decisions)]
    after = [
        one if place in guards else [_with_outcome(decision, waves, outcome) for decision in one]
        for place, one in enumerate(before)
    ]
    return Outcome(before, after, stopped=dict(guards))


def _with_outcome(decision: Decision, waves: Sequence[Wave], outcome: DecisionOutcome) -> Decision:
    if decision.verdict != "send":
        return decision
    if waves and decision.user and wave_of(waves, decision.user) is None:
        return replace(decision, message=IN_NO_WAVE)
    return replace(decision, outcome=outcome)


class Sending:
    """Carries a plan out: corrects addresses, then sends wave after wave. ``params`` are a module's options."""

    def __init__(
        self,
        params: Mapping[str, Any],
        api: Api,
        ledger: Ledger,
        now: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._params = params
        self._api = api
        self._ledger = ledger
        self._now = now
        self._progress = progress

    def carry_out(self, plan: Plan, waves: Sequence[Wave]) -> Outcome:
        self._ledger.settle(plan.situation.settled)
        stopped: dict[int, RingCentralError] = dict(plan.guards)
        done = correct(self._api, _unstopped(plan, stopped))
        decisions = _decide(plan.selections, plan.situation, self._now(), done) if plan.proposed else plan.decisions
        delivery = self._delivery()
        self._send_waves(plan, decisions, waves, delivery, stopped)
        after = [
            [_reached(one, delivery.done, waves, stopped=place in stopped) for one in decisions[place]]
            for place in range(len(decisions))
        ]
        batches = delivery.batches if isinstance(delivery, HandingOver) else {}
        return Outcome(decisions, after, stopped, delivery.tasks, done, batches)

    def _delivery(self) -> Delivery:
        """By requests that mail, or by a person."""
        run = uuid.uuid4().hex
        if self._params["transport"] == "portal":
            run = f"h{run[:11]}"  # never a number, whoever types it into YAML
            return HandingOver(self._api, self._ledger, run=run, now=self._now, progress=self._progress)
        transition = self._params["transition"]
        return Delivery(self._api, self._ledger, transition, run=run[:12], now=self._now, progress=self._progress)

    def _send_waves(
        self,
        plan: Plan,
        decisions: Sequence[Sequence[Decision]],
        waves: Sequence[Wave],
        delivery: Delivery,
        stopped: dict[int, RingCentralError],
    ) -> None:
        """Wave after wave, with all selections that are still going. One whose wave failed is not in the next one."""
        failed: dict[int, RingCentralError] = {}
        begun = False
        for number, wave in enumerate(waves or [EVERYBODY]):
            shares = {place: share for place, one in enumerate(decisions) if (share := _in_wave(waves, number, one))}
            stopped |= {place: failed[place] for place in (shares.keys() & failed.keys()) - stopped.keys()}
            going = sorted(shares.keys() - stopped.keys())
            if begun and going and not delivery.stopped:
                self._pause(wave, [one for place in going for one in shares[place]], delivery)
            if delivery.stopped:
                stopped |= dict.fromkeys(going, delivery.stopped)
                continue
            begun = begun or bool(going)
            groups = {
                place: Group(shares[place], one.policy, group_name(waves, number, one))
                for place, one in ((place, plan.selections[place]) for place in going)
            }
            if waves:
                self._progress(f"wave {wave.name}: {sum(len(shares[place]) for place in going)} users")
            delivery.send(list(groups.values()), self._params["transport"])
            stopped |= {place: group.stopped for place, group in groups.items() if group.stopped}
            failed |= {
                place: GuardExceeded(f"the wave {wave.name} failed")
                for place, group in groups.items()
                if group.failures > group.policy.max_failures
            }

    def _pause(self, wave: Wave, coming: Iterable[Decision], delivery: Delivery) -> None:
        """Wait, then read the next wave's users again: a pause can last hours. Users who changed are not mailed."""
        if self._params["wave_pause"] <= 0 or self._params["transport"] == "portal":
            return  # a person keeps the pauses of a hand-over
        delivery.pause(self._params["wave_pause"], f"before the wave {wave.name}")
        try:
            fresh = {user.id: user for user in list_users(self._api)}
        except RingCentralError as error:
            delivery.stopped = error
            return
        for one in coming:
            again = judge_again(one, fresh.get(one.user.id) if one.user else None)
            if one.user and again.verdict != "send":
                delivery.done[one.user.id] = again


def group_name(waves: Sequence[Wave], number: int, selection: Selection) -> str:
    """What the users of a wave and a selection have in common, for people."""
    return ", ".join(filter(None, [waves[number].name if waves else "", selection.name]))


def foreseen_groups(
    plan: Plan, outcome: Outcome, waves: Sequence[Wave]
) -> Iterator[tuple[Batch, Sequence[Decision], Policy]]:
    """The groups that would be handed over one after the other."""
    for number, _wave in enumerate(waves or [EVERYBODY]):
        for one, decisions in zip(plan.selections, outcome.after, strict=True):
            share = [decision for decision in _in_wave(waves, number, decisions) if decision.outcome]
            yield Batch(group_name(waves, number, one)), share, one.policy


def offers(
    plan: Plan, outcome: Outcome, waves: Sequence[Wave], ledger: Ledger, now: datetime, *, check_mode: bool
) -> dict[str, Any]:
    """What is handed over to a person, new and still open, as a module returns it with the transport portal."""
    policy = plan.selections[0].policy if plan.selections else Policy()
    after = list(chain.from_iterable(outcome.after))
    pending = {user.id: user for user in plan.situation.everybody if user.may_be_pending}
    waiting = dict.fromkeys(one.past.own.run for one in after if one.past.own and waits(one))
    records = {
        hand_over: [
            record
            for record in in_hand_over(ledger.of_hand_over(hand_over, pending.values()).records, hand_over)
            if record.state == "handed_over" and record.user_id in pending
        ]
        for hand_over in waiting
    }
    made = foreseen(foreseen_groups(plan, outcome, waves)) if check_mode else made_now(after, outcome.batches, policy)
    if is_certain(after):
        return {"hand_overs": [*made, *still_open(after, records, policy, now)], "warnings": []}
    unsure = "It is not known of all users whether the ledger has the new hand-over, so it is not listed. Run again"
    return {"hand_overs": still_open(after, records, policy, now), "warnings": [unsure]}


def _unstopped(plan: Plan, stopped: Mapping[int, RingCentralError]) -> list[Correction]:
    """The proposed corrections, without those of selections that are not sent."""
    left = {one.user.id for place in stopped for one in plan.decisions[place] if one.user}
    return [correction for correction in plan.proposed if correction.user.id not in left]


def _in_wave(waves: Sequence[Wave], number: int, decisions: Iterable[Decision]) -> list[Decision]:
    return [one for one in sends(decisions) if not waves or (one.user and wave_of(waves, one.user) == number)]


def _reached(decision: Decision, done: Mapping[str, Decision], waves: Sequence[Wave], *, stopped: bool) -> Decision:
    """The decision with its outcome."""
    user = decision.user
    if user and user.id in done:
        return done[user.id]
    if decision.verdict != "send" or not user:
        return decision
    if waves and wave_of(waves, user) is None:
        return replace(decision, message=IN_NO_WAVE)
    return replace(decision, message=NOT_ATTEMPTED) if stopped else decision
