# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials, and what a login asks and answers. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._answers import error_codes, error_words
from ._errors import InvalidOption, LoginRefused, TransportError
from ._http import Request, Response
from ._operations import REVOKE, TOKEN

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}", re.ASCII)
_NAME = re.compile(r"(?<!\S)[A-Za-z]\w{0,63}(?!\S)", re.ASCII)
_LONGEST_SESSION = 10**7


@dataclass(frozen=True)
class Credentials:
    """Either an ``access_token``, or an app's client id and secret with a user's JWT."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    jwt: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The pair of client id and secret, as HTTP Basic writes it."""
        return base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets to keep out of all output; the pair too, since its base64 reveals the secret."""
        pair = self.basic if self.client_secret else ""
        return tuple(filter(None, (self.client_secret, self.jwt, self.access_token, pair)))


def check_credential(option: str, value: str | None) -> str:
    """A credential without the blanks and line breaks around it; InvalidOption if some are inside."""
    text = (value or "").strip().strip("\ufeff").strip()
    if not text.isprintable() or (option != "client_secret" and not (text.isascii() and " " not in text)):
        raise InvalidOption(
            option,
            "has a line break, blank or invisible character inside; copy it again in one piece. No mail was sent",
        )
    return text


@dataclass(frozen=True)
class Session:
    """A login: its ``token``, the seconds that it lives (0 if RingCentral does not say), and its ``scope``, the app's
    permissions (none if RingCentral does not say)."""

    token: str = field(repr=False)
    expires_in: int = 0
    scope: tuple[str, ...] = ()


def login_request(credentials: Credentials) -> Request:
    """The request that opens a session."""
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": credentials.jwt}
    return Request(TOKEN.method, TOKEN.path, form=form, authorization=f"Basic {credentials.basic}")


def logout_request(credentials: Credentials, token: str) -> Request:
    """The request that ends one."""
    return Request(REVOKE.method, REVOKE.path, form={"token": token}, authorization=f"Basic {credentials.basic}")


def parse_login(request: Request, response: Response) -> Session:
    """The session that an answer opens. Raises LoginRefused, or TransportError if there is no usable token in it."""
    document = response.document() or {}
    if response.status >= 300:
        raise _login_error(response, document)
    token, seconds = document.get("access_token"), document.get("expires_in")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise TransportError(f"{request} was answered, but not with a token: check server_url", sent=False)
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < _LONGEST_SESSION
    scope = document.get("scope")
    names = tuple(_NAME.findall(scope)) if isinstance(scope, str) else ()
    return Session(token, seconds if known and isinstance(seconds, int) else 0, names)


_ADVICE = {
    "invalid_client": "check client_id and client_secret, and that server_url is where the app lives",
    "unauthorized_client": "the app must be a server app with the JWT auth flow enabled",
    "invalid_grant": "check jwt: it may be expired, revoked, of another app, or of another server_url",
}


def _login_error(response: Response, document: Mapping[str, Any]) -> LoginRefused:
    code, words = error_words(document)
    kind = document.get("error")
    advice = _ADVICE.get(kind if isinstance(kind, str) else "", "check server_url, client_id, client_secret and jwt")
    if response.status >= 500:
        advice = "that is RingCentral's own trouble, try again later"
    said = f"[{code}] {words}" if code or words else f"HTTP {response.status}"
    return LoginRefused(
        f"RingCentral refused the login with {said}; {advice}",
        status=response.status,
        code=code,
        api_message=words,
        codes=error_codes(document),
    )
