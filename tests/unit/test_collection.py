# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's parts agree with each other."""

from __future__ import annotations

import re
from typing import Any

import yaml

from checkout import ROOT

PYTHON_FOLDERS = ("plugins", "tests", "extensions", ".ci")
LICENCE = "# SPDX-License-" + "Identifier: GPL-3.0-or-later"  # in one piece, reuse would read it as this file's own


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def module_names() -> set[str]:
    return {path.stem for path in (ROOT / "plugins/modules").glob("*.py") if path.stem != "__init__"}


def as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_the_action_group_names_every_module() -> None:
    group = load("meta/runtime.yml")["action_groups"]["ringcentral"]
    assert sorted(group) == sorted(module_names())


def test_versions_agree() -> None:
    version = load("galaxy.yml")["version"]
    released = load("changelogs/changelog.yaml")["releases"]
    fragments = {path.stem for path in (ROOT / "changelogs/fragments").glob("*.yml")}
    assert version in released or version in fragments, f"the changelog does not know {version} of galaxy.yml"
    for module in sorted(module_names()):
        added = re.search(
            r"^version_added: [\"']?([\d.]+)", (ROOT / f"plugins/modules/{module}.py").read_text("utf-8"), re.MULTILINE
        )
        assert added, f"{module} has no version_added"
        assert as_numbers(added[1]) <= as_numbers(version), module


def test_every_python_file_states_its_licence() -> None:
    files = [path for folder in PYTHON_FOLDERS for path in (ROOT / folder).rglob("*.py") if "output" not in path.parts]
    assert len(files) > 100
    without = [path for path in files if LICENCE not in path.read_text("utf-8").splitlines()[:4]]
    assert without == []
