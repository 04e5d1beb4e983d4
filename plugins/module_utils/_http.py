# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire: one request out, one answer back. The only file that knows ``requests``.

No retries, no login and no pacing here: those decisions belong to ``_client``.
"""

from __future__ import annotations

import ipaddress
import json
import re
import ssl
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit

from ._errors import InvalidOption, TransportError, UnusableAnswer

try:
    import requests
    import requests.adapters
    import requests.auth
    import urllib3.exceptions
except ImportError:  # connect() reports it in Ansible's words
    REQUESTS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None
    from ._sockets import Adapter, Watch

MOST_BYTES = 64 * 2**20
"""The largest answer that is read, decoded; a page of 1,000 users has less than 1 MB."""

_CHUNK = 16 * 1024
"""Bytes read at once; a compressed chunk can become a thousand times as many."""

_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
"""One of these alone: encodings within encodings are only good for filling the memory."""

_HEADER = re.compile(r"[ -~]*")
"""What a header may hold; a library's own complaint would repeat it."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """``path`` begins with a slash; at most one of ``json`` and ``form``; ``authorization`` is the header's value."""

    method: str
    path: str
    params: Params = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    authorization: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Response:
    """``headers`` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    def document(self) -> dict[str, Any] | None:
        """The JSON object in the body, or None if there is none. Halves of characters become question marks."""
        # JSON can hold lone surrogates, which Ansible cannot pass on; without one this is much quicker
        hook = _whole_object if _SURROGATE.search(self.text) else None
        try:
            document = json.loads(self.text, object_pairs_hook=hook, parse_constant=_no_number)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _whole_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {_whole(key): _whole(value) for key, value in pairs}


def _whole(value: Any) -> Any:
    """Valid Unicode, in lists too; objects within are made whole before this one."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return [_whole(item) for item in value] if isinstance(value, list) else value


class Wire(Protocol):
    """What ``_client`` needs from a transport; tests pass a scripted one."""

    def send(self, request: Request) -> Response:
        """Send once. Raises TransportError where no whole answer arrived."""

    def close(self) -> None:
        """Close the connection."""


def check_server_url(url: str) -> str:
    """The URL without its trailing slash; InvalidOption unless it is https, or http on loopback."""
    url = url.strip()
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise InvalidOption("server_url", "has blanks, line breaks or characters outside ASCII; type it anew")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidOption("server_url", "has a host or port that cannot be read") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise InvalidOption("server_url", "give an address such as https://platform.ringcentral.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidOption("server_url", "give scheme, host and port alone; credentials have options of their own")
    if parts.scheme == "http" and not _is_loopback(host):
        raise InvalidOption(
            "server_url", f"{host} must be reached by https: plain http would show the credentials to the network"
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class RequestsWire:
    """A ``requests`` session to one server: kept-alive connection, no redirects, no netrc.

    ``timeout`` is in seconds, for a whole request: connecting, sending it, and receiving all of its answer.
    """

    def __init__(self, server_url: str, *, verify: bool | str, timeout: float) -> None:
        self._base = check_server_url(server_url)
        self._verify = verify
        self._timeout = timeout
        self._watch = Watch()
        self._session = requests.Session()
        self._session.mount("https://", Adapter(self._watch))
        self._session.mount("http://", Adapter(self._watch))
        self._session.headers.update(
            {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "onboard.ringcentral"}
        )
        if verify is False:
            # the module warns once in the user's own terms; a warning for each request is noise
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def send(self, request: Request) -> Response:
        """Send once. All errors are in our own words: those of others may repeat a header or a body."""
        if not _HEADER.fullmatch(request.authorization):
            raise TransportError(f"{request}: the credentials cannot be sent in a header; nothing was sent", sent=False)
        self._watch.begin()
        timer = threading.Timer(self._timeout, self._watch.end)
        timer.daemon = True
        timer.start()
        try:
            response = self._exchange(request)
        except (TransportError, InvalidOption):
            raise
        except Exception as error:  # noqa: BLE001  # its message could hold a secret
            raise self._failure(request, error) from None
        finally:
            timer.cancel()
        if self._watch.is_over:  # what looks like the end of the body may be the end of our patience
            raise self._failure(request, TimeoutError())
        return response

    def close(self) -> None:
        self._session.close()

    def _exchange(self, request: Request) -> Response:
        answer = self._session.request(
            request.method,
            self._base + request.path,
            params=dict(request.params),
            json=request.json,
            data=request.form,
            auth=_Authorization(request.authorization),
            timeout=self._timeout,
            verify=self._verify,
            allow_redirects=False,
            stream=True,
        )
        with answer:
            if answer.is_redirect:
                raise self._redirected(request, answer.headers["Location"])
            content = _content(request, answer)
        charset = (answer.encoding if "charset" in answer.headers.get("Content-Type", "") else None) or "utf-8"
        try:
            text = content.decode(charset, "replace")
        except LookupError:
            text = content.decode("utf-8", "replace")
        return Response(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, text)

    def _redirected(self, request: Request, location: str) -> TransportError:
        """A redirect proves nothing: what sends it may have passed the request on."""
        try:
            target = urlsplit(location).hostname or self._base
        except ValueError:
            target = "an unreadable address"
        return TransportError(
            f"{request} was redirected to {target}; redirects are not followed, so that credentials go nowhere "
            "else: check server_url",
            sent=True,
            repeatable=False,
        )

    def _failure(self, request: Request, error: Exception) -> TransportError | InvalidOption:
        causes = list(_causes(error))

        def has(*kinds: type[BaseException]) -> bool:
            return any(isinstance(cause, kinds) for cause in causes)

        untrusted = has(ssl.SSLCertVerificationError)
        unreached = has(urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
        unsent = has(requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeEncodeError)
        if error.__class__ is OSError:  # requests' own complaint about a ca_path that it cannot read
            return InvalidOption("ca_path", f"{self._verify} cannot be read as CA certificates; nothing was sent")
        if untrusted:
            what = "its certificate is not trusted (a private CA goes into ca_path)"
        elif unreached:
            what = "it cannot be reached (check server_url, name resolution, firewall and proxy)"
        elif self._watch.is_over or has(requests.exceptions.Timeout, TimeoutError):
            what = f"no answer within {self._timeout:g} s (timeout)"
        elif unsent:
            what = "the request cannot be written as HTTP (check the credentials for stray characters)"
        else:
            what = "the connection broke before the answer was complete"
        return TransportError(f"{request} at {self._base}: {what}", sent=not (untrusted or unreached or unsent))


def _content(request: Request, answer: requests.Response) -> bytes:
    """The decoded body, up to a size limit."""
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise UnusableAnswer(f"{request} was answered in an encoding that was not asked for; check proxies")
    content = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            raise UnusableAnswer(
                f"{request} was answered with more than {MOST_BYTES // 2**20} MB; check server_url and proxies"
            )
    return bytes(content)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps: requests and urllib3 hide the cause in ``args`` and ``reason``."""
    queue: list[object] = [error]
    seen: set[int] = set()
    while queue:
        item = queue.pop()
        if isinstance(item, BaseException) and id(item) not in seen:
            seen.add(id(item))
            yield item
            queue += [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]


if REQUESTS_IMPORT_ERROR is None:

    class _Authorization(requests.auth.AuthBase):
        """Sets the header as an auth handler: left to itself, requests would prefer a ~/.netrc entry."""

        def __init__(self, value: str) -> None:
            self._value = value

        def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
            if self._value:
                prepared.headers["Authorization"] = self._value
            return prepared
