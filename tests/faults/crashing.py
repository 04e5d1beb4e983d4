# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as a process of its own, as Ansible starts it, that can be killed at any request."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from checkout import COLLECTIONS
from emulator import Emulator

MODULES = "ansible_collections.onboard.ringcentral.plugins.modules"
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


@dataclass(frozen=True)
class Way:
    """A way to invite the same people: a module and its options, apart from connection and ledger.

    ``refused`` are extension numbers of users that RingCentral refuses in each run.

    Whatever mails belongs into the table of the tests that kill: a run is killed at each of its requests, so that one
    with waves or batches is killed between any two of them too.
    """

    options: Mapping[str, Any]
    module: str = "rc_send_invite"
    refused: frozenset[str] = frozenset()


class Process:
    """One run of a module; ``most_memory`` are the bytes that it may take, if there is a limit."""

    def __init__(self, rc: Emulator, folder: Path, ledger: Path, way: Way, *, most_memory: int = 0) -> None:
        arguments = {"ledger": {"path": str(ledger)}, **way.options}
        self._popen = subprocess.Popen(
            [sys.executable, "-c", _program(f"{MODULES}.{way.module}", most_memory)],
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

    def signal(self, number: int) -> None:
        """Ask it to stop."""
        self._popen.send_signal(number)

    def kill(self) -> None:
        """SIGKILL: nothing is cleaned up."""
        self._popen.kill()
        self._popen.communicate(timeout=SECONDS)


def _program(module: str, most_memory: int) -> str:
    """What runs a module, in so many bytes of memory."""
    limit = f"resource.setrlimit(resource.RLIMIT_AS, ({most_memory}, {most_memory}))" if most_memory else "pass"
    return f"import resource, runpy; {limit}; runpy.run_module({module!r}, run_name='__main__')"


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
