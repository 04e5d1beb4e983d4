# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proof that is interrupted, answered later, or asked for users who must not be mailed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import machine
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    GuardExceeded,
    InvalidOption,
    RingCentralError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Request, RequestsWire, Response
from unit.plugins.modules.proving import MAILS, Prover, account, states
from unit.plugins.modules.test_environment import perform


class Killed(BaseException):
    """The process is gone: nothing after it is carried out."""


@pytest.fixture
def prover(tmp_path: Path) -> Iterator[Prover]:
    with account() as rc:
        yield Prover(rc, tmp_path)


def by_step(prover: Prover) -> Counter[str]:
    """How many mails each kind of request brought."""
    return Counter(f"{mail['via']} {'+'.join(sorted(mail['flags']))}" for mail in prover.rc.outbox)


def killing(monkeypatch: pytest.MonkeyPatch, number: int, *, before: bool) -> None:
    """Let the machine die at the request with this number among those that mail."""
    sent = iter(range(1, 100))

    class Dying(RequestsWire):
        def send(self, request: Request) -> Response:
            dies = "transition" in json.dumps(request.json or {}) and next(sent) == number
            if dies and before:
                raise Killed
            response = super().send(request)
            if dies:
                raise Killed
            return response

    monkeypatch.setattr(machine, "RequestsWire", Dying)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("number", range(1, 7))
