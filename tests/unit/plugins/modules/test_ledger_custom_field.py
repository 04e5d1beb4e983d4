# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger in a custom field believes what it is shown; what it is not shown proves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _delivery
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import (
    LIST_FIELDS,
    READ_EXTENSION,
    SEARCH_DIRECTORY,
    Client,
    Operation,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    IncompleteDelivery,
    InvalidOption,
    LedgerError,
    RingCentralError,
    TransportError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_custom_field import MOST_READS
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_value import mark, read_value, write_value
from ansible_collections.onboard.ringcentral.plugins.module_utils._paging import READINGS
from machine import FIELD, Machine
from scripted import NOW, record

Records = list[dict[str, Any]]


def pending(machine: Machine) -> list[Any]:
    people = machine.rc.account.extensions.values()
    return [one for one in people if one.status == "NotActivated" and one.type == "User"]


def mails(machine: Machine) -> Counter[str]:
    return Counter(machine.rc.state()["mails"])


def answering(
    monkeypatch: pytest.MonkeyPatch, operation: Operation, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Let RingCentral answer an operation in another way."""
    call = Client.call

    def changed(client: Client, asked: Operation, *arguments: Any, **options: Any) -> dict[str, Any]:
        answer = call(client, asked, *arguments, **options)
        return change(answer) if asked == operation else answer

    monkeypatch.setattr(Client, "call", changed)


def hide(monkeypatch: pytest.MonkeyPatch, change: Callable[[Records], Records]) -> None:
    """Let the directory show something else than it has; an extension that is read by itself stays as it is."""

    def changed(answer: dict[str, Any]) -> dict[str, Any]:
        records = change(answer["records"])
        paging = {**answer["paging"], "totalElements": len(records)}
        return {**answer, "records": records, "paging": paging, "navigation": {}}

    answering(monkeypatch, SEARCH_DIRECTORY, changed)


def field_id(machine: Machine) -> str:
    return str(machine.rc.account.fields[0]["id"])


def without_fields(records: Records) -> Records:
    return [{key: value for key, value in one.items() if key != "customFields"} for one in records]


def with_stale_fields(records: Records) -> Records:
    return [{**one, "customFields": []} for one in records]


def with_null_fields(records: Records) -> Records:
    return [{**one, "customFields": None} for one in records]


def with_odd_fields(records: Records) -> Records:
    return [{**one, "customFields": [{"id": {}, "value": []}]} for one in records]


def with_one_stale(records: Records) -> Records:
    number = next(
        number for number, one in enumerate(records) if (one["status"], one["type"]) == ("NotActivated", "User")
    )
    return [{**one, "customFields": []} if index == number else one for index, one in enumerate(records)]


def with_one_absent(records: Records) -> Records:
    number = next(
        number for number, one in enumerate(records) if (one["status"], one["type"]) == ("NotActivated", "User")
    )
    return [*records[:number], *records[number + 1 :]]


ABSENCES = (
    without_fields,
    with_stale_fields,
    with_null_fields,
    with_odd_fields,
    with_one_stale,
    with_one_absent,
    lambda _records: [],
)


@pytest.mark.parametrize("transport", ["bulk", "single"])
@pytest.mark.parametrize("change", ABSENCES)
def test_no_user_is_mailed_again_because_the_directory_does_not_show_the_record(
    known: Machine, monkeypatch: pytest.MonkeyPatch, change: Callable[[Records], Records], transport: str
) -> None:
    hide(monkeypatch, change)
    result = known.invite(transport=transport)
    assert result["reasons"].keys() <= {"recently_invited", "not_activated"}
    assert {entry["outcome"] for entry in result["results"]} == {None}
    assert set(mails(known).values()) == {1}


def test_users_beyond_those_who_can_be_read_one_by_one_are_held(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = emulate(users=MOST_READS + 30, pending=MOST_READS + 20, odd=False)
    machine.invite()
    hide(monkeypatch, without_fields)
    result = machine.invite()
    assert result["reasons"] == {"in_doubt": 20, "recently_invited": MOST_READS}
    held = next(entry["message"] for entry in result["results"] if entry["reason"] == "in_doubt")
    assert held == (
        "RingCentral does not show the custom field Last invitation of this user, so it is not known whether they were "
        "invited"
    )
    assert set(mails(machine).values()) == {1}


def test_a_directory_that_is_behind_holds_a_large_batch(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = emulate(users=MOST_READS + 30, pending=MOST_READS + 20, odd=False)
    machine.invite()
    hide(monkeypatch, with_stale_fields)
    machine.rc.clock.advance(2 * 3600)  # what the last run said of itself counts no more
    result = machine.invite()
    assert result["reasons"] == {"in_doubt": 20, "recently_invited": MOST_READS}
    assert any("is behind RingCentral's own records" in entry["message"] for entry in result["results"])
    assert set(mails(machine).values()) == {1}


def test_hidden_fields_hold_all_users_unless_it_is_the_first_use(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = emulate(odd=False)
    machine.rc.account.create_field("Last invitation")
    hide(monkeypatch, without_fields)
    answering(monkeypatch, READ_EXTENSION, lambda answer: {**answer, "customFields": None})
    assert machine.invite()["reasons"] == {"in_doubt": 8}
    with pytest.raises(IncompleteDelivery, match=r"shows no custom fields of the user .* No mail was sent\."):
        machine.invite(ledger={**FIELD, "first_use": True})  # without a lease
    assert not machine.rc.outbox


@pytest.mark.parametrize("answer", [{}, {"records": None}, {"records": {}}, {"records": [None]}, {"records": [{}]}])
def test_a_list_of_fields_that_cannot_be_read_ends_the_run(
    known: Machine, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    answering(monkeypatch, LIST_FIELDS, lambda _answer: answer)
    with pytest.raises(TransportError, match="a list of custom fields that cannot be read"):
        known.invite()
    assert set(mails(known).values()) == {1}


def test_an_empty_list_of_fields_beside_records_ends_the_run(known: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, LIST_FIELDS, lambda _answer: {"records": []})
    with pytest.raises(LedgerError, match=r"the one with the id 1 holds records of invitations\. Was it renamed\?"):
        known.invite()
    with pytest.raises(LedgerError, match="Was it renamed"):
        known.invite(ledger={**FIELD, "first_use": True})
    assert len(known.rc.account.fields) == 1
    assert set(mails(known).values()) == {1}


def test_an_empty_list_of_fields_beside_a_directory_that_shows_none(
    known: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, LIST_FIELDS, lambda _answer: {"records": []})
    hide(monkeypatch, without_fields)
    with pytest.raises(LedgerError, match="Was it renamed"):  # the lease of the last run
        known.invite()
    known.rc.account.own.custom_fields.clear()
    with pytest.raises(LedgerError, match=r"RingCentral shows no custom fields .* set ledger\.first_use to true"):
        known.invite()
    hide(monkeypatch, with_stale_fields)  # an empty list: looks like the first use, but for the users themselves
    result = known.invite()
    assert result["reasons"] == {"in_doubt": 8}
    assert "the custom field with the id 1 holds the record of an invitation" in result["results"][0]["message"]
    assert set(mails(known).values()) == {1}


def test_a_renamed_field(known: Machine) -> None:
    known.rc.account.fields[0]["displayName"] = "Old"
    with pytest.raises(LedgerError, match=r"Was it renamed\? Set ledger\.field to its name\. No mail was sent\."):
        known.invite()
    assert known.invite(ledger={**FIELD, "field": "old"})["reasons"] == {"recently_invited": 8}
    known.rc.account.create_field("Last invitation")
    held = known.invite()
    assert held["reasons"] == {"in_doubt": 8}
    assert "holds none; set ledger.field to the one that is in use" in held["results"][0]["message"]
    assert set(mails(known).values()) == {1}


@pytest.mark.parametrize("option", [FIELD, {**FIELD, "first_use": True}])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_renamed_field_whose_records_the_directory_does_not_show_yet(
    emulate: Any, option: dict[str, Any], check_mode: bool
) -> None:
    machine = emulate(odd=False)
    machine.rc.faces.directory_lag = 90
    machine.invite(limit=1)
    machine.rc.account.fields[0]["displayName"] = "Old"
    with pytest.raises(LedgerError, match=r"the one with the id 1 holds records of invitations\. Was it renamed\?"):
        machine.invite(ledger=option, check_mode=check_mode)
    assert len(machine.rc.account.fields) == 1
    assert sum(mails(machine).values()) == 1


def test_a_missing_field_that_must_exist(emulate: Any) -> None:
    machine = emulate(odd=False)
    with pytest.raises(LedgerError, match=r"Last invitation is new, although 8 of 8 .*must_exist is true"):
        machine.invite(ledger={**FIELD, "must_exist": True})
    for person in pending(machine):
        person.created = machine.rc.clock.now()
    with pytest.raises(IncompleteDelivery, match=r"no custom field Last invitation, and ledger\.must_exist is true"):
        machine.invite(ledger={**FIELD, "must_exist": True})
    assert machine.rc.account.fields == []
    assert machine.invite()["counts"]["invited"] == 8
    assert machine.invite(ledger={**FIELD, "must_exist": True})["reasons"] == {"recently_invited": 8}


def test_two_fields_whose_names_differ_in_case_alone(known: Machine) -> None:
    known.rc.account.create_field("LAST invitation")
    with pytest.raises(LedgerError, match="has 2 custom fields named Last invitation; rename all but the one"):
        known.invite()
    assert set(mails(known).values()) == {1}


@pytest.mark.parametrize("transport", ["bulk", "single"])
def test_a_value_that_is_not_kept_stops_the_run_after_its_first_batch(
    emulate: Any, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    monkeypatch.setattr(_delivery, "BULK_SIZE", 3)
    machine = emulate(odd=False)
    update = machine.rc.account.update

    def forgetting(extension: Any, change: Mapping[str, Any], task: Any = None) -> None:
        update(extension, change, task)
        if extension is not machine.rc.account.own:  # the lease is kept
            extension.custom_fields.clear()

    machine.rc.account.update = forgetting
    with pytest.raises(IncompleteDelivery, match="so the next run would mail the same users again") as raised:
        machine.invite(transport=transport)
    sent = 3 if transport == "bulk" else 1
    assert raised.value.result["counts"]["invited"] == sum(mails(machine).values()) == sent
    assert "No further mail was sent" in raised.value.message


def test_the_first_record_is_read_back_once(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_delivery, "BULK_SIZE", 3)
    machine = emulate(odd=False)
    machine.invite()
    log = [entry["operation"] for entry in machine.rc.log if not entry["path"].endswith("~")]
    first, second, _third = (number for number, name in enumerate(log) if name == "extensionBulkUpdate")
    assert log[first:second].count("readExtension") == 2  # the first record, and one user of the second batch
    assert log.count("readExtension") == 3 + 1 + 1 + 1  # three of the first batch, its record, one of each later batch


def test_a_user_whose_field_was_emptied_between_plan_and_batch_is_left_with_a_word(
    known: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.rc.clock.advance(49 * 3600)
    someone = pending(known)[0]

    def emptied_by_a_person(answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "customFields": []} if str(answer["id"]) == str(someone.id) else answer

    answering(monkeypatch, READ_EXTENSION, emptied_by_a_person)
    result = known.invite()
    (entry,) = [entry for entry in result["results"] if entry["id"] == str(someone.id)]
    assert entry["outcome"] is None
    assert entry["message"] == "not sent: another run changed this user's record; the next run decides anew"
    assert result["counts"]["invited"] == 7


PLANTED = [
    "ask Ada first",
    "invited",
    "invited 2026-03-02T09:00:00Z, attempt " + "9" * 5000 + ", run a",
    "invited 2026-03-02T09:00:00Z, attempt 9999999, run a",
    "invited 0001-01-01T00:00:00Z, attempt 1, run a",
    "invited 2026-99-99T00:00:00Z, attempt 1, run a",
    "asked 2026-03-02T09:00:00Z, attempt 1, run a, task ../../extension?x",
    "asked 2026-03-02T09:00:00Z, attempt 1, run a, task ..",
    "asked 2026-03-02T09:00:00Z, attempt 1, run a, task a/b",
    "invited 2026-03-02T09:00:00Z, attempt ٣, run a",
    "x" * 100_000,
    "\x00",
    "{{ 7 * 7 }}",
]


@pytest.mark.parametrize("value", PLANTED, ids=range(len(PLANTED)))
def test_a_planted_value_holds_its_user_alone(emulate: Any, value: str) -> None:
    machine = emulate(odd=False)
    field = machine.rc.account.create_field("Last invitation")["id"]
    someone = pending(machine)[0]
    someone.custom_fields[field] = value
    result = machine.invite()
    assert result["reasons"] == {"in_doubt": 1, "not_activated": 7}
    assert result["counts"]["invited"] == 7
    (held,) = [entry for entry in result["results"] if entry["reason"] == "in_doubt"]
    assert held["id"] == str(someone.id)
    assert len(held["message"]) < 300
    assert someone.custom_fields[field] == value
    assert all(".." not in entry["path"] for entry in machine.rc.log)


@pytest.mark.parametrize("year", [2035, 9999])
@pytest.mark.parametrize("verb", ["invited", "asked"])
def test_a_planted_time_in_the_future_holds_its_user_alone(emulate: Any, year: int, verb: str) -> None:
    machine = emulate(odd=False)
    field = machine.rc.account.create_field("Last invitation")["id"]
    pending(machine)[0].custom_fields[field] = f"{verb} {year}-12-31T23:59:59Z, attempt 1, run a, to 0123456789"
    pending(machine)[1].custom_fields[field] = f"{verb} {year}-12-31T23:59:59Z, attempt 1, run a"
    result = machine.invite()
    held = [entry["message"] for entry in result["results"] if entry["reason"] == "in_doubt"]
    assert result["counts"]["invited"] == (6 if verb == "asked" else 7)
    assert len(held) == (2 if verb == "asked" else 1)
    assert all(f"of {year}-12-31 23:59 UTC, which is in the future: the clock here says" in text for text in held)


def test_a_task_that_a_person_planted_is_asked_about_and_holds_its_user_alone(emulate: Any) -> None:
    machine = emulate(odd=False)
    field = machine.rc.account.create_field("Last invitation")["id"]
    moment = machine.rc.clock.iso()[:19] + "Z"
    pending(machine)[0].custom_fields[field] = f"asked {moment}, attempt 1, run a, task nonsense"
    assert machine.invite()["reasons"] == {"in_doubt": 1, "not_activated": 7}


@pytest.mark.parametrize("fault", ["500", "html", "reset_after", "permission"])
def test_one_user_who_cannot_be_read_holds_that_user_alone(
    known: Machine, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    hide(monkeypatch, with_one_absent)
    known.rc.faults.add(fault, "readExtension", times=99)
    assert known.invite()["reasons"] == {"in_doubt": 1, "recently_invited": 7}
    assert set(mails(known).values()) == {1}


@pytest.mark.parametrize("is_first", [True, False])
def test_reads_that_are_not_permitted_stop_the_run(emulate: Any, *, is_first: bool) -> None:
    machine = emulate(odd=False)
    if not is_first:
        machine.rc.account.create_field("Last invitation")
    machine.rc.faults.add("permission", "readExtension", times=99)
    with pytest.raises(RingCentralError, match="ReadAccounts"):
        machine.invite()
    assert not machine.rc.outbox


def test_a_directory_that_repeats_a_page_for_ever_has_an_end(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = emulate(odd=False)
    machine.rc.account.create_field("Last invitation")
    paging = {"perPage": 1000, "totalPages": 10**6, "totalElements": 10**8}
    answering(monkeypatch, SEARCH_DIRECTORY, lambda answer: {**answer, "records": records, "paging": paging})
    records = [{"id": str(one.id), "customFields": []} for one in pending(machine)]
    with pytest.raises(TransportError, match=r"could not be read whole: it has the same records twice\. No mail"):
        machine.invite()
    assert sum(entry["operation"] == "searchDirectoryEntries" for entry in machine.rc.log) == 2 * READINGS
    assert not machine.rc.outbox


def test_a_value_reads_back_as_its_record() -> None:
    asked = record(1, state="claimed", last_invited_at=None, claimed_at=NOW, task="t1", run="r1", attempts=7)
    requested = record(1, claimed_at=NOW, last_invited_at=NOW, run="r1", attempts=7)
    handed = record(1, state="handed_over", last_invited_at=None, claimed_at=NOW, run="h1", batch=2)
    left = record(1, state="failed", attempts=0, last_invited_at=None, claimed_at=NOW, run="h1", batch=2)
    address = mark("1", "person1@example.com")
    for one, verb, text in (
        (handed, "handed over", f"handed over 2026-03-02T09:00:00Z, attempt 1, run h1, to {address}, batch 2"),
        (left, "left out", f"left out 2026-03-02T09:00:00Z, attempt 0, run h1, to {address}, batch 2"),
        (asked, "asked", f"asked 2026-03-02T09:00:00Z, attempt 7, run r1, to {address}, task t1"),
        (requested, "invited", f"invited 2026-03-02T09:00:00Z, attempt 7, run r1, to {address}"),
    ):
        assert write_value("1", verb, one) == text
        assert read_value("4001", f" {text} ", {address: one.email}, "") == one
        unknown = read_value("4001", text, {}, "other@example.com")
        assert unknown is not None
        assert unknown.email == f"#{address}"
        assert write_value("1", verb, unknown) == text
    assert read_value("4001", " \t", {}, "") is None
    for odd in ("\ud800", "invited \ud800, attempt 1, run a", f"{text}\nx", "invited"):
        with pytest.raises(ValueError, match="is not"):
            read_value("4001", odd, {}, "")


def test_the_mark_of_an_address_tells_addresses_and_accounts_apart_and_shows_neither() -> None:
    marks = {mark(account, address) for account in "12" for address in ("ada@example.com", "bob@example.com")}
    assert len(marks) == 4
    assert all(len(one) == 10 and not set(one) - set("0123456789abcdef") for one in marks)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"must_exist": True, "first_use": True}, "contradict each other"),
        ({"backend": "custom_field", "field": "  "}, "field is blank"),
        ({"path": " "}, "path is blank"),
    ],
)
def test_options_that_make_no_sense_are_refused(emulate: Any, option: dict[str, Any], said: str) -> None:
    machine = emulate()
    with pytest.raises(InvalidOption, match=said):
        machine.invite(ledger=option)
    assert machine.rc.log == []
