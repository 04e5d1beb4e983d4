# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a busy machine does not change: requests, logins, waiting, and the processor time against an empty play."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.measuring import CHECKOUT, WANTED, Bench, Shared, earlier_code
from bench.role_files import count
from emulator import Emulator
from integration.playing import NO_LIMITS, mailed, requests, role_play
from machine import Machine

MOST_RATIO, TRIES = 2.2, 6
EMPTY: list[dict[str, Any]] = [
    {"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": "nothing"}}]}
]


@pytest.fixture
def start() -> Iterator[Any]:
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(Emulator(**options))


def test_forty_batches_take_one_login_and_never_hit_a_limit(start: Any, tmp_path: Path) -> None:
    rc = start(users=2100, pending=2000, odd=False)
    waiting = [one for one in rc.account.extensions.values() if one.status == "NotActivated" and one.type == "User"]
    due = str((rc.clock.now() - timedelta(days=1)).date())
    batches = [
        {"name": f"batch {number}", "invite_on": due, "users": [one.email for one in waiting[number::40]]}
        for number in range(40)
    ]
    moved = rc.clock._moved
    result = Machine(rc).onboard(batches=batches, ledger={"path": str(tmp_path / "ledger.sqlite3")})
    assert result["counts"]["mailed"] == 2000
    assert len(set(mailed(rc))) == len(mailed(rc)) == 2000
    assert (rc.state()["logins"], rc.state()["throttled"]) == (1, 0)
    assert (requests(rc)["listExtensions"], requests(rc)["extensionBulkUpdate"]) == (3, 4)
    assert rc.clock._moved - moved < 60, "seconds of waiting"


def test_nothing_to_do_costs_little_more_than_an_empty_play(start: Any, tmp_path: Path) -> None:
    """The best of some turns, as other work on the machine only adds to the time."""
    rc = start(users=40, pending=12, odd=False, limits=NO_LIMITS)
    bench = Bench(CHECKOUT, tmp_path / "runs", rc.env())
    assert bench.play(role_play()).played.code == 0
    ratios = []
    while len(ratios) < TRIES and min(ratios, default=MOST_RATIO) >= MOST_RATIO:
        empty, run = bench.play(EMPTY), bench.play(role_play())
        assert (empty.played.code, run.played.code) == (0, 0), run.played.output
        ratios.append(run.processor / empty.processor)
    assert len(mailed(rc)) == 12
    assert min(ratios) < MOST_RATIO


def test_sleeping_moves_the_shared_clock_and_rows_are_counted(tmp_path: Path) -> None:
    program = """
import sqlite3, time
before = time.time(), time.monotonic()
time.sleep(300)
assert time.time() - before[0] >= 300 and time.monotonic() - before[1] >= 300
db = sqlite3.connect(":memory:", isolation_level=None)
assert list(db.execute("SELECT 1 UNION SELECT 2")) == [(1,), (2,)]
assert db.execute("SELECT 3").fetchone() == (3,)
assert db.execute("SELECT 4 UNION SELECT 5").fetchall() == [(4,), (5,)]
assert db.execute("SELECT 6").fetchmany(9) == [(6,)]
"""
    shared = Shared(tmp_path / "shared")
    environment = {**os.environ, **shared.environment}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    assert (shared.slept, shared.rows) == (300, 6)
    subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"], env=environment, check=True, timeout=60)
    assert shared.slept == 360


def test_the_role_stays_thin() -> None:
    role = count(CHECKOUT.root / "roles/reinvite")
    assert role.tasks >= role.files > 0
    assert role.pipes_per_task <= 0.4
    assert (role.internal <= 15, role.files <= 10, role.longest <= 60) == (True, True, True)


def test_pipes_and_internal_names_are_counted(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/main.yml").write_text(
        """\
- name: Both
  when: __reinvite_one | length > 0 or false
  block:
    - ansible.builtin.debug:
        msg: |-
          {{ __reinvite_one | map('upper') | list }}
  rescue:
    - ansible.builtin.fail:
        msg: "{{ __reinvite_two || 1 }}"
"""
    )
    role = count(tmp_path)
    assert (role.files, role.longest, role.tasks, role.pipes, role.internal) == (1, 9, 2, 3, 2)


def test_a_repository_without_the_earlier_commit_is_no_failure(tmp_path: Path) -> None:
    assert earlier_code("0" * 40, folder=tmp_path) is None
    assert earlier_code("HEAD", root=tmp_path, folder=tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_commit_is_taken_as_it_was(tmp_path: Path) -> None:
    repository, folder = tmp_path / "repository", tmp_path / "bench"
    for name in WANTED:
        path = repository / name / "file" if "." not in name else repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("then")
    git(repository, "init", "--quiet")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "Then")
    (repository / "galaxy.yml").write_text("now")
    code = earlier_code("HEAD", root=repository, folder=folder)
    assert code is not None
    assert code.root == folder / "HEAD/ansible_collections/onboard/ringcentral"
    assert {path.name for path in code.root.iterdir()} == set(WANTED)
    assert (code.root / "galaxy.yml").read_text() == (code.root / "plugins/file").read_text() == "then"
    assert earlier_code("HEAD", root=repository, folder=folder) == code


def git(repository: Path, *arguments: str) -> None:
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
    subprocess.run(["git", "-C", str(repository), *who, *arguments], check=True)
