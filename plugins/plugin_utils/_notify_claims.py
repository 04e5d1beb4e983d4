# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembers for a day who had mail from us, so that owners and managers get at most one a day.

One SQLite file for its owner alone. An address is claimed in one transaction before its mail leaves, so parallel runs
and killed ones send no second mail. Where it cannot be claimed, no mail is sent.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import canonical
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_file import (
    connect,
    create,
    default_path,
    look,
    protect,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import to_iso
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._files import absolute

try:
    import sqlite3
except ImportError:  # a Python that was built without it
    sqlite3 = None  # type: ignore[assignment]

_DAY = timedelta(hours=23)
"""A daily job never starts at the same second."""

_APPLICATION_ID = 0x52434E4F
_LOCK_TIMEOUT = 10.0


class ClaimError(Exception):
    """The file cannot be used, so no mail may be sent."""


def state_path(given: str | None) -> Path:
    """The file, by default beside the ledger."""
    return absolute(given) if given else default_path(os.environ).with_name("notified.sqlite3")


class Claims:
    """The addresses that had mail less than a day before ``now``."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path, self._now = path, now
        if sqlite3 is None:
            raise ClaimError(f"{sys.executable} was built without sqlite3, so it is unknown who had mail today")
        with self._explained():
            if look(path) is None:
                create(path)
            with self._opened() as db:
                db.execute("BEGIN IMMEDIATE")
                self._make_ours(db)
                db.execute("COMMIT")
            protect(path)

    def claim(self, address: str) -> bool:
        """Whether the address may have mail now. If so, it has had some from now on."""
        with self._explained(), self._opened() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM told WHERE at <= ?", (to_iso(self._now - _DAY),))
            claimed = db.execute("INSERT OR IGNORE INTO told VALUES (?, ?)", (canonical(address), to_iso(self._now)))
            db.execute("COMMIT")
            return claimed.rowcount == 1

    def release(self, address: str) -> None:
        """Forget a claim, since surely no mail was sent."""
        with self._explained(), self._opened() as db:
            db.execute("DELETE FROM told WHERE address = ?", (canonical(address),))

    def _make_ours(self, db: sqlite3.Connection) -> None:
        (mark,) = db.execute("PRAGMA application_id").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if mark != _APPLICATION_ID and (mark or tables):
            raise ClaimError(f"{self._path} is another program's database; set mail.state_file to a file of its own")
        db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        db.execute("CREATE TABLE IF NOT EXISTS told (address TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID")

    def _opened(self) -> contextlib.closing[sqlite3.Connection]:
        return contextlib.closing(connect(str(self._path), _LOCK_TIMEOUT))

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            said = getattr(error, "strerror", None) or error
            raise ClaimError(f"mail.state_file, {self._path}: {said}, so it is unknown who had mail today") from None
        except RingCentralError as error:  # written for the ledger's file
            said = error.message.removeprefix("ledger: ").replace("ledger.path", "mail.state_file")
            raise ClaimError(said) from None
