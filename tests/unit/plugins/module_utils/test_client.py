# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a script: what is sent, when it is sent again, and when it must not be."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _client as c
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client, Credentials
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    ApiError,
    LoginRefused,
    OutOfTime,
    RingCentralError,
    TransportError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Response
from scripted import ACCOUNT, BULK, REVOKE, TOKEN, Clock, ScriptedWire, answer, client, log_in

READ = f"GET {ACCOUNT}"
PUT = f"PUT {ACCOUNT}/extension/4001"
BROKEN = TransportError("the connection broke", sent=True)
ENDED = (REVOKE, answer())
EXPIRED = answer(401, {"errorCode": "OAU-128", "message": "expired"})


def limited(code: str = "CMN-301", **headers: str) -> Response:
    return answer(429, {"errorCode": code, "message": "Request rate exceeded"}, **headers)


def client_with(
    *script: tuple[str, Response | RingCentralError], max_wait: float = 900
) -> tuple[Client, ScriptedWire, Clock]:
    clock, wire = Clock(), ScriptedWire([*script])
    return client(wire, clock, max_wait=max_wait), wire, clock


def read(api: Client) -> dict[str, object]:
    with api:
        return api.call(c.READ_ACCOUNT)


def mail(api: Client) -> dict[str, object]:
    with api:
        return api.call(c.BULK_UPDATE, json={"records": []})


def test_one_login_serves_the_run_and_the_session_is_ended() -> None:
    api, wire, _clock = client_with(log_in(), (READ, answer(body={"id": 1})), (READ, answer(body={"id": 1})), ENDED)
    with api:
        assert api.call(c.READ_ACCOUNT) == {"id": 1}
        api.call(c.READ_ACCOUNT)
    wire.done()
    token, first, _second, revoke = wire.sent
    basic = "Basic " + base64.b64encode(b"app:s3cret-of-the-app").decode()
    assert token.form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": "jwt-of-the-user",
    }
    assert token.authorization == revoke.authorization == basic
    assert first.authorization == "Bearer token-1"
    assert revoke.form == {"token": "token-1"}
    assert wire.closed
    assert api.stats() == {"requests": {"auth": 2, "light": 2}, "retries": 0, "waited_seconds": 0.0}


def test_nothing_asked_nothing_sent() -> None:
    api, wire, _clock = client_with()
    with api:
        pass
    assert wire.sent == []


def test_the_session_is_ended_after_a_failure_too() -> None:
    api, wire, _clock = client_with(
        log_in(), (READ, answer(404, {"errorCode": "CMN-102", "message": "not there"})), ENDED
    )
    with pytest.raises(ApiError, match=r"GET /restapi/v1.0/account/~ with \[CMN-102\] not there") as raised:
        read(api)
    assert raised.value.details() == {"code": "CMN-102", "status": 404, "message": "not there"}
    wire.done()


def test_a_session_that_cannot_be_ended_is_a_warning() -> None:
    api, wire, _clock = client_with(log_in(), (READ, answer(body={"id": 1})), (REVOKE, answer(400, {})))
    assert read(api) == {"id": 1}
    assert api.warnings == ["The session could not be ended and lives until it expires: HTTP 400"]
    wire.done()


def test_a_given_token_is_used_and_its_session_is_not_ended() -> None:
    wire = ScriptedWire([(READ, answer(body={"id": 1})), (READ, answer(401, {"errorCode": "OAU-213"}))])
    api = client(wire, Clock(), credentials=Credentials(access_token="given"))
    with api:
        api.call(c.READ_ACCOUNT)
        with pytest.raises(ApiError, match=r"\[OAU-213\].*the access_token is no longer valid"):
            api.call(c.READ_ACCOUNT)
    wire.done()
    assert wire.sent[0].authorization == "Bearer given"


