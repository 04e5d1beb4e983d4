# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A logged-in client: one session, paced requests, and retries only where they cannot mail a user twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote

from ._answers import error_words, identifier, prove, task_identifier
from ._errors import Interrupted, RingCentralError, TransportError, UnusableAnswer, Verdict, WrongClock
from ._http import Params, Request, Response, Wire
from ._login import Credentials, Session, login_request, logout_request, parse_login
from ._operations import (
    BULK_SIZE,
    BULK_UPDATE,
    CORRECT_CONTACT,
    CREATE_FIELD,
    LIST_EXTENSIONS,
    LIST_FIELDS,
    READ_ACCOUNT,
    READ_EXTENSION,
    READ_TASK,
    REVOKE,
    SEARCH_DIRECTORY,
    TOKEN,
    UPDATE_EXTENSION,
    WRITE_FIELD,
    Operation,
)
from ._pacing import Budget, Pacer
from ._paging import read_whole
from ._replies import allows_new_login, api_error, codes_of, is_limited, is_same_time, pause_before_retry, verdict_of
from ._secrets import Redactor

__all__ = [
    "BULK_SIZE",
    "BULK_UPDATE",
    "CORRECT_CONTACT",
    "CREATE_FIELD",
    "LIST_EXTENSIONS",
    "LIST_FIELDS",
    "READ_ACCOUNT",
    "READ_EXTENSION",
    "READ_TASK",
    "SEARCH_DIRECTORY",
    "UPDATE_EXTENSION",
    "WRITE_FIELD",
    "Client",
    "Credentials",
    "Operation",
    "error_words",
]

READ_ATTEMPTS = 5
"""How often a read is tried on broken connections and 5xx; the pauses between are 1, 2, 4 and 8 s."""

PAGE_SIZE = 1000
"""Records of a list that are asked for at once, the most that RingCentral gives."""


Listener = Callable[[Operation, Response], None]


