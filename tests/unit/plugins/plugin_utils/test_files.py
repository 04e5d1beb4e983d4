# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that hold people: for their owner alone, and whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _files
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._files import (
    absolute,
    file_name,
    read_json,
    write_json,
    write_text,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def umask() -> Any:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    write_text(tmp_path / "report.csv", "a,b\n")
    assert mode(tmp_path / "report.csv") == 0o600
    assert (tmp_path / "report.csv").read_text(encoding="utf-8") == "a,b\n"


def test_new_folders_are_open_to_their_owner_alone(tmp_path: Path) -> None:
    write_text(tmp_path / "reports" / "onboarding" / "december" / "a.csv", "x")
    folders = [tmp_path / "reports", tmp_path / "reports/onboarding", tmp_path / "reports/onboarding/december"]
    assert [mode(folder) for folder in folders] == [0o700, 0o700, 0o700]


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o750)
    write_text(shared / "a.csv", "x")
    assert mode(shared) == 0o750
    assert mode(shared / "a.csv") == 0o600


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    write_text(path, "new")
    assert (path.read_text(encoding="utf-8"), mode(path)) == ("new", 0o600)


def test_a_link_is_replaced_and_its_target_is_unchanged(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "report.csv"
    target.write_text("precious", encoding="utf-8")
    link.symlink_to(target)
    write_text(link, "new")
    assert target.read_text(encoding="utf-8") == "precious"
    assert not link.is_symlink()


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "new \ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["report.csv"]


def test_a_replacement_that_fails_leaves_no_part_behind(tmp_path: Path) -> None:
    (tmp_path / "report.csv").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_text(tmp_path / "report.csv", "new")
    assert [one.name for one in tmp_path.iterdir()] == ["report.csv"]


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("file", "file/below"):
        with pytest.raises(OSError, match=r"File exists|Not a directory"):
            write_text(tmp_path / folder / "a.csv", "x")


def test_json_reads_back_in_a_stable_order(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": "Zoë", "a": [1, None]})
    assert (
        tmp_path / "a.json"
    ).read_bytes() == '{\n    "a": [\n        1,\n        null\n    ],\n    "b": "Zoë"\n}\n'.encode()
    assert read_json(tmp_path / "a.json") == {"b": "Zoë", "a": [1, None]}


@given(st.text(), st.text())
def test_any_text_reads_back_from_json(key: str, value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.json"
        write_json(path, {key: value, "half": "\ud83d"})
        assert read_json(path) == {key: value, "half": "\ud83d"}


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ".", "missing.json"):
        with pytest.raises(FileNotFoundError):
            read_json(tmp_path / name)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_files, "MOST_BYTES", 10)
    (tmp_path / "a.json").write_text('"0123456789"', encoding="utf-8")
    with pytest.raises(ValueError, match="it is too large"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b"[1,"])
def test_a_file_that_is_not_json_is_a_value_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"."):
        read_json(tmp_path / "a.json")


def test_a_relative_path_starts_at_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ada")
    assert absolute("reports/a.csv") == tmp_path / "reports/a.csv"
    assert absolute("~/a.csv") == Path("/home/ada/a.csv")
    assert absolute("/srv/a.csv") == Path("/srv/a.csv")


HOSTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(HOSTS, HOSTS)
def test_each_host_has_a_file_name_of_its_own(one: str, other: str) -> None:
    assert not {"/", "\0"} & set(file_name(one))
    assert (file_name(one) == file_name(other)) == (one == other)
