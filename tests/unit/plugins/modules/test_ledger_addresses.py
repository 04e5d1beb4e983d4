# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An invitation is remembered with its address: in both ledgers, in waves, plans and corrections."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from machine import FIELD, Machine

BACKENDS = ("sqlite", "custom_field")
NEW = "new.address@example.com"


@pytest.fixture(params=BACKENDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    return {**FIELD} if request.param == "custom_field" else {"path": str(tmp_path / "ledger.sqlite3")}


def pending(machine: Machine) -> list[Any]:
    people = machine.rc.account.extensions.values()
    return [one for one in people if one.status == "NotActivated" and one.type == "User"]


def mails(machine: Machine) -> Counter[str]:
    return Counter(mail["email"] for mail in machine.rc.outbox)


@pytest.mark.parametrize("transport", ["bulk", "single"])
def test_a_corrected_address_is_mailed_at_once_and_only_once(
    emulate: Any, ledger: dict[str, Any], transport: str
) -> None:
    machine = emulate(odd=False)
    machine.invite(ledger=ledger, transport=transport)
    someone = pending(machine)[0]
    old = someone.email
    someone.email = NEW
    for check_mode in (True, False):
        result = machine.invite(ledger=ledger, transport=transport, check_mode=check_mode, max_attempts=1)
        assert result["reasons"] == {"not_activated": 1, "recently_invited": 7}
        (entry,) = [entry for entry in result["results"] if entry["outcome"]]
        assert (entry["id"], entry["email"], entry["attempts"]) == (str(someone.id), NEW, 0 if check_mode else 1)
    assert machine.invite(ledger=ledger)["reasons"] == {"recently_invited": 8}
    assert (mails(machine)[old], mails(machine)[NEW], set(mails(machine).values())) == (1, 1, {1})


def test_attempts_begin_anew(emulate: Any, ledger: dict[str, Any]) -> None:
    machine = emulate(odd=False)
    for _time in range(3):
        machine.invite(ledger=ledger)
        machine.rc.clock.advance(49 * 3600)
    someone = pending(machine)[0]
    someone.email = NEW
    result = machine.invite(ledger=ledger, max_attempts=3)
    assert result["reasons"] == {"attempts_exhausted": 7, "not_activated": 1}
    assert [entry["attempts"] for entry in result["results"] if entry["outcome"]] == [1]


def test_a_planned_user_whose_address_was_corrected_is_mailed_there_by_the_next_plan(
    emulate: Any, ledger: dict[str, Any]
) -> None:
    machine = emulate(odd=False)
    machine.invite(ledger=ledger, limit=3)
    someone = next(one for one in pending(machine) if str(one.id) in machine.rc.state()["mails"])
    someone.email = NEW
    plan = {"account": str(machine.rc.account.id), "users": [{"id": str(someone.id), "email": NEW}]}
    result = machine.invite(ledger=ledger, plan=plan, all_pending=False)
    assert result["counts"]["invited"] == 1
    assert mails(machine)[NEW] == 1


def test_a_wave_after_a_correction(emulate: Any, ledger: dict[str, Any]) -> None:
    machine = emulate(odd=False)
    machine.invite(ledger=ledger, limit=2)
    someone = next(one for one in pending(machine) if str(one.id) in machine.rc.state()["mails"])
    someone.email = NEW
    for _wave in range(4):
        machine.invite(ledger=ledger, limit=2)
    assert mails(machine)[NEW] == 1
    assert len(mails(machine)) == 9
    assert set(mails(machine).values()) == {1}


def test_correct_email_mails_the_address_that_it_has_written(emulate: Any, ledger: dict[str, Any]) -> None:
    machine = emulate(odd=False)
    machine.invite(ledger=ledger)
    someone = pending(machine)[0]
    old = someone.email
    directory = [
        {"email": one.email, "name": one.name, "extension_number": one.extension_number} for one in pending(machine)
    ]
    directory[0] = {**directory[0], "email": NEW}
    result = machine.invite(ledger=ledger, correct_email=True, directory=directory)
    assert [entry["email"] for entry in result["results"] if entry["outcome"] == "invited"] == [NEW]
    assert (mails(machine)[old], mails(machine)[NEW]) == (1, 1)
    assert not machine.invite(ledger=ledger, correct_email=True, directory=directory)["changed"]


def test_a_correction_to_an_address_that_was_invited_under_another_id(emulate: Any, ledger: dict[str, Any]) -> None:
    machine = emulate(odd=False)
    machine.invite(ledger=ledger)
    gone, someone = pending(machine)[:2]
    taken, gone.status = gone.email, "Disabled"
    directory = [
        {"email": one.email, "name": one.name, "extension_number": one.extension_number} for one in pending(machine)
    ]
    directory[0] = {**directory[0], "email": taken}
    assert someone.extension_number == directory[0]["extension_number"]
    gone.email = "moved@example.com"
    for check_mode in (True, False):
        result = machine.invite(ledger=ledger, correct_email=True, directory=directory, check_mode=check_mode)
        (entry,) = [entry for entry in result["results"] if entry["id"] == str(someone.id)]
        assert (entry["email"], entry["reason"]) == (taken, "recently_invited")
    assert mails(machine)[taken] == 1


@pytest.mark.parametrize("seconds", [1, 3600, 47 * 3600])
def test_a_rehire_is_not_mailed_at_a_mailbox_with_a_live_link(
    emulate: Any, ledger: dict[str, Any], seconds: int
) -> None:
    machine = emulate(odd=False)
    machine.invite(ledger=ledger)
    left = pending(machine)[0]
    left.status = "Disabled"
    rehired = replace(left, id=left.id + 1, status="NotActivated", email=left.email.upper(), custom_fields={})
    machine.rc.account.extensions[rehired.id] = rehired
    machine.rc.clock.advance(seconds)
    result = machine.invite(ledger=ledger)
    assert result["reasons"] == {"recently_invited": 8}
    (entry,) = [entry for entry in result["results"] if entry["id"] == str(rehired.id)]
    assert f"as the user with the id {left.id}; the link is good until" in entry["message"]
    machine.rc.clock.advance(48 * 3600 - seconds)
    assert machine.invite(ledger=ledger, users=[str(rehired.id)])["counts"]["invited"] == 1


def test_a_claim_in_a_running_task_holds_the_user_at_the_new_address(emulate: Any, tmp_path: Path) -> None:
    """RingCentral mails the address that the user has when it carries the task out."""
    machine, ledger = emulate(odd=False), {"path": str(tmp_path / "ledger.sqlite3")}
    machine.rc.account.task_seconds = 1000
    with pytest.raises(Exception, match="out of time"):
        machine.invite(ledger=ledger, max_wait=60)
    someone = pending(machine)[0]
    someone.email = NEW
    result = machine.invite(ledger=ledger)
    assert result["reasons"] == {"in_doubt": 8}
    machine.rc.clock.advance(1000)
    machine.rc.state()
    assert mails(machine)[NEW] == 1
    assert set(mails(machine).values()) == {1}


def test_a_record_without_a_mark_counts_for_the_present_address(emulate: Any) -> None:
    machine = emulate(odd=False)
    field = machine.rc.account.create_field("Last invitation")["id"]
    someone = pending(machine)[0]
    someone.custom_fields[field] = f"invited {machine.rc.clock.iso()[:19]}Z, attempt 2, run 0123456789ab"
    result = machine.invite()
    assert result["reasons"] == {"not_activated": 7, "recently_invited": 1}
    (entry,) = [entry for entry in result["results"] if entry["reason"] == "recently_invited"]
    assert (entry["id"], entry["attempts"]) == (str(someone.id), 2)
