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


def test_a_run_and_its_repetition(stage: Any) -> None:
    running = (TASK, answer(body={"id": "t1", "status": "InProgress"}))
    result = stage.invite([*TWO, extension(3, contact={})], ACCEPTED, running, task(1, 2))
    assert sent(stage, BULK) == [{"records": [{"id": "4001", **INVITATION}, {"id": "4002", **INVITATION}]}]
    assert outcomes(result) == {"4001": "invited", "4002": "invited", "4003": "no_email"}
    assert result["changed"]
    assert result["tasks"] == ["t1"]
    assert result["counts"] == {
        "considered": 3, "send": 2, "skip": 0, "hold": 1, "invited": 2, "would_invite": 0, "failed": 0, "unknown": 0
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
        "corrected_from": None,
    }
    assert result["diff"]["before"] == {
        "person1@example.com (Person 1, id 4001)": "never invited",
        "person2@example.com (Person 2, id 4002)": "never invited",
    }
    assert set(result["diff"]["after"].values()) == {"invited"}
    assert stage.clock.naps == [0.25, 0.5]

    again = stage.invite(TWO)
    assert not again["changed"]
    assert again["reasons"] == {"recently_invited": 2}
    assert again["diff"] == {"before": {}, "after": {}}
    assert stage.wire.sent[-1].method == "POST"  # the logout

    stage.clock.seconds += 48 * 3600
    third = stage.invite(TWO, ACCEPTED, task(1, 2))
    assert [entry["attempts"] for entry in third["results"]] == [2, 2]
    assert third["diff"]["before"]["person1@example.com (Person 1, id 4001)"] == "last invited on 2026-03-02 09:00 UTC"


def test_check_mode_decides_the_same_and_writes_nothing(stage: Any) -> None:
    planned = stage.invite(TWO, check_mode=True)
    assert outcomes(planned) == {"4001": "would_invite", "4002": "would_invite"}
    assert planned["changed"]
    assert {request.method for request in stage.wire.sent[1:-1]} == {"GET"}  # between login and logout
    assert not stage.ledger.exists()
    done = stage.invite(TWO, ACCEPTED, task(1, 2))
    assert done["diff"] == planned["diff"]


def test_the_claims_are_on_disk_before_the_request_and_the_task_before_its_outcome(stage: Any) -> None:
    seen: list[Any] = []
    send = type(stage.wire).send

    def spying(self: Any, request: Any) -> Any:
        seen.append((str(request), {r.user_id: (r.state, r.task) for r in remembered(stage).values()}))
        return send(self, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(stage.wire), "send", spying)
        stage.invite(TWO, ACCEPTED, task(1, 2))
    told = dict(seen)
    assert told[BULK] == {"4001": ("claimed", ""), "4002": ("claimed", "")}
    assert told[TASK] == {"4001": ("claimed", "t1"), "4002": ("claimed", "t1")}


@pytest.mark.parametrize("flat", [False, True])
def test_records_that_fail_inside_a_completed_task(stage: Any, flat: bool) -> None:
    with pytest.raises(IncompleteDelivery, match=r"^1 of 2 users were invited \(1 failed\); see results") as raised:
        stage.invite(TWO, ACCEPTED, task(1, (2, "not allowed"), flat=flat))
    result = raised.value.result
    assert outcomes(result) == {"4001": "invited", "4002": "failed"}
    assert result["changed"]
    assert result["results"][1]["message"] == "RingCentral refused: [CMN-101] not allowed"
    assert result["results"][1]["attempts"] == 0
    assert remembered(stage)["4002"].state == "failed"
    # who failed is tried again, who was invited is not
    assert outcomes(stage.invite(TWO, put(2))) == {"4001": "recently_invited", "4002": "invited"}


@pytest.mark.parametrize("status", ["Completed", "Failed"])
def test_who_is_left_out_of_a_result_is_in_doubt(stage: Any, status: str) -> None:
    entry = task(1, status=status, errors=[{"errorCode": "CMN-500", "message": "half done"}])
    with pytest.raises(IncompleteDelivery, match=r"1 of 2 users were invited \(1 unknown\)") as raised:
        stage.invite(TWO, ACCEPTED, entry)
    assert outcomes(raised.value.result) == {"4001": "invited", "4002": "unknown"}
    message = raised.value.result["results"][1]["message"]
    assert message == f"the bulk task t1 is {status} and says nothing of them: [CMN-500] half done; " + HELD
    held = stage.invite(TWO)
    assert held["reasons"] == {"in_doubt": 1, "recently_invited": 1}
    stage.clock.seconds += 48 * 3600
    assert stage.invite(TWO, ACCEPTED, task(1, 2))["counts"]["invited"] == 2


