# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The company's own record of its people, and whether it vouches for a user and their address. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._addresses import canonical, is_address
from ._errors import InvalidOption
from ._model import User

KEYS = ("email", "employee_id", "extension_number", "name")
"""By what a user can be found, as the option ``match_by`` names it."""

_SHORTEST_EXTENSION, _LONGEST_EXTENSION = 3, 8
"""Digits; whatever is longer is a telephone number, whose tail can be the extension number."""


@dataclass(frozen=True)
class Entry:
    """A person in the directory. ``aliases`` are their other addresses; an entry is equal to itself alone."""

    email: str
    name: str
    extension_number: str
    employee_id: str
    enabled: bool
    aliases: tuple[str, ...]

    def addresses(self) -> set[str]:
        return {canonical(address) for address in (self.email, *self.aliases)} - {""}

    def __str__(self) -> str:
        return f"{self.name or 'somebody'} <{self.email or 'no address'}>"


class Directory:
    """Entries by each of their keys, so that 20,000 users meet 20,000 entries in a moment."""

    def __init__(self, entries: Iterable[Entry], match_by: Sequence[str]) -> None:
        self._match_by = match_by
        self._found: dict[str, dict[str, list[Entry]]] = {key: defaultdict(list) for key in match_by}
        for entry in entries:
            for key in match_by:
                for value in _values(key, entry):
                    self._found[key][value].append(entry)

    def objection(self, user: User) -> tuple[str, str] | None:
        """The reason why the directory does not vouch for this user, and its message; None if it does."""
        key, found = self._find(user)
        if not found:
            return "not_in_directory", f"is not in the directory, by {', '.join(self._match_by)}"
        if len(found) > 1:
            return "ambiguous", f"could be any of these in the directory: {', '.join(map(str, found))}"
        entry = found[0]
        if other := self._contradiction(user, entry):
            return "ambiguous", f"is {entry} in the directory by {key}, but {other}"
        if not entry.enabled:
            return "disabled_in_directory", f"is disabled in the directory, where {key} finds {entry}"
        if canonical(user.email) not in entry.addresses():
            named = "" if _same_name(user, entry) or not entry.name else f" under the name {entry.name}"
            return "email_mismatch", f"the directory has {entry.email or 'no address'} for them, found by {key}{named}"
        return None

    def correct_address(self, user: User) -> str:
        """The address that the user should have instead of theirs; "" if it is not beyond doubt, or theirs is right.

        An extension number is handed on to the next person, so it proves nobody: the name has to agree, unless
        the employee id was what found them.
        """
        key, found = self._find(user)
        if len(found) != 1 or not found[0].enabled or self._contradiction(user, found[0]):
            return ""
        entry = found[0]
        email = re.sub(r"(?i)^smtp:", "", entry.email.strip())
        surely = key == "employee_id" or _same_name(user, entry)
        return email if surely and is_address(email) and canonical(user.email) not in entry.addresses() else ""

    def _find(self, user: User) -> tuple[str, list[Entry]]:
        """The first key that finds somebody, and whom."""
        for key in self._match_by:
            if found := self._lookup(key, user):
                return key, found
        return "", []

    def _lookup(self, key: str, user: User) -> list[Entry]:
        value = _normal(key, getattr(user, key))
        found = self._found[key].get(value, []) if value else []
        return list({id(entry): entry for entry in found}.values())

    def _contradiction(self, user: User, entry: Entry) -> str:
        """What an identifier that is nobody else's says against the entry; "" if nothing."""
        for key in ("employee_id", "extension_number"):
            if key in self._match_by:
                value = _normal(key, getattr(user, key))
                exact = [other for other in self._lookup(key, user) if _normal(key, getattr(other, key)) == value]
                if len(exact) == 1 and exact[0] is not entry:
                    return f"{exact[0]} by {key}"
        return ""


def read_directory(options: Iterable[Mapping[str, Any]] | None, match_by: Sequence[str]) -> Directory | None:
    """The directory from the options ``directory`` and ``match_by``; InvalidOption if it is empty."""
    if options is None:
        return None
    entries = [
        Entry(
            email=entry["email"] or "",
            name=entry["name"] or "",
            extension_number=entry["extension_number"] or "",
            employee_id=entry["employee_id"] or "",
            enabled=entry["enabled"],
            aliases=tuple(alias for alias in entry["aliases"] or () if alias),
        )
        for entry in options
    ]
    if not entries:
        raise InvalidOption("directory", "is empty, so that everybody would be held; see to where it comes from")
    return Directory(entries, match_by)


def _values(key: str, entry: Entry) -> set[str]:
    """All under which the entry is found by a key."""
    if key == "email":
        return entry.addresses()
    value = _normal(key, getattr(entry, key))
    values = {value}
    if key == "extension_number" and len(value) > _LONGEST_EXTENSION:
        values = {value[-length:] for length in range(_SHORTEST_EXTENSION, _LONGEST_EXTENSION + 1)}
    return values - {""}


def _same_name(user: User, entry: Entry) -> bool:
    name = _normal("name", user.name)
    return bool(name) and name == _normal("name", entry.name)


def _normal(key: str, value: str) -> str:
    if key == "email":
        return canonical(value)
    if key == "extension_number":
        return re.sub(r"\D", "", value)
    if key == "name":
        plain = unicodedata.normalize("NFKD", value)
        letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
        return " ".join(sorted(re.findall(r"[^\W_]+", letters)))
    return value.strip().casefold()
