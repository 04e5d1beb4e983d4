# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of the environment go to the server of the environment, whatever the options say."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._credentials import (
    DEFAULT_SERVER,
    VARIABLES,
    Destination,
    credentials_of,
    destination,
    same_server,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._login import Credentials

HOME = "https://rc.example.com"
FOREIGN = "https://elsewhere.example.net"
LOGIN = {"RC_APP_CLIENT_ID": "the-id", "RC_APP_CLIENT_SECRET": "the-secret", "RC_USER_JWT": "the-jwt"}
SERVED = {**LOGIN, "RC_SERVER_URL": HOME}
TOKEN = {"RC_ACCESS_TOKEN": "the-token", "RC_SERVER_URL": HOME}
OPTIONS = {"client_id": "the-id", "client_secret": "the-secret", "jwt": "the-jwt"}
OTHER = {"client_id": "other-id", "client_secret": "other-secret", "jwt": "other-jwt"}


def params(**given: Any) -> dict[str, Any]:
    """The options as Ansible hands them on: what is not given is None, but for verification."""
    return {**dict.fromkeys(VARIABLES), "validate_certs": True, **given}


@dataclass(frozen=True)
class Connection:
    """Both answers together."""

    credentials: Credentials
    to: Destination

    @property
    def server_url(self) -> str:
        return self.to.server_url

    @property
    def verify(self) -> bool | str:
        return self.to.verify


def connection(params: dict[str, Any], environment: dict[str, str]) -> Connection:
    credentials = credentials_of(params, environment)
    return Connection(credentials, destination(params, credentials, environment))


def test_the_environment_alone_is_enough() -> None:
    found = connection(params(), SERVED)
    assert (found.server_url, found.verify) == (HOME, True)
    assert found.credentials == Credentials("the-id", "the-secret", "the-jwt")


def test_the_default_server_holds_if_none_is_named() -> None:
    assert connection(params(), LOGIN).server_url == DEFAULT_SERVER


@pytest.mark.parametrize("environment", [SERVED, TOKEN])
@pytest.mark.parametrize(
    "server_url",
    [
        FOREIGN,
        DEFAULT_SERVER,
        "http://127.0.0.1:8080",
        "http://rc.example.com",
        f"{HOME}:8443",
        f"{HOME}.example.net",
        f"{HOME}@elsewhere.example.net",
        "https://user@rc.example.com",
        f"{HOME}/another/path",
        "https://rc.example.com:port",
        "rc.example.com",
    ],
)
def test_a_foreign_server_does_not_get_the_environments_credentials(
    environment: dict[str, str], server_url: str
) -> None:
    with pytest.raises(InvalidOption, match=r"^server_url: .*RC_SERVER_URL.*No request was sent") as raised:
        connection(params(server_url=server_url), environment)
    assert not any(secret in raised.value.message for secret in ("the-id", "the-secret", "the-jwt", "the-token"))


@pytest.mark.parametrize("kept", list(OPTIONS))
def test_one_borrowed_value_is_enough_to_be_refused(kept: str) -> None:
    for value in (None, OPTIONS[kept], f" {OPTIONS[kept]}\n"):
        with pytest.raises(InvalidOption, match=f"^server_url: {VARIABLES[kept]} is in the environment"):
            connection(params(**{**OTHER, kept: value}, server_url=FOREIGN), SERVED)


@pytest.mark.parametrize("same", [HOME, f"{HOME}/", f"  {HOME}\n", "HTTPS://RC.example.COM", f"{HOME}:443"])
def test_the_same_server_in_another_spelling_is_accepted(same: str) -> None:
    assert connection(params(server_url=same), SERVED).server_url == same.strip()


def test_credentials_in_options_go_to_the_server_in_options() -> None:
    found = connection(params(**OTHER, server_url=FOREIGN, ca_path="/ca.pem"), SERVED)
    assert (found.server_url, found.verify, found.credentials) == (FOREIGN, "/ca.pem", Credentials(**OTHER))
    found = connection(params(access_token="other", server_url=FOREIGN), {"RC_SERVER_URL": HOME})
    assert (found.server_url, found.credentials) == (FOREIGN, Credentials(access_token="other"))


