# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_user with a list, as a playbook runs it: the documented example, under the documented limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ansible_collections.onboard.ringcentral.plugins.modules import rc_user
from emulator import Emulator
from integration.playing import Player, requests


def play(task: dict[str, Any], **variables: Any) -> list[dict[str, Any]]:
    local = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return [{"hosts": "localhost", "gather_facts": False, "vars": {**local, **variables}, "tasks": [task]}]


def test_twenty_rows_of_a_csv_take_one_login(tmp_path: Path) -> None:
    """An empty cell leaves the attribute as it is."""
    example = yaml.safe_load(rc_user.EXAMPLES)[-1]
    with Emulator(users=60, pending=30, odd=False) as rc:
        people = [user for user in rc.account.extensions.values() if user.type == "User"][:20]
        kept = [user.department for user in people]
        rows = [
            {"user": str(user.id), "email": f"new{number}@example.com", "department": "" if number % 2 else "Engines"}
            for number, user in enumerate(people)
        ]
        player = Player(tmp_path, rc.env())
        checked = player.play(play(example, corrections={"list": rows}), "--check", "--diff")
        assert requests(rc) == {"getToken": 1, "readAccountInfo": 1, "listExtensions": 1, "revokeToken": 1}
        played = player.play(play(example, corrections={"list": rows}), "--diff")
        assert requests(rc) == {
            "getToken": 2,
            "readAccountInfo": 2,
            "listExtensions": 2,
            "updateExtension": 20,
            "revokeToken": 2,
        }
        assert [user.email for user in people] == [row["email"] for row in rows]
        assert [user.department for user in people] == [
            row["department"] or present for row, present in zip(rows, kept, strict=True)
        ]
        assert rc.outbox == []
    for run, outcome in ((checked, "would_correct"), (played, "corrected")):
        result = run.result(example["name"])
        assert [(user["id"], user["outcome"]) for user in result["users"]] == [(row["user"], outcome) for row in rows]
        assert len(result["diff"]) == 20
        assert "+    email: new19@example.com" in run.output
        assert run.changed == 1


def test_a_refused_list_fails_the_task_with_every_problem(rc: Emulator, player: Player) -> None:
    users = [{"user": "gone@example.com", "email": "ada@example.com"}, {"user": "102", "email": "bob"}]
    played = player.play(play({"name": "Correct", "onboard.ringcentral.rc_user": {"users": users}}))
    assert played.code == 2
    assert "2 of 2 entries cannot be applied: entry 1 (gone@example.com): user: no user has" in played.failure
    assert "entry 2 (102): email: 'bob' is not an e-mail address. No user was changed." in played.failure
    assert [problem["entry"] for problem in played.result("Correct")["problems"]] == [1, 2]
    assert "updateExtension" not in requests(rc)
