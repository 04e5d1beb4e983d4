# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_ledger shows records, forgets people, and releases doubts, and never lets a second mail out by that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    IncompleteDelivery,
    InvalidOption,
    LedgerError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from scripted import extension
from unit.plugins.modules.conftest import ModuleRunner
from unit.plugins.modules.sending import BROKEN, put

ONE = [extension(1)]
ADDRESS = str(ONE[0]["contact"]["email"])
HOUR = 3600


def invite(runner: ModuleRunner) -> None:
    assert runner.invite(ONE, put(1))["counts"]["invited"] == 1


def doubt(runner: ModuleRunner) -> None:
    with pytest.raises(IncompleteDelivery):
        runner.invite(ONE, put(1, BROKEN), max_wait=0)


def decision(runner: ModuleRunner) -> str:
    reason: str = runner.invite(ONE, check_mode=True)["results"][0]["reason"]
    return reason


def test_show_returns_one_person_or_all(runner: ModuleRunner) -> None:
    invite(runner)
    before = runner.ledger.read_bytes()
    (record,) = runner.care(users=[ADDRESS.upper()])["records"]
    assert (record["user_id"], record["email"], record["state"], record["attempts"]) == ("4001", ADDRESS, "invited", 1)
    everything = runner.care()
    assert (everything["records"], everything["people"]) == ([record], [])
    other = runner.care(users=["4002"])
    assert (other["records"], other["people"][0]["state"]) == ([], "unknown")
    assert not everything["changed"]
    assert runner.ledger.read_bytes() == before


def test_without_a_ledger_none_is_made(runner: ModuleRunner) -> None:
    assert runner.care()["records"] == []
    assert not runner.care(action="forget", users=["4001"])["changed"]
    assert not runner.ledger.exists()


def test_a_person_with_a_live_link_is_kept_and_not_mailed_twice(runner: ModuleRunner) -> None:
    invite(runner)
    before = runner.ledger.read_bytes()
    result = runner.care(action="forget", users=[ADDRESS])
    assert result["failed"]
    assert not result["changed"]
    assert result["people"][0]["state"] == "kept"
    assert result["people"][0]["until"] == "2026-03-04T09:00:00Z"
    assert "so forget then. No mail was sent." in result["msg"]
    assert runner.ledger.read_bytes() == before
    assert decision(runner) == "recently_invited"


@pytest.mark.parametrize("name", [ADDRESS, "4001"])
def test_a_person_is_forgotten_without_a_trace(runner: ModuleRunner, name: str) -> None:
    invite(runner)
    runner.clock.seconds += 49 * HOUR
    ledger = SqliteLedger(runner.ledger, "1")
    ledger.asked(["4001"], runner.clock.now())
    ledger.close()
    planned = runner.care(action="forget", users=[name], check_mode=True)
    assert planned["changed"]
    assert len(runner.care()["records"]) == 1
    receipt = runner.care(action="forget", users=[name, "4001"])
    assert receipt["changed"]
    assert receipt["diff"] == {"before": {f"id 4001, {ADDRESS}": "invited"}, "after": {}}
    assert {(one["state"], *one["user_ids"]) for one in receipt["people"]} == {("forgotten", "4001")}
    assert runner.care()["records"] == []
    content = runner.ledger.read_bytes()
    assert ADDRESS.encode() not in content
    assert b"4001" not in content
    again = runner.care(action="forget", users=[name])
    assert not again["changed"]
    assert again["people"][0]["state"] == "unknown"


def test_others_are_not_forgotten(runner: ModuleRunner) -> None:
    invite(runner)
    runner.clock.seconds += 49 * HOUR
    assert not runner.care(action="forget", users=["4002", "unknown@example.com"])["changed"]
    assert len(runner.care()["records"]) == 1


def test_a_doubt_is_released_by_word_alone_and_once(runner: ModuleRunner) -> None:
    doubt(runner)
    with pytest.raises(InvalidOption, match="say true only if you know"):
        runner.care(action="release", users=[ADDRESS])
    young = runner.care(action="release", users=[ADDRESS], confirm_not_mailed=True)
    assert young["people"][0]["until"] == "2026-03-02T13:00:00Z"
    assert young["failed"]
    runner.clock.seconds += 5 * HOUR
    assert decision(runner) == "in_doubt"
    said = {"action": "release", "users": [ADDRESS], "confirm_not_mailed": True}
    assert runner.care(**said, check_mode=True)["changed"]
    assert decision(runner) == "in_doubt"
    result = runner.care(**said)
    assert result["diff"]["before"] == {f"id 4001, {ADDRESS}": "claimed"}
    assert result["diff"]["after"][f"id 4001, {ADDRESS}"].startswith("failed (released: ")
    assert decision(runner) == "not_activated"
    assert runner.care()["records"][0]["attempts"] == 0
    again = runner.care(**said)
    assert (again["changed"], again["people"][0]["state"]) == (False, "unchanged")


@pytest.mark.parametrize("action", ["forget", "release"])
def test_no_one_is_meant_without_a_name(runner: ModuleRunner, action: str) -> None:
    with pytest.raises(InvalidOption, match="needs the users that are meant"):
        runner.care(action=action, confirm_not_mailed=True)


def test_a_record_that_a_run_changed_meanwhile_stays(runner: ModuleRunner) -> None:
    invite(runner)
    ledger = SqliteLedger(runner.ledger, "1")
    (record,) = ledger.everything()
    ledger.amend([(record, None)])
    with pytest.raises(LedgerError, match="has changed the record of the user 4001 meanwhile"):
        ledger.amend([(record, None)])
    ledger.close()


def test_another_account_is_refused(runner: ModuleRunner, tmp_path: Path) -> None:
    options: dict[str, Any] = {"ledger": {"path": str(tmp_path / "other.sqlite3")}}
    with pytest.raises(Exception, match="expect_account"):
        runner.care(expect_account="2", **options)
