# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs from npm, in the folder that PEERS names, and an emulator with each face."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator import Emulator
from emulator.faces import Faces

HERE = Path(__file__).parent
UNKIND = {
    "bulk_mails": "each",
    "directory_lag": 90,
    "most_per_page": 7,
    "refresh_tokens": True,
    "session_seconds": 7199,
    "limit_headers": False,
    "absent": frozenset({"creationTime", "site"}),
    "errors": "list",
}


@pytest.fixture
def modules() -> Path:
    """Where npm put the programs; `make test-peers` does that."""
    return Path(os.environ["PEERS"]) / "node_modules"


@pytest.fixture
def node(modules: Path) -> Callable[..., str]:
    """Runs a script of this folder and returns what it printed."""

    def run(script: str, *arguments: str, env: dict[str, str]) -> str:
        ran = subprocess.run(
            ["node", str(HERE / script), *arguments],
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(modules), **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


@pytest.fixture(params=["kind", "unkind"])
def rc(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    faces = Faces() if request.param == "kind" else Faces(**UNKIND)
    with Emulator(users=40, pending=12, faces=faces) as emulator:
        yield emulator
