# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire: one request out, one answer back. The only file that knows ``requests``.

No retries, no login and no pacing here: those decisions belong to ``_client``.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from ._errors import InvalidOption, TransportError

try:
    import requests
    import requests.adapters
    import requests.auth
    import urllib3.exceptions
except ImportError:  # told to the user by connect(), in Ansible's words
    REQUESTS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

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
        try:
            document = json.loads(self.text, object_pairs_hook=_whole_characters)
        except ValueError:
            return None
        return document if isinstance(document, dict) else None


def _whole_characters(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose strings are valid Unicode: JSON can hold lone surrogates, which Ansible cannot pass on."""
    return {key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for key, value in pairs}


class Wire(Protocol):
    """What ``_client`` needs of a transport; tests hand in a scripted one."""

    def send(self, request: Request) -> Response:
        """Send once. Raises TransportError where no whole answer arrived."""

    def close(self) -> None:
        """Let go of the connection."""


def check_server_url(url: str) -> str:
    """The URL without its trailing slash; InvalidOption unless it is https, or http on loopback."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidOption("server_url", f"{error}") from None
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
    """A ``requests`` session to one server: kept-alive connection, no redirects, no netrc."""

    def __init__(self, server_url: str, *, verify: bool | str, timeout: float) -> None:
        self._base = check_server_url(server_url)
        self._verify = verify
        self._timeout = timeout
        self._session = requests.Session()
        self._session.headers.update({"Accept": "application/json", "User-Agent": "onboard.ringcentral"})
        if verify is False:
            # the module warns once in the user's own terms; a warning for each request is noise
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def send(self, request: Request) -> Response:
        try:
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
            )
        except requests.exceptions.RequestException as error:
            raise self._failure(request, error) from None
        except OSError as error:  # requests' own complaint about a ca_path that is not there
            raise InvalidOption("ca_path", str(error)) from None
        if answer.is_redirect:
            target = urlsplit(answer.headers["Location"]).hostname or self._base
            raise TransportError(
                f"{request} was redirected to {target}; redirects are not followed, so that credentials go nowhere "
                "else: check server_url",
                sent=False,
            )
        answer.encoding = answer.encoding if "charset" in answer.headers.get("Content-Type", "") else "utf-8"
        return Response(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.text)

    def close(self) -> None:
        self._session.close()

    def _failure(self, request: Request, error: Exception) -> TransportError:
        causes = list(_causes(error))
        untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)
        unreached = any(
            isinstance(cause, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))
            for cause in causes
        )
        if untrusted:
            what = "its certificate is not trusted (a private CA goes into ca_path)"
        elif unreached:
            what = "it cannot be reached (check server_url, name resolution, firewall and proxy)"
        elif isinstance(error, requests.exceptions.Timeout):
            what = f"no answer within {self._timeout:g} s (timeout)"
        else:
            what = "the connection broke before the answer was complete"
        return TransportError(f"{request} at {self._base}: {what}", sent=not (untrusted or unreached))


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
