# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rc_user should change: its entries, judged against the users of the account and put in order. Pure."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ._addresses import canonical, is_address
from ._errors import InvalidOption
from ._model import PERSON_TYPES, User, describe
from ._selection import Found, find_users

FIELDS = ("email", "first_name", "last_name", "department", "job_title")
"""The attributes that can be changed."""

_NAMES = ("first_name", "last_name")
_JOINERS = "\u200c\u200d"  # invisible, but part of how names in some scripts are written


@dataclass(frozen=True)
class Entry:
    """One user to change, as the task names them; ``number`` counts from 1, ``wanted`` holds what was given."""

    number: int
    name: str
    wanted: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """Why an entry cannot be applied; ``option`` is the part of it that is wrong."""

    entry: int
    user: str
    option: str
    message: str


@dataclass(frozen=True)
class Change:
    """The ``fields`` of a user that differ, with their new values.

    ``after`` holds the ids of the users who must give up the new address first.
    """

    number: int
    user: User
    fields: Mapping[str, str]
    after: frozenset[str] = frozenset()

    def corrected(self) -> User:
        """The user with the changes; RingCentral builds the display name from the first and the last name."""
        fields: dict[str, Any] = dict(self.fields)
        user = replace(self.user, **fields)
        if self.fields.keys().isdisjoint(_NAMES):
            return user
        return replace(user, name=f"{user.first_name} {user.last_name}".strip())


def read_entries(params: Mapping[str, Any]) -> list[Entry]:
    """The entries of either form: one ``user``, or a list of ``users``. InvalidOption unless it is one of the two."""
    listed = params["users"]
    if listed is None:
        if params["user"] is None:
            raise InvalidOption("user", "is not given; name a user, or list several in users")
        return [_entry(1, params)]
    if beside := [name for name in ("user", *FIELDS) if params[name] is not None]:
        raise InvalidOption("users", f"cannot be combined with {', '.join(beside)}; put them into its entries")
    if not listed:
        raise InvalidOption("users", "is empty; list at least one user")
    return [_entry(number, row) for number, row in enumerate(listed, start=1)]


def malformed(entries: Iterable[Entry]) -> list[Problem]:
    """The problems that show without the account."""
    return [Problem(entry.number, entry.name, *found) for entry in entries for found in _malformed(entry)]


def judge(entries: Sequence[Entry], users: Sequence[User]) -> tuple[list[Change], list[Problem]]:
    """The changes in the order in which they can be made, and every problem, by entry.

    Entries that repeat another one count once. ``users`` is the whole account, since an address may belong
    to any of its people.
    """
    sound = [_sound(entry) for entry in entries]
    people = _people_by_address(users) if any("email" in entry.wanted for entry in sound) else {}
    named, unnamed = _find(sound, users, people)
    named, contradictions = _once_each(named)
    changes = [Change(entry.number, user, _differing(entry, user)) for entry, user in named]
    nameless = [
        _problem(one, "first_name", "the user would be left without a name") for one in changes if _nameless(one)
    ]
    changes, taken = _place(changes, people)
    changes, circular = _in_order(changes)
    problems = [*malformed(entries), *unnamed, *contradictions, *nameless, *taken, *circular]
    return changes, sorted(problems, key=lambda one: one.entry)


def _entry(number: int, row: Mapping[str, Any]) -> Entry:
    wanted = {name: _clean(row[name], name) for name in FIELDS if row[name] is not None}
    return Entry(number, _clean(row["user"] or "", "user"), wanted)


def _clean(text: str, option: str) -> str:
    """Without invisible characters and blanks around it; no-break spaces and line breaks become plain spaces."""
    invisible = {"Cf", "Cc"} if option == "user" else {"Cf"}
    keep = _JOINERS if option not in {"user", "email"} else ""
    spaced = (" " if character.isspace() else character for character in text)
    return "".join(one for one in spaced if one in keep or unicodedata.category(one) not in invisible).strip()


def _malformed(entry: Entry) -> Iterator[tuple[str, str]]:
    if not entry.name:
        yield "user", "is empty; name a user by e-mail address, id or extension number"
    if not entry.wanted:
        yield ", ".join(FIELDS), "none of them is given, so there is nothing to change"
    for option, value in entry.wanted.items():
        if objection := _unusable(option, value):
            yield option, objection


def _unusable(option: str, value: str) -> str:
    """Why a value cannot be written, "" if it can."""
    if any(unicodedata.category(character) == "Cc" for character in value):
        return f"{value!r} has control characters"
    if value == "False" or (value == "True" and option not in _NAMES):
        return f"{value!r} is how YAML reads an unquoted yes, no, on or off; put the value in quotes"
    if option == "email" and not is_address(value):
        advice = "" if value else "; leave email out to keep the present one"
        return f"{value!r} is not an e-mail address{advice}"
    return ""


def _sound(entry: Entry) -> Entry:
    """The entry without the values that cannot be written."""
    return replace(entry, wanted={name: value for name, value in entry.wanted.items() if not _unusable(name, value)})


def _people_by_address(users: Iterable[User]) -> dict[str, list[User]]:
    people: dict[str, list[User]] = defaultdict(list)
    for user in users:
        if user.type in PERSON_TYPES and (address := canonical(user.email)):
            people[address].append(user)
    return dict(people)


