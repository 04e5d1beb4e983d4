# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a proof that mail no one: the ledger's custom field, and the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ._addresses import normalise
from ._client import CREATE_FIELD, LIST_FIELDS, UPDATE_EXTENSION
from ._custom_fields import directory_entries, field_ids, is_id, read_entry
from ._errors import ApiError, TransportError
from ._ledger_custom_field import MOST_FIELDS
from ._ledger_value import write_value
from ._model import Record, User
from ._operations import SEARCH_AUDIT
from ._proof import CHANGING, Proof
from ._proof_watch import ListeningApi, Watch
from ._times import CLOCK_SLACK, parse_iso, to_iso

_LOOKS = (0, 2, 5, 10, 20, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300)
"""Seconds after the value was written at which the directory is looked at; then each minute."""
_UNLISTED = 60.0
"""A directory that shows neither the user nor any custom field by then is not watched any longer."""
_RUN = "proof"


def prove_field(watch: Watch, account_id: str, user: User, name: str, patience: float) -> dict[str, Any]:
    """Write a record into the custom field of a user, and watch until the directory shows it."""
    api = watch.api
    written_at = watch.now().replace(microsecond=0)
    record = Record(user.id, "invited", 1, written_at, written_at, run=_RUN, email=user.email)
    value = write_value(account_id, "invited", record)
    entry: dict[str, Any] = {
        "state": "in_doubt",
        "field": name,
        "user": watch.placeholders.shape(user.id),
        "at": to_iso(written_at),
    }
    with watch.recording(entry):
        operation = LIST_FIELDS
        try:
            ids = field_ids(api)
            field_id = next(iter(ids.get(normalise(name), [])), "")
            if not field_id and (in_use := sum(map(len, ids.values()))) >= MOST_FIELDS:
                entry |= {"state": "no_room", "fields_in_use": in_use}
                return entry
            if not field_id:
                operation = CREATE_FIELD
                made = api.call(CREATE_FIELD, json={"category": "User", "displayName": name})
                field_id = str(made["id"]) if is_id(made.get("id")) else ""
            if field_id:
                operation = UPDATE_EXTENSION
                values = [{"id": field_id, "value": value}]
                api.call(UPDATE_EXTENSION, {"extension": user.id}, json={"customFields": values})
                entry |= _Look(api, user.id, field_id, value).watch(patience, watch.now)
        except ApiError as error:
            entry |= watch.refusal(error, operation)
            if error.lacks_permission:
                entry["state"] = "forbidden"
        except TransportError as error:
            if not error.sent:
                raise
    return entry


@dataclass
class _Look:
    """Looks for a value of a custom field, in the user's own record and in the directory."""

    api: ListeningApi
    user_id: str
    field_id: str
    value: str
    is_kept: bool = False
    is_listed: bool = False
    shows_fields: bool = False

    def watch(self, patience: float, now: Callable[[], datetime]) -> dict[str, Any]:
        started = now()
        before: float | None = None
        elapsed, shown = 0.0, False
        for moment in _looks(patience):
            if moment > _UNLISTED and not (self.is_listed and self.shows_fields and self.is_kept):
                break
            self.api.wait(moment - (now() - started).total_seconds(), "the custom field in the directory")
            elapsed = round((now() - started).total_seconds(), 1)
            shown = self._is_shown()
            if shown:
                break
            before = elapsed
        return {
            "state": "kept" if self.is_kept else "not_kept",
            "lists_user": self.is_listed,
            "shows_fields": self.shows_fields,
            "shown_after": elapsed if shown else None,
            "not_shown_after": before,
            "watched": elapsed,
        }

    def _is_shown(self) -> bool:
        own = None if self.is_kept else read_entry(self.api, self.user_id)
        entry = directory_entries(self.api, ids=[self.user_id]).get(self.user_id)
        fields = entry.fields if entry else None
        self.is_listed = self.is_listed or entry is not None
        self.shows_fields = self.shows_fields or fields is not None
        is_shown = (fields or {}).get(self.field_id) == self.value
        self.is_kept = self.is_kept or is_shown or ((own and own.fields) or {}).get(self.field_id) == self.value
        return is_shown


def _looks(patience: float) -> list[float]:
    later = range(_LOOKS[-1] + 60, int(patience) + 1, 60)
    return [float(moment) for moment in (*_LOOKS, *later) if moment <= patience]


def read_audit_trail(watch: Watch, users: Sequence[User], proof: Proof) -> dict[str, Any]:
    """What the audit trail records of the steps so far."""
    since = to_iso(parse_iso(proof["begun_at"]) - CLOCK_SLACK)
    search = {"targetIds": [user.id for user in users], "eventTimeFrom": since, "page": 1, "perPage": 100}
    entry: dict[str, Any] = {"state": "read"}
    listed: object = None
    with watch.recording(entry):
        try:
            listed = watch.api.call(SEARCH_AUDIT, json=search).get("records")
        except (ApiError, TransportError) as error:
            entry |= watch.refusal(error, SEARCH_AUDIT)
    records = [record for record in listed if isinstance(record, dict)] if isinstance(listed, list) else []
    found = (_event(record, proof["steps"], watch) for record in records)
    return {**entry, "records": [event for event in found if event]}


def _event(record: Mapping[str, Any], steps: Mapping[str, Any], watch: Watch) -> dict[str, Any] | None:
    """A record of the audit trail, and the step that it followed; None for one that is older than all of them."""
    try:
        moment = parse_iso(str(record.get("eventTime")))
    except (ValueError, OverflowError):
        return None
    begun = {name: parse_iso(entry["at"]) for name in CHANGING if "at" in (entry := steps.get(name, {}))}
    after = [name for name, started in begun.items() if started <= moment]
    if not after:
        return None
    return {
        "action": watch.placeholders.word(record.get("actionId"), "actionId") or "<text>",
        "event": watch.placeholders.word(record.get("eventType"), "eventType") or "<text>",
        "step": after[-1],
        "seconds": round((moment - begun[after[-1]]).total_seconds()),
    }
