# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs jobs as AWX does: by ansible-runner, in a folder that AWX lays out, as any user, with nothing at home."""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from integration.playing import BIN, ROOT

ANYBODY = 12345
"""A user id that no machine knows, as a cluster gives one to each namespace."""
SECONDS = 240


@dataclass(frozen=True)
class Job:
    """One job that has ended: what AWX would have of it."""

    folder: Path
    number: int

    @property
    def results(self) -> Path:
        return self.folder / "artifacts" / str(self.number)

    @property
    def status(self) -> str:
        """successful, failed, canceled or timeout."""
        return (self.results / "status").read_text(encoding="utf-8")

    @property
    def event_files(self) -> list[Path]:
        return sorted((self.results / "job_events").glob("*.json"), key=lambda path: int(path.name.split("-")[0]))

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text(encoding="utf-8")) for path in self.event_files]

    @property
    def output(self) -> str:
        """What the job's page shows."""
        return "\n".join(event["stdout"] for event in self.events if event["stdout"])

    @property
    def stats(self) -> dict[str, Any]:
        return next(event["event_data"] for event in self.events if event["event"] == "playbook_on_stats")

    @property
    def artifacts(self) -> dict[str, Any]:
        """What set_stats left, which AWX shows and hands on."""
        return self.stats["artifact_data"]

    @property
    def changed(self) -> int:
        return sum(self.stats["changed"].values())

    @property
    def failures(self) -> list[str]:
        return [event["event_data"]["res"]["msg"] for event in self.events if event["event"] == "runner_on_failed"]


