# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SQLite ledger: when which records are on disk, and how other files are refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import LedgerError
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History, Past
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger import (
    ForgetfulLedger,
    failed,
    in_doubt,
    invited,
    with_task,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import Record
from scripted import NOW, record, user


def claim(number: int = 1, run: str = "run-1") -> Record:
    return record(number, state="claimed", claimed_at=NOW, last_invited_at=None, run=run)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


def seen_by(ledger: SqliteLedger, *numbers: int) -> dict[str, Past]:
    """What a run would have seen of these users."""
    known = ledger.history(user(number) for number in numbers)
    return {user(number).id: known.at(user(number).id, user(number).mailbox) for number in numbers}


def history(path: Path, account: str = "1") -> dict[str, Record]:
    return {record.user_id: record for record in SqliteLedger(path, account, read_only=True).everything()}


def test_a_claim_is_on_disk_when_it_returns(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    assert ledger.claim([claim()], {}) == {}
    assert history(path) == {"4001": claim()}


def test_the_life_of_a_claim(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    ledger.claim([claim(1), claim(2), claim(3)], {})
    one, two, three = with_task([claim(1), claim(2), claim(3)], "task-9")
    ledger.settle([one, two, three])
    assert history(path)["4001"].task == "task-9"
    ledger.settle([invited(one), failed(two, "CMN-101"), in_doubt(three, "left out")])
    assert history(path) == {
        "4001": replace(one, state="invited", last_invited_at=NOW),
        "4002": replace(two, state="failed", attempts=0, message="CMN-101"),
        "4003": replace(three, task="", message="left out"),
    }


def test_reading_makes_nothing(path: Path) -> None:
    assert history(path) == {}
    assert not path.parent.exists()
    SqliteLedger(path, "1")
    before = path.read_bytes(), path.stat().st_mtime_ns
    ledger = SqliteLedger(path, "1", read_only=True)
    ledger.everything()
    with pytest.raises(LedgerError, match="readonly"):
        ledger.claim([claim()], {})
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_accounts_do_not_see_each_other(path: Path) -> None:
    SqliteLedger(path, "1").claim([claim()], {})
    assert SqliteLedger(path, "2").claim([claim()], {}) == {}
    SqliteLedger(path, "2").settle([invited(claim())])
    assert history(path, "1")["4001"].state == "claimed"
    assert history(path, "2")["4001"].state == "invited"


def test_a_user_claimed_by_another_run_is_left_to_it(path: Path) -> None:
    first, second = SqliteLedger(path, "1"), SqliteLedger(path, "1")
    seen = seen_by(second, 1, 2)
    first.claim([claim(1)], {})
    assert second.claim([claim(1, "run-2"), claim(2, "run-2")], seen) == {"4001": Past(claim(1))}
    assert history(path) == {"4001": claim(1), "4002": claim(2, "run-2")}


def test_a_known_user_is_claimed_again_if_nothing_has_changed(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    ledger.claim([claim()], {})
    ledger.settle([invited(claim())])
    seen = seen_by(ledger, 1)
    again = replace(claim(1, "run-2"), last_invited_at=NOW, attempts=2)
    assert ledger.claim([again], seen) == {}
    assert ledger.claim([replace(again, run="run-3")], seen) == {"4001": Past(again)}


def test_a_claim_that_is_taken_back_leaves_what_was_before(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    ledger.claim([claim(1)], {})
    ledger.settle([invited(claim(1))])
    before = seen_by(ledger, 1, 2)
    claims = [replace(claim(1, "run-2"), attempts=2), claim(2, "run-2")]
    assert ledger.claim(claims, before) == {}
    ledger.release(claims, before)
    assert history(path) == {"4001": invited(claim(1))}


def test_only_the_claim_of_the_same_run_is_settled(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    ledger.claim([claim(1, "run-2")], {})
    ledger.settle([invited(claim(1, "run-1"))])
    ledger.release([claim(1, "run-1")], {})
    assert history(path) == {"4001": claim(1, "run-2")}
    ledger.settle([failed(claim(1, "run-2"), "no")])
    ledger.settle([failed(claim(1, "run-2"), "no")])
    assert history(path)["4001"].attempts == 0


def test_several_runs_at_once_claim_each_person_exactly_once(path: Path) -> None:
    people = range(60)

    def one_run(number: int) -> set[str]:
        ledger = SqliteLedger(path, "1")
        won: set[str] = set()
        for start in range(0, 60, 10):
            claims = [claim(n, f"run-{number}") for n in people[start : start + 10]]
            won |= {entry.user_id for entry in claims} - ledger.claim(claims, {}).keys()
        ledger.close()
        return won

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(one_run, range(4)))
    assert sum(map(len, won)) == len(set().union(*won)) == 60


def opcodes(ledger: SqliteLedger, step: Callable[[], object]) -> int:
    """How many tens of SQLite's own steps a step of ours takes, which is in proportion to the rows that it looks at."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    ledger._db.set_progress_handler(tick, 10)
    step()
    ledger._db.set_progress_handler(None, 10)
    return count


def filled(path: Path, size: int) -> SqliteLedger:
    ledger = SqliteLedger(path, "1")
    ledger.claim([claim(number) for number in range(1, size + 1)], {})
    return ledger


@pytest.mark.parametrize("step", ["history", "claim", "settle", "release"])
def test_a_step_looks_at_its_own_users_alone_however_many_there_are(tmp_path: Path, step: str) -> None:
    costs: list[int] = []
    for size in (1_000, 8_000):
        ledger = filled(tmp_path / f"{size}.sqlite3", size)
        people = [user(number) for number in range(size // 2, size // 2 + 100)]
        claims = [claim(number) for number in range(size // 2, size // 2 + 100)]
        seen = {one.user_id: Past(one) for one in claims}
        steps: dict[str, Callable[[], object]] = {
            "history": lambda people=people, ledger=ledger: ledger.history(people),  # type: ignore[misc]
            "claim": lambda claims=claims, seen=seen, ledger=ledger: ledger.claim(claims, seen),  # type: ignore[misc]
            "settle": lambda claims=claims, ledger=ledger: ledger.settle(map(invited, claims)),  # type: ignore[misc]
            "release": lambda claims=claims, ledger=ledger: ledger.release(claims, {}),  # type: ignore[misc]
        }
        costs.append(opcodes(ledger, steps[step]))
        ledger.close()
    assert costs[0] > 50
    assert costs[1] < costs[0] * 1.2


def test_what_is_asked_for_costs_in_proportion(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "ledger.sqlite3", 8_000)
    few, many = (
        opcodes(ledger, lambda size=size: ledger.history(user(number) for number in range(1, size)))  # type: ignore[misc]
        for size in (800, 8_000)
    )
    assert 5 * few < many < 15 * few


class CountingConnection:
    """Passes statements on, and counts the variables of each. (``setlimit`` is new in Python 3.11.)"""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.variables: list[int] = []

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        self.variables.append(len(parameters))
        return self._connection.execute(statement, parameters)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


def test_a_query_asks_for_no_more_than_sqlite_takes(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "ledger.sqlite3", 2_500)
    counting = CountingConnection(ledger._db)
    ledger._db = counting  # type: ignore[assignment]
    assert len(ledger.history(user(number) for number in range(1, 2_501)).records) == 2_500
    assert 500 < max(counting.variables) <= 999


def test_a_ledger_finds_records_by_mailbox_and_by_user_at_each_address(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    old = replace(claim(1), email="Old@Example.com")
    assert ledger.claim([old], {}) == {}
    ledger.settle([invited(old)])
    assert ledger.claim([claim(1, "run-2")], {}) == {}
    assert ledger.history([user(1)]).at("4001", "person1@example.com") == Past(claim(1, "run-2"))
    assert ledger.history([user(1)]).at("4001", "old@example.com").own == invited(old)
    rehired = user(9, email="OLD@example.com")
    assert ledger.history([rehired]).at("4009", rehired.mailbox) == Past(None, invited(old))
    assert not ledger.history([user(2)]).records


def test_two_ids_at_one_mailbox_are_claimed_by_one_run(path: Path) -> None:
    first, second = SqliteLedger(path, "1"), SqliteLedger(path, "1")
    mine, theirs = claim(1), replace(claim(2, "run-2"), email="PERSON1@example.com")
    assert first.claim([mine], {}) == {}
    assert second.claim([theirs], {}) == {"4002": Past(None, mine)}
    assert [one.user_id for one in first.everything()] == ["4001"]


def test_a_claim_at_the_old_address_is_seen_at_the_new_one(path: Path) -> None:
    first, second = SqliteLedger(path, "1"), SqliteLedger(path, "1")
    old = replace(claim(1), email="old@example.com")
    assert first.claim([old], {}) == {}
    assert second.claim([claim(1, "run-2")], {}) == {"4001": Past(None, None, old)}
    assert second.claim([claim(1, "run-2")], {"4001": Past(None, None, old)}) == {}
    first.settle([invited(old)])
    second.settle([failed(claim(1, "run-2"), "no")])
    assert sorted((one.email, one.state) for one in first.everything()) == [
        ("old@example.com", "invited"),
        ("person1@example.com", "failed"),
    ]


SPOILED = {
    "claimed_at": ["x", "", "0001-01-01T00:00:00Z", "9" * 5000],
    "last_invited_at": ["soon", "1999-01-01T00:00:00Z"],
    "attempts": ["x", -1, 10**15, 1.5],
    "task": ["../../extension?x", "a b"],
}


@pytest.mark.parametrize(
    ("column", "value"), [(column, value) for column, values in SPOILED.items() for value in values]
)
def test_a_row_that_cannot_be_believed_holds_its_user_alone(path: Path, column: str, value: object) -> None:
    ledger = filled(path, 2)
    ledger._db.execute(f"UPDATE invitation SET {column} = ? WHERE user_id = '4001'", (value,))
    history = ledger.history([user(1), user(2)])
    assert history.at("4002", "person2@example.com") == Past(claim(2))
    bad = history.at("4001", "person1@example.com").own
    assert bad is not None
    assert bad.state == "unreadable"
    assert bad.message.startswith("the ledger's record of the user 4001 cannot be read (")
    assert bad.message.endswith("use rc_ledger with action release")
    assert len(bad.message) < 200
    again = claim(1, "run-2")
    assert ledger.claim([again], {}).keys() == {"4001"}
    assert ledger.claim([again], {"4001": Past(bad)}) == {}, "force writes over it"


def test_a_ledger_is_new_until_it_knows_the_account(path: Path) -> None:
    ledgers = [SqliteLedger(path, "1", read_only=True), SqliteLedger(path, "1")]
    assert [ledger.is_new for ledger in ledgers] == [True, True]
    assert {ledger.place for ledger in ledgers} == {str(path)}
    ledgers[1].claim([claim()], {})
    assert [SqliteLedger(path, account, read_only=True).is_new for account in ("1", "2")] == [False, True]


def test_no_ledger_remembers_nothing() -> None:
    ledger = ForgetfulLedger()
    assert ledger.claim([claim()], {}) == {}
    ledger.settle([invited(claim())])
    ledger.release([claim()], {})
    assert ledger.history([user(1)]) == History()
    ledger.close()
