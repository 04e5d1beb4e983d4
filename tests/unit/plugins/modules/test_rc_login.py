# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_login: one session for several tasks, whose token goes nowhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, WrongAccount
from ansible_collections.onboard.ringcentral.plugins.modules import rc_login
from checkout import COLLECTIONS
from emulator import Emulator
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT
from scripted import ACCOUNT, CREDENTIALS, REVOKE, TOKEN, Clock, ScriptedWire, answer

LOGIN = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "jwt": JWT}
TOKEN_1 = (TOKEN, answer(body={"access_token": "token-number-1", "expires_in": 3600}))


def options(**params: Any) -> dict[str, Any]:
    outcome = ArgumentSpecValidator(_argspec.login()).validate(params)
    assert not outcome.error_messages
    return dict(outcome.validated_parameters)


def played(*script: Any, told: list[str] | None = None, **params: Any) -> tuple[dict[str, Any], ScriptedWire, Client]:
    clock, wire = Clock(), ScriptedWire([*script])
    on_secret: Callable[[str], object] = told.append if told is not None else lambda _: None
    parameters = options(**params)
    given = CREDENTIALS if parameters["state"] == "present" else rc_login.credentials(parameters)
    api = Client(wire, given, account="~", max_wait=900, clock=clock, sleep=clock.sleep, on_secret=on_secret)
    with api:
        result = rc_login.run(parameters, api, clock.now, check_mode=False)
    return result, wire, api


def test_a_login_returns_its_token_and_leaves_the_session_open() -> None:
    told: list[str] = []
    result, wire, api = played(TOKEN_1, told=told)
    assert result == {"changed": False, "access_token": "token-number-1", "expires_in": 3600}
    assert [str(request) for request in wire.sent] == [TOKEN]
    assert "token-number-1" not in told  # it would be struck out of the result too
    assert api.redact("token-number-1") == "***"
    wire.done()


def test_a_login_to_another_account_is_ended_at_once() -> None:
    script = [TOKEN_1, (f"GET {ACCOUNT}", answer(body={"id": 1})), (REVOKE, answer())]
    with pytest.raises(WrongAccount):
        played(*script, expect_account="2")
    result, wire, _api = played(*script[:2], expect_account="1")
    assert result["access_token"] == "token-number-1"
    wire.done()


def test_a_logout_ends_the_session_and_asks_for_nothing_else() -> None:
    result, wire, _api = played((REVOKE, answer()), state="absent", access_token=" token-number-1\n", **LOGIN)
    assert result == {"changed": False, "ended": True}
    assert wire.sent[0].form == {"token": "token-number-1"}
    wire.done()


def test_a_session_that_cannot_be_ended_is_a_warning() -> None:
    result, wire, api = played((REVOKE, answer(503)), state="absent", access_token="token-number-1", **LOGIN)
    assert result == {"changed": False, "ended": False}
    assert api.warnings == ["The session could not be ended and lives until it expires: HTTP 503"]
    wire.done()


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({**LOGIN, "access_token": "t"}, "^access_token: is only for state=absent"),
        ({**LOGIN, "jwt": ""}, "^jwt: not given; set them, or RC_USER_JWT in the environment"),
        ({**LOGIN, "state": "absent"}, "^access_token: not given; set them, or RC_ACCESS_TOKEN in the environment"),
        ({"state": "absent", "access_token": "t"}, "^client_id, client_secret: not given"),
        ({**LOGIN, "jwt": "a\rb"}, "^jwt: has a line break"),
        ({**LOGIN, "state": "absent", "access_token": "a\rb"}, "^access_token: has a line break"),
    ],
)
def test_bad_options(monkeypatch: pytest.MonkeyPatch, params: dict[str, Any], said: str) -> None:
    for variable in ("RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT", "RC_ACCESS_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(InvalidOption, match=said):
        rc_login.credentials(options(**params))


@pytest.fixture
def rc() -> Iterator[Emulator]:
    with Emulator(users=10, pending=2) as emulator:
        yield emulator


def as_ansible_runs_it(rc: Emulator, module: str, **arguments: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"ansible_collections.onboard.ringcentral.plugins.modules.{module}"],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": {"server_url": rc.url, **arguments}}),
        env={"PYTHONPATH": os.pathsep.join([str(COLLECTIONS), *filter(None, sys.path)]), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_no_log_no_session_is_opened(rc: Emulator) -> None:
    ended = as_ansible_runs_it(rc, "rc_login", **LOGIN)
    result = json.loads(ended.stdout)
    assert result["failed"]
    assert result["msg"].startswith("no_log is not set on this task. Set no_log: true")
    assert rc.log == []


def test_eight_tasks_share_one_login(rc: Emulator) -> None:
    session = json.loads(as_ansible_runs_it(rc, "rc_login", **LOGIN, _ansible_no_log=True).stdout)
    token = session["access_token"]
    assert session["expires_in"] == 3600
    for _task in range(8):
        ended = as_ansible_runs_it(rc, "rc_user_info", access_token=token, details=False)
        assert json.loads(ended.stdout)["total"] == 9
        assert token not in ended.stdout + ended.stderr
    login = {name: LOGIN[name] for name in ("client_id", "client_secret")}
    ended = as_ansible_runs_it(rc, "rc_login", access_token=token, state="absent", **login)
    assert json.loads(ended.stdout)["ended"]
    assert token not in ended.stdout + ended.stderr
    assert rc.state()["open_sessions"] == []
    assert sum(entry["operation"] == "getToken" for entry in rc.log) == 1
    assert sum(entry["operation"] == "revokeToken" for entry in rc.log) == 1
