# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users to invite: a pure decision about each user, with its reason.

No I/O and no clock: users, history, policy and the time come in, one decision for each user comes out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from ._addresses import canonical, shown
from ._history import History, Past
from ._model import OTHER_TYPES, PERSON_TYPES, UNREADABLE, Record, User, describe
from ._policy import OBJECTIONS, Neighbours, Policy, neighbours, objections, suggested_address, taken
from ._selection import name_key
from ._times import for_people, to_iso
from ._window import for_people_there

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clocks of two machines that share a ledger may be apart."""
LATE = timedelta(minutes=5)
"""How long after its answer was lost RingCentral may still carry out a request."""

Verdict = Literal["send", "skip", "hold"]
Outcome = Literal["invited", "would_invite", "handed_over", "would_hand_over", "failed", "unknown"]
OUTCOMES: tuple[Outcome, ...] = ("invited", "would_invite", "handed_over", "would_hand_over", "failed", "unknown")

_VERDICTS: Mapping[str, Verdict] = {
    "not_activated": "send",
    **dict.fromkeys(
        (
            "already_activated",
            "disabled",
            "frozen",
            "unassigned",
            "not_a_person",
            "excluded",
            "recently_invited",
            "awaiting_confirmation",
            "left_out",
            "too_new",
            "attempts_exhausted",
            "over_limit",
            "outside_window",
            "filtered",
        ),
        "skip",
    ),
    **dict.fromkeys((*OBJECTIONS, "changed_since_plan", "not_found", "in_doubt"), "hold"),
}

_BY_STATUS = {
    "enabled": (
        "already_activated",
        "has activated already; if they cannot log in, a password reset is what they need",
    ),
    "disabled": ("disabled", "is disabled in RingCentral"),
    "frozen": ("frozen", "is frozen in RingCentral"),
    "unassigned": ("unassigned", "has no extension number yet, so there is nothing to activate"),
}


@dataclass(frozen=True)
class Decision:
    """The decision about one user, its reason, and later its outcome.

    ``user`` is None for a name that matches no user or several; ``name`` is then that name. ``directory_email``
    is the address that the directory has for the user, ``proven`` whether it is surely theirs, ``corrected_from`` the
    one they had before it was corrected, ``manager`` the address of their manager. ``record`` is the last invitation to
    the user's mailbox, ``past`` all that the decision rests on.
    """

    reason: str
    message: str = ""
    user: User | None = None
    name: str = ""
    record: Record | None = field(default=None, repr=False)
    past: Past = field(default=Past(), repr=False)
    next_invite_after: datetime | None = None
    outcome: Outcome | None = None
    directory_email: str = ""
    proven: bool = False
    corrected_from: str | None = None
    manager: str = ""

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS[self.reason]

    def to_dict(self) -> dict[str, Any]:
        """As a module returns it."""
        user, record = self.user, self.record
        return {
            "id": user.id if user else None,
            "name": user.name if user else self.name,
            "email": user.email if user else (self.name if "@" in self.name else None),
            "extension_number": user.extension_number if user else None,
            "status": user.status if user else None,
            "site": user.site if user else None,
            "department": user.department if user else None,
            "decision": self.verdict,
            "reason": self.reason,
            "outcome": self.outcome,
            "message": self.message,
            "last_invited_at": to_iso(record.last_invited_at) if record else None,
            "next_invite_after": to_iso(self.next_invite_after),
            "attempts": record.attempts if record else 0,
            "directory_email": self.directory_email or None,
            "corrected_from": self.corrected_from,
            "manager": self.manager or None,
        }


def select(policy: Policy, users: Iterable[User]) -> list[User]:
    """The pending people that the policy's narrowing leaves, in the order given.

    Users who may be pending people are among them, so that a record that cannot be read hides no user.
    """
    return [user for user in users if user.may_be_pending and not _filtered(policy, user)]


def narrowed_to_nobody(policy: Policy, users: Sequence[User]) -> list[str]:
    """A warning for each site and department without a pending person, since it may be misspelled."""
    pending = [user for user in users if user.is_pending_person]
    return [
        f"{option}: no user who has not activated is of the {option} {value!r}; check the spelling"
        for option, wanted in (("site", policy.sites), ("department", policy.departments))
        for value in wanted
        if name_key(value) not in {name_key(getattr(user, option)) for user in pending}
    ]


def excluding_nobody(policy: Policy, users: Iterable[User]) -> list[str]:
    """A warning for each entry of ``exclude`` that matches no user. ``users`` must be all users of the account."""
    everybody = list(users)
    return [
        f"exclude: {value!r} is no user's address, id or extension number; check the spelling"
        for value in policy.exclude
        if not value.startswith("0") and not any(replace(policy, exclude=(value,)).excludes(user) for user in everybody)
    ]


def decide(
    policy: Policy,
    considered: Iterable[User],
    everybody: Collection[User],
    history: History,
    now: datetime,
) -> list[Decision]:
    """One decision for each considered user; those to be mailed come first, the oldest of them first.

    ``everybody`` are all users that were read, since an address is a duplicate no matter which user shares it.
    """
    around = neighbours(everybody)
    decisions = [
        _managed(policy, _judge(policy, user, around, history.at(user.id, user.mailbox), now)) for user in considered
    ]
    [decisions] = without_taken([decisions], everybody)
    decisions.sort(key=_oldest_first)
    if policy.limit:
        sends = [decision for decision in decisions if decision.verdict == "send"]
        over = {id(decision) for decision in sends[policy.limit :]}
        wave = f"the wave is full: limit is {policy.limit}"
        decisions = [
            replace(decision, reason="over_limit", message=wave) if id(decision) in over else decision
            for decision in decisions
        ]
    return decisions


def without_taken(plans: Sequence[Sequence[Decision]], everybody: Collection[User]) -> list[list[Decision]]:
    """The plans without proposed addresses that another user has, or that are proposed to several users."""
    proposed = {one.user.id: one.directory_email for plan in plans for one in plan if one.user and one.directory_email}
    why_not = taken(proposed, everybody)
    return [
        [
            replace(one, directory_email="", message=f"{one.message}; {why_not[one.user.id]}")
            if one.user and one.user.id in why_not
            else one
            for one in plan
        ]
        for plan in plans
    ]


def judge_planned(planned: Mapping[str, str], everybody: Iterable[User]) -> list[Decision]:
    """A decision for each planned user who no longer exists."""
    present = {user.id for user in everybody}
    return [
        Decision("not_found", f"was planned as the user {user_id}, who is not there any more", name=email)
        for user_id, email in planned.items()
        if user_id not in present
    ]


def judge_named(
    not_found: Iterable[str], ambiguous: Mapping[str, Sequence[User]], suggestions: Mapping[str, str] | None = None
) -> list[Decision]:
    """A decision for each name that matches no user or several. ``suggestions`` are similar names."""
    meant = {name: f"; {said}" for name, said in (suggestions or {}).items()}
    unknown = "no user has this e-mail, id or extension number"
    return [
        *(Decision("not_found", f"{unknown}{meant.get(name, '')}", name=name) for name in not_found),
        *(
            Decision("ambiguous", f"means {describe(users)}; name one by e-mail or in another way", name=name)
            for name, users in ambiguous.items()
        ),
    ]


def judge_history(policy: Policy, user: User, past: Past, now: datetime) -> Decision:
    """The decision about a user who may be mailed unless the ledger objects."""
    decision = Decision("not_activated", user=user, record=past.record, past=past)
    if policy.force:
        return decision
    if doubt := _unbelievable(past, now):
        return replace(decision, reason="in_doubt", message=doubt)
    if past.elsewhere and past.elsewhere.state == "handed_over":
        if held := _judge_hand_over(policy, decision, past.elsewhere, now):
            return held
    elif past.elsewhere and now < (until := _carried_out_by(past.elsewhere, policy)):
        return replace(decision, reason="in_doubt", message=_doubt(past.elsewhere, until), next_invite_after=until)
    return _judge_last(policy, user, decision, now)


def _judge_last(policy: Policy, user: User, decision: Decision, now: datetime) -> Decision:
    """The decision as the last invitation to the user's mailbox leaves it."""
    record = decision.record
    if record is None:
        return decision
    if record.state == "handed_over" and (held := _judge_hand_over(policy, decision, record, now)):
        return held
    if record.asked_at and now < (again := record.asked_at + policy.resend_after):
        decision = replace(decision, next_invite_after=again)
        if record.state == "claimed":
            return replace(decision, reason="in_doubt", message=_doubt(record, again))
        whose = "" if record.user_id == user.id else f" as the user with the id {record.user_id}"
        message = f"invited on {for_people(record.asked_at)}{whose}; the link is good until {for_people(again)}"
        return replace(decision, reason="recently_invited", message=message)
    if policy.max_attempts and record.attempts >= policy.max_attempts:
        message = f"invited {record.attempts} times without an answer; max_attempts is {policy.max_attempts}"
        return replace(decision, reason="attempts_exhausted", message=message)
    return decision


