# SPDX-License-Identifier: GPL-3.0-or-later
"""The stdout callback brief shows the table as it is meant to be read, and what fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from emulator import Emulator
from integration.playing import NO_LIMITS, Player

BRIEF = {"ANSIBLE_STDOUT_CALLBACK": "onboard.ringcentral.brief"}


def said(tmp_path: Path, *tasks: dict[str, Any], hosts: str = "localhost,", options: tuple[str, ...] = ()) -> list[str]:
    play = {"hosts": "all", "connection": "local", "gather_facts": False, "tasks": list(tasks)}
    return Player(tmp_path, BRIEF).play([play], "-i", hosts, *options).output.splitlines()


def test_a_run_is_its_table(tmp_path: Path) -> None:
    with Emulator(users=20, pending=4, limits=NO_LIMITS) as rc:
        player = Player(tmp_path, {**rc.env(), **BRIEF})
        played = player.play("onboard.ringcentral.reinvite")
        shown = played.ended("Show who was invited, who was not, and why")["result"]["msg"]
        *table, last = played.output.splitlines()
        assert table == shown
        assert last.endswith(" changed=1 failed=0")  # releases count an include differently


def test_what_fails_is_named(tmp_path: Path) -> None:
    failing = {"name": "Break", "ansible.builtin.fail": {"msg": "first line\nsecond line"}}
    items = {"name": "Each", "ansible.builtin.command": "{{ item }}", "loop": ["true", "false"]}
    lines = said(tmp_path, {**failing, "ignore_errors": True}, {**items, "ignore_errors": True}, failing)
    assert lines[0:2] == ["FAILED, and ignored: Break: first line", "second line"]
    assert [line for line in lines if line.startswith("FAILED: Each: ")]  # releases say it in other words
    assert lines[-3:] == ["FAILED: Break: first line", "second line", "localhost: ok=2 changed=1 failed=1"]


def test_who_speaks_is_said_among_several_hosts(tmp_path: Path) -> None:
    tasks = [{"ansible.builtin.debug": {"msg": ["a line", "of \x1b[31m{{ inventory_hostname }}"]}}]
    lines = said(tmp_path, *tasks, hosts="acme,umbrella,")
    assert sorted(lines[:6]) == sorted(["[acme]", "a line", "of [31macme", "[umbrella]", "a line", "of [31mumbrella"])
    assert lines[6:] == ["acme: ok=1 changed=0 failed=0", "umbrella: ok=1 changed=0 failed=0"]


def test_items_and_variables_are_shown_and_secrets_are_not(tmp_path: Path) -> None:
    lines = said(
        tmp_path,
        {"ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": ["one", "two"]},
        {"ansible.builtin.debug": {"var": "known"}, "vars": {"known": {"a": 1}}},
        {"ansible.builtin.debug": {"msg": "a-secret"}, "no_log": True},
        {"ansible.builtin.command": "true", "when": False},
    )
    assert lines[:2] == ["one", "two"]
    assert lines == ["one", "two", json.dumps({"known": {"a": 1}}), "localhost: ok=3 changed=0 failed=0"]


def test_more_verbose_it_names_tasks(tmp_path: Path) -> None:
    lines = said(tmp_path, {"name": "Nothing", "ansible.builtin.command": "true", "when": False}, options=("-v",))
    assert "TASK Nothing" in lines
    elsewhere = {"hosts": "nobody", "gather_facts": False, "tasks": []}
    assert "No hosts matched." in Player(tmp_path, BRIEF).play([elsewhere]).output
