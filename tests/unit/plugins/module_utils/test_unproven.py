# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that may mail a user, and answers that do not prove whether RingCentral carried them out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _client as c
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    ApiError,
    Interrupted,
    OutOfTime,
    RingCentralError,
    TransportError,
    UnusableAnswer,
    WrongClock,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Response
from scripted import ACCOUNT, BULK, CREDENTIALS, NOW, REVOKE, TOKEN, Clock, ScriptedWire, answer, client, log_in

READ = f"GET {ACCOUNT}"
PUT = f"PUT {ACCOUNT}/extension/4001"
ENDED = (REVOKE, answer())
STATUSES = [
    301,
    302,
    303,
    307,
    400,
    401,
    403,
    404,
    405,
    407,
    408,
    409,
    410,
    413,
    421,
    423,
    425,
    429,
    451,
    499,
    500,
    502,
]
FOREIGN = ["", "<html>Sign in</html>", "OK", {}, [], {"message": "Forbidden"}, {"error": "denied"}, {"errorCode": 403}]
MAILINGS: dict[str, Callable[[Client], Any]] = {
    BULK: lambda api: api.call(c.BULK_UPDATE, json={"records": [{"id": "4001", "transition": {}}]}),
    PUT: lambda api: api.call(c.UPDATE_EXTENSION, {"extension": "4001"}, json={"transition": {}}),
}


def asked(wire: ScriptedWire, what: str) -> int:
    return sum(str(request) == what for request in wire.sent)


@pytest.mark.parametrize("what", MAILINGS)
@pytest.mark.parametrize("status", STATUSES)
def test_an_answer_that_is_not_ringcentrals_leaves_it_in_doubt(what: str, status: int) -> None:
    for body in FOREIGN:
        clock = Clock()
        wire = ScriptedWire([log_in(), (what, answer(status, body, retry_after="1", location="/")), ENDED])
        with client(wire, clock) as api, pytest.raises(ApiError) as raised:
            MAILINGS[what](api)
        assert not raised.value.refused
        assert not raised.value.concerns_one
        assert not raised.value.lacks_permission
        assert "does not show whether" in raised.value.message or status >= 500
        assert asked(wire, what) == 1
        assert asked(wire, TOKEN) == 1
        assert clock.naps == []


@pytest.mark.parametrize("what", MAILINGS)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {}),
        (200, {"id": None}),
        (200, {"errorCode": "CMN-211", "message": "m"}),
        (200, {"id": "4001", "errorCode": "CMN-211"}),
        (200, {"id": "4001", "errors": [{"errorCode": "CMN-211"}]}),
        (200, ""),
        (200, "null"),
        (200, "<html>"),
        (201, {"id": "4001"}),
        (202, {"id": "4001"}),
        (204, ""),
        (207, {"id": "4001"}),
        (200, "[" * 100_000 + "]" * 100_000),
        (200, '{"id": 4001, "x": NaN}'),
    ],
)
def test_a_success_that_proves_nothing_leaves_it_in_doubt(what: str, status: int, body: Any) -> None:
    wire = ScriptedWire([log_in(), (what, answer(status, body)), ENDED])
    with client(wire, Clock()) as api, pytest.raises(UnusableAnswer) as raised:
        MAILINGS[what](api)
    assert raised.value.sent
    assert asked(wire, what) == 1


@pytest.mark.parametrize("user_id", [4002, "4002", 40010, True, 4001.0])
def test_another_users_record_proves_nothing(user_id: Any) -> None:
    wire = ScriptedWire([log_in(), (PUT, answer(body={"id": user_id})), ENDED])
    with client(wire, Clock()) as api, pytest.raises(UnusableAnswer):
        api.call(c.UPDATE_EXTENSION, {"extension": "4001"}, json={})


@pytest.mark.parametrize("code", ["CMN-301", "CMN-302", "CMN-310"])
def test_a_rate_limit_in_ringcentrals_words_is_waited_for(code: str) -> None:
    clock = Clock()
    limited = answer(429, {"errorCode": code, "message": "m"}, retry_after="30")
    wire = ScriptedWire([log_in(), (BULK, limited), (BULK, answer(body={"id": "t1"})), ENDED])
    with client(wire, clock) as api:
        assert api.call(c.BULK_UPDATE, json={"records": []}) == {"id": "t1"}
    assert clock.naps == [30]
    wire.done()


def test_a_duplicate_of_a_request_on_its_way_is_in_doubt() -> None:
    duplicate = answer(429, {"errorCode": "CMN-304", "message": "Duplicate concurrent request"}, retry_after="30")
    wire, clock = ScriptedWire([log_in(), (BULK, duplicate), ENDED]), Clock()
    with client(wire, clock) as api, pytest.raises(ApiError, match="CMN-304") as raised:
        api.call(c.BULK_UPDATE, json={"records": []})
    assert not raised.value.refused
    assert clock.naps == []
    wire.done()