def test_a_step_that_was_killed_is_never_repeated(
    number: int, before: bool, prover: Prover, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killing(patch, number, before=before)
        with pytest.raises(Killed):
            prover.prove()
    assert prover.saved["steps"][MAILS[number - 1]]["state"] == "claimed"
    result = prover.prove()
    assert result["complete"]
    assert not [question for question in prover.questions[-20:] if f"{MAILS[number - 1]}: mail" in question][1:]
    assert sum(by_step(prover).values()) == 6 - before
    assert max(by_step(prover).values()) == 1


@pytest.mark.parametrize(("kind", "operation"), [("reset_after", "updateExtension"), ("500", "extensionBulkUpdate")])
def test_an_answer_that_is_lost_leaves_the_step_in_doubt_and_the_count_decides(
    kind: str, operation: str, prover: Prover
) -> None:
    prover.rc.faults.add(kind, operation)
    result = prover.prove()
    step = "single_both" if operation == "updateExtension" else "bulk_both"
    assert states(result)[step] == "in_doubt"
    assert result["complete"]
    mails = next(row for row in result["steps"] if row["step"] == step)["mails"]
    assert mails == (1 if kind == "reset_after" else 0)
    assert prover.rc.state()["requests"]["updateExtension"] == 4  # three mails and the field


def test_a_bulk_task_that_does_not_end_is_left_in_doubt(prover: Prover) -> None:
    prover.rc.account.task_script = {"status": "InProgress"}
    result = prover.prove(max_wait=5000)
    assert {states(result)[name] for name in MAILS[3:]} == {"in_doubt"}
    assert result["recommendation"]["variables"]["reinvite_transport"] == "single"


def test_a_session_that_cannot_be_opened_leaves_the_step_open(prover: Prover) -> None:
    prover.rc.faults.add("revoked_token", "updateExtension")
    prover.rc.faults.add("500", "getToken", skip=1, times=20)
    with pytest.raises(RingCentralError) as raised:
        prover.prove()
    assert set(states(raised.value.result).values()) == {"open"}
    assert prover.rc.outbox == []
    prover.rc.faults.clear()
    assert prover.prove()["complete"]
    assert sum(by_step(prover).values()) == 6


def test_a_person_who_quits_goes_on_later(prover: Prover) -> None:
    counting = prover.reply
    prover.reply = lambda question: "q" if "single_to_users: mail" in question else counting(question)
    first = prover.prove()
    assert states(first) == {
        "single_both": "accepted",
        **dict.fromkeys([*MAILS[1:], "field", "audit"], "open"),
    }
    prover.reply = counting
    assert prover.prove()["complete"]
    assert max(by_step(prover).values()) == 1


def test_a_person_who_quits_at_a_count_is_asked_for_it_first(prover: Prover) -> None:
    counting = prover.reply
    prover.reply = lambda question: "q" if "how many mails" in question else counting(question)
    prover.prove()
    assert len(prover.rc.outbox) == 1
    prover.reply = counting
    asked = len(prover.questions)
    prover.prove()
    assert "single_both: how many mails" in prover.questions[asked]


def test_skipped_steps_are_not_carried_out_and_not_asked_for_again(prover: Prover) -> None:
    counting = prover.reply
    prover.reply = lambda question: "s" if "bulk" in question or question.startswith("field") else counting(question)
    result = prover.prove()
    assert {states(result)[name] for name in (*MAILS[3:], "field")} == {"skipped"}
    found = result["recommendation"]["variables"]
    assert found["reinvite_transport"] == "single"
    assert "reinvite_ledger" not in found
    asked = len(prover.questions)
    prover.prove()
    assert len(prover.questions) == asked


@pytest.mark.parametrize("typed", ["", "maybe", "-1", "21", "1.5", "²", "1\n1"])
def test_an_answer_that_is_none_is_asked_for_again_and_then_left(typed: str, prover: Prover) -> None:
    prover.reply = lambda question: typed if "how many mails" in question else "y"
    result = prover.prove()
    assert len([question for question in prover.questions if "how many mails" in question]) == 3
    assert [row["mails"] for row in result["steps"] if row["step"] == "single_both"] == [None]
    assert len(prover.rc.outbox) == 1


def test_more_links_than_mails_are_not_believed(prover: Prover) -> None:
    prover.reply = lambda question: "1" if "how many mails" in question else "2" if "have a link" in question else "y"
    result = prover.prove()
    assert result["proof"]["steps"]["single_both"].get("arrived") is None


def test_without_a_person_only_confirmed_steps_are_carried_out(prover: Prover) -> None:
    nothing = prover.prove(asks=False)
    assert (nothing["changed"], prover.rc.outbox, prover.file.exists()) == (False, [], False)
    first = prover.prove(asks=False, confirm=["single_both", "bulk_both"])
    assert [mail["via"] for mail in prover.rc.outbox] == ["single", "bulk"]
    assert states(first)["single_to_users"] == "open"
    assert first["recommendation"]["variables"] == {}
    one = {"mails": 1, "links": 1}
    second = prover.prove(asks=False, answers={"single_both": one, "bulk_both": one})
    assert second["recommendation"]["variables"]["reinvite_transport"] == "auto"
    assert len(prover.rc.outbox) == 2


def test_mails_that_are_not_counted_meanwhile_are_kept_apart(prover: Prover) -> None:
    prover.prove(asks=False, confirm=["all"], pause=120)
    times = [entry["at"] for name, entry in prover.saved["steps"].items() if name in MAILS]
    assert len(set(times)) == 6
    assert len(prover.rc.outbox) == 6
    spread = prover.rc.clock.seconds()
    answers = {name: {"mails": 1, "links": 1} for name in MAILS}
    result = prover.prove(asks=False, answers=answers)
    assert result["complete"]
    assert prover.rc.clock.seconds() - spread < 60
    assert len(prover.rc.outbox) == 6


def test_an_answer_can_be_corrected_and_one_for_a_step_that_was_not_made_is_reported(prover: Prover) -> None:
    prover.prove(asks=False, confirm=["single_both"])
    prover.prove(asks=False, answers={"single_both": {"mails": 0, "links": 0}})
    result = prover.prove(asks=False, answers={"single_both": {"mails": 1, "links": 1}})
    assert result["recommendation"]["variables"]["reinvite_transport"] == "single"


@pytest.mark.parametrize("counts", [(1, 2), (-1, 0), (21, 0), (3, -1)])
def test_a_count_that_cannot_be_is_refused(counts: tuple[int, int], prover: Prover) -> None:
    with pytest.raises(InvalidOption, match="answers: single_both"):
        prover.prove(answers={"single_both": dict(zip(("mails", "links"), counts, strict=True))})
    assert prover.rc.log == []


def refused(prover: Prover, match: str, **options: Any) -> None:
    with pytest.raises(RingCentralError, match=match):
        prover.prove(confirm=["all"], **options)
    assert prover.rc.outbox == []
    assert not prover.file.exists()


def test_users_who_must_not_be_mailed_are_refused(prover: Prover) -> None:
    people = {one.status: one for one in prover.rc.account.extensions.values() if one.type == "User"}
    first = prover.pending[0]
    refused(prover, "has activated already", users=[str(people["Enabled"].id)])
    refused(prover, "is disabled", users=[str(people["Disabled"].id), str(first.id)])
    refused(prover, "name 1 to 5", users=[str(one.id) for one in prover.pending[:6]])
    refused(prover, "no user is called", users=["nobody@example.com"])
    refused(prover, "is empty", users=[])
    refused(prover, "No mail was sent", allowed_domains=["elsewhere.example"])
    refused(prover, "is named in exclude", exclude=[first.email])
    refused(prover, "placeholder", placeholder_patterns=[first.email])
    refused(prover, "not 999", expect_account="999")
    first.email = "ada@example.comx"
    refused(prover, "No mail was sent", users=[str(first.id)])
    first.type = "Department"
    refused(prover, "only people are invited", users=[str(first.id)])


@pytest.mark.parametrize(("guard", "value"), [("RC_EXCLUDE", "{email}"), ("RC_ALLOWED_DOMAINS", "elsewhere.example")])
def test_the_guards_of_the_environment_hold(
    guard: str, value: str, prover: Prover, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = prover.pending[0].email
    for name, set_to in (*prover.rc.env().items(), (guard, value.format(email=email))):
        monkeypatch.setenv(name, set_to)
    result = perform("rc_prove", users=[email], path=str(prover.file))
    assert result["failed"]
    assert "No mail was sent" in result["msg"]
    assert prover.rc.outbox == []


def test_a_user_who_activates_on_the_way_is_not_mailed_again(prover: Prover) -> None:
    first, second = prover.pending[:2]
    users = [str(first.id), str(second.id)]
    counting = prover.reply

    def clicking(question: str) -> str | None:
        if "have a link" in question and question.startswith("single_both"):
            first.status = "Enabled"
        return counting(question)

    prover.reply = clicking
    assert prover.prove(users=users)["complete"]
    assert [mail["extension_id"] for mail in prover.rc.outbox] == [first.id, *[second.id] * 5]
    assert prover.prove(users=users)["complete"]


def test_without_a_pending_user_the_proof_stops_and_keeps_what_it_knows(prover: Prover) -> None:
    only = prover.pending[0]
    counting = prover.reply

    def clicking(question: str) -> str | None:
        if "have a link" in question:
            only.status = "Enabled"
        return counting(question)

    prover.reply = clicking
    with pytest.raises(GuardExceeded, match="no test user is left") as raised:
        prover.prove(users=[str(only.id)])
    assert raised.value.result["recommendation"]["variables"]["reinvite_transport"] == "single"
    assert prover.saved["steps"]["single_both"]["arrived"] == {"mails": 1, "links": 1}


def test_a_user_whose_address_changes_before_the_mail_is_not_mailed(prover: Prover) -> None:
    only = prover.pending[0]

    def moving(question: str) -> str | None:
        only.email = "elsewhere@example.com"
        return "y"

    prover.reply = moving
    with pytest.raises(GuardExceeded):
        prover.prove(users=[str(only.id)])
    assert prover.rc.outbox == []


def test_the_proof_of_others_or_a_damaged_one_is_refused(prover: Prover) -> None:
    prover.prove(confirm=["single_both"], asks=False)
    with pytest.raises(InvalidOption, match="of another account or of other users"):
        prover.prove(users=2)
    kept = prover.saved
    for spoiled in (
        "{}",
        "[]",
        "no",
        json.dumps({**kept, "steps": {"single_both": {"state": "sent"}}}),
        json.dumps({**kept, "steps": {"other": {"state": "accepted"}}}),
        json.dumps({**kept, "steps": {**kept["steps"], "field": {"state": "kept"}}}),
        json.dumps({**kept, "seen": None}),
    ):
        prover.file.write_text(spoiled, encoding="utf-8")
        with pytest.raises(InvalidOption, match="is not a proof"):
            prover.prove()
        assert prover.file.read_text(encoding="utf-8") == spoiled
    assert len(prover.rc.outbox) == 1


def test_two_runs_at_once_do_not_mail_twice(prover: Prover) -> None:
    counting = prover.reply

    def meanwhile(question: str) -> str | None:
        if "single_both: mail" in question:
            prover.reply = counting
            prover.prove()
        return counting(question)

    prover.reply = meanwhile
    with pytest.raises(InvalidOption, match="changed by another run"):
        prover.prove()
    assert max(by_step(prover).values()) == 1


def test_what_a_person_takes_to_answer_is_no_time_of_the_run(prover: Prover) -> None:
    counting = prover.reply

    def slow(question: str) -> str | None:
        prover.rc.clock.advance(1500)
        return counting(question)

    prover.reply = slow
    assert prover.prove()["complete"]