@pytest.mark.parametrize(
    "trouble", [BROKEN, answer(500, {"message": "oops"}), answer(502, "<html>"), answer(200, "<html>")]
)
def test_a_lost_answer_to_a_bulk_request_is_in_doubt_and_never_repeated(stage: Any, trouble: Any) -> None:
    with pytest.raises(
        IncompleteDelivery, match=r"^0 of 2 users were invited \(2 unknown\); stopped because"
    ) as raised:
        stage.invite(TWO, (BULK, trouble))
    assert raised.value.result["changed"]
    assert outcomes(raised.value.result) == {"4001": "unknown", "4002": "unknown"}
    held = stage.invite(TWO)
    assert held["reasons"] == {"in_doubt": 2}
    assert "held until 2026-03-04 09:00 UTC, then invited again" in held["results"][0]["message"]
    assert held["results"][0]["next_invite_after"] == "2026-03-04T09:00:00Z"
    forced = stage.invite(TWO, ACCEPTED, task(1, 2), force=True)
    assert forced["counts"]["invited"] == 2


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (TransportError("cannot be reached", sent=False), "TransportError"),
        (answer(401, {"errorCode": "OAU-1", "message": "m"}), "invalid_grant"),
        (FORBIDDEN, "CMN-408"),
    ],
)
def test_a_bulk_request_that_surely_mailed_nobody_leaves_no_trace(stage: Any, trouble: Any, code: str) -> None:
    script = [(BULK, trouble)]
    if code == "invalid_grant":  # after a 401 there is one new login
        script += [("POST /restapi/oauth/token", answer(400, {"error": "invalid_grant"}))]
    with pytest.raises(IncompleteDelivery, match="0 of 2 users were invited; stopped because") as raised:
        stage.invite(TWO, *script, transport="bulk")
    result = raised.value.result
    assert not result["changed"]
    assert outcomes(result) == {"4001": "not_activated", "4002": "not_activated"}
    assert result["results"][0]["message"] == "not attempted, the run stopped early; the next run will invite them"
    assert raised.value.details()["code"] == code
    assert remembered(stage) == {}


def test_an_account_without_bulk_permission_is_served_one_by_one(stage: Any) -> None:
    result = stage.invite(TWO, (BULK, FORBIDDEN), put(1), put(2))
    assert outcomes(result) == {"4001": "invited", "4002": "invited"}
    assert sent(stage, "PUT") == [INVITATION, INVITATION]
    assert result["tasks"] == []
    assert {entry.state for entry in remembered(stage).values()} == {"invited"}


def test_one_user_needs_no_bulk_request(stage: Any) -> None:
    assert outcomes(stage.invite(TWO[:1], put(1))) == {"4001": "invited"}
    assert stage.invite(TWO[1:], ACCEPTED, task(2), transport="bulk")["tasks"] == ["t1"]


REFUSED = answer(400, {"errorCode": "CMN-101", "message": "bad address"})


def test_more_than_max_failures_stop_and_who_was_refused_comes_last_the_next_time(stage: Any) -> None:
    said = (
        r"0 of 2 users were invited \(1 failed\); stopped because max_failures: 1 failed or uncertain; the limit is 0"
    )
    with pytest.raises(IncompleteDelivery, match=said) as raised:
        stage.invite(TWO, put(1, REFUSED), transport="single")
    assert outcomes(raised.value.result) == {"4001": "failed", "4002": "not_activated"}
    assert "[CMN-101] bad address" in raised.value.result["results"][0]["message"]
    with pytest.raises(IncompleteDelivery, match=r"1 of 2 users were invited \(1 failed\)"):
        stage.invite(TWO, put(2), put(1, REFUSED), transport="single")


def test_up_to_max_failures_the_task_goes_on_and_succeeds(stage: Any) -> None:
    result = stage.invite(TWO, put(1, REFUSED), put(2), transport="single", max_failures=1)
    assert outcomes(result) == {"4001": "failed", "4002": "invited"}


def test_failures_in_one_batch_keep_the_next_from_starting(stage: Any) -> None:
    people = [extension(n) for n in range(1, 502)]
    with pytest.raises(
        IncompleteDelivery, match=r"499 of 501 .* stopped because max_failures: 1 failed or uncertain; the limit is 0"
    ):
        stage.invite(people, ACCEPTED, task((1, "no"), *range(2, 501)))
    last = (BULK, answer(body={"id": "t2"}))
    finished = task(501, (1, "no"), name="t2")
    with pytest.raises(IncompleteDelivery, match=r"^1 of 2 users were invited \(1 failed\); see results"):
        stage.invite(people, last, finished)
    assert [entry["id"] for entry in sent(stage, BULK)[0]["records"]] == ["4501", "4001"]


@pytest.mark.parametrize("transport", ["bulk", "single"])
def test_a_canary_goes_first_and_alone(stage: Any, transport: str) -> None:
    three = [extension(n) for n in (1, 2, 3)]
    first = [ACCEPTED, task(1, (2, "no"))] if transport == "bulk" else [put(1), put(2, REFUSED)]
    with pytest.raises(IncompleteDelivery, match=r"1 of 3 .* stopped because canary: not all of the first") as raised:
        stage.invite(three, *first, canary=2, max_failures=5, transport=transport)
    assert outcomes(raised.value.result) == {"4001": "invited", "4002": "failed", "4003": "not_activated"}
    assert (
        raised.value.result["results"][2]["message"]
        == "not attempted, the run stopped early; the next run will invite them"
    )
    second = [ACCEPTED, task(3), ACCEPTED, task(2)] if transport == "bulk" else [put(3), put(2)]
    assert stage.invite(three, *second, canary=1, transport=transport)["counts"]["invited"] == 2


