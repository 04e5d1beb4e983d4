# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that a person has sent a hand-over in the portal, or a batch of it, and which users were left out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ._addresses import shown
from ._decisions import Decision, judge_again
from ._delivery import Group
from ._errors import IncompleteDelivery, InvalidOption, RingCentralError
from ._hand_overs import expires_at, portal_order
from ._history import History
from ._ledger import in_hand_over
from ._ledger_backends import check_ledger, read_ledger_options
from ._model import Record, User
from ._options import octal_twin, read_exclude
from ._outcomes import failure_of, result_of
from ._policy import Policy
from ._policy_options import read_max_age
from ._progress import Progress
from ._recording import Confirming
from ._stages import Outcome, ledger_of
from ._times import for_people, parse_duration, to_iso
from ._users import Api, list_users, read_account

_ID = re.compile(r"(h[0-9a-f]{11})(?:-([1-9][0-9]{0,6}))?", re.ASCII)
_UNTOUCHED = "Nothing was recorded."


@dataclass(frozen=True)
class Confirmation:
    """What a person says: a hand-over, or one ``batch`` of it (0: all), was sent, but not to those ``left_out``."""

    hand_over: str
    batch: int
    left_out: Sequence[str]
    policy: Policy

    @property
    def what(self) -> str:
        return f"the batch {self.hand_over}-{self.batch}" if self.batch else f"the hand-over {self.hand_over}"


@dataclass(frozen=True)
class Member:
    """An open record of a hand-over, with its user as they are now, or None if they are gone."""

    record: Record
    user: User | None

    @property
    def then(self) -> User | None:
        """The user with the address that was handed over."""
        return replace(self.user, email=self.record.email) if self.user else None

    def is_named(self, name: str) -> bool:
        """Whether an entry of ``confirm_except`` means this user."""
        policy = Policy(exclude=(name,))
        return any(policy.excludes(user) for user in (self.user, self.then) if user) or name == self.record.user_id


def confirm(
    params: Mapping[str, Any], api: Api, now: Callable[[], datetime], *, check_mode: bool, progress: Progress
) -> dict[str, Any]:
    """What rc_send_invite returns with its option ``confirm``. InvalidOption where there is nothing to confirm."""
    said = read_confirmation(params)
    account = read_account(api, params["expect_account"])
    with ledger_of(params["ledger"], account, api, os.environ, read_only=check_mode, now=now) as ledger:
        users = {user.id: user for user in list_users(api)}
        history = ledger.of_hand_over(said.hand_over, [user for user in users.values() if user.may_be_pending])
        moment = now().replace(microsecond=0)
        records = in_hand_over(history.records, said.hand_over)
        chosen = _chosen(said, records, f"{ledger.place}, in the account {account.id},")
        members = _members(said, chosen, users, moment)
        decisions = _judge(said, members, history)
        wanted = _records(decisions, moment)
        if check_mode:
            done = {one.user.id: _foreseen(one) for one in decisions if one.user}
            stopped: RingCentralError | None = None
        else:
            delivery = Confirming(api, ledger, wanted, run=said.hand_over, now=now, progress=progress)
            group = Group([one for one in decisions if one.user], said.policy)
            delivery.send([group], "auto")
            done, stopped = delivery.done, group.stopped
    after = [done.get(one.user.id, one) if one.user else one for one in decisions]
    outcome = Outcome([decisions], [after], {0: stopped} if stopped else {})
    written = [one for one in after if one.user and (check_mode or one.record == wanted[one.user.id])]
    result = result_of(account, outcome) | {
        "changed": bool(written) or any(one.outcome == "unknown" for one in after),
        "confirmed": {"id": said.hand_over, "batch": said.batch or None, "made_at": _made_at(members)},
    }
    if failure := failure_of(outcome, 0, said.policy.max_failures):
        raise IncompleteDelivery(failure, result=result, cause=stopped)
    return result


def read_confirmation(params: Mapping[str, Any]) -> Confirmation:
    """The options of a confirmation; InvalidOption for what cannot be meant, before RingCentral is asked anything."""
    text = str(params["confirm"]).strip()
    match = _ID.fullmatch(text)
    if not match:
        raise InvalidOption(
            "confirm",
            f"{shown(text[:40])!r} is not the id of a hand-over, such as h0123456789a, or of one of its batches, such "
            f"as h0123456789a-2. {_UNTOUCHED}",
        )
    check_ledger(params["ledger"], os.environ)
    if read_ledger_options(params["ledger"]).backend == "none":
        raise InvalidOption("confirm", f"needs the ledger that remembers the hand-over. {_UNTOUCHED}")
    policy = Policy(
        resend_after=parse_duration("resend_after", params["resend_after"]),
        hand_over_max_age=read_max_age(params),
        max_failures=params["max_failures"],
    )
    named = [name for name in params["confirm_except"] if name.strip()]  # a survey's blank answer leaves no user out
    return Confirmation(match[1], int(match[2] or 0), read_exclude("confirm_except", named), policy)


