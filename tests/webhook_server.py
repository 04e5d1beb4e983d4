# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real web server on loopback that keeps what it gets, and answers well or badly."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme

TOKEN = "s3cr3tT0kenOfTheHook"  # of a server on loopback


@dataclass(frozen=True)
class Got:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class WebServer:
    """``with WebServer() as web`` serves until the end of the block. ``status`` and ``answer`` are what it says to each
    request; ``trouble`` is ``silent``, ``endless`` or ``dripping``. With ``folder`` it uses TLS; its CA is there.
    """

    status: int = 200
    answer: bytes = b"ok"
    trouble: str = ""
    folder: Path | None = None
    got: list[Got] = field(default_factory=list)

    def __enter__(self) -> WebServer:  # noqa: PYI034  # typing.Self came with Python 3.11
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, self._over))
        self._server.daemon_threads = True
        self.ca_path: str | None = None
        if self.folder:
            authority = trustme.CA()
            self.ca_path = str(self.folder / "web-ca.pem")
            authority.cert_pem.write_to_path(self.ca_path)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1").configure_cert(context)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.folder else 'http'}://{self.host}/hooks/{TOKEN}?sig={TOKEN}%2Fa%2Bb"

    def hook(self, **more: Any) -> dict[str, Any]:
        """The options of a webhook or an upload that reach it."""
        return {"url": self.url, "ca_path": self.ca_path, **more}


def _handler(web: WebServer, over: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            web.got.append(Got(self.command, self.path, dict(self.headers.items()), body))
            if web.trouble == "silent":
                over.wait(30)
                return
            if web.trouble == "dripping":
                with contextlib.suppress(OSError):
                    for char in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
                        if over.wait(0.05):
                            return
                        self.wfile.write(bytes([char]))
                return
            self.send_response(web.status)
            if 300 <= web.status < 400:
                self.send_header("Location", f"http://{web.host}/elsewhere")
            if web.trouble == "endless":
                self.end_headers()
                with contextlib.suppress(OSError):
                    while not over.is_set():
                        self.wfile.write(b"x" * 4096)
                return
            self.send_header("Content-Length", str(len(web.answer)))
            self.end_headers()
            self.wfile.write(web.answer)

        do_GET = do_POST = do_PUT = _take  # noqa: N815  # their names in the standard library

        def log_message(self, *_arguments: object) -> None:
            """What was got is kept instead."""

    return Handler
