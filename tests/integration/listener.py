# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of somebody who wants credentials that are not theirs."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class Listener:
    """A server that answers like a login and keeps all that reaches it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                heard.append(f"{self.requestline}\n{self.headers}\n{body.decode(errors='replace')}")
                answer = b'{"access_token": "planted", "token_type": "bearer"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = answer  # noqa: N815  # their names in the standard library

            def log_message(self, *_arguments: object) -> None:
                """What was heard is kept instead."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Listener:  # noqa: PYI034  # typing.Self came with Python 3.11
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
