# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST API: lists with filters and pages, objects, what is attached to them, tokens."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .api import Api
from .store import Record, Refused, Store
from .users import User

USER, PASSWORD = "admin", "made-up-password"
LARGEST = 1_000_000  # bytes of a request
VERSION = "24.6.1"


@dataclass(frozen=True)
class Entry:
    """A request as it came in, and how it was answered."""

    method: str
    path: str
    body: Any
    status: int


class Controller:
    """AWX on loopback, as a context manager. ``playbooks`` are those in the repository of every project."""

    def __init__(self, playbooks: Iterable[str] = (), *, page_size: int = 25) -> None:
        self.store = Store(tuple(playbooks))
        self.api = Api(self.store, page_size)
        self.store.add("organizations", {"name": "Default", "description": ""})
        self.log: list[Entry] = []
        self.users = {USER: User(USER, PASSWORD, superuser=True)}
        self.tokens: dict[int, tuple[str, str]] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="awx", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Controller:  # noqa: PYI034  # typing.Self came with Python 3.11
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def env(self, user: str = USER) -> dict[str, str]:
        """The variables that awx.awx reads."""
        password = self.users[user].password
        return {"CONTROLLER_HOST": self.url, "CONTROLLER_USERNAME": user, "CONTROLLER_PASSWORD": password}

    def token_env(self) -> dict[str, str]:
        """The same for somebody who has a token already."""
        self.tokens[0] = (secrets.token_hex(), USER)
        return {"CONTROLLER_HOST": self.url, "CONTROLLER_OAUTH_TOKEN": self.tokens[0][0]}

    def add_user(self, name: str, **rights: Any) -> User:
        """Somebody with a password, and what they may do."""
        self.users[name] = User(name, f"password-of-{name}", **rights)
        return self.users[name]

    def writes(self, since: int = 0) -> list[Entry]:
        """The requests that were to change something, after so many requests."""
        return [one for one in self.log[since:] if one.method != "GET" and "/tokens/" not in one.path]

    def answer(self, method: str, target: str, authorization: str, body: Any) -> tuple[int, Any]:
        """One request at a time, from whatever thread."""
        with self._lock:
            url = urlsplit(target)
            try:
                status, answer = self._route(method, url.path, dict(parse_qsl(url.query)), authorization, body)
            except Refused as refused:
                status, answer = refused.status, refused.body
            self.log.append(Entry(method, target, body, status))
            return status, answer

    def _route(self, method: str, path: str, query: dict[str, str], authorization: str, body: Any) -> tuple[int, Any]:
        user = self._user(authorization)
        prefix, _root, rest = path.partition("/api/v2/")
        if prefix or not path.endswith("/") or not rest:
            raise Refused(404, detail="The requested resource could not be found.")
        parts = rest.strip("/").split("/")
        if parts[0] == "tokens":
            return self._tokens(user, method, parts)
        return self.api.answer(user, method, parts, query, body)

    def _user(self, authorization: str) -> User:
        scheme, _blank, value = authorization.partition(" ")
        for user in self.users.values():
            pair = base64.b64encode(f"{user.name}:{user.password}".encode()).decode()
            bearer = scheme == "Bearer" and (value, user.name) in self.tokens.values()
            if bearer or (scheme == "Basic" and value == pair):
                return user
        raise Refused(401, detail="Authentication credentials were not provided.")

    def _tokens(self, user: User, method: str, parts: list[str]) -> tuple[int, Record]:
        if method == "POST" and len(parts) == 1:
            number, token = len(self.log) + 1, secrets.token_hex()
            self.tokens[number] = (token, user.name)
            return 201, {"id": number, "type": "o_auth2_access_token", "token": token}
        if method == "DELETE" and len(parts) == 2 and int(parts[1]) in self.tokens:
            del self.tokens[int(parts[1])]
            return 204, {}
        raise Refused(404, detail="Not found.")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        controller = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                if length > LARGEST:
                    self.send_error(413)
                    return
                raw = self.rfile.read(length)
                status, answer = controller.answer(
                    self.command, self.path, self.headers.get("Authorization", ""), json.loads(raw) if raw else None
                )
                content = b"" if status == 204 else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("X-API-Product-Name", "AWX")
                self.send_header("X-API-Product-Version", VERSION)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815  # their names in the standard library

            def log_message(self, *_arguments: object) -> None:
                """The log is for tests to read."""

        return Handler
