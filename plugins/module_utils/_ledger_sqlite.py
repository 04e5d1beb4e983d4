# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger in one SQLite file, owner-only, for any number of accounts and of playbooks at once."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ._errors import LedgerError
from ._ledger import ForgetfulLedger
from ._model import Record
from ._times import parse_iso, to_iso

SCHEMA_VERSION = 1
APPLICATION_ID = 0x52434F42
"""Marks the file as a ledger of ours, for us and for file(1)."""
LOCK_TIMEOUT = 60.0
"""Seconds to wait for another run's transaction, each of which is a few milliseconds."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS invitation (
    account_id      TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('claimed', 'invited', 'failed')),
    attempts        INTEGER NOT NULL,
    claimed_at      TEXT NOT NULL,
    last_invited_at TEXT,
    run             TEXT NOT NULL,
    task            TEXT NOT NULL,
    email           TEXT NOT NULL,
    message         TEXT NOT NULL,
    PRIMARY KEY (account_id, user_id)
) WITHOUT ROWID
"""
_COLUMNS = "user_id, state, attempts, claimed_at, last_invited_at, run, task, email, message"
_SELECT = f"SELECT {_COLUMNS} FROM invitation WHERE account_id = ?"  # noqa: S608  # constants alone
_PUT = f"INSERT OR REPLACE INTO invitation (account_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


def default_path(environment: Mapping[str, str]) -> Path:
    """``onboard.ringcentral/ledger.sqlite3`` in the XDG state folder, ``~/.local/state`` by default."""
    state = environment.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "onboard.ringcentral" / "ledger.sqlite3"


class SqliteLedger(ForgetfulLedger):
    """One owner-only file for any number of accounts and of playbooks at once.

    With ``read_only`` neither the file nor its folder is made or changed; a ledger that does not
    exist is then an empty one.
    """

    def __init__(self, path: Path, account_id: str, *, read_only: bool = False) -> None:
        self._path = path
        self._account = account_id
        with self._explained():
            self._db = self._open_existing() if read_only else self._open_or_create()
            self._check_kind()
        if not read_only:
            with self._transaction():
                self._db.execute(_SCHEMA)
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def history(self, user_ids: Iterable[str]) -> dict[str, Record]:
        with self._explained():
            return self._records()

    def claim(self, claims: Sequence[Record], seen: Mapping[str, Record]) -> dict[str, Record]:
        with self._transaction():
            current = self._records()
            lost = {c.user_id: current[c.user_id] for c in claims if current.get(c.user_id) != seen.get(c.user_id)}
            self._put(claim for claim in claims if claim.user_id not in lost)
        return lost

    def settle(self, records: Iterable[Record]) -> None:
        with self._transaction():
            self._put(record for record in records if self._still_claimed(record))

    def release(self, claims: Iterable[Record], seen: Mapping[str, Record]) -> None:
        with self._transaction():
            for claim in filter(self._still_claimed, claims):
                if before := seen.get(claim.user_id):
                    self._put([before])
                else:
                    self._db.execute(
                        "DELETE FROM invitation WHERE account_id = ? AND user_id = ?", (self._account, claim.user_id)
                    )

    def close(self) -> None:
        self._db.close()

    def _records(self) -> dict[str, Record]:
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'invitation'").fetchone():
            return {}
        rows = self._db.execute(_SELECT, (self._account,))
        return {record.user_id: record for record in map(_record, rows)}

    def _still_claimed(self, record: Record) -> bool:
        return bool(
            self._db.execute(
                "SELECT 1 FROM invitation WHERE account_id = ? AND user_id = ? AND run = ? AND state = 'claimed'",
                (self._account, record.user_id, record.run),
            ).fetchone()
        )

    def _put(self, records: Iterable[Record]) -> None:
        self._db.executemany(_PUT, [(self._account, *_row(record)) for record in records])

    def _open_or_create(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # created here, since SQLite would leave the mode to the umask; its journal inherits it
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
        return self._connect(str(self._path))

    def _open_existing(self) -> sqlite3.Connection:
        if not self._path.exists():
            return self._connect(":memory:")
        return self._connect(f"{self._path.absolute().as_uri()}?mode=ro")

    def _connect(self, target: str) -> sqlite3.Connection:
        db = sqlite3.connect(target, timeout=LOCK_TIMEOUT, isolation_level=None, uri=target.startswith("file:"))
        # a commit is on disk when it returns, the folder's entry for the journal included
        db.execute("PRAGMA synchronous = EXTRA")
        return db

    def _check_kind(self) -> None:
        # tables first: another run may be making the ledger right now, and its mark comes with its table
        tables, application, version = (
            self._db.execute(query).fetchone()[0]
            for query in ("SELECT count(*) FROM sqlite_master", "PRAGMA application_id", "PRAGMA user_version")
        )
        if tables and application != APPLICATION_ID:
            raise LedgerError(f"ledger: {self._path} is a database of something else; nothing was sent")
        if version > SCHEMA_VERSION:
            raise LedgerError(
                f"ledger: {self._path} was written by a newer release of this collection (version {version}, this one "
                f"knows {SCHEMA_VERSION}); upgrade here, nothing was sent"
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise LedgerError(f"ledger: {self._path} cannot be used: {reason}") from None


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
    )


def _record(row: Sequence[object]) -> Record:
    user_id, state, attempts, claimed_at, last_invited_at, run, task, email, message = row
    return Record(
        user_id=str(user_id),
        state=state,  # type: ignore[arg-type]  # the table's CHECK
        attempts=int(str(attempts)),
        claimed_at=parse_iso(str(claimed_at)),
        last_invited_at=parse_iso(str(last_invited_at)) if last_invited_at else None,
        run=str(run),
        task=str(task),
        email=str(email),
        message=str(message),
    )