def _judge_hand_over(policy: Policy, decision: Decision, record: Record, now: datetime) -> Decision | None:
    """The decision about a user whom a person may invite in the portal; None if that was too long ago to matter."""
    expires = record.claimed_at + policy.hand_over_max_age
    again = expires + policy.resend_after
    if now >= again:
        return None
    user = decision.user
    whose = "" if user and record.user_id == user.id else f" as the user with the id {record.user_id}"
    said = f"handed over on {for_people(record.claimed_at)}{whose}, in batch {record.run}-{record.batch}"
    decision = replace(decision, next_invite_after=again)
    if now < expires:
        message = f"{said}; confirm by {for_people(expires)} that it was sent in the portal"
        return replace(decision, reason="awaiting_confirmation", message=message)
    message = (
        f"{said}, and not confirmed by {for_people(expires)}; may have been sent until then, so held until "
        f"{for_people(again)}, then decided anew"
    )
    return replace(decision, reason="in_doubt", message=message)


def judge_window(policy: Policy, decision: Decision, now: datetime) -> Decision:
    """The decision, unless it is to send and the window of the user's site is not open."""
    user = decision.user
    opening = policy.window.opens(user.site, now) if policy.window and user and decision.verdict == "send" else None
    if not opening or not user:
        return decision
    message = f"the window of {user.site or 'their site'} opens on {for_people_there(opening)}"
    return replace(decision, reason="outside_window", message=message, next_invite_after=opening)


