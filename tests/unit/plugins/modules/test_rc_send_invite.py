# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_send_invite, run after run on one ledger: what is sent, what is remembered, what is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    IncompleteDelivery,
    LedgerError,
    TransportError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from scripted import BULK, NOW, answer, extension
from unit.plugins.modules.sending import (
    ACCEPTED,
    BROKEN,
    FORBIDDEN,
    HELD,
    INVITATION,
    TASK,
    TWO,
    outcomes,
    put,
    remembered,
    sent,
    task,
)


def test_a_run_and_its_repetition(runner: Any) -> None:
    running = (TASK, answer(body={"id": "t1", "status": "InProgress"}))
    result = runner.invite([*TWO, extension(3, contact={})], ACCEPTED, running, task(1, 2))
    assert sent(runner, BULK) == [{"records": [{"id": "4001", **INVITATION}, {"id": "4002", **INVITATION}]}]
    assert outcomes(result) == {"4001": "invited", "4002": "invited", "4003": "no_email"}
    assert result["changed"]
    assert result["tasks"] == ["t1"]
    assert result["counts"] == {
        "considered": 3, "send": 2, "skip": 0, "hold": 1, "invited": 2, "would_invite": 0, "handed_over": 0,
        "would_hand_over": 0, "failed": 0, "unknown": 0,
    }  # fmt: skip
    assert result["reasons"] == {"no_email": 1, "not_activated": 2}
    assert result["results"][0] == {
        "id": "4001",
        "name": "Person 1",
        "email": "person1@example.com",
        "extension_number": "101",
        "status": "not_activated",
        "site": "",
        "department": "",
        "decision": "send",
        "reason": "not_activated",
        "outcome": "invited",
        "message": "",
        "last_invited_at": "2026-03-02T09:00:00Z",
        "next_invite_after": "2026-03-04T09:00:00Z",
        "attempts": 1,
        "directory_email": None,
        "manager": None,
        "corrected_from": None,
    }
    assert result["diff"]["before"] == {
        "person1@example.com (Person 1, id 4001)": "never invited",
        "person2@example.com (Person 2, id 4002)": "never invited",
    }
    assert set(result["diff"]["after"].values()) == {"invited"}
    assert runner.clock.naps == [0.25, 0.5]

    again = runner.invite(TWO)
    assert not again["changed"]
    assert again["reasons"] == {"recently_invited": 2}
    assert again["diff"] == {"before": {}, "after": {}}
    assert runner.wire.sent[-1].method == "POST"  # the logout

    runner.clock.seconds += 48 * 3600
    third = runner.invite(TWO, ACCEPTED, task(1, 2))
    assert [entry["attempts"] for entry in third["results"]] == [2, 2]
    assert third["diff"]["before"]["person1@example.com (Person 1, id 4001)"] == "last invited on 2026-03-02 09:00 UTC"


def test_check_mode_decides_the_same_and_writes_nothing(runner: Any) -> None:
    planned = runner.invite(TWO, check_mode=True)
    assert outcomes(planned) == {"4001": "would_invite", "4002": "would_invite"}
    assert planned["changed"]
    assert {request.method for request in runner.wire.sent[1:-1]} == {"GET"}  # between login and logout
    assert not runner.ledger.exists()
    done = runner.invite(TWO, ACCEPTED, task(1, 2))
    assert done["diff"] == planned["diff"]


def test_the_claims_are_on_disk_before_the_request_and_the_task_before_its_outcome(runner: Any) -> None:
    seen: list[Any] = []
    send = type(runner.wire).send

    def spying(self: Any, request: Any) -> Any:
        seen.append((str(request), {r.user_id: (r.state, r.task) for r in remembered(runner).values()}))
        return send(self, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(runner.wire), "send", spying)
        runner.invite(TWO, ACCEPTED, task(1, 2))
    told = dict(seen)
    assert told[BULK] == {"4001": ("claimed", ""), "4002": ("claimed", "")}
    assert told[TASK] == {"4001": ("claimed", "t1"), "4002": ("claimed", "t1")}


