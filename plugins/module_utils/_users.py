# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the account and its users."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ._client import LIST_EXTENSIONS, READ_ACCOUNT, Operation
from ._errors import TransportError, WrongAccount
from ._guards import expected_accounts
from ._http import Params
from ._model import User, camel_case, snake_case
from ._times import parse_iso


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


def read_account(api: Api, expected: str | None, environment: Mapping[str, str] = os.environ) -> Account:
    """The account; WrongAccount unless it is ``expected``, an account id or main number (None: any), and the one that
    RC_EXPECT_ACCOUNT in the ``environment`` names.
    """
    answer = api.call(READ_ACCOUNT)
    if not answer.get("id"):
        raise TransportError("RingCentral described the account without its id; check server_url", sent=False)
    account = Account(id=str(answer["id"]), main_number=str(answer.get("mainNumber") or ""))
    for source, named in expected_accounts(expected, environment).items():
        if _digits(named) not in {account.id, _digits(account.main_number)} - {""}:
            raise WrongAccount(
                f"{source}: the credential opens the account {account.id} ({account.main_number or 'no main number'})"
                f", not {named}. No mail was sent"
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
