# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets come back in many forms, and in none of them do they get out."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _client as c
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client, Credentials
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    ApiError,
    InvalidOption,
    RingCentralError,
    TransportError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Request, RequestsWire
from ansible_collections.onboard.ringcentral.plugins.module_utils._login import check_credential
from ansible_collections.onboard.ringcentral.plugins.module_utils._secrets import Redactor
from scripted import ACCOUNT, BULK, REVOKE, TOKEN, Clock, ScriptedWire, answer, log_in

SECRETS = ["s3cret+of/the=app==", "eyJhbGciOi.JIUzI1-NiIsInR5_cCI6IkpXV", 'pass word&<é>"quoted"\\']


def hidden(secret: str) -> dict[str, str]:
    """The forms in which a secret can come back."""
    escaped = json.dumps(secret)[1:-1]
    codes = "".join(f"\\u{ord(character):04x}" for character in secret)
    encoded = secret.encode()
    return {
        "raw": secret,
        "json": escaped,
        "json slash": escaped.replace("/", "\\/"),
        "json equals": escaped.replace("=", "\\u003d").replace("+", "\\u002B"),
        "json all": codes,
        "json twice": json.dumps(codes)[1:-1],
        "percent": quote(secret, safe=""),
        "percent lower": "".join(f"%{byte:02x}" for byte in encoded),
        "percent twice": quote(quote(secret, safe=""), safe=""),
        "form": quote_plus(secret),
        "html": html.escape(secret),
        **{f"base64 {n}": base64.b64encode(b"x" * n + encoded + b"tail").decode() for n in range(3)},
        **{f"base64url {n}": base64.urlsafe_b64encode(b"x" * n + encoded).decode().rstrip("=") for n in range(3)},
    }


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", hidden(SECRETS[0]))
def test_a_secret_is_struck_out_in_each_form(secret: str, form: str) -> None:
    redactor = Redactor()
    redactor.add(secret)
    shown = f"before {hidden(secret)[form]} after"
    for text in (redactor.text(shown), redactor.body(shown), redactor.body(json.dumps({"message": shown}))):
        assert "***" in text
        for known in hidden(secret).values():
            assert known[3:-6] not in text


def test_what_holds_no_secret_stays_as_it_is() -> None:
    redactor = Redactor()
    redactor.add(*SECRETS, "", "short")
    for text in ("", "short", '{"a": "\\u00e9 100% &amp; \\/ \\\\"}', "<p>&lt;", "%zz \\u00"):
        assert redactor.text(text) == redactor.body(text) == text


def test_json_stays_json() -> None:
    redactor = Redactor()
    redactor.add(SECRETS[0])
    body = (
        '{"a": ["' + hidden(SECRETS[0])["json equals"] + '", 1, null], "' + hidden(SECRETS[0])["json slash"] + '": 2.5}'
    )
    assert json.loads(redactor.body(body)) == {"a": ["***", 1, None], "***": 2.5}


@pytest.mark.parametrize("depth", [50, 100_000])
def test_nesting_without_end_cannot_break_it(depth: int) -> None:
    redactor = Redactor()
    redactor.add(SECRETS[0])
    body = "[" * depth + '"' + hidden(SECRETS[0])["json equals"] + '"' + "]" * depth
    assert "***" in redactor.body(body)
    assert hidden(SECRETS[0])["json equals"] not in redactor.body(body)


CREDENTIALS = Credentials(client_id="app", client_secret="s3cret/of+the=app", jwt="header.payload+/=.signature")


def spoken(error: RingCentralError) -> str:
    return " ".join((error.message, str(error), repr(error), json.dumps(error.as_result())))


