# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook prove: in a job where no one can answer, and at a terminal."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from typing import Any

from checkout import COLLECTIONS, ROOT
from emulator import Emulator
from emulator.people import Extension
from integration.playing import BIN, Player

# The first terminal that a new session opens controls it.
_ON_A_TERMINAL = "import os, sys; os.close(os.open(os.ttyname(0), os.O_RDWR)); os.execv(sys.argv[1], sys.argv[1:])"
_LOCAL_MODES = 3
ONE = {"mails": 1, "links": 1}


def named_user(rc: Emulator) -> Extension:
    return min((one for one in rc.account.extensions.values() if one.status == "NotActivated"), key=lambda one: one.id)


def test_a_job_sends_what_is_confirmed_and_a_later_one_takes_the_answers(rc: Emulator, player: Player) -> None:
    user = named_user(rc)
    variables: dict[str, Any] = {"prove_users": [user.email], "reinvite_exclude": ["*@elsewhere.example"]}
    steps = ["single_both", "bulk_both", "field"]
    first = player.play(ROOT / "playbooks/prove.yml", prove_confirm=steps, prove_pause=0, **variables)
    assert first.code == 0, first.output
    assert [mail["extension_id"] for mail in rc.outbox] == [user.id] * 2
    assert "Not carried out yet: single_to_users" in first.output
    answers = {"single_both": ONE, "bulk_both": ONE}
    second = player.play(ROOT / "playbooks/prove.yml", prove_answers=answers, **variables)
    assert second.code == 0, second.output
    assert len(rc.outbox) == 2
    table = second.result("Show each step and the settings that follow")["msg"]
    assert '  reinvite_transport: "auto"' in table
    assert second.custom["_run"]["prove_recommendation"]["localhost"]["variables"]["reinvite_transport"] == "auto"
    proof = json.loads((player.folder / "proof.json").read_text(encoding="utf-8"))
    assert proof["steps"]["single_both"]["arrived"] == ONE


def test_a_person_at_a_terminal_is_asked_before_each_mail(rc: Emulator, player: Player) -> None:
    user = named_user(rc)
    shown = converse(
        player,
        rc,
        ["ansible-playbook", str(ROOT / "playbooks/prove.yml"), "-e", json.dumps({"prove_users": [user.email]})],
        {"single_both: mail": "y", "how many mails": "1", "have a link": "1", "single_to_users: mail": "q"},
    )
    assert f"<{user.email}>" in shown
    assert [mail["extension_id"] for mail in rc.outbox] == [user.id]
    proof = json.loads((player.folder / "proof.json").read_text(encoding="utf-8"))
    assert {name: entry["state"] for name, entry in proof["steps"].items()} == {"single_both": "accepted"}
    assert proof["recommendation"]["variables"]["reinvite_transport"] == "single"


def converse(player: Player, rc: Emulator, command: list[str], replies: dict[str, str]) -> str:
    """Run a command on a terminal, and type each reply when its question appears."""
    player.home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(player.home),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        **rc.env(),
    }
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_A_TERMINAL, str(BIN / command[0]), *command[1:]],
        cwd=player.folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, waiting, end = "", dict(replies), time.monotonic() + player.patience
    try:
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    shown += os.read(ours, 65536).decode("utf-8", "replace")
                except OSError:  # the other end is closed
                    break
            elif process.poll() is not None:
                break
            for question in [one for one in waiting if one in shown.replace("\r\n", "")]:
                if (
                    not termios.tcgetattr(ours)[_LOCAL_MODES] & termios.ICANON
                ):  # it listens, and soon drops no key any more
                    time.sleep(0.5)
                    os.write(ours, f"{waiting.pop(question)}\r".encode())
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return shown