def _find(
    entries: Iterable[Entry], users: Sequence[User], people: Mapping[str, Sequence[User]]
) -> tuple[list[tuple[Entry, User]], list[Problem]]:
    """The one person that each entry names."""
    entries = [entry for entry in entries if entry.name]
    found = _search([entry.name for entry in entries], users)
    named: list[tuple[Entry, User]] = []
    problems: list[Problem] = []
    for entry in entries:
        objection = _objection(entry, found[entry.name], people)
        if objection:
            problems.append(Problem(entry.number, entry.name, "user", objection))
        else:
            named.append((entry, found[entry.name].users[0]))
    return named, problems


def _search(names: Sequence[str], users: Sequence[User]) -> dict[str, Found]:
    """A search of its own for each name. Halving the names spares each of them the whole account."""
    if not names:
        return {}
    found = find_users(names, users)
    if len(names) == 1:
        return {names[0]: found}
    rest = [*found.users, *(user for candidates in found.ambiguous.values() for user in candidates)]
    half = len(names) // 2
    return {**_search(names[:half], rest), **_search(names[half:], rest)}


def _objection(entry: Entry, found: Found, people: Mapping[str, Sequence[User]]) -> str:
    if found.not_found:
        words = f"no user has the e-mail, id or extension number {entry.name}"
        holders = people.get(canonical(entry.wanted.get("email", "")), ())
        return f"{words}; {describe(holders)} has the new address already" if holders else words
    for candidates in found.ambiguous.values():
        return f"{entry.name} means {describe(candidates)}; name one in another way"
    user = found.users[0]
    if user.type not in PERSON_TYPES:
        return f"{describe([user])} is of the type {user.type}; only people are corrected"
    return ""


def _once_each(named: Iterable[tuple[Entry, User]]) -> tuple[list[tuple[Entry, User]], list[Problem]]:
    """Each user once; entries about one user must say the same."""
    first: dict[str, tuple[Entry, User]] = {}
    problems: list[Problem] = []
    for entry, user in named:
        other, _user = first.setdefault(user.id, (entry, user))
        if _comparable(other.wanted) != _comparable(entry.wanted):
            message = f"entry {other.number} is about {describe([user])} too and differs; merge the two"
            problems.append(Problem(entry.number, entry.name, "user", message))
    return list(first.values()), problems


def _comparable(wanted: Mapping[str, str]) -> dict[str, str]:
    return {name: canonical(value) if name == "email" else value for name, value in wanted.items()}


def _differing(entry: Entry, user: User) -> dict[str, str]:
    present = _comparable({name: getattr(user, name) for name in entry.wanted})
    wanted = _comparable(entry.wanted)
    return {name: value for name, value in entry.wanted.items() if present[name] != wanted[name]}


def _nameless(change: Change) -> bool:
    user = change.corrected()
    return not change.fields.keys().isdisjoint(_NAMES) and not (user.first_name or user.last_name)


def _place(changes: Sequence[Change], people: Mapping[str, Sequence[User]]) -> tuple[list[Change], list[Problem]]:
    """Each change with the users who must give up its address first, and the addresses that cannot be had."""
    movers = {change.user.id: change for change in changes if "email" in change.fields}
    wanted_by: dict[str, list[int]] = defaultdict(list)
    for change in movers.values():
        wanted_by[canonical(change.fields["email"])].append(change.number)
    placed: list[Change] = []
    problems: list[Problem] = []
    for change in changes:
        address = canonical(change.fields.get("email", ""))
        holders = [user for user in people.get(address, ()) if user.id != change.user.id]
        staying = [user for user in holders if user.id not in movers]
        rivals = [number for number in wanted_by.get(address, ()) if number != change.number]
        problems += [_problem(change, "email", words) for words in _contested(change, staying, rivals)]
        placed.append(replace(change, after=frozenset(user.id for user in holders)))
    return placed, problems


def _contested(change: Change, staying: Sequence[User], rivals: Sequence[int]) -> Iterator[str]:
    """An address belongs to one person: they log in by it."""
    if staying:
        yield f"{change.fields['email']} is the address of {describe(staying)} already"
    if rivals:
        yield f"{change.fields['email']} is wanted by entry {', '.join(map(str, rivals))} too; give each user their own"


def _in_order(changes: Sequence[Change]) -> tuple[list[Change], list[Problem]]:
    """The changes so that an address is given up before the next user gets it; users who swap are a problem."""
    by_user = {change.user.id: change for change in changes}
    order: TopologicalSorter[str] = TopologicalSorter({one.user.id: one.after & by_user.keys() for one in changes})
    with suppress(CycleError):  # the changes outside of a circle still come out below
        order.prepare()
    ordered: list[Change] = []
    while ready := order.get_ready():
        ordered.extend(by_user[one] for one in ready)
        order.done(*ready)
    done = {change.user.id for change in ordered}
    words = "cannot come free, since entries swap addresses; give one of the users a temporary address first"
    stuck = [change for change in changes if change.user.id not in done]
    return ordered, [_problem(change, "email", f"{change.fields['email']} {words}") for change in stuck]


def _problem(change: Change, option: str, message: str) -> Problem:
    return Problem(change.number, describe([change.user]), option, message)
