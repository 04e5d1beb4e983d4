# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A transport that plays a script, and a clock that only sleeping moves: no test waits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client, Credentials
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Request, Response
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import Record, User

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
CREDENTIALS = Credentials(client_id="app", client_secret="s3cret-of-the-app", jwt="jwt-of-the-user")


def answer(status: int = 200, body: object = None, **headers: str) -> Response:
    """A response; header names are written with underscores."""
    text = body if isinstance(body, str) else json.dumps({} if body is None else body)
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


@dataclass
class Clock:
    """Seconds since an arbitrary start; ``naps`` is what was slept."""

    seconds: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1000.0)


@dataclass
class ScriptedWire:
    """Answers each request with the next entry: (what is expected as "METHOD /path", answer or error).

    A logout needs no entry, wherever it comes, if ``allows_logout``.
    """

    script: list[tuple[str, Response | RingCentralError]]
    sent: list[Request] = field(default_factory=list)
    closed: bool = False
    allows_logout: bool = False

    def send(self, request: Request) -> Response:
        if self.allows_logout and str(request) == REVOKE:
            self.sent.append(request)
            return answer()
        assert self.script, f"nothing more was expected, but {request} was sent"
        expected, reply = self.script.pop(0)
        assert str(request) == expected
        self.sent.append(request)
        if isinstance(reply, RingCentralError):
            raise reply
        return reply

    def close(self) -> None:
        self.closed = True

    def done(self) -> None:
        assert not self.script, f"never asked for: {self.script}"


TOKEN = "POST /restapi/oauth/token"
REVOKE = "POST /restapi/oauth/revoke"
ACCOUNT = "/restapi/v1.0/account/~"
LIST = f"GET {ACCOUNT}/extension"
BULK = f"POST {ACCOUNT}/extension-bulk-update"


def log_in(token: str = "token-1") -> tuple[str, Response]:
    return TOKEN, answer(body={"access_token": token, "expires_in": 3600})


def client(
    wire: ScriptedWire, clock: Clock, *, max_wait: float = 900, credentials: Credentials = CREDENTIALS
) -> Client:
    return Client(wire, credentials, account="~", max_wait=max_wait, clock=clock, sleep=clock.sleep)


def user(number: int = 1, **fields: Any) -> User:
    """A pending user who may be mailed, unless ``fields`` say otherwise."""
    values: dict[str, Any] = {
        "id": str(4000 + number),
        "name": f"Person {number}",
        "first_name": "Person",
        "last_name": str(number),
        "email": f"person{number}@example.com",
        "email_as_login_name": False,
        "extension_number": str(100 + number),
        "status": "not_activated",
        "type": "user",
        "site": "Main Site",
        "department": "Sales",
        "job_title": "",
        "employee_id": "",
        "roles": (),
        "hidden": False,
        "created_at": NOW - timedelta(days=30),
    }
    return User(**{**values, **fields})


def record(number: int = 1, **fields: Any) -> Record:
    """The ledger's record of an invitation that went out an hour ago, unless ``fields`` say otherwise."""
    values: dict[str, Any] = {
        "user_id": str(4000 + number),
        "state": "invited",
        "attempts": 1,
        "claimed_at": NOW - timedelta(hours=1),
        "last_invited_at": NOW - timedelta(hours=1),
        "run": "earlier",
        "email": f"person{number}@example.com",
    }
    return Record(**{**values, **fields})


def extension(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A record of the extension list, as RingCentral writes it."""
    contact = {"firstName": "Person", "lastName": str(number), "email": f"person{number}@example.com"}
    return {
        "id": 4000 + number,
        "name": f"Person {number}",
        "extensionNumber": str(100 + number),
        "status": "NotActivated",
        "type": "User",
        "contact": contact,
        "creationTime": "2026-01-01T00:00:00Z",
        **fields,
    }


def page(records: Sequence[Mapping[str, Any]], *, more: bool = False) -> Response:
    navigation = {"nextPage": {"uri": "https://elsewhere.example.net/steal"}} if more else {}
    paging = {"perPage": 1000} if more else {"perPage": 1000, "totalPages": 1}
    return answer(body={"records": list(records), "navigation": navigation, "paging": paging})
