# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the manager of a person in the directory. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from ._addresses import bare, canonical, is_address, normalise


class Person(Protocol):
    """What of an entry names it, and whom it names as its manager."""

    @property
    def email(self) -> str:
        """The address."""

    @property
    def name(self) -> str:
        """The full name."""

    @property
    def employee_id(self) -> str:
        """The employee id."""

    @property
    def enabled(self) -> bool:
        """Whether the account is in use."""

    @property
    def logon_name(self) -> str:
        """The name to log on with."""

    @property
    def dn(self) -> str:
        """The distinguished name."""

    @property
    def manager(self) -> str:
        """What names the manager: any of the above."""


class Managers:
    """Knows people by all that a source names them by: distinguished name, address, logon name, employee id, name."""

    def __init__(self, entries: Iterable[Person]) -> None:
        people = list(entries)
        self.known = any(person.manager for person in people)
        self._by: dict[str, list[Person]] = defaultdict(list)
        for person in people if self.known else ():
            for key in _keys(person):
                self._by[key].append(person)

    def address_of(self, person: Person) -> str:
        """The address of the person's manager; "" unless that is one other person who is still there."""
        found = {canonical(one.email): one for one in self._by.get(_key(person.manager), ()) if one.enabled}
        if len(found) != 1:
            return ""
        ((address, manager),) = found.items()
        return bare(manager.email) if is_address(manager.email) and address != canonical(person.email) else ""


def _keys(person: Person) -> set[str]:
    named = (person.dn, person.email, person.logon_name, person.employee_id, person.name)
    return {_key(one) for one in named} - {""}


def _key(named: str) -> str:
    """One spelling of a name. Blanks around the commas of a distinguished name do not matter."""
    return canonical(named) or ",".join(part.strip() for part in normalise(named).split(","))
