# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many of the users who were invited earlier have activated, in all and by group. Pure.

RingCentral does not report when a user activated. ``active_at`` is when a run first found an invited user active, so
the days from the last invitation to it are as exact as the runs are frequent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from ._model import User

MOST_GROUPS = 100
"""Of a kind; the smallest of more than these are left out."""
FEW = 5
"""Users of a domain who must have been invited before its silence means anything."""
PATIENCE = timedelta(days=2)
"""How long ago the last invitation must be, unless there were several."""


@dataclass(frozen=True)
class Asked:
    """A user's last invitation: its address and time, and the number of all; and when a run first found the user
    active, if one did.
    """

    email: str
    asked_at: datetime
    attempts: int = 1
    active_at: datetime | None = None


Groups = Mapping[str, Callable[[User], "str | None"]]
"""The kinds of groups, each with the group of a user; None if the user is in none."""

PLACES: Groups = {"site": lambda user: user.site, "department": lambda user: user.department}


def convert(users: Iterable[User], asked: Mapping[str, Asked], now: datetime, groups: Groups) -> dict[str, Any]:
    """``invited``, ``activated`` and ``median_days`` of all, the same ``by`` group, and ``silent_domains``.

    Users who are neither pending nor active have left, and do not count.
    """
    known = [
        (user, asked[user.id]) for user in users if user.id in asked and user.status in {"not_activated", "enabled"}
    ]
    by = {kind: _by(known, partial(_place, of)) for kind, of in groups.items()}
    by["domain"] = _by(known, _domain)
    waited = _by([(user, one) for user, one in known if one.attempts > 1 or now - one.asked_at >= PATIENCE], _domain)
    alive = {_domain(user, one) for user, one in known if user.status == "enabled"}
    return {
        **_tally(known),
        "by": by,
        "silent_domains": [group["name"] for group in waited if group["invited"] >= FEW and group["name"] not in alive],
    }


def _by(known: Iterable[tuple[User, Asked]], of: Callable[[User, Asked], str | None]) -> list[dict[str, Any]]:
    """The groups, the largest first."""
    members: dict[str, list[tuple[User, Asked]]] = defaultdict(list)
    for user, one in known:
        name = of(user, one)
        if name is not None:
            members[name].append((user, one))
    largest = sorted(members, key=lambda name: (-len(members[name]), name))[:MOST_GROUPS]
    return [{"name": name, **_tally(members[name])} for name in largest]


def _place(of: Callable[[User], str | None], user: User, _one: Asked) -> str | None:
    return of(user)


def _domain(_user: User, one: Asked) -> str:
    return one.email.rpartition("@")[2].casefold()


def _tally(known: Iterable[tuple[User, Asked]]) -> dict[str, Any]:
    known = list(known)
    active = [one for user, one in known if user.status == "enabled"]
    days = [
        (one.active_at - one.asked_at).total_seconds() / 86400
        for one in active
        if one.active_at and one.active_at >= one.asked_at
    ]
    return {
        "invited": len(known),
        "activated": len(active),
        "median_days": round(median(days), 1) if days else None,
    }
