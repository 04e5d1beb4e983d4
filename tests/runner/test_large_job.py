# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of 10,000 who have not activated: its job's page stays readable, and its artifacts stay small."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from emulator import Emulator
from integration.playing import NO_LIMITS, mailed
from runner.jobs import Controller, Job

PEOPLE = 10_000
VARIABLES = {"reinvite_ledger": {"backend": "custom_field"}, "reinvite_report_dir": ""}


class Jobs(NamedTuple):
    check: Job
    run: Job
    repeat: Job
    mails: Counter[str]
    addresses: list[str]


@pytest.fixture(scope="module")
def jobs(reachable: Path) -> Iterator[Jobs]:
    with Emulator(users=PEOPLE, pending=PEOPLE, odd=False, limits=NO_LIMITS) as rc:
        controller = Controller(reachable, **rc.env())
        ended = []
        for cmdline in ("--check", "", ""):
            ended.append(controller.launch(cmdline=cmdline, variables=VARIABLES))
            rc.clock.advance(61)
        people = rc.account.extensions.values()
        yield Jobs(*ended, Counter(mailed(rc)), [one.email for one in people if one.status == "NotActivated"])


def test_all_are_mailed_once_and_not_again(jobs: Jobs) -> None:
    assert [job.status for job in (jobs.check, jobs.run, jobs.repeat)] == ["successful"] * 3
    assert len(jobs.mails) == len(jobs.addresses) == PEOPLE
    assert set(jobs.mails.values()) == {1}
    assert jobs.repeat.changed == 0


@pytest.mark.parametrize("name", ["check", "run", "repeat"])
def test_the_output_is_a_page_and_no_list_of_people(jobs: Jobs, name: str) -> None:
    output = getattr(jobs, name).output
    assert f"{PEOPLE} considered" in output
    assert len(output.splitlines()) < 150
    assert sum(address in output for address in jobs.addresses) <= 20


@pytest.mark.parametrize("name", ["check", "run", "repeat"])
def test_artifacts_are_small_and_name_no_user(jobs: Jobs, name: str) -> None:
    text = json.dumps(getattr(jobs, name).artifacts)
    assert len(text) < 500
    assert "@" not in text


@pytest.mark.parametrize("name", ["check", "run", "repeat"])
def test_no_event_is_larger_than_awx_keeps(jobs: Jobs, name: str) -> None:
    assert max(path.stat().st_size for path in getattr(jobs, name).event_files) < 1_000_000
