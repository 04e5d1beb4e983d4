# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a checkout from being a release, and artifacts that depend on nothing but the content."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import tarfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from checkout import ROOT


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / f".ci/{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release, packing = script("release"), script("pack")
OWNER = {
    "repository": "https://git.example.org/r",
    "issues": "https://git.example.org/r/issues",
    "documentation": "https://docs.example.org/",
    "homepage": "https://www.example.org",
    "contact": "owner@example.org",
}


def test_a_full_release_file_is_written_into_the_metadata() -> None:
    assert release.owner_problems(OWNER) == []
    filled = yaml.safe_load(release.fill((ROOT / "galaxy.yml").read_text("utf-8"), OWNER))
    assert {key: filled[key] for key in release.ADDRESSES} == {key: OWNER[key] for key in release.ADDRESSES}
    assert filled["authors"] == ["onboard.ringcentral contributors <owner@example.org>"]


def test_the_files_in_the_repository_name_no_address() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))
    assert [galaxy[key] for key in release.ADDRESSES] == [""] * 4
    assert list(release.read(ROOT / "release.yml")) == list(release.KEYS)


@pytest.mark.parametrize("key", release.KEYS)
@pytest.mark.parametrize("value", ["", None, " ", "http://git.example.org/r", "example", "https://", 7])
def test_without_one_of_the_values_there_is_no_release(key: str, value: Any) -> None:
    problems = release.owner_problems({**OWNER, key: value})
    assert len(problems) == 1
    assert problems[0].startswith(f"release.yml: {key} is ")


def test_each_missing_value_is_named_at_once() -> None:
    assert release.owner_problems({"homepgae": "x"}) == [
        "release.yml: homepgae is unknown",
        *(f"release.yml: {key} is empty" for key in release.KEYS),
    ]


def test_the_changelog_must_have_the_version_and_no_fragment_left(tmp_path: Path) -> None:
    (tmp_path / "changelogs/fragments").mkdir(parents=True)
    (tmp_path / "changelogs/changelog.yaml").write_text("releases: {1.0.0: {}}", "utf-8")
    assert release.changelog_problems(tmp_path, "1.0.0") == []
    (tmp_path / "changelogs/fragments/more.yml").write_text("trivial: [x]", "utf-8")
    assert release.changelog_problems(tmp_path, "1.0.1") == [
        "changelogs/fragments: not released yet: more.yml",
        "changelogs/changelog.yaml does not have 1.0.1: run antsibull-changelog release",
    ]


def test_a_release_is_a_tagged_commit_without_changes(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        release.git(tmp_path, "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments)

    git("init", "--quiet")
    (tmp_path / "file").write_text("1", "utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message", "x")
    assert release.commit_problems(tmp_path, "1.0.0") == ["git: HEAD does not have the tag 1.0.0"]
    git("tag", "1.0.0")
    assert release.commit_problems(tmp_path, "1.0.0") == []
    (tmp_path / "file").write_text("2", "utf-8")
    assert release.commit_problems(tmp_path, "1.0.0") == ["git: there are changes that are not committed"]


def artifact(path: Path, names: list[str], *, mode: int, seconds: int, owner: str) -> Path:
    listed = json.dumps({"files": [{"name": name} for name in names]}).encode()
    manifest = json.dumps({"file_manifest_file": {"chksum_sha256": hashlib.sha256(listed).hexdigest()}}).encode()
    contents = {"MANIFEST.json": manifest, "FILES.json": listed, **{name: name.encode() for name in names}}
    with tarfile.open(path, "w:gz") as tar:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime, info.uname = len(content), mode, seconds, owner
            tar.addfile(info, io.BytesIO(content))
    return path


def test_order_owner_modes_and_times_of_a_build_leave_no_trace(tmp_path: Path) -> None:
    one = artifact(tmp_path / "one.tar.gz", ["b/y", "b/x", "a"], mode=0o640, seconds=1, owner="ada")
    two = artifact(tmp_path / "two.tar.gz", ["a", "b/x", "b/y"], mode=0o604, seconds=2, owner="bob")
    for path in (one, two):
        packing.main(str(path), "1700000000")
    assert one.read_bytes() == two.read_bytes()
    with tarfile.open(one) as tar:
        members = {member.name: member for member in tar}
        files = packing.read(one)
    assert list(members) == ["MANIFEST.json", "FILES.json", "a", "b", "b/x", "b/y"]
    assert {(member.mtime, member.uid, member.uname) for member in members.values()} == {(1700000000, 0, "")}
    assert (members["a"].mode, members["b"].mode) == (0o644, 0o755)
    manifest = json.loads(files["MANIFEST.json"][1])
    assert manifest["file_manifest_file"]["chksum_sha256"] == hashlib.sha256(files["FILES.json"][1]).hexdigest()
