# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From parameters to a client, and from what happens to a result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def listing(params: Any, api: Any, now: Any, *, check_mode: bool) -> dict[str, Any]:
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
    assert {CLIENT_SECRET, JWT} < asking.no_log_values
    assert len(asking.no_log_values) == 4  # and the pair of the Basic header, and the token
    assert rc.state()["open_sessions"] == []
    asking._diff = True
    assert _run.perform(asking, listing)["diff"] == {"before": 1, "after": 2}


def test_an_error_becomes_a_result_with_what_was_achieved(rc: Emulator) -> None:
    def failing(params: Any, api: Any, now: Any, *, check_mode: bool) -> dict[str, Any]:
        raise GuardExceeded("too many", result={"results": [1]})

    assert _run.perform(module(rc), failing) == {
        "failed": True,
        "msg": "too many",
        "error": {"code": "GuardExceeded"},
        "results": [1],
        "api": {"requests": {}, "retries": 0, "waited_seconds": 0.0},
    }


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
