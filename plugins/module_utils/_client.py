# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A logged-in client: one session, paced requests, and retries only where they cannot mail anybody twice."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

from ._errors import ApiError, LoginRefused, RingCentralError, TransportError, lacks_permission
from ._http import Params, Request, Response, Wire
from ._pacing import Budget, Pacer, parse_retry_after

READ_ATTEMPTS = 5
"""How often a read is tried on broken connections and 5xx; the pauses between are 1, 2, 4 and 8 s."""

PAGE_SIZE = 1000
"""Records of a list that are asked for at once, the most that RingCentral gives."""

SHORTEST_SECRET = 8
"""Characters; something shorter is no secret, and striking it out would garble answers."""


@dataclass(frozen=True)
class Operation:
    """One operation of RingCentral's API, as published.

    ``group`` is its rate group in lower case; ``app`` and ``user`` the permissions that it needs;
    ``once`` marks what may send somebody an e-mail, or make something twice, and is therefore never
    repeated blindly.
    """

    method: str
    path: str
    group: str
    app: str = ""
    user: str = ""
    once: bool = False


_ACCOUNT = "/restapi/v1.0/account/{account}"
TOKEN = Operation("POST", "/restapi/oauth/token", "auth")
REVOKE = Operation("POST", "/restapi/oauth/revoke", "auth")
READ_ACCOUNT = Operation("GET", _ACCOUNT, "light", "ReadAccounts", "ReadCompanyInfo")
LIST_EXTENSIONS = Operation("GET", _ACCOUNT + "/extension", "medium", "ReadAccounts", "ReadExtensions")
READ_EXTENSION = Operation("GET", _ACCOUNT + "/extension/{extension}", "light", "ReadAccounts", "ReadExtensions")
UPDATE_EXTENSION = Operation(
    "PUT", _ACCOUNT + "/extension/{extension}", "medium", "EditExtensions", "EditUserInfo", once=True
)
# The same request for contact values alone: it asks for no invitation, and doing it twice comes to the same as once.
CORRECT_CONTACT = Operation("PUT", UPDATE_EXTENSION.path, "medium", "EditExtensions", "EditUserInfo")
BULK_UPDATE = Operation(
    "POST", _ACCOUNT + "/extension-bulk-update", "heavy", "EditExtensions", "EditExtensionInfo", once=True
)
BULK_SIZE = 500
"""Records that one bulk update takes at most."""
LIST_FIELDS = Operation("GET", _ACCOUNT + "/custom-fields", "light", "ReadAccounts", "ReadUserInfo")
CREATE_FIELD = Operation("POST", _ACCOUNT + "/custom-fields", "medium", "EditAccounts", "Users", once=True)
SEARCH_DIRECTORY = Operation("POST", _ACCOUNT + "/directory/entries/search", "heavy", "ReadAccounts", "ReadExtensions")
READ_TASK = Operation(
    "GET", _ACCOUNT + "/extension-bulk-update/tasks/{task}", "light", "EditExtensions", "EditExtensionInfo"
)


