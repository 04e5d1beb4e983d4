# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The border: what each answer proves, and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._answers import (
    Task,
    TaskItem,
    error_codes,
    error_words,
    identifier,
    parse_page,
    parse_task,
    prove,
    task_identifier,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    ApiError,
    LoginRefused,
    UnusableAnswer,
    Verdict,
    verdict,
)

WRONG: list[Any] = [None, {}, [], "", 0, -1, 1.5, float("inf"), True, "x" * 5000, "\ud800", [[[]]], 10**40]
"""A value of each type and size that does not belong there."""

STATUSES = [302, 303, 400, 401, 403, 404, 405, 407, 408, 409, 410, 413, 421, 423, 425, 429, 451, 499, 500, 502, 503]


@pytest.mark.parametrize("status", STATUSES)
def test_no_status_proves_anything_without_a_code_of_ringcentral(status: int) -> None:
    for codes in ((), ("403",), ("Forbidden",), ("GW-101",), ("CMN-",), ("CMN-1011",), ("xCMN-101",), ("CMN-101 ",)):
        assert verdict(status, codes) is Verdict.DOUBT
    assert not ApiError("", status=status).refused


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "CMN-101", Verdict.REFUSED),
        (403, "CMN-101", Verdict.REFUSED),
        (404, "CMN-102", Verdict.REFUSED),
        (400, "CMN-106", Verdict.REFUSED),
        (409, "CMN-406", Verdict.REFUSED),
        (400, "EXT-413", Verdict.REFUSED),
        (403, "CMN-401", Verdict.FORBIDDEN),
        (403, "CMN-402", Verdict.FORBIDDEN),
        (403, "CMN-403", Verdict.FORBIDDEN),
        (404, "CMN-404", Verdict.FORBIDDEN),
        (403, "CMN-408", Verdict.FORBIDDEN),
        (401, "OAU-213", Verdict.SESSION),
        (401, "CMN-405", Verdict.SESSION),
        (403, "CMN-405", Verdict.BLOCKED),
        (400, "CMN-407", Verdict.BLOCKED),
        (403, "CMN-419", Verdict.BLOCKED),
        (429, "CMN-301", Verdict.LIMITED),
        (429, "CMN-302", Verdict.LIMITED),
        (429, "CMN-310", Verdict.LIMITED),
        (429, "CMN-303", Verdict.BLOCKED),
        (429, "CMN-304", Verdict.DOUBT),
        (429, "CMN-101", Verdict.DOUBT),
        (403, "CMN-301", Verdict.DOUBT),
        (400, "CMN-201", Verdict.DOUBT),
        (503, "CMN-201", Verdict.DOUBT),
        (500, "CMN-101", Verdict.DOUBT),
        (502, "CMN-408", Verdict.DOUBT),
        (200, "CMN-101", Verdict.DOUBT),
        (302, "CMN-101", Verdict.DOUBT),
        (408, "CMN-101", Verdict.DOUBT),
        (499, "OAU-213", Verdict.DOUBT),
    ],
)
def test_what_a_code_of_ringcentral_proves(status: int, code: str, expected: Verdict) -> None:
    error = ApiError("", status=status, code=code)
    assert verdict(status, [code]) is error.verdict is expected
    assert error.refused is (expected is not Verdict.DOUBT)
    assert error.concerns_one is (expected is Verdict.REFUSED)
    assert error.lacks_permission is (expected is Verdict.FORBIDDEN)


def test_of_several_codes_the_least_certain_one_counts() -> None:
    assert verdict(403, ["CMN-408", "CMN-101"]) is Verdict.FORBIDDEN
    assert verdict(400, ["CMN-101", "CMN-304"]) is Verdict.DOUBT


def test_a_refused_login_concerns_all_users_and_is_not_a_missing_permission() -> None:
    refused = LoginRefused("", status=403, code="CMN-408")
    assert (refused.refused, refused.concerns_one, refused.lacks_permission) == (True, False, False)


def test_the_words_of_an_error_body() -> None:
    body = {"errorCode": "CMN-101", "message": "outer", "errors": [{"errorCode": "CMN-106", "message": "inner"}]}
    assert error_words(body) == ("CMN-106", "inner")
    assert error_codes(body) == ("CMN-106", "CMN-101")
    assert error_words({"errors": [{"errorCode": "CMN-102"}]}) == ("CMN-102", "")
    assert error_words({"error": "invalid_grant", "error_description": "no"}) == ("invalid_grant", "no")
    assert error_codes({"error": "invalid_grant"}) == ()


@pytest.mark.parametrize("wrong", WRONG)
def test_no_type_in_an_error_body_is_taken_for_a_code(wrong: Any) -> None:
    for body in ({"errorCode": wrong}, {"errors": wrong}, {"errors": [wrong]}, {"errors": [{"errorCode": wrong}]}):
        assert error_codes(body) == ()
    code, words = error_words({"errorCode": wrong, "message": wrong, "errors": [{"message": wrong}], "error": wrong})
    assert len(code) <= 500
    assert len(words) <= 500


@pytest.mark.parametrize("wrong", [*WRONG, "04001", " 4001", "4001 ", "٤٠٠١", "4001.0", "../4001", "4" * 21])
def test_only_digits_are_an_id(wrong: Any) -> None:
    assert identifier(wrong) == ""


def test_ids_are_the_same_as_number_and_as_text() -> None:
    assert identifier(4001) == identifier("4001") == "4001"


