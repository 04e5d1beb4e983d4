# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is to work on an account: a lease in the custom field of the user that a run logs in as.

RingCentral has no compare-and-set. So a run reads the lease, writes its own, waits for longer than any other run may
take between these two steps, and reads again: of several runs, the last writer holds the lease (Fischer's algorithm).
A run whose own write was slow does not mail. The lease is read by itself, never from the directory, so it is not late.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ._answers import Task, identifier, parse_task
from ._client import READ_TASK, UPDATE_EXTENSION, WRITE_FIELD, Operation
from ._custom_fields import read_own
from ._errors import ApiError, LedgerError, OutOfTime, RingCentralError, TransportError, UnusableAnswer
from ._ledger import MOST_ATTEMPTS, read_moment, read_task
from ._ledger_value import is_record
from ._times import for_people, to_iso
from ._users import Api

STALE = timedelta(minutes=20)
"""An unfinished lease without a sign of life for so long is taken over. It is more than two clocks may differ (twice
5 minutes), the time between two signs of life, and the longest wait before a request that mails, together."""
RENEW = timedelta(minutes=3)
"""The age of the last sign of life from which a run gives another one before it mails."""
LATE = timedelta(minutes=1)
"""For so long after a run has ended the directory may not show its records."""
FORGOTTEN = timedelta(hours=1)
"""No bulk task is believed to be running for so long after its run."""
SLOW, SETTLED = 3.0, 4.0
"""Seconds that a run may take from reading the lease to having written it, and that each run waits after that."""

_TURN = (5.0, 10.0, 15.0, 30.0, 60.0)
"""Seconds before each look at another run's lease, or at its bulk task: two minutes in all."""
_READ_BACK = (2.0, 5.0, 10.0)
"""Seconds before each further look for a lease that was written and is not shown."""
_LONGEST = 400
_VALUE = re.compile(
    r"(at work|ended) ([0-9TZ:-]{1,30}), run (\w{1,64}), on ([\w.-]{1,40}), (\d{1,7}) users(?:, task (\S{1,128}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Lease:
    """What a run says of itself: its last sign of life, its machine, how many users have its record or may get it, and
    its last bulk task."""

    moment: datetime
    run: str
    host: str
    users: int
    task: str = ""
    ended: bool = False

    def __str__(self) -> str:
        verb = "ended" if self.ended else "at work"
        task = f", task {self.task}" if self.task else ""
        return f"{verb} {to_iso(self.moment)}, run {self.run}, on {self.host}, {self.users} users{task}"

    @property
    def words(self) -> str:
        """The run, for people."""
        when = f"{'ended' if self.ended else 'last seen'} {for_people(self.moment)}"
        return f"the run {self.run} on {self.host} ({when}, {self.users} users)"


def is_lease(value: str) -> bool:
    """Whether a text has the shape of a lease."""
    return len(value) <= _LONGEST and bool(_VALUE.fullmatch(value.strip()))


def read_lease(value: str, latest: datetime) -> Lease | None:
    """The lease in a text, not after ``latest``; None if it is blank, or the record of this user's own invitation.

    ValueError for all else, which a person may have typed or planted.
    """
    if not value.strip() or is_record(value):
        return None
    match = _VALUE.fullmatch(value.strip()) if len(value) <= _LONGEST else None
    if not match:
        raise ValueError(f"{value[:60]!r} is not a lease")
    verb, moment, run, host, users, task = match.groups()
    if int(users) > MOST_ATTEMPTS:
        raise ValueError(f"{users} is not a number of users")
    if read_moment(moment) > latest:
        raise ValueError(f"{value[:60]!r} is in the future")
    return Lease(read_moment(moment), run, host, int(users), read_task(task or ""), verb == "ended")


class AccountLease:
    """The lease of one run in the custom field ``field`` (an id) of its own extension.

    ``place`` names the field for people, ``host`` this machine; ``now`` gives the time in UTC.
    """

    def __init__(self, api: Api, place: str, host: str, now: Callable[[], datetime]) -> None:
        self._api = api
        self._place = place
        self._host = re.sub(r"[^A-Za-z0-9_.-]", "-", host)[:40] or "unknown"
        self._now = now
        self._field = ""
        self._owner = ""  # the id of the extension that holds the lease
        self._seen: str | None = None  # the value on which this run's plan rests; None: not known
        self._trouble = f"ledger: the lease in {place} was not read before the plan was made. No mail was sent."
        self._mine: Lease | None = None
        self._lost = False  # another run may hold the lease, so this one must not end it
        self._sent = "No mail was sent."

    def begin_with(self, field: str) -> None:
        """This run has just made the field, so that no run can have had a lease in it."""
        self._field, self._seen = field, ""

    def look(self, field: str) -> Lease | None:
        """The last lease; None if there is none, or it cannot be read (``take`` says why)."""
        self._field = field
        try:
            value = self._read()
            lease = self._parse(value)
        except LedgerError as error:
            self._seen, self._trouble = None, error.message
            return None
        except (ApiError, TransportError) as error:
            self._seen = None
            self._trouble = (
                f"ledger: the lease in {self._place} could not be read ({error.message}), so another run may be at "
                f"work. Run again. {self._sent}"
            )
            return None
        self._seen = value
        return lease

    def await_turn(self, field: str) -> Lease | None:
        """The last lease, once no other run is at work. LedgerError if one still is after two minutes."""
        lease = self.look(field)
        for pause in _TURN:
            if lease is None or not self.is_held(lease):
                break
            self._wait(pause, lease, "is at work on this account")
            lease = self.look(field)
        if lease and self.is_held(lease):
            raise self._refusal(lease, "is at work on this account")
        return lease

    def await_task(self, lease: Lease) -> Task | None:
        """The last bulk task of a run that is over, once it has ended; None if nothing can be known of it any more.

        LedgerError while it may still mail users whose records are not there yet.
        """
        what = f"has left the bulk task {lease.task}, which has not ended"
        for pause in (*_TURN, 0.0):
            if not lease.task or self._now() - lease.moment > FORGOTTEN:
                return None
            try:
                task = parse_task(self._api.call(READ_TASK, {"task": lease.task}))
            except ApiError as error:
                if error.concerns_one:
                    return None
                what = f"has left the bulk task {lease.task}, which cannot be read ({error.message})"
            except TransportError as error:
                what = f"has left the bulk task {lease.task}, which cannot be read ({error.message})"
            else:
                if task.has_ended:
                    return task
            if pause:
                self._wait(pause, lease, what)
        raise self._refusal(lease, what)

    def is_held(self, lease: Lease) -> bool:
        """Whether its run may still be at work."""
        return not lease.ended and self._now() - lease.moment < STALE

    def take(self, run: str, users: int) -> None:
        """Before a request that mails: hold the lease, with a recent sign of life. LedgerError if that is not proven.

        ``users`` is how many have this run's record or may get it.
        """
        now = self._now().replace(microsecond=0)
        if self._lost or (self._mine and timedelta(0) <= now - self._mine.moment < RENEW):
            if self._lost:
                raise LedgerError(f"ledger: this run has lost its lease in {self._place}. {self._sent}")
            return
        mine = Lease(now, run, self._host, users, self._mine.task if self._mine else "")
        try:
            self._acquire(mine)
        except (ApiError, TransportError) as error:
            raise LedgerError(
                f"ledger: the lease, which keeps two runs apart, cannot be kept in {self._place} of the user that this "
                f"run logs in as ({error.message}). Let that user edit their own extension, or use the sqlite ledger. "
                f"{self._sent}"
            ) from error
        self._mine, self._seen, self._sent = mine, str(mine), "No further mail was sent."

    def note(self, task: str, users: int) -> None:
        """Let the next run know of this run's bulk task, should this run die."""
        if self._mine and not self._lost:
            moment = self._now().replace(microsecond=0)
            self._mine = replace(self._mine, moment=moment, task=task, users=users)
            with contextlib.suppress(RingCentralError):  # mail has gone out: the task is followed all the same
                self._write(WRITE_FIELD, self._mine)

    def end(self, users: int) -> None:
        """Let the next run begin at once. Tried once: without it, the next run waits until the lease is stale."""
        if self._mine and not self._lost:
            moment = self._now().replace(microsecond=0)
            with contextlib.suppress(RingCentralError):
                self._write(UPDATE_EXTENSION, replace(self._mine, moment=moment, users=users, ended=True))
        self._mine = None

    def _acquire(self, mine: Lease) -> None:
        if self._seen is None:
            raise LedgerError(self._trouble)
        started = self._now()
        before = self._read()
        if before != self._seen and not self._is_mine(before):
            self._give_up(before)
        self._lost = True  # until it is proven
        try:
            self._write(WRITE_FIELD, mine)
        except (ApiError, TransportError) as error:
            if isinstance(error, ApiError) and error.refused:
                raise
            # it may have been written: reading it back shows whether it was
        took = abs((self._now() - started).total_seconds())
        if took > SLOW:
            raise LedgerError(
                f"ledger: RingCentral took {took:.0f} s to write the lease in {self._place}, so another run may have "
                f"begun meanwhile. Run again after {for_people(mine.moment + STALE)}. {self._sent}"
            )
        self._api.wait(SETTLED, "other runs that begin at this moment")
        self._prove(mine, before)
        self._lost = False

    def _is_mine(self, value: str) -> bool:
        """Whether this run wrote a value: a sign of life whose answer was lost may have arrived."""
        lease = self._parse(value)
        return bool(lease and self._mine and lease.run == self._mine.run and not lease.ended)

    def _prove(self, mine: Lease, before: str) -> None:
        """Read the own lease back."""
        found = self._read()
        for pause in _READ_BACK:
            if found != before:
                break
            self._api.wait(pause, f"the lease in {self._place}")
            found = self._read()
        if found == before:
            raise LedgerError(
                f"ledger: RingCentral accepted a value for {self._place} and does not show it, so invitations would "
                "not be remembered and the next run would mail the same users again. Check that the field can be "
                f"written, or use another ledger.backend. {self._sent}"
            )
        if found != str(mine):
            self._give_up(found)

    def _give_up(self, value: str) -> None:
        """Another value stands where this run's should, or the one that its plan rests on."""
        self._lost = True
        lease = self._parse(value)
        if lease is None:
            raise LedgerError(
                f"ledger: the lease in {self._place} was emptied while this run was at work. Run again. {self._sent}"
            )
        raise self._refusal(lease, "has begun to work on this account meanwhile")

    def _refusal(self, lease: Lease, what: str) -> LedgerError:
        until = for_people(lease.moment + (FORGOTTEN if lease.task and not self.is_held(lease) else STALE))
        advice = "Run again" if lease.ended and not lease.task else f"Run again when it has ended, or after {until}"
        return LedgerError(f"ledger: {lease.words} {what}. {advice}. {self._sent}")

    def _wait(self, pause: float, lease: Lease, what: str) -> None:
        try:
            self._api.wait(pause, f"{lease.words}, which {what}")
        except OutOfTime:
            raise self._refusal(lease, what) from None

    def _parse(self, value: str) -> Lease | None:
        try:
            return read_lease(value, self._now() + STALE)
        except ValueError as error:
            raise LedgerError(
                f"ledger: {self._place} of the user that this run logs in as should hold the lease of the last run, "
                f"but {error}. Empty it if no other run is at work. {self._sent}"
            ) from None

    def _read(self) -> str:
        owner, entry = read_own(self._api)
        self._check(owner)
        if entry.fields is None:
            raise LedgerError(
                "ledger: RingCentral shows no custom fields of the user that this run logs in as, so no lease can keep "
                f"two runs apart. Have custom fields enabled for the account, or use the sqlite ledger. {self._sent}"
            )
        return entry.fields.get(self._field, "")

    def _write(self, operation: Operation, lease: Lease) -> None:
        json = {"customFields": [{"id": self._field, "value": str(lease)}]}
        self._check(identifier(self._api.call(operation, {"extension": "~"}, json=json).get("id")))

    def _check(self, owner: str) -> None:
        """Whether an answer is about the same extension as all before."""
        self._owner = self._owner or owner
        if owner != self._owner:
            raise UnusableAnswer(
                f"RingCentral answered for the extension {owner}, not {self._owner}; check server_url and proxies"
            )