@dataclass(frozen=True)
class Credentials:
    """Either an ``access_token``, or an app's client id and secret with a user's JWT."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    jwt: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)


class Client:
    """RingCentral's API for one account. Use it as a context manager: leaving it ends the session.

    ``sleep`` and ``clock`` (monotonic) are in seconds; ``on_secret`` is told each token that comes
    into being, so that it can be kept out of every output.
    """

    def __init__(
        self,
        wire: Wire,
        credentials: Credentials,
        *,
        account: str,
        max_wait: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        on_secret: Callable[[str], object] = lambda _secret: None,
    ) -> None:
        self.warnings: list[str] = []
        self._wire = wire
        self._credentials = credentials
        self._account = account
        self._budget = Budget(max_wait, sleep)
        self._pacer = Pacer(clock)
        self._on_secret = on_secret
        self._token = credentials.access_token
        self._requests: Counter[str] = Counter()
        self._retries = 0

    def __enter__(self) -> Client:  # noqa: PYI034  # typing.Self came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._log_out()
        finally:
            self._wire.close()

    def stats(self) -> dict[str, Any]:
        """What it took: ``requests`` by rate group, ``retries``, ``waited_seconds``."""
        return {
            "requests": {group: self._requests[group] for group in sorted(self._requests)},
            "retries": self._retries,
            "waited_seconds": round(self._budget.waited, 1),
        }

    def wait(self, seconds: float, why: str) -> None:
        """Wait on behalf of a caller, at the expense of ``max_wait``."""
        self._budget.wait(seconds, why)

    def call(
        self,
        operation: Operation,
        ids: Mapping[str, str] | None = None,
        *,
        params: Params | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Do one operation and return its answer; ``ids`` fill the path.

        A successful answer that holds no JSON object is a TransportError: it may come from a portal
        or proxy on the way, and so says nothing about what RingCentral did.
        """
        path = operation.path.format(account=self._account, **(ids or {}))
        request = Request(operation.method, path, params or {}, json=json)
        response = self._authorized(operation, request)
        document = response.document()
        if document is None:
            raise TransportError(f"{request} was answered, but not with JSON: check server_url and proxies", sent=True)
        return document

    def pages(self, operation: Operation, params: Params) -> Iterator[dict[str, Any]]:
        """The records of a list, page after page.

        Pages are asked for by number: the links in an answer say only whether there is another one,
        and are never followed.
        """
        page = 1
        while True:
            answer = self.call(operation, params={**params, "page": page, "perPage": PAGE_SIZE})
            records = answer.get("records") or []
            yield from records
            navigation, paging = answer.get("navigation") or {}, answer.get("paging") or {}
            # neither has to be there; a full page may then be followed by another one
            total = paging.get("totalPages", page + (not navigation and len(records) >= PAGE_SIZE))
            if not records or not (navigation.get("nextPage") or page < total):
                return
            page += 1

    def _authorized(self, operation: Operation, request: Request) -> Response:
        if not self._token:
            self._log_in()
        response = self._exchange(operation, self._signed(request))
        if response.status == 401 and not self._credentials.access_token:
            # the session ended early (expired, or pushed out by a sixth one); refused means not processed
            self._retries += 1
            self._log_in()
            response = self._exchange(operation, self._signed(request))
        if response.status >= 300:
            raise _api_error(operation, request, response, handed_in=bool(self._credentials.access_token))
        return response

    def _signed(self, request: Request) -> Request:
        return replace(request, authorization=f"Bearer {self._token}")

    def _exchange(self, operation: Operation, request: Request) -> Response:
        """Send, and send again where that is harmless. Returns the last answer, whatever its status."""
        failures = 0
        while True:
            outcome = self._send_once(operation, request)
            if isinstance(outcome, Response) and outcome.status == 429:  # its wait is the pacer's
                self._retries += 1
                continue
            pause = _pause_before_retry(outcome, failures)
            failures += 1
            if operation.once or pause is None or failures >= READ_ATTEMPTS or not self._budget.affords(pause):
                if isinstance(outcome, TransportError):
                    raise outcome
                return outcome
            self._retries += 1
            self._budget.wait(pause, f"trying {request} again")

    def _send_once(self, operation: Operation, request: Request) -> Response | TransportError:
        self._budget.wait(self._pacer.delay(operation.group), f"the rate limit of the group {operation.group}")
        self._requests[operation.group] += 1
        try:
            response = self._wire.send(request)
        except TransportError as error:
            self._pacer.lost(operation.group)
            return error
        self._pacer.observe(operation.group, response.status, response.headers)
        return replace(response, text=self._without_secrets(response.text))

    def _without_secrets(self, text: str) -> str:
        """An answer as it may be kept: an error page can hold what it was sent."""
        login = self._credentials
        for secret in (login.client_secret, login.jwt, login.access_token, self._token, self._basic()[6:]):
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "***")
        return text

    def _log_in(self) -> None:
        self._token = ""
        request = Request(
            TOKEN.method,
            TOKEN.path,
            form={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self._credentials.jwt},
            authorization=self._basic(),
        )
        try:
            response = self._exchange(TOKEN, request)
        except TransportError as error:
            # whatever the login was for has not been sent
            raise TransportError(error.message, sent=False) from None
        document = response.document()
        if response.status >= 300:
            raise _login_error(response, document or {})
        token = (document or {}).get("access_token")
        if not isinstance(token, str) or not token:
            raise TransportError(f"{request} was answered, but not with a token: check server_url", sent=False)
        self._on_secret(token)
        self._token = token

    def _log_out(self) -> None:
        """End the session that this client began; never one whose token was handed in."""
        if not self._token or self._credentials.access_token:
            return
        request = Request(REVOKE.method, REVOKE.path, form={"token": self._token}, authorization=self._basic())
        self._token = ""
        try:
            status = self._exchange(REVOKE, request).status
        except RingCentralError as error:
            self.warnings.append(f"The session could not be ended and lives until it expires: {error.message}")
        else:
            if status >= 300:
                self.warnings.append(f"The session could not be ended and lives until it expires: HTTP {status}")

    def _basic(self) -> str:
        pair = f"{self._credentials.client_id}:{self._credentials.client_secret}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


