# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The company directory: the same people again, in other words, and with custom fields that may be shown late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .clock import Clock
from .faces import Faces
from .people import Extension

TYPES = {
    "User",
    "Department",
    "IvrMenu",
    "Room",
    "PagingOnly",
    "Voicemail",
    "Announcement",
    "ParkLocation",
    "Site",
}
"""The extension types of people.py that the directory lists by name."""


def shown_type(extension: Extension, faces: Faces) -> str:
    """The type of an extension as the directory calls it."""
    return faces.directory_types.get(extension.type) or (extension.type if extension.type in TYPES else "Unknown")


class FieldIndex:
    """Which values of custom fields the directory shows by now; extensions themselves always have the newest."""

    def __init__(self, clock: Clock, faces: Faces) -> None:
        self._clock, self._faces = clock, faces
        self._before: dict[tuple[int, str], tuple[float, str | None]] = {}

    def write(self, extension: Extension, field_id: str, value: str) -> None:
        """Keep a value, which the directory shows after the lag."""
        if not self._faces.keeps_values:
            return
        self._before[extension.id, field_id] = self._clock.seconds(), self.shown(extension).get(field_id)
        extension.custom_fields[field_id] = value

    def shown(self, extension: Extension) -> dict[str, str]:
        """The values by field that a search finds now."""
        values: dict[str, str | None] = {**extension.custom_fields}
        for field_id in extension.custom_fields:
            written_at, before = self._before.get((extension.id, field_id), (0.0, None))
            if self._clock.seconds() < written_at + self._faces.directory_lag:
                values[field_id] = before
        return {field_id: value for field_id, value in values.items() if value is not None}


class Entries:
    """Entries of the directory, made as they are looked at: a page is a thousand of perhaps fifty thousand."""

    def __init__(self, found: list[Extension], names: Mapping[str, str], index: FieldIndex, faces: Faces) -> None:
        self._found, self._names, self._index, self._faces = found, names, index, faces

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self._entry(extension) for extension in self._found)

    def __getitem__(self, page: slice) -> list[dict[str, Any]]:
        return [self._entry(extension) for extension in self._found[page]]

    def _entry(self, extension: Extension) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "id": str(extension.id),
            "type": shown_type(extension, self._faces),
            "status": extension.status,
            "name": extension.name,
            "firstName": extension.first_name,
            "lastName": extension.last_name,
            "hidden": extension.hidden,
        }
        optional: dict[str, Any] = {
            "email": extension.email,
            "extensionNumber": extension.extension_number,
            "department": extension.department,
            "jobTitle": extension.job_title,
        }
        if self._faces.shows_fields and self._faces.custom_fields:
            shown = self._index.shown(extension).items()
            entry["customFields"] = [
                {"id": key, "name": self._names.get(key, ""), "value": value} for key, value in shown
            ]
        return entry | {key: value for key, value in optional.items() if value}
