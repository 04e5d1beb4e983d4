# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks write to people about a run, and no secret shows at any verbosity."""

from __future__ import annotations

from typing import Any

import pytest

from emulator import Emulator
from integration.playing import Player, mailed, role_play
from mailbox_server import PASSWORD, Mailbox

REINVITE = "onboard.ringcentral.reinvite"


def test_a_run_mails_the_administrators_and_shows_no_password(rc: Emulator, player: Player) -> None:
    with Mailbox(player.folder) as box:
        played = player.play(role_play(reinvite_notify={"mail": box.options}, reinvite_limit=3), "-vvvv")
    assert played.code == 0, played.output
    (mail,) = box.mails
    assert "3 invited" in mail.message["Subject"]
    assert mail.files == {"localhost.html": (player.reports / "localhost.html").read_bytes()}
    assert len(mailed(rc)) == 3
    assert PASSWORD not in played.output
    notified = played.invitations["notified"]
    assert [(one["by"], one["state"]) for one in notified] == [("mail", "sent")]
    assert played.table[-1].startswith("NOTIFIED mail sent to it@example.com")


def test_a_mail_server_that_refuses_fails_no_run(rc: Emulator, player: Player) -> None:
    with Mailbox(player.folder, answer="554 no") as box:
        played = player.play(REINVITE, reinvite_notify={"mail": box.options}, reinvite_limit=3)
    assert played.code == 0, played.output
    assert len(mailed(rc)) == 3
    (warning,) = [one for one in played.warnings if one.startswith("mail to ")]
    assert warning.endswith("refused the mail (554)")


@pytest.mark.parametrize("playbook", [REINVITE, "onboard.ringcentral.audit", "onboard.ringcentral.doctor"])
def test_a_mistake_stops_each_playbook_before_any_request(rc: Emulator, player: Player, playbook: str) -> None:
    mail: dict[str, Any] = {"server": "127.0.0.1", "sender": "x", "to": ["it@example.com"]}
    played = player.play(playbook, reinvite_notify={"mail": mail})
    assert played.code != 0
    assert "reinvite_notify.mail.sender: x is not an e-mail address" in played.failure
    assert rc.log == []


def test_a_failed_login_is_told(rc: Emulator, player: Player) -> None:
    with Mailbox(player.folder) as box:
        played = player.play(REINVITE, reinvite_notify={"mail": box.options}, reinvite_jwt="wrong-jwt-credential")
    assert played.code != 0
    (mail,) = box.mails
    assert "FAILED" in mail.message["Subject"]
    assert "wrong-jwt-credential" not in played.output + mail.text
