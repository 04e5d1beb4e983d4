# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users the administrator allows to be mailed, and which addresses need a check first. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from ._addresses import canonical, comparable, in_domains, is_glob, matches_any, placeholder, visible
from ._directory import Directory
from ._model import OTHER_TYPES, PERSON_TYPES, User, describe
from ._window import Window

OBJECTIONS = (
    "no_email",
    "placeholder_email",
    "duplicate_email",
    "domain_not_allowed",
    "not_in_directory",
    "disabled_in_directory",
    "email_mismatch",
    "ambiguous",
)
"""The reasons of objections()."""


@dataclass(frozen=True)
class Policy:
    """Who may be mailed, and how carefully. ``max_attempts``, ``limit`` and ``max_invites`` of 0 mean none; empty
    collections do not narrow; without a ``directory`` no user has to be in one. ``canary`` users are
    sent first, and more than ``max_failures`` failures keep the next ones from being sent. ``planned`` are the
    approved addresses, by user id. A hand-over to the portal has batches of ``hand_over_batch_size``, and can be
    confirmed for ``hand_over_max_age``.
    """

    types: Collection[str] = ("user",)
    sites: Collection[str] = ()
    departments: Collection[str] = ()
    min_age: timedelta = timedelta(0)
    resend_after: timedelta = timedelta(hours=48)
    max_attempts: int = 0
    allowed_domains: Collection[str] = ()
    exclude: Collection[str] = ()
    placeholder_patterns: Collection[str] = ()
    directory: Directory | None = None
    planned: Mapping[str, str] = field(default_factory=dict)
    window: Window | None = None
    limit: int = 0
    max_invites: int = 0
    canary: int = 0
    max_failures: int = 0
    force: bool = False
    hand_over_batch_size: int = 50
    hand_over_max_age: timedelta = timedelta(hours=24)

    def excludes(self, user: User) -> bool:
        """Whether ``exclude`` names the user: an id, number or address in full, or a glob of the last two."""
        exact, globs = self._excluded
        return not exact.isdisjoint({user.id, user.extension_number, comparable(user.email)} - {""}) or any(
            matches_any(text, globs) for text in (user.email, user.extension_number) if globs and text
        )

    @cached_property
    def _excluded(self) -> tuple[frozenset[str], tuple[str, ...]]:
        names = [name for name in self.exclude if visible(name)]
        globs = tuple(name for name in names if is_glob(name))
        return frozenset(comparable(name) for name in names if not is_glob(name)), globs


@dataclass(frozen=True)
class Neighbours:
    """The users of an account by their canonical address, and the domains that they have."""

    by_address: Mapping[str, Sequence[User]]
    domains: Collection[str]

    def others(self, user: User, *, disabled: bool) -> list[User]:
        """Who else has this user's address, and is disabled or is not."""
        sharing = self.by_address.get(canonical(user.email), ())
        return [other for other in sharing if other.id != user.id and (other.status == "disabled") == disabled]


def neighbours(users: Iterable[User]) -> Neighbours:
    """The people among these users, and who may be one, as others meet them. A queue may share a person's address."""
    shared: dict[str, list[User]] = defaultdict(list)
    for user in users:
        if user.type not in OTHER_TYPES and (address := canonical(user.email)):
            shared[address].append(user)
    by_address = {address: sorted(sharing, key=lambda user: user.id) for address, sharing in shared.items()}
    return Neighbours(by_address, frozenset(address.rpartition("@")[2] for address in shared))


def objections(policy: Policy, user: User, around: Neighbours) -> Iterator[tuple[str, str]]:
    """Each reason to hold this user because of their address, with its message."""
    if not visible(user.email):
        yield "no_email", "has no e-mail address"
    elif why := placeholder(user.email, policy.placeholder_patterns, policy.allowed_domains, around.domains):
        yield "placeholder_email", why
    others = around.others(user, disabled=False)
    if others:
        yield "duplicate_email", f"shares the address with {describe(others)}"
    if user.email and policy.allowed_domains and not in_domains(user.email, policy.allowed_domains):
        yield "domain_not_allowed", "is outside allowed_domains"
    if policy.directory and (objection := policy.directory.objection(user)):
        yield objection


def suggested_address(policy: Policy, user: User) -> tuple[str, bool]:
    """The address that the directory has for this user, if it may be mailed, and whether it is proven to be theirs."""
    email = policy.directory.suggested_address(user) if policy.directory else ""
    allowed = not policy.allowed_domains or in_domains(email, policy.allowed_domains)
    if not email or not allowed or placeholder(email, policy.placeholder_patterns, policy.allowed_domains):
        return "", False
    return email, policy.directory is not None and bool(policy.directory.correct_address(user))


def taken(proposed: Mapping[str, str], everybody: Iterable[User]) -> dict[str, str]:
    """Why a proposed address cannot be set, by user id: another user has it, or should get it."""
    wanted = Counter(map(canonical, proposed.values()))
    holders = {canonical(user.email): user for user in everybody if user.type in PERSON_TYPES} if proposed else {}
    why = {}
    for user_id, email in proposed.items():
        holder = holders.get(canonical(email))
        if holder or wanted[canonical(email)] > 1:
            why[user_id] = f"{describe([holder])} has that address" if holder else "others here should have it too"
    return why
