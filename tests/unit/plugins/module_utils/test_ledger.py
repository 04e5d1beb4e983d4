# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory: what is on disk when, for whom, and what happens to a file that is no ledger."""

from __future__ import annotations

import stat
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


def test_who_was_claimed_meanwhile_is_left_to_the_other_run(path: Path) -> None:
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


def test_no_ledger_remembers_nothing() -> None:
    ledger = ForgetfulLedger()
    assert ledger.claim([claim()], {}) == {}
    ledger.settle([invited(claim())])
    ledger.release([claim()], {})
    assert ledger.history([user(1)]) == History()
    ledger.close()
