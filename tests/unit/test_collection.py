# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as a whole: what goes into its artifact, and that its parts agree with each other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LICENCE = "# SPDX-License-" + "Identifier: GPL-3.0-or-later"  # in one piece, reuse would read it as this file's own
NOT_FOR_USERS = re.compile(r"(^|/)(\.|tests/|build/|__pycache__|molecule/|reinvite-reports)|\.pyc$")


def load(path: str) -> dict:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def module_names() -> set[str]:
    return {path.stem for path in (ROOT / "plugins/modules").glob("*.py") if path.stem != "__init__"}


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Builds the collection from the tracked files and a litter of others; returns the names in the tarball."""
    source = tmp_path_factory.mktemp("source")
    for path in tracked():
        copy = source / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    for litter in (
        ".venv/bin/python",
        ".venv-lint/bin/python",
        ".ansible/x",
        "build/dist/x",
        "plugins/modules/__pycache__/x.pyc",
        "roles/reinvite/.cache/x",
        "tests/output/x",
        "reinvite-reports/localhost.csv",
        "playbooks/reinvite-reports/localhost.csv",
    ):
        (source / litter).parent.mkdir(parents=True, exist_ok=True)
        (source / litter).write_text("x", encoding="utf-8")
    dist = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, BIN / "ansible-galaxy", "collection", "build", source, "--output-path", dist],
        check=True,
        capture_output=True,
    )
    (tarball,) = dist.iterdir()
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive if not member.isdir()}


def test_the_artifact_holds_nothing_but_the_collection(artifact: set[str]) -> None:
    assert sorted(name for name in artifact if NOT_FOR_USERS.search(name)) == []
    assert artifact & {"Makefile", "pyproject.toml", "ansible.cfg", "CONTRIBUTING.md"} == set()


def test_the_artifact_holds_all_of_the_collection(artifact: set[str]) -> None:
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in tracked("plugins", "roles", "playbooks", "meta", "examples", "LICENSES")
    }
    assert wanted
    wanted |= {load("galaxy.yml")["readme"], "CHANGELOG.rst", "requirements.txt"}
    assert sorted(wanted - artifact) == []


def test_the_links_give_the_checkout_its_place() -> None:
    for folder in (".collections", "playbooks/collections", "examples/collections"):
        link = ROOT / folder / "ansible_collections/onboard/ringcentral"
        assert link.is_symlink()
        assert not link.readlink().is_absolute()
        assert link.resolve() == ROOT


def in_the_checkout(folder: Path, home: Path, *command: str | Path) -> str:
    """What a command prints that somebody without any settings of their own gives in a checkout."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "true"}
    ended = subprocess.run(
        [sys.executable, BIN / command[0], *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_it_is_installed_from_a_checkout_although_the_checkout_finds_itself(tmp_path: Path) -> None:
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", ROOT, checkout], check=True)
    in_the_checkout(checkout, home, "ansible-galaxy", "collection", "install", ".")
    installed = home / ".ansible/collections/ansible_collections/onboard/ringcentral"
    assert (installed / "plugins/modules/rc_send_invite.py").is_file()
    assert not (installed / "playbooks/collections").exists()
    in_the_checkout(tmp_path, home, "ansible-playbook", "--syntax-check", "onboard.ringcentral.reinvite")


@pytest.mark.parametrize("playbook", ["playbooks/reinvite.yml", "examples/five_lines.yml"])
def test_playbooks_run_straight_from_the_checkout(tmp_path: Path, playbook: str) -> None:
    in_the_checkout(ROOT, tmp_path, "ansible-playbook", "--syntax-check", playbook)


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
        assert added, f"{module} does not say since when it exists"
        assert as_numbers(added[1]) <= as_numbers(version), module


def as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_each_python_file_says_its_licence() -> None:
    without = [
        path.relative_to(ROOT).as_posix()
        for path in tracked("*.py")
        if LICENCE not in path.read_text("utf-8").splitlines()[:4]
    ]
    assert without == []
