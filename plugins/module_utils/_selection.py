# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selects users of an account: by the names in ``users``, or by filters. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ._addresses import canonical, comparable, look_alikes, normalise, shown
from ._errors import InvalidOption
from ._model import PERSON_TYPES, User
from ._options import octal_twin, read_names
from ._times import parse_moment

_SUGGESTED = 200
"""Names for which a suggestion is looked for: a list of other people's addresses would take minutes."""


@dataclass(frozen=True)
class Found:
    """The users found for the names: ``users`` in the order given, each once.

    ``ambiguous`` holds the candidates for each name that matches several users, ``suggestions`` a similar name for each
    name that matches none.
    """

    users: tuple[User, ...]
    not_found: tuple[str, ...]
    ambiguous: Mapping[str, tuple[User, ...]]
    suggestions: Mapping[str, str] = field(default_factory=dict)


def user_filter(params: Mapping[str, Any], now: datetime) -> Callable[[User], bool]:
    """Whether a user matches the options ``status``, ``type``, ``site``, ``department`` and ``created_*``."""
    before, after = (
        parse_moment(option, params[option], now) if params[option] is not None else None
        for option in ("created_before", "created_after")
    )
    exact = {name: set(params[name]) for name in ("status", "type") if params[name]}
    named = {name: read_names(name, params[name]) for name in ("site", "department")}
    loose = {name: set(map(name_key, wanted)) for name, wanted in named.items() if wanted}

    def matches(user: User) -> bool:
        created = user.created_at
        return (
            all(getattr(user, name) in wanted for name, wanted in exact.items())
            and all(name_key(getattr(user, name)) in wanted for name, wanted in loose.items())
            and not ((before or after) and user.creation_unreadable)
            and (before is None or created is None or created < before)
            and (after is None or (created is not None and created >= after))
        )

    return matches


def name_key(name: str) -> str:
    """The name of a site or department for comparing: normalised, with single blanks."""
    return " ".join(normalise(name).split())


def find_users(names: Sequence[str], users: Iterable[User]) -> Found:
    """Find e-mails, ids and extension numbers among all users of an account.

    An address means the person who has it, even where a queue shares it, and of several people the only one who can
    be invited, if the others are disabled. Digits mean the id as well as the extension number.
    """
    everybody = list(users)
    index: dict[str, dict[str, User]] = defaultdict(dict)
    for user in everybody:
        for key in (comparable(user.email), user.id, user.extension_number):
            if key:
                index[key][user.id] = user
    found: dict[str, User] = {}
    missing: list[str] = []
    ambiguous: dict[str, tuple[User, ...]] = {}
    for name in dict.fromkeys(name.strip() for name in names):
        candidates = _candidates(name, index)
        if not candidates:
            missing.append(name)
        elif len(candidates) > 1:
            ambiguous[name] = candidates
        else:
            found[candidates[0].id] = candidates[0]
    return Found(tuple(found.values()), tuple(missing), ambiguous, suggestions(missing, everybody))


def refuse_strangers(option: str, found: Found) -> None:
    """InvalidOption if no name matches a user, since a run that found no user is not a success."""
    if found.users or found.ambiguous or not found.not_found:
        return
    shown_names = ", ".join(map(shown, found.not_found[:5]))
    more = f" and {len(found.not_found) - 5} more" if len(found.not_found) > 5 else ""
    meant = "".join(f"; {name}: {said}" for name, said in list(found.suggestions.items())[:3])
    raise InvalidOption(option, f"no user has any of these: {shown_names}{more}{meant}. No mail was sent.")


def _candidates(name: str, index: Mapping[str, Mapping[str, User]]) -> tuple[User, ...]:
    key = comparable(name)
    candidates = tuple(index.get(key, {}).values())
    if "@" in name:
        people = tuple(user for user in candidates if user.type in PERSON_TYPES)
        there = tuple(user for user in people if user.status != "disabled")
        return there if len(there) == 1 else people or candidates
    # YAML reads an unquoted 0102 as 66: if both exist, the name is ambiguous
    twin = tuple(index.get(octal_twin(key), {}).values()) if candidates else ()
    return (*candidates, *(user for user in twin if user not in candidates))


def suggestions(missing: Iterable[str], users: Iterable[User]) -> dict[str, str]:
    """A similar name for each name that no user has. It is only shown, never used."""
    wanted = list(missing)
    if not wanted:
        return {}
    people = [user for user in users if user.type in PERSON_TYPES]
    numbers = {user.extension_number for user in people}
    addresses = [canonical(user.email) for user in people if "@" in user.email]
    meant = {}
    for name in wanted[:_SUGGESTED]:
        twin = octal_twin(name)
        if twin in numbers:
            meant[name] = f"YAML reads an unquoted {twin} as {name}; quote it if extension {twin} is meant"
        elif twins := look_alikes(name) if "@" in name else "":
            meant[name] = f"it has {twins}"
        elif near := _near(canonical(name), addresses):
            meant[name] = f"{near} is near; check the spelling"
    return meant


def _near(address: str, addresses: Sequence[str]) -> str:
    """An address that differs in a letter, or whose domain does; "" if there is none or more than one."""
    local, _at, domain = address.rpartition("@")
    if not local:
        return ""
    near = [other for other in addresses if abs(len(other) - len(address)) < 3 and _is_slip(other, local, domain)]
    return near[0] if len(set(near)) == 1 else ""


def _is_slip(other: str, local: str, domain: str) -> bool:
    their_local, _at, their_domain = other.rpartition("@")
    if their_local == local:
        return _one_slip(their_domain, domain)
    return their_domain == domain and _one_slip(their_local, local)


def _one_slip(one: str, other: str) -> bool:
    """Whether two texts differ by one letter, or by two neighbours that changed places."""
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped
