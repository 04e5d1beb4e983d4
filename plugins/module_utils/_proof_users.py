# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users a proof may mail: a few, named, and none that an invitation would not go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ._addresses import shown
from ._decisions import decide
from ._errors import InvalidOption
from ._history import History
from ._model import PERSON_TYPES, User, describe
from ._options import read_domains, read_exclude, read_expected_account, read_patterns, read_users
from ._policy import Policy
from ._proof_shapes import Placeholders
from ._selection import find_users
from ._users import Account

MOST_USERS = 5
_UNSENT = "No mail was sent."


def read_test_policy(params: Mapping[str, Any]) -> tuple[list[str], Policy]:
    """The names of the test users, and the guards. InvalidOption for what makes no sense."""
    names = read_users("users", params["users"]) or []
    if not names or len(names) > MOST_USERS:
        raise InvalidOption("users", f"names {len(names)} users; name 1 to {MOST_USERS} test users. {_UNSENT}")
    read_expected_account("expect_account", params["expect_account"])
    return names, Policy(
        types=PERSON_TYPES,
        allowed_domains=read_domains("allowed_domains", params["allowed_domains"]),
        exclude=read_exclude("exclude", params["exclude"]),
        placeholder_patterns=read_patterns("placeholder_patterns", params["placeholder_patterns"]),
    )


def named_users(names: Sequence[str], everybody: Sequence[User]) -> list[User]:
    """The users, in an order that does not depend on how they were named. InvalidOption if one is not found."""
    found = find_users(names, everybody)
    problems = [f"no user is called {shown(name)}" for name in found.not_found]
    problems += [f"{shown(name)} means {describe(users)}" for name, users in found.ambiguous.items()]
    if problems:
        raise InvalidOption("users", f"{'; '.join(problems)}. {_UNSENT}")
    return sorted(found.users, key=lambda user: (len(user.id), user.id))


def check_users(
    users: Sequence[User], policy: Policy, everybody: Sequence[User], now: datetime, *, may_have_activated: bool
) -> None:
    """InvalidOption if a user must not be mailed; those of an earlier run ``may_have_activated`` since."""
    allowed = {"already_activated"} if may_have_activated else set()
    problems = [
        f"{shown(one.user.name)} (id {one.user.id}) {one.message or one.reason}"
        for one in decide(policy, users, everybody, History(), now)
        if one.user and one.verdict != "send" and one.reason not in allowed
    ]
    if problems:
        raise InvalidOption("users", f"{'; '.join(problems)}. Name test users who may be invited. {_UNSENT}")


def know_people(placeholders: Placeholders, account: Account, everybody: Sequence[User], users: Sequence[User]) -> None:
    """What to write in place of people and the account."""
    placeholders.add("account", account.id, account.main_number)
    for user in everybody:
        placeholders.add("somebody", *_marks(user))
    for number, user in enumerate(users, 1):
        placeholders.add(f"user-{number}", *_marks(user))


def _marks(user: User) -> tuple[str, ...]:
    return user.id, user.email, user.name, user.first_name, user.last_name
