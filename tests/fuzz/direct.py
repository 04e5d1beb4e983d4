# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator without sockets: a transport for the modules that asks it in the same process."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Request, Response
from emulator.app import RingCentral
from emulator.world import World

HOST = "http://127.0.0.1"
Spoil = Callable[[str, int, str], str]
"""From an operation, how often it was asked for before, and the text of its answer, to the text that arrives."""


class _Asked:
    """As much of an aiohttp request as the emulator looks at."""

    transport = None

    def __init__(self, request: Request) -> None:
        query = urlencode(dict(request.params), doseq=True)
        self.method = request.method
        self.url = self.rel_url = URL(f"{HOST}{request.path}{'?' if query else ''}{query}", encoded=True)
        self.path = self.url.path
        self.content_type = "application/x-www-form-urlencoded" if request.form is not None else "application/json"
        self.headers = CIMultiDict({"Authorization": request.authorization} if request.authorization else {})
        self._body = b"" if request.json is None else json.dumps(request.json).encode()
        if request.form is not None:
            self._body = urlencode(dict(request.form)).encode()

    async def read(self) -> bytes:
        return self._body


class DirectWire:
    """What the client needs of a transport; ``spoil`` may change each answer's text, ``page`` is all that a page of a
    list holds (0: as the account has it)."""

    def __init__(self, world: World, page: int = 0, spoil: Spoil = lambda _operation, _before, text: text) -> None:
        self.answers: list[tuple[str, int, str]] = []
        self._world, self._ringcentral = world, RingCentral(world)
        self._page, self._spoil = page, spoil
        self._asked: Counter[str] = Counter()

    def send(self, request: Request) -> Response:
        world = self._world
        world.faces.most_per_page = self._page or world.faces.most_per_page
        response = _at_once(self._ringcentral.handle(_Asked(request)))  # type: ignore[arg-type]
        operation = str(world.log[-1]["operation"])
        text = response.text or ""  # type: ignore[attr-defined]
        self.answers.append((operation, self._asked[operation], text))
        spoiled = self._spoil(operation, self._asked[operation], text)
        self._asked[operation] += 1
        headers = {name.lower(): value for name, value in response.headers.items()}
        date = {} if world.faces.date == "none" else {"date": world.date()}
        return Response(response.status, {**headers, **date}, spoiled)

    def close(self) -> None:
        """There is nothing to close."""


def _at_once(answering: Coroutine[Any, Any, web.StreamResponse]) -> web.StreamResponse:
    """The result of a coroutine that waits for nothing."""
    try:
        answering.send(None)
    except StopIteration as ended:
        response: web.StreamResponse = ended.value
        return response
    raise AssertionError("the emulator waits for something")
