# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_ledger looks after a ledger in a custom field: what the extensions themselves show, proven after each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _ledger_field_care
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import SEARCH_DIRECTORY, WRITE_FIELD, Client
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, LedgerError
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import to_iso
from machine import Machine

HOUR = 3600
SAID = {"action": "release", "confirm_not_mailed": True}


def somebody(machine: Machine, place: int = 0) -> Any:
    people = sorted(machine.rc.account.extensions.values(), key=lambda one: one.id)
    return [one for one in people if one.status == "NotActivated"][place]


def field_id(machine: Machine) -> str:
    return str(machine.rc.account.fields[0]["id"])


def value(machine: Machine, who: Any) -> str:
    return str(who.custom_fields.get(field_id(machine), ""))


def put(machine: Machine, who: Any, text: str) -> None:
    who.custom_fields[field_id(machine)] = text
    machine.rc.clock.advance(300)  # until the directory shows it


def writes(machine: Machine) -> Counter[str]:
    return Counter(str(entry["operation"]) for entry in machine.rc.log if entry["method"] == "PUT")


def doubt(machine: Machine, who: Any) -> None:
    """A request of a run that died, and of which nobody knows what came."""
    asked = to_iso(machine.now())
    put(machine, who, f"asked {asked}, attempt 2, run 0123456789ab, task gone")


def test_show_returns_one_person_or_all(known: Machine) -> None:
    who = somebody(known)
    before = writes(known)
    for name in (str(who.id), who.email.upper()):
        (record,) = known.care(users=[name])["records"]
        assert (record["user_id"], record["email"], record["state"]) == (str(who.id), who.email, "invited")
    everything = known.care()
    assert len(everything["records"]) == 8
    assert everything["ledger"] == "the custom field Last invitation"
    assert not everything["changed"]
    assert known.care(users=["nobody@example.com"])["people"][0]["state"] == "unknown"
    assert writes(known) == before


def test_a_person_is_found_at_the_address_that_was_mailed(known: Machine) -> None:
    who = somebody(known)
    mailed, who.email = who.email, "another@example.com"
    known.rc.clock.advance(300)
    (record,) = known.care(users=[mailed])["records"]
    assert (record["user_id"], record["email"]) == (str(who.id), mailed)


def test_who_is_named_is_read_by_themselves(known: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    who = somebody(known)
    call = Client.call

    def behind(client: Client, operation: Any, *arguments: Any, **options: Any) -> Any:
        answer = call(client, operation, *arguments, **options)
        if operation == SEARCH_DIRECTORY:
            for record in answer["records"]:
                record.pop("customFields", None)
        return answer

    monkeypatch.setattr(Client, "call", behind)
    assert known.care()["records"] == []
    (record,) = known.care(users=[str(who.id)])["records"]
    assert record["state"] == "invited"


def test_a_live_link_is_kept_and_a_dead_one_is_forgotten(known: Machine) -> None:
    who = somebody(known)
    kept = known.care(action="forget", users=[who.email])
    assert (kept["failed"], kept["people"][0]["state"]) == (True, "kept")
    assert value(known, who)
    known.rc.clock.advance(49 * HOUR)
    planned = known.care(action="forget", users=[who.email], check_mode=True)
    assert planned["changed"]
    assert value(known, who)
    others = {one.id: value(known, one) for one in (somebody(known, 1), somebody(known, 2))}
    receipt = known.care(action="forget", users=[who.email, str(who.id)])
    assert receipt["diff"] == {"before": {f"id {who.id}, {who.email}": "invited"}, "after": {}}
    assert {one["state"] for one in receipt["people"]} == {"forgotten"}
    assert value(known, who) == ""
    assert {key: value(known, known.rc.account.extensions[key]) for key in others} == others
    known.rc.clock.advance(300)
    assert known.care(action="forget", users=[who.email])["people"][0]["state"] == "unknown"
    row = next(one for one in known.invite(limit=8)["results"] if one["id"] == str(who.id))
    assert (row["outcome"], row["attempts"]) == ("invited", 1)


def test_a_doubt_is_released_and_mailed_once(known: Machine) -> None:
    who = somebody(known)
    doubt(known, who)
    assert known.care(**SAID, users=[who.email])["people"][0]["state"] == "kept"  # a run may be at work
    known.rc.clock.advance(5 * HOUR)
    before = known.rc.state()["mails"][str(who.id)]
    assert known.care(**SAID, users=[str(who.id)])["people"][0]["state"] == "released"
    assert value(known, who).startswith("left out ")
    known.rc.clock.advance(300)
    assert known.care(**SAID, users=[str(who.id)])["people"][0]["state"] == "unchanged"
    row = next(one for one in known.invite()["results"] if one["id"] == str(who.id))
    assert (row["outcome"], row["attempts"]) == ("invited", 2)
    assert known.rc.state()["mails"][str(who.id)] == before + 1


def test_what_a_person_typed_is_emptied_by_word_alone(known: Machine) -> None:
    who = somebody(known)
    put(known, who, "please call back")
    kept = known.care(action="forget", users=[who.email])
    assert "use action release first" in kept["msg"]
    assert known.care(**SAID, users=[who.email])["changed"]
    assert value(known, who) == ""


def test_a_run_that_is_at_work_is_not_disturbed(known: Machine) -> None:
    who = somebody(known)
    known.rc.clock.advance(49 * HOUR)
    owner = known.rc.account.own
    lease = f"at work {to_iso(known.now())}, run 0123456789ab, on another, 3 users"
    owner.custom_fields[field_id(known)] = lease
    before = value(known, who)
    with pytest.raises(LedgerError, match="is at work on this account"):
        known.care(action="forget", users=[who.email])
    assert (value(known, who), value(known, owner)) == (before, lease)


def test_what_ringcentral_does_not_show_is_not_believed(known: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    known.rc.clock.advance(49 * HOUR)
    who = somebody(known)
    call = Client.call

    def forgetful(client: Client, operation: Any, ids: Mapping[str, str] | None = None, **options: Any) -> Any:
        if operation == WRITE_FIELD and (ids or {})["extension"] == str(who.id):
            return {"id": str(who.id)}
        return call(client, operation, ids, **options)

    monkeypatch.setattr(Client, "call", forgetful)
    with pytest.raises(LedgerError, match=r"0 of 1 records were changed.*does not show it"):
        known.care(action="forget", users=[who.email])


def test_a_record_that_changes_meanwhile_is_left(known: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    known.rc.clock.advance(49 * HOUR)
    who = somebody(known)
    fresh = f"invited {to_iso(known.now())}, attempt 2, run ba9876543210"
    amend = _ledger_field_care.CaredForField.amend

    def late(ledger: Any, changes: Any) -> None:
        put(known, who, fresh)
        amend(ledger, changes)

    monkeypatch.setattr(_ledger_field_care.CaredForField, "amend", late)
    with pytest.raises(LedgerError, match="another run changed it in the meantime"):
        known.care(action="forget", users=[who.email])
    assert value(known, who) == fresh


def test_without_a_field_there_is_nothing(emulate: Any) -> None:
    machine: Machine = emulate(odd=False)
    assert machine.care()["records"] == []
    assert not machine.care(action="forget", users=["101"])["changed"]
    assert machine.rc.account.fields == []


def test_no_more_are_named_than_can_be_read(known: Machine) -> None:
    with pytest.raises(InvalidOption, match="the limit is 50 at a time"):
        known.care(users=[str(number) for number in range(51)])