@pytest.mark.parametrize("form", hidden("x" * 9))
def test_no_error_of_the_client_holds_what_an_answer_repeats(form: str) -> None:
    secrets = (CREDENTIALS.client_secret, CREDENTIALS.jwt, CREDENTIALS.basic, "token/one+of=many")
    for secret in secrets:
        words = f"cannot process {hidden(secret)[form]}"
        for text in (
            json.dumps({"errorCode": "CMN-101", "message": words}),
            f'{{"errorCode":"CMN-101","message":"{words}"}}',
        ):
            wire = ScriptedWire([log_in("token/one+of=many"), (BULK, answer(400, text)), (REVOKE, answer())])
            api = Client(wire, CREDENTIALS, account="~", max_wait=9, clock=Clock(), sleep=Clock().sleep)
            with api, pytest.raises(ApiError) as raised:
                api.call(c.BULK_UPDATE, json={})
            said = spoken(raised.value)
            for known in hidden(secret).values():
                assert known[3:-6] not in said


def test_the_words_of_a_task_that_repeat_a_secret_are_struck_out_too() -> None:
    task = f"GET {ACCOUNT}/extension-bulk-update/tasks/t1"
    text = '{"id": "t1", "status": "Completed", "result": {"errors": [{"message": "s3cret\\/of\\u002bthe\\u003dapp"}]}}'
    wire = ScriptedWire([log_in(), (task, answer(200, text)), (REVOKE, answer())])
    with Client(wire, CREDENTIALS, account="~", max_wait=9, clock=Clock(), sleep=Clock().sleep) as api:
        assert api.call(c.READ_TASK, {"task": "t1"})["result"]["errors"] == [{"message": "***"}]


@pytest.mark.parametrize("option", ["client_id", "client_secret", "jwt", "access_token"])
def test_blanks_around_a_credential_are_no_part_of_it(option: str) -> None:
    for around in ("", " ", "\n", "\r\n", "\t", "\ufeff", "\u00a0"):
        assert check_credential(option, f"{around}abc.def{around}") == "abc.def"
    assert check_credential(option, None) == check_credential(option, " \n") == ""


@pytest.mark.parametrize("option", ["client_id", "client_secret", "jwt", "access_token"])
@pytest.mark.parametrize("inside", ["\r\n", "\r", "\n", "\x00", "\x7f", "\u200b", "\u2028", "\ud800"])
def test_a_credential_with_something_invisible_inside_is_refused_and_not_shown(option: str, inside: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: has a line break") as raised:
        check_credential(option, f"abc{inside}def")
    assert "abc" not in spoken(raised.value)


@pytest.mark.parametrize("token", ["a\rqqq", "a\nqqq", "a qqq", "q\u00f6qqq", "", None, 5, ["qqq"]])
def test_a_token_that_no_header_can_carry_is_refused(token: Any) -> None:
    wire = ScriptedWire([(TOKEN, answer(body={"access_token": token}))])
    with pytest.raises(TransportError, match="not with a token") as raised:
        Client(wire, CREDENTIALS, account="~", max_wait=9, clock=Clock(), sleep=Clock().sleep).call(c.READ_ACCOUNT)
    assert "qqq" not in spoken(raised.value)
    assert not raised.value.sent


@pytest.mark.parametrize("value", ["Bearer a-secret\rtoken", "Bearer a-secret\ntoken", "Bearer a-secret\u20actoken"])
def test_no_exception_of_a_library_leaves_the_wire_with_its_own_words(value: str) -> None:
    wire = RequestsWire("http://127.0.0.1:9", verify=True, timeout=5)
    with pytest.raises(TransportError) as raised:
        wire.send(Request("GET", "/x", authorization=value))
    assert "secret" not in spoken(raised.value)
    assert raised.value.__context__ is None or raised.value.__suppress_context__
    assert not raised.value.sent


def test_whatever_a_library_raises_becomes_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = RequestsWire("http://127.0.0.1:9", verify=True, timeout=5)
    for error in (ValueError("a-secret"), RuntimeError("a-secret"), KeyError("a-secret"), LookupError("a-secret")):

        def broken(*_: Any, error: Exception = error, **__: Any) -> None:
            raise error

        monkeypatch.setattr(wire._session, "request", broken)
        with pytest.raises(TransportError) as raised:
            wire.send(Request("PUT", "/x"))
        assert "secret" not in spoken(raised.value)
        assert raised.value.sent
