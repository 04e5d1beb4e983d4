# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry point prove: what it asks the module for, and what it makes of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._proof import STEPS
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused
from unit.plugins.plugin_utils.hosts import ACCOUNT, Host

ONE = {"mails": 1, "links": 1}


def proved(**entries: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "step": name,
            "what": "w",
            "state": "open",
            "email": "",
            "at": "",
            "mails": None,
            "links": None,
            "seconds": None,
        }
        | {"state": entries.get(name, {}).get("state", "open"), "at": entries.get(name, {}).get("at", "")}
        | entries.get(name, {}).get("arrived", {"mails": None})
        for name in STEPS
    ]
    return {
        "changed": bool(entries),
        "steps": rows,
        "recommendation": {"variables": {"reinvite_transport": "bulk"}, "reasons": ["Because."]},
        "complete": False,
        "proof": {"steps": entries},
        "path": "/srv/proof.json",
        "account": ACCOUNT,
    }


SENT = {"state": "accepted", "at": "2026-03-02T09:00:00Z"}


def test_the_variables_reach_the_module(host: Host, folder: Path) -> None:
    host.answer = proved(single_both={**SENT, "arrived": ONE}, bulk_both=SENT)
    result = host.prove(
        prove_users="ada@example.com,102",
        prove_confirm=["all"],
        prove_answers={"single_both": ONE},
        reinvite_exclude=["x@example.com"],
        reinvite_ledger={"backend": "custom_field", "field": "Invited"},
        reinvite_expect_account="7",
    )
    wanted = {
        "users": ["ada@example.com", "102"],
        "confirm": ["all"],
        "exclude": ["x@example.com"],
        "field": "Invited",
        "expect_account": "7",
        "path": str(folder / "proof.json"),
    }
    assert {name: host.options[name] for name in wanted} == wanted
    assert host.options["answers"]["single_both"] == ONE
    assert '  reinvite_transport: "bulk"' in result["table"]
    assert "To count, then say so in prove_answers or run again: bulk_both" in result["table"]
    assert result["failure"] == ""
    kept = {"complete": False, **proved()["recommendation"]}
    assert result["ansible_stats"]["data"] == {"prove_recommendation": {host.name: kept}}


def test_a_run_without_any_step_fails_unless_it_is_a_check(host: Host) -> None:
    host.answer = proved()
    assert "prove_confirm" in host.prove(prove_users=["102"])["failure"]
    result = host.prove(prove_users=["102"], check_mode=True)
    assert result["failure"] == ""
    assert "No mail was sent, and nothing was written." in result["table"]


def test_a_failure_keeps_what_is_known(host: Host) -> None:
    host.answer = {**proved(single_both=SENT), "failed": True, "msg": "out of time"}
    result = host.prove(prove_users=["102"])
    assert result["failure"] == "out of time. Run again to go on from here"
    assert any("single_both" in line and "accepted" in line for line in result["table"])
    host.answer = {"failed": True, "msg": "users: no user is called 102"}
    assert host.prove(prove_users=["102"])["failure"] == "users: no user is called 102"


def test_under_awx_the_file_must_stay(host: Host, folder: Path) -> None:
    with pytest.raises(Refused, match="prove_file"):
        host.prove(prove_users=["102"], under_awx=True)
    host.answer = proved(single_both=SENT)
    host.prove(prove_users=["102"], under_awx=True, prove_file="kept/proof.json")
    assert host.options["path"] == str(folder / "kept/proof.json")
