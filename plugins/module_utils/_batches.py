# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and checks the batches of starters, and reports all mistakes at once. Pure: files are read by a
function that is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import partial
from typing import Any, Literal
from urllib.parse import quote

from ._addresses import comparable, normalise
from ._csv import CsvError
from ._errors import InvalidOption
from ._model import User, describe
from ._options import read_names
from ._times import parse_duration

KEYS = (
    "name",
    "users",
    "users_csv",
    "users_csv_column",
    "users_csv_delimiter",
    "users_csv_encoding",
    "invite_on",
    "until",
    "remind_every",
    "max_attempts",
    "site",
    "department",
    "owner",
)
_SLACK = timedelta(hours=1)  # a daily job never starts at the same second
_FOLDER_BYTES = 200
_SHOWN = 5
_MOST_PROBLEMS = 30

State = Literal["due", "early", "over"]
StartersOf = Callable[[str, "Sequence[str] | None", "str | None", str], Sequence[str]]
"""The users in a file: from its path, the columns to look in, the delimiter (None: find out) and the encoding. Raises
CsvError or InvalidOption."""


@dataclass(frozen=True)
class Batch:
    """One batch. A date that is not given is empty; ``folder`` is the batch's name as a file name."""

    name: str
    folder: str
    owner: str
    state: State
    invite_on: str
    until: str
    users: tuple[str, ...]
    resend_after: timedelta
    max_attempts: int
    site: tuple[str, ...]
    department: tuple[str, ...]


class Wrong(ValueError):
    """A value that makes no sense; the text says why, and what to write instead."""


