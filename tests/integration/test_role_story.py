# SPDX-License-Identifier: GPL-3.0-or-later
"""The usual day: plan with --check, send, and find nothing left to do."""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator import Emulator
from integration.playing import NO_LIMITS, ROOT, Played, Player, mailed, writes

# A line of the table names a person; anything else in the output must not.
EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")


@dataclass(frozen=True)
class Story:
    rc: Emulator
    player: Player
    check: Played
    left_by_check: tuple[list[str], list[str], list[str]]
    first: Played
    mailed_at_first: list[str]
    second: Played


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Emulator(users=60, pending=40, seed=7, limits=NO_LIMITS) as rc:
        player = Player(tmp_path_factory.mktemp("story"), rc.env())
        check = player.play("onboard.ringcentral.reinvite", "--check")
        files = [str(path) for path in (player.ledger.parent, *player.reports.iterdir()) if path.exists()]
        left_by_check = (mailed(rc), writes(rc), files)
        first = player.play("onboard.ringcentral.reinvite", "--diff")
        mailed_at_first = mailed(rc)
        second = player.play(ROOT / "playbooks/reinvite.yml")
        yield Story(rc, player, check, left_by_check, first, mailed_at_first, second)


def test_check_mode_mails_nobody_and_writes_what_it_plans_alone(story: Story) -> None:
    assert story.check.code == 0, story.check.output
    assert story.left_by_check == ([], [], [str(story.player.reports / "plan")])


def test_check_mode_plans_what_the_run_then_does(story: Story) -> None:
    planned = {one["id"]: one["reason"] for one in story.check.invitations["results"]}
    assert planned == {one["id"]: one["reason"] for one in story.first.invitations["results"]}
    assert story.check.invitations["counts"]["would_invite"] == story.first.invitations["counts"]["invited"] > 0


def test_check_mode_shows_what_would_be(story: Story) -> None:
    wanted = story.check.invitations["counts"]["would_invite"]
    assert f"WOULD BE INVITED ({wanted})" in story.check.table
    assert f", {wanted} would be invited, " in story.check.table[-1]
    assert not any(line.startswith("INVITED") for line in story.check.table)


def test_the_right_people_are_mailed_once(story: Story) -> None:
    assert story.first.code == 0, story.first.output
    invited = [one["id"] for one in story.first.invitations["results"] if one["outcome"] == "invited"]
    assert sorted(story.mailed_at_first) == sorted(invited)
    assert len(set(story.mailed_at_first)) == len(story.mailed_at_first) > 0


def test_the_table_names_who_was_mailed_and_who_was_not_and_why(story: Story) -> None:
    counts, table = story.first.invitations["counts"], story.first.table
    assert f"INVITED ({counts['invited']})" in table
    assert table[1] == f"HELD, check these users ({counts['hold']})"
    first_held = next(one for one in story.first.invitations["results"] if one["decision"] == "hold")
    assert first_held["reason"] in table[2]
    assert table[-1].startswith(f"SUMMARY {counts['considered']} considered, {counts['invited']} invited")


def test_a_long_list_is_cut_short_and_names_the_file(story: Story) -> None:
    more = story.first.invitations["counts"]["invited"] - 20
    assert f"  and {more} more, see {story.player.reports / 'localhost.csv'}" in story.first.table


def test_the_second_run_changes_nothing(story: Story) -> None:
    assert story.second.code == 0, story.second.output
    assert story.second.changed == 0
    assert mailed(story.rc) == story.mailed_at_first
    reasons = story.second.invitations["reasons"]
    assert reasons["recently_invited"] == len(story.mailed_at_first)
    assert "not_activated" not in reasons
    assert any(line.startswith("SKIPPED") and "recently_invited" in line for line in story.second.table)


def test_only_the_first_run_counts_as_changed_and_only_for_the_mail(story: Story) -> None:
    assert story.first.changed == 1


def test_the_files_hold_everybody_for_their_owner_alone(story: Story) -> None:
    reports = story.player.reports
    names = ["history", "localhost.csv", "localhost.html", "localhost.json", "plan"]
    assert sorted(path.name for path in reports.iterdir()) == names
    assert stat.S_IMODE(reports.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in reports.rglob("*") if path.is_file()} == {0o600}
    report = story.player.report()
    assert report["results"] == story.second.invitations["results"]
    assert report["counts"] == story.second.invitations["counts"]
    assert report["needs_password_reset"] == []
    with (reports / "localhost.csv").open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["id"] for row in rows] == [one["id"] or "" for one in report["results"]]
    assert [row["reason"] for row in rows] == [one["reason"] for one in report["results"]]


def test_the_counts_are_handed_on_and_nobodys_name(story: Story) -> None:
    handed_on = story.first.custom["_run"]["reinvite_counts"]
    assert handed_on == {"localhost": story.first.invitations["counts"]}


def test_the_output_names_people_in_the_table_alone(story: Story) -> None:
    for played in (story.check, story.second):
        in_the_table = set(EMAIL.findall("\n".join(played.table)))
        assert set(EMAIL.findall(played.output)) <= in_the_table


def test_a_new_ledger_beside_long_pending_users_is_a_warning_once(story: Story) -> None:
    said = "pending users are older than resend_after"
    outputs = [" ".join(played.output.split()) for played in (story.check, story.first, story.second)]
    assert [said in output for output in outputs] == [True, True, False]


def test_no_report_is_shown_as_a_diff(story: Story) -> None:
    assert "\n+id,name,email" not in story.first.output


def test_the_playbook_needs_no_inventory(story: Story) -> None:
    assert "WARNING" not in story.second.output, story.second.output


def test_the_reports_land_where_ansible_playbook_was_started(story: Story) -> None:
    assert not (ROOT / "playbooks/reinvite-reports").exists()
    assert Path(story.player.folder / "reinvite-reports").is_dir()