@pytest.mark.parametrize("flat", [False, True])
def test_records_that_fail_inside_a_completed_task(runner: Any, flat: bool) -> None:
    with pytest.raises(IncompleteDelivery, match=r"^1 of 2 users were invited \(1 failed\); see results") as raised:
        runner.invite(TWO, ACCEPTED, task(1, (2, "not allowed"), flat=flat))
    result = raised.value.result
    assert outcomes(result) == {"4001": "invited", "4002": "failed"}
    assert result["changed"]
    assert result["results"][1]["message"] == "RingCentral refused: [CMN-101] not allowed"
    assert result["results"][1]["attempts"] == 0
    assert remembered(runner)["4002"].state == "failed"
    # who failed is tried again, who was invited is not
    assert outcomes(runner.invite(TWO, put(2))) == {"4001": "recently_invited", "4002": "invited"}


@pytest.mark.parametrize("status", ["Completed", "Failed"])
def test_a_user_missing_from_a_result_is_in_doubt(runner: Any, status: str) -> None:
    entry = task(1, status=status, errors=[{"errorCode": "CMN-500", "message": "half done"}])
    with pytest.raises(IncompleteDelivery, match=r"1 of 2 users were invited \(1 unknown\)") as raised:
        runner.invite(TWO, ACCEPTED, entry)
    assert outcomes(raised.value.result) == {"4001": "invited", "4002": "unknown"}
    message = raised.value.result["results"][1]["message"]
    assert message == f"the bulk task t1 is {status} and says nothing of them: [CMN-500] half done; " + HELD
    held = runner.invite(TWO)
    assert held["reasons"] == {"in_doubt": 1, "recently_invited": 1}
    runner.clock.seconds += 48 * 3600
    assert runner.invite(TWO, ACCEPTED, task(1, 2))["counts"]["invited"] == 2


@pytest.mark.parametrize(
    "trouble", [BROKEN, answer(500, {"message": "oops"}), answer(502, "<html>"), answer(200, "<html>")]
)
def test_a_lost_answer_to_a_bulk_request_is_in_doubt_and_never_repeated(runner: Any, trouble: Any) -> None:
    with pytest.raises(
        IncompleteDelivery, match=r"^0 of 2 users were invited \(2 unknown\); stopped because"
    ) as raised:
        runner.invite(TWO, (BULK, trouble))
    assert raised.value.result["changed"]
    assert outcomes(raised.value.result) == {"4001": "unknown", "4002": "unknown"}
    held = runner.invite(TWO)
    assert held["reasons"] == {"in_doubt": 2}
    assert "held until 2026-03-04 09:00 UTC, then invited again" in held["results"][0]["message"]
    assert held["results"][0]["next_invite_after"] == "2026-03-04T09:00:00Z"
    forced = runner.invite(TWO, ACCEPTED, task(1, 2), force=True)
    assert forced["counts"]["invited"] == 2


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (TransportError("cannot be reached", sent=False), "TransportError"),
        (answer(401, {"errorCode": "OAU-1", "message": "m"}), "invalid_grant"),
        (FORBIDDEN, "CMN-408"),
    ],
)
def test_a_bulk_request_that_mailed_no_user_leaves_no_record(runner: Any, trouble: Any, code: str) -> None:
    script = [(BULK, trouble)]
    if code == "invalid_grant":  # after a 401 there is one new login
        script += [("POST /restapi/oauth/token", answer(400, {"error": "invalid_grant"}))]
    with pytest.raises(IncompleteDelivery, match="0 of 2 users were invited; stopped because") as raised:
        runner.invite(TWO, *script, transport="bulk")
    result = raised.value.result
    assert not result["changed"]
    assert outcomes(result) == {"4001": "not_activated", "4002": "not_activated"}
    assert result["results"][0]["message"] == "not attempted, the run stopped early; the next run will invite them"
    assert raised.value.details()["code"] == code
    assert remembered(runner) == {}


def test_an_account_without_bulk_permission_is_served_one_by_one(runner: Any) -> None:
    result = runner.invite(TWO, (BULK, FORBIDDEN), put(1), put(2))
    assert outcomes(result) == {"4001": "invited", "4002": "invited"}
    assert sent(runner, "PUT") == [INVITATION, INVITATION]
    assert result["tasks"] == []
    assert {entry.state for entry in remembered(runner).values()} == {"invited"}


