# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the administrator allows, and whose address a person must look at first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from ._addresses import canonical, in_domains, normalise, placeholder
from ._directory import Directory
from ._model import PERSON_TYPES, User, describe
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
    addresses that somebody approved, by user id.
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


def objections(policy: Policy, user: User, shared: Mapping[str, list[User]]) -> Iterator[tuple[str, str]]:
    """Each reason, with its message, why a person must look at this user's address first."""
    if not user.email:
        yield "no_email", "has no e-mail address"
    elif why := placeholder(user.email, policy.placeholder_patterns, policy.allowed_domains):
        yield "placeholder_email", why
    others = [other for other in shared.get(normalise(user.email), ()) if other.id != user.id]
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
    """Why somebody cannot have the address that is proposed for them, by user id: others have it, or should."""
    wanted = Counter(map(canonical, proposed.values()))
    holders = {canonical(user.email): user for user in everybody if user.type in PERSON_TYPES} if proposed else {}
    why = {}
    for user_id, email in proposed.items():
        holder = holders.get(canonical(email))
        if holder or wanted[canonical(email)] > 1:
            why[user_id] = f"{describe([holder])} has that address" if holder else "others here should have it too"
    return why


def shared_addresses(users: Iterable[User]) -> dict[str, list[User]]:
    """The users of each normalised address."""
    shared: dict[str, list[User]] = {}
    for user in users:
        if user.email:
            shared.setdefault(normalise(user.email), []).append(user)
    return {address: sorted(users, key=lambda user: user.id) for address, users in shared.items()}