@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [
        (401, {"error": "invalid_client", "error_description": "Wrong"}, r"\[invalid_client\] Wrong; check client_id"),
        (
            400,
            {"error": "invalid_grant", "errors": [{"errorCode": "OAU-211", "message": "m"}]},
            r"\[OAU-211\] m; check jwt",
        ),
        (400, {"error": "unauthorized_client"}, "JWT auth flow"),
        (403, "<html>", "HTTP 403; check server_url"),
    ],
)
def test_a_refused_login_says_what_to_check(status: int, body: object, advice: str) -> None:
    api, wire, _clock = client_with((TOKEN, answer(status, body)))
    with pytest.raises(LoginRefused, match=advice) as raised:
        read(api)
    assert "s3cret" not in raised.value.message
    assert raised.value.refused
    wire.done()


def test_a_login_that_answers_nonsense() -> None:
    api, _wire, _clock = client_with((TOKEN, answer(200, "<html>")))
    with pytest.raises(TransportError, match="not with a token"):
        read(api)


def test_reads_are_tried_five_times_with_growing_pauses() -> None:
    api, wire, clock = client_with(
        log_in(),
        (READ, BROKEN),
        (READ, answer(500)),
        (READ, answer(503)),
        (READ, BROKEN),
        (READ, answer(body={"id": 1})),
        ENDED,
    )
    assert read(api) == {"id": 1}
    assert clock.naps == [1, 2, 4, 8]
    assert api.stats()["retries"] == 4
    wire.done()


def test_a_read_gives_up_in_the_end() -> None:
    api, wire, _clock = client_with(log_in(), *[(READ, answer(502))] * 5, ENDED)
    with pytest.raises(ApiError, match="RingCentral's own trouble"):
        read(api)
    wire.done()
    api, wire, _clock = client_with(log_in(), *[(READ, BROKEN)] * 5, ENDED)
    with pytest.raises(TransportError):
        read(api)
    wire.done()


def test_a_read_that_cannot_be_tried_again_in_time_fails_with_its_own_error() -> None:
    api, _wire, clock = client_with(log_in(), (READ, answer(500, {"message": "boom"})), ENDED, max_wait=0)
    with pytest.raises(ApiError, match="boom"):
        read(api)
    assert clock.naps == []


def test_a_503_is_not_tried_earlier_than_it_asks() -> None:
    api, _wire, clock = client_with(
        log_in(), (READ, answer(503, retry_after="20")), (READ, answer(body={"id": 1})), ENDED
    )
    read(api)
    assert clock.naps == [20]


@pytest.mark.parametrize("trouble", [BROKEN, answer(500), answer(502, "<html>"), answer(503, retry_after="1")])
def test_what_may_have_mailed_is_not_sent_again(trouble: Response | TransportError) -> None:
    api, wire, clock = client_with(log_in(), (BULK, trouble), ENDED)
    with pytest.raises((ApiError, TransportError)):
        mail(api)
    wire.done()
    assert clock.naps == []


def test_after_a_429_the_same_request_goes_out_once_its_wait_is_over() -> None:
    api, wire, clock = client_with(
        log_in(), (BULK, limited(retry_after="42")), (BULK, limited()), (BULK, answer(body={"id": "t"})), ENDED
    )
    assert mail(api) == {"id": "t"}
    assert clock.naps == [42, 90]  # without the header a whole penalty, and half as much again for the second one
    wire.done()


def test_after_a_401_there_is_one_new_login() -> None:
    refused = EXPIRED
    api, wire, _clock = client_with(
        log_in(), (BULK, refused), log_in("token-2"), (BULK, answer(body={"id": "t"})), ENDED
    )
    assert mail(api) == {"id": "t"}
    assert [request.authorization for request in wire.sent if str(request) == BULK] == [
        "Bearer token-1",
        "Bearer token-2",
    ]
    wire.done()
    api, wire, _clock = client_with(log_in(), (BULK, refused), log_in("token-2"), (BULK, refused), ENDED)
    with pytest.raises(ApiError, match="OAU-128"):
        mail(api)
    wire.done()


