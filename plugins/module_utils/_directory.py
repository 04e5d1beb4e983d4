# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The company's own record of its people, and whether it confirms a user and their address. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any

from ._addresses import bare, canonical, is_address, normalise, shown, visible
from ._errors import InvalidOption
from ._managers import Managers
from ._model import User

KEYS = ("email", "employee_id", "extension_number", "name")
"""The keys by which a user can be found, as in the option ``match_by``."""

_SHORTEST_EXTENSION, _LONGEST_EXTENSION = 3, 8
"""Digits; whatever is longer is a telephone number, whose tail can be the extension number."""


@dataclass(frozen=True)
class Entry:
    """A person in the directory; entries that say the same are equal.

    ``aliases`` are their other addresses. ``logon_name`` looks like an address and may be none: it finds a person, and
    is never written anywhere. ``status`` is what the source says about a person who is not enabled. ``manager`` names
    another person, by their distinguished name ``dn`` or in another way.
    """

    email: str
    name: str
    extension_number: str
    employee_id: str
    enabled: bool
    aliases: tuple[str, ...]
    logon_name: str = ""
    status: str = ""
    dn: str = ""
    manager: str = ""

    def addresses(self) -> set[str]:
        """All addresses at which mail reaches them; the logon name only where the source has no other."""
        found = {canonical(address) for address in (self.email, *self.aliases)} - {""}
        return found or ({canonical(self.logon_name)} - {""})

    def __str__(self) -> str:
        state = "" if self.enabled else f", disabled{f' ({shown(self.status)})' if self.status else ''}"
        return f"{shown(self.name) or 'an unnamed entry'} <{shown(self.email) or 'no address'}>{state}"


class Directory:
    """Entries by each of their keys, so that 20,000 users meet 20,000 entries in a moment."""

    def __init__(self, entries: Iterable[Entry], match_by: Sequence[str]) -> None:
        entries = list(entries)
        self._match_by = match_by
        self._managers = Managers(entries)
        self._found: dict[str, dict[str, list[Entry]]] = {key: defaultdict(list) for key in match_by}
        for entry in _merged(entries):
            for key in match_by:
                for value in _values(key, entry):
                    self._found[key][value].append(entry)

    def objection(self, user: User) -> tuple[str, str] | None:
        """The reason to hold this user because of the directory, with its message; None if there is none."""
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
            named = "" if _same_name(user, entry) or not entry.name else f" under the name {shown(entry.name)}"
            theirs = shown(entry.email) or "no address"
            unsure = "" if key == "email" or self._surely(user, entry) else ", which is no proof"
            return "email_mismatch", f"the directory has {theirs} for them, found by {key}{named}{unsure}"
        return None

    def suggested_address(self, user: User) -> str:
        """The address that the directory has for this user instead of theirs; "" if theirs is right, or it is unclear.

        It takes the employee id or the name, since an extension number is handed on to the next person. Whether it is
        proven is another question: see correct_address().
        """
        key, found = self._find(user)
        if len(found) != 1 or not found[0].enabled or self._contradiction(user, found[0]):
            return ""
        entry = found[0]
        email = bare(entry.email)
        if not is_address(email) or canonical(user.email) in entry.addresses():
            return ""
        return email if key == "employee_id" or _same_name(user, entry) else ""

    def correct_address(self, user: User) -> str:
        """The suggested address if it is beyond doubt that the entry is this person's; "" if it is not.

        A name alone proves nothing: it takes the employee id, or the name with the extension number. Different employee
        ids mean different people.
        """
        email = self.suggested_address(user)
        return email if email and self._surely(user, self._find(user)[1][0]) else ""

    def manager_of(self, user: User) -> str:
        """The address of the user's manager; "" if there is none, or if it is unclear who the user is."""
        key, found = self._find(user) if self._managers.known else ("", [])
        if len(found) != 1 or not found[0].manager or self._contradiction(user, found[0]):
            return ""
        sure = key in {"email", "employee_id"} or self._surely(user, found[0])
        return self._managers.address_of(found[0]) if sure else ""

    def _surely(self, user: User, entry: Entry) -> bool:
        theirs, ours = _normal("employee_id", entry.employee_id), _normal("employee_id", user.employee_id)
        if theirs and ours:
            return theirs == ours
        numbers = _values("extension_number", entry)
        return _same_name(user, entry) and _normal("extension_number", user.extension_number) in numbers

    def _find(self, user: User) -> tuple[str, list[Entry]]:
        """The first key that finds an entry, and the entries it finds."""
        for key in self._match_by:
            if found := self._lookup(key, user):
                return key, found
        return "", []

    def _lookup(self, key: str, user: User) -> list[Entry]:
        value = _normal(key, getattr(user, key))
        found = self._found[key].get(value, []) if value else []
        if key == "extension_number":
            # the tail of a direct line is the next person's number too: it needs their name
            found = [entry for entry in found if _normal(key, entry.extension_number) == value or _agrees(user, entry)]
        return _of_this_person(user, found) if key == "email" else found

    def _contradiction(self, user: User, entry: Entry) -> str:
        """The objection of a unique identifier to the entry; "" if there is none."""
        for key in ("employee_id", "extension_number"):
            if key in self._match_by:
                value = _normal(key, getattr(user, key))
                exact = [other for other in self._lookup(key, user) if _normal(key, getattr(other, key)) == value]
                if len(exact) == 1 and exact[0] is not entry:
                    return f"{exact[0]} by {key}"
        theirs, ours = _normal("employee_id", entry.employee_id), _normal("employee_id", user.employee_id)
        if "employee_id" in self._match_by and theirs and ours and theirs != ours:
            return f"the employee ids differ: {shown(user.employee_id)} here, {shown(entry.employee_id)} there"
        return ""


