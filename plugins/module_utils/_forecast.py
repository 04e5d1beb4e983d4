# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foretells which users will be mailed on which of the next days: the run's own decisions, with the clock moved. Pure.

It assumes a run each day at the time of this one (and when the window opens, if it is closed then), that RingCentral
accepts each invitation, and that no user activates. Users in the same state are decided about together, so that an
account costs as much as it has states, not users.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from ._decisions import Decision, decide, judge_history, judge_window
from ._history import History, Past
from ._model import Record, User
from ._policy import Policy

DAYS = 14

_MAY_CHANGE = {"not_activated", "recently_invited", "over_limit", "outside_window", "in_doubt", "too_new"}
"""The reasons that time alone can turn into an invitation."""


@dataclass(frozen=True)
class Course:
    """Users under one policy, with the decisions that a run has left. Runs may invite them from the day ``first`` to
    the day ``last``, where given.
    """

    policy: Policy
    decisions: Sequence[Decision]
    first: date | None = None
    last: date | None = None

    def takes(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class _State:
    """What the decision about a user depends on as time goes by, and the days on which the user was mailed."""

    past: Past
    site: str
    created_at: datetime | None
    dates: tuple[date, ...] = ()


def foretell(
    courses: Iterable[Course], everybody: Sequence[User], now: datetime, *, includes_today: bool
) -> list[dict[str, Any]]:
    """``dates`` on which users will be mailed, each with the addresses of these ``users``. With ``includes_today`` the
    users who would be invited now are counted today, as check mode needs it.
    """
    found: dict[tuple[date, ...], list[str]] = {}
    for course in courses:
        for state, members in _run(course, everybody, now, includes_today=includes_today):
            if state.dates:
                found.setdefault(state.dates, []).extend(member.user.email for member in members if member.user)
    return [{"dates": [str(one) for one in dates], "users": sorted(found[dates])} for dates in sorted(found)]


def _run(
    course: Course, everybody: Sequence[User], now: datetime, *, includes_today: bool
) -> Iterable[tuple[_State, list[Decision]]]:
    states = _states(course, everybody, now)
    for moment in (now + timedelta(days) for days in range(0 if includes_today else 1, DAYS + 1)):
        if not states:
            break
        sends = {state: opening for state in states if (opening := _sent_at(course, state, states[state], moment))}
        states = _after(course.policy, states, sends)
    return states.items()


def _states(course: Course, everybody: Sequence[User], now: datetime) -> dict[_State, list[Decision]]:
    """The users whom time can bring an invitation, by their state."""
    states: dict[_State, list[Decision]] = {}
    for one in _grown_up(course, everybody, now):
        user = one.user
        if user and one.reason in _MAY_CHANGE:
            created = user.created_at if one.reason == "too_new" else None
            site = user.site if course.policy.window else ""
            states.setdefault(_State(_anonymous(_past(one)), site, created), []).append(one)
    return states


def _grown_up(course: Course, everybody: Sequence[User], now: datetime) -> Iterable[Decision]:
    """The decisions; of users who are too new, only those that nothing else will hold."""
    new = [one for one in course.decisions if one.reason == "too_new" and one.user]
    if not new:
        return course.decisions
    adult = replace(course.policy, min_age=timedelta(0), limit=0)
    later = decide(adult, [one.user for one in new if one.user], everybody, History(), now)
    held = {one.user.id for one in later if one.user and one.reason not in _MAY_CHANGE}
    return [one for one in course.decisions if not (one.reason == "too_new" and one.user and one.user.id in held)]


def _past(one: Decision) -> Past:
    """What the next run will remember of the user."""
    if one.outcome is None or one.outcome == "would_invite":
        return one.past
    return replace(one.past, own=one.record, other=None)


def _anonymous(past: Past) -> Past:
    """The past without what tells users apart and decides nothing."""
    own, other, elsewhere = (
        replace(one, user_id="", run="", email="", message="", task="x" if one.task else "") if one else None
        for one in (past.own, past.other, past.elsewhere)
    )
    return Past(own, other, elsewhere)


def _sent_at(course: Course, state: _State, members: Sequence[Decision], moment: datetime) -> datetime | None:
    """When users in this state are mailed on the day of the moment, None if they are not."""
    user = members[0].user
    young = state.created_at and moment - state.created_at < course.policy.min_age
    if user is None or young or not course.takes(moment.date()):
        return None
    decision = judge_window(course.policy, judge_history(course.policy, user, state.past, moment), moment)
    opening = decision.next_invite_after
    if decision.reason == "outside_window" and opening and opening < moment + timedelta(days=1):
        moment = opening
        decision = judge_history(course.policy, user, state.past, moment)
    return moment if decision.verdict == "send" else None


def _after(
    policy: Policy, states: Mapping[_State, list[Decision]], sends: Mapping[_State, datetime]
) -> dict[_State, list[Decision]]:
    """The states after a day on which users in these states are mailed, as far as limit and max_invites allow."""
    count = sum(len(states[state]) for state in sends)
    if policy.max_invites and min(count, policy.limit or count) > policy.max_invites:
        return dict(states)
    chosen = _first(policy.limit, states, sends) if policy.limit and count > policy.limit else None
    after: dict[_State, list[Decision]] = {}
    for state, members in states.items():
        if state not in sends:
            after.setdefault(state, []).extend(members)
            continue
        mailed = [one for one in members if chosen is None or id(one) in chosen]
        rest = [one for one in members if chosen is not None and id(one) not in chosen]
        for key, some in ((_mailed(state, sends[state]), mailed), (state, rest)):
            if some:
                after.setdefault(key, []).extend(some)
    return after


def _first(limit: int, states: Mapping[_State, list[Decision]], sends: Mapping[_State, datetime]) -> set[int]:
    """The users whom a limited wave takes: the oldest."""
    waiting = [one for state in sends for one in states[state] if one.user]
    waiting.sort(
        key=lambda one: (one.user.created_at is not None, one.user.created_at, one.user.id) if one.user else ()
    )
    return {id(one) for one in waiting[:limit]}


def _mailed(state: _State, moment: datetime) -> _State:
    before = state.past.record
    record = Record("", "invited", (before.attempts if before else 0) + 1, moment, moment)
    return _State(Past(own=record), state.site, None, (*state.dates, moment.date()))
