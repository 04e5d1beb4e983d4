# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder that any user can reach."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def reachable() -> Iterator[Path]:
    """Pytest's own folders are its user's alone."""
    folder = Path(tempfile.mkdtemp(prefix="runner-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
