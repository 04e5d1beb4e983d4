# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as a process of its own, as Ansible starts it, that can be killed at any request."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from checkout import COLLECTIONS
from emulator import Emulator

MODULE = "ansible_collections.onboard.ringcentral.plugins.modules.rc_send_invite"
SECONDS = 60
"""After which a process that should have ended or asked something has hung."""


@dataclass(frozen=True)
class Ended:
    """What a process that was not killed came to."""

    result: dict[str, Any]
    errors: str

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """The results by user id."""
        return {entry["id"]: entry for entry in self.result.get("results", ())}


class Process:
    """One run of rc_send_invite; the options are the module's."""

    def __init__(self, rc: Emulator, folder: Path, ledger: Path, **options: Any) -> None:
        arguments = {"all_pending": True, "ledger": {"path": str(ledger)}, **options}
        self._popen = subprocess.Popen(
            [sys.executable, "-m", MODULE],
            cwd=folder,
            env={**rc.env(), "PYTHONPATH": str(COLLECTIONS), "HOME": str(folder), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._popen.stdin
        self._popen.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
        self._popen.stdin.close()
        self._popen.stdin = None

    def ended(self) -> Ended:
        """Wait for the end."""
        try:
            output, errors = self._popen.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return Ended(json.loads(output), errors)

    def is_running(self) -> bool:
        return self._popen.poll() is None

    def kill(self) -> None:
        """SIGKILL: nothing is cleaned up."""
        self._popen.kill()
        self._popen.communicate(timeout=SECONDS)


def waits_to_be_held(rc: Emulator, process: Process) -> bool:
    """Whether the emulator came to hold a request of the process, rather than that the process ended."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        running = process.is_running()
        if requests.get(f"{rc.url}/_emulator/held.json", timeout=5).json():
            return True
        if not running:
            return False
        time.sleep(0.01)
    process.kill()
    raise TimeoutError("the process neither asked nor ended")


def release(rc: Emulator, *, drop: bool) -> None:
    """Let the held request go on, or lose it."""
    requests.post(f"{rc.url}/_emulator/release", params={"drop": str(drop).lower()}, timeout=5)
