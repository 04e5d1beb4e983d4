# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger in RingCentral: one custom field of each user, for controllers that keep no files.

The record is written by the request that mails, so that it is there if and only if RingCentral did what was asked.
There are no claims: RingCentral has no compare-and-set, so a lease lets one run of an account work at a time.

A record that is shown is believed; one that is not shown proves nothing. The directory, which is read first, is an
index and can be behind, so some users of each batch are read one by one before it is sent, and so is every user whose
custom fields the directory does not show.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ._addresses import normalise
from ._client import BULK_SIZE, BULK_UPDATE, CREATE_FIELD
from ._custom_fields import Entry, directory_entries, field_ids, is_id, read_entry, read_own
from ._errors import ApiError, LedgerError, RingCentralError, TransportError
from ._history import History, Past
from ._lease import LATE, AccountLease, Lease, is_lease
from ._ledger import ForgetfulLedger, invited, unreadable
from ._ledger_value import VERBS, is_record, mark, read_value, write_value
from ._model import Record, User
from ._times import utc_now
from ._users import Api

MOST_FIELDS = 5
"""Custom fields that an account can have."""
MOST_READS = 50
"""Users who are read one by one because the directory does not show enough of them: a minute's worth."""
FIRST_SAMPLE, NEXT_SAMPLE = 10, 1
"""Users of the first and of each later batch who are read one by one to see whether the directory is behind."""
FEW = 5
"""Up to so many are looked up one by one rather than in the directory."""

