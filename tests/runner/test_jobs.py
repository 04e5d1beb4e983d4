# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check, run and repeat as AWX does them: by a user of no name, without a home, with the ledger in RingCentral."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from emulator import Emulator
from emulator.world import CLIENT_SECRET, JWT
from faults.test_secrets import left_behind, needles
from integration.playing import CONNECTION, NO_LIMITS, mailed, writes
from runner.jobs import ANYBODY, Controller, Job

FIELD = {"reinvite_ledger": {"backend": "custom_field"}}
PENDING = 12
MODULE_ALONE = [
    {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"onboard.ringcentral.rc_send_invite": {"all_pending": True}}],
    }
]


class Round(NamedTuple):
    """The three jobs of a round, and how many mails and writes there had been when each ended."""

    controller: Controller
    check: Job
    run: Job
    repeat: Job
    mails: list[int]
    writes: list[int]


@pytest.fixture(scope="module")
def round_of_jobs(reachable: Path) -> Iterator[Round]:
    with Emulator(users=40, pending=PENDING, limits=NO_LIMITS) as rc:
        controller = Controller(reachable, **rc.env())
        jobs: list[Job] = []
        mails: list[int] = []
        written: list[int] = []
        for cmdline in ("--check", "", ""):
            jobs.append(controller.launch(cmdline=cmdline, variables=FIELD))
            mails.append(len(mailed(rc)))
            written.append(len([one for one in writes(rc) if one != "searchDirectoryEntries"]))  # a POST that reads
            rc.clock.advance(61)
        yield Round(controller, *jobs, mails, written)


def test_a_check_shows_the_plan_and_writes_nothing(round_of_jobs: Round) -> None:
    assert round_of_jobs.check.status == "successful", round_of_jobs.check.output
    assert counts(round_of_jobs.check)["would_invite"] == PENDING
    assert (round_of_jobs.mails[0], round_of_jobs.writes[0]) == (0, 0)


def test_a_run_mails_each_once(round_of_jobs: Round) -> None:
    assert round_of_jobs.run.status == "successful", round_of_jobs.run.output
    assert counts(round_of_jobs.run)["invited"] == round_of_jobs.mails[1] == PENDING
    assert f"INVITED ({PENDING})" in round_of_jobs.run.output


def test_a_repeated_job_changes_nothing(round_of_jobs: Round) -> None:
    assert round_of_jobs.repeat.status == "successful", round_of_jobs.repeat.output
    assert round_of_jobs.repeat.changed == 0
    assert counts(round_of_jobs.repeat)["invited"] == 0
    assert round_of_jobs.mails[2] == PENDING
    assert round_of_jobs.writes[2] == round_of_jobs.writes[1]


def test_nothing_was_written_at_home_and_no_job_was_root(round_of_jobs: Round) -> None:
    assert list(round_of_jobs.controller.home.iterdir()) == []
    owners = {path.stat().st_uid for path in round_of_jobs.run.event_files}
    assert owners == {os.geteuid() or ANYBODY}


def test_artifacts_are_numbers_by_account(round_of_jobs: Round) -> None:
    for job in (round_of_jobs.check, round_of_jobs.run, round_of_jobs.repeat):
        assert list(job.artifacts) == ["reinvite_counts"]
        assert list(job.artifacts["reinvite_counts"]) == ["localhost"]
        assert all(isinstance(count, int) for count in counts(job).values())


def test_accounts_are_not_added_up_and_artifacts_do_no_harm_downstream(reachable: Path) -> None:
    accounts = {"europe": 3, "america": 5}
    servers = {name: Emulator(users=9, pending=number, odd=False) for name, number in accounts.items()}
    with servers["europe"] as europe, servers["america"] as america:
        hosts = {
            name: {f"reinvite_{option}": rc.env()[variable] for option, variable in CONNECTION.items()}
            for name, rc in (("europe", europe), ("america", america))
        }
        controller = Controller(folder(reachable, "accounts"))
        first = controller.launch(hosts=hosts, variables={**FIELD, "reinvite_hosts": "all"})
        assert first.status == "successful", first.output
        assert {host: counts(first, host)["invited"] for host in hosts} == accounts
        downstream = {**FIELD, "reinvite_hosts": "all", **first.artifacts}
        second = controller.launch(hosts=hosts, variables=downstream)
        assert second.status == "successful", second.output
        assert second.changed == 0
        assert {host: counts(second, host)["invited"] for host in hosts} == dict.fromkeys(hosts, 0)
        assert (len(mailed(europe)), len(mailed(america))) == (3, 5)


def test_a_rulebook_names_users_by_number(reachable: Path) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        new = next(one for one in rc.account.extensions.values() if one.status == "NotActivated")
        controller = Controller(folder(reachable, "rulebook"), **rc.env())
        job = controller.launch(variables={**FIELD, "reinvite_users": [int(new.id)]})
        assert job.status == "successful", job.output
        assert mailed(rc) == [str(new.id)]


def test_the_credential_of_another_account_sends_nothing(reachable: Path) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        controller = Controller(folder(reachable, "another"), **rc.env())
        job = controller.launch(variables={**FIELD, "reinvite_expect_account": "400999999999"})
        assert job.status == "failed"
        assert "400131426008" in job.failures[-1]
        assert (mailed(rc), writes(rc)) == ([], [])


def test_a_file_that_would_vanish_is_refused_as_a_ledger(reachable: Path) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        controller = Controller(folder(reachable, "vanishing"), **rc.env())
        by_role = controller.launch()
        assert "Set backend to custom_field, or path to a file that stays. No mail was sent." in by_role.failures[0]
        by_module = controller.launch(
            "playbooks/module_alone.yml", files={"playbooks/module_alone.yml": json.dumps(MODULE_ALONE)}
        )
        assert "would vanish with this job's container" in by_module.failures[0]
        assert (by_role.status, by_module.status) == ("failed", "failed")
        assert rc.log == []


@pytest.mark.parametrize("source", ["environment", "variables"])
def test_no_secret_is_in_what_a_loud_job_leaves(reachable: Path, source: str) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        named = {f"reinvite_{option}": rc.env()[variable] for option, variable in CONNECTION.items()}
        controller = Controller(folder(reachable, source), **(rc.env() if source == "environment" else {}))
        job = controller.launch(cmdline="-vvvv --diff", variables={**FIELD, **(named if source == "variables" else {})})
        assert job.status == "successful", job.output
        secrets = {CLIENT_SECRET, JWT, *(session.token for session in rc.account.sessions)}
        traces = left_behind(job.results)
        del traces["command"]  # the runner's own record of the environment, which AWX removes with the folder
        assert len(traces) > 20
        assert not [(name, secret) for name, text in traces.items() for secret in needles(secrets) if secret in text]


def counts(job: Job, host: str = "localhost") -> dict[str, Any]:
    return job.artifacts["reinvite_counts"][host]


def folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made
