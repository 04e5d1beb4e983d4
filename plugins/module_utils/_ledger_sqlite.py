# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger in one SQLite file, owner-only, for any number of accounts and of playbooks at once."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ._conversion import Asked
from ._errors import LedgerError
from ._history import History, Past
from ._ledger import (
    ForgetfulLedger,
    read_attempts,
    read_batch,
    read_moment,
    read_task,
    unreadable,
)
from ._ledger_activations import forget_active, note_active, read_asked
from ._ledger_file import (
    NO_MAIL,
    connect,
    create,
    explained,
    look,
    open_read_only,
    private_copy,
    protect,
    require_sqlite,
)
from ._model import Record, User, mailbox
from ._times import to_iso

if TYPE_CHECKING:
    import sqlite3  # some Pythons are built without it

SCHEMA_VERSION = 3
"""1 had one record for a user, 2 one for a user and address, 3 knows hand-overs to the portal."""
APPLICATION_ID = 0x52434F42
"""Marks the file as a ledger of ours, for us and for file(1)."""
LOCK_TIMEOUT = 60.0
"""Seconds to wait for another run's transaction, each of which is a few milliseconds."""
_CHUNK = 500
"""Keys that one query asks for; SQLite takes 999 variables at the least."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS invitation (
    account_id      TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    mailbox         TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('claimed', 'handed_over', 'invited', 'failed')),
    attempts        INTEGER NOT NULL,
    claimed_at      TEXT NOT NULL,
    last_invited_at TEXT,
    run             TEXT NOT NULL,
    task            TEXT NOT NULL,
    email           TEXT NOT NULL,
    message         TEXT NOT NULL,
    batch           INTEGER NOT NULL,
    PRIMARY KEY (account_id, user_id, mailbox)
) WITHOUT ROWID
"""
_INDEX = "CREATE INDEX IF NOT EXISTS invitation_by_mailbox ON invitation (account_id, mailbox)"
_OLD_COLUMNS = "user_id, state, attempts, claimed_at, last_invited_at, run, task, email, message"
_COLUMNS = f"{_OLD_COLUMNS}, batch"
_SELECT = f"SELECT {_COLUMNS} FROM invitation WHERE account_id = ?"  # noqa: S608  # constants alone
# named, since SQLite would rather read the whole account by its primary key than look mailboxes up
_SELECT_AT = _SELECT.replace("FROM invitation", "FROM invitation INDEXED BY invitation_by_mailbox")
_PUT = f"INSERT OR REPLACE INTO invitation (account_id, {_COLUMNS}, mailbox) VALUES (?{', ?' * 11})"  # noqa: S608
_STILL_CLAIMED = "WHERE account_id = ? AND user_id = ? AND run = ? AND state = 'claimed'"
_SETTLE = f"UPDATE invitation SET state = ?, attempts = ?, last_invited_at = ?, task = ?, message = ? {_STILL_CLAIMED}"  # noqa: S608
_MIGRATE = (
    f"INSERT INTO invitation (account_id, {_COLUMNS}, mailbox) "  # noqa: S608
    f"SELECT account_id, {_OLD_COLUMNS}, 0, mailbox_of(email) FROM invitation_old"
)


