# SPDX-License-Identifier: GPL-3.0-or-later
"""What does not go well is said, and what went well before it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulator import Emulator
from integration.playing import CONNECTION, Player, mailed, role_play, writes

AGAIN = "Fix what the table shows and run this again"


@pytest.mark.parametrize("users", [[], None, ""], ids=["empty list", "null", "blank of a survey"])
def test_naming_nobody_is_refused_and_never_everybody(rc: Emulator, player: Player, users: object) -> None:
    played = player.play(role_play(reinvite_users=users))
    assert played.code == 2
    assert played.failure.startswith("users: is empty"), played.failure
    assert mailed(rc) == []
    assert not player.reports.exists()


def test_users_and_all_pending_exclude_each_other(rc: Emulator, player: Player) -> None:
    played = player.play(role_play(reinvite_users=["ada@example.com"], reinvite_all_pending=True))
    assert played.code == 2
    assert "all_pending" in played.failure
    assert mailed(rc) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("reinvite_limit", "many", "reinvite_limit"),
        ("reinvite_transport", "pigeon", "reinvite_transport must be one of: auto, bulk, single"),
        ("reinvite_ledger", {"backend": "paper"}, "backend must be one of: sqlite, custom_field, none"),
    ],
)
def test_a_wrong_variable_is_named_before_anything_is_asked(
    rc: Emulator, player: Player, name: str, value: object, said: str
) -> None:
    played = player.play(role_play(**{name: value}))
    assert played.code == 2
    assert said in played.failure
    assert rc.log == []


def test_before_there_is_a_plan_the_message_stands_alone(rc: Emulator, player: Player) -> None:
    played = player.play(role_play(reinvite_jwt="nobodys.jwt.atall"))
    assert played.code == 2
    assert "nobodys.jwt.atall" not in played.output
    assert AGAIN not in played.failure
    assert not player.reports.exists()
    assert played.custom == {}


def test_a_guard_shows_the_plan_and_sends_nothing(rc: Emulator, player: Player) -> None:
    played = player.play(role_play(reinvite_max_invites=2))
    assert played.code == 2
    assert "max_invites" in played.failure
    assert mailed(rc) == writes(rc) == []
    assert any(line.startswith("NOT SENT (") for line in played.table)
    assert player.report()["counts"]["send"] > 2


def test_what_was_done_is_reported_although_some_failed(rc: Emulator, player: Player) -> None:
    plan = player.play(role_play(), "--check").invitations["results"]
    first, second, *_rest = [one for one in plan if one["outcome"] == "would_invite"]
    rc.account.reject = {int(one["id"]): "The mailbox is on fire" for one in (first, second)}
    played = player.play(role_play())
    assert played.code == 2
    counts = played.invitations["counts"]
    assert (counts["failed"], counts["invited"]) == (2, counts["send"] - 2)
    assert len(mailed(rc)) == counts["invited"]
    assert f"{counts['invited']} of {counts['send']} users were invited (2 failed)" in played.failure
    assert AGAIN in played.failure
    assert "FAILED (2)" in played.table
    assert {one["id"] for one in player.report()["results"] if one["outcome"] == "failed"} == {
        first["id"],
        second["id"],
    }
    assert player.report()["failed"] is True
    assert (player.reports / "localhost.csv").read_text(encoding="utf-8").count(",failed,") == 2
    assert played.custom["_run"]["reinvite_counts"]["localhost"] == counts


def test_an_empty_report_dir_writes_no_files(rc: Emulator, player: Player) -> None:
    played = player.play(role_play(reinvite_report_dir="", reinvite_limit=1))
    assert played.code == 0, played.output
    assert len(mailed(rc)) == 1
    assert sorted(path.name for path in player.folder.iterdir()) == ["home", "play.yml", "record.json"]


def test_a_folder_that_exists_keeps_its_mode(rc: Emulator, player: Player) -> None:
    shared = player.folder / "shared"
    shared.mkdir(mode=0o755)
    played = player.play(role_play(reinvite_report_dir="shared", reinvite_limit=1))
    assert played.code == 0, played.output
    assert shared.stat().st_mode & 0o777 == 0o755
    assert (shared / "localhost.csv").stat().st_mode & 0o777 == 0o600


def test_hosts_keep_their_counts_and_files_apart(rc: Emulator, player: Player, tmp_path: Path) -> None:
    hosts = ["acme/europe", "acme_europe", "..", "Büro Süd"]
    inventory = {"all": {"hosts": {key: {} for key in hosts}}}
    (tmp_path / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    played = player.play(
        "onboard.ringcentral.reinvite", "-i", str(tmp_path / "hosts.json"), reinvite_hosts="all", reinvite_limit=1
    )
    assert played.code == 0, played.output
    assert sorted(path.stem for path in player.reports.glob("*.csv")) == [
        "..",
        "B%C3%BCro%20S%C3%BCd",
        "acme%2Feurope",
        "acme_europe",
        "estate",  # the summary of all of them
    ]
    assert set(played.custom["_run"]["reinvite_counts"]) == set(hosts)
    assert len(mailed(rc)) == len(set(mailed(rc)))


def test_the_result_is_there_for_the_tasks_that_follow(rc: Emulator, player: Player) -> None:
    activated = next(
        user for user in rc.account.extensions.values() if user.status == "Enabled" and user.type == "User"
    )
    plays = role_play(reinvite_users=[str(activated.id)])
    plays[0]["post_tasks"] = [
        {
            "name": "After",
            "ansible.builtin.debug": {"msg": "{{ reinvite_result.needs_password_reset | map(attribute='id') }}"},
        }
    ]
    played = player.play(plays)
    assert played.code == 0, played.output
    assert played.result("After")["msg"] == [str(activated.id)]
    assert "NEED A PASSWORD RESET, no invitation (1)" in played.table
    assert mailed(rc) == []


def test_module_defaults_of_the_group_hold_under_the_role(rc: Emulator, player: Player) -> None:
    environment = rc.env()
    plays = role_play(reinvite_limit=1)
    plays[0]["module_defaults"] = {
        "group/onboard.ringcentral.ringcentral": {option: environment[name] for option, name in CONNECTION.items()}
    }
    played = Player(player.folder).play(plays)
    assert played.code == 0, played.output
    assert len(mailed(rc)) == 1
