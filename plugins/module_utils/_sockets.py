# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of ``requests`` that can be cut from another thread.

Its timeouts are for each read, so a server that sends a byte now and then is never too late. Cutting the
connection ends whatever is waited for: headers, a body, or 100-continue without end.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Any

try:
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
except ImportError:  # _http says so; nothing here is used then
    HTTPAdapter = object  # type: ignore[assignment,misc]

if TYPE_CHECKING:
    from urllib3 import PoolManager


class Watch:
    """Knows the sockets that are open, and cuts them once the time of a request is up, from any thread."""

    def __init__(self) -> None:
        self.is_over = False
        self._sockets: list[socket.socket] = []

    def begin(self) -> None:
        """A request begins: its time is not up."""
        self.is_over = False

    def end(self) -> None:
        """The time is up. Nothing more can be sent or received, on connections that are yet to be made either."""
        self.is_over = True
        for sock in self._sockets:
            _cut(sock)

    def add(self, connected: socket.socket) -> None:
        """Watch another socket."""
        self._sockets = [*(sock for sock in self._sockets if sock.fileno() >= 0), connected]
        if self.is_over:
            _cut(connected)


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError, TypeError):  # closed already, or not a real one
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # that of TLS sockets would go on in plain text


class Adapter(HTTPAdapter):
    """Reports each connection to ``watch``, through proxies too."""

    def __init__(self, watch: Watch) -> None:
        self._pools = _pools(watch)
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: Any, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(watch: Watch) -> dict[str, Any]:
    """urllib3's own pools, but with connections that report themselves."""

    def reporting(connection: Any) -> Any:
        class Reporting(connection):  # type: ignore[misc]
            def _new_conn(self) -> Any:
                plain = super()._new_conn()
                watch.add(plain)  # a proxy may take its time before there is a connection
                return plain

            def connect(self) -> None:
                super().connect()
                watch.add(self.sock)

        return Reporting

    def pool(base: Any) -> Any:
        return type(base.__name__, (base,), {"ConnectionCls": reporting(base.ConnectionCls)})

    return {"http": pool(HTTPConnectionPool), "https": pool(HTTPSConnectionPool)}
