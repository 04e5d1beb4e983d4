# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A logged-in session against an emulator, with nothing of our client in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from emulator import Emulator
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Caller:
    """``rc`` is the emulator; calls go below the account's path."""

    def __init__(self, rc: Emulator) -> None:
        self.rc = rc
        self.http = requests.Session()

    def oauth(self, what: str, secret: str = CLIENT_SECRET, **form: str) -> requests.Response:
        return self.http.post(f"{self.rc.url}/restapi/oauth/{what}", data=form, auth=(CLIENT_ID, secret))

    def log_in(self) -> str:
        token: str = self.oauth("token", grant_type=GRANT, assertion=JWT).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        return token

    def __call__(self, method: str, path: str = "", **more: Any) -> requests.Response:
        return self.http.request(
            method, f"{self.rc.url}/restapi/v1.0/account/~{path}", timeout=5, allow_redirects=False, **more
        )


@pytest.fixture
def emulate() -> Iterator[Callable[..., Caller]]:
    with ExitStack() as stack:

        def start(*, logged_in: bool = True, **options: Any) -> Caller:
            caller = Caller(stack.enter_context(Emulator(**options)))
            stack.callback(caller.http.close)
            if logged_in:
                caller.log_in()
            return caller

        yield start