def _chosen(said: Confirmation, records: Sequence[Record], where: str) -> list[Record]:
    """The records of what is confirmed, open or not. InvalidOption if there are none."""
    if not records:
        raise InvalidOption(
            "confirm", f"{where} has no hand-over {said.hand_over}; check id, account and ledger. {_UNTOUCHED}"
        )
    chosen = [record for record in records if said.batch in {0, record.batch}]
    if not chosen:
        batches = ", ".join(map(str, sorted({record.batch for record in records})))
        raise InvalidOption("confirm", f"the hand-over {said.hand_over} has the batches {batches}. {_UNTOUCHED}")
    return chosen


def _members(said: Confirmation, chosen: Sequence[Record], users: Mapping[str, User], now: datetime) -> list[Member]:
    """The users to confirm. InvalidOption if there are none, or if it is too late."""
    waiting = [record for record in chosen if record.state == "handed_over"]
    members = [Member(record, users.get(record.user_id)) for record in waiting]
    if not any(member.user for member in members):
        closed = max((record.claimed_at for record in chosen if record.state != "handed_over"), default=None)
        when = f"was confirmed already on {for_people(closed)}" if closed else "has no user that is still there"
        raise InvalidOption("confirm", f"{said.what} {when}. {_UNTOUCHED}")
    if now >= (end := expires_at(waiting, said.policy)):
        until = for_people(end + said.policy.resend_after)
        raise InvalidOption(
            "confirm",
            f"{said.what} expired on {for_people(end)}. Its {len(waiting)} users may have been mailed, so they are "
            f"held until {until}. {_UNTOUCHED}",
        )
    return members


def _judge(said: Confirmation, members: Sequence[Member], history: History) -> list[Decision]:
    """What the confirmation says of each user, in the portal's order."""
    left_out = _left_out(said, members)
    present = [(member.user, member) for member in members if member.user]
    present.sort(key=lambda pair: portal_order(pair[0]))
    gone = [
        Decision("not_found", "is no longer in RingCentral, so nothing is recorded", name=member.record.email)
        for member in members
        if not member.user
    ]
    decisions = []
    for user, member in present:
        past = history.at(user.id, member.record.mailbox)
        decision = Decision("not_activated", user=member.then, record=member.record, past=past)
        if any(map(member.is_named, left_out)):
            message = "was not sent in the portal; the next run decides about this user anew"
            decisions.append(replace(decision, user=user, reason="left_out", message=message))
        else:
            decisions.append(_as_now(judge_again(decision, user), user))
    return [*decisions, *gone]


def _as_now(decision: Decision, user: User) -> Decision:
    """The decision about a user who may have changed since the hand-over, which the person need not have noticed."""
    if decision.verdict == "send":
        return replace(decision, user=user)
    if decision.reason == "changed_since_plan" and user.is_pending_person:
        message = f"has the address {user.email} now; the mail went there or to the one that was handed over"
        return replace(decision, reason="in_doubt", message=message)
    message = f"is {user.status or 'of no status'} now; mailed or not before that, so not counted as invited"
    return replace(decision, message=message)


def _left_out(said: Confirmation, members: Sequence[Member]) -> list[str]:
    """The entries of ``confirm_except``; InvalidOption for one that means none of these users."""
    twins = set(map(octal_twin, said.left_out))
    names = []
    for name in said.left_out:
        spellings = [one for one in (name, octal_twin(name)) if one and any(member.is_named(one) for member in members)]
        if spellings:
            names.append(spellings[0])
        elif name not in twins:
            raise InvalidOption("confirm_except", f"{shown(name)!r} is no open user of {said.what}. {_UNTOUCHED}")
    return names


def _records(decisions: Sequence[Decision], moment: datetime) -> dict[str, Record]:
    """What the ledger should say of each user, by id.

    The invitation counts from now on, since the person may have sent it a moment ago.
    """
    wanted = {}
    for one in decisions:
        if one.user and one.record:
            open_record = replace(one.record, claimed_at=moment)
            asked = replace(open_record, attempts=open_record.attempts + 1)
            if one.reason == "left_out":
                wanted[one.user.id] = replace(open_record, state="failed", message=one.message)
            elif one.verdict == "send":
                wanted[one.user.id] = replace(asked, state="invited", last_invited_at=moment)
            else:
                wanted[one.user.id] = replace(asked, state="claimed")
    return wanted


def _foreseen(decision: Decision) -> Decision:
    return replace(decision, outcome="would_invite") if decision.verdict == "send" else decision


def _made_at(members: Sequence[Member]) -> str | None:
    return to_iso(min(member.record.claimed_at for member in members))
