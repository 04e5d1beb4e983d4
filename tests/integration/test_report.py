# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/report.yml makes one page of what runs have saved, without credentials."""

from __future__ import annotations

from pathlib import Path

from emulator import Emulator
from integration.playing import NO_LIMITS, Player, mailed


def test_a_page_of_two_runs(tmp_path: Path) -> None:
    with Emulator(users=20, pending=8, odd=False, limits=NO_LIMITS) as rc:
        player = Player(tmp_path, rc.env())
        for _run in range(2):
            assert player.play("onboard.ringcentral.reinvite", reinvite_limit=3).code == 0
        sent, asked = len(mailed(rc)), len(rc.log)
        played = Player(tmp_path).play("onboard.ringcentral.report")
        assert played.code == 0, played.output
        path = player.reports / "report.html"
        # the latest of each is in the history as well, and so is the estate's summary
        assert played.result("Show where the page is")["msg"][0] == f"Wrote {path} from 3 of 3 files"
        page = path.read_text(encoding="utf-8")
        assert f"{sent} invitations in 2 runs." in page
        people = [one.email for one in rc.account.extensions.values() if one.status == "NotActivated"]
        assert [page.count(f"<td>{email}</td>") for email in people] == [1] * 8
        assert len(rc.log) == asked


def test_without_a_report_it_says_where_it_looked(tmp_path: Path) -> None:
    played = Player(tmp_path).play("onboard.ringcentral.report")
    assert (played.code, played.changed) == (2, 0)
    assert played.failure == f"reinvite_report_files: no file matches {tmp_path}/reinvite-reports/**/*.json"


def test_a_misspelt_variable_is_named(tmp_path: Path) -> None:
    played = Player(tmp_path).play("onboard.ringcentral.report", reinvite_reports_files=["x.json"])
    assert "did you mean reinvite_report_files?" in played.failure
