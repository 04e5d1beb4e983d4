# SPDX-License-Identifier: GPL-3.0-or-later
"""Approval, waves and hours, as the role has them."""

from __future__ import annotations

import json
import stat
from datetime import datetime, timedelta, timezone

import pytest

from emulator import Emulator
from integration.playing import Player, mailed, requests, role_play, writes
from integration.test_role_directory import _pending as pending

PLAN = {"reinvite_plan_file": "plans/monday.json"}


def test_only_who_was_planned_and_has_not_changed_is_mailed(rc: Emulator, player: Player) -> None:
    people = pending(rc)
    planned = player.play(role_play(**PLAN, reinvite_limit=10), "--check")
    assert planned.code == 0, planned.output
    assert writes(rc) == []
    file = player.folder / "plans/monday.json"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]
    plan = json.loads(file.read_text(encoding="utf-8"))
    assert len(plan["users"]) == 10
    assert planned.table[-1].startswith(f"{file} holds the 10 users who would be invited. ")

    approved = {user["id"] for user in plan["users"]}
    activated, moved, left = [one for one in people if str(one.id) in approved][:3]
    activated.status = "Enabled"
    moved.email = "moved@example.com"
    directory = [{"email": one.email, "name": one.name} for one in rc.account.extensions.values() if one is not left]
    played = player.play(role_play(**PLAN, reinvite_directory=directory, reinvite_match_by=["email"]))
    assert played.code == 0, played.output
    reasons = {one["id"]: one["reason"] for one in played.invitations["results"]}
    assert reasons.pop(str(activated.id)) == "already_activated"
    assert reasons.pop(str(moved.id)) == "changed_since_plan"
    assert reasons.pop(str(left.id)) == "not_in_directory"
    assert set(reasons.values()) == {"not_activated"}
    assert sorted(mailed(rc)) == sorted(reasons)
    assert len(reasons) == 7

    again = player.play(role_play(**PLAN, reinvite_directory=directory, reinvite_match_by=["email"]))
    assert again.changed == 0, again.output
    assert len(mailed(rc)) == 7


def test_a_plan_that_cannot_be_carried_out_sends_nothing(rc: Emulator, player: Player) -> None:
    def failure(**options: str) -> str:
        played = player.play(role_play(**PLAN | options))
        assert played.code == 2, played.output
        return [one["result"] for one in played.tasks if one["status"] == "failed"][-1]["msg"]

    file = player.folder / "plans/monday.json"
    assert "A run with --check writes it, for approval. No mail was sent." in failure()
    assert player.play(role_play(**PLAN), "--check").code == 0
    plan = json.loads(file.read_text(encoding="utf-8"))
    asked = len(rc.log)
    file.write_text(json.dumps(plan | {"made_at": "2026-01-01T00:00:00Z"}), encoding="utf-8")
    assert "it is of 2026-01-01 00:00 UTC, older than 48h" in failure()
    file.write_text("{}", encoding="utf-8")
    assert "it is not a plan that a run with --check has written. No mail was sent." in failure()
    assert len(rc.log) == asked
    file.write_text(json.dumps(plan | {"account": {"id": "7"}}), encoding="utf-8")
    assert "plan: was made for 7, not for the account" in failure()
    assert writes(rc) == []


def test_an_empty_plan_mails_nobody(rc: Emulator, player: Player) -> None:
    assert player.play(role_play(**PLAN, reinvite_allowed_domains=["nowhere.example"]), "--check").code == 0
    played = player.play(role_play(**PLAN))
    assert played.code == 0, played.output
    assert mailed(rc) == []


