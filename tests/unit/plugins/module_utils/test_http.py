# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire, over real sockets on loopback."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, TransportError
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import (
    Request,
    RequestsWire,
    check_server_url,
)
from emulator import Emulator

READ = Request("GET", "/restapi/v1.0/account/~", authorization="Bearer nothing")


@pytest.fixture(scope="module")
def rc() -> Iterator[Emulator]:
    with Emulator(users=10, pending=2) as emulator:
        yield emulator


def send(rc: Emulator, request: Request = READ, *, timeout: float = 5) -> tuple[int, str]:
    wire = RequestsWire(rc.url, verify=True, timeout=timeout)
    try:
        response = wire.send(request)
        assert all(name == name.lower() for name in response.headers)
        return response.status, response.text
    finally:
        wire.close()


@pytest.mark.parametrize(
    "url", ["https://platform.ringcentral.com", "https://rc.example.com:8443/", "http://localhost:8080", "http://127.0.0.7",
            "http://[::1]:80"]
)  # fmt: skip
def test_addresses_that_are_safe(url: str) -> None:
    assert check_server_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://platform.ringcentral.com", "must be reached by https"),
        ("http://localhost.example.com", "must be reached by https"),
        ("http://0.0.0.0", "must be reached by https"),
        ("ftp://rc.example.com", "give an address such as"),
        ("platform.ringcentral.com", "give an address such as"),
        ("https://", "give an address such as"),
        ("https://rc.example.com:port", "server_url: "),
        ("https://[::1", "server_url: "),
        ("https://user:secret@rc.example.com", "credentials have options of their own"),
        ("https://rc.example.com/?x=1", "scheme, host and port alone"),
    ],
)
def test_addresses_that_are_not(url: str, said: str) -> None:
    with pytest.raises(InvalidOption, match=r"^server_url: ") as raised:
        check_server_url(url)
    assert said in raised.value.message
    assert "secret" not in raised.value.message


def test_a_request_and_its_answer(rc: Emulator) -> None:
    status, text = send(rc)
    assert status == 401
    assert "OAU-213" in text
    assert rc.log[-1]["method"] == "GET"


def test_netrc_does_not_replace_the_credentials(rc: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    request = Request("GET", READ.path, authorization=f"Bearer {rc.new_access_token()}")
    assert send(rc, request)[0] == 200


def test_redirects_are_refused_and_take_nothing_along(rc: Emulator) -> None:
    with Emulator(users=10, pending=2) as other:
        rc.faults.add("redirect", "readAccountInfo", host=other.url.removeprefix("http://"))
        with pytest.raises(TransportError, match=r"redirected to 127\.0\.0\.1; redirects are not followed") as raised:
            send(rc)
        assert other.log == []
    assert raised.value.sent  # what redirects may have passed the request on
    assert not raised.value.repeatable


@pytest.mark.parametrize(
    ("kind", "timeout", "said"),
    [
        ("reset_before", 5, "the connection broke before the answer was complete"),
        ("reset_after", 5, "the connection broke before the answer was complete"),
        ("truncated", 5, "the connection broke before the answer was complete"),
        ("slow", 0.02, "no answer within 0.02 s (timeout)"),
    ],
)
def test_an_answer_that_does_not_arrive_may_have_been_worked_on(
    rc: Emulator, kind: str, timeout: float, said: str
) -> None:
    rc.faults.add(kind, "readAccountInfo", seconds=0.1)
    with pytest.raises(TransportError) as raised:
        send(rc, timeout=timeout)
    assert raised.value.message == f"GET /restapi/v1.0/account/~ at {rc.url}: {said}"
    assert raised.value.sent


def test_a_server_that_is_not_there_has_surely_not_been_asked() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        wire = RequestsWire(f"http://127.0.0.1:{unused.getsockname()[1]}", verify=True, timeout=5)
        with pytest.raises(TransportError, match="cannot be reached") as raised:
            wire.send(READ)
    assert not raised.value.sent


def test_a_name_that_does_not_resolve_has_surely_not_been_asked() -> None:
    with pytest.raises(TransportError, match="cannot be reached") as raised:
        RequestsWire("https://rc.invalid", verify=True, timeout=5).send(READ)
    assert not raised.value.sent


def test_a_private_certificate_needs_its_ca(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ca_path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_path))
    with Emulator(users=10, pending=2, tls=context) as rc:
        assert rc.url.startswith("https://")
        with pytest.raises(TransportError, match=r"not trusted \(a private CA goes into ca_path\)") as raised:
            RequestsWire(rc.url, verify=True, timeout=5).send(READ)
        assert not raised.value.sent
        assert rc.log == []
        assert RequestsWire(rc.url, verify=str(ca_path), timeout=5).send(READ).status == 401
        assert RequestsWire(rc.url, verify=False, timeout=5).send(READ).status == 401
        with pytest.raises(InvalidOption, match="ca_path"):
            RequestsWire(rc.url, verify=str(tmp_path / "none.pem"), timeout=5).send(READ)


def test_bodies_are_read_as_utf8_unless_they_say_otherwise(rc: Emulator) -> None:
    request = Request("GET", f"{READ.path}/extension", authorization=f"Bearer {rc.new_access_token()}")
    names = {extension.name for extension in rc.account.extensions.values()}
    response = RequestsWire(rc.url, verify=True, timeout=5).send(request)
    assert {record["name"] for record in (response.document() or {})["records"]} == names