def read_batches(given: object, today: date, starters_of: StartersOf) -> list[Batch]:
    """The batches. InvalidOption lists every mistake in them."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
        raise problems_with(["the batches must be a list, each with a name, users and invite_on"])
    batches, problems = [], []
    for number, entry in enumerate(given, 1):
        reader = _Reader(entry, number, starters_of)
        batch = reader.read(today)
        problems += [f"{reader.label}: {problem}" for problem in reader.problems]
        if batch:
            batches.append(batch)
    problems += [*_same_names(batches), *_in_two(batches)]
    if problems:
        raise problems_with(problems)
    return batches


def problems_with(problems: Sequence[str]) -> InvalidOption:
    """One error for all mistakes."""
    listed = [f"- {problem}" for problem in problems[:_MOST_PROBLEMS]]
    more = len(problems) - len(listed)
    return InvalidOption(
        "batches",
        "\n".join(["No mail was sent. Fix these problems first:", *listed, *([f"- and {more} more"] if more else [])]),
    )


def same_user_twice(met: Iterable[tuple[Batch, Iterable[User]]]) -> list[str]:
    """Users who are in two batches, named in different ways."""
    first: dict[str, Batch] = {}
    problems = []
    for batch, users in met:
        for user in users:
            other = first.setdefault(user.id, batch)
            if other is not batch:
                problems.append(
                    f"batch {batch.name}: users: {describe([user])} is in the batch {other.name} too, named in another "
                    "way; leave them in one of them"
                )
    return problems


class _Reader:
    """Reads one batch key by key, and notes what is wrong."""

    def __init__(self, given: object, number: int, starters_of: StartersOf) -> None:
        self._starters_of = starters_of
        self.given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        name = self.given.get("name")
        self.label = f"batch {name!s}" if _is_text(name) and str(name).strip() else f"batch number {number}"
        self.label = self.label if self.label.isprintable() else ascii(self.label)
        self.problems: list[str] = (
            [] if isinstance(given, Mapping) else ["it must be a dictionary with a name and users"]
        )

    def read(self, today: date) -> Batch | None:
        if self.problems:
            return None
        self._known_keys()
        name = self._value("name", _name) or ""
        invite_on, until = self._value("invite_on", _day), self._value("until", _day)
        if self.given.get("invite_on") is None:
            self._note("invite_on", f"is missing; write the first day of inviting, such as {today}")
        if invite_on and until and until < invite_on:
            self._note("until", f"{until} is before invite_on, which is {invite_on}; write that day or a later one")
        remind = self._value("remind_every", _interval)
        attempts = self._value("max_attempts", _attempts)
        if attempts and attempts > 1 and "remind_every" not in self._given_keys():
            self._note("max_attempts", "has no effect without remind_every; add it, such as 3d, or leave this out")
        batch = Batch(
            name=name,
            folder=_folder(name),
            owner=self._value("owner", _line) or "",
            state="early" if invite_on and today < invite_on else "over" if until and today > until else "due",
            invite_on=str(invite_on or ""),
            until=str(until or ""),
            users=tuple(dict.fromkeys([*self._named(), *self._from_file()])),
            resend_after=(remind or timedelta(days=2)) - _SLACK,
            max_attempts=attempts or (3 if remind else 1),
            site=tuple(self._value("site", partial(read_names, "site")) or ()),
            department=tuple(self._value("department", partial(read_names, "department")) or ()),
        )
        if not batch.users and not any(problem.startswith("users") for problem in self.problems):
            self._note("users", "names no user; write e-mail addresses, ids or extension numbers, or users_csv")
        return batch if name else None

    def _note(self, key: str, what: str) -> None:
        self.problems.append(f"{key}: {what}")

    def _given_keys(self) -> list[str]:
        return [str(key) for key, value in self.given.items() if value is not None]

    def _known_keys(self) -> None:
        for key in map(str, self.given):
            if key not in KEYS:
                meant = get_close_matches(key, KEYS, n=1)
                self._note(key, f"is not known; {f'write {meant[0]}' if meant else 'known are ' + ', '.join(KEYS)}")
        if self.given.get("name") is None:
            self._note("name", "is missing; give each batch one of its own")

    def _value(self, key: str, read: Any) -> Any:
        """The value of a key, read; None if it is absent or wrong."""
        value = self.given.get(key)
        try:
            return None if value is None else read(value)
        except InvalidOption as error:
            self._note(key, _unframed(error, key))
        except Wrong as error:
            self._note(key, str(error))
        return None

    def _named(self) -> list[str]:
        users = self.given.get("users")
        if users is None:
            return []
        if isinstance(users, (str, bytes)) or not isinstance(users, Sequence):
            self._note("users", "must be a list, such as [ada@example.com, '101']")
            return []
        blank = [str(place) for place, user in enumerate(users, 1) if not _is_text(user) or not str(user).strip()]
        if blank:
            self._note("users", f"the entries {', '.join(blank)} name no user; write an address there, or remove them")
        return [str(user).strip() for user in users if _is_text(user) and str(user).strip()]

    def _from_file(self) -> Sequence[str]:
        path = self.given.get("users_csv")
        if path is None:
            return []
        try:
            return self._starters_of(_exact(path), *self._csv_options())
        except InvalidOption as error:
            self._note("users_csv", f"{path}: {_unframed(error, 'users_csv').removeprefix(f'{path}: ')}")
        except (Wrong, CsvError) as error:
            self._note("users_csv", f"{path}: {error}")
        return []

    def _csv_options(self) -> tuple[Sequence[str] | None, str | None, str]:
        columns = self._value("users_csv_column", _lines)
        delimiter, encoding = (self._value(f"users_csv_{name}", _exact) for name in ("delimiter", "encoding"))
        return columns or None, delimiter or None, encoding or "utf-8-sig"


def _unframed(error: InvalidOption, key: str) -> str:
    """The message without what the list of problems says already."""
    return error.message.removeprefix(f"{key}: ").removesuffix(" No mail was sent.")


def _is_text(value: object) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _name(value: object) -> str:
    name = _line(value)
    if not name:
        raise Wrong("is blank; give each batch one of its own")
    if len(_folder(name)) > _FOLDER_BYTES:
        raise Wrong("is too long for a folder; write a shorter one")
    return name


def _folder(name: str) -> str:
    """The name as a file name; other characters are percent-encoded."""
    folder = quote(name, safe="")
    return f"%2E{folder[1:]}" if folder.startswith(".") else folder


def _line(value: object) -> str:
    if not _is_text(value):
        raise Wrong("must be text")
    return " ".join(str(value).split())


def _exact(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong("must be text")
    return str(value)


def _lines(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return tuple(filter(None, map(_line, values)))


def _day(value: object) -> date:
    if isinstance(value, datetime):
        raise Wrong(f"{value} has a time; write the day alone, {value.date()}")
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    text = str(value).strip()
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise Wrong(f"{text!r} is no date; write the year first, then month and day, such as 2026-12-01")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong(f"there is no {text}; write a day of the calendar") from None


def _interval(value: object) -> timedelta:
    interval = parse_duration("remind_every", str(value))
    if interval < timedelta(days=1):
        raise Wrong(f"{str(value)!r} is less than a day; write 1d or more, such as 3d")
    return interval


def _attempts(value: object) -> int:
    text = str(value) if _is_text(value) else ""
    number = int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0
    if number < 1:
        raise Wrong(f"{value!r} is no number of mails; write 1 or more, the first invitation counts")
    return number


def _same_names(batches: Iterable[Batch]) -> list[str]:
    seen: set[str] = set()
    twice = []
    for batch in batches:
        if normalise(batch.name) in seen:
            twice.append(f"batch {batch.name}: name: there are two of it; give each batch one of its own")
        seen.add(normalise(batch.name))
    return twice


def _in_two(batches: Iterable[Batch]) -> list[str]:
    """The names that appear in two batches, by the later batch."""
    first: dict[str, Batch] = {}
    problems = []
    for batch in batches:
        shared: dict[str, list[str]] = {}
        for user in batch.users:
            other = first.setdefault(comparable(user), batch)
            if other is not batch:
                shared.setdefault(other.name, []).append(user)
        problems += [
            f"batch {batch.name}: users: {_some(users)} in the batch {other} too; leave each in one of them"
            for other, users in shared.items()
        ]
    return problems


def _some(things: Sequence[str]) -> str:
    """The first few of them, and how many more there are."""
    rest = len(things) - _SHOWN
    return ", ".join(things[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