class Client:
    """RingCentral's API for one account. Use it as a context manager: leaving it ends the session.

    ``sleep`` and ``clock`` (monotonic) are in seconds; ``on_secret`` hears of each secret that could come
    back in an answer, so that it can be kept out of every output. ``now`` is the controller's own time, to be
    compared with RingCentral's (None: not compared); ``random`` gives numbers from 0 up to 1. ``max_work``,
    ``on_wait`` and ``interrupted`` are those of ``Budget``. ``on_page`` hears after each page of a list how many
    records were read, and of how many, if RingCentral says so.
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
        now: Callable[[], datetime] | None = None,
        random: Callable[[], float] = lambda: 0.0,
        max_work: float | None = None,
        on_wait: Callable[[float, str], None] = lambda _seconds, _why: None,
        on_page: Callable[[int, Any], None] = lambda _read, _total: None,
        interrupted: Callable[[], str] = lambda: "",
    ) -> None:
        self.warnings: list[str] = []
        self.session: Session | None = None
        """The newest login, none with an ``access_token``."""
        self.headers: dict[str, Mapping[str, str]] = {}
        """Those of the newest answer of each rate group, with names in lower case."""
        self._wire = wire
        self._credentials = credentials
        self._account = account
        self._budget = Budget(max_wait, sleep, clock, max_work=max_work, on_wait=on_wait, interrupted=interrupted)
        self._clock = clock
        self._pacer = Pacer(clock, random)
        self._on_secret = on_secret
        self._on_page = on_page
        self._redactor = Redactor()
        self._unproven_clock = now
        self._is_ending = False
        self._listeners: list[Listener] = []
        self._token = credentials.access_token
        self._is_kept = bool(credentials.access_token)  # the caller who passed the token ends its session
        self._requests: Counter[str] = Counter()
        self._retries = 0
        self._redactor.add(*credentials.secrets)
        for secret in credentials.secrets:
            on_secret(secret)

    def __enter__(self) -> Client:  # noqa: PYI034  # typing.Self came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if not self._is_kept:
                self.end_session(self._token)
        finally:
            self._token = ""
            self._wire.close()

    def stats(self) -> dict[str, Any]:
        """The use of the API: ``requests`` by rate group, ``retries``, ``waited_seconds``."""
        return {
            "requests": {group: self._requests[group] for group in sorted(self._requests)},
            "retries": self._retries,
            "waited_seconds": round(self._budget.waited, 1),
        }

    def wait(self, seconds: float, why: str) -> None:
        """Wait on behalf of a caller, at the expense of ``max_wait``."""
        self._budget.wait(seconds, why)

    def pause(self, seconds: float) -> None:
        """Wait because the caller was asked to, so not at the expense of ``max_wait``."""
        self._budget.pause(seconds)

    def idle(self, seconds: float) -> None:
        """Count such a time, in which a person was asked something, as neither waiting nor work."""
        self._budget.idle(seconds)

    def listen(self, listener: Listener) -> None:
        """Pass each answer to ``listener`` as it arrives, but for those that open and end sessions."""
        self._listeners.append(listener)

    def warn(self, message: str) -> None:
        """Add to ``warnings``, each once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def redact(self, text: str) -> str:
        """The text without this run's secrets, in whatever form they are in it."""
        return self._redactor.text(text)

    def call(
        self,
        operation: Operation,
        ids: Mapping[str, str] | None = None,
        *,
        params: Params | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Do one operation and return its answer; ``ids`` fill the path.

        Anything but status 200 with a JSON object that is about what was asked for is an UnusableAnswer: it may
        come from a portal or proxy on the way, and so says nothing about what RingCentral did.
        """
        ids = ids or {}
        path = operation.path.format(account=self._account, **{name: _quoted(name, ids[name]) for name in ids})
        request = Request(operation.method, path, params or {}, json=json)
        response = self._authorized(operation, request)
        document = response.document()
        if document is None:
            raise UnusableAnswer(f"{request} was answered, but not with JSON: check server_url and proxies")
        if response.status != 200:
            raise UnusableAnswer(f"{request} was answered with HTTP {response.status}, which is not how it succeeds")
        prove(operation.proof, ids.get(operation.proof, ""), document, request)
        return document

    def pages(
        self, operation: Operation, params: Params, *, json: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The records of a list, all of them (see ``_paging``). A list that is searched for has its search in ``json``.

        The links in an answer are never followed.
        """
        read = 0

        def ask(page: int) -> dict[str, Any]:
            nonlocal read
            paging = {"page": page, "perPage": PAGE_SIZE}
            if json is None:
                answer = self.call(operation, params={**params, **paging})
            else:
                answer = self.call(operation, params=params, json={**json, **paging})
            records, said = answer.get("records"), answer.get("paging")
            read = (read if page > 1 else 0) + (len(records) if isinstance(records, list) else 0)
            self._on_page(read, said.get("totalElements") if isinstance(said, dict) else None)
            return answer

        what = f"{operation.method} {operation.path.format(account=self._account)}"
        yield from read_whole(ask, lambda pause: self.wait(pause, f"reading the list {what} again"), what).values()

    def open_session(self) -> Session:
        """Log in for a session that is the caller's: it is not ended here, and ``on_secret`` does not hear of it."""
        request = login_request(self._credentials)
        try:
            response = self._exchange(TOKEN, request)
        except TransportError as error:
            # the request that needed the login was not sent
            raise TransportError(error.message, sent=False) from None
        session = parse_login(request, response)
        self._redactor.add(session.token)
        try:
            self._check_clock(response)
        except WrongClock:
            self.end_session(session.token)
            raise
        self.session = session
        self._token, self._is_kept = session.token, True
        return session

    def end_session(self, token: str) -> bool:
        """Try once to end a session, without waiting; whether it ended. If not, a warning says so."""
        if not token:
            return False
        trouble = "the limit of logins and logouts is used up for now"
        if not self._pacer.is_scarce(REVOKE.group):
            try:
                status = self._send(REVOKE, logout_request(self._credentials, token)).status
            except RingCentralError as error:
                trouble = error.message
            else:
                if status < 300:
                    return True
                trouble = f"HTTP {status}"
        self.warn(f"The session could not be ended and lives until it expires: {trouble}")
        return False

    def _log_in(self) -> None:
        self._token = ""
        self._on_secret(self.open_session().token)
        self._is_kept = False

    def _authorized(self, operation: Operation, request: Request) -> Response:
        if not self._token:
            self._log_in()
        response = self._exchange(operation, self._signed(request))
        if response.status == 401 and not self._credentials.access_token and allows_new_login(operation, response):
            # the session ended early (expired, or pushed out by a sixth one)
            self._retries += 1
            self._log_in()
            response = self._exchange(operation, self._signed(request))
        if not operation.once:
            self._check_clock(response)
        if response.status >= 300:
            raise api_error(operation, request, response, handed_in=bool(self._credentials.access_token))
        return response

    def _signed(self, request: Request) -> Request:
        return replace(request, authorization=f"Bearer {self._token}")

    def _exchange(self, operation: Operation, request: Request) -> Response:
        """Send, and send again where that is harmless. Returns the last answer, whatever its status."""
        failures = 0
        while True:
            outcome = self._send_once(operation, request)
            if isinstance(outcome, Response) and is_limited(operation, outcome):  # its wait is the pacer's
                self._retries += 1
                continue
            pause = pause_before_retry(outcome, failures)
            failures += 1
            if operation.once or pause is None or failures >= READ_ATTEMPTS or not self._budget.affords(pause):
                if isinstance(outcome, TransportError):
                    raise outcome
                return outcome
            self._retries += 1
            self._budget.wait(pause, f"trying {request} again")

    def _send_once(self, operation: Operation, request: Request) -> Response | TransportError:
        self._check_end(request)
        self._budget.wait(self._pacer.delay(operation.group), f"the rate limit of the group {operation.group}")
        self._budget.check_work()
        try:
            return self._send(operation, request)
        except TransportError as error:
            return error

    def _send(self, operation: Operation, request: Request) -> Response:
        self._requests[operation.group] += 1
        sent = self._clock()
        try:
            response = self._wire.send(request)
        except TransportError:
            self._pacer.lost(operation.group)
            raise
        response = replace(response, text=self._redactor.body(response.text))
        self.headers[operation.group] = response.headers
        is_rate = response.status != 429 or verdict_of(response) is Verdict.LIMITED or not codes_of(response)
        self._pacer.observe(operation.group, response.status if is_rate else 400, response.headers, sent=sent)
        for listener in self._listeners if operation.group != TOKEN.group else ():
            listener(operation, response)
        return response

    def _check_end(self, request: Request) -> None:
        """Raise Interrupted if the run should end: once, so that it can settle, and before each request that mails."""
        if not self._is_ending or _is_invitation(request.json or {}):
            try:
                self._budget.check_interruption()
            except Interrupted:
                self._is_ending = True
                raise

    def _check_clock(self, response: Response) -> None:
        """WrongClock if the first answer with a readable date shows another time than the controller's clock."""
        if self._unproven_clock and is_same_time(response, self._unproven_clock()):
            self._unproven_clock = None


def _quoted(name: str, value: str) -> str:
    """An id for a path; TransportError if it is not an id, since others can write to a ledger."""
    found = task_identifier(value) if name == "task" else identifier(value)
    if not found and (name, value) != ("extension", "~"):
        raise TransportError(f"{value[:40]!r} is not the id of {name}; nothing was sent", sent=False, repeatable=False)
    return quote(value, safe="~")


def _is_invitation(json: Mapping[str, Any]) -> bool:
    records = json.get("records") or [json]
    return any("transition" in record for record in records)
