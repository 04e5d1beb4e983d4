# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From parameters to a client, and from what happens to a result."""

from __future__ import annotations

import base64
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec, _run
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import LIST_EXTENSIONS
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import GuardExceeded, InvalidOption
from emulator import Emulator
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT


class Module:
    """What perform() may touch of an AnsibleModule: it neither exits nor fails."""

    __slots__ = ("_diff", "check_mode", "no_log_values", "params", "warned")

    def __init__(self, **params: Any) -> None:
        outcome = ArgumentSpecValidator(_argspec.connection()).validate(params)
        assert not outcome.error_messages
        self.params = dict(outcome.validated_parameters)
        self.check_mode = False
        self.no_log_values: set[str] = set()
        self.warned: list[str] = []
        self._diff = False

    def warn(self, warning: str) -> None:
        self.warned.append(warning)


@pytest.fixture(scope="module")
def rc() -> Iterator[Emulator]:
    with Emulator(users=10, pending=2, limits={"Auth": 99}) as emulator:
        yield emulator


def module(rc: Emulator, **params: Any) -> Module:
    login = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "jwt": JWT}
    return Module(**{"server_url": rc.url, **login, **params})


def listing(params: Any, api: Any, now: Any, *, check_mode: bool, progress: Any) -> dict[str, Any]:
    extensions = list(api.pages(LIST_EXTENSIONS, {}))
    return {"changed": False, "found": len(extensions), "diff": {"before": 1, "after": 2}, "warnings": ["mind this"]}


def test_a_run_comes_back_with_what_it_took(rc: Emulator) -> None:
    asking = module(rc)
    result = _run.perform(asking, listing)
    assert result == {
        "changed": False,
        "found": 10,
        "api": {"requests": {"auth": 2, "medium": 1}, "retries": 0, "waited_seconds": 0.0},
    }
    assert asking.warned == ["mind this"]
    pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert {CLIENT_SECRET, JWT, pair} < asking.no_log_values
    assert len(asking.no_log_values) == 4  # and the token
    assert rc.state()["open_sessions"] == []
    asking._diff = True
    assert _run.perform(asking, listing)["diff"] == {"before": 1, "after": 2}


def test_an_error_becomes_a_result_with_what_was_achieved(rc: Emulator) -> None:
    def failing(params: Any, api: Any, now: Any, *, check_mode: bool, progress: Any) -> dict[str, Any]:
        raise GuardExceeded("too many", result={"results": [1]})

    assert _run.perform(module(rc), failing) == {
        "failed": True,
        "msg": "too many",
        "error": {"code": "GuardExceeded"},
        "results": [1],
        "api": {"requests": {}, "retries": 0, "waited_seconds": 0.0},
    }


def test_an_unexpected_error_ends_the_session_and_shows_no_secret(rc: Emulator) -> None:
    def failing(params: Any, api: Any, now: Any, *, check_mode: bool, progress: Any) -> dict[str, Any]:
        list(api.pages(LIST_EXTENSIONS, {}))
        raise KeyError(f"jwt {params['jwt']} and token {api._token}")

    asking = module(rc)
    result = _run.perform(asking, failing)
    assert result["failed"]
    assert result["msg"].startswith("unexpected KeyError, a bug in this collection; mail may have been sent")
    assert "\n" not in result["msg"]
    assert result["error"] == {"code": "KeyError"}
    assert "in failing" in result["exception"]
    assert "jwt *** and token ***" in result["exception"]
    assert JWT not in str(result)
    assert result["api"]["requests"] == {"auth": 2, "medium": 1}
    assert rc.state()["open_sessions"] == []


def test_an_unexpected_error_keeps_a_partial_result(rc: Emulator) -> None:
    class Unexpected(Exception):
        result: ClassVar[dict[str, Any]] = {"changed": True, "results": [1]}

    def failing(params: Any, api: Any, now: Any, *, check_mode: bool, progress: Any) -> dict[str, Any]:
        raise Unexpected

    result = _run.perform(module(rc), failing)
    assert (result["failed"], result["changed"], result["results"]) == (True, True, [1])


@pytest.fixture(params=["SIGTERM", "SIGINT", "SIGHUP"])
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """A signal that is not ignored, as two of them are if these tests run below nohup."""
    number = getattr(signal, request.param)
    inherited = signal.signal(number, signal.SIG_DFL)
    yield request.param
    signal.signal(number, inherited)


def test_a_signal_ends_the_run_between_two_requests_and_the_session_too(rc: Emulator, name: str) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)

    def signalled(params: Any, api: Any, now: Any, *, check_mode: bool, progress: Any) -> dict[str, Any]:
        list(api.pages(LIST_EXTENSIONS, {}))
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
        list(api.pages(LIST_EXTENSIONS, {}))
        raise AssertionError("the run went on")

    result = _run.perform(module(rc), signalled)
    assert result["msg"] == (
        f"interrupted by {name}; the run stopped before its next request. Run again to go on from here"
    )
    assert result["error"] == {"code": "Interrupted"}
    assert result["api"]["requests"] == {"auth": 2, "medium": 1}
    assert rc.state()["open_sessions"] == []
    assert signal.getsignal(number) is before


def test_a_signal_ends_a_wait_at_once(rc: Emulator) -> None:
    def waiting(params: Any, api: Any, now: Any, *, check_mode: bool, progress: Any) -> dict[str, Any]:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
        api.wait(600, "something that takes long")
        raise AssertionError("the run went on")

    started = time.monotonic()
    assert _run.perform(module(rc), waiting)["error"] == {"code": "Interrupted"}
    assert time.monotonic() - started < 30