def test_hosts_name_their_servers_where_the_environment_names_none() -> None:
    for blank in ({}, {"RC_SERVER_URL": ""}, {"RC_SERVER_URL": " "}):
        found = connection(params(server_url=FOREIGN, ca_path="/ca.pem"), {**LOGIN, **blank})
        assert (found.server_url, found.verify) == (FOREIGN, "/ca.pem")


@pytest.mark.parametrize("environment", [SERVED, TOKEN])
@pytest.mark.parametrize(
    ("option", "value", "variable"),
    [("validate_certs", False, "RC_VALIDATE_CERTS"), ("ca_path", "/mine.pem", "RC_CA_PATH")],
)
def test_how_the_server_is_verified_is_the_environments_too(
    environment: dict[str, str], option: str, value: Any, variable: str
) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: .*{variable}.*No request was sent"):
        connection(params(**{option: value}), environment)
    agreed = {**environment, variable: "no" if value is False else value}
    assert connection(params(**{option: value}), agreed).verify == value


def test_a_path_of_the_environment_is_the_same_once_ansible_expanded_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    found = connection(params(ca_path="/home/somebody/ca.pem"), {**SERVED, "RC_CA_PATH": "~/ca.pem"})
    assert found.verify == "/home/somebody/ca.pem"


@pytest.mark.parametrize("word", ["true", "yes", "1", "", "perhaps"])
def test_only_a_word_for_false_turns_verification_off(word: str) -> None:
    with pytest.raises(InvalidOption, match=r"^validate_certs: "):
        connection(params(validate_certs=False), {**SERVED, "RC_VALIDATE_CERTS": word})


@given(st.sampled_from(sorted(VARIABLES)), st.sampled_from(["", " ", "\n", "\t \r\n"]))
def test_a_blank_option_counts_as_unset(name: str, blank: str) -> None:
    if name != "validate_certs":
        assert connection(params(**{name: blank}), SERVED) == connection(params(), SERVED)


@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_jwt_beside_a_token_puts_that_of_the_environment_aside(blank: str) -> None:
    assert connection(params(access_token="a-token", jwt=blank), SERVED).credentials == Credentials(
        access_token="a-token"
    )
    for jwt in (None, "the-jwt", "other-jwt"):
        with pytest.raises(InvalidOption, match=r"^access_token: is given together with jwt"):
            connection(params(access_token="a-token", jwt=jwt), SERVED)


@pytest.mark.parametrize("name", list(OPTIONS))
def test_white_space_around_a_value_is_dropped(name: str) -> None:
    for space in ("\n", "\r\n", " ", "\t"):
        found = connection(params(**{**OPTIONS, name: f"{space}{OPTIONS[name]}{space}"}), {})
        assert found.credentials == Credentials(**OPTIONS)
        environment = {**SERVED, VARIABLES[name]: f"{OPTIONS[name]}{space}"}
        assert connection(params(), environment).credentials == Credentials(**OPTIONS)


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        (name, inside)
        for name in (*OPTIONS, "access_token")
        for inside in ("\r\n", "\n", " ", "\x00", "\x7f", "ü", "\u2028")
        if name != "client_secret" or inside not in {" ", "ü"}  # it is sent in base64
    ],
)
def test_what_no_header_can_hold_is_refused_and_not_shown(name: str, inside: str) -> None:
    value = f"before{inside}after"
    own = {} if name == "access_token" else OPTIONS
    with pytest.raises(InvalidOption, match=f"^{name}: has a line break, blank or invisible") as raised:
        connection(params(**{**own, name: value}), {})
    assert "before" not in raised.value.message
    assert "after" not in raised.value.message


def test_all_forms_of_a_secret_are_kept_out_of_outputs() -> None:
    pair = base64.b64encode(b"the-id:the-secret").decode()
    assert set(Credentials("the-id", "the-secret", "the-jwt").secrets) == {"the-secret", "the-jwt", pair}
    assert set(Credentials(access_token="the-token").secrets) == {"the-token"}


def test_a_url_that_cannot_be_read_is_the_same_as_no_other() -> None:
    assert not same_server("https://rc.example.com:99999", HOME)
    assert not same_server("https://[::1", HOME)