@pytest.mark.parametrize(("what", "operation"), [(BULK, c.BULK_UPDATE), (READ, c.READ_ACCOUNT)])
def test_a_limit_that_never_ends_is_an_error_in_its_own_words(what: str, operation: c.Operation) -> None:
    undefined = answer(429, {"errorCode": "CMN-303", "message": "Rate limits are undefined"}, retry_after="30")
    wire, clock = ScriptedWire([log_in(), (what, undefined), ENDED]), Clock()
    with client(wire, clock) as api, pytest.raises(ApiError, match=r"\[CMN-303\] Rate limits are undefined") as raised:
        api.call(operation)
    assert raised.value.refused
    assert clock.naps == []
    wire.done()


def test_a_read_is_repeated_after_a_limit_of_a_gateway_and_a_duplicate() -> None:
    clock = Clock()
    duplicate = answer(429, {"errorCode": "CMN-304"})
    wire = ScriptedWire([log_in(), (READ, answer(429, "<html>", retry_after="7")), (READ, duplicate)])
    wire.script += [(READ, answer(body={"id": 1})), ENDED]
    with client(wire, clock) as api:
        assert api.call(c.READ_ACCOUNT) == {"id": 1}
    assert clock.naps == [7, 1]
    wire.done()


def test_what_redirects_is_not_asked_again() -> None:
    redirected = TransportError("redirected", sent=True, repeatable=False)
    wire = ScriptedWire([log_in(), (READ, redirected), ENDED])
    with client(wire, Clock()) as api, pytest.raises(TransportError, match="redirected"):
        api.call(c.READ_ACCOUNT)
    wire.done()


@pytest.mark.parametrize("user_id", ["../4001", "4001/x", "4001?x=1", "", "0", "abc", "4" * 5000])
def test_an_id_that_is_none_is_never_sent(user_id: str) -> None:
    wire = ScriptedWire([])
    with client(wire, Clock()) as api, pytest.raises(TransportError, match="is not the id of extension") as raised:
        api.call(c.UPDATE_EXTENSION, {"extension": user_id}, json={})
    assert not raised.value.sent
    assert len(raised.value.message) < 100
    for task in ("../../extension?x", "~", "a/b", "x" * 5000):
        with pytest.raises(TransportError, match="is not the id of task"):
            api.call(c.READ_TASK, {"task": task})
    assert wire.sent == []


def test_ones_own_extension_has_a_name() -> None:
    own = f"GET {ACCOUNT}/extension/~"
    wire = ScriptedWire([log_in(), (own, answer(body={"id": 4001})), ENDED])
    with client(wire, Clock()) as api:
        assert api.call(c.READ_EXTENSION, {"extension": "~"}) == {"id": 4001}


def dated(offset: timedelta, status: int = 200, body: Any = None) -> Response:
    date = (NOW + offset).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return answer(status, {"id": 1} if body is None else body, date=date)


def timed(wire: ScriptedWire, clock: Clock) -> Client:
    return Client(wire, CREDENTIALS, account="~", max_wait=900, clock=clock, sleep=clock.sleep, now=clock.now)