def test_one_by_one_a_lost_answer_stops_before_the_next_user(stage: Any) -> None:
    with pytest.raises(IncompleteDelivery, match=r"0 of 2 users were invited \(1 unknown\); stopped because") as raised:
        stage.invite(TWO, put(1, BROKEN), transport="single")
    assert outcomes(raised.value.result) == {"4001": "unknown", "4002": "not_activated"}
    later = stage.invite(TWO, put(2), transport="single")
    assert outcomes(later) == {"4002": "invited", "4001": "in_doubt"}


def test_a_task_that_outlasts_max_wait_is_settled_by_the_next_run(stage: Any) -> None:
    running = (TASK, answer(body={"id": "t1", "status": "InProgress"}))
    with pytest.raises(
        IncompleteDelivery, match=r"\(2 unknown\); stopped because out of time: the bulk task t1"
    ) as raised:
        stage.invite(TWO, ACCEPTED, running, running, max_wait=1)
    assert raised.value.result["tasks"] == ["t1"]
    assert raised.value.result["results"][0]["message"] == (
        "the bulk task t1 was accepted; the next run asks for its outcome"
    )
    still = stage.invite(TWO, running)
    assert still["reasons"] == {"in_doubt": 2}
    planned = stage.invite(TWO, task(1, (2, "no")), check_mode=True)
    assert outcomes(planned) == {"4001": "recently_invited", "4002": "would_invite"}
    assert {entry.state for entry in remembered(stage).values()} == {"claimed"}
    done = stage.invite(TWO, task(1, (2, "no")), put(2))
    assert outcomes(done) == {"4001": "recently_invited", "4002": "invited"}
    assert remembered(stage)["4001"].last_invited_at == NOW


def test_a_task_that_ringcentral_has_forgotten_is_in_doubt(stage: Any) -> None:
    with pytest.raises(IncompleteDelivery):
        stage.invite(TWO, ACCEPTED, max_wait=0)
    result = stage.invite(TWO, (TASK, answer(404, {"errorCode": "CMN-102", "message": "gone"})))
    assert result["reasons"] == {"in_doubt": 2}
    assert "RingCentral no longer knows the bulk task t1" in result["results"][0]["message"]
    assert stage.invite(TWO)["reasons"] == {"in_doubt": 2}  # and is not asked again


def test_more_than_500_go_out_in_batches_and_a_stop_keeps_the_rest_for_later(stage: Any) -> None:
    people = [extension(n) for n in range(1, 1101)]
    second = TASK.replace("t1", "t2")
    with pytest.raises(IncompleteDelivery, match=r"500 of 1100 users were invited \(500 unknown\)") as raised:
        stage.invite(people, ACCEPTED, task(*range(1, 501)), (BULK, answer(body={"id": "t2"})), *[(second, BROKEN)] * 5)
    assert [len(body["records"]) for body in sent(stage, BULK)] == [500, 500]
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
    result = stage.invite(people, finished, ACCEPTED, third)
    assert result["reasons"] == {"not_activated": 100, "recently_invited": 1000}
    assert result["counts"]["invited"] == 100


def test_whom_another_run_took_meanwhile_is_left_to_it(stage: Any) -> None:
    claim = SqliteLedger.claim

    def beaten(self: SqliteLedger, claims: Any, seen: Any) -> Any:
        claim(self, [replace(claims[0], run="other")], seen)
        return claim(self, claims, seen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteLedger, "claim", beaten)
        result = stage.invite(TWO, ACCEPTED, task(2), force=True)
    assert outcomes(result) == {"4001": "in_doubt", "4002": "invited"}
    assert sent(stage, BULK) == [{"records": [{"id": "4002", **INVITATION}]}]


def test_a_canary_that_another_run_took_stops_nobody(stage: Any) -> None:
    claim = SqliteLedger.claim

    def beaten(self: SqliteLedger, claims: Any, seen: Any) -> Any:
        if claims[0].user_id == "4001":
            claim(self, [replace(claims[0], run="other")], seen)
        return claim(self, claims, seen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteLedger, "claim", beaten)
        result = stage.invite(TWO, put(2), canary=1, transport="single")
    assert outcomes(result) == {"4001": "in_doubt", "4002": "invited"}


def test_a_ledger_that_fails_after_sending_stops_and_says_so(stage: Any) -> None:
    def broken(self: SqliteLedger, records: Any) -> None:
        if list(records):
            raise LedgerError("ledger: disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteLedger, "settle", broken)
        with pytest.raises(
            IncompleteDelivery, match="1 of 2 users were invited; stopped because ledger: disk"
        ) as raised:
            stage.invite(TWO, put(1), transport="single")
    assert outcomes(raised.value.result) == {"4001": "invited", "4002": "not_activated"}
    assert remembered(stage)["4001"].state == "claimed"
