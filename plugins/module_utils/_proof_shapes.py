# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers without people: what has a known meaning is kept, known values become placeholders, and all else its type.

Pure. Text is never kept for looking harmless, since a message can name a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import _operations
from ._model import OTHER_TYPES, PERSON_TYPES, STATUSES, camel_case
from ._times import parse_iso

_PERMISSIONS = {
    name
    for operation in vars(_operations).values()
    if isinstance(operation, _operations.Operation)
    for name in (operation.app, operation.user)
    if name
}
_WORDS = {
    "status": {*map(camel_case, STATUSES), "Accepted", "InProgress", "Completed", "Failed", "Success", "Fail"},
    "type": {*map(camel_case, (*PERSON_TYPES, *OTHER_TYPES))},
    "permissionName": _PERMISSIONS,
    "parameterName": {"transition", "records", "email", "status", "extensionId", "customFields", "customFields.id"},
    "category": {"User"},
    "objectType": {"Extension", "Account", "Company", "Template"},
}
"""The words of RingCentral's own that are kept, by their key."""
_PATTERNS = {
    "errorCode": re.compile(r"[A-Z]{2,5}-\d{1,5}"),
    "actionId": re.compile(r"[A-Z]{2,20}(?:_[A-Z]{1,20}){1,8}"),
    "eventType": re.compile(r"CREATE|UPDATE|DELETE"),
}
_KEY = re.compile(r"[a-z]+(?:[A-Z][a-z]*)*", re.ASCII)
_KEYS = {
    "contact",
    "department",
    "email",
    "extension",
    "id",
    "name",
    "records",
    "result",
    "roles",
    "site",
    "status",
    "type",
}
"""Documented keys that are words as people have them for names; another key is kept unless a person is called so."""
_DEEPEST, _WIDEST, _LONGEST, _LONGEST_KEY = 8, 60, 5, 40


class Placeholders:
    """Knows the values of a run that stand for people, accounts and the like, and what to write in their place."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def add(self, placeholder: str, *values: str) -> None:
        self._known.update((value.casefold(), f"<{placeholder}>") for value in values if value)

    def shape(self, value: object, key: str = "", depth: int = 0) -> Any:
        """A part of an answer as it may be shown to anybody."""
        if depth > _DEEPEST:
            return "<deep>"
        if isinstance(value, Mapping):
            return self._of_object(value, depth)
        if isinstance(value, list):
            return self._of_list(value, key, depth)
        if value is None or isinstance(value, bool):
            return value
        if word := self.word(value, key):
            return word
        known = self._known.get(str(value).casefold())
        return known or (_kind_of_text(value) if isinstance(value, str) else "<number>")

    def word(self, value: object, key: str) -> str:
        """A word of RingCentral's own; "" if it is none of those that may stand under this key."""
        if not isinstance(value, str):
            return ""
        pattern = _PATTERNS.get(key)
        fits = pattern is not None and pattern.fullmatch(value) and value.casefold() not in self._known
        return value if fits or value in _WORDS.get(key, ()) else ""

    def _of_object(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        shapes = {self._key(key): self.shape(part, str(key), depth + 1) for key, part in value.items()}
        return {key: shapes[key] for key in sorted(shapes)[:_WIDEST]}

    def _of_list(self, value: Sequence[Any], key: str, depth: int) -> list[Any]:
        """The different shapes in a list."""
        shapes: list[Any] = []
        for part in value:
            shape = self.shape(part, key, depth + 1)
            if shape not in shapes and len(shapes) < _LONGEST:
                shapes.append(shape)
        return shapes

    def _key(self, key: object) -> str:
        text = str(key)
        is_kept = text in _KEYS or text.casefold() not in self._known
        return text if is_kept and len(text) < _LONGEST_KEY and _KEY.fullmatch(text) else "<name>"


def _kind_of_text(value: str) -> str:
    try:
        parse_iso(value)
    except (ValueError, OverflowError):
        return "<text>"
    return "<time>"
