# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks with the code of this checkout, or with that of an older commit, and measures what they take."""

from __future__ import annotations

import io
import json
import mmap
import resource
import shutil
import struct
import subprocess
import tarfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from checkout import COLLECTIONS, ROOT
from emulator import Emulator
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT
from integration.playing import BIN, Played, Player

EARLIER_COMMIT = "e984a37"
WANTED = ("galaxy.yml", "meta", "plugins", "roles", "playbooks", "examples")
VIRTUAL = Path(__file__).parent / "virtual"


@dataclass(frozen=True)
class Code:
    """A version of the collection: where its files are, and the collections path that leads there."""

    root: Path
    collections: Path


CHECKOUT = Code(ROOT, COLLECTIONS)


def earlier_code(commit: str = EARLIER_COMMIT, root: Path = ROOT, folder: Path = ROOT / "build/bench") -> Code | None:
    """The collection as it was at a commit, or None where it is not at hand (a shallow clone)."""
    collections = folder / commit
    code = Code(collections / "ansible_collections/onboard/ringcentral", collections)
    if code.root.exists():
        return code
    if not shutil.which("git"):
        return None
    archive = subprocess.run(["git", "-C", str(root), "archive", commit, *WANTED], capture_output=True, check=False)
    if archive.returncode:
        return None
    new = folder / f"{commit}.{uuid4().hex}"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(new, filter="data")
    code.root.parent.mkdir(parents=True, exist_ok=True)
    new.rename(code.root)  # in one step: an interrupted run leaves no half of it
    return code


class Shared:
    """What a play's processes share with the bench: the seconds they slept, and the rows they read from SQLite."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(16))
        self.environment = {"PYTHONPATH": str(VIRTUAL), "BENCH_SHARED": str(path)}
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 16)

    @property
    def slept(self) -> float:
        return float(struct.unpack_from("d", self._shared, 0)[0])

    @property
    def rows(self) -> int:
        return int(struct.unpack_from("q", self._shared, 8)[0])

    def drive(self, rc: Emulator) -> None:
        """Let the emulator's time be real time plus what the plays have slept."""
        seconds = rc.clock.seconds
        rc.clock.seconds = lambda: seconds() + self.slept  # type: ignore[method-assign]
        rc.faces.date = "real"  # datetime.now() does not follow the shared clock


@dataclass(frozen=True)
class Cost:
    """The cost of one play. ``seconds`` is wall-clock time; ``emulated`` adds the time that was not slept."""

    played: Played
    seconds: float
    processor: float
    slept: float
    rows: int

    @property
    def emulated(self) -> float:
        return self.seconds + self.slept


@dataclass
class Bench:
    """Someone who runs playbooks with one version of the collection."""

    code: Code
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    shared: Shared | None = None
    bin: Path = BIN

    def play(self, playbook: str | Path | list[dict[str, Any]], *options: str, **variables: Any) -> Cost:
        self.folder.mkdir(exist_ok=True)
        environment = {
            **self.environment,
            "ANSIBLE_COLLECTIONS_PATH": str(self.code.collections),
            "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.default",  # not the one that records: it costs time too
            **(self.shared.environment if self.shared else {}),
        }
        slept, rows = self._counted()
        started, before = time.monotonic(), processor()
        played = Player(self.folder, environment, patience=1200, bin=self.bin).play(playbook, *options, **variables)
        seconds, busy = time.monotonic() - started, processor() - before
        return Cost(played, seconds, busy, self._counted()[0] - slept, self._counted()[1] - rows)

    def _counted(self) -> tuple[float, int]:
        return (self.shared.slept, self.shared.rows) if self.shared else (0.0, 0)


def processor() -> float:
    """Seconds of the processor that all programs started here have taken. The emulator, a thread, is not among them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def write_inventory(path: Path, accounts: Mapping[str, Emulator]) -> Path:
    """An estate: a host for each account, with all that the role needs."""
    hosts = {
        host: {"reinvite_server_url": rc.url, "reinvite_expect_account": str(rc.account.id)}
        for host, rc in accounts.items()
    }
    login = {"reinvite_client_id": CLIENT_ID, "reinvite_client_secret": CLIENT_SECRET, "reinvite_jwt": JWT}
    here = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    path.write_text(json.dumps({"accounts": {"hosts": hosts, "vars": login | here}}), encoding="utf-8")
    return path


def median(numbers: Sequence[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]
