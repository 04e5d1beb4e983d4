# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the environment says of server, certificate and account holds in each module, whatever its options say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec, _run
from ansible_collections.onboard.ringcentral.plugins.modules import (
    rc_login,
    rc_onboard,
    rc_prove,
    rc_send_invite,
    rc_user,
    rc_user_info,
)
from emulator import Emulator

BATCH = {"name": "first", "users": ["101"], "invite_on": "2026-01-05"}
TASKS: dict[str, tuple[Callable[[], dict[str, Any]], _run.Run, dict[str, Any]]] = {
    "rc_user_info": (_argspec.user_info, rc_user_info.run, {}),
    "rc_send_invite": (_argspec.send_invite, rc_send_invite.run, {"all_pending": True, "ledger": {"backend": "none"}}),
    "rc_onboard": (_argspec.onboard, rc_onboard.run, {"batches": [BATCH], "ledger": {"backend": "custom_field"}}),
    "rc_prove": (_argspec.prove, rc_prove.run, {"users": ["101"], "confirm": ["all"]}),
    "rc_user": (_argspec.user, rc_user.run, {"user": "101", "department": "x"}),
    "rc_login": (_argspec.login, rc_login.run, {}),
    "rc_login, at the end": (_argspec.login, rc_login.run, {"state": "absent", "access_token": "a-token"}),
}
OPENED = [name for name in TASKS if name != "rc_login, at the end"]  # which opens no account
ELSEWHERE = [
    ("server_url", "http://127.0.0.1:9"),
    ("server_url", "https://platform.ringcentral.com"),
    ("ca_path", "/tmp"),
    ("validate_certs", False),
    ("validate_certs", "no"),
]


class Module:
    """As much of an AnsibleModule as _run.perform asks for."""

    def __init__(self, spec: dict[str, Any], options: dict[str, Any]) -> None:
        outcome = ArgumentSpecValidator(spec).validate(options)
        assert not outcome.error_messages
        self.params = dict(outcome.validated_parameters)
        self.check_mode = self._diff = False
        self.no_log_values: set[str] = set()
        self.warnings: list[str] = []

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)


@pytest.fixture
def rc(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator(users=9, pending=3, odd=False) as emulator:
        for name, value in emulator.env().items():
            monkeypatch.setenv(name, value)
        yield emulator


def perform(task: str, **options: Any) -> dict[str, Any]:
    spec, run, needed = TASKS[task]
    more = {"credentials": rc_login.credentials} if task.startswith("rc_login") else {}
    return _run.perform(Module(spec(), {**needed, **options}), run, **more)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("option", "value"), ELSEWHERE)
def test_no_option_takes_the_credential_elsewhere(task: str, option: str, value: Any, rc: Emulator) -> None:
    result = perform(task, **{option: value})
    assert result["failed"]
    assert result["msg"].startswith(f"{option}: RC_")
    assert result["msg"].endswith("No request was sent")
    assert rc.log == []


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("option", "value"), [("ca_path", "/tmp"), ("validate_certs", False)])
def test_certificates_are_verified_as_the_environment_says_where_hosts_name_their_servers(
    task: str, option: str, value: Any, rc: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RC_SERVER_URL")
    monkeypatch.setenv("RC_CA_PATH", "/etc")
    monkeypatch.setenv("RC_VALIDATE_CERTS", "true")
    result = perform(task, **{option: value}, server_url=rc.url)
    assert result["msg"].startswith(f"{option}: RC_")
    assert rc.log == []


@pytest.mark.parametrize("task", OPENED)
@pytest.mark.parametrize("option", [{}, {"expect_account": "400131426008"}])
def test_no_option_opens_another_account_than_the_environment_expects(
    task: str, option: dict[str, str], rc: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RC_EXPECT_ACCOUNT", "400131426009")
    result = perform(task, **option)
    assert result["failed"]
    assert result["msg"].startswith("RC_EXPECT_ACCOUNT: the credential opens the account 400131426008")
    assert [one["path"] for one in rc.log] == [
        "/restapi/oauth/token",
        "/restapi/v1.0/account/~",
        "/restapi/oauth/revoke",
    ]


@pytest.mark.parametrize("task", OPENED)
@pytest.mark.parametrize("blank", ["", " ", "\u200b", "acme"])
def test_an_expected_account_that_names_none_is_refused(task: str, blank: str, rc: Emulator) -> None:
    result = perform(task, expect_account=blank)
    assert result["failed"]
    assert result["msg"].startswith("expect_account: ")
    assert rc.log == []


@pytest.mark.parametrize("task", ["rc_send_invite", "rc_onboard"])
@pytest.mark.parametrize(
    "case",
    [
        ("RC_ALLOWED_DOMAINS", "nowhere.example", "domain_not_allowed", {}),
        ("RC_ALLOWED_DOMAINS", "nowhere.example", "domain_not_allowed", {"allowed_domains": []}),
        ("RC_EXCLUDE", "101\n*@*", "excluded", {"exclude": []}),
        ("RC_EXCLUDE", "*@*", "excluded", {"exclude": ["svc-*"]}),
    ],
)
def test_no_option_widens_a_guard(
    case: tuple[str, str, str, dict[str, Any]], task: str, rc: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable, value, reason, options = case
    pending = next(one for one in rc.account.extensions.values() if one.status == "NotActivated")
    batches = {"batches": [{**BATCH, "users": [str(pending.id)]}]} if task == "rc_onboard" else {}
    monkeypatch.setenv(variable, value)
    result = perform(task, **batches, **options, force=True)
    assert set(result["reasons"]) == {reason}
    assert rc.outbox == []
