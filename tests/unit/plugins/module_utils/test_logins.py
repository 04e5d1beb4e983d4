# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins are few: a logout never waits, and runs that share the documented limits do not keep each other out."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _client as c
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError, TransportError
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Request, Response
from scripted import ACCOUNT, CREDENTIALS, REVOKE, TOKEN, Clock, ScriptedWire, answer, client, log_in

READ = f"GET {ACCOUNT}"
LEFT = "The session could not be ended and lives until it expires: "


def read_once(*logout: tuple[str, Any], token: Response | None = None) -> tuple[Client, ScriptedWire, Clock]:
    clock = Clock()
    login = (TOKEN, token) if token else log_in()
    wire = ScriptedWire([login, (READ, answer(body={"id": 1})), *logout])
    with client(wire, clock) as api:
        api.call(c.READ_ACCOUNT)
    wire.done()
    return api, wire, clock


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (answer(429, {"errorCode": "CMN-301"}, retry_after="60"), "HTTP 429"),
        (answer(500), "HTTP 500"),
        (answer(503, retry_after="1"), "HTTP 503"),
        (answer(400, {}), "HTTP 400"),
        (TransportError("the connection broke", sent=True), "the connection broke"),
    ],
)
def test_a_logout_is_tried_once_and_not_waited_for(reply: Any, said: str) -> None:
    api, _wire, clock = read_once((REVOKE, reply))
    assert clock.naps == []
    assert api.warnings == [LEFT + said]


def test_a_logout_that_would_have_to_wait_is_left_out() -> None:
    last = answer(body={"access_token": "token-1"}, x_rate_limit_remaining="0", x_rate_limit_window="60")
    api, wire, clock = read_once(token=last)
    assert clock.naps == []
    assert [str(request) for request in wire.sent] == [TOKEN, READ]
    assert api.warnings == [LEFT + "the limit of logins and logouts is used up for now"]


class World:
    """A clock that several threads share. It moves only when all of them sleep, to the first that wakes."""

    def __init__(self, runs: int) -> None:
        self.seconds = 0.0
        self._turn = threading.Condition()
        self._awake = runs
        self._alarms: list[float] = []

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self._turn:
            alarm = self.seconds + seconds
            self._alarms.append(alarm)
            self._leave()
            while self.seconds < alarm:
                assert self._turn.wait(30)

    def end(self) -> None:
        with self._turn:
            self._leave()

    def _leave(self) -> None:
        self._awake -= 1
        if not self._awake and self._alarms:
            self.seconds = max(self.seconds, min(self._alarms))
            due = [alarm for alarm in self._alarms if alarm <= self.seconds]
            self._alarms = [alarm for alarm in self._alarms if alarm > self.seconds]
            self._awake += len(due)
            self._turn.notify_all()


class Limiter:
    """A server with RingCentral's limit of logins and logouts: each request in a penalty starts it again."""

    def __init__(self, world: World, *, headers: bool) -> None:
        self.refused = 0
        self._world = world
        self._headers = headers
        self._passed: deque[float] = deque()
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        if "/oauth/" not in request.path:
            return answer(body={"id": 1})
        with self._lock:
            return self._login(self._world.now())

    def _login(self, now: float) -> Response:
        while self._passed and self._passed[0] <= now - 60:
            self._passed.popleft()
        if now < self._closed_until or len(self._passed) >= 5:
            self._closed_until = now + 60
            self.refused += 1
            headers = {"retry_after": "60", "x_rate_limit_remaining": "0"} if self._headers else {}
            return answer(429, {"errorCode": "CMN-301", "message": "Request rate exceeded"}, **headers)
        self._passed.append(now)
        headers = {"x_rate_limit_remaining": str(5 - len(self._passed))} if self._headers else {}
        return answer(body={"access_token": "token-of-a-run"}, **headers)

    def close(self) -> None:
        """Keeps no connection."""


def finished(runs: int, every: float, *, headers: bool, seed: int, before: int = 0) -> tuple[list[str], Limiter, float]:
    """What became of runs that start so many seconds apart, after so many other logins; each reads for 2 s."""
    world = World(runs)
    limiter = Limiter(world, headers=headers)
    for _login in range(before):
        limiter.send(Request("POST", "/restapi/oauth/token"))
    ends = [""] * runs

    def run(number: int, random: Callable[[], float]) -> None:
        try:
            world.sleep(number * every + 0.001)
            api = Client(
                limiter, CREDENTIALS, account="~", max_wait=900, clock=world.now, sleep=world.sleep, random=random
            )
            with api:
                api.call(c.READ_ACCOUNT)
                world.sleep(2)
            ends[number] = "done"
        except RingCentralError as error:
            ends[number] = error.message
        finally:
            world.end()

    threads = [threading.Thread(target=run, args=(n, Random(seed * 100 + n).random)) for n in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ends, limiter, world.seconds


@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_four_runs_started_seven_seconds_apart_all_finish(seed: int, headers: bool) -> None:
    ends, _limiter, seconds = finished(4, 7, headers=headers, seed=seed)
    assert ends == ["done"] * 4
    assert seconds < 300


@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize(("runs", "every"), [(4, 7), (6, 1), (8, 0), (8, 7), (12, 3)])
def test_more_runs_than_the_limit_allows_all_finish_within_max_wait(runs: int, every: float, headers: bool) -> None:
    for seed in range(10):
        ends, _limiter, seconds = finished(runs, every, headers=headers, seed=seed, before=5)
        assert ends == ["done"] * runs
        assert seconds < runs * every + 900


def test_the_limiter_refuses_so_that_the_tests_above_say_something() -> None:
    _ends, limiter, seconds = finished(8, 0, headers=True, seed=1)
    assert limiter.refused >= 3
    assert seconds > 60


def test_a_run_that_was_kept_out_leaves_the_last_logins_to_others() -> None:
    clock = Clock()
    refused = answer(429, {"errorCode": "CMN-301"}, retry_after="60")
    scarce = answer(body={"access_token": "token-1"}, x_rate_limit_remaining="2")
    wire = ScriptedWire([(TOKEN, refused), (TOKEN, scarce), (READ, answer(body={"id": 1}))])
    with client(wire, clock) as api:
        api.call(c.READ_ACCOUNT)
    wire.done()
    assert clock.naps == [60]
    assert api.warnings == [LEFT + "the limit of logins and logouts is used up for now"]
    plenty = answer(body={"access_token": "token-1"}, x_rate_limit_remaining="3")
    wire = ScriptedWire([(TOKEN, refused), (TOKEN, plenty), (READ, answer(body={"id": 1})), (REVOKE, answer())])
    with client(wire, clock) as api:
        api.call(c.READ_ACCOUNT)
    wire.done()