def test_a_signal_that_is_ignored_stays_ignored(rc: Emulator) -> None:
    def listing_all(params: Any, api: Any, now: Any, *, check_mode: bool, progress: Any) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGHUP)
        return listing(params, api, now, check_mode=check_mode, progress=progress)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert _run.perform(module(rc), listing_all)["found"] == 10
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_waits_are_announced_to_the_user(rc: Emulator) -> None:
    lines: list[tuple[str, float]] = []

    def waiting(params: Any, api: Any, now: Any, *, check_mode: bool, progress: Any) -> dict[str, Any]:
        api._budget._sleep = lambda _seconds: None
        api._pacer._closed_until["medium"] = api._pacer._clock() + 6
        api._budget.wait(api._pacer.delay("medium"), "the rate limit of the group medium")
        return {}

    _run.perform(module(rc), waiting, lambda line, *, lasts=0: lines.append((line, round(lasts))))
    assert lines == [("waiting 6 s for the rate limit of the group medium", 6)]


def test_pages_are_announced_to_the_user() -> None:
    lines: list[str] = []
    with Emulator(users=2500, pending=3) as large:
        _run.perform(module(large), listing, lambda line, **_more: lines.append(line))
    assert lines == ["read 1,000 of 2,500", "read 2,000 of 2,500", "read 2,500 of 2,500"]


def test_the_clock_is_compared(rc: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_run, "utc_now", lambda: datetime.now(timezone.utc) + timedelta(days=3))
    result = _run.perform(module(rc), listing)
    assert "the clock of this controller says" in result["msg"]
    assert result["error"] == {"code": "WrongClock"}
    assert result["api"]["requests"] == {"auth": 2}
    assert rc.state()["open_sessions"] == []


@pytest.mark.parametrize("around", [" ", "\n", "\r\n", "\ufeff"])
def test_blanks_around_the_connections_options_do_no_harm(rc: Emulator, around: str) -> None:
    login = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "jwt": JWT}
    padded = {name: f"{around}{value}{around}" for name, value in {**login, "server_url": rc.url}.items()}
    if around == "\ufeff":
        padded["server_url"] = rc.url
    assert _run.perform(module(rc, **padded), listing)["found"] == 10


@pytest.mark.parametrize("option", ["client_id", "client_secret", "jwt"])
def test_a_credential_with_a_line_break_inside_is_never_shown(rc: Emulator, option: str) -> None:
    before = len(rc.log)
    result = _run.perform(module(rc, **{option: "a-qqq\rthing"}), listing)
    assert result["msg"].startswith(f"{option}: has a line break")
    assert "qqq" not in result["msg"]
    assert len(rc.log) == before


def test_turning_verification_off_is_a_warning(rc: Emulator) -> None:
    asking = module(rc, validate_certs=False)
    _run.perform(asking, listing)
    assert asking.warned[0] == "validate_certs is false: whoever answers for server_url receives the credentials"


def test_a_missing_library_is_said_in_ansibles_words(rc: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_run, "REQUESTS_IMPORT_ERROR", "Traceback: no module named requests")
    result = _run.perform(module(rc), listing)
    assert result["failed"]
    assert "(requests)" in result["msg"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"jwt": None}, "^jwt: not given; set them, or RC_USER_JWT in the environment"),
        ({"client_id": "", "client_secret": None}, "^client_id, client_secret: not given"),
        ({"access_token": "t"}, "^access_token: is given together with jwt"),
        ({"timeout": 0}, "^timeout: 0 is too short"),
        ({"max_wait": -1}, "^max_wait: -1 is too short"),
        ({"timeout": float("nan")}, "^timeout: nan is too short"),
        ({"timeout": float("inf")}, "^timeout: inf is too long"),
        ({"max_wait": float("inf")}, "^max_wait: inf is too long"),
        ({"account_id": "\u0661"}, "^account_id: give the account's numeric id"),
        ({"ca_path": "/" + "x" * 5000}, "^ca_path: /x+ does not exist"),
        ({"account_id": "../x"}, "^account_id: give the account's numeric id"),
        ({"ca_path": "/nowhere/ca.pem"}, "^ca_path: /nowhere/ca.pem does not exist"),
        ({"server_url": "http://rc.example.com"}, "^server_url: rc.example.com must be reached by https"),
    ],
)
def test_bad_connection_options(
    rc: Emulator, monkeypatch: pytest.MonkeyPatch, params: dict[str, Any], said: str
) -> None:
    for variable in ("RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT", "RC_ACCESS_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(InvalidOption, match=said) as raised:
        _run.connect(module(rc, **params).params, on_secret=print)
    assert CLIENT_SECRET not in raised.value.message
    assert _run.perform(module(rc, **params), listing)["msg"] == raised.value.message


def test_verification_follows_the_options(rc: Emulator, tmp_path: Path) -> None:
    ca_path = tmp_path / "ca.pem"
    ca_path.touch()
    for params, verify in (
        ({}, True),
        ({"ca_path": str(ca_path)}, str(ca_path)),
        ({"validate_certs": False, "ca_path": str(ca_path)}, False),
    ):
        wire: Any = _run.connect(module(rc, **params).params, on_secret=print)._wire
        assert wire._verify == verify
        wire.close()