def _pause_before_retry(outcome: Response | TransportError, failures: int) -> float | None:
    """Seconds to wait before a read is repeated; None if repeating is of no use."""
    pause = 2.0**failures
    if isinstance(outcome, TransportError):
        return pause
    asked = parse_retry_after(outcome.headers.get("retry-after"), datetime.now(timezone.utc))
    return max(asked or 0.0, pause) if outcome.status >= 500 else None


def error_words(document: Mapping[str, Any]) -> tuple[str, str]:
    """RingCentral's error code and words from an error body: the first of ``errors`` is the most precise."""
    listed = document.get("errors")
    entry = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else document
    code = entry.get("errorCode") or document.get("errorCode") or document.get("error") or ""
    words = entry.get("message") or document.get("message") or document.get("error_description") or ""
    return str(code), str(words)


def _api_error(operation: Operation, request: Request, response: Response, *, handed_in: bool) -> ApiError:
    code, words = error_words(response.document() or {})
    said = f"[{code}] {words}" if code or words else f"HTTP {response.status} with no explanation"
    if response.status == 401 and handed_in:
        advice = "; the access_token is no longer valid, or was made for another server_url"
    elif response.status == 401:
        advice = ", right after a new login; check whether something else ends the sessions of the JWT's user"
    elif lacks_permission(response.status, code):
        advice = f"; the app needs the permission {operation.app}, and the JWT's user {operation.user}"
    elif response.status >= 500:
        advice = "; that is RingCentral's own trouble, try again later"
    else:
        advice = ""
    return ApiError(
        f"RingCentral answered {request} with {said}{advice}", status=response.status, code=code, api_message=words
    )


def _login_error(response: Response, document: Mapping[str, Any]) -> LoginRefused:
    code, words = error_words(document)
    kind = document.get("error")
    if kind == "invalid_client":
        advice = "check client_id and client_secret, and that server_url is where the app lives"
    elif kind == "unauthorized_client":
        advice = "the app must be a server app with the JWT auth flow enabled"
    elif kind == "invalid_grant":
        advice = "check jwt: it may be expired, revoked, of another app, or of another server_url"
    elif response.status >= 500:
        advice = "that is RingCentral's own trouble, try again later"
    else:
        advice = "check server_url, client_id, client_secret and jwt"
    said = f"[{code}] {words}" if code or words else f"HTTP {response.status}"
    return LoginRefused(
        f"RingCentral refused the login with {said}; {advice}", status=response.status, code=code, api_message=words
    )
