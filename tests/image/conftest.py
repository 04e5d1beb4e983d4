# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment as an image: built once from execution-environment.yml, on a base made here."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from integration.playing import BIN, ROOT

BASE = "localhost/ringcentral-base:test"
IMAGE = "localhost/ringcentral-ee:test"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of the image. EE_IMAGE names one that is built already, EE_BASE_IMAGE a base of your own, and EE_PYTHON
    the Python for the base that is made here.
    """
    if built := os.environ.get("EE_IMAGE"):
        return built
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}:/usr/sbin:/sbin"}
    base = os.environ.get("EE_BASE_IMAGE", BASE)
    if base == BASE and subprocess.run(["podman", "image", "exists", BASE], check=False).returncode:
        run([".ci/base-image", BASE, os.environ.get("EE_PYTHON", "python3.12")], environment)
    run([".ci/ee", "execution-environment.yml"], environment)
    context = tmp_path_factory.mktemp("ee") / "context"
    shutil.copytree(ROOT / "build/ee/context", context)
    build = ["podman", "build", "--isolation=chroot", "--network=host", f"--file={context}/Containerfile"]
    arguments = [
        f"--build-arg=EE_BASE_IMAGE={base}",
        f"--env=SSL_CERT_FILE={CERTIFICATES}",
        f"--env=PIP_CERT={CERTIFICATES}",
    ]
    run([*build, *arguments, f"--tag={IMAGE}", str(context)], environment)
    return IMAGE


def run(command: list[str], environment: dict[str, str]) -> None:
    ended = subprocess.run(
        command, cwd=Path(ROOT), env=environment, capture_output=True, text=True, check=False, timeout=1800
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout[-4000:]}\n{ended.stderr[-4000:]}"
