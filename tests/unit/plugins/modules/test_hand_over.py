# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""transport: portal hands users over to a person, and only a confirmation counts them as invited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from machine import FIELD, Machine

Emulate = Callable[..., Machine]


@pytest.fixture(params=["sqlite", "custom_field"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    return FIELD if request.param == "custom_field" else {"path": str(tmp_path / "ledger.sqlite3")}


def hand_over(machine: Machine, ledger: dict[str, Any], **options: Any) -> dict[str, Any]:
    return machine.invite(ledger=ledger, transport="portal", **{"hand_over_batch_size": 3, **options})


def confirm(machine: Machine, ledger: dict[str, Any], name: str, *left_out: str, **options: Any) -> dict[str, Any]:
    machine.rc.clock.advance(120)
    options = {"confirm": name, "confirm_except": list(left_out), "all_pending": False, "ledger": ledger, **options}
    return machine.invite(**options)


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["outcome"] or row["reason"] for row in result["results"]}


def test_users_are_handed_over_once_and_count_when_they_are_confirmed(emulate: Emulate, ledger: dict[str, Any]) -> None:
    machine = emulate(users=20, pending=7, odd=False)
    planned = hand_over(machine, ledger, check_mode=True)
    assert (planned["counts"]["would_hand_over"], planned["changed"], planned["hand_overs"][0]["id"]) == (7, True, None)
    made = hand_over(machine, ledger)
    (one,) = made["hand_overs"]
    assert (made["counts"]["handed_over"], made["counts"]["invited"], made["changed"]) == (7, 0, True)
    assert [len(batch["users"]) for batch in one["batches"]] == [3, 3, 1]
    users = [user for batch in one["batches"] for user in batch["users"]]
    keys = [(user["site"].casefold(), user["department"].casefold(), user["name"].casefold()) for user in users]
    assert keys == sorted(keys)

    again = hand_over(machine, ledger)
    assert (again["reasons"], again["changed"]) == ({"awaiting_confirmation": 7}, False)
    assert [(same["id"], same["new"], same["batches"]) for same in again["hand_overs"]] == [
        (one["id"], False, one["batches"])
    ]
    assert all(f"in batch {one['id']}-" in row["message"] for row in again["results"])

    assert confirm(machine, ledger, f"{one['id']}-2", check_mode=True)["counts"]["would_invite"] == 3
    assert confirm(machine, ledger, f"{one['id']}-2")["counts"]["invited"] == 3
    assert hand_over(machine, ledger)["reasons"] == {"awaiting_confirmation": 4, "recently_invited": 3}
    left = users[0]["email"]
    rest = confirm(machine, ledger, one["id"], left)
    assert (rest["counts"]["invited"], rest["reasons"]["left_out"], rest["changed"]) == (3, 1, True)
    with pytest.raises(InvalidOption, match=r"was confirmed already on .*\. Nothing was recorded\."):
        confirm(machine, ledger, one["id"])
    machine.rc.clock.advance(120)
    last = hand_over(machine, ledger)
    assert last["reasons"] == {"not_activated": 1, "recently_invited": 6}
    assert {row["attempts"] for row in last["results"]} == {0, 1}
    assert [user["email"] for batch in last["hand_overs"][0]["batches"] for user in batch["users"]] == [left]
    assert machine.rc.outbox == []
    assert machine.rc.state()["violations"] == []


def test_a_hand_over_that_expires_holds_its_users_and_is_decided_about_anew(
    emulate: Emulate, ledger: dict[str, Any]
) -> None:
    machine = emulate(users=6, pending=2, odd=False)
    (one,) = hand_over(machine, ledger)["hand_overs"]
    machine.rc.clock.advance(25 * 3600)
    held = hand_over(machine, ledger)
    assert (held["reasons"], held["hand_overs"]) == ({"in_doubt": 2}, [])
    assert all(one["id"] in row["message"] for row in held["results"])
    with pytest.raises(InvalidOption, match=r"expired on .* Nothing was recorded"):
        confirm(machine, ledger, one["id"])
    machine.rc.clock.advance(48 * 3600)
    anew = hand_over(machine, ledger, max_attempts=1)
    assert anew["counts"]["handed_over"] == 2
    assert anew["hand_overs"][0]["id"] != one["id"]


@pytest.mark.parametrize(
    ("name", "left_out", "says"),
    [
        ("h00000000000", (), "has no hand-over h00000000000"),
        ("tomorrow", (), "is not the id of a hand-over"),
        ("", (), "is not the id of a hand-over"),
        ("{id}-9", (), "has the batches 1"),
        ("{id}", ("stranger@example.com",), "is no open user of the hand-over"),
    ],
)
def test_what_cannot_be_confirmed_records_nothing(
    emulate: Emulate, ledger: dict[str, Any], name: str, left_out: tuple[str, ...], says: str
) -> None:
    machine = emulate(users=6, pending=2, odd=False)
    (one,) = hand_over(machine, ledger)["hand_overs"]
    with pytest.raises(InvalidOption, match=rf"{says}.*Nothing was recorded"):
        confirm(machine, ledger, name.format(id=one["id"]), *left_out)
    machine.rc.clock.advance(120)
    assert hand_over(machine, ledger)["reasons"] == {"awaiting_confirmation": 2}


def test_a_user_who_changed_meanwhile_is_not_counted_as_invited(emulate: Emulate, ledger: dict[str, Any]) -> None:
    machine = emulate(users=6, pending=3, odd=False)
    (one,) = hand_over(machine, ledger)["hand_overs"]
    active, moved, _same = (machine.rc.account.extensions[int(user["id"])] for user in one["batches"][0]["users"])
    active.status, moved.email = "Enabled", "moved@example.com"
    result = confirm(machine, ledger, one["id"])
    assert result["counts"]["invited"] == 1
    said = outcomes(result)
    assert said[str(moved.id)] == "in_doubt"
    assert said.get(str(active.id), "already_activated") == "already_activated"
    machine.rc.clock.advance(3600)
    assert hand_over(machine, ledger)["reasons"] == {"in_doubt": 1, "recently_invited": 1}
    machine.rc.clock.advance(48 * 3600)
    assert hand_over(machine, ledger)["counts"]["handed_over"] == 2


def test_a_hand_over_is_taken_back_whole(emulate: Emulate, ledger: dict[str, Any]) -> None:
    machine = emulate(users=6, pending=2, odd=False)
    (one,) = hand_over(machine, ledger)["hand_overs"]
    assert confirm(machine, ledger, one["id"], "*")["reasons"] == {"left_out": 2}
    machine.rc.clock.advance(120)
    assert hand_over(machine, ledger)["counts"]["handed_over"] == 2


def test_the_canary_is_the_first_batch_and_waves_have_batches_of_their_own(
    emulate: Emulate, ledger: dict[str, Any]
) -> None:
    machine = emulate(users=12, pending=5, odd=False)
    pending = [one for one in machine.rc.account.extensions.values() if one.status == "NotActivated"]
    for number, person in enumerate(pending):
        person.site = "Paris" if number < 3 else "Rome"
    (one,) = hand_over(machine, ledger, canary=1, waves=[{"site": ["Rome"]}, {}], wave_pause=600)["hand_overs"]
    batches = [(batch["name"], len(batch["users"]), bool(batch["note"])) for batch in one["batches"]]
    assert batches == [
        ("Rome", 1, True),
        ("Rome", 1, False),
        ("all other users", 1, True),
        ("all other users", 2, False),
    ]


def test_a_ledger_that_forgets_is_refused(emulate: Emulate) -> None:
    machine = emulate(users=6, pending=2, odd=False)
    for options in ({"transport": "portal"}, {"confirm": "h00000000000", "all_pending": False}):
        with pytest.raises(InvalidOption, match=r"needs .* ledger"):
            machine.invite(ledger={"backend": "none"}, **options)
    assert machine.rc.log == []