def test_a_login_that_fails_on_the_way_leaves_no_doubt_about_the_mail() -> None:
    api, _wire, _clock = client_with(log_in(), (BULK, EXPIRED), *[(TOKEN, BROKEN)] * 5)
    with pytest.raises(TransportError) as raised:
        mail(api)
    assert not raised.value.sent


def test_max_wait_ends_the_waiting_before_it_begins() -> None:
    api, wire, clock = client_with(log_in(), (BULK, limited(retry_after="60")), ENDED, max_wait=59)
    with pytest.raises(OutOfTime, match="rate limit of the group heavy needs 60 s more"):
        mail(api)
    assert clock.naps == []
    wire.done()


def test_a_whole_window_passes_when_nothing_remains() -> None:
    last = answer(body={"id": 1}, x_rate_limit_group="light", x_rate_limit_remaining="0", x_rate_limit_window="60")
    api, wire, clock = client_with(log_in(), (READ, last), (READ, answer(body={"id": 1})), ENDED)
    with api:
        api.call(c.READ_ACCOUNT)
        assert clock.naps == []
        api.call(c.READ_ACCOUNT)
    assert clock.naps == [60]
    wire.done()


def test_permissions_are_named() -> None:
    body = {
        "errorCode": "CMN-408",
        "message": "In order to call this",
        "errors": [{"errorCode": "CMN-408", "message": "no"}],
    }
    api, _wire, _clock = client_with(log_in(), (BULK, answer(403, body)), ENDED)
    with pytest.raises(
        ApiError, match=r"\[CMN-408\] no; the app needs the permission EditExtensions, .* EditExtensionInfo"
    ):
        mail(api)


def test_an_answer_that_is_not_json_says_nothing_about_what_was_done() -> None:
    api, _wire, _clock = client_with(log_in(), (READ, answer(200, "<html>")), ENDED)
    with pytest.raises(TransportError, match="not with JSON"):
        read(api)
    api, _wire, _clock = client_with(log_in(), (BULK, answer(200, "<html>")), ENDED)
    with pytest.raises(TransportError, match="not with JSON") as raised:
        mail(api)
    assert raised.value.sent


def test_what_a_server_echoes_of_the_secrets_is_struck_out() -> None:
    basic = base64.b64encode(b"app:s3cret-of-the-app").decode()
    echo = answer(500, {"message": f"token-1 s3cret-of-the-app jwt-of-the-user {basic}"})
    api, _wire, _clock = client_with(
        log_in("token-1-long-enough"), (BULK, answer(500, {"message": f"token-1-long-enough {basic}"})), ENDED
    )
    with pytest.raises(ApiError) as raised:
        mail(api)
    assert raised.value.api_message == "*** ***"
    api, _wire, _clock = client_with((TOKEN, echo), max_wait=0)
    with pytest.raises(ApiError) as raised:
        read(api)
    assert raised.value.api_message == "token-1 *** *** ***"


def test_a_lasting_401_says_what_it_can_be() -> None:
    refused = (READ, answer(401, {"errorCode": "OAU-128", "message": "expired"}))
    api, _wire, _clock = client_with(log_in(), refused, log_in("token-2"), refused, ENDED)
    with pytest.raises(ApiError, match="expired, right after a new login"):
        read(api)


def test_each_token_is_reported_so_that_it_can_be_kept_out_of_outputs() -> None:
    clock, wire, secrets = Clock(), ScriptedWire([log_in(), (PUT, answer(body={"id": 4001})), ENDED]), list[str]()
    api = Client(
        wire,
        Credentials("app", "a-secret", "a-jwt"),
        account="~",
        max_wait=1,
        clock=clock,
        sleep=clock.sleep,
        on_secret=secrets.append,
    )
    with api:
        api.call(c.UPDATE_EXTENSION, {"extension": "4001"}, json={})
    assert secrets == ["a-secret", "a-jwt", base64.b64encode(b"app:a-secret").decode(), "token-1"]
