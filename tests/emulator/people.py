# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts as they are in real life, made from a seed: people, queues, rooms, and everything odd about them."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from .clock import iso

FIRST = tuple(
    """
    Ada Alan Amélie André Anna Björn Chloé Dmitri Élodie Fatima François Grace Hana Ingrid Jörg José Kateřina
    Linus Łukasz Mary Nguyễn Noël Olu Øyvind Priya Renée Sean Siobhán Sofía Søren Tomáš Ümit Wei Yuki Zoë
    """.split()  # noqa: SIM905  # reads better than a hundred quotes
)
LAST = tuple(
    """
    Lovelace Turing O'Brien Müller García Nguyen Smith Jones Hopper Kowalski Åkesson D'Angelo Dvořák Ferreira
    Haddad Ivanova Jansen Kaya Lindqvist Mbeki Núñez Okafor Petrov Quist Rossi Şahin Tanaka Ünal Virtanen Weiß
    """.split()  # noqa: SIM905  # reads better than a hundred quotes
)
SITES = ("Main Site", "Paris", "São Paulo", "Tōkyō")
DEPARTMENTS = ("Sales", "Support", "Finance", "Research & Development", "Human Resources", "")
JOBS = ("Analyst", "Engineer", "Manager", "Clerk", "Director", "")
DOMAINS = ("example.com", "example.org", "emea.example.com")
OTHER_STATUSES = ("Enabled",) * 16 + ("Disabled", "Disabled", "Frozen")
THINGS = ("Department", "IvrMenu", "Room", "PagingOnly", "Voicemail", "Announcement", "ParkLocation", "Site")
OTHER_PEOPLE = ("FaxUser", "VirtualUser", "FlexibleUser", "DigitalUser")
OTHER_TYPES = THINGS + OTHER_PEOPLE


@dataclass
class Extension:
    """One extension of the account. ``custom_fields`` are values by the field's id."""

    id: int
    first_name: str
    last_name: str
    email: str
    extension_number: str
    status: str
    type: str = "User"
    site: str = SITES[0]
    department: str = ""
    job_title: str = ""
    hidden: bool = False
    created: datetime | None = None
    employee_id: str = ""
    custom_fields: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def contact(self) -> dict[str, Any]:
        contact: dict[str, Any] = {"firstName": self.first_name, "lastName": self.last_name, "emailAsLoginName": True}
        optional = {"email": self.email, "department": self.department, "jobTitle": self.job_title}
        return contact | {key: value for key, value in optional.items() if value}

    def record(self, base_url: str) -> dict[str, Any]:
        """As the extension list shows it."""
        record: dict[str, Any] = {
            "id": self.id,
            "uri": f"{base_url}/extension/{self.id}",
            "name": self.name,
            "status": self.status,
            "type": self.type,
            "contact": self.contact(),
            "site": {"id": str(SITES.index(self.site) + 1) if self.site in SITES else "9", "name": self.site},
            "roles": [{"id": "1", "displayName": "Standard"}],
            "hidden": self.hidden,
        }
        if self.extension_number:
            record["extensionNumber"] = self.extension_number
        if self.employee_id:
            record["references"] = [{"ref": self.employee_id, "type": "CustomerDirectoryId"}]
        if self.created:
            record["creationTime"] = iso(self.created)
        return record


def make_account(
    now: datetime, *, users: int = 40, pending: int = 12, seed: int = 7, odd: bool = True, hostile: bool = True
) -> list[Extension]:
    """``users`` extensions in all, of which exactly ``pending`` are people who can and should be invited.

    With ``odd`` the rest begins with the cases that nobody may mail (as far as there is room), then
    come people in other states, queues and rooms; with ``hostile``, some who can be invited have names that try to be
    something else.
    """
    if not 0 <= pending <= users:
        raise ValueError("there cannot be more pending users than users")
    chance = random.Random(seed)
    people = [_person(chance, now, number, pending=number < pending) for number in range(users)]
    rest = people[pending:]
    specials = _odd(now, first_id=people[0].id) if odd and people else []
    for index, special in enumerate(specials[: len(rest)]):
        plain = rest[index]
        number = special.extension_number or plain.extension_number
        people[pending + index] = replace(special, id=plain.id, extension_number=number)
    names = _HOSTILE_NAMES if odd and hostile else ()
    for person, (first, last) in zip(people[: pending // 2], names, strict=False):
        person.first_name, person.last_name = first, last
    chance.shuffle(people)
    return people


_HOSTILE_NAMES = (
    ("<script>alert(1)</script>", "Tables"),
    ("=HYPERLINK(1)", "Formula"),
    ("{{ 7*7 }}", "{% raw %}"),
    ("\x1b[31mRed", "Escape\x07"),
    ('Robert "Bobby"', "O'Tables; DROP"),
    ("+1", "@sum"),
    ("Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenh", "Maximilian-Alexander"),
    ("\u202eRight", "To-Left"),
)


def _person(chance: random.Random, now: datetime, number: int, *, pending: bool) -> Extension:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    kind = OTHER_TYPES[number // 12 % len(OTHER_TYPES)] if number % 12 == 11 and not pending else "User"
    status = "NotActivated" if pending else chance.choice(OTHER_STATUSES)
    if kind in THINGS:
        first, last = kind, f"of {chance.choice(SITES)} {number}"
    if kind != "User":
        status = "NotActivated" if number % 24 == 23 else "Enabled"
    return Extension(
        id=62_264_000 + number * 7,
        first_name=first,
        last_name=last,
        email=f"{_ascii(first)}.{_ascii(last)}.{number}@{chance.choice(DOMAINS)}" if kind not in THINGS else "",
        extension_number=str(10_000 + number) if number >= 900 else str(101 + number),
        status=status,
        type=kind,
        site=chance.choice(SITES),
        department=chance.choice(DEPARTMENTS),
        job_title=chance.choice(JOBS),
        hidden=chance.random() < 0.03,
        created=now - timedelta(minutes=chance.randrange(3 * 1440, 120 * 1440)),
    )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum()) or "x"


def _odd(now: datetime, first_id: int) -> list[Extension]:
    """Those whom nobody may mail, each for a reason of its own."""
    created = now - timedelta(days=40)

    def pending(first: str, last: str, email: str, kind: str = "User", status: str = "NotActivated") -> Extension:
        return Extension(0, first, last, email, "", status, kind, created=created)

    return [
        pending("Nora", "Nomail", ""),
        pending("Ned", "Noat", "ned.noat"),
        pending("Paul", "Parked", "paul.parked@example.comx"),
        pending("Ines", "Invalid", "ines@users.invalid"),
        pending("Nils", "Noreply", "noreply-17@example.com"),
        pending("Tara", "Twin", "twins@example.com"),
        pending("Tom", "Twin", "TWINS@example.com"),
        pending("Support", "Queue", "support@example.com", "Department"),
        pending("Boardroom", "1", "", "Room"),
        pending("Main", "Menu", "", "IvrMenu"),
        pending("Dora", "Digital", "dora.digital@example.com", "DigitalUser"),
        pending("Uma", "Unassigned", "uma@example.com", "User", "Unassigned"),
        # an extension number that is another extension's id
        replace(
            pending("Amy", "Biguous", "amy.biguous@example.com", "User", "Enabled"), extension_number=str(first_id)
        ),
    ]
