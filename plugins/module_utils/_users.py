# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the account and its users, and finding the ones that somebody named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ._addresses import normalise
from ._client import LIST_EXTENSIONS, READ_ACCOUNT, Operation
from ._errors import TransportError, WrongAccount
from ._http import Params
from ._model import PERSON_TYPES, User, camel_case, snake_case
from ._times import parse_iso, parse_moment


class Api(Protocol):
    """What is needed of a client here."""

    def call(
        self,
        operation: Operation,
        ids: Mapping[str, str] | None = None,
        *,
        params: Params | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]: ...

    def pages(self, operation: Operation, params: Params) -> Iterator[dict[str, Any]]: ...

    def wait(self, seconds: float, why: str) -> None: ...


@dataclass(frozen=True)
class Account:
    """The account that the credential opens."""

    id: str
    main_number: str


@dataclass(frozen=True)
class Found:
    """What became of the named users: ``users`` in the order of their naming, each once.

    ``ambiguous`` holds the candidates of each name that means several users.
    """

    users: tuple[User, ...]
    not_found: tuple[str, ...]
    ambiguous: Mapping[str, tuple[User, ...]]


def read_account(api: Api, expected: str | None) -> Account:
    """The account; WrongAccount unless it is ``expected``, an account id or main number (None: any)."""
    answer = api.call(READ_ACCOUNT)
    if not answer.get("id"):
        raise TransportError("RingCentral described the account without its id; check server_url", sent=False)
    account = Account(id=str(answer["id"]), main_number=str(answer.get("mainNumber") or ""))
    if expected and _digits(expected) not in {account.id, _digits(account.main_number)} - {""}:
        raise WrongAccount(
            f"expect_account: the credential opens the account {account.id} ({account.main_number or 'no main number'})"
            f", not {expected}; nothing was sent"
        )
    return account


def list_users(api: Api, *, statuses: Iterable[str] = (), types: Iterable[str] = ()) -> list[User]:
    """All users of these statuses and types (none: all), each once."""
    params: dict[str, list[str]] = {}
    for name, values in (("status", statuses), ("type", types)):
        if wanted := [camel_case(value) for value in values]:
            params[name] = wanted
    try:
        # a user may move to a later page while the pages are read
        return list({user.id: user for user in map(parse_user, api.pages(LIST_EXTENSIONS, params))}.values())
    except (AttributeError, KeyError, TypeError) as error:
        raise TransportError(
            f"RingCentral's list of users holds a record that cannot be read ({error!r}); check server_url and proxies",
            sent=True,
        ) from None


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


def parse_user(record: Mapping[str, Any]) -> User:
    """A user from a record of the extension list; absent parts become empty."""
    contact = record.get("contact") or {}
    return User(
        id=str(record["id"]),
        name=_text(record.get("name")) or f"{_text(contact.get('firstName'))} {_text(contact.get('lastName'))}".strip(),
        first_name=_text(contact.get("firstName")),
        last_name=_text(contact.get("lastName")),
        email=_text(contact.get("email")),
        email_as_login_name=bool(contact.get("emailAsLoginName")),
        extension_number=_text(record.get("extensionNumber")),
        status=snake_case(_text(record.get("status"))),
        type=snake_case(_text(record.get("type"))),
        site=_text((record.get("site") or {}).get("name")),
        department=_text(contact.get("department")),
        job_title=_text(contact.get("jobTitle")),
        employee_id=_employee_id(record),
        roles=tuple(filter(None, (_text(role.get("displayName")) for role in record.get("roles") or ()))),
        hidden=bool(record.get("hidden")),
        created_at=_moment(record.get("creationTime")),
    )


def _employee_id(record: Mapping[str, Any]) -> str:
    references = record.get("references") or ()
    return next((_text(entry.get("ref")) for entry in references if entry.get("type") == "CustomerDirectoryId"), "")


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _moment(value: object) -> datetime | None:
    try:
        return parse_iso(str(value)) if value else None
    except ValueError:
        return None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
