# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger in a custom field, and what is refused under AWX, against the emulator and from one machine to another."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    IncompleteDelivery,
    InvalidOption,
    LedgerError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import check_ledger
from emulator import Emulator
from machine import FIELD, Machine


def field_values(rc: Emulator) -> list[str]:
    return [value for extension in rc.account.extensions.values() for value in extension.custom_fields.values()]


def pending(rc: Emulator) -> list[Any]:
    people = rc.account.extensions.values()
    return [extension for extension in people if extension.status == "NotActivated" and extension.type == "User"]


def requests_to(rc: Emulator, operation: str) -> int:
    return sum(entry["operation"] == operation for entry in rc.log)


def test_invited_from_one_machine_and_known_on_another(emulate: Any) -> None:
    here = emulate()
    first = here.invite()
    assert first["counts"]["invited"] == len(here.rc.outbox) == 8
    assert [entry["displayName"] for entry in here.rc.account.fields] == ["Last invitation"]
    assert len(field_values(here.rc)) == 8
    assert field_values(here.rc)[0].startswith(f"invited {first['results'][0]['last_invited_at']}, attempt 1, run ")
    there = Machine(here.rc)
    again = there.invite()
    assert not again["changed"]
    assert again["reasons"]["recently_invited"] == 8
    assert [entry["last_invited_at"] for entry in again["results"] if entry["reason"] == "recently_invited"] == [
        entry["last_invited_at"] for entry in first["results"] if entry["outcome"] == "invited"
    ]
    here.rc.clock.advance(49 * 3600)
    third = there.invite()
    assert {entry["attempts"] for entry in third["results"] if entry["outcome"]} == {2}
    assert here.rc.state()["violations"] == []
    assert here.rc.state()["throttled"] == 0


def test_one_by_one_the_record_goes_with_the_invitation(emulate: Any) -> None:
    machine = emulate()
    assert machine.invite(transport="single")["counts"]["invited"] == 8
    assert len(field_values(machine.rc)) == 8
    assert requests_to(machine.rc, "updateExtension") == 1 + 8 + 1  # the lease, the users, the end of the lease
    assert machine.invite()["reasons"]["recently_invited"] == 8


def test_check_mode_makes_no_field(emulate: Any) -> None:
    machine = emulate()
    assert machine.invite(check_mode=True)["counts"]["would_invite"] == 8
    assert machine.rc.account.fields == []
    assert requests_to(machine.rc, "readExtension") == 1  # the lease
    reads = {"readAccountInfo", "listExtensions", "listCustomFields", "searchDirectoryEntries", "readExtension"}
    assert {entry["operation"] for entry in machine.rc.log if entry["group"] != "Auth"} == reads


@pytest.mark.parametrize("kind", ["reset_after", "500", "reset_before", "html", "truncated"])
@pytest.mark.parametrize("transport", ["bulk", "single"])
def test_a_lost_answer_is_settled_by_reading_the_field(emulate: Any, kind: str, transport: str) -> None:
    machine = emulate(odd=False)
    if transport == "bulk":
        machine.rc.faults.add(kind, "extensionBulkUpdate")
    else:
        machine.rc.faults.add(kind, "updateExtension", skip=1)  # the first one takes the lease
    mailed = kind not in {"500", "reset_before"}
    try:
        result = machine.invite(transport=transport)
    except IncompleteDelivery as error:
        result = error.result
    assert result["counts"]["failed"] == 0, "a field that shows no record proves nothing"
    assert result["counts"]["unknown"] == (0 if mailed else 8 if transport == "bulk" else 1)
    for entry in result["results"]:
        if entry["outcome"] == "unknown":
            assert entry["message"].endswith("; may have been mailed all the same, and the next run looks again")
    later = Machine(machine.rc).invite(transport=transport)
    assert "in_doubt" not in later["reasons"]
    assert sorted(mail["extension_id"] for mail in machine.rc.outbox) == sorted(who.id for who in pending(machine.rc))


def test_the_other_machine_settles_what_a_dead_one_left(emulate: Any) -> None:
    machine = emulate(odd=False)
    machine.rc.faults.add("reset_after", "extensionBulkUpdate")
    machine.rc.faults.add("500", "searchDirectoryEntries", times=99)
    machine.rc.account.create_field("Last invitation")
    machine.rc.faults.planned[1].skip = 1  # it could read at first
    with pytest.raises(IncompleteDelivery) as raised:
        machine.invite()
    assert raised.value.result["counts"]["unknown"] == 8
    machine.rc.faults.clear()
    assert Machine(machine.rc).invite()["reasons"] == {"recently_invited": 8}
    assert len(machine.rc.outbox) == 8


def test_a_task_that_outlasts_the_run_is_left_to_the_next_one_with_its_id(emulate: Any) -> None:
    machine = emulate(odd=False)
    machine.rc.account.task_script = {"status": "InProgress"}
    with pytest.raises(IncompleteDelivery) as raised:
        machine.invite(max_wait=60)
    [task] = raised.value.result["tasks"]
    slow, note = machine.rc.account.tasks.values()
    assert slow.id == task
    machine.rc.account.task_script = note.script = {}
    machine.rc.clock.advance(1)
    assert Machine(machine.rc).invite()["reasons"] == {"in_doubt": 8}
    assert field_values(machine.rc)[0].endswith(f", task {task}")
    slow.script = {}
    for _run in range(2):
        assert Machine(machine.rc).invite()["reasons"] == {"recently_invited": 8}
        machine.rc.clock.advance(1)
    assert all(value.startswith("invited ") for value in field_values(machine.rc))
    assert len(machine.rc.outbox) == 8


