# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The custom fields that an account gives its users: in the search of the company directory, and one by one.

The list of extensions does not show them. The search is an index, which can be behind; an extension that is
read by itself is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ._addresses import normalise
from ._answers import identifier
from ._client import LIST_FIELDS, READ_EXTENSION, SEARCH_DIRECTORY
from ._errors import ApiError, InvalidOption, TransportError
from ._model import User, camel_case
from ._users import Api

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Entry:
    """A user's custom fields, by id, and address. ``fields`` is None where RingCentral did not show any: that is no
    proof that there are none."""

    email: str = ""
    fields: Mapping[str, str] | None = None


def field_ids(api: Api) -> dict[str, list[str]]:
    """The ids of the account's custom fields, by normalised name: more than one where names differ in case alone."""
    found: dict[str, list[str]] = {}
    for entry in _records(api.call(LIST_FIELDS), "custom fields"):
        name, field_id = entry.get("displayName"), entry.get("id")
        if not isinstance(name, str) or not is_id(field_id):
            raise _unreadable("custom fields")
        found.setdefault(normalise(name), []).append(str(field_id))
    return found


def directory_entries(api: Api, statuses: Iterable[str] = (), *, ids: Iterable[str] = ()) -> dict[str, Entry]:
    """The custom fields that the directory shows for users with these statuses and ids (none: all), by user id."""
    search: dict[str, Any] = {"showFederated": False, "showAdminOnlyContacts": True}
    if named := list(ids):
        search["extensionIds"] = named
    if wanted := [camel_case(status) for status in statuses]:
        search["extensionStatuses"] = wanted
    return {str(record["id"]): _entry(record) for record in api.pages(SEARCH_DIRECTORY, {}, json=search)}


def read_entry(api: Api, user_id: str) -> Entry | None:
    """The custom fields that the extension itself shows; None if it is gone, or the answer is about another one."""
    if not is_id(user_id):
        return None
    try:
        record = api.call(READ_EXTENSION, {"extension": user_id})
    except ApiError as error:
        if error.status == 404:
            return None
        raise
    return _entry(record) if str(record.get("id")) == user_id else None


def read_own(api: Api) -> tuple[str, Entry]:
    """The id of the extension of the user that this run logs in as, and what it shows."""
    record = api.call(READ_EXTENSION, {"extension": "~"})
    return identifier(record.get("id")), _entry(record)


def is_id(value: object) -> bool:
    """Whether an answer's value can be an id, and stand in a path."""
    is_plain = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool) and value < 1 << 63)
    return is_plain and bool(_ID.fullmatch(str(value)))


def with_employee_ids(api: Api, users: list[User], name: str | None) -> list[User]:
    """The users with their employee ids from the custom field ``name``; without a name, they are returned unchanged."""
    if name is None:
        return users
    ids = field_ids(api).get(normalise(name), [])
    if len(ids) != 1:
        trouble = f"has {len(ids)} custom fields named" if ids else "has no custom field"
        raise InvalidOption("employee_id_field", f"the account {trouble} {name!r}. No mail was sent.")
    entries = directory_entries(api)

    def employee_id(user: User) -> str:
        return ((entries.get(user.id, Entry()).fields or {}).get(ids[0]) or "").strip() or user.employee_id

    return [replace(user, employee_id=employee_id(user)) for user in users]


def _entry(record: Mapping[str, Any]) -> Entry:
    contact = record.get("contact")
    email = record.get("email") or (contact.get("email") if isinstance(contact, Mapping) else None)
    return Entry(email.strip() if isinstance(email, str) else "", _fields(record.get("customFields")))


def _fields(listed: object) -> dict[str, str] | None:
    """The values by field id; None unless all of them can be read."""
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) and is_id(one.get("id")) for one in listed):
        return None
    values = {str(one["id"]): one.get("value") for one in listed}
    if not all(value is None or isinstance(value, str) for value in values.values()):
        return None
    return {field_id: value or "" for field_id, value in values.items()}


def _records(answer: Mapping[str, Any], what: str) -> list[Mapping[str, Any]]:
    records = answer.get("records")
    if not isinstance(records, list) or not all(isinstance(record, Mapping) for record in records):
        raise _unreadable(what)
    return records


def _unreadable(what: str) -> TransportError:
    return TransportError(
        f"RingCentral answered with a list of {what} that cannot be read; check server_url and proxies. No mail was "
        "sent for it.",
        sent=False,
    )