def test_one_user_needs_no_bulk_request(runner: Any) -> None:
    assert outcomes(runner.invite(TWO[:1], put(1))) == {"4001": "invited"}
    assert runner.invite(TWO[1:], ACCEPTED, task(2), transport="bulk")["tasks"] == ["t1"]


REFUSED = answer(400, {"errorCode": "CMN-101", "message": "bad address"})


def test_more_than_max_failures_stop_the_run_and_refused_users_come_last_next_time(runner: Any) -> None:
    said = (
        r"0 of 2 users were invited \(1 failed\); stopped because max_failures: 1 failed or uncertain; the limit is 0"
    )
    with pytest.raises(IncompleteDelivery, match=said) as raised:
        runner.invite(TWO, put(1, REFUSED), transport="single")
    assert outcomes(raised.value.result) == {"4001": "failed", "4002": "not_activated"}
    assert "[CMN-101] bad address" in raised.value.result["results"][0]["message"]
    with pytest.raises(IncompleteDelivery, match=r"1 of 2 users were invited \(1 failed\)"):
        runner.invite(TWO, put(2), put(1, REFUSED), transport="single")


def test_up_to_max_failures_the_task_goes_on_and_succeeds(runner: Any) -> None:
    result = runner.invite(TWO, put(1, REFUSED), put(2), transport="single", max_failures=1)
    assert outcomes(result) == {"4001": "failed", "4002": "invited"}


def test_failures_in_one_batch_keep_the_next_from_starting(runner: Any) -> None:
    people = [extension(n) for n in range(1, 502)]
    with pytest.raises(
        IncompleteDelivery, match=r"499 of 501 .* stopped because max_failures: 1 failed or uncertain; the limit is 0"
    ):
        runner.invite(people, ACCEPTED, task((1, "no"), *range(2, 501)))
    last = (BULK, answer(body={"id": "t2"}))
    finished = task(501, (1, "no"), name="t2")
    with pytest.raises(IncompleteDelivery, match=r"^1 of 2 users were invited \(1 failed\); see results"):
        runner.invite(people, last, finished)
    assert [entry["id"] for entry in sent(runner, BULK)[0]["records"]] == ["4501", "4001"]


@pytest.mark.parametrize("transport", ["bulk", "single"])
def test_a_canary_goes_first_and_alone(runner: Any, transport: str) -> None:
    three = [extension(n) for n in (1, 2, 3)]
    first = [ACCEPTED, task(1, (2, "no"))] if transport == "bulk" else [put(1), put(2, REFUSED)]
    with pytest.raises(IncompleteDelivery, match=r"1 of 3 .* stopped because canary: not all of the first") as raised:
        runner.invite(three, *first, canary=2, max_failures=5, transport=transport)
    assert outcomes(raised.value.result) == {"4001": "invited", "4002": "failed", "4003": "not_activated"}
    assert (
        raised.value.result["results"][2]["message"]
        == "not attempted, the run stopped early; the next run will invite them"
    )
    second = [ACCEPTED, task(3), ACCEPTED, task(2)] if transport == "bulk" else [put(3), put(2)]
    assert runner.invite(three, *second, canary=1, transport=transport)["counts"]["invited"] == 2


def test_one_by_one_a_lost_answer_stops_before_the_next_user(runner: Any) -> None:
    with pytest.raises(IncompleteDelivery, match=r"0 of 2 users were invited \(1 unknown\); stopped because") as raised:
        runner.invite(TWO, put(1, BROKEN), transport="single")
    assert outcomes(raised.value.result) == {"4001": "unknown", "4002": "not_activated"}
    later = runner.invite(TWO, put(2), transport="single")
    assert outcomes(later) == {"4002": "invited", "4001": "in_doubt"}