@pytest.mark.parametrize("seconds", [30, 100])
def test_a_lost_answer_to_a_slow_task_is_waited_for(emulate: Any, seconds: float) -> None:
    machine = emulate(odd=False)
    machine.rc.account.task_seconds = seconds
    machine.rc.faults.add("reset_after", "extensionBulkUpdate")
    with pytest.raises(IncompleteDelivery) as raised:
        machine.invite()
    assert raised.value.result["counts"]["invited"] == 8
    assert machine.invite()["reasons"] == {"recently_invited": 8}
    assert len(machine.rc.outbox) == 8


def test_what_a_person_typed_is_kept_and_the_user_held(emulate: Any) -> None:
    machine = emulate(odd=False)
    field = machine.rc.account.create_field("LAST invitation")["id"]
    someone = pending(machine.rc)[0]
    someone.custom_fields[field] = "ask Ada first"
    held = machine.invite()
    assert held["reasons"] == {"in_doubt": 1, "not_activated": 7}
    message = next(entry["message"] for entry in held["results"] if entry["reason"] == "in_doubt")
    assert "holds 'ask Ada first', which is not a record of an invitation; empty it" in message
    assert someone.custom_fields[field] == "ask Ada first"
    someone.custom_fields[field] = "  "
    assert machine.invite()["counts"]["invited"] == 1


def test_users_missing_from_the_directory_are_read_one_by_one(emulate: Any) -> None:
    machine = emulate(odd=False)
    machine.invite(limit=1)
    invited = str(machine.rc.outbox[0]["extension_id"])
    machine.rc.account.directory = lambda _search: []
    result = machine.invite()
    assert result["reasons"] == {"not_activated": 7, "recently_invited": 1}
    assert [entry["id"] for entry in result["results"] if entry["reason"] == "recently_invited"] == [invited]
    assert result["counts"]["invited"] == 7
    assert set(machine.rc.state()["mails"].values()) == {1}


def test_no_room_for_the_field(emulate: Any) -> None:
    machine = emulate()
    for number in range(5):
        machine.rc.account.create_field(f"Field {number}")
    with pytest.raises(LedgerError, match="with 5 others no room for it"):
        machine.invite()
    assert machine.rc.outbox == []
    named = machine.invite(ledger={**FIELD, "field": "field 3"})
    assert named["counts"]["invited"] == 8


def test_a_field_that_may_not_be_made(emulate: Any) -> None:
    machine = emulate(lacking={"EditAccounts"})
    with pytest.raises(IncompleteDelivery, match=r"EditAccounts.*; an administrator adds it in the admin portal"):
        machine.invite()
    assert machine.rc.outbox == []


def test_more_than_a_page_of_records(emulate: Any) -> None:
    machine = emulate(users=1500, pending=1200, odd=False)
    assert machine.invite()["counts"]["invited"] == 1200
    before = requests_to(machine.rc, "searchDirectoryEntries")
    assert machine.invite()["reasons"] == {"recently_invited": 1200}
    assert requests_to(machine.rc, "searchDirectoryEntries") - before == 2


@pytest.mark.parametrize("variable", ["AWX_PRIVATE_DATA_DIR", "AWX_ISOLATED_DATA_DIR"])
def test_under_awx_a_file_needs_a_path(
    emulate: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, variable: str
) -> None:
    monkeypatch.setenv(variable, "/runner")
    machine = emulate()
    with pytest.raises(InvalidOption, match="custom_field, or give the path"):
        machine.invite(ledger={})
    assert machine.rc.log == []
    path = str(tmp_path / "ledger.sqlite3")
    assert machine.invite(ledger={"path": path})["counts"]["invited"] == 8


@pytest.mark.parametrize("folder", ["", "/home/ada/.ansible-runner/artifacts/1", "/runners/1"])
def test_ansible_runner_without_a_container_keeps_its_files(folder: str) -> None:
    check_ledger({"backend": "sqlite", "path": None}, {"AWX_ISOLATED_DATA_DIR": folder})
    with pytest.raises(InvalidOption, match="custom_field, or give the path"):
        check_ledger({"backend": "sqlite", "path": None}, {"AWX_ISOLATED_DATA_DIR": "/runner/artifacts/1"})


@pytest.mark.parametrize("backend", ["sqlite", "custom_field"])
def test_rc_user_info_shows_what_the_ledger_knows(emulate: Any, tmp_path: Any, backend: str) -> None:
    machine = emulate(odd=False)
    ledger = {"backend": backend, "path": str(tmp_path / "ledger.sqlite3")}
    assert "attempts" not in machine.info()["users"][0]
    invited = machine.invite(ledger=ledger, limit=3)
    users = {user["id"]: user for user in machine.info(ledger=ledger)["users"]}
    for entry in invited["results"]:
        known = users[entry["id"]]
        expected = (entry["last_invited_at"], 1 if entry["outcome"] else 0, False)
        assert (known["last_invited_at"], known["attempts"], known["in_doubt"]) == expected
    machine.rc.faults.add("reset_after", "extensionBulkUpdate")
    if backend == "sqlite":
        with pytest.raises(IncompleteDelivery):
            machine.invite(ledger=ledger)
        assert sum(user["in_doubt"] for user in machine.info(ledger=ledger)["users"]) == 5
