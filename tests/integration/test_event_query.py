# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""extensions/audit/event_query.yml finds the account in what each module really returns, also when it fails."""

from __future__ import annotations

import json
from typing import Any

import jq
import pytest
import yaml

from checkout import ROOT
from emulator import Emulator
from integration.playing import NO_LIMITS, Player

PREFIX = "onboard.ringcentral."
QUERIES = yaml.safe_load((ROOT / "extensions/audit/event_query.yml").read_text("utf-8"))
OPTIONS: dict[str, dict[str, Any]] = {
    "rc_doctor": {},
    "rc_ledger": {},
    "rc_onboard": {"batches": [], "timezone": "UTC"},
    "rc_prove": {},
    "rc_send_invite": {"all_pending": True},
    "rc_user": {"user": "101", "department": "Sales"},
    "rc_user_info": {},
}
NO_ACCOUNT = {"rc_login"}  # opens a session, and manages nothing


def found(module: str, result: dict[str, Any]) -> list[dict[str, Any]]:
    return jq.compile(QUERIES[PREFIX + module]["query"]).input(json.loads(json.dumps(result))).all()


def modules() -> set[str]:
    return {path.stem for path in (ROOT / "plugins/modules").glob("rc_*.py")}


def test_each_module_has_a_query() -> None:
    assert set(QUERIES) == {PREFIX + module for module in modules() - NO_ACCOUNT}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each task returned, as a job event has it."""
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    with Emulator(users=12, pending=6, limits=NO_LIMITS) as rc:
        pending = "ukasz.ferreira.4@example.com"
        options = OPTIONS | {"rc_prove": {"users": [pending]}}
        tasks = [{"name": name, PREFIX + name: given, "ignore_errors": True} for name, given in options.items()]
        play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
        player = Player(tmp_path_factory.mktemp("play"), rc.env())
        played = player.play([play])
        assert played.code == 0, played.output
        whole = player.play("onboard.ringcentral.reinvite").tasks
    kept = {name: played.result(name) for name in OPTIONS}
    return kept | {"rc_run": next(one["result"] for one in whole if found("rc_run", one["result"]))}


@pytest.mark.parametrize("module", sorted(modules() - NO_ACCOUNT))
def test_the_account_is_one_node(module: str, results: dict[str, dict[str, Any]]) -> None:
    (node,) = found(module, results[module])
    identifier = results["rc_user_info"]["account"]["id"]
    assert node["canonical_facts"] == {"ringcentral_account_id": str(identifier)}
    assert node["name"] == f"RingCentral account {identifier}"
    assert set(node["facts"]) == {"device_type", "infra_type", "infra_bucket"}


@pytest.mark.parametrize("result", [{}, {"account": None}, {"account": "~"}, {"account": {"id": ""}}, {"account": {}}])
def test_a_task_that_reached_no_account_counts_none(result: dict[str, Any]) -> None:
    assert [found(module, result) for module in modules() - NO_ACCOUNT] == [[]] * len(QUERIES)
