# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in batches are reported before any user is mailed; a batch that fails does not hold up the next."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from emulator import Emulator
from integration.playing import Player, mailed, requests, writes
from integration.test_role_directory import _pending as pending

ONBOARD = "onboard.ringcentral.onboard"
TODAY = datetime.now(timezone.utc).date()


def batch(name: str, *users: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "users": list(users), "invite_on": str(TODAY - timedelta(days=1)), **more}


def test_all_mistakes_are_reported_at_once_and_ringcentral_is_asked_nothing(rc: Emulator, player: Player) -> None:
    someone = pending(rc)[0].email
    batches = [
        batch("one", someone, invite_on="01.12.2026", until="2026-02-30"),
        batch("two", someone.upper()),
        batch("three"),
        batch("four", "nobody@example.com", remind_evry="3d"),
        batch("five", users_csv="missing.csv"),
    ]
    played = player.play(ONBOARD, onboarding_batches=batches)
    assert played.code == 2, played.output
    said = played.failure
    for part in (
        "batch one: invite_on: '01.12.2026' is no date; write the year first",
        "batch one: until: there is no 2026-02-30",
        f"batch two: users: {someone.upper()} in the batch one too",
        "batch three: users: names no user; ",
        "batch four: remind_evry: is not known; write remind_every",
        f"batch five: users_csv: {player.folder / 'missing.csv'}: cannot be read: ",
    ):
        assert part in said, said
    assert rc.log == []


def test_users_named_twice_or_unknown_are_reported_before_any_user_is_mailed(rc: Emulator, player: Player) -> None:
    first, second, *_rest = pending(rc)
    twice = [batch("one", first.email, second.email), batch("two", first.extension_number)]
    played = player.play(ONBOARD, onboarding_batches=twice)
    assert played.code == 2, played.output
    assert f"batch two: users: {first.name}" in played.failure
    unknown = [batch("one", first.email, "nobody@example.com")]
    played = player.play(ONBOARD, onboarding_batches=unknown, onboarding_unknown="fail")
    assert played.code == 2, played.output
    assert "batch one: users: nobody@example.com: no user has this" in played.failure
    assert (mailed(rc), writes(rc)) == ([], [])


def test_a_batch_that_fails_leaves_the_others_their_turn(rc: Emulator, player: Player) -> None:
    first, second, third, *_rest = pending(rc)
    rc.account.reject[first.id] = "The mailbox is on fire"
    batches = [batch("one", first.email, second.email), batch("two", third.email)]
    played = player.play(ONBOARD, onboarding_batches=batches)
    assert played.code == 2, played.output
    assert sorted(mailed(rc)) == sorted([str(second.id), str(third.id)])
    last = [one["result"] for one in played.tasks if one["status"] == "failed"][-1]["msg"]
    assert last.startswith("1 of 2 batches failed:\n- one: 1 of 2 users were invited (1 failed)")


@pytest.mark.parametrize(
    ("keys", "extra"),
    [
        ({}, {"reinvite_max_attempts": 9}),
        ({}, {"reinvite_users": ["somebody.else@example.com"]}),
        ({}, {"reinvite_plan_file": "plan.json"}),
        ({"site": "Paris"}, {"reinvite_site": ["Rome"]}),
        ({"department": ["Sales"]}, {"reinvite_department": ["IT"]}),
    ],
)
def test_a_variable_given_with_e_never_wins_over_the_batch_and_is_never_ignored(
    rc: Emulator, player: Player, keys: dict[str, Any], extra: dict[str, Any]
) -> None:
    someone = pending(rc)[0]
    someone.site, someone.department = "Rome", "IT"
    played = player.play(ONBOARD, onboarding_batches=[batch("one", someone.email, **keys)], **extra)
    assert played.code == 2, played.output
    (name,) = extra
    assert played.failure.startswith(f"{name} is set for this run, with -e or where the role is included, but ")
    assert played.failure.endswith(" No mail was sent.")
    assert rc.log == []


def test_a_variable_of_the_inventory_is_for_other_entry_points_too(rc: Emulator, player: Player) -> None:
    someone = pending(rc)[0]
    inventory = {"all": {"hosts": {"localhost": {"reinvite_max_attempts": 9}}}}
    (player.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    played = player.play(ONBOARD, "-i", "hosts.json", onboarding_batches=[batch("one", someone.email)])
    assert played.code == 0, played.output
    assert mailed(rc) == [str(someone.id)]


def test_batches_beside_the_playbook_that_invites_all_are_refused(rc: Emulator, player: Player) -> None:
    played = player.play("onboard.ringcentral.reinvite", onboarding_batches=[batch("one", pending(rc)[0].email)])
    assert played.code == 2, played.output
    assert played.failure.startswith("onboarding_batches is set for this run")
    assert rc.log == []


def test_batches_keep_their_ledger_in_ringcentral_go_in_waves_and_read_the_directory_once(
    rc: Emulator, player: Player
) -> None:
    people = pending(rc)[:5]
    for number, one in enumerate(people):
        one.site = "Paris" if number % 2 else "Rome"
    export = ["mail", *(one.email for one in people[:-1])]
    (player.folder / "export.csv").write_text("\n".join(export), encoding="utf-8")
    options = {
        "onboarding_batches": [
            batch("one", *(one.email for one in people[:3])),
            batch("two", *(one.email for one in people[3:])),
        ],
        "reinvite_ledger": {"backend": "custom_field"},
        "reinvite_waves": [{"site": ["Paris"]}, {}],
        "reinvite_directory_source": "csv",
        "reinvite_directory_csv": "export.csv",
        "reinvite_match_by": ["email"],
    }
    played = player.play(ONBOARD, **options)
    assert played.code == 0, played.output
    paris, others = [people[1], people[3]], [people[0], people[2]]  # the last one is not in the directory
    assert len(mailed(rc)) == 4
    assert sorted(mailed(rc)[:2]) == sorted(str(one.id) for one in paris)
    assert sorted(mailed(rc)[2:]) == sorted(str(one.id) for one in others)
    assert requests(rc)["getToken"] == 1
    assert not player.ledger.exists()
    again = player.play(ONBOARD, **options)
    assert (again.code, again.changed, len(mailed(rc))) == (0, 0, 4), again.output


def test_a_directory_that_cannot_be_read_mails_nobody(rc: Emulator, player: Player) -> None:
    directory = {"reinvite_directory_source": "csv", "reinvite_directory_csv": "missing.csv"}
    played = player.play(ONBOARD, onboarding_batches=[batch("one", pending(rc)[0].email)], **directory)
    assert played.code == 2, played.output
    assert "missing.csv" in played.failure
    assert mailed(rc) == []