_STATUSES = ("not_activated", "disabled")
"""Users who may have a live link: a disabled user may be back with a new id and the old address."""
_PAUSES = (2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before each look for the records of a request whose answer was lost: its task may still be running."""


class CustomFieldLedger(ForgetfulLedger):
    """The custom field ``name``, made when it is first needed, unless it ``must_exist``.

    ``first_use`` says that no user has a record yet, where RingCentral does not show it. ``read_only`` is whether no
    user will be invited, so that other runs may be at work. ``host`` names this machine to other runs.
    """

    def __init__(
        self,
        api: Api,
        account_id: str,
        name: str,
        *,
        must_exist: bool = False,
        first_use: bool = False,
        read_only: bool = False,
        host: str = "",
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.place = f"the custom field {name}"
        self._api = api
        self._account = account_id
        self._name = name
        self._must_exist = must_exist
        self._first_use = first_use
        self._id = self._find()
        self.is_new = not self._id
        self._reads_left = MOST_READS
        self._read: set[str] = set()  # users who were read one by one
        self._asked: set[tuple[str, str]] = set()  # users and runs of the tasks that earlier runs left
        self._claims: dict[str, Record] = {}
        self._known: History | None = None  # what the last reading of the directory showed
        self._is_kept = False  # whether a record of this run was seen in its field
        self._sent: set[str] = set()  # users who have a record of this run, or may get it
        self._now = now
        self._read_only = read_only
        self._has_turn = False
        self._lease = AccountLease(api, self.place, host, now)

    def history(self, users: Iterable[User]) -> History:
        wanted = {user.id: user for user in users}
        if not wanted:
            return History()
        last = self._last_run()
        entries = directory_entries(self._api, _STATUSES)
        if not self._id:
            self._check_first_use(entries.values())
            return History()
        if last and not self._read_only:
            entries = self._with_records_of(last, entries)
        entries |= self._read_hidden(wanted, entries)
        addresses = {mark(self._account, user.mailbox): user.email for user in wanted.values() if user.mailbox}
        found = [self._record(user.id, entries.get(user.id), addresses, user.email) for user in wanted.values()]
        found += [
            record
            for user_id, entry in entries.items()
            if user_id not in wanted and (record := self._record(user_id, entry, addresses, entry.email))
        ]
        self._asked = {(record.user_id, record.run) for record in found if record and record.task}
        self._known = History(tuple(record for record in found if record))
        return self._known

    def _last_run(self) -> Lease | None:
        """The lease of the run before, once it is over. With ``read_only``, a warning if it is not."""
        if self._has_turn or not self._id:
            return None
        self._has_turn = True
        if not self._read_only:
            return self._lease.await_turn(self._id)
        lease = self._lease.look(self._id)
        if lease and self._lease.is_held(lease):
            self._api.warn(f"ledger: {lease.words} is at work on this account; what it does is not all shown here")
        return lease

    def _with_records_of(self, last: Lease, entries: dict[str, Entry]) -> dict[str, Entry]:
        """The directory, once it can show all records of a run that is over."""
        left = LATE - (self._now() - last.moment)
        if last.ended and self._count(last.run, entries) < last.users and left.total_seconds() > 0:
            self._api.wait(min(left, LATE).total_seconds(), f"the records of {last.words}")
            entries = directory_entries(self._api, _STATUSES)
        if self._count(last.run, entries) >= last.users and last.ended:
            return entries
        task = self._lease.await_task(last)
        mailed = {user_id for user_id, item in task.items.items() if item.status != "Fail"} if task else set()
        # the task mailed these users, but the directory does not show it yet: read each one
        hidden = {
            user_id: Entry(entry.email)
            for user_id, entry in entries.items()
            if user_id in mailed and not self._has_record(last.run, entry)
        }
        return entries | hidden

    def _count(self, run: str, entries: Mapping[str, Entry]) -> int:
        return sum(self._has_record(run, entry) for entry in entries.values())

    def _has_record(self, run: str, entry: Entry) -> bool:
        try:
            record = read_value("", (entry.fields or {}).get(self._id, ""), {}, "")
        except ValueError:
            return False
        return record is not None and record.run == run

    def claim(self, claims: Sequence[Record], seen: Mapping[str, Past]) -> dict[str, Past]:
        is_new = not self._id
        if is_new:
            self._id = self._create()
            self._lease.begin_with(self._id)
        if claims:
            self._lease.take(claims[0].run, len(self._sent) + len(claims))
        if is_new:
            self._find()  # two runs that made the field at once see both now
        lost = self._lost(claims, seen)
        self._sent |= {claim.user_id for claim in claims} - lost.keys()
        return lost

    def _lost(self, claims: Sequence[Record], seen: Mapping[str, Past]) -> dict[str, Past]:
        """The past of those who have another one than was ``seen``, as far as a sample shows it."""
        sample = FIRST_SAMPLE if not self._claims else NEXT_SAMPLE
        self._claims |= {claim.user_id: claim for claim in claims}
        unread = [claim for claim in claims if claim.user_id not in self._read]
        step = max(1, len(unread) // sample)
        lost = self._overlooked(unread[::step][:sample], seen)
        if lost:  # the directory is behind, for others in this batch perhaps too
            lost |= self._overlooked([claim for claim in claims if claim.user_id not in self._read], seen)
        return lost

    def mark(self, claim: Record) -> dict[str, Any]:
        return self._field(write_value(self._account, "invited", claim))

    def entry(self, record: Record) -> dict[str, Any]:
        return self._field(write_value(self._account, VERBS[record.state], record))

    def of_hand_over(self, hand_over: str, users: Iterable[User]) -> History:
        return self._known or self.history(users)

    def settle(self, records: Iterable[Record]) -> None:
        """Write down how the tasks ended that earlier runs left here. A user who was refused is about to be sent again,
        which writes a record of its own; and what this run's own requests do, they write themselves."""
        records = list(records)
        known = {
            record.user_id: write_value(self._account, VERBS[record.state], record)
            for record in records
            if (record.user_id, record.run) in self._asked and record.state in {"invited", "claimed"}
        }
        self._asked -= {(record.user_id, record.run) for record in records}
        own = [record for record in records if self._is_own(record)]
        self._sent -= {record.user_id for record in own if record.state == "failed"}
        if task := next((record.task for record in own if record.state == "claimed" and record.task), ""):
            self._lease.note(task, len(self._sent))
        self._write(known)
        self._check_kept(records)

    def release(self, claims: Iterable[Record], seen: Mapping[str, Past]) -> None:
        self._sent -= {claim.user_id for claim in claims}

    def close(self) -> None:
        self._lease.end(len(self._sent))

    def leave(self, claims: Sequence[Record]) -> None:
        """Write down the task that this run can no longer follow, for the next run to ask about."""
        self._write({claim.user_id: write_value(self._account, "asked", claim) for claim in claims})

    def clarify(self, claims: Sequence[Record]) -> list[Record]:
        """A user with this run's record was mailed; nothing is known about the others."""
        settled = list(claims)
        for pause in _PAUSES if claims else ():
            self._api.wait(pause, f"the outcome in {self.place}")
            doubtful = [claim.user_id for claim in settled if claim.state == "claimed"]
            entries = directory_entries(self._api, _STATUSES) if len(doubtful) > FEW else {}
            entries |= {user_id: entry for user_id in doubtful[:FEW] if (entry := read_entry(self._api, user_id))}
            settled = [self._clarified(claim, entries.get(claim.user_id)) for claim in settled]
            if all(claim.state == "invited" for claim in settled):
                break
        return settled

    def _clarified(self, claim: Record, entry: Entry | None) -> Record:
        if claim.state != "claimed" or entry is None or not self._shows(claim, entry):
            return claim
        return invited(claim)

    def _shows(self, claim: Record, entry: Entry | None) -> bool:
        """Whether a user's field holds the record of this very claim."""
        known = self._record(claim.user_id, entry, {}, "")
        return known is not None and (known.run, known.claimed_at) == (claim.run, claim.claimed_at)

    def _write(self, values: Mapping[str, str]) -> None:
        records = [{"id": user_id, **self._field(value)} for user_id, value in values.items()]
        for start in range(0, len(records), BULK_SIZE):
            with contextlib.suppress(RingCentralError):  # the next run will find the same
                self._api.call(BULK_UPDATE, json={"records": records[start : start + BULK_SIZE]})

    def _field(self, value: str) -> dict[str, Any]:
        return {"customFields": [{"id": self._id, "value": value}]}

    def _record(self, user_id: str, entry: Entry | None, addresses: Mapping[str, str], unmarked: str) -> Record | None:
        """The record that a user's fields hold, None if they are shown to hold none."""
        if entry is None or entry.fields is None:
            words = f"RingCentral does not show {self.place} of this user, so it is not known whether they were invited"
            return unreadable(user_id, words)
        value = entry.fields.get(self._id, "")
        value = "" if is_lease(value) else value  # this user was once the one that runs log in as
        try:
            record = read_value(user_id, value, addresses, unmarked)
        except ValueError as error:
            words = f"{self.place} holds {value[:60]!r}, which {error}; empty it to invite this user"
            return unreadable(user_id, words)
        if record is None and (other := _field_of(is_record, entry)):
            words = (
                f"the custom field with the id {other} holds the record of an invitation, and {self.place} holds none; "
                "set ledger.field to the one that is in use"
            )
            return unreadable(user_id, words)
        return record

    def _read_hidden(self, wanted: Iterable[str], entries: Mapping[str, Entry]) -> dict[str, Entry]:
        """Users whose fields the directory does not show, read one by one, up to the limit."""
        is_shown = self._first_use or any(entry.fields is not None for entry in entries.values())
        found: dict[str, Entry] = {}
        for user_id in wanted:
            known = entries.get(user_id)
            if known and known.fields is not None:
                continue
            if known and self._first_use:
                found[user_id] = Entry(known.email, {})
            elif self._reads_left > 0:
                try:
                    entry = self._read_one(user_id)
                except (ApiError, TransportError):  # a doubt about this user alone, after tries that took a while
                    self._reads_left -= MOST_READS // 5
                    continue
                if entry:  # two sources, of which one shows the fields of others, and none of this user
                    found[user_id] = Entry(entry.email, {} if entry.fields is None and is_shown else entry.fields)
        return found

    def _read_one(self, user_id: str) -> Entry | None:
        self._reads_left -= 1
        self._read.add(user_id)
        return read_entry(self._api, user_id)

    def _overlooked(self, claims: Iterable[Record], seen: Mapping[str, Past]) -> dict[str, Past]:
        """The past of each user whose own extension shows another one than was ``seen`` in the directory."""
        lost: dict[str, Past] = {}
        for claim in claims:
            known = seen.get(claim.user_id, Past())
            if self._reads_left <= 0:
                words = "the company directory is behind RingCentral's own records; the next run looks again"
                lost[claim.user_id] = Past(own=unreadable(claim.user_id, words))
                continue
            entry = self._read_one(claim.user_id)
            if entry and entry.fields is None:
                continue  # shows no more than the directory did
            addresses = {mark(self._account, claim.mailbox): claim.email}
            record = self._record(claim.user_id, entry, addresses, claim.email)
            past = History((record,) if record else ()).at(claim.user_id, claim.mailbox)
            if (past.own, past.elsewhere) != (known.own, known.elsewhere):
                lost[claim.user_id] = past
        return lost

    def _check_kept(self, records: Iterable[Record]) -> None:
        """Read the first record of this run back. LedgerError if RingCentral has not kept it."""
        mine = (record for record in records if record.state == "invited" and self._is_own(record))
        first = None if self._is_kept else next(mine, None)
        if first is None:
            return
        for pause in (0.0, *_PAUSES[:3]):
            if pause:
                self._api.wait(pause, f"the first record in {self.place}")
            self._is_kept = self._shows(first, read_entry(self._api, first.user_id))
            if self._is_kept:
                return
        raise LedgerError(
            f"ledger: RingCentral accepted the invitation of the user {first.user_id}, but {self.place} does not show "
            "its record, so the next run would mail the same users again. No further mail was sent. Check that the "
            "field can be written, or use another ledger.backend."
        )

    def _is_own(self, record: Record) -> bool:
        claim = self._claims.get(record.user_id)
        return claim is not None and claim.run == record.run

    def _find(self) -> str:
        fields = field_ids(self._api)
        found = fields.get(normalise(self._name), [])
        if len(found) > 1:
            raise LedgerError(
                f"ledger: the account has {len(found)} custom fields named {self._name}; rename all but the one that "
                "is in use. No mail was sent."
            )
        if not found and sum(map(len, fields.values())) >= MOST_FIELDS:
            raise LedgerError(
                f"ledger: the account has no custom field {self._name}, and with {MOST_FIELDS} others no room for it; "
                "delete one in the admin portal, or name one in ledger.field that may be used. No mail was sent."
            )
        return found[0] if found else ""

    def _check_first_use(self, entries: Iterable[Entry]) -> None:
        """LedgerError if the field is missing although an earlier run may have used it."""
        entries = list(entries)
        _owner, own = read_own(self._api)  # the directory may not show the records of an earlier run yet
        if other := next(filter(None, (_field_of(_is_ours, entry) for entry in [own, *entries])), ""):
            raise LedgerError(
                f"ledger: the account has no custom field {self._name}, but the one with the id {other} holds records "
                "of invitations. Was it renamed? Set ledger.field to its name. No mail was sent."
            )
        if not self._first_use and entries and all(entry.fields is None for entry in entries):
            raise LedgerError(
                f"ledger: the account has no custom field {self._name}, and RingCentral shows no custom fields of its "
                "users, so it is not known whether an earlier run used it. If none did, set ledger.first_use to true "
                "for this run. No mail was sent."
            )

    def _create(self) -> str:
        if self._must_exist:
            raise LedgerError(
                f"ledger: the account has no custom field {self._name}, and ledger.must_exist is true. Check "
                "ledger.field, or set must_exist to false for the first run. No mail was sent."
            )
        if self._find():
            raise LedgerError(
                f"ledger: another run has made the custom field {self._name} meanwhile. Run again when it has ended. "
                "No mail was sent."
            )
        try:
            made = self._api.call(CREATE_FIELD, json={"category": "User", "displayName": self._name})
        except ApiError as error:
            raise LedgerError(
                f"ledger: the custom field {self._name} could not be made ({error.message}); an administrator adds it "
                "in the admin portal, as a custom field of users by exactly this name. No mail was sent."
            ) from None
        if not is_id(made.get("id")):
            raise LedgerError(
                f"ledger: RingCentral made the custom field {self._name} without giving its id; run again. No mail was "
                "sent."
            )
        return str(made["id"])


def _is_ours(value: str) -> bool:
    return is_record(value) or is_lease(value)


def _field_of(is_one: Callable[[str], bool], entry: Entry) -> str:
    """The id of a field whose value is such a one, whatever the field's name; "" if there is none."""
    return next((field_id for field_id, value in (entry.fields or {}).items() if is_one(value)), "")
