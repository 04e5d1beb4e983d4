# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings for ansible-navigator: all of them but the container, for which there is no engine here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import yaml

from ansible_collections.onboard.ringcentral.plugins.module_utils import _credentials, _guards
from checkout import COLLECTIONS, ROOT
from emulator import Emulator
from integration.playing import BIN, mailed

SETTINGS = ROOT / "examples/execution_environment/ansible-navigator.yml"
FIELD = ("-e", '{"reinvite_ledger": {"backend": "custom_field"}}')


def test_its_settings_hand_the_credential_and_the_guards_on() -> None:
    settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))["ansible-navigator"]
    passed = set(settings["execution-environment"]["environment-variables"]["pass"])
    assert passed == {*_credentials.VARIABLES.values(), *_guards.VARIABLES}


def test_a_run_invites_and_keeps_no_artifact(tmp_path: Path) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        assert "SUMMARY 3 considered, 3 invited" in navigate(tmp_path, rc, *FIELD)
        assert len(mailed(rc)) == 3
    left = {path.name for path in tmp_path.iterdir()} - {"home", SETTINGS.name}
    assert left == {"ansible-navigator.log", "reinvite-reports"}


def test_without_a_container_the_file_is_a_ledger(tmp_path: Path) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        assert "SUMMARY 3 considered, 3 invited" in navigate(tmp_path, rc)
        assert len(mailed(rc)) == 3
    assert (tmp_path / "home/.local/state/onboard.ringcentral/ledger.sqlite3").is_file()


def navigate(folder: Path, rc: Emulator, *options: str) -> str:
    shutil.copy(SETTINGS, folder)
    (folder / "home").mkdir()
    ended = subprocess.run(
        ["ansible-navigator", "run", "onboard.ringcentral.reinvite", "--execution-environment", "false", *options],
        cwd=folder,
        env={
            "PATH": f"{BIN}:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            **rc.env(),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    return ended.stdout
