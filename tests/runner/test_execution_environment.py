# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-builder makes of the definitions, as far as no container engine is needed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml
from bindep.depends import Depends

from integration.playing import ROOT
from runner.jobs import BIN

DEFINITION = "execution-environment.yml"
LDAP = "examples/execution_environment/ldap.yml"
SHIPPED = {
    "COPYING",
    "execution-environment.yml",
    "extensions/eda/plugins/event_source/directory_webhook.py",
    "extensions/eda/rulebooks/onboarding.yml",
    "meta/ee-bindep.txt",
    "meta/ee-requirements.txt",
    "meta/execution-environment.yml",
    "requirements.txt",
}


@pytest.fixture(scope="module", params=[DEFINITION, LDAP])
def context(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that an image would be built from."""
    run([".ci/ee", request.param], ROOT)
    kept = tmp_path_factory.mktemp("ee") / Path(request.param).stem
    shutil.copytree(ROOT / "build/ee/context", kept)
    return kept


def test_the_base_image_is_the_builders_choice_and_nothing_else_is_pulled(context: Path) -> None:
    lines = (context / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert lines[0] == 'ARG EE_BASE_IMAGE="your-base-image:tag"'
    images = [line.split()[1] for line in lines if line.startswith("FROM ")]
    stages = {line.split()[3] for line in lines if line.startswith("FROM ")}
    assert images[0] == "$EE_BASE_IMAGE"
    assert set(images[1:]) <= stages


def test_the_image_writes_nothing_at_home(context: Path) -> None:
    final = (context / "Containerfile").read_text(encoding="utf-8").split(" AS final")[1]
    assert "\nENV ANSIBLE_LOCAL_TEMP=/tmp ANSIBLE_REMOTE_TEMP=/tmp\n" in final
    assert re.search(r"^USER [1-9]", final, re.MULTILINE)


def test_the_collection_is_in_it_with_all_that_it_ships(context: Path) -> None:
    with tarfile.open(context / "_build/collection/onboard-ringcentral.tar.gz") as artifact:
        assert set(artifact.getnames()) >= SHIPPED


@pytest.mark.parametrize("context", [DEFINITION], indirect=True)  # the other one's needs come from Galaxy
def test_ansible_builder_finds_what_the_collection_needs(context: Path, tmp_path: Path) -> None:
    assert "COPY _build /build\nWORKDIR /build\n" in (context / "Containerfile").read_text(encoding="utf-8")
    install = ["ansible-galaxy", "collection", "install", "--offline", "-r", "requirements.yml"]
    run([*install, "--collections-path", str(tmp_path)], context / "_build")
    found = yaml.safe_load(run(["ansible-builder", "introspect", str(tmp_path)], tmp_path))
    assert [line.split(" #")[0].strip() for line in found["python"]] == ["requests>=2.28"]
    assert found["system"] == []


@pytest.mark.parametrize("context", [LDAP], indirect=True)
def test_the_one_for_ldap_has_what_that_needs(context: Path) -> None:
    build = context / "_build"
    collections = yaml.safe_load((build / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert "community.general" in [collection["name"] for collection in collections]
    assert "python-ldap>=3.4" in (build / "requirements.txt").read_text(encoding="utf-8")
    system = Depends((build / "bindep.txt").read_text(encoding="utf-8"))
    compiled = {rule[0] for rule in system.active_rules(["compile", "platform:rpm"])}
    assert {"gcc", "openldap-devel", "cyrus-sasl-devel"} <= compiled
    assert "openldap" in {rule[0] for rule in system.active_rules(["default", "platform:rpm"])}


def test_it_differs_from_the_plain_one_in_nothing_else() -> None:
    plain, ldap = (yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) for name in (DEFINITION, LDAP))
    for key in ("python", "system"):
        del ldap["dependencies"][key]
    ldap["dependencies"]["galaxy"]["collections"].remove({"name": "community.general"})
    ldap["additional_build_files"][0]["src"] = plain["additional_build_files"][0]["src"]
    assert ldap == plain


def run(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
