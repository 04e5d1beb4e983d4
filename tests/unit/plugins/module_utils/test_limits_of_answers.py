# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a server sends, however slowly, a request ends in time and within memory. Over sockets on loopback."""

from __future__ import annotations

import gzip
import itertools
import json
import resource
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import pytest
import trustme

from ansible_collections.onboard.ringcentral.plugins.module_utils import _http
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import TransportError, UnusableAnswer
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Request, RequestsWire, Response

READ = Request("GET", "/restapi/v1.0/account/~")
TIMEOUT = 0.3
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

Parts = Callable[[], Iterable[bytes]]


@contextmanager
def server(parts: Parts, *, tls: ssl.SSLContext | None = None, gap: float = 0) -> Iterator[str]:
    """Answers each request with these parts, ``gap`` seconds apart, and ends the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    plain, _address = listening.accept()
                    with suppress(OSError), plain if tls is None else tls.wrap_socket(plain, server_side=True) as peer:
                        peer.settimeout(10)
                        peer.recv(65536)
                        for part in parts():
                            peer.sendall(part)
                            time.sleep(gap)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    assert not thread.is_alive()


def fetch(url: str, *, timeout: float = TIMEOUT, verify: bool | str = True) -> Response:
    wire = RequestsWire(url, verify=verify, timeout=timeout)
    try:
        return wire.send(READ)
    finally:
        wire.close()


def dripping_body() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 100000\r\n\r\n"
    yield from itertools.repeat(b" ")


def dripping_body_without_length() -> Iterator[bytes]:
    yield HEAD + b"Connection: close\r\n\r\n"
    yield b'{"id": 1}'
    yield from itertools.repeat(b" ")


def dripping_chunks() -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    yield from itertools.repeat(b"1\r\n \r\n")


def dripping_headers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Slow: "
    yield from itertools.repeat(b"x")


def endless_continue() -> Iterator[bytes]:
    yield from itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n")


def silence() -> Iterator[bytes]:
    yield HEAD
    time.sleep(2 * TIMEOUT)


DRIPPING: list[Parts] = [
    dripping_body,
    dripping_body_without_length,
    dripping_chunks,
    dripping_headers,
    endless_continue,
    silence,
]


@pytest.mark.parametrize("parts", DRIPPING)
def test_a_request_ends_when_its_time_is_up_however_slowly_something_comes(parts: Parts) -> None:
    with server(parts, gap=0.02) as url:
        started = time.monotonic()
        with pytest.raises(TransportError, match=r"no answer within 0\.3 s \(timeout\)") as raised:
            fetch(url)
        assert time.monotonic() - started < 10 * TIMEOUT
    assert raised.value.sent


@pytest.mark.parametrize("parts", [dripping_body, dripping_body_without_length, dripping_headers])
def test_through_tls_too(parts: Parts, tmp_path: object) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with authority.cert_pem.tempfile() as ca_path, server(parts, tls=context, gap=0.02) as url:
        started = time.monotonic()
        with pytest.raises(TransportError, match=r"no answer within 0\.3 s \(timeout\)"):
            fetch(url, verify=ca_path)
        assert time.monotonic() - started < 10 * TIMEOUT


def test_through_a_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(dripping_headers, gap=0.02) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        started = time.monotonic()
        with pytest.raises(TransportError):
            fetch("https://rc.invalid")
        assert time.monotonic() - started < 10 * TIMEOUT


def test_a_connection_can_be_used_again_after_a_request_that_was_too_slow() -> None:
    answers = iter([dripping_body(), [HEAD + b"Content-Length: 9\r\n\r\n", b'{"id": 1}']])
    with server(answers.__next__, gap=0.02) as url:
        wire = RequestsWire(url, verify=True, timeout=TIMEOUT)
        with pytest.raises(TransportError):
            wire.send(READ)
        assert wire.send(READ).document() == {"id": 1}
        wire.close()


def compressed(encoding: str, content: bytes) -> Parts:
    squeezed = gzip.compress(content) if "gzip" in encoding else zlib.compress(content)
    head = f"Content-Encoding: {encoding}\r\nContent-Length: {len(squeezed)}\r\n\r\n".encode()
    return lambda: [HEAD + head, squeezed]


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_compressed_answers_are_read(encoding: str) -> None:
    with server(compressed(encoding, b'{"id": 1}')) as url:
        assert fetch(url, timeout=5).document() == {"id": 1}


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_small_answer_that_becomes_huge_is_not_kept(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _http.MOST_BYTES == 64 * 2**20
    monkeypatch.setattr(_http, "MOST_BYTES", 4 * 2**20)
    bomb = compressed(encoding, b" " * (64 * 2**20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with server(bomb) as url, pytest.raises(UnusableAnswer, match="answered with more than 4 MB"):
        fetch(url, timeout=30)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < 48 * 2**20


def test_an_answer_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "MOST_BYTES", 2**20)

    def endless() -> Iterator[bytes]:
        yield HEAD + b"Connection: close\r\n\r\n"
        yield from itertools.repeat(b" " * 65536)

    with server(endless) as url, pytest.raises(UnusableAnswer, match="answered with more than 1 MB"):
        fetch(url, timeout=30)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "compress", "gzip,deflate"])
def test_an_encoding_that_was_not_asked_for_is_not_decoded(encoding: str) -> None:
    with server(compressed(encoding, b"{}")) as url, pytest.raises(UnusableAnswer, match="encoding that was not asked"):
        fetch(url, timeout=5)


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '{"a":' * 200_000, '{"a": 1e999, "b": Infinity}', '{"a": NaN}', "9" * 10_000, '{"a": "\\ud8'],
)
def test_an_unreadable_body_is_not_a_document(text: str) -> None:
    assert Response(200, {}, text).document() is None


def test_halves_of_characters_are_made_whole_wherever_they_are() -> None:
    text = '{"a\\udc00": ["x\\ud800", ["\\udfff"], {"b": "\\ud83d\\ude00"}], "c": "\\ud800"}'
    document = Response(200, {}, text).document()
    assert document == {"a?": ["x?", ["?"], {"b": "\U0001f600"}], "c": "?"}
    json.dumps(document, ensure_ascii=False).encode()


@pytest.mark.parametrize("location", ["http://elsewhere.example.net/x", "/restapi", ""])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_proves_nothing_and_is_not_followed(status: int, location: str) -> None:
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    with server(lambda: [head]) as url, pytest.raises(TransportError, match="redirects are not followed") as raised:
        fetch(url, timeout=5)
    assert raised.value.sent
    assert not raised.value.repeatable


def test_a_redirect_to_what_is_no_address_proves_nothing_either() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: //[bad\r\nContent-Length: 0\r\n\r\n"
    with server(lambda: [head]) as url, pytest.raises(TransportError) as raised:
        fetch(url, timeout=5)
    assert raised.value.sent
