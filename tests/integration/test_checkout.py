# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkout as people use it: built, installed, or run in place, with an empty home and no settings of their own."""

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

from checkout import ROOT

BIN = Path(sys.executable).parent
NOT_FOR_USERS = re.compile(r"(^|/)(\.|tests/|build/|collections/|__pycache__|molecule/|reinvite-reports)|\.pyc$")
LITTER = (
    ".venv/bin/python",
    ".venv-lint/bin/python",
    ".ansible/x",
    "build/dist/x",
    "plugins/modules/__pycache__/x.pyc",
    "roles/reinvite/.cache/x",
    "tests/output/x",
    "reinvite-reports/localhost.csv",
    "playbooks/reinvite-reports/localhost.csv",
)
REINVITE = "ansible_collections/onboard/ringcentral/playbooks/reinvite.yml"
SECONDS = 120
"""After which a command has hung."""


def git(*arguments: str) -> list[str]:
    listed = subprocess.run(["git", *arguments, "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [line for line in listed.stdout.split("\0") if line]


def tracked(*patterns: str) -> list[str]:
    """The tracked files that are there, with their changes that are not committed."""
    names = git("ls-files", "--cached", *patterns)
    return [name for name in names if (ROOT / name).is_file()]


def clone(place: Path) -> Path:
    """What a clone of this checkout holds, uncommitted changes included."""
    for name in tracked():
        copy = place / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy, follow_symlinks=False)
    return place


class Newcomer:
    """Somebody with an empty home, working in a folder. A command that fails, fails the test."""

    def __init__(self, folder: Path, home: Path, **environment: str) -> None:
        home.mkdir(exist_ok=True)
        self._folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "true",
            **environment,
        }

    def tries(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *([BIN / program] if program.startswith("ansible") else ["-m", program]), *arguments],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def runs(self, program: str, *arguments: str) -> str:
        ended = self.tries(program, *arguments)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def checks(self, playbook: str) -> str:
        """Check the syntax, for which Ansible must find the role; returns what it says it has read."""
        return self.runs("ansible-playbook", "--syntax-check", playbook)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a tarball that was built in a checkout with a litter of other files."""
    source = clone(tmp_path_factory.mktemp("source"))
    for litter in LITTER:
        (source / litter).parent.mkdir(parents=True, exist_ok=True)
        (source / litter).write_text("x", encoding="utf-8")
    dist = tmp_path_factory.mktemp("dist")
    Newcomer(source, dist / "home").runs("ansible-galaxy", "collection", "build", "--output-path", str(dist))
    (tarball,) = dist.glob("*.tar.gz")
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive if not member.isdir()}


def test_the_artifact_holds_nothing_but_the_collection(artifact: set[str]) -> None:
    assert sorted(name for name in artifact - {".ansible-lint"} if NOT_FOR_USERS.search(name)) == []
    assert artifact & {"Makefile", "pyproject.toml", "ansible.cfg", "CONTRIBUTING.md"} == set()


def test_the_artifact_holds_all_of_the_collection(artifact: set[str]) -> None:
    wanted = set(tracked("plugins", "roles", "playbooks", "meta", "examples", "LICENSES"))
    assert wanted
    readme = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))["readme"]
    assert sorted((wanted | {readme, "CHANGELOG.rst", "requirements.txt"}) - artifact) == []


def test_no_symbolic_link_is_tracked() -> None:
    links = [entry for entry in git("ls-files", "--stage") if entry.startswith("120000")]
    assert links == []


def test_ansible_galaxy_installs_the_checkout(tmp_path: Path) -> None:
    checkout, home = clone(tmp_path / "any-name"), tmp_path / "home"
    newcomer = Newcomer(checkout, home)
    newcomer.runs("ansible-galaxy", "collection", "install", ".")
    newcomer.checks("playbooks/reinvite.yml")
    newcomer.checks("examples/five_lines.yml")
    assert f"{home}/.ansible/collections/{REINVITE}" in Newcomer(tmp_path, home).checks("onboard.ringcentral.reinvite")


def test_awx_installs_the_project_from_its_own_requirements(tmp_path: Path) -> None:
    project, stage = clone(tmp_path / "_8__ringcentral"), tmp_path / "stage"
    install = ("collection", "install", "-r", "collections/requirements.yml", "-p", str(stage))
    Newcomer(project, tmp_path / "home").runs("ansible-galaxy", *install)
    job = Newcomer(project, tmp_path / "home", ANSIBLE_COLLECTIONS_PATH=str(stage))
    job.checks("playbooks/reinvite.yml")
    assert f"{stage}/{REINVITE}" in job.checks("onboard.ringcentral.reinvite")


def test_a_clone_below_ansible_collections_needs_no_installation(tmp_path: Path) -> None:
    checkout = clone(tmp_path / "ansible_collections/onboard/ringcentral")
    newcomer = Newcomer(checkout, tmp_path / "home", ANSIBLE_COLLECTIONS_PATH=str(tmp_path))
    newcomer.checks("playbooks/reinvite.yml")
    assert str(tmp_path / REINVITE) in newcomer.checks("onboard.ringcentral.reinvite")


def test_pytest_makes_the_link_that_it_needs(tmp_path: Path) -> None:
    checkout = clone(tmp_path / "any-name")
    newcomer = Newcomer(checkout, tmp_path / "home")
    one = "tests/unit/plugins/module_utils/test_times.py"
    assert " passed" in newcomer.runs("pytest", "-p", "no:cacheprovider", one)
    editing = Newcomer(checkout, tmp_path / "home", ANSIBLE_COLLECTIONS_PATH="build/collections")
    assert REINVITE in editing.checks("onboard.ringcentral.reinvite")


def test_pip_refuses_at_once_and_names_the_command(tmp_path: Path) -> None:
    checkout = clone(tmp_path / "any-name")
    ended = Newcomer(checkout, tmp_path / "home").tries("pip", "install", "--no-index", "-e", ".")
    assert ended.returncode != 0
    assert "Install it with: ansible-galaxy collection install ." in ended.stdout + ended.stderr
