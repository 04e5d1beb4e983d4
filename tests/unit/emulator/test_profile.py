# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that somebody met is made again from the profile in their file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator import Emulator
from emulator.faces import read_faces
from emulator.profile import load_profile, read_profile

PROFILE = {
    "faces": {"mails": "each", "plain": ["send_welcome_email"], "directory_lag": 90, "forbidden": [5]},
    "limits": {"Heavy": 3},
    "lacking": ["EditAccounts"],
    "users": 9,
}
TESTS = Path(__file__).parents[2]


def written(tmp_path: Path, profile: Any) -> Path:
    path = tmp_path / "proof.json"
    path.write_text(json.dumps({"steps": [], "profile": profile}), encoding="utf-8")
    return path


def test_a_strangers_account_is_made_again(tmp_path: Path) -> None:
    with Emulator(**load_profile(written(tmp_path, PROFILE))) as rc:
        assert rc.faces == read_faces(PROFILE["faces"])
        assert (rc.faces.mails, rc.faces.forbidden) == ("each", {"5"})
        assert rc.account.lacking == {"EditAccounts"}
        assert len(rc.account.extensions) == 9
        headers = {"Authorization": f"Bearer {rc.new_access_token()}"}
        url = f"{rc.url}/restapi/v1.0/account/~/directory/entries/search"
        assert requests.post(url, json={}, headers=headers, timeout=5).headers["X-Rate-Limit-Limit"] == "3"


def test_the_program_takes_a_profile_and_what_is_given_beside_it_wins(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "emulator", "--profile", str(written(tmp_path, PROFILE)), "--users", "30"]
    with subprocess.Popen(
        [*command, "--ready-file", str(ready)], env={"PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE, text=True
    ) as emulator:
        assert emulator.stdout
        url = json.loads(emulator.stdout.readline())["url"]
        state = requests.get(f"{url}/_emulator/state.json", timeout=5).json()
        token = requests.post(f"{url}/_emulator/sessions", timeout=5).json()["access_token"]
        call = {"headers": {"Authorization": f"Bearer {token}"}, "timeout": 5}
        account = f"{url}/restapi/v1.0/account/~"
        field = requests.post(f"{account}/custom-fields", json={"category": "User", "displayName": "x"}, **call)
        heavy = requests.post(f"{account}/directory/entries/search", json={}, **call)
        emulator.terminate()
    assert (state["users"], field.json()["permissionName"]) == (30, "EditAccounts")
    assert heavy.headers["X-Rate-Limit-Limit"] == "3"


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (None, "no object called profile"),
        ({"people": 3}, "a profile has no people"),
        ({"users": "many"}, "users: 'many'"),
        ({"users": True}, "users: True"),
        ({"limits": {"Heavy": "ten"}}, "limits: 'ten'"),
        ({"limits": {"Huge": 1}}, "no rate group Huge"),
        ({"lacking": ["Everything"]}, "Everything is none of"),
        ({"faces": {"lag": 9}}, "no face is called lag"),
        ({"faces": {"mails": "two"}}, "mails: 'two' is none of any, none, each"),
        ({"faces": {"plain": ["both"]}}, "plain: both is none of"),
        ({"faces": {"directory_lag": "90"}}, "directory_lag: '90' is not of the kind of 0"),
        ({"faces": {"hides_hidden": 1}}, "hides_hidden: 1 is not of the kind of False"),
        ({"faces": {"poison": "5"}}, "poison: '5' is not of the kind"),
        ({"faces": {"answers": ["CMN-303"]}}, "answers: .* is not of the kind"),
        ({"faces": {"answers": {"*": "CMN-999"}}}, "answers: CMN-999 is none of"),
    ],
)
def test_what_a_profile_cannot_say(profile: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        Emulator(**read_profile({"profile": profile}))


def test_the_program_refuses_such_a_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "emulator", "--profile", str(written(tmp_path, {"people": 3}))]
    ended = subprocess.run(
        command, env={"PYTHONPATH": str(TESTS)}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (
        1,
        "emulator: a profile has no people, only faces, limits, lacking, users, pending, window\n",
    )
