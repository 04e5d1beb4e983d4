# SPDX-License-Identifier: GPL-3.0-or-later
"""The role corrects addresses before it invites, and says what to tell those who are active already."""

from __future__ import annotations

import csv

from emulator import Emulator
from integration.playing import Player, mailed, role_play, writes
from integration.test_role_directory import _pending as pending


def test_before_and_after_are_shown_and_the_second_run_changes_nothing(rc: Emulator, player: Player) -> None:
    people = pending(rc)
    directory = [{"email": one.email, "name": one.name} for one in people[2:]]
    directory += [
        {"email": f"right{number}@example.com", "name": one.name, "extension_number": one.extension_number}
        for number, one in enumerate(people[:2])
    ]
    before = [one.email for one in people[:2]]
    options = {"reinvite_directory": directory, "reinvite_correct_email": True}

    held = player.play(role_play(**options | {"reinvite_correct_email": False}), "--check")
    assert {one["directory_email"] for one in held.invitations["results"] if one["reason"] == "email_mismatch"} == {
        "right0@example.com",
        "right1@example.com",
    }

    planned = player.play(role_play(**options), "--check", "--diff")
    assert planned.code == 0, planned.output
    assert planned.table[1] == "ADDRESS WOULD BE CORRECTED (2)"
    assert "-> right0@example.com" in planned.output
    assert writes(rc) == []

    played = player.play(role_play(**options))
    assert played.code == 0, played.output
    assert played.table[1] == "ADDRESS CORRECTED (2)"
    assert [one.email for one in people[:2]] == ["right0@example.com", "right1@example.com"]
    assert len(mailed(rc)) == 12
    assert {mail["email"] for mail in rc.outbox} >= {"right0@example.com", "right1@example.com"}
    assert [one["corrected_from"] for one in player.report()["corrected"]] == before
    with (player.reports / "localhost.csv").open(encoding="utf-8", newline="") as file:
        assert [row["corrected_from"] for row in csv.DictReader(file) if row["corrected_from"]] == before

    again = player.play(role_play(**options))
    assert again.changed == 0, again.output
    assert len(mailed(rc)) == 12


def test_a_refused_correction_leaves_them_held_and_the_others_served(rc: Emulator, player: Player) -> None:
    people = pending(rc)
    directory = [{"email": one.email, "name": one.name} for one in people[1:]]
    rc.account.reject[people[0].id] = "Parameter [email] value is invalid"
    directory.append(
        {"email": "right@example.com", "name": people[0].name, "extension_number": people[0].extension_number}
    )
    played = player.play(role_play(reinvite_directory=directory, reinvite_correct_email=True))
    assert played.code == 2, played.output
    assert "11 of 11 users were invited (1 not corrected)" in played.failure
    (held,) = [one for one in played.invitations["results"] if one["id"] == str(people[0].id)]
    assert (held["reason"], held["outcome"]) == ("email_mismatch", None)
    assert "it could not be corrected" in held["message"]
    assert str(people[0].id) not in mailed(rc)
    assert len(mailed(rc)) == 11


def test_what_to_tell_who_is_active(rc: Emulator, player: Player) -> None:
    active = next(one for one in rc.account.extensions.values() if one.status == "Enabled" and one.type == "User")
    play = role_play(reinvite_users=[str(active.id)], reinvite_login_url="https://login.example.com")
    played = player.play(play)
    assert played.code == 0, played.output
    assert mailed(rc) == []
    told = (
        f'Active already. To set a new password, open https://login.example.com, enter {active.email} and choose "For'
    )
    (needs,) = player.report()["needs_password_reset"]
    assert needs["id"] == str(active.id)
    assert needs["what_to_tell"].startswith(told)
    assert told in played.table[2]
    with (player.reports / "localhost.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["what_to_tell"].startswith(told)

    play = role_play(reinvite_users=[str(active.id)], reinvite_password_reset_text="Call 4711, {name}. {{ 7 * 7 }}")
    assert f"Call 4711, {active.name}. " in player.play(play).table[2]
