# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/doctor.yml tells of each account whether invitations will work, and asks RingCentral to change nothing."""

from __future__ import annotations

import json
from pathlib import Path

from emulator import Emulator
from emulator.world import CLIENT_SECRET, JWT
from integration.playing import Player, mailed

UNABLE = {"EditUserInfo", "EditUserCredentials", "EditExtensionInfo"}


def test_of_two_accounts_the_one_that_cannot_invite_fails(tmp_path: Path) -> None:
    with Emulator(users=12, pending=4) as able, Emulator(users=12, pending=4, account_id=7, lacking=UNABLE) as unable:
        hosts = {
            name: {"reinvite_server_url": rc.url, "ansible_connection": "local"}
            for name, rc in (("able", able), ("unable", unable))
        }
        inventory = tmp_path / "accounts.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
        login = {name: value for name, value in able.env().items() if name != "RC_SERVER_URL"}
        player = Player(tmp_path, login)
        played = player.play("onboard.ringcentral.doctor", "-i", str(inventory), reinvite_hosts="all")
        assert {entry["method"] for rc in (able, unable) for entry in rc.log} == {"GET", "POST"}
        posted = {entry["operation"] for rc in (able, unable) for entry in rc.log if entry["method"] == "POST"}
        assert posted == {"getToken", "revokeToken", "searchDirectoryEntries", "auditTrailSearch"}
        assert mailed(able) == mailed(unable) == able.state()["violations"] == []
    assert played.code == 2, played.output
    assert played.failure.startswith("Inviting users does not work here. 2 problems: EditUserInfo: missing in the ")
    assert (played.stats["able"]["failures"], played.stats["unable"]["failures"], played.changed) == (0, 1, 0)
    assert played.custom["_run"]["doctor_counts"]["able"]["problem"] == 0
    assert played.custom["_run"]["doctor_counts"]["unable"]["problem"] == 2
    report = player.report("doctor/unable")
    assert {one["feature"] for one in report["features"] if one["state"] == "cannot"} >= {"invite one user"}
    assert player.report("doctor/able")["account"] == {"id": "400131426008", "main_number": "+16505550100"}
    assert not [secret for secret in (CLIENT_SECRET, JWT) if secret in played.output]