def judge_again(decision: Decision, fresh: User | None) -> Decision:
    """The decision to send, unless the user has changed since it was made; ``fresh`` is the user now, None if gone."""
    user = decision.user
    if user is None or decision.verdict != "send":
        return decision
    if fresh is None:
        return replace(decision, reason="not_found", message="is no longer in RingCentral")
    if fresh.type not in PERSON_TYPES or fresh.status != "not_activated":
        reason, message = _BY_STATUS.get(fresh.status, ("changed_since_plan", "is no longer a user to invite"))
        return replace(decision, user=fresh, reason=reason, message=message)
    if canonical(fresh.email) != canonical(user.email):
        message = f"had the address {user.email} when the run began"
        return replace(decision, user=fresh, reason="changed_since_plan", message=message)
    return decision


def tally(decisions: Sequence[Decision]) -> dict[str, dict[str, int]]:
    """``counts`` and ``reasons`` as a module returns them."""
    verdicts = Counter(decision.verdict for decision in decisions)
    outcomes = Counter(decision.outcome for decision in decisions if decision.outcome)
    counts = {"considered": len(decisions)}
    counts |= {verdict: verdicts[verdict] for verdict in ("send", "skip", "hold")}
    counts |= {outcome: outcomes[outcome] for outcome in OUTCOMES}
    return {"counts": counts, "reasons": dict(sorted(Counter(decision.reason for decision in decisions).items()))}


def _managed(policy: Policy, decision: Decision) -> Decision:
    user = decision.user
    manager = policy.directory.manager_of(user) if policy.directory and user and user.may_be_pending else ""
    return replace(decision, manager=manager) if manager else decision


def _judge(policy: Policy, user: User, around: Neighbours, past: Past, now: datetime) -> Decision:
    record = past.record
    if unfit := _unfit(policy, user, now):
        return Decision(*unfit, user=user, record=record)
    if unsafe := next(objections(policy, user, around), None):
        email, proven = suggested_address(policy, user)
        return Decision(*unsafe, user=user, record=record, directory_email=email, proven=proven)
    planned = policy.planned.get(user.id, user.email)
    if canonical(planned) != canonical(user.email):
        message = f"was planned to be mailed at {planned}, and has another address now"
        return Decision("changed_since_plan", message, user=user, record=record)
    decision = judge_window(policy, judge_history(policy, user, past, now), now)
    if decision.verdict == "send" and (gone := around.others(user, disabled=True)):
        return replace(decision, message=f"has the address that {describe(gone)} had")
    return decision


