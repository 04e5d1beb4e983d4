# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""reinvite_transport: portal through the role and the playbooks: a page, a person, a confirmation, and no mail."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from emulator import Emulator
from integration.playing import Played, Player, mailed, role_play
from integration.test_role_directory import _pending as pending

PORTAL: dict[str, Any] = {"reinvite_transport": "portal", "reinvite_hand_over_batch_size": 4}
HANDED_OVER = "onboard.ringcentral.handed_over"


def hand_over(played: Played) -> dict[str, Any]:
    assert played.code == 0, played.output
    (one,) = played.invitations["hand_overs"]
    return dict(one)


def users(one: dict[str, Any]) -> list[str]:
    return [user["id"] for batch in one["batches"] for user in batch["users"]]


def test_from_the_plan_to_the_confirmation(rc: Emulator, player: Player) -> None:
    planned = player.play(role_play(**PORTAL, reinvite_limit=6, reinvite_plan_file="plan.json"), "--check")
    assert any(line.startswith("WOULD BE HANDED OVER in 2 batches (6)") for line in planned.table), planned.table
    assert not list(player.reports.glob("*hand-over*"))
    carried_out = player.play(role_play(**PORTAL, reinvite_plan_file="plan.json"))
    one = hand_over(carried_out)
    assert set(users(one)) == {
        row["id"] for row in planned.invitations["results"] if row["outcome"] == "would_hand_over"
    }
    page, table = (player.reports / f"localhost.hand-over-{one['id']}.{ending}" for ending in ("html", "csv"))
    assert any(str(page) in line for line in carried_out.table)
    assert all(user["email"] in page.read_text(encoding="utf-8") for batch in one["batches"] for user in batch["users"])
    with table.open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == users(one)

    again = player.play(role_play(**PORTAL, reinvite_limit=1))
    assert again.invitations["reasons"]["awaiting_confirmation"] == 6
    activated, gone = users(one)[0], users(one)[1]
    rc.account.extensions[int(activated)].status = "Enabled"
    rc.account.extensions.pop(int(gone))
    confirmed = player.play(HANDED_OVER, reinvite_confirm=one["id"])
    assert confirmed.code == 0, confirmed.output
    outcomes = {row["id"]: row["outcome"] or row["reason"] for row in confirmed.invitations["results"]}
    assert [outcomes.get(name) for name in users(one)[2:]] == ["invited"] * 4
    assert outcomes.get(activated, "already_activated") == "already_activated"
    assert any("is no longer in RingCentral" in row["message"] for row in confirmed.invitations["results"])
    twice = player.play(HANDED_OVER, reinvite_confirm=one["id"])
    assert twice.code == 2
    assert "Nothing was recorded." in twice.failure
    after = player.play(role_play(**PORTAL), "--check")
    assert after.invitations["reasons"]["recently_invited"] == 4
    assert mailed(rc) == []


def test_onboarding_batches_are_handed_over_on_their_day(rc: Emulator, player: Player) -> None:
    first, second, later, *_rest = pending(rc)
    today = datetime.now(timezone.utc).date()
    batches = [
        {"name": "Paris", "users": [first.email], "invite_on": str(today - timedelta(days=1))},
        {"name": "Rome", "users": [second.email], "invite_on": str(today - timedelta(days=1))},
        {"name": "Later", "users": [later.email], "invite_on": str(today + timedelta(days=9))},
    ]
    played = player.play("onboard.ringcentral.onboard", onboarding_batches=batches, **PORTAL)
    assert played.code == 0, played.output
    (page,) = player.reports.glob("**/*.hand-over-*.html")
    text = page.read_text(encoding="utf-8")
    assert first.email in text
    assert second.email in text
    assert later.email not in text
    name = page.stem.partition("hand-over-")[2]
    confirmed = player.play(HANDED_OVER, reinvite_confirm=f"{name}-1")
    assert [row["id"] for row in confirmed.invitations["results"] if row["outcome"] == "invited"] == [str(first.id)]
    after = player.play("onboard.ringcentral.onboard", onboarding_batches=batches, **PORTAL)
    assert after.code == 0, after.output
    assert second.email in page.read_text(encoding="utf-8")
    assert first.email not in page.read_text(encoding="utf-8")
    assert mailed(rc) == []


def test_no_user_is_handed_over_outside_the_hours(rc: Emulator, player: Player) -> None:
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%a").lower()
    played = player.play(role_play(**PORTAL, reinvite_window={"days": [tomorrow], "start": "09:00", "end": "17:00"}))
    assert played.code == 0, played.output
    assert played.invitations["counts"]["handed_over"] == 0
    assert played.invitations["hand_overs"] == []
    assert not list(player.reports.glob("*hand-over*"))


def test_a_page_that_cannot_be_written_is_found_before_any_user_is_handed_over(rc: Emulator, player: Player) -> None:
    (player.folder / "file").touch()
    played = player.play(role_play(**PORTAL, reinvite_report_dir="file"))
    assert played.code == 2
    assert "No mail was sent" in played.failure
    assert rc.log == []


@pytest.mark.parametrize("name", ["h000", "h0123456789a; id"])
def test_what_is_no_hand_over_is_refused(rc: Emulator, player: Player, name: str) -> None:
    played = player.play(HANDED_OVER, reinvite_confirm=name)
    assert played.code == 2
    assert "Nothing was recorded" in played.failure