class SqliteLedger(ForgetfulLedger):
    """One owner-only file for any number of accounts and of playbooks at once.

    With ``read_only`` neither the file nor its folder is made or changed; a ledger that does not exist is then an empty
    one. ``lock_timeout`` is in seconds.
    """

    keeps_doubts = True

    def __init__(
        self, path: Path, account_id: str, *, read_only: bool = False, lock_timeout: float = LOCK_TIMEOUT
    ) -> None:
        require_sqlite()
        self.place = str(path.absolute())
        self._path = path
        self._account = account_id
        self._timeout = lock_timeout
        self._read_only = read_only
        with explained(path, lock_timeout, NO_MAIL):
            self._db = self._open_existing() if read_only else self._open_or_create()
            self.is_new = not self._db.execute(f"{_SELECT} LIMIT 1", (account_id,)).fetchone()

    def history(self, users: Iterable[User]) -> History:
        with explained(self._path, self._timeout):
            return self._recall([(user.id, user.mailbox) for user in users])

    def everything(self, names: Iterable[str] = ()) -> list[Record]:
        """All records of the account; for tools and tests, since it reads them all, whoever is named."""
        with explained(self._path, self._timeout):
            return [_record(row) for row in self._db.execute(_SELECT, (self._account,))]

    def asked(self, active: Collection[str], now: datetime) -> dict[str, Asked]:
        with explained(self._path, self._timeout):
            asked = read_asked(self._db, self._account)
        fresh = {user_id for user_id in asked.keys() & set(active) if asked[user_id].active_at is None}
        if fresh and not self._read_only:
            with self._transaction():
                note_active(self._db, self._account, fresh, now)
        return asked | {user_id: replace(asked[user_id], active_at=now) for user_id in fresh}

    def claim(self, claims: Sequence[Record], seen: Mapping[str, Past]) -> dict[str, Past]:
        with self._transaction():
            current = self._recall([(claim.user_id, claim.mailbox) for claim in claims])
            past = {claim.user_id: current.at(claim.user_id, claim.mailbox) for claim in claims}
            lost = {user_id: known for user_id, known in past.items() if known != seen.get(user_id, Past())}
            self._put(claim for claim in claims if claim.user_id not in lost)
        return lost

    def settle(self, records: Iterable[Record]) -> None:
        with self._transaction():
            self._db.executemany(_SETTLE, [(*_outcome(record), *self._claim_key(record)) for record in records])

    def release(self, claims: Iterable[Record], seen: Mapping[str, Past]) -> None:
        with self._transaction():
            for claim in claims:
                deleted = self._db.execute(f"DELETE FROM invitation {_STILL_CLAIMED}", self._claim_key(claim))  # noqa: S608
                before = seen.get(claim.user_id, Past()).own
                if deleted.rowcount and before and before.state != "unreadable":
                    self._put([before])

    def of_hand_over(self, hand_over: str, users: Iterable[User]) -> History:
        with explained(self._path, self._timeout):
            rows = self._db.execute(f"{_SELECT} AND run = ?", (self._account, hand_over))
            return self._recall([(record.user_id, record.mailbox) for record in map(_record, rows)])

    def amend(self, changes: Sequence[tuple[Record, Record | None]]) -> None:
        """Replace records, or delete them for None, all or none. LedgerError if one has changed meanwhile."""
        self._db.execute("PRAGMA secure_delete = ON")  # what is forgotten leaves no trace in free pages
        with self._transaction():
            for before, after in changes:
                key = (self._account, before.user_id, before.mailbox)
                row = self._db.execute(f"{_SELECT} AND user_id = ? AND mailbox = ?", key).fetchone()
                if row is None or _record(row) != before:
                    raise LedgerError(
                        f"ledger: a run has changed the record of the user {before.user_id} meanwhile. "
                        f"Try again. {NO_MAIL}"
                    )
                self._db.execute("DELETE FROM invitation WHERE account_id = ? AND user_id = ? AND mailbox = ?", key)
                self._put([after] if after else [])
            forget_active(self._db, self._account, {before.user_id for before, after in changes if after is None})

    def close(self) -> None:
        self._db.close()

    def _recall(self, keys: Sequence[tuple[str, str]]) -> History:
        """The records of these users and at these mailboxes; reads no others."""
        users, mailboxes = {user_id for user_id, _address in keys}, {address for _user_id, address in keys if address}
        rows = chain(self._rows(f"{_SELECT} AND user_id", users), self._rows(f"{_SELECT_AT} AND mailbox", mailboxes))
        return History(tuple(map(_record, dict.fromkeys(rows))))

    def _rows(self, select: str, wanted: Iterable[str]) -> Iterator[tuple[object, ...]]:
        values = sorted(wanted)
        for start in range(0, len(values), _CHUNK):
            chunk = values[start : start + _CHUNK]
            yield from self._db.execute(f"{select} IN (?{', ?' * (len(chunk) - 1)})", (self._account, *chunk))

    def _put(self, records: Iterable[Record]) -> None:
        self._db.executemany(_PUT, [(self._account, *_row(record)) for record in records])

    def _claim_key(self, record: Record) -> tuple[str, ...]:
        return self._account, record.user_id, record.run

    def _open_or_create(self) -> sqlite3.Connection:
        found = look(self._path)
        if found is None:
            create(self._path)
        elif found.st_size:  # not even a journal of something else is touched
            with contextlib.closing(open_read_only(self._path, self._timeout)) as db:
                self._check_kind(db)
        db = self._connect(str(self._path))
        self._check_kind(db)
        protect(self._path)
        if _version(db) < SCHEMA_VERSION:
            with _transaction(db):
                _migrate(db)
        return db

    def _open_existing(self) -> sqlite3.Connection:
        found = look(self._path)
        db = open_read_only(self._path, self._timeout) if found else self._connect(":memory:")
        self._check_kind(db)
        if _version(db) < SCHEMA_VERSION:
            with contextlib.closing(db):
                copy = private_copy(db)
            _migrate(copy)
            db = copy
        db.execute("PRAGMA query_only = ON")
        return db

    def _connect(self, target: str) -> sqlite3.Connection:
        return connect(target, self._timeout)

    def _check_kind(self, db: sqlite3.Connection) -> None:
        # tables first: another run may be making the ledger right now, and its mark comes with its table
        tables, application, version = (
            db.execute(query).fetchone()[0]
            for query in ("SELECT count(*) FROM sqlite_master", "PRAGMA application_id", "PRAGMA user_version")
        )
        if tables and application != APPLICATION_ID:
            raise LedgerError(f"ledger: {self._path} is a database of something else; set ledger.path. {NO_MAIL}")
        if version > SCHEMA_VERSION:
            raise LedgerError(
                f"ledger: {self._path} was written by a newer release of this collection (version {version}, this one "
                f"knows {SCHEMA_VERSION}); upgrade here. {NO_MAIL}"
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with explained(self._path, self._timeout), _transaction(self._db):
            yield


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # a full disk has ended the transaction already, and an error here would hide why
        with contextlib.suppress(Exception):
            if db.in_transaction:
                db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _migrate(db: sqlite3.Connection) -> None:
    """Bring a new ledger, or one of an earlier version, to this version."""
    version = _version(db)
    if version >= SCHEMA_VERSION:
        return  # another run did it while this one waited
    if version:
        db.execute("DROP INDEX IF EXISTS invitation_by_mailbox")  # it would keep its name
        db.execute("ALTER TABLE invitation RENAME TO invitation_old")
    db.execute(_SCHEMA)
    db.execute(_INDEX)
    if version:
        db.create_function("mailbox_of", 1, lambda email: mailbox(str(email)), deterministic=True)
        db.execute(_MIGRATE)
        db.execute("DROP TABLE invitation_old")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _row(record: Record) -> tuple[object, ...]:
    return (
        record.user_id,
        record.state,
        record.attempts,
        to_iso(record.claimed_at),
        to_iso(record.last_invited_at),
        record.run,
        record.task,
        record.email,
        record.message,
        record.batch,
        record.mailbox,
    )


def _outcome(record: Record) -> tuple[object, ...]:
    return record.state, record.attempts, to_iso(record.last_invited_at), record.task, record.message


def _record(row: Sequence[object]) -> Record:
    """A row as a record; one that cannot be believed holds its own user alone."""
    user_id, state, attempts, claimed_at, last_invited_at, run, task, email, message, batch = row
    try:
        return Record(
            user_id=str(user_id),
            state=state,  # type: ignore[arg-type]  # the table's CHECK
            attempts=read_attempts(attempts),
            claimed_at=read_moment(claimed_at),
            last_invited_at=read_moment(last_invited_at) if last_invited_at else None,
            run=str(run),
            task=read_task(task),
            email=str(email),
            message=str(message),
            batch=read_batch(batch),
        )
    except ValueError as error:
        words = f"the ledger's record of the user {user_id} cannot be read ({error}); use rc_ledger with action release"
        return unreadable(str(user_id), words, str(email))
