# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches as tests write them, read on one day, with files that are handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._batches import Batch, StartersOf, read_batches
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._people_csv import people_from_csv

TODAY = date(2026, 12, 3)
HEADING = "batches: No mail was sent. Fix these problems first:"


def batch(**keys: Any) -> dict[str, Any]:
    return {"name": "december", "users": ["ada@example.com"], "invite_on": "2026-12-01", **keys}


def read(*batches: Any, files: Mapping[str, bytes] | None = None) -> list[Batch]:
    return read_batches(list(batches), TODAY, _starters_in(files or {}))


def problems(*batches: Any, files: Mapping[str, bytes] | None = None) -> list[str]:
    """The problems that one error lists."""
    with pytest.raises(InvalidOption) as caught:
        read(*batches, files=files)
    heading, *listed = str(caught.value).split("\n- ")
    assert heading == HEADING
    return listed


def one(files: Mapping[str, bytes] | None = None, **keys: Any) -> Batch:
    """The only batch, which has no problem."""
    (read_one,) = read(batch(**keys), files=files)
    return read_one


def _starters_in(files: Mapping[str, bytes]) -> StartersOf:
    def starters_of(path: str, columns: Sequence[str] | None, delimiter: str | None, encoding: str) -> list[str]:
        if path not in files:
            raise InvalidOption("users_csv", "the file cannot be read")
        return people_from_csv(files[path], columns, delimiter, encoding)

    return starters_of
