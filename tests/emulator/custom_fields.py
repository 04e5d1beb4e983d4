# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The custom fields of an account: five at most, if the feature is enabled at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .faces import Faces
from .refusals import Refused

MOST = 5


class CustomFields:
    """``created`` are those made through the API, beside those that others use (the face ``fields_in_use``)."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self.created: list[dict[str, str]] = []

    def listed(self) -> list[dict[str, str]]:
        self._demand_feature()
        others = [_field(str(100 + number), f"In use {number}") for number in range(1, self._faces.fields_in_use + 1)]
        return others + self.created

    def names(self) -> dict[str, str]:
        """The names by id."""
        return {entry["id"]: entry["displayName"] for entry in self.listed()} if self._faces.custom_fields else {}

    def create(self, name: str) -> dict[str, str]:
        if len(self.listed()) >= MOST:
            raise Refused(400, "CMN-127", f"The account has {MOST} custom fields already")
        entry = _field(str(len(self.created) + 1), name)
        self.created.append(entry)
        return entry

    def check(self, values: Iterable[Mapping[str, Any]]) -> None:
        """Refused unless these values can be written."""
        ids = {value["id"] for value in values}
        if ids and not ids <= {entry["id"] for entry in self.listed()}:
            raise Refused(404, "CMN-102", "Resource for parameter [customFields.id] is not found")

    def _demand_feature(self) -> None:
        if not self._faces.custom_fields:
            raise Refused(403, "CMN-109", "Feature not available.")


def _field(number: str, name: str) -> dict[str, str]:
    return {"id": number, "category": "User", "displayName": name}
