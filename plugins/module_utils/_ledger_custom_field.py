# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger that lives in RingCentral: one custom field of each user, for controllers that keep no files.

The record is written by the request that mails, so that it stands there if and only if RingCentral did
what was asked. There are no claims: RingCentral has no compare-and-set, so one run at a time has to do.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ._addresses import normalise
from ._client import BULK_SIZE, BULK_UPDATE, CREATE_FIELD
from ._custom_fields import field_ids, field_values
from ._errors import ApiError, LedgerError, RingCentralError
from ._ledger import ForgetfulLedger, failed, invited
from ._model import Record
from ._times import parse_iso, to_iso
from ._users import Api

MOST_FIELDS = 5
"""Custom fields that an account can have."""

_PAUSES = (2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before each look for the records of a request whose answer was lost: its task may still be running."""

_VERBS = {"invited": "invited", "claimed": "asked"}
_VALUE = re.compile(r"(invited|asked) (\S+Z), attempt (\d+), run (\w+)(?:, task (\S+))?")


class CustomFieldLedger(ForgetfulLedger):
    """The custom field ``name``, made when it is first needed. ``read_only`` makes nothing."""

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self._name = name
        self._id = self._find()
        self._asked: set[str] = set()

    def history(self, user_ids: Iterable[str]) -> dict[str, Record]:
        values = self._values() if self._id else None
        if values is None:
            return {}
        records = {user_id: self._read(user_id, values.get(user_id)) for user_id in user_ids}
        self._asked = {user_id for user_id, record in records.items() if record and record.task}
        return {user_id: record for user_id, record in records.items() if record}

    def claim(self, claims: Sequence[Record], seen: Mapping[str, Record]) -> dict[str, Record]:
        if not self._id:
            self._id = self._create()
        return {}

    def mark(self, claim: Record) -> dict[str, Any]:
        return self._field(f"invited {_what(claim)}")

    def settle(self, records: Iterable[Record]) -> None:
        """Write down what became of the tasks that earlier runs left here. Who was refused is about to be sent again,
        which writes a record of its own; and what this run's own requests do, they write themselves."""
        known = [record for record in records if record.user_id in self._asked and record.state != "failed"]
        self._asked.clear()
        self._write({record.user_id: f"{_VERBS[record.state]} {_what(record)}" for record in known})

    def leave(self, claims: Sequence[Record]) -> None:
        """Write down the task that this run cannot follow any more, for the next run to ask about."""
        self._write({claim.user_id: f"asked {_what(claim)}, task {claim.task}" for claim in claims})

    def _write(self, values: Mapping[str, str]) -> None:
        records = [{"id": user_id, **self._field(value)} for user_id, value in values.items()]
        for start in range(0, len(records), BULK_SIZE):
            with contextlib.suppress(RingCentralError):  # the next run finds what this one has found
                self._api.call(BULK_UPDATE, json={"records": records[start : start + BULK_SIZE]})

    def _field(self, value: str) -> dict[str, Any]:
        return {"customFields": [{"id": self._id, "value": value}]}

    def clarify(self, claims: Sequence[Record]) -> list[Record]:
        """Who has this run's record was mailed, who has not was not."""
        settled: list[Record] = []
        for pause in _PAUSES if claims else ():
            self._api.wait(pause, f"the outcome in the custom field {self._name}")
            values = self._values()
            settled = [self._clarified(claim, values.get(claim.user_id)) for claim in claims]
            if all(record.state == "invited" for record in settled):
                break
        return settled

    def _clarified(self, claim: Record, value: str | None) -> Record:
        if value is None:  # activated or changed meanwhile, so nobody will be mailed for it anyway
            return claim
        record = self._read(claim.user_id, value)
        if record and (record.run, record.claimed_at) == (claim.run, claim.claimed_at):
            return invited(claim)
        return failed(claim, f"the custom field {self._name} shows that they were not mailed; {claim.message}")

    def _read(self, user_id: str, value: str | None) -> Record | None:
        """The record in a field's value: None if it is empty."""
        record = Record(user_id, "unreadable", 0, datetime.now(timezone.utc))
        if value is None:
            words = "the company directory does not list them, so that the ledger's custom field cannot be read"
            return replace(record, message=words)
        if not value.strip():
            return None
        match = _VALUE.fullmatch(value.strip())
        try:
            moment = parse_iso(match[2]) if match else None
        except ValueError:
            moment = None
        if not match or not moment:
            words = f"the custom field {self._name} holds {value!r}, which is no record of an invitation; empty it"
            return replace(record, message=words)
        known = Record(user_id, "claimed", int(match[3]), moment, run=match[4], task=match[5] or "")
        return known if match[1] == "asked" else replace(known, state="invited", last_invited_at=moment)

    def _values(self) -> dict[str, str]:
        """The field's value of everybody who is listed and has not activated; "" where it is empty."""
        return field_values(self._api, self._id, ["not_activated"])

    def _find(self) -> str:
        fields = field_ids(self._api)
        found = fields.get(normalise(self._name), "")
        if not found and len(fields) >= MOST_FIELDS:
            raise LedgerError(
                f"ledger: the account has no custom field {self._name}, and with {MOST_FIELDS} others no room for it; "
                "delete one in the admin portal, or name one in ledger.field that may be used; nothing was sent"
            )
        return found

    def _create(self) -> str:
        try:
            made = self._api.call(CREATE_FIELD, json={"category": "User", "displayName": self._name})
        except ApiError as error:
            raise LedgerError(
                f"ledger: the custom field {self._name} could not be made ({error.message}); an administrator adds it "
                "in the admin portal, as a custom field of users by exactly this name; nothing was sent"
            ) from None
        if not made.get("id"):
            raise LedgerError(f"ledger: the custom field {self._name} was made, but not named; run again")
        return str(made["id"])


def _what(record: Record) -> str:
    return f"{to_iso(record.claimed_at)}, attempt {record.attempts}, run {record.run}"
