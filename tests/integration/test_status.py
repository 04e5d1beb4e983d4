# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/status.yml tells what is known of one person, and neither mails nor writes."""

from __future__ import annotations

from pathlib import Path

from emulator import Emulator
from integration.playing import NO_LIMITS, Played, Player, mailed


def told(played: Played) -> str:
    assert (played.code, played.changed) == (0, 0), played.output
    return "\n".join(played.result("Show what is known of them")["msg"])


def test_before_and_after_an_invitation(tmp_path: Path) -> None:
    with Emulator(users=12, pending=6, limits=NO_LIMITS) as rc:
        player = Player(tmp_path, rc.env())
        who = next(one.email for one in rc.account.extensions.values() if one.name == "Łukasz Ferreira")
        notify = {"when": ["always"], "webhooks": [{"kind": "json", "url": "https://127.0.0.1:9/"}]}
        before = told(player.play("onboard.ringcentral.status", who=who, reinvite_notify=notify))
        assert "would be mailed by a run" in before
        assert "the ledger has none" in before
        assert "NOTIFY" not in before.upper()
        assert mailed(rc) == []
        assert not player.ledger.exists()
        assert not player.reports.exists()
        assert {entry["method"] for entry in rc.log} == {"GET", "POST"}
        assert player.play("onboard.ringcentral.reinvite", reinvite_users=[who]).code == 0
        sent = len(mailed(rc))
        after = told(player.play("onboard.ringcentral.status", who=who))
        assert "Link still valid" in after
        assert "1 by the ledger, the last that surely went out on " in after
        assert "next         not before " in after
        assert len(mailed(rc)) == sent == 1


def test_without_a_name_it_says_how_to_give_one(tmp_path: Path) -> None:
    played = Player(tmp_path, {}).play("onboard.ringcentral.status")
    assert played.code == 2
    assert "add -e who=ada@example.com" in played.failure


def test_the_ledger_shows_a_person_and_keeps_a_live_link(tmp_path: Path) -> None:
    who = "ukasz.ferreira.4@example.com"
    name = "onboard.ringcentral.rc_ledger"
    play: dict[str, object] = {"hosts": "localhost", "gather_facts": False}
    play["vars"] = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play["tasks"] = [
        {"name": "Show", name: {"users": [who]}},
        {"name": "Forget", name: {"action": "forget", "users": [who]}},
    ]
    with Emulator(users=12, pending=6, limits=NO_LIMITS) as rc:
        player = Player(tmp_path, rc.env())
        assert player.play("onboard.ringcentral.reinvite", reinvite_users=[who]).code == 0
        played = player.play([play])
        (record,) = played.result("Show")["records"]
        assert (record["email"], record["state"], record["attempts"]) == (who, "invited", 1)
        assert "1 of 1 users were kept. ukasz.ferreira.4@example.com: was or may have been invited" in played.failure
        assert len(player.play([{**play, "tasks": play["tasks"][:1]}]).result("Show")["records"]) == 1  # type: ignore[index]
        assert len(mailed(rc)) == 1
