# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintains the records of a ledger in a custom field.

Each record is read from its own extension, changed while this run holds the account's lease, and read back.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ._client import WRITE_FIELD
from ._custom_fields import Entry, directory_entries, read_entry
from ._errors import InvalidOption, LedgerError, RingCentralError
from ._ledger_custom_field import MOST_READS, CustomFieldLedger
from ._ledger_value import VERBS, mark, write_value
from ._model import Record, mailbox

_READ_BACK = (0.0, 2.0, 5.0, 10.0)
"""Seconds before each look for a value that was written."""


class CaredForField(CustomFieldLedger):
    """A custom field ledger for maintenance; it invites no user."""

    def everything(self, names: Iterable[str] = ()) -> list[Record]:
        """All records that the company directory shows. Those of the named users are read one by one, since the
        directory can be behind. Users whose custom fields are not shown at all are left out, unless they are named.
        """
        named = list(dict.fromkeys(names))
        if len(named) > MOST_READS:
            raise InvalidOption(
                "users", f"{len(named)} users are named; with a custom field the limit is {MOST_READS} at a time"
            )
        if not self._id:
            return []
        self._last_run()
        entries = directory_entries(self._api)
        mailboxes = {mailbox(name): name for name in named if "@" in name}
        own = {
            user_id
            for user_id, entry in entries.items()
            if user_id in named or mailbox(entry.email) in mailboxes or self._is_at(entry, mailboxes)
        }
        fresh = {user_id: read_entry(self._api, user_id) for user_id in {*own, *named} if user_id.isdecimal()}
        entries |= {user_id: entry for user_id, entry in fresh.items() if entry}
        addresses = {mark(self._account, one): name for one, name in mailboxes.items()}
        addresses |= {mark(self._account, mailbox(one.email)): one.email for one in entries.values() if one.email}
        shown = {user_id: entry for user_id, entry in entries.items() if entry.fields is not None or user_id in fresh}
        if hidden := len(entries) - len(shown):
            self._api.warn(
                f"ledger: RingCentral's directory shows no custom fields for {hidden} users; name them in users"
            )
        found = (self._at_address(user_id, entry, addresses) for user_id, entry in shown.items())
        return [record for record in found if record]

    def amend(self, changes: Sequence[tuple[Record, Record | None]]) -> None:
        """Replace records, or empty them for None, one after the other. LedgerError if one has changed meanwhile, or if
        RingCentral does not show the change; those before it are done, and running it again does the rest.
        """
        self._lease.await_turn(self._id)
        self._lease.take(uuid.uuid4().hex[:12], 0)
        for number, (before, after) in enumerate(changes):
            try:
                self._amend(before, after)
            except RingCentralError as error:
                raise LedgerError(
                    f"ledger: {number} of {len(changes)} records were changed. The one of the user {before.user_id}: "
                    f"{error.message}"
                ) from error

    def _amend(self, before: Record, after: Record | None) -> None:
        if self._own_record(before) != before:
            raise LedgerError(
                "another run changed it in the meantime, or RingCentral no longer shows it. Run this again"
            )
        value = write_value(self._account, VERBS[after.state], after) if after else ""
        self._api.call(WRITE_FIELD, {"extension": before.user_id}, json=self._field(value))
        for pause in _READ_BACK:
            if pause:
                self._api.wait(pause, f"the change in {self.place}")
            entry = read_entry(self._api, before.user_id)
            if entry and entry.fields is not None and entry.fields.get(self._id, "").strip() == value:
                return
        raise LedgerError(f"RingCentral accepted the change, but {self.place} does not show it. Check again later")

    def _own_record(self, record: Record) -> Record | None:
        """What the user's own extension shows now."""
        entry = read_entry(self._api, record.user_id)
        if entry is None or entry.fields is None:
            return None
        addresses = {mark(self._account, record.mailbox): record.email} if record.mailbox else {}
        return self._at_address(record.user_id, entry, addresses)

    def _at_address(self, user_id: str, entry: Entry, addresses: Mapping[str, str]) -> Record | None:
        """The record of a user; one that cannot be read is taken for that of the user's present address."""
        record = self._record(user_id, entry, addresses, entry.email)
        return replace(record, email=record.email or entry.email) if record else None

    def _is_at(self, entry: Entry, mailboxes: Iterable[str]) -> bool:
        """Whether a user has the record of one of these addresses, by its mark."""
        value = (entry.fields or {}).get(self._id, "")
        return any(f", to {mark(self._account, one)}" in value for one in mailboxes)
