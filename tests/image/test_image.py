# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs in the image that execution-environment.yml becomes, by any user id, as AWX starts them in containers."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from integration.playing import NO_LIMITS, mailed
from runner.jobs import ANYBODY, Job, about_the_job, inventory_script, unsafe_yaml

FIELD = {"reinvite_ledger": {"backend": "custom_field"}}
SECONDS = 600


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="image-"))
    yield made
    shutil.rmtree(made)


def container(
    image: str, *command: str, mounted: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command in a container that keeps nothing and may write to /tmp and the job's folder alone."""
    options = ["--rm", "--network=host", "--read-only", "--tmpfs=/tmp", f"--user={ANYBODY}:0"]
    options += ["--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"]  # podman's own are above what may be set here
    options += [f"--volume={mounted}:/runner"] if mounted else []
    options += [f"--env={name}={value}" for name, value in environment.items()]
    return subprocess.run(
        ["podman", "--runtime=runc", "--cgroup-manager=cgroupfs", "run", *options, image, *command],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def launch(image: str, folder: Path, number: int, rc: Emulator, variables: dict[str, Any], *options: str) -> Job:
    """One job, laid out as AWX does, and run by the image's own ansible-runner and collection."""
    job = Job(folder / f"awx_{number}", number)
    for path, text in {
        "env/envvars": json.dumps({**rc.env(), "AWX_PRIVATE_DATA_DIR": "/runner", "JOB_ID": str(number)}),
        "env/extravars": unsafe_yaml({**about_the_job(number), **variables}),
        "env/settings": json.dumps({"suppress_ansible_output": True}),
        "inventory/hosts": inventory_script({"localhost": {}}),
        "project/README": "",
    }.items():
        (job.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (job.folder / path).write_text(text, encoding="utf-8")
    (job.folder / "inventory/hosts").chmod(0o700)
    subprocess.run(["chown", "-R", f"{ANYBODY}:0", str(job.folder)], check=True)
    command = ["ansible-runner", "run", "/runner", "--ident", str(number), "--playbook", "onboard.ringcentral.reinvite"]
    ended = container(image, *command, f"--cmdline={' '.join(['-u root', *options])}", mounted=job.folder)
    assert (job.results / "status").exists(), ended.stdout + ended.stderr
    return job


def test_check_run_and_repeat(image: str, folder: Path) -> None:
    with Emulator(users=40, pending=12, limits=NO_LIMITS) as rc:
        counts, mails = [], []
        for number, options in ((17, ["--check"]), (18, []), (19, [])):
            job = launch(image, folder, number, rc, FIELD, *options)
            assert job.status == "successful", job.output
            counts.append(job.artifacts["reinvite_counts"]["localhost"])
            mails.append(len(mailed(rc)))
            rc.clock.advance(61)
    assert counts[0]["would_invite"] == counts[1]["invited"] == 12
    assert counts[2]["invited"] == 0
    assert mails == [0, 12, 12]
    assert job.changed == 0


def test_the_default_ledger_is_refused_in_it(image: str, folder: Path) -> None:
    with Emulator(users=9, pending=3, odd=False, limits=NO_LIMITS) as rc:
        job = launch(image, folder, 17, rc, {})
        assert job.status == "failed"
        assert "custom_field" in job.output
        assert mailed(rc) == []


def test_what_is_in_it(image: str) -> None:
    listed = container(image, "ansible-galaxy", "collection", "list", "--format=json")
    found = {name for collections in json.loads(listed.stdout).values() for name in collections}
    assert "onboard.ringcentral" in found, listed.stderr
    documented = container(image, "ansible-doc", "--json", "onboard.ringcentral.rc_send_invite")
    assert "onboard.ringcentral.rc_send_invite" in json.loads(documented.stdout)
    who = container(
        image, "sh", "-c", "id -u; touch /usr/x 2>&1; python3.12 -c 'import requests; print(requests.__name__)'"
    )
    lines = who.stdout.split("\n")
    assert lines[0] == str(ANYBODY)
    assert "requests" in lines
    assert "Read-only" in who.stdout
