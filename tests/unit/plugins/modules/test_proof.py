# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_send_invite believes an outcome only if it is proven: no user is mailed twice, and a doubt is one user's own."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    IncompleteDelivery,
    TransportError,
    UnusableAnswer,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from scripted import ACCOUNT, BULK, answer, extension, record
from unit.plugins.modules.sending import ACCEPTED, TASK, TWO, outcomes, put, remembered, sent, task

GATEWAYS = [302, 303, 400, 401, 403, 404, 405, 407, 409, 413, 421, 423, 425, 429, 451, 499, 502]
FOREIGN = ["<html>", {}, {"message": "denied"}]


def left_in_doubt(runner: Any, *script: Any, **options: Any) -> dict[str, Any]:
    """The result of a run that is stopped by a doubt; the next run mails no user of it."""
    with pytest.raises(IncompleteDelivery) as raised:
        runner.invite(TWO, *script, **options)
    result = raised.value.result
    doubtful = {entry["id"] for entry in result["results"] if entry["outcome"] == "unknown"}
    assert doubtful
    for held in runner.invite(TWO, check_mode=True)["results"]:
        assert held["outcome"] is None or held["id"] not in doubtful
    return result


@pytest.mark.parametrize("status", GATEWAYS)
def test_a_bulk_request_that_a_gateway_answered_is_in_doubt_and_never_repeated(runner: Any, status: int) -> None:
    for body in FOREIGN:
        runner.ledger.unlink(missing_ok=True)
        result = left_in_doubt(runner, (BULK, answer(status, body, retry_after="1")))
        assert outcomes(result) == {"4001": "unknown", "4002": "unknown"}
        assert result["changed"]


@pytest.mark.parametrize("status", GATEWAYS)
def test_a_single_request_that_a_gateway_answered_is_in_doubt_and_never_repeated(runner: Any, status: int) -> None:
    for body in FOREIGN:
        runner.ledger.unlink(missing_ok=True)
        result = left_in_doubt(runner, put(1, answer(status, body, retry_after="1")), transport="single")
        assert outcomes(result) == {"4001": "unknown", "4002": "not_activated"}


def test_a_gateway_that_forbids_bulk_does_not_switch_to_single_requests(runner: Any) -> None:
    for body in FOREIGN:
        runner.ledger.unlink(missing_ok=True)
        left_in_doubt(runner, (BULK, answer(403, body)))
        assert sent(runner, "PUT") == []


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, {}),
        answer(200, {"errorCode": "CMN-211", "message": "Internal error"}),
        answer(200, {"id": 4002}),
        answer(200, {"id": "4001", "errors": [{"errorCode": "CMN-101"}]}),
        answer(201, {"id": 4001}),
        answer(202, {"id": 4001}),
        answer(207, {"id": 4001}),
        TransportError("redirected", sent=True),
    ],
)
def test_only_the_users_own_record_proves_an_invitation(runner: Any, reply: Any) -> None:
    result = left_in_doubt(runner, put(1, reply), transport="single")
    assert outcomes(result) == {"4001": "unknown", "4002": "not_activated"}


def test_a_user_refused_with_403_has_failed_and_the_others_are_invited(runner: Any) -> None:
    refused = answer(403, {"errorCode": "CMN-101", "message": "not this one"})
    result = runner.invite(TWO, put(1, refused), put(2), transport="single", max_failures=1)
    assert outcomes(result) == {"4001": "failed", "4002": "invited"}
    assert "[CMN-101] not this one" in result["results"][0]["message"]


def test_a_duplicate_concurrent_request_may_have_mailed(runner: Any) -> None:
    duplicate = answer(429, {"errorCode": "CMN-304", "message": "Duplicate"}, retry_after="1")
    assert outcomes(left_in_doubt(runner, (BULK, duplicate))) == {"4001": "unknown", "4002": "unknown"}


@pytest.mark.parametrize(
    "body", [{"id": "t2", "status": "Completed"}, {"id": "t1"}, {"id": "t1", "status": "Done"}, {}]
)
def test_the_outcome_of_another_or_unknown_task_settles_no_user(runner: Any, body: Any) -> None:
    result = left_in_doubt_by_task(runner, (TASK, answer(body=body)))
    assert outcomes(result) == {"4001": "unknown", "4002": "unknown"}


def left_in_doubt_by_task(runner: Any, reply: Any) -> dict[str, Any]:
    with pytest.raises(IncompleteDelivery) as raised:
        runner.invite(TWO, ACCEPTED, reply)
    assert {one.state for one in remembered(runner).values()} == {"claimed"}
    return raised.value.result


