# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ledger of a million records: what a run pays for its own users, and what it leaves to the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ansible_collections.onboard.ringcentral.plugins.module_utils._history import Past
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from scripted import NOW, record, user

RECORDS, ASKED = 1_000_000, 10_000
BESIDE, SINGLE = 200_000, 19
MOST_SECONDS = 1.0
"""For all that are asked for."""
MOST_MILLISECONDS = 10
"""For one claim or outcome."""


def fill(path: Path, size: int) -> None:
    """Records of users numbered from 0, made by SQLite itself, which takes a tenth of the time."""
    one = record(0, claimed_at=NOW, last_invited_at=NOW)
    with closing(SqliteLedger(path, "1")) as ledger:
        ledger._db.execute("PRAGMA synchronous = OFF")
        ledger.claim([replace(one, state="claimed")], {})
        ledger.settle([one])
        ledger._db.execute(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1) INSERT INTO invitation "
            "SELECT account_id, 4000 + i, 'person' || i || '@example.com', state, attempts, claimed_at, "
            "last_invited_at, run, task, 'person' || i || '@example.com', message, batch FROM invitation, n",
            (size,),
        )
        assert len(ledger.history([user(0), user(size - 1), user(size)]).records) == 2


def timed(step: Callable[[], object]) -> float:
    """Seconds of the processor, since other gates may run beside this one."""
    started = time.process_time()
    step()
    return time.process_time() - started


def test_a_million_records(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    path = tmp_path / "ledger.sqlite3"
    fill(path, RECORDS)
    asked = [user(number) for number in range(0, RECORDS, RECORDS // ASKED)]
    with closing(SqliteLedger(path, "1")) as ledger:
        found: list[int] = []
        seconds = timed(lambda: found.append(len(ledger.history(asked).records)))
    print(f"\nledger: {ASKED} of {RECORDS} records in {seconds:.2f} s, {path.stat().st_size >> 20} MB")
    record_property("estate", f"ledger: {ASKED} of {RECORDS} records in {seconds:.2f} s")
    assert found == [ASKED]
    assert seconds < MOST_SECONDS


def test_single_claims_beside_many_records(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    path = tmp_path / "ledger.sqlite3"
    fill(path, BESIDE)
    claims = [record(number, state="claimed", run="now") for number in range(BESIDE, BESIDE + SINGLE)]
    with closing(SqliteLedger(path, "1")) as ledger:
        costs = []
        for claim in claims:
            costs.append(timed(lambda claim=claim: ledger.claim([claim], {})))  # type: ignore[misc]
            costs.append(timed(lambda claim=claim: ledger.settle([replace(claim, state="invited")])))  # type: ignore[misc]
        assert ledger.claim([claims[0]], {}).keys() == {claims[0].user_id}
        assert ledger.history([user(BESIDE)]).at(claims[0].user_id, claims[0].mailbox) == Past(
            replace(claims[0], state="invited")
        )
    middle = sorted(costs)[len(costs) // 2] * 1000
    print(f"\nledger: a claim or outcome beside {BESIDE} records in {middle:.1f} ms, {sum(costs):.2f} s in all")
    record_property("estate", f"ledger: {SINGLE} single claims beside {BESIDE} records in {sum(costs):.2f} s")
    assert middle < MOST_MILLISECONDS
