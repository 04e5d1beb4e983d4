# SPDX-License-Identifier: GPL-3.0-or-later
"""A large account at the documented limits, and accounts that do not do all they are asked: the whole job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from integration.playing import NO_LIMITS, ROOT, Played, Player, mailed, requests, role_play, writes

USERS, PENDING = 2500, 1300
PERSON = "User"
LIST_PENDING = [
    role_play()[0]
    | {
        "roles": [],
        "tasks": [{"name": "Pending", "onboard.ringcentral.rc_user_info": {"status": ["not_activated"]}}],
    }
]


@dataclass(frozen=True)
class Run:
    """A run of a playbook, and what the account had seen when it ended."""

    played: Played
    requests: dict[str, int]
    writes: list[str]
    mailed: list[str]
    state: dict[str, Any]


@dataclass(frozen=True)
class Job:
    rc: Emulator
    player: Player
    info: Run
    check: Run
    first: Run
    second: Run


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    with Emulator(users=USERS, pending=PENDING, seed=11, odd=False) as rc:
        player = Player(tmp_path_factory.mktemp("job"), rc.env())

        def run(playbook: Any, *options: str) -> Run:
            before = len(rc.log)
            played = player.play(playbook, *options)
            assert played.code == 0, played.output
            seen = Run(played, requests(rc, since=before), writes(rc, since=before), mailed(rc), rc.state())
            rc.clock.advance(61)  # a minute later, as far as the limits are concerned
            return seen

        playbook = ROOT / "playbooks/reinvite.yml"
        yield Job(rc, player, run(LIST_PENDING), run(playbook, "--check"), run(playbook), run(playbook))


def test_info_lists_all_who_are_pending_over_pages(job: Job) -> None:
    listed = job.info.played.result("Pending")
    assert listed["total"] == len(listed["users"]) == PENDING
    assert {user["status"] for user in listed["users"]} == {"not_activated"}
    assert job.info.requests["listExtensions"] == 2


def test_check_mode_mails_nobody_and_writes_nothing(job: Job) -> None:
    assert job.check.played.invitations["counts"]["would_invite"] == PENDING
    assert (job.check.mailed, job.check.writes) == ([], [])


def test_each_pending_person_is_mailed_once_and_nobody_else(job: Job) -> None:
    people = job.rc.account.extensions.values()
    pending = {str(one.id) for one in people if one.status == "NotActivated" and one.type == PERSON}
    assert sorted(job.first.mailed) == sorted(pending)
    assert len(job.first.mailed) == PENDING
    assert job.first.played.invitations["counts"]["invited"] == PENDING
    assert any(one.status == "NotActivated" and one.type != PERSON for one in people), "no queue or room to leave out"


def test_one_login_few_pages_three_bulk_requests_no_session_left(job: Job) -> None:
    asked = job.first.requests
    assert (asked["getToken"], asked["revokeToken"]) == (1, 1)
    assert asked["listExtensions"] <= 3
    assert job.first.writes == ["extensionBulkUpdate"] * 3
    assert job.first.state["open_sessions"] == []


def test_no_limit_is_met_and_the_contract_is_kept(job: Job) -> None:
    assert job.second.state["throttled"] == 0
    assert job.second.state["violations"] == []
    assert job.second.state["status_writes"] == []


def test_the_second_run_finds_them_all_recently_invited(job: Job) -> None:
    assert job.second.played.changed == 0
    assert job.second.played.invitations["reasons"] == {"recently_invited": PENDING}
    assert job.second.mailed == job.first.mailed
    assert job.second.writes == []
    assert f"SKIPPED ({PENDING}), {PENDING} recently_invited" in job.second.played.table


def test_the_output_stays_short_and_the_files_hold_everybody(job: Job) -> None:
    assert job.first.played.output.count("@") < 50
    assert len(job.player.report()["results"]) == PENDING
    assert len((job.player.reports / "localhost.csv").read_text(encoding="utf-8").splitlines()) == PENDING + 1


def test_an_account_that_may_not_use_bulk_is_served_one_by_one(tmp_path: Path) -> None:
    with Emulator(users=40, pending=12, seed=7, lacking={"EditExtensionInfo"}) as rc:
        played = Player(tmp_path, rc.env()).play(role_play())
        assert played.code == 0, played.output
        assert played.invitations["counts"]["invited"] == len(mailed(rc)) == len(set(mailed(rc))) == 12
        assert {mail["via"] for mail in rc.outbox} == {"single"}
        assert requests(rc)["extensionBulkUpdate"] == 1


def test_records_rejected_in_a_completed_task_are_failures_and_the_rest_is_invited(tmp_path: Path) -> None:
    with Emulator(users=40, pending=12, seed=7, limits=NO_LIMITS) as rc:
        player = Player(tmp_path, rc.env())
        plan = player.play(role_play(), "--check").invitations["results"]
        rejected = [one["id"] for one in plan if one["outcome"] == "would_invite"][:2]
        rc.account.reject = {int(one): "The mailbox is on fire" for one in rejected}
        played = player.play(role_play())
        assert played.code == 2
        counts, results = played.invitations["counts"], played.invitations["results"]
        assert (counts["failed"], counts["invited"], counts["unknown"]) == (2, 10, 0)
        failed = {one["id"]: one["message"] for one in results if one["outcome"] == "failed"}
        assert sorted(failed) == sorted(rejected)
        assert all("CMN-101" in message and "The mailbox is on fire" in message for message in failed.values())
        assert sorted(mailed(rc)) == sorted(one["id"] for one in results if one["outcome"] == "invited")
        assert played.failure.startswith("10 of 12 users were invited (2 failed)")

        rc.account.reject = {}
        again = player.play(role_play())
        assert again.code == 0, again.output
        assert sorted(mailed(rc)[10:]) == sorted(rejected)