def _unfit(policy: Policy, user: User, now: datetime) -> tuple[str, str] | None:
    """Why this user is skipped whatever the policy says."""
    if user.type in OTHER_TYPES:
        return "not_a_person", f"is of the type {user.type}; only people are invited"
    if policy.excludes(user):
        return "excluded", "is named in exclude"
    if user.status in _BY_STATUS:
        return _BY_STATUS[user.status]
    if not user.is_pending_person:
        return "ambiguous", _unclear(user)
    if why := _filtered(policy, user):
        return "filtered", why
    return _too_new(policy, user, now) if policy.min_age else None


def _unclear(user: User) -> str:
    """Why a user may be a pending person, or may not."""
    if user.status == UNREADABLE:
        return "has a record that cannot be read in full; check this user in RingCentral"
    name = "status" if user.status != "not_activated" else "type"
    value = getattr(user, name)
    said = f"the {name} '{shown(value[:40])}', which this release does not know" if value else f"no {name}"
    return f"has {said}; check this user in RingCentral"


def _too_new(policy: Policy, user: User, now: datetime) -> tuple[str, str] | None:
    if user.creation_unreadable:
        return "ambiguous", "has a creation time that cannot be read, so min_age cannot be checked"
    if user.created_at and now - user.created_at < policy.min_age:
        return "too_new", f"was created on {for_people(user.created_at)}, less than min_age ago"
    return None


def _filtered(policy: Policy, user: User) -> str:
    if user.status == UNREADABLE:
        return ""  # what the policy narrows by may be the part that cannot be read
    for name, value, wanted in (
        ("type", user.type, policy.types),
        ("site", user.site, policy.sites),
        ("department", user.department, policy.departments),
    ):
        if name == "type" and value not in PERSON_TYPES:
            continue  # an unknown one: the user is held for it
        if wanted and name_key(value) not in map(name_key, wanted):
            return f"is left out by {name}: theirs is {value!r}"
    return ""


def _oldest_first(decision: Decision) -> tuple[bool, bool, datetime, int, str]:
    user = decision.user
    created = user.created_at if user else None
    key = user.id if user else ""
    # users refused last time come last, so that they cannot stop each run before the others are sent
    refused = decision.record is not None and decision.record.state == "failed"
    # users without a creation time are older than the field
    since = created or datetime.min.replace(tzinfo=timezone.utc)
    return (decision.verdict != "send", refused, since, len(key), key)


def _unbelievable(past: Past, now: datetime) -> str:
    """Why the ledger's record holds the user, "" if it does not."""
    latest = now + CLOCK_TOLERANCE
    for record in past.records:
        if record.state == "unreadable":
            return record.message
        moment = max(record.claimed_at, record.last_invited_at or record.claimed_at)
        if moment > latest:
            return (
                f"the ledger has an invitation of {for_people(moment)}, which is in the future: the clock here says "
                f"{for_people(now)}; correct the clock, or delete the record"
            )
    return ""


def _carried_out_by(claim: Record, policy: Policy) -> datetime:
    """When a claim at an address that the user no longer has stops mattering.

    RingCentral mails the address that a user has when it carries a request out. A known task may still be waiting for
    that, and a person took a while; a request without an answer was carried out at once, or within minutes, or not at
    all.
    """
    is_slow = claim.task or claim.batch
    return claim.claimed_at + (policy.resend_after if is_slow else min(LATE, policy.resend_after))


def _doubt(record: Record, again: datetime) -> str:
    if record.batch:
        return (
            f"the hand-over {record.run} was confirmed on {for_people(record.claimed_at)}, when this user had another "
            f"address or status; may have been mailed, so held until {for_people(again)}, then decided anew"
        )
    task = f"the bulk task {record.task}" if record.task else "the request"
    return (
        f"{task} of {for_people(record.claimed_at)} was begun and its outcome is not known"
        f"{f' ({record.message})' if record.message else ''}; held until {for_people(again)}, then invited again"
    )
