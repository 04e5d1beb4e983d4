# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prism stands between modules and emulator, and answers in its own name if either breaks our contract."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from emulator import Emulator
from machine import Machine

CONTRACT = Path(__file__).parents[1] / "contract" / "ringcentral.yml"


@pytest.fixture
def prism(rc: Emulator, modules: Path, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The address of a validating proxy before the emulator, and what it wrote."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "prism.log"
    command = [modules / ".bin" / "prism", "proxy", "--errors", "--host=127.0.0.1", f"--port={port}", CONTRACT, rc.url]
    with log.open("w", encoding="utf-8") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            until = time.monotonic() + 60
            while not answers(url):
                assert process.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until, log.read_text(encoding="utf-8")
                time.sleep(0.1)
            yield SimpleNamespace(url=url, clock=rc.clock, log=log)
        finally:
            process.terminate()


def answers(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return False
    return True


def complaints(prism: SimpleNamespace) -> list[str]:
    """What Prism wrote about requests and answers. It writes later than it answers, so a last request is waited for."""
    requests.get(f"{prism.url}/last", timeout=10)
    until = time.monotonic() + 30
    while " get /last ✖" not in (log := prism.log.read_text(encoding="utf-8")):
        assert time.monotonic() < until, log
        time.sleep(0.05)
    ours = [line for line in log.splitlines() if " get / " not in line and " get /last " not in line]
    return [line for line in ours if "✖" in line or "⚠" in line]


def test_no_request_and_no_answer_breaks_the_contract(rc: Emulator, prism: SimpleNamespace) -> None:
    machine: Any = Machine(prism)
    people = machine.info()["users"]
    assert len(people) > 20
    rc.clock.advance(60)  # more logins a minute than the documented limit has
    assert machine.invite(limit=2, transport="single", ledger={"backend": "none"})["counts"]["invited"] == 2
    assert machine.invite(limit=5)["counts"]["invited"] == 5
    rc.clock.advance(60)
    pending = next(one for one in people if one["status"] == "not_activated" and one["email"].endswith("@example.com"))
    assert machine.correct(user=pending["id"], email="corrected@example.com", job_title="Analyst")["changed"]
    asked = {entry["operation"] for entry in rc.log if entry["status"] == 200}
    assert asked >= {
        "getToken", "revokeToken", "readAccountInfo", "listExtensions", "readExtension", "updateExtension",
        "extensionBulkUpdate", "listCustomFields", "searchDirectoryEntries",
    }  # fmt: skip
    assert complaints(prism) == []
    assert rc.state()["violations"] == []
    assert rc.state()["open_sessions"] == []


def test_what_breaks_the_contract_never_reaches_the_emulator(rc: Emulator, prism: SimpleNamespace) -> None:
    headers = {"Authorization": f"Bearer {rc.new_access_token()}"}
    before = len(rc.log)
    wrong = requests.post(
        f"{prism.url}/restapi/v1.0/account/~/extension-bulk-update",
        json={"records": [{"id": 5}]},
        headers=headers,
        timeout=10,
    )
    assert wrong.status_code == 422
    assert "records" in wrong.text
    assert complaints(prism)
    assert len(rc.log) == before
