# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook as a person does, and reads back what it came to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checkout import COLLECTIONS, ROOT
from emulator import Emulator

CALLBACKS = Path(__file__).parent / "callbacks"
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Played:
    """One run that has ended."""

    code: int
    output: str
    tasks: list[dict[str, Any]]
    stats: dict[str, dict[str, int]]
    custom: dict[str, Any]

    def ended(self, task: str) -> dict[str, Any]:
        """The task whose name ends so: its name, host, status and result."""
        found = [one for one in self.tasks if one["name"].endswith(task)]
        assert found, f"no task {task!r} in\n{self.output}"
        return found[-1]

    def result(self, task: str) -> dict[str, Any]:
        return self.ended(task)["result"]

    @property
    def invitations(self) -> dict[str, Any]:
        return self.result("Invite users who have not activated")

    @property
    def table(self) -> list[str]:
        """The lines below the warnings."""
        return [line for line in self._shown if not line.startswith("WARNING ")]

    @property
    def warnings(self) -> list[str]:
        """The warnings above the table."""
        return [line.removeprefix("WARNING ") for line in self._shown if line.startswith("WARNING ")]

    @property
    def _shown(self) -> list[str]:
        return self.result("Show who was invited, who was not, and why")["msg"]

    @property
    def changed(self) -> int:
        return sum(host["changed"] for host in self.stats.values())

    @property
    def failure(self) -> str:
        """The message of the task that ended the play."""
        failed = [one for one in self.tasks if one["status"] == "failed"]
        assert len(failed) == 1, self.output
        return failed[0]["result"]["msg"]


@dataclass
class Player:
    """A person's machine: a home, a folder to work in, and an environment. Nothing of the real ones reaches it."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 300
    bin: Path = BIN

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def ledger(self) -> Path:
        return self.home / ".local/state/onboard.ringcentral/ledger.sqlite3"

    @property
    def reports(self) -> Path:
        return self.folder / "reinvite-reports"

    def report(self, host: str = "localhost") -> dict[str, Any]:
        return json.loads((self.reports / f"{host}.json").read_text(encoding="utf-8"))

    def run(
        self, program: str, *arguments: str, stderr: int = subprocess.STDOUT, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of Ansible's programs as that person, with more variables in the environment."""
        self.home.mkdir(exist_ok=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            **self.environment,
            **more,
        }
        return subprocess.run(
            [str(self.bin / program), *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=self.patience,
        )

    def play(self, playbook: str | Path | list[dict[str, Any]], *options: str, **variables: Any) -> Played:
        """Run a playbook: a file, one named in a collection, or the plays themselves. Variables keep their types."""
        record = self.folder / "record.json"
        record.unlink(missing_ok=True)
        if isinstance(playbook, list):
            path = self.folder / "play.yml"
            path.write_text(json.dumps(playbook), encoding="utf-8")
            playbook = path
        ended = self.run(
            "ansible-playbook", str(playbook), "-e", json.dumps(variables), *options, RECORD_TO=str(record)
        )
        recorded = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
        return Played(
            ended.returncode,
            ended.stdout,
            recorded.get("tasks", []),
            recorded.get("stats", {}),
            recorded.get("custom", {}),
        )


def role_play(**variables: Any) -> list[dict[str, Any]]:
    """A play of the role alone."""
    return [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **variables},
            "roles": ["onboard.ringcentral.reinvite"],
        }
    ]


# For runs that follow each other faster than the documented limits allow; what is about limits keeps them.
NO_LIMITS = {"Auth": 1000, "Light": 1000, "Medium": 1000, "Heavy": 1000}

# The options of the connection, and the variables that stand in for them.
CONNECTION = {
    "server_url": "RC_SERVER_URL",
    "client_id": "RC_APP_CLIENT_ID",
    "client_secret": "RC_APP_CLIENT_SECRET",
    "jwt": "RC_USER_JWT",
}


def mailed(rc: Emulator) -> list[str]:
    """The ids of those who were mailed, one for each mail."""
    return [str(mail["extension_id"]) for mail in rc.outbox]


def writes(rc: Emulator, since: int = 0) -> list[str]:
    """The operations that were asked to change something, after so many requests."""
    return [entry["operation"] for entry in rc.log[since:] if entry["method"] != "GET" and entry["group"] != "Auth"]


def requests(rc: Emulator, since: int = 0) -> dict[str, int]:
    """How often each operation was asked for, after so many requests."""
    return dict(Counter(str(entry["operation"]) for entry in rc.log[since:]))
