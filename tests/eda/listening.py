# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-rulebook with a rulebook of the collection, and an AWX that only remembers what it was asked to launch."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlparse

from checkout import COLLECTIONS

SECONDS = 150
TOKEN = "a-token-of-this-test"
ASKED = ("limit", "variables")
TEMPLATE = {
    "id": 9,
    "type": "job_template",
    "name": "RingCentral onboarding",
    "related": {"launch": "/api/v2/job_templates/9/launch/"},
    "summary_fields": {"organization": {"name": "Default"}},
    **{
        f"ask_{what}_on_launch": what in ("limit", "variables")
        for what in ("limit", "labels", "inventory", "variables")
    },
}


@dataclass
class Awx:
    """What ansible-rulebook needs of AWX: to find one job template, to launch it, and to be told that the job ended."""

    launched: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    @contextlib.contextmanager
    def serving(self) -> Iterator[Awx]:
        awx = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(awx.answer(urlparse(self.path)))

            def do_POST(self) -> None:
                assert self.path == TEMPLATE["related"]["launch"]
                assert self.headers["Authorization"] == "Bearer awx-token"
                awx.launched.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._send({"url": f"/api/v2/jobs/{len(awx.launched)}/"})

            def _send(self, document: Any) -> None:
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def answer(self, url: Any) -> Any:
        if url.path.endswith("/unified_job_templates/"):
            named = parse_qs(url.query)["name"] == [TEMPLATE["name"]]
            return {"results": [TEMPLATE] if named else [], "next": None}
        if url.path.endswith("/unified_jobs/"):
            numbers = parse_qs(url.query)["id__in"][0].split(",")
            jobs = [{"id": int(number), "status": "successful", "artifacts": {}, "created": ""} for number in numbers]
            return {"results": jobs, "next": None}
        return {"version": "24.6.1"}


@dataclass
class Rulebook:
    """A rulebook that listens."""

    port: int
    log: Path
    awx: Awx

    def send(self, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """A request as RingCentral sends it: its status, headers and body. Underscores in names are hyphens."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/ringcentral", data=data, method="POST")
        request.add_header("Content-Type", "application/json; charset=UTF-8")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, dict(refusal.headers), refusal.read()

    def notify(self, body: Any, token: str = TOKEN) -> int:
        return self.send(body, Verification_Token=token)[0]

    def launched(self, number: int) -> list[dict[str, Any]]:
        """What was launched, once there are so many."""
        wait_for(lambda: len(self.awx.launched) >= number, self.log)
        return self.awx.launched


@contextlib.contextmanager
def listening(folder: Path, rulebook: str, variables: Mapping[str, Any]) -> Iterator[Rulebook]:
    """Run a rulebook: one named in a collection, or a file."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "rulebook.log"
    (folder / "hosts.yml").write_text("all: {hosts: {localhost: {}}}", encoding="utf-8")
    known = {"ringcentral_webhook_port": port, "ringcentral_verification_token": TOKEN, **variables}
    (folder / "vars.yml").write_text(json.dumps(known), encoding="utf-8")
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "EDA_JOB_TEMPLATE_REFRESH_DELAY": "0.1",
    }
    with Awx().serving() as awx, log.open("wb") as output:
        to_awx = ["--controller-url", awx.url, "--controller-token", "awx-token"]
        files = ["--inventory", "hosts.yml", "--vars", "vars.yml"]
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "ansible-rulebook"), "--rulebook", rulebook, *files, *to_awx, "-vv"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(lambda: is_open(port) or process.poll() is not None, log)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield Rulebook(port, log, awx)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for(condition: Any, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.05)