class Controller:
    """Launches jobs: each in a folder of its own, by a user of no name whose home is empty and read-only."""

    def __init__(self, folder: Path, **credential: str) -> None:
        self.folder = folder
        self.credential = credential
        self.home = folder / "home"
        self.home.mkdir()
        self.home.chmod(0o555)
        self._numbers = count(17)

    def launch(self, playbook: str = "playbooks/reinvite.yml", **options: Any) -> Job:
        """Run a job to its end; the options are those of ``start``."""
        job, process = self.start(playbook, **options)
        process.communicate(timeout=SECONDS)
        return job

    def start(
        self,
        playbook: str = "playbooks/reinvite.yml",
        *,
        cmdline: str = "",
        hosts: Mapping[str, Mapping[str, Any]] | None = None,
        variables: Mapping[str, Any] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> tuple[Job, subprocess.Popen[bytes]]:
        """A job and its process; ``files`` are added to the project."""
        number = next(self._numbers)
        job = self._laid_out(number)
        env = job.folder / "env"
        for path, text in {
            env / "envvars": yaml.safe_dump(self._environment(number)),
            env / "extravars": unsafe_yaml({**about_the_job(number), **(variables or {})}),
            env / "passwords": json.dumps({r"Vault password:\s*?$": "", r"BECOME password.*:\s*?$": ""}),
            env / "settings": json.dumps({"job_timeout": 0, "suppress_ansible_output": True}),
            job.folder / "inventory/hosts": inventory_script(hosts or {"localhost": {}}),
            **{job.folder / "project" / name: text for name, text in (files or {}).items()},
        }.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
        (job.folder / "inventory/hosts").chmod(0o700)
        give_away(job.folder)
        command = [str(BIN / "ansible-runner"), "run", str(job.folder), "--ident", str(number), "--playbook", playbook]
        process = subprocess.Popen(
            [*as_anybody(), *command, "--omit-env-files", f"--cmdline={shlex.join(['-u', 'root'])} {cmdline}"],
            cwd=job.folder,
            env=self._image(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return job, process

    def list_inventory(self, source: str) -> dict[str, Any]:
        """Update an inventory from a file of the project; what AWX would save of it."""
        number = next(self._numbers)
        job = self._laid_out(number)
        job.results.mkdir(parents=True)
        give_away(job.folder)
        path, output = job.folder / "project" / source, job.results / "output.json"
        command = [str(BIN / "ansible-inventory"), "--list", "--export", "-i", str(path), "--output", str(output)]
        ended = subprocess.run(
            [*as_anybody(), *command, "--playbook-dir", str(path.parent)],
            cwd=job.folder,
            env={**self._image(), **self._environment(number)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(output.read_text(encoding="utf-8"))

    def _laid_out(self, number: int) -> Job:
        """The folder of a job, with the project and the collections that it requires."""
        job = Job(self.folder / f"awx_{number}", number)
        copy_project(job.folder / "project")
        shutil.copytree(synced_collections(), job.folder / "requirements_collections")
        return job

    def _image(self) -> dict[str, str]:
        return {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8", **image_environment()}

    def _environment(self, number: int) -> dict[str, str]:
        folder = str(self.folder / f"awx_{number}")
        return {
            "ANSIBLE_COLLECTIONS_PATH": f"{folder}/requirements_collections:~/.ansible/collections",
            "ANSIBLE_FORCE_COLOR": "True",
            "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
            "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "AWX_PRIVATE_DATA_DIR": folder,
            "JOB_ID": str(number),
            "INVENTORY_ID": "3",
            "MAX_EVENT_RES": "700000",
            **self.credential,
        }


def give_away(folder: Path) -> None:
    """To the user that runs jobs."""
    if not os.geteuid():
        subprocess.run(["chown", "-hR", f"{ANYBODY}:0", str(folder)], check=True)


@functools.cache
def as_anybody() -> list[str]:
    """What runs a command as a user without a name; nothing where this is not root to begin with."""
    if os.geteuid():
        return []
    user = ["setpriv", f"--reuid={ANYBODY}", "--regid=0", "--clear-groups"]
    # A Python below a home that is root's own can only be read with this, and no more written than before.
    reader = [*user, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    import_it = ["sh", "-c", '"$0" -c "import ansible_runner"', sys.executable]
    for prefix in (user, reader):
        if not subprocess.run([*prefix, *import_it], stderr=subprocess.DEVNULL, check=False).returncode:
            return prefix
    raise RuntimeError("setpriv cannot run this Python as another user")


@functools.cache
def image_environment() -> dict[str, str]:
    """The variables that execution-environment.yml gives to the image."""
    definition = yaml.safe_load((ROOT / "execution-environment.yml").read_text(encoding="utf-8"))
    steps = definition["additional_build_steps"]["append_final"]
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(step for step in steps if step.startswith("ENV "))))


def copy_project(project: Path) -> None:
    """The files of the repository, as a checkout has them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if os.path.lexists(ROOT / name):
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, project / name, follow_symlinks=False)


@functools.cache
def synced_collections() -> str:
    """The collections that a sync of the project installs, once, as AWX does it: from its own requirements."""
    stage = tempfile.TemporaryDirectory(prefix="project-sync-")
    atexit.register(stage.cleanup)
    project, collections = Path(stage.name) / "project", Path(stage.name) / "requirements_collections"
    copy_project(project)
    command = ["ansible-galaxy", "collection", "install", "-r", "collections/requirements.yml", "-p", str(collections)]
    subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=project,
        env={"PATH": f"{BIN}:/usr/bin:/bin", "HOME": stage.name, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=SECONDS,
    )
    return str(collections)


def about_the_job(number: int) -> dict[str, Any]:
    about = {
        "job_id": number,
        "job_launch_type": "manual",
        "job_template_name": "Invite",
        "user_name": "an operator",
        "inventory_name": "RingCentral",
    }
    return {f"{product}_{name}": value for product in ("awx", "tower") for name, value in about.items()}


def inventory_script(hosts: Mapping[str, Mapping[str, Any]]) -> str:
    """The program that AWX writes, which prints the inventory."""
    known = {
        name: {"remote_tower_enabled": "true", "remote_tower_id": number, **variables}
        for number, (name, variables) in enumerate(hosts.items())
    }
    document = {"all": {"hosts": list(known)}, "_meta": {"hostvars": known}}
    return f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(document)!r})\n"


class _UnsafeDumper(yaml.SafeDumper):
    pass


_UnsafeDumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))


def unsafe_yaml(variables: Mapping[str, Any]) -> str:
    """As AWX writes extra variables: no text in them is a template."""
    return yaml.dump(dict(variables), Dumper=_UnsafeDumper)


def processes_below(pid: int) -> Iterator[int]:
    """A process and all that it started, also by others, whatever group or session they are in."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    started: dict[int, list[int]] = {}
    for line in listed.stdout.splitlines():
        child, parent = map(int, line.split())
        started.setdefault(parent, []).append(child)
    todo = [pid]
    while todo:
        found = todo.pop()
        todo += started.get(found, [])
        yield found
