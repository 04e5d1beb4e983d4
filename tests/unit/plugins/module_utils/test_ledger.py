# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory: what is on disk when, for whom, and what happens to a file that is no ledger."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import LedgerError
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger import (
    ForgetfulLedger,
    failed,
    in_doubt,
    invited,
    with_task,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import (
    SCHEMA_VERSION,
    SqliteLedger,
    default_path,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import Record
from scripted import NOW, record


def claim(number: int = 1, run: str = "run-1") -> Record:
    return record(number, state="claimed", claimed_at=NOW, last_invited_at=None, run=run)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


def history(path: Path, account: str = "1") -> dict[str, Record]:
    return SqliteLedger(path, account, read_only=True).history(())


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


def test_file_and_folder_are_the_owners_alone(path: Path) -> None:
    SqliteLedger(path, "1").claim([claim()], {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    SqliteLedger(path, "1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_reading_makes_nothing(path: Path) -> None:
    assert history(path) == {}
    assert not path.parent.exists()
    SqliteLedger(path, "1")
    before = path.read_bytes(), path.stat().st_mtime_ns
    ledger = SqliteLedger(path, "1", read_only=True)
    ledger.history(())
    with pytest.raises(LedgerError, match="readonly"):
        ledger.claim([claim()], {})
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_accounts_do_not_see_each_other(path: Path) -> None:
    SqliteLedger(path, "1").claim([claim()], {})
    assert SqliteLedger(path, "2").claim([claim()], {}) == {}
    SqliteLedger(path, "2").settle([invited(claim())])
    assert history(path, "1")["4001"].state == "claimed"
    assert history(path, "2")["4001"].state == "invited"


def test_who_was_claimed_meanwhile_is_left_to_the_other_run(path: Path) -> None:
    first, second = SqliteLedger(path, "1"), SqliteLedger(path, "1")
    seen = second.history(())
    first.claim([claim(1)], {})
    assert second.claim([claim(1, "run-2"), claim(2, "run-2")], seen) == {"4001": claim(1)}
    assert history(path) == {"4001": claim(1), "4002": claim(2, "run-2")}


def test_a_known_user_is_claimed_again_if_nothing_has_changed(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    ledger.claim([claim()], {})
    ledger.settle([invited(claim())])
    seen = ledger.history(())
    again = replace(seen["4001"], state="claimed", attempts=2, run="run-2")
    assert ledger.claim([again], seen) == {}
    assert ledger.claim([replace(again, run="run-3")], seen) == {"4001": again}


def test_a_claim_that_is_taken_back_leaves_what_was_before(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    ledger.claim([claim(1)], {})
    ledger.settle([invited(claim(1))])
    before = ledger.history(())
    claims = [replace(before["4001"], state="claimed", run="run-2", attempts=2), claim(2, "run-2")]
    ledger.claim(claims, before)
    ledger.release(claims, before)
    assert history(path) == before


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


def test_a_ledger_that_another_run_is_just_making_is_no_stranger(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    path.unlink()
    ledger._db = sqlite3.connect(path, isolation_level=None)
    queries: list[str] = []

    class Connection:
        """Another run makes the ledger between any two of our looks."""

        def execute(self, query: str) -> sqlite3.Cursor:
            answer = db.execute(query)
            row = answer.fetchone()
            if not queries:
                SqliteLedger(path, "1").close()
            queries.append(query)
            return db.execute(f"SELECT {row[0]}")

    db, ledger._db = ledger._db, Connection()  # type: ignore[assignment]
    ledger._check_kind()
    assert len(queries) == 3


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, and long enough to be taken for one" * 50)


def _foreign(path: Path) -> None:
    sqlite3.connect(path).execute("CREATE TABLE something (x)").connection.commit()


def _newer(path: Path) -> None:
    SqliteLedger(path, "1").close()
    sqlite3.connect(path).execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _mutilated(path: Path) -> None:
    SqliteLedger(path, "1").claim([claim(n) for n in range(200)], {})
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def _unreadable_time(path: Path) -> None:
    SqliteLedger(path, "1").claim([claim()], {})
    sqlite3.connect(path).execute("UPDATE invitation SET claimed_at = 'x'").connection.commit()


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_garbage, "not a database"),
        (_foreign, "database of something else"),
        (_newer, "newer release"),
        (_mutilated, "cannot be used"),
        (_unreadable_time, "cannot be used"),
        (Path.mkdir, "cannot be used"),
    ],
)
def test_what_is_no_ledger_is_refused(path: Path, spoil: Callable[[Path], None], said: str, read_only: bool) -> None:
    path.parent.mkdir()
    spoil(path)
    with pytest.raises(LedgerError, match=said) as raised:
        SqliteLedger(path, "1", read_only=read_only).history(())
    assert str(path) in raised.value.message


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match=r"file/ledger\.sqlite3 cannot be used"):
        SqliteLedger(tmp_path / "file" / "ledger.sqlite3", "1")


def test_a_full_disk_shows_before_the_claim_returns(path: Path) -> None:
    ledger = SqliteLedger(path, "1")
    pages = ledger._db.execute("PRAGMA page_count").fetchone()[0]
    ledger._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="full"):
        ledger.claim([claim(n) for n in range(500)], {})
    assert history(path) == {}


def test_where_the_ledger_is_by_default() -> None:
    assert default_path({"XDG_STATE_HOME": "/x"}) == Path("/x/onboard.ringcentral/ledger.sqlite3")
    assert default_path({}) == Path.home() / ".local/state/onboard.ringcentral/ledger.sqlite3"


def test_no_ledger_remembers_nothing() -> None:
    ledger = ForgetfulLedger()
    assert ledger.claim([claim()], {}) == {}
    ledger.settle([invited(claim())])
    ledger.release([claim()], {})
    assert ledger.history(()) == {}
    ledger.close()