def test_one_wave_after_the_other(rc: Emulator, player: Player) -> None:
    people = pending(rc)
    for number, one in enumerate(people):
        one.site, one.department = ("Paris", "Sales") if number < 5 else ("Rome", "IT" if number < 9 else "Sales")
    waves = {
        "reinvite_waves": [{"site": ["Rome"], "department": ["it"]}, {"site": ["Paris"]}],
        "reinvite_wave_pause": 1,
    }

    planned = player.play(role_play(**waves), "--check")
    assert planned.code == 0, planned.output
    waves_shown = [line for line in planned.table if line.startswith(("WAVE", "IN NO WAVE"))]
    assert waves_shown == ["WAVE Rome, it (4)", "WAVE Paris (5)", "IN NO WAVE, not mailed (3)"]
    assert planned.changed == 1
    assert writes(rc) == []

    played = player.play(role_play(**waves))
    assert played.code == 0, played.output
    order = mailed(rc)
    assert sorted(order[:4]) == sorted(str(one.id) for one in people[5:9])
    assert sorted(order[4:]) == sorted(str(one.id) for one in people[:5])
    assert requests(rc)["extensionBulkUpdate"] == 2
    report = player.report()
    assert (report["counts"]["invited"], report["counts"]["would_invite"]) == (9, 0)
    left = [one for one in report["results"] if one["decision"] == "send" and not one["outcome"]]
    assert sorted(one["id"] for one in left) == sorted(str(one.id) for one in people[9:])
    assert "NOT SENT (3)" in played.table
    assert played.changed >= 1

    again = player.play(role_play(**waves))
    assert again.changed == 0, again.output
    assert len(mailed(rc)) == 9


def test_a_wave_that_fails_is_the_last_one(rc: Emulator, player: Player) -> None:
    people = pending(rc)
    for number, one in enumerate(people):
        one.site = "Paris" if number < 5 else "Rome"
    rc.account.reject[people[0].id] = "no such mailbox"
    played = player.play(role_play(reinvite_waves=[{"site": ["Paris"]}, {}]))
    assert played.code == 2, played.output
    assert played.failure.startswith("4 of 12 users were invited (1 failed); stopped because the wave Paris failed. ")
    assert sorted(mailed(rc)) == sorted(str(one.id) for one in people[1:5])
    assert player.report()["counts"]["failed"] == 1
    assert "NOT SENT (7)" in played.table


def test_a_wave_that_cannot_be_meant_sends_nothing(rc: Emulator, player: Player) -> None:
    played = player.play(role_play(reinvite_waves=[{"sites": ["Paris"]}]))
    assert played.code == 2, played.output
    assert "sites" in played.failure
    assert rc.log == []


def test_outside_the_window_the_play_ends_well_and_says_when_it_opens(rc: Emulator, player: Player) -> None:
    later = datetime.now(timezone.utc) + timedelta(days=2)
    window = {"days": [f"{later:%a}".lower()], "timezone": "UTC"}
    played = player.play(role_play(reinvite_window=window))
    assert played.code == 0, played.output
    assert played.changed == 0
    assert mailed(rc) == []
    opens = f"opens on {later:%a %Y-%m-%d} 09:00 UTC"
    assert any(line.startswith("LATER (") and line.endswith(opens) for line in played.table)
    assert played.invitations["reasons"]["outside_window"] == 12


def test_holidays_may_be_dates_of_yaml(rc: Emulator, player: Player) -> None:
    days = "".join(f"\n        - {datetime.now(timezone.utc).date() + timedelta(days=day)}" for day in (-1, 0, 1))
    play = f"""
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
    reinvite_window:
      holidays:{days}
  roles: [onboard.ringcentral.reinvite]
"""
    (player.folder / "holidays.yml").write_text(play, encoding="utf-8")
    played = player.play("holidays.yml")
    assert played.code == 0, played.output
    assert played.invitations["reasons"]["outside_window"] == 12
    assert mailed(rc) == []


@pytest.mark.parametrize("window", [{"timezone": "Mars/Olympus"}, {"start": "late"}])
def test_a_window_that_cannot_be_meant_sends_nothing(rc: Emulator, player: Player, window: dict[str, str]) -> None:
    played = player.play(role_play(reinvite_window=window))
    assert played.code == 2, played.output
    assert played.failure.startswith("window.")
    assert rc.log == []


def test_a_workflow_learns_that_somebody_waits(rc: Emulator, player: Player) -> None:
    options = {"reinvite_fail_if_pending": True}
    waiting = player.play(role_play(**options), "--check")
    assert waiting.code == 2
    assert waiting.failure == "reinvite_fail_if_pending: 12 users are waiting for an invitation."
    assert waiting.custom["_run"]["reinvite_counts"]["localhost"]["would_invite"] == 12
    assert player.play(role_play()).code == 0
    assert player.play(role_play(**options), "--check").code == 0
    assert len(mailed(rc)) == 12
