# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the account and its users."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from ._answers import identifier
from ._client import LIST_EXTENSIONS, READ_ACCOUNT, Operation
from ._errors import TransportError, UnusableAnswer, WrongAccount
from ._guards import expected_accounts
from ._http import Params
from ._model import OTHER_TYPES, PERSON_TYPES, STATUSES, UNREADABLE, User, camel_case, snake_case
from ._times import parse_iso


class Api(Protocol):
    """What this file needs from a client."""

    def call(
        self,
        operation: Operation,
        ids: Mapping[str, str] | None = None,
        *,
        params: Params | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The answer to one request."""

    def pages(
        self, operation: Operation, params: Params, *, json: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The records of a list, all of them."""

    def wait(self, seconds: float, why: str) -> None:
        """Wait for RingCentral, at the expense of ``max_wait``."""

    def pause(self, seconds: float) -> None:
        """Wait because the user asked to."""

    def warn(self, message: str) -> None:
        """Show a warning with the result."""


_STATUSES = {*STATUSES, UNREADABLE}
_TYPES = {*PERSON_TYPES, *OTHER_TYPES}


@dataclass(frozen=True)
class Account:
    """The account that the credential opens."""

    id: str
    main_number: str


def read_account(api: Api, expected: str | None, environment: Mapping[str, str] | None = None) -> Account:
    """The account; WrongAccount unless it is ``expected``, an account id or main number (None: any), and the one that
    RC_EXPECT_ACCOUNT in the ``environment`` (None: that of this process) names.
    """
    return check_account(api.call(READ_ACCOUNT), expected, environment)


def check_account(
    answer: Mapping[str, Any], expected: str | None, environment: Mapping[str, str] | None = None
) -> Account:
    """The account that an answer describes; see ``read_account``."""
    account_id, main_number = identifier(answer.get("id")), answer.get("mainNumber")
    if not account_id:  # another spelling of an id would be another ledger
        raise TransportError("RingCentral described the account without its id; check server_url", sent=False)
    account = Account(id=account_id, main_number=main_number if isinstance(main_number, str) else "")
    for source, named in expected_accounts(expected, os.environ if environment is None else environment).items():
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
    users: dict[str, User] = {}
    for record in api.pages(LIST_EXTENSIONS, params):
        user, unknown = read_user(record)
        users[user.id] = user
        if unknown:
            api.warn(
                f"RingCentral's record of the user {user.id} cannot be read: {', '.join(unknown)} of an unknown type. "
                "No mail is sent to this user"
            )
        elif strange := _strange(user):
            api.warn(f"RingCentral gives the user {user.id} {strange}, which this release does not know")
    return list(users.values())


def _strange(user: User) -> str:
    """The status or type that this release does not know; "" if it knows both."""
    for what, value, known in (("status", user.status, _STATUSES), ("type", user.type, _TYPES)):
        if value not in known:
            return f"the {what} {value[:40]!r}"
    return ""


def parse_user(record: Mapping[str, Any]) -> User:
    """A user from a record of the extension list; absent parts become empty."""
    return read_user(record)[0]


def read_user(record: Mapping[str, Any]) -> tuple[User, list[str]]:
    """A user from a record of the extension list, and the parts of it that have an unknown type.

    Absent parts become empty. With an unknown part the status is UNREADABLE. Raises UnusableAnswer if there is no id.
    """
    fields = _Fields(record)
    contact = fields.child("contact")
    first_name, last_name = contact.text("firstName"), contact.text("lastName")
    user = User(
        id=identifier(record.get("id")),
        name=fields.text("name") or f"{first_name} {last_name}".strip(),
        first_name=first_name,
        last_name=last_name,
        email=contact.text("email"),
        email_as_login_name=contact.flag("emailAsLoginName"),
        extension_number=fields.text("extensionNumber"),
        status=snake_case(fields.text("status")),
        type=snake_case(fields.text("type")),
        site=fields.child("site").text("name"),
        department=contact.text("department"),
        job_title=contact.text("jobTitle"),
        employee_id=_employee_id(fields),
        roles=tuple(filter(None, (role.text("displayName") for role in fields.children("roles")))),
        hidden=fields.flag("hidden"),
        created_at=_moment(fields.text("creationTime")),
        creation_unreadable=bool(fields.text("creationTime")) and _moment(fields.text("creationTime")) is None,
    )
    if not user.id:
        raise UnusableAnswer("RingCentral's list of users holds a record without a usable id; check server_url")
    return (replace(user, status=UNREADABLE), fields.unknown) if fields.unknown else (user, [])


class _Fields:
    """The parts of a record by their type. What has another type is taken for absent, and noted in ``unknown``."""

    def __init__(self, record: Mapping[str, Any], path: str = "", unknown: list[str] | None = None) -> None:
        self.unknown: list[str] = [] if unknown is None else unknown
        self._record = record
        self._path = path

    def text(self, key: str) -> str:
        value = self._record.get(key)
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**20:
            return str(value)
        self._note(key, value)
        return ""

    def flag(self, key: str) -> bool:
        value = self._record.get(key)
        if not isinstance(value, bool):
            self._note(key, value)
        return value is True

    def child(self, key: str) -> _Fields:
        value = self._record.get(key)
        if isinstance(value, dict):
            return _Fields(value, f"{self._path}{key}.", self.unknown)
        self._note(key, value)
        return _Fields({}, "", self.unknown)

    def children(self, key: str) -> list[_Fields]:
        value = self._record.get(key)
        if value is None:
            return []
        entries = value if isinstance(value, list) else []
        if not (isinstance(value, list) and all(isinstance(entry, dict) for entry in entries)):
            self._note(key, value)
        return [_Fields(entry, f"{self._path}{key}.", self.unknown) for entry in entries if isinstance(entry, dict)]

    def _note(self, key: str, value: object) -> None:
        if value is not None:
            self.unknown.append(f"{self._path}{key}")


def _employee_id(fields: _Fields) -> str:
    references = fields.children("references")
    return next((entry.text("ref") for entry in references if entry.text("type") == "CustomerDirectoryId"), "")


def _moment(value: str) -> datetime | None:
    try:
        return parse_iso(value) if value else None
    except (ValueError, OverflowError):
        return None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
