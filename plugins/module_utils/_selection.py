# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of an account's users are meant: found by a name that somebody wrote, or narrowed by options. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ._addresses import normalise
from ._model import PERSON_TYPES, User
from ._times import parse_moment


@dataclass(frozen=True)
class Found:
    """What became of the named users: ``users`` in the order of their naming, each once.

    ``ambiguous`` holds the candidates of each name that means several users.
    """

    users: tuple[User, ...]
    not_found: tuple[str, ...]
    ambiguous: Mapping[str, tuple[User, ...]]


def user_filter(params: Mapping[str, Any], now: datetime) -> Callable[[User], bool]:
    """Whether a user is meant by the options ``status``, ``type``, ``site``, ``department`` and ``created_*``."""
    before, after = (
        parse_moment(option, params[option], now) if params[option] is not None else None
        for option in ("created_before", "created_after")
    )
    exact = {name: set(params[name]) for name in ("status", "type") if params[name]}
    loose = {name: set(map(normalise, params[name])) for name in ("site", "department") if params[name]}

    def matches(user: User) -> bool:
        created = user.created_at
        return (
            all(getattr(user, name) in wanted for name, wanted in exact.items())
            and all(normalise(getattr(user, name)) in wanted for name, wanted in loose.items())
            and (before is None or created is None or created < before)
            and (after is None or (created is not None and created >= after))
        )

    return matches


def find_users(names: Sequence[str], users: Iterable[User]) -> Found:
    """Find e-mails, ids and extension numbers among all users of an account.

    An address means the person who has it, even where a queue shares it; digits mean the id as well
    as the extension number.
    """
    index: dict[str, dict[str, User]] = defaultdict(dict)
    for user in users:
        for key in (normalise(user.email), user.id, user.extension_number):
            if key:
                index[key][user.id] = user
    found: dict[str, User] = {}
    missing: list[str] = []
    ambiguous: dict[str, tuple[User, ...]] = {}
    for name in dict.fromkeys(name.strip() for name in names):
        candidates = tuple(index.get(normalise(name), {}).values())
        if "@" in name:
            candidates = tuple(user for user in candidates if user.type in PERSON_TYPES) or candidates
        if not candidates:
            missing.append(name)
        elif len(candidates) > 1:
            ambiguous[name] = candidates
        else:
            found[candidates[0].id] = candidates[0]
    return Found(tuple(found.values()), tuple(missing), ambiguous)
