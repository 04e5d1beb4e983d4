# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the emulator: on a thread for pytest, or as the program itself."""

from __future__ import annotations

import asyncio
import ssl
import threading
from copy import deepcopy
from types import TracebackType
from typing import Any

from aiohttp import web

from .app import RingCentral
from .control import make_app
from .world import CLIENT_ID, CLIENT_SECRET, JWT, World


class Emulator:
    """RingCentral on loopback, as a context manager; the options are those of ``World``.

    ``tls`` is a server context; then ``url`` is https. State is changed on the server's own thread; what is
    read here (``outbox``, ``log``, ``state()``) are copies.
    """

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.world = World(**options)
        self.clock = self.world.clock
        self.faults = self.world.faults
        self.account = self.world.account
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
    def outbox(self) -> list[dict[str, Any]]:
        return self.world.mails()

    @property
    def log(self) -> list[dict[str, Any]]:
        return deepcopy(self.world.log)

    def state(self) -> dict[str, Any]:
        return deepcopy(self.world.state())

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
        return self.account.log_in().token

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            runner = self._loop.run_until_complete(self._start())
        except OSError as error:
            self._failure = error
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
