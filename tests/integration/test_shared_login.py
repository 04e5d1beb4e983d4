# SPDX-License-Identifier: GPL-3.0-or-later
"""A loop of tasks with one login, as the example of rc_login has it, and the token in no output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ansible_collections.onboard.ringcentral.plugins.modules import rc_login
from emulator import Emulator
from integration.playing import NO_LIMITS, Player, requests


@pytest.fixture
def rc() -> Iterator[Emulator]:
    """An account in which each pending user can be invited."""
    with Emulator(users=20, pending=8, odd=False, limits=NO_LIMITS | {"Auth": 5}) as emulator:
        yield emulator


def example(rc: Emulator, tasks: int) -> list[dict[str, Any]]:
    """The module's own example as a play, with a task for each of so many users."""
    (block,) = yaml.safe_load(rc_login.EXAMPLES)
    pending = [one for one in rc.account.extensions.values() if one.status == "NotActivated"]
    invite = block["block"][1]
    options = invite["onboard.ringcentral.rc_send_invite"]
    for narrowing in ("all_pending", "site"):
        del options[narrowing]
    options["users"] = ["{{ item }}"]
    invite["loop"] = [str(one.id) for one in pending[:tasks]]
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return [{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": [block]}]


@pytest.mark.parametrize(("tasks", "options"), [(8, ("-vvv",)), (2, ("--check", "-vvv"))])
def test_a_loop_needs_one_login_and_shows_no_token(
    rc: Emulator, player: Player, tasks: int, options: tuple[str, ...]
) -> None:
    played = player.play(example(rc, tasks), *options)
    assert played.code == 0, played.output
    asked = requests(rc)
    assert (asked["getToken"], asked["revokeToken"], asked["readAccountInfo"]) == (1, 1, tasks)
    assert asked.get("updateExtension", 0) == (0 if "--check" in options else tasks)
    assert rc.state()["open_sessions"] == []
    (session,) = rc.account.sessions
    assert session.token not in played.output


def test_without_no_log_the_task_fails_before_it_logs_in(rc: Emulator, player: Player) -> None:
    plays = example(rc, 1)
    del plays[0]["tasks"][0]["block"][0]["no_log"]
    played = player.play(plays)
    assert played.failure.startswith("no_log is not set on this task")
    assert rc.log == []