def read_directory(options: Iterable[Mapping[str, Any]] | None, match_by: Sequence[str]) -> Directory | None:
    """The directory from the options ``directory`` and ``match_by``; InvalidOption if it is empty or says nothing."""
    if options is None:
        return None
    if isinstance(options, (str, bytes, Mapping)):
        raise InvalidOption("directory", "must be a list of people, each a dictionary. No mail was sent.")
    if not match_by:
        raise InvalidOption("match_by", "is empty, so no user would be found in the directory. No mail was sent.")
    entries = [_entry(number, entry) for number, entry in enumerate(options, 1)]
    if not entries:
        raise InvalidOption("directory", "is empty, so every user would be held; check its source. No mail was sent.")
    return Directory(entries, match_by)


def _entry(number: int, given: Mapping[str, Any]) -> Entry:
    if not isinstance(given, Mapping):
        raise InvalidOption("directory", f"entry {number} is not a dictionary. No mail was sent.")
    enabled = given.get("enabled", True)
    if not isinstance(enabled, bool):
        raise InvalidOption("directory", f"entry {number}: enabled is {enabled!r}; write true or false")
    return Entry(
        **{key: _text(number, key, given.get(key)) for key in (*KEYS, "logon_name", "status", "dn", "manager")},
        enabled=enabled,
        aliases=tuple(
            part for alias in given.get("aliases") or () for part in re.split(r"[;\s]+", _visible(alias)) if part
        ),
    )


def _text(number: int, key: str, value: object) -> str:
    if isinstance(value, (bool, float, dict, list)):
        raise InvalidOption("directory", f"entry {number}: {key} is {value!r}, which is not text; quote it in YAML")
    return _visible(value)


def _visible(value: object) -> str:
    return "" if value is None else visible(str(value))


def _merged(entries: Iterable[Entry]) -> list[Entry]:
    """Identical entries count once: an export can have a row for each group of a person."""
    unique: dict[tuple[Any, ...], Entry] = {}
    for entry in entries:
        said = tuple(_normal(key, getattr(entry, key)) for key in KEYS)
        unique.setdefault((said, frozenset(entry.addresses()), entry.enabled), entry)
    return list(unique.values())


def _of_this_person(user: User, found: list[Entry]) -> list[Entry]:
    """The plausible entries among those with one address: by the employee id, or else the enabled ones.

    A person who is hired again has an old disabled entry and a new one, and the mailbox belongs to the new one.
    """
    if len(found) < 2:
        return found
    ours = _normal("employee_id", user.employee_id)
    same = [entry for entry in found if ours and _normal("employee_id", entry.employee_id) == ours]
    there = [entry for entry in found if entry.enabled]
    return same if len(same) == 1 else there if len(there) == 1 else found


def _values(key: str, entry: Entry) -> set[str]:
    """All values by which a key finds the entry."""
    if key == "email":
        return (entry.addresses() | {canonical(entry.logon_name)}) - {""}
    value = _normal(key, getattr(entry, key))
    values = {value}
    if key == "extension_number" and len(value) > _LONGEST_EXTENSION:
        values = {value[-length:] for length in range(_SHORTEST_EXTENSION, _LONGEST_EXTENSION + 1)}
    return values - {""}


def _agrees(user: User, entry: Entry) -> bool:
    return _same_name(user, entry) or canonical(user.email) in entry.addresses()


def _same_name(user: User, entry: Entry) -> bool:
    name = _normal("name", user.name)
    return bool(name) and name == _normal("name", entry.name)


@lru_cache(maxsize=1 << 17)
def _normal(key: str, value: str) -> str:
    if key == "email":
        return canonical(value)
    if key == "extension_number":
        return _digits(value)
    if key == "name":
        return _name(value)
    return normalise(value)


def _digits(value: str) -> str:
    """The digits of a number. A spreadsheet's 101.0 is 101; what it rounded, such as 1.01E+02, is none."""
    text = re.split(r"[;|]", _narrow(value).strip("; |"))[0].strip()  # the first of several
    if whole := re.fullmatch(r"(\d{1,8})[.,]0+", text):
        return whole[1]
    if re.search(r"\d\s*E\s*\+?\d|^\d+[.,]\d+$", text, re.IGNORECASE):
        return ""
    return re.sub(r"[^0-9]", "", text)


def _narrow(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", visible(text))


def _name(value: str) -> str:
    """A name for comparing, first name first: ``Lovelace, Ada`` is Ada Lovelace, James Martin is not Martin James.

    So is ``LOVELACE Ada``, as French companies write it.
    """
    text = visible(value)
    last, comma, first = text.partition(",")
    ordered = f"{first} {last}" if comma and "," not in first else _capitals_last(text)
    plain = ordered if ordered.isascii() else unicodedata.normalize("NFKD", ordered)
    letters = plain if plain.isascii() else "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(re.findall(r"[^\W_]+", letters.casefold()))


def _capitals_last(name: str) -> str:
    parts = name.split()
    capitals = list(takewhile(lambda part: part.isupper() and len(part) > 1, parts))
    if not any(len(part) > 2 for part in capitals):  # JP Morgan
        return name
    return " ".join([*parts[len(capitals) :], *capitals])