def test_a_task_that_contradicts_itself_about_one_user_leaves_that_one_in_doubt(runner: Any) -> None:
    twice = {"extensionId": "4002", "status": "Success"}, {"extensionId": "4002", "status": "Fail"}
    items = [{"extensionId": "4001", "status": "Success"}, *twice, None, {"extensionId": {}}, "x"]
    ended = (TASK, answer(body={"id": "t1", "status": "Completed", "result": {"affectedItems": items}}))
    with pytest.raises(IncompleteDelivery) as raised:
        runner.invite(TWO, ACCEPTED, ended)
    assert outcomes(raised.value.result) == {"4001": "invited", "4002": "unknown"}


NEW = extension(3)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"errorCode": "CMN-101", "message": "Parameter [taskId] is invalid"}),
        (404, {"errorCode": "CMN-102", "message": "gone"}),
        (400, "<html>"),
        (404, "<html>"),
        (410, {"errorCode": "CMN-102"}),
        (403, {}),
        (200, {}),
        (200, {"id": "t9", "status": "Completed"}),
        (200, {"id": "t1", "status": "Completed", "result": 7}),
        (200, "<html>"),
        (500, {"errorCode": "CMN-211"}),
        (503, "<html>"),
    ],
)
def test_a_task_left_behind_that_cannot_be_read_holds_its_own_users_only(runner: Any, status: int, body: Any) -> None:
    with pytest.raises(IncompleteDelivery):
        runner.invite(TWO, ACCEPTED, max_wait=0)
    readings = [(TASK, answer(status, body))] * (5 if status >= 500 else 1)
    result = runner.invite([*TWO, NEW], *readings, put(3))
    assert outcomes(result) == {"4001": "in_doubt", "4002": "in_doubt", "4003": "invited"}
    messages = {entry["id"]: entry["message"] for entry in result["results"]}
    assert "held until 2026-03-04 09:0" in messages["4001"]
    runner.clock.seconds += 48 * 3600
    again = runner.invite(TWO, *again_if_asked(runner, readings), ACCEPTED, task(1, 2))
    assert again["counts"]["invited"] == 2


def again_if_asked(runner: Any, readings: Any) -> Any:
    """A task that may be read later is asked for again."""
    return readings if any(one.task for one in remembered(runner).values()) else []


def test_a_task_left_behind_that_was_unreadable_for_a_while_is_settled_later(runner: Any) -> None:
    with pytest.raises(IncompleteDelivery):
        runner.invite(TWO, ACCEPTED, max_wait=0)
    runner.invite(TWO, *[(TASK, answer(500))] * 5)
    assert outcomes(runner.invite(TWO, task(1, 2))) == {"4001": "recently_invited", "4002": "recently_invited"}


def test_a_planted_task_id_is_never_requested(runner: Any) -> None:
    planted = record(1, state="claimed", task="../../extension?status=NotActivated", last_invited_at=None)
    ledger = SqliteLedger(runner.ledger, "1")
    ledger.claim([planted], {})
    ledger.settle([planted])
    ledger.close()
    result = runner.invite([extension(1), NEW], put(3))
    assert outcomes(result) == {"4001": "in_doubt", "4003": "invited"}


LISTED = f"GET {ACCOUNT}/extension"


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"records": None},
        {"errorCode": "CMN-211", "message": "m"},
        {"records": {}},
        {"records": "x"},
        {"records": [1]},
    ],
)
def test_a_list_that_is_none_is_an_error_and_no_empty_list(runner: Any, page: Any) -> None:
    with pytest.raises(UnusableAnswer, match=r"could not be read whole: .*No mail was sent"):
        runner.invite(answer(body=page))


def test_a_record_that_cannot_be_read_holds_its_user_alone(runner: Any) -> None:
    result = runner.invite([extension(1, contact="x"), extension(2)], put(2), transport="single")
    assert outcomes(result)["4002"] == "invited"
    assert [request.path for request in runner.wire.sent if request.method == "PUT"] == [f"{ACCOUNT}/extension/4002"]


@pytest.mark.parametrize("reply", [{}, {"id": 4002}, {"id": 4001, "errorCode": "CMN-101"}])
def test_a_correction_without_proof_is_not_taken_for_done(runner: Any, reply: Any) -> None:
    directory = [
        {"email": f"right{n}@example.com", "name": f"Person {n}", "extension_number": str(100 + n)} for n in (1, 2)
    ]
    options = {"directory": directory, "correct_email": True, "transport": "single"}
    with pytest.raises(IncompleteDelivery) as raised:
        runner.invite(TWO, put(1, answer(body=reply)), put(2), put(2), **options)
    first, second = sorted(raised.value.result["results"], key=lambda entry: entry["id"])
    assert (first["outcome"], first["corrected_from"]) == (None, None)
    assert "it could not be corrected" in first["message"]
    assert (second["outcome"], second["corrected_from"]) == ("invited", "person2@example.com")