@pytest.mark.parametrize("offset", [timedelta(days=3), timedelta(days=-3), timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_clock_that_is_off_is_an_error_before_anything_is_read(offset: timedelta) -> None:
    token = dated(offset, body={"access_token": "token-1"})
    wire = ScriptedWire([(TOKEN, token), ENDED])
    with pytest.raises(WrongClock) as raised, timed(wire, Clock()) as api:
        api.call(c.READ_ACCOUNT)
    theirs = f"{NOW + offset:%Y-%m-%d %H:%M:%S}"
    assert raised.value.message == (
        f"the clock of this controller says 2026-03-02 09:00:00 UTC, RingCentral's says {theirs} UTC. Set the "
        "controller's clock: what the ledger remembers depends on it. No mail was sent"
    )
    wire.done()


def test_the_first_readable_date_decides() -> None:
    wire = ScriptedWire([log_in(), (READ, answer(body={"id": 1}, date="whenever")), (READ, dated(timedelta(days=1)))])
    wire.script.append(ENDED)
    with timed(wire, Clock()) as api:
        api.call(c.READ_ACCOUNT)
        with pytest.raises(WrongClock):
            api.call(c.READ_ACCOUNT)
    wire = ScriptedWire([log_in(), (READ, dated(timedelta(minutes=4)))])
    wire.script += [(PUT, dated(timedelta(days=1), body={"id": 4001})), (READ, dated(timedelta(days=1))), ENDED]
    with timed(wire, Clock()) as api:
        api.call(c.READ_ACCOUNT)
        api.call(c.UPDATE_EXTENSION, {"extension": "4001"}, json={})
        api.call(c.READ_ACCOUNT)
    wire.done()


def test_the_answer_to_what_mails_is_never_lost_to_a_clock() -> None:
    wire = ScriptedWire([log_in(), (PUT, dated(timedelta(days=1), body={"id": 4001})), ENDED])
    with timed(wire, Clock()) as api:
        assert api.call(c.UPDATE_EXTENSION, {"extension": "4001"}, json={}) == {"id": 4001}


def interruptible(wire: ScriptedWire, clock: Clock, signals: list[str]) -> Client:
    return Client(
        wire,
        CREDENTIALS,
        account="~",
        max_wait=900,
        clock=clock,
        sleep=clock.sleep,
        interrupted=lambda: signals[0] if signals else "",
    )


def test_a_signal_ends_the_run_before_its_next_request_and_logs_out() -> None:
    signals: list[str] = []
    wire = ScriptedWire([log_in(), (READ, answer(body={"id": 1})), ENDED])
    with interruptible(wire, Clock(), signals) as api:
        api.call(c.READ_ACCOUNT)
        signals.append("SIGTERM")
        with pytest.raises(Interrupted, match="interrupted by SIGTERM"):
            MAILINGS[BULK](api)
    wire.done()


def test_after_a_signal_a_run_can_be_settled_and_nothing_more_is_mailed_or_waited_for() -> None:
    wire = ScriptedWire([log_in(), (READ, answer(body={"id": 1})), ENDED])
    with interruptible(wire, Clock(), signals := []) as api:
        api.call(c.READ_ACCOUNT)
        signals.append("SIGINT")
        with pytest.raises(Interrupted):
            api.call(c.READ_ACCOUNT)
        wire.script.insert(0, (BULK, answer(body={"id": "t1"})))
        api.call(c.BULK_UPDATE, json={"records": [{"id": "4001", "customFields": []}]})
        for json in ({"transition": {}}, {"records": [{"id": "4001", "transition": {}}]}):
            with pytest.raises(Interrupted):
                api.call(c.BULK_UPDATE, json=json)
        with pytest.raises(Interrupted):
            api.wait(1, "a task")
    wire.done()


def test_a_signal_during_a_wait_ends_it_before_the_request() -> None:
    clock, signals = Clock(), list[str]()
    limited = answer(429, {"errorCode": "CMN-301"}, retry_after="30")
    wire = ScriptedWire([log_in(), (BULK, limited), ENDED])
    api = interruptible(wire, clock, signals)
    api._budget._sleep = lambda _seconds: signals.append("SIGHUP")
    with api, pytest.raises(Interrupted, match="SIGHUP"):
        api.call(c.BULK_UPDATE, json={"records": []})
    wire.done()


def test_a_run_whose_answers_alone_take_too_long_ends() -> None:
    clock = Clock()
    wire = ScriptedWire([log_in(), *[(READ, answer(body={"id": 1}))] * 3, ENDED])
    send = wire.send

    def slowly(request: Any) -> Response:
        clock.seconds += 29
        return send(request)

    wire.send = slowly  # type: ignore[method-assign]
    api = Client(wire, CREDENTIALS, account="~", max_wait=900, clock=clock, sleep=clock.sleep, max_work=100)
    with api:
        for _read in range(3):
            api.call(c.READ_ACCOUNT)
        with pytest.raises(OutOfTime, match="the answers alone have taken 116 s, more than the 100 s"):
            api.call(c.READ_ACCOUNT)
    wire.done()


def test_long_waits_are_announced_before_they_begin() -> None:
    clock, announced = Clock(), list[tuple[float, str, float]]()
    limited = answer(429, {"errorCode": "CMN-301"}, retry_after="30")
    wire = ScriptedWire([log_in(), (READ, limited), (READ, answer(500)), (READ, answer(body={"id": 1})), ENDED])
    api = Client(
        wire,
        CREDENTIALS,
        account="~",
        max_wait=900,
        clock=clock,
        sleep=clock.sleep,
        on_wait=lambda seconds, why: announced.append((seconds, why, clock.seconds)),
    )
    with api:
        api.call(c.READ_ACCOUNT)
    assert announced == [(30, "the rate limit of the group light", 1000)]
    assert clock.naps == [30, 1]


def test_an_error_of_another_kind_still_ends_the_session() -> None:
    wire = ScriptedWire([log_in(), (READ, answer(403, {"errorCode": "CMN-101", "message": "m"})), ENDED])
    with pytest.raises(RingCentralError), client(wire, Clock()) as api:
        api.call(c.READ_ACCOUNT)
    wire.done()