def test_a_task_that_outlasts_max_wait_is_settled_by_the_next_run(runner: Any) -> None:
    running = (TASK, answer(body={"id": "t1", "status": "InProgress"}))
    with pytest.raises(
        IncompleteDelivery, match=r"\(2 unknown\); stopped because out of time: the bulk task t1"
    ) as raised:
        runner.invite(TWO, ACCEPTED, running, running, max_wait=1)
    assert raised.value.result["tasks"] == ["t1"]
    assert raised.value.result["results"][0]["message"] == (
        "the bulk task t1 was accepted; the next run asks for its outcome"
    )
    still = runner.invite(TWO, running)
    assert still["reasons"] == {"in_doubt": 2}
    planned = runner.invite(TWO, task(1, (2, "no")), check_mode=True)
    assert outcomes(planned) == {"4001": "recently_invited", "4002": "would_invite"}
    assert {entry.state for entry in remembered(runner).values()} == {"claimed"}
    done = runner.invite(TWO, task(1, (2, "no")), put(2))
    assert outcomes(done) == {"4001": "recently_invited", "4002": "invited"}
    assert remembered(runner)["4001"].last_invited_at == NOW


def test_a_task_that_ringcentral_has_forgotten_is_in_doubt(runner: Any) -> None:
    with pytest.raises(IncompleteDelivery):
        runner.invite(TWO, ACCEPTED, max_wait=0)
    result = runner.invite(TWO, (TASK, answer(404, {"errorCode": "CMN-102", "message": "gone"})))
    assert result["reasons"] == {"in_doubt": 2}
    assert "RingCentral no longer knows the bulk task t1" in result["results"][0]["message"]
    assert runner.invite(TWO)["reasons"] == {"in_doubt": 2}  # and is not asked again


def test_more_than_500_go_out_in_batches_and_a_stop_keeps_the_rest_for_later(runner: Any) -> None:
    people = [extension(n) for n in range(1, 1101)]
    second = TASK.replace("t1", "t2")
    with pytest.raises(IncompleteDelivery, match=r"500 of 1100 users were invited \(500 unknown\)") as raised:
        runner.invite(
            people, ACCEPTED, task(*range(1, 501)), (BULK, answer(body={"id": "t2"})), *[(second, BROKEN)] * 5
        )
    assert [len(body["records"]) for body in sent(runner, BULK)] == [500, 500]
    assert raised.value.result["counts"]["unknown"] == 500
    assert [e["id"] for e in raised.value.result["results"] if not e["outcome"]] == [
        str(4000 + n) for n in range(1001, 1101)
    ]
    items = [{"extensionId": str(4000 + n), "status": "Success"} for n in range(501, 1001)]
    finished = (
        second,
        answer(body={"id": "t2", "status": "Completed", "result": {"affectedItems": {"result": items}}}),
    )
    third = task(*range(1001, 1101))
    result = runner.invite(people, finished, ACCEPTED, third)
    assert result["reasons"] == {"not_activated": 100, "recently_invited": 1000}
    assert result["counts"]["invited"] == 100


def test_users_taken_by_another_run_are_left_to_it(runner: Any) -> None:
    claim = SqliteLedger.claim

    def beaten(self: SqliteLedger, claims: Any, seen: Any) -> Any:
        claim(self, [replace(claims[0], run="other")], seen)
        return claim(self, claims, seen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteLedger, "claim", beaten)
        result = runner.invite(TWO, ACCEPTED, task(2), force=True)
    assert outcomes(result) == {"4001": "in_doubt", "4002": "invited"}
    assert sent(runner, BULK) == [{"records": [{"id": "4002", **INVITATION}]}]


def test_a_canary_that_another_run_invited_does_not_stop_the_rest(runner: Any) -> None:
    claim = SqliteLedger.claim

    def beaten(self: SqliteLedger, claims: Any, seen: Any) -> Any:
        if claims[0].user_id == "4001":
            claim(self, [replace(claims[0], run="other")], seen)
        return claim(self, claims, seen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteLedger, "claim", beaten)
        result = runner.invite(TWO, put(2), canary=1, transport="single")
    assert outcomes(result) == {"4001": "in_doubt", "4002": "invited"}


def test_a_ledger_that_fails_after_sending_stops_and_says_so(runner: Any) -> None:
    def broken(self: SqliteLedger, records: Any) -> None:
        if list(records):
            raise LedgerError("ledger: disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteLedger, "settle", broken)
        with pytest.raises(
            IncompleteDelivery, match="1 of 2 users were invited; stopped because ledger: disk"
        ) as raised:
            runner.invite(TWO, put(1), transport="single")
    assert outcomes(raised.value.result) == {"4001": "invited", "4002": "not_activated"}
    assert remembered(runner)["4001"].state == "claimed"
