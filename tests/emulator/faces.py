# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How unkind an account is: what the live service may do differently from what its description suggests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

DATES = ("own", "real", "none")
ABSENT = ("creationTime", "site", "roles", "references", "hidden", "extensionNumber", "contact")
"""The fields of a user's record that may be missing."""


@dataclass
class Faces:
    """The kind face is the default.

    ``directory_lag`` seconds pass until a directory search shows a custom field's value; with ``keeps_values`` false a
    value is accepted and forgotten; with ``shows_fields`` false no record of the directory has ``customFields``;
    ``hides_hidden`` leaves hidden users out of the directory, as the documentation says.

    ``absent`` are fields that records of users lack, ``most_per_page`` is all that a page holds whatever was asked for
    (0: the documented 1000), ``limit_headers`` false leaves the X-Rate headers out.

    ``poison`` are user ids for which a whole bulk update is refused. ``date`` is the clock in the Date header (own:
    the emulator's, real: this machine's, none: no header), ``date_skew`` the seconds by which its own is wrong.
    """

    directory_lag: float = 0
    keeps_values: bool = True
    shows_fields: bool = True
    hides_hidden: bool = False
    absent: frozenset[str] = frozenset()
    most_per_page: int = 0
    limit_headers: bool = True
    poison: frozenset[str] = field(default_factory=frozenset)
    date: str = "own"
    date_skew: float = 0

    def __post_init__(self) -> None:
        self.absent, self.poison = frozenset(self.absent), frozenset(map(str, self.poison))
        if self.date not in DATES:
            raise ValueError(f"date: {self.date!r} is none of {', '.join(DATES)}")
        if unknown := self.absent - set(ABSENT):
            raise ValueError(f"absent: {', '.join(sorted(unknown))} is none of {', '.join(ABSENT)}")

    def without_absent(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A user's record as this account shows it."""
        return {key: value for key, value in record.items() if key not in self.absent}

    def refuses_all_of(self, records: Iterable[Mapping[str, Any]]) -> str:
        """The id for which a bulk update of these records is refused as a whole, or ""."""
        return next((record["id"] for record in records if record["id"] in self.poison), "")


def read_faces(document: Mapping[str, Any]) -> Faces:
    """The faces that a JSON object describes. ValueError for a name or value that is none."""
    unknown = document.keys() - {entry.name for entry in fields(Faces)}
    if unknown:
        raise ValueError(f"no face is called {', '.join(sorted(unknown))}")
    return Faces(**document)