@pytest.mark.parametrize("wrong", ["", "../x", "a/b", "a?b", "a#b", "a b", "a\n", "%2e", "~", "x" * 129, None, [], 1.5])
def test_a_task_id_cannot_steer_a_request(wrong: Any) -> None:
    assert task_identifier(wrong) == ""


PROOFS = [
    ("extension", "4001", {"id": 4001}),
    ("extension", "~", {"id": 4001}),
    ("task", "t1", {"id": "t1"}),
    ("new task", "", {"id": "t1", "status": "Accepted"}),
    ("account", "", {"id": 1}),
    ("", "", {}),
]


@pytest.mark.parametrize(("proof", "asked", "document"), PROOFS)
def test_an_answer_about_what_was_asked_for_is_believed(proof: str, asked: str, document: Any) -> None:
    prove(proof, asked, document, "PUT /x")


@pytest.mark.parametrize(("proof", "asked", "document"), PROOFS[:-1])
def test_an_answer_about_anything_else_is_not(proof: str, asked: str, document: Any) -> None:
    for malformed in ({}, {"errorCode": "CMN-101"}, {**document, "errors": [{}]}, {**document, "errorCode": "CMN-1"}):
        with pytest.raises(UnusableAnswer) as raised:
            prove(proof, asked, malformed, "PUT /x")
        assert raised.value.sent
    for wrong in WRONG:
        with pytest.raises(UnusableAnswer):
            prove(proof, asked, {**document, "id": wrong} if wrong != "x" * 5000 else {"id": wrong}, "PUT /x")
    if asked not in {"", "~"}:
        with pytest.raises(UnusableAnswer, match=r"was answered for \w+ 4002 instead"):
            prove(proof, asked, {**document, "id": 4002}, "PUT /x")


def test_a_new_task_has_a_known_status_if_any() -> None:
    prove("new task", "", {"id": "t1"}, "POST /x")
    for status in ("Weird", 1, {}, []):
        with pytest.raises(UnusableAnswer, match="without naming its task"):
            prove("new task", "", {"id": "t1", "status": status}, "POST /x")


ITEMS = [
    {"extensionId": "1", "status": "Success"},
    {"extensionId": 2, "status": "Fail", "errors": [{"errorCode": "CMN-101", "message": "no"}]},
]


@pytest.mark.parametrize("items", [ITEMS, {"result": ITEMS}])
def test_the_outcome_of_a_task_in_both_shapes(items: Any) -> None:
    task = parse_task({"id": "t1", "status": "Completed", "result": {"affectedItems": items}})
    assert task == Task("t1", "Completed", {"1": TaskItem("Success"), "2": TaskItem("Fail", "CMN-101", "no")})


def test_contradictory_results_for_a_user_are_not_an_outcome() -> None:
    items = [{"extensionId": "1", "status": "Success"}, {"extensionId": "1", "status": "Fail"}]
    task = parse_task({"id": "t1", "status": "Completed", "result": {"affectedItems": items}})
    assert task.items == {"1": TaskItem("")}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("path", [(), ("affectedItems",), ("affectedItems", "result"), ("errors",)])
def test_a_task_of_another_shape_settles_no_user(path: tuple[str, ...], wrong: Any) -> None:
    result: Any = wrong
    for key in reversed(path):
        result = {key: result}
    try:
        task = parse_task({"id": "t1", "status": "Completed", "result": result})
    except UnusableAnswer:
        return
    assert task.items == {}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_entry_of_another_shape_leaves_the_others_their_outcome(wrong: Any) -> None:
    malformed = [wrong, {"extensionId": wrong, "status": "Success"}, {"extensionId": "3", "status": wrong}]
    task = parse_task({"id": "t1", "status": "Completed", "result": {"affectedItems": [*malformed, *ITEMS]}})
    assert {user_id: item.status for user_id, item in task.items.items()} == {"1": "Success", "2": "Fail", "3": ""}


@pytest.mark.parametrize("wrong", [*WRONG, "Done", "completed"])
def test_a_task_without_a_known_status_or_id_is_unusable(wrong: Any) -> None:
    with pytest.raises(UnusableAnswer):
        parse_task({"id": "t1", "status": wrong})
    if wrong not in {"Done", "completed"} if isinstance(wrong, str) else True:
        with pytest.raises(UnusableAnswer):
            parse_task({"id": wrong, "status": "Completed"})


@pytest.mark.parametrize("wrong", WRONG)
def test_a_page_of_another_shape_is_unusable(wrong: Any) -> None:
    whole = {"records": [{"id": 1}], "paging": {"totalPages": 1, "totalElements": 1}, "navigation": {}}
    if wrong != []:
        with pytest.raises(UnusableAnswer):
            parse_page({**whole, "records": wrong})
    with pytest.raises(UnusableAnswer):
        parse_page({**whole, "records": [wrong]})
    with pytest.raises(UnusableAnswer):
        parse_page({**whole, "records": [{"id": wrong}]})
    for part in ("paging", "navigation"):
        if wrong not in (None, {}):
            with pytest.raises(UnusableAnswer):
                parse_page({**whole, part: wrong})
    for part in ("totalPages", "totalElements", "page", "perPage"):
        if wrong is not None and json.dumps(wrong) != "0":
            with pytest.raises(UnusableAnswer):
                parse_page({**whole, "paging": {part: wrong}})


@pytest.mark.parametrize("body", [{}, {"records": None}, {"errorCode": "CMN-211"}, {"errorCode": "X", "records": []}])
def test_an_error_body_is_not_a_page(body: Any) -> None:
    with pytest.raises(UnusableAnswer, match="a page has no list of records"):
        parse_page(body)
