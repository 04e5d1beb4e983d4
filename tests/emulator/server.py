# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the emulator: on a thread for pytest, or as the program itself."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from copy import deepcopy
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from .account import Account
from .app import RingCentral
from .control import make_app
from .faces import Faces
from .faults import Faults
from .world import CLIENT_ID, CLIENT_SECRET, JWT, World

Result = TypeVar("Result")


class Emulator:
    """RingCentral on loopback, as a context manager; the options are those of ``World``.

    ``tls`` is a server context; then ``url`` is https. State is changed on the server's own thread; what is
    read here (``outbox``, ``log``, ``state()``) are copies.
    """

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.world = World(**options)
        self.clock = self.world.clock
        self.url = ""
        self._port, self._tls = port, tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)

    def __enter__(self) -> Emulator:  # noqa: PYI034  # typing.Self came with Python 3.11
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @property
    def account(self) -> Account:
        """What RingCentral keeps, to look at and to prepare. Not a copy."""
        return self.world.account

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def faces(self) -> Faces:
        """How unkind the account is, to look at and to change. Not a copy."""
        return self.world.faces

    @property
    def outbox(self) -> list[dict[str, Any]]:
        return self._at_rest(self.world.mails)

    @property
    def log(self) -> list[dict[str, Any]]:
        return self._at_rest(lambda: [dict(entry) for entry in self.world.log])

    def state(self) -> dict[str, Any]:
        return self._at_rest(lambda: deepcopy(self.world.state()))

    def reset(self) -> None:
        """The account as it was in the beginning, with an empty log; the clock goes on."""
        self._at_rest(self.world.reset)

    def env(self) -> dict[str, str]:
        """The variables that the modules read."""
        return {
            "RC_SERVER_URL": self.url,
            "RC_APP_CLIENT_ID": CLIENT_ID,
            "RC_APP_CLIENT_SECRET": CLIENT_SECRET,
            "RC_USER_JWT": JWT,
        }

    def new_access_token(self) -> str:
        """A session that somebody else has opened."""
        return self._at_rest(lambda: self.account.log_in().token)

    def _at_rest(self, action: Callable[[], Result]) -> Result:
        """Do something between two requests, on the server's own thread: looking also does what is due by now."""
        if not self._thread.is_alive() or threading.current_thread() is self._thread:
            return action()
        result: Future[Result] = Future()
        self._loop.call_soon_threadsafe(_settle, result, action)
        return result.result(timeout=60)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            runner = self._loop.run_until_complete(self._start())
        except BaseException as error:  # noqa: BLE001  # raised again by those who wait for it
            self._failure = error
            self._loop.close()
            self._ready.set()
            return
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _start(self) -> web.AppRunner:
        runner = web.AppRunner(make_app(RingCentral(self.world)), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port, ssl_context=self._tls)
        await site.start()
        port = runner.addresses[0][1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"
        return runner


def _settle(result: Future[Result], action: Callable[[], Result]) -> None:
    try:
        result.set_result(action())
    except BaseException as error:  # noqa: BLE001  # belongs to the thread that asked
        result.set_exception(error)
