# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The custom fields that an account gives its users, which only the search of the company directory shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ._addresses import normalise
from ._client import LIST_FIELDS, SEARCH_DIRECTORY
from ._errors import InvalidOption
from ._model import User, camel_case
from ._users import Api

_PAGE = 1000


def field_ids(api: Api) -> dict[str, str]:
    """The ids of the account's custom fields, by normalised name."""
    fields = api.call(LIST_FIELDS).get("records") or []
    return {normalise(str(entry.get("displayName") or "")): str(entry["id"]) for entry in fields}


def field_values(api: Api, field_id: str, statuses: Iterable[str] = ()) -> dict[str, str]:
    """The field's value, "" where it is empty, of everybody of these statuses (none: all) whom the directory lists."""
    search: dict[str, Any] = {"showFederated": False, "showAdminOnlyContacts": True}
    if wanted := [camel_case(status) for status in statuses]:
        search["extensionStatuses"] = wanted
    values: dict[str, str] = {}
    page = 1
    while True:
        answer = api.call(SEARCH_DIRECTORY, json={**search, "page": page, "perPage": _PAGE})
        records = answer.get("records") or []
        for record in records:
            fields = {str(entry.get("id")): entry.get("value") for entry in record.get("customFields") or ()}
            values[str(record.get("id"))] = str(fields.get(field_id) or "")
        if not records or page >= (answer.get("paging") or {}).get("totalPages", page + 1):
            return values
        page += 1


def with_employee_ids(api: Api, users: list[User], name: str | None) -> list[User]:
    """The users with the employee ids that the custom field ``name`` holds; without a name, those that they have."""
    if name is None:
        return users
    field_id = field_ids(api).get(normalise(name))
    if field_id is None:
        raise InvalidOption("employee_id_field", f"the account has no custom field {name!r}; nothing was sent")
    values = field_values(api, field_id)
    return [replace(user, employee_id=values.get(user.id, "").strip() or user.employee_id) for user in users]
