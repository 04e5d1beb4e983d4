# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledger's file remembers of users who were invited and have activated: when a run first found them active.

A table of its own, which releases that do not know it leave alone. It decides nothing; reports count with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ._conversion import Asked
from ._ledger import read_attempts, read_moment
from ._times import to_iso

if TYPE_CHECKING:
    import sqlite3  # some Pythons are built without it

_TABLE = """
CREATE TABLE IF NOT EXISTS activation (
    account_id TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    seen_at    TEXT NOT NULL,
    PRIMARY KEY (account_id, user_id)
) WITHOUT ROWID
"""
_ASKED = """
SELECT user_id, email, max(last_invited_at), sum(attempts) FROM invitation
WHERE account_id = ? AND last_invited_at IS NOT NULL GROUP BY user_id
"""


def read_asked(db: sqlite3.Connection, account: str) -> dict[str, Asked]:
    """The last invitation of each user of the account, by id. Those that cannot be read are left out."""
    seen: dict[object, object] = {}
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'activation'").fetchone():
        seen = dict(db.execute("SELECT user_id, seen_at FROM activation WHERE account_id = ?", (account,)))
    rows = db.execute(_ASKED, (account,))
    return {str(row[0]): one for row in rows if (one := _asked(row, seen))}


def note_active(db: sqlite3.Connection, account: str, users: Iterable[str], now: datetime) -> None:
    """Remember that these users were found active."""
    db.execute(_TABLE)
    rows = [(account, user_id, to_iso(now)) for user_id in users]
    db.executemany("INSERT OR REPLACE INTO activation VALUES (?, ?, ?)", rows)


def forget_active(db: sqlite3.Connection, account: str, users: Iterable[str]) -> None:
    """Forget that these users were found active."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'activation'").fetchone():
        db.executemany("DELETE FROM activation WHERE account_id = ? AND user_id = ?", [(account, one) for one in users])


def _asked(row: Sequence[object], seen: Mapping[object, object]) -> Asked | None:
    user_id, email, last, attempts = row
    try:
        asked_at, times = read_moment(last), read_attempts(attempts)
        active_at = read_moment(seen[user_id]) if user_id in seen else None
    except ValueError:
        return None
    # one who was found active before that invitation has been reset since
    return Asked(str(email), asked_at, times, active_at if active_at and active_at >= asked_at else None)
