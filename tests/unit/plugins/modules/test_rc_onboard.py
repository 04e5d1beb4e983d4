# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_onboard against the emulator: batches, their days, their limits, and what happens when one of them fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import IncompleteDelivery, InvalidOption
from machine import FIELD, Machine
from scripted import extension
from unit.plugins.modules.onboarding import (
    batch,
    bulk_requests,
    day,
    ids,
    mailed,
    outcomes,
    pending,
    requests_to,
    split,
    summary,
    writes,
)

Emulate = Callable[..., Machine]

DAY = 24 * 3600


@pytest.fixture(params=["sqlite", "custom_field"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    return {"path": str(tmp_path / "ledger.sqlite3")} if request.param == "sqlite" else FIELD


def started(emulate: Emulate, *sizes: int, **options: Any) -> tuple[Machine, list[Any]]:
    """A machine, and its pending users in groups of these sizes."""
    machine = emulate(users=sum(sizes) + 2, pending=sum(sizes), odd=False, **options)
    return machine, split(pending(machine), *sizes)


def test_many_batches_take_one_login_and_one_reading(emulate: Emulate, ledger: dict[str, Any]) -> None:
    machine, groups = started(emulate, *[2] * 9)
    result = machine.onboard(
        batches=[batch(machine, f"team{number}", group) for number, group in enumerate(groups)], ledger=ledger
    )
    assert (requests_to(machine, "getToken"), requests_to(machine, "listExtensions")) == (1, 1)
    assert len(bulk_requests(machine)) == 1
    assert sorted(mailed(machine)) == ids(pending(machine))
    assert result["counts"] == {
        "listed": 18, "found": 18, "invited": 18, "activated": 0, "mailed": 18, "would_be_mailed": 0,
        "handed_over": 0, "held": 0
    }  # fmt: skip
    assert [row["batch"] for row in result["results"]] == [f"team{number}" for number in range(9) for _user in (1, 2)]


def test_batches_share_bulk_requests_of_500(emulate: Emulate, tmp_path: Path) -> None:
    machine, groups = started(emulate, 400, 350, 250)
    batches = [batch(machine, f"team{number}", group) for number, group in enumerate(groups)]
    result = machine.onboard(batches=batches, ledger={"path": str(tmp_path / "ledger")})
    requests = bulk_requests(machine)
    assert [len(request) for request in requests] == [500, 500]
    assert set(ids(groups[0])) < set(requests[0])
    assert set(ids(groups[2])) < set(requests[1])
    assert set(Counter(mailed(machine)).values()) == {1}
    assert (len(mailed(machine)), len(result["tasks"])) == (1000, 2)


def test_a_second_run_on_the_same_day_changes_nothing(emulate: Emulate, ledger: dict[str, Any]) -> None:
    machine, groups = started(emulate, 3, 2)
    options = {"batches": [batch(machine, "a", groups[0]), batch(machine, "b", groups[1], remind_every="1d")]}
    first = machine.onboard(**options, ledger=ledger)
    before = list(mailed(machine))
    again = machine.onboard(**options, ledger=ledger)
    assert (first["changed"], again["changed"]) == (True, False)
    assert mailed(machine) == before
    assert again["reasons"] == {"recently_invited": 5}
    assert summary(again, "invited", "mailed") == {"a": (3, 0), "b": (2, 0)}


def test_reminders_follow_the_interval_until_a_user_activates_or_the_batch_ends(
    emulate: Emulate, ledger: dict[str, Any]
) -> None:
    machine, (quiet, active, once) = started(emulate, 1, 1, 1)
    batches = [
        batch(machine, "reminded", [*quiet, *active], remind_every="3d", max_attempts=9, until=day(machine, 8)),
        batch(machine, "once", once),
    ]
    by_day = []
    for number in range(11):
        before = len(mailed(machine))
        machine.onboard(batches=batches, ledger=ledger)
        by_day.append(sorted(mailed(machine)[before:]))
        if number == 3:
            active[0].status = "Enabled"
        machine.rc.clock.advance(DAY)
    assert {number: who for number, who in enumerate(by_day) if who} == {
        0: sorted(ids([*quiet, *active, *once])),
        3: ids([*quiet, *active]),
        6: ids(quiet),
    }


def test_reminders_stop_at_max_attempts(emulate: Emulate, ledger: dict[str, Any]) -> None:
    machine, (group,) = started(emulate, 1)
    batches = [batch(machine, "a", group, remind_every="1d", max_attempts=2)]
    reasons = []
    for _day in range(4):
        reasons.append(machine.onboard(batches=batches, ledger=ledger)["reasons"])
        machine.rc.clock.advance(DAY)
    assert reasons == [{"not_activated": 1}, {"not_activated": 1}, {"attempts_exhausted": 1}, {"attempts_exhausted": 1}]
    assert len(mailed(machine)) == 2


def test_early_and_past_batches_are_only_counted(emulate: Emulate) -> None:
    machine, (due, early, past) = started(emulate, 2, 2, 2)
    past[0].status = "Enabled"
    result = machine.onboard(
        batches=[
            batch(machine, "early", early, invite_on=day(machine, 1)),
            batch(machine, "due", due),
            batch(machine, "past", past, invite_on=day(machine, -9), until=day(machine, -1)),
        ]
    )
    assert sorted(mailed(machine)) == ids(due)
    assert {row["batch"] for row in result["results"]} == {"due"}
    assert summary(result, "state", "listed", "found", "invited", "activated", "mailed") == {
        "early": ("early", 2, 2, 0, 0, 0),
        "due": ("due", 2, 2, 2, 0, 2),
        "past": ("over", 2, 2, 1, 1, 0),
    }


def test_a_day_begins_in_the_time_zone(runner: Any) -> None:
    runner.clock.seconds += 6 * 3600  # 15:00 UTC, and the next day in Kiritimati
    batches = [{"name": "a", "users": ["101"], "invite_on": "2026-03-03"}]
    options = {"batches": batches, "check_mode": True}
    east = runner.onboard([extension(1)], **options, timezone="Pacific/Kiritimati")
    assert (east["today"], summary(east, "state", "would_be_mailed")) == ("2026-03-03", {"a": ("due", 1)})
    here = runner.onboard([extension(1)], **options)
    assert (here["today"], summary(here, "state", "would_be_mailed")) == ("2026-03-02", {"a": ("early", 0)})


def test_check_mode_gives_the_same_result_and_writes_nothing(emulate: Emulate, ledger: dict[str, Any]) -> None:
    machine, groups = started(emulate, 2, 2)
    groups[1][0].email = ""
    batches = [batch(machine, "a", groups[0]), batch(machine, "b", groups[1])]
    planned = machine.onboard(batches=batches, ledger=ledger, check_mode=True)
    assert (writes(machine), mailed(machine)) == ([], [])
    assert not Path(ledger.get("path", "/nowhere")).exists()
    done = machine.onboard(batches=batches, ledger=ledger)
    assert planned["diff"] == done["diff"]
    assert len(done["diff"]["after"]) == 3
    assert (planned["changed"], done["changed"]) == (True, True)
    assert [
        (row["id"], row["decision"], row["reason"], (row["outcome"] or "").replace("would_invite", "invited"))
        for row in planned["results"]
    ] == [(row["id"], row["decision"], row["reason"], row["outcome"] or "") for row in done["results"]]
    assert summary(planned, "would_be_mailed", "mailed") == {"a": (2, 0), "b": (1, 0)}
    assert summary(done, "would_be_mailed", "mailed") == {"a": (0, 2), "b": (0, 1)}


def test_limit_counts_for_each_batch(emulate: Emulate) -> None:
    machine, groups = started(emulate, 3, 3)
    result = machine.onboard(batches=[batch(machine, "a", groups[0]), batch(machine, "b", groups[1])], limit=2)
    assert result["reasons"] == {"not_activated": 4, "over_limit": 2}
    assert summary(result, "mailed") == {"a": (2,), "b": (2,)}


def test_a_batch_over_max_invites_is_not_sent_and_the_others_are(emulate: Emulate) -> None:
    machine, (large, small) = started(emulate, 3, 2)
    batches = [batch(machine, "large", large), batch(machine, "small", small)]
    with pytest.raises(IncompleteDelivery) as caught:
        machine.onboard(batches=batches, max_invites=2)
    assert str(caught.value) == (
        "1 of 2 batches failed:\n- large: 0 of 3 users were invited; stopped because max_invites: 3 users would be "
        "invited, the limit is 2; no mail was sent"
    )
    assert sorted(mailed(machine)) == ids(small)
    result = caught.value.result
    assert {row["message"] for row in result["results"] if row["batch"] == "large"} == {
        "not attempted, the run stopped early; the next run will invite them"
    }
    assert result["changed"]
    with pytest.raises(IncompleteDelivery, match=r"^1 of 2 batches failed:\n- large: "):
        machine.onboard(batches=batches, max_invites=2, check_mode=True)


def test_each_batch_has_a_canary(emulate: Emulate) -> None:
    machine, (bad, good) = started(emulate, 4, 4)
    machine.rc.account.reject[bad[0].id] = "not this one"
    for number, one in enumerate([*bad, *good]):
        one.created = one.created.replace(year=2020, month=1, day=1 + number)  # the oldest go first
    with pytest.raises(IncompleteDelivery) as caught:
        machine.onboard(batches=[batch(machine, "bad", bad), batch(machine, "good", good)], canary=2, max_failures=3)
    requests = bulk_requests(machine)
    assert sorted(requests[0]) == sorted([*ids(bad[:2]), *ids(good[:2])])
    assert [sorted(request) for request in requests[1:]] == [ids(good[2:])]
    assert sorted(mailed(machine)) == sorted([bad[1].id, *ids(good)])
    assert summary(caught.value.result, "mailed") == {"bad": (1,), "good": (4,)}
    assert "- bad: 1 of 4 users were invited (1 failed); stopped because canary:" in str(caught.value)
    assert "- good" not in str(caught.value)


def test_max_failures_counts_for_each_batch(emulate: Emulate) -> None:
    machine, (two_bad, one_bad) = started(emulate, 4, 4)
    for one in (*two_bad[:2], one_bad[0]):
        machine.rc.account.reject[one.id] = "not this one"
    for number, one in enumerate(pending(machine)):
        one.created = one.created.replace(year=2020, month=1, day=1 + number)
    with pytest.raises(IncompleteDelivery) as caught:
        machine.onboard(
            batches=[batch(machine, "two_bad", two_bad), batch(machine, "one_bad", one_bad)],
            max_failures=1,
            transport="single",
        )
    assert mailed(machine) == ids(one_bad[1:])
    assert str(caught.value) == (
        "1 of 2 batches failed:\n- two_bad: 0 of 4 users were invited (2 failed); stopped because max_failures: "
        "2 failed or uncertain; the limit is 1"
    )
    assert outcomes(caught.value.result)[one_bad[0].id] == "failed"


def test_a_batch_that_is_refused_entirely_leaves_the_others_served(emulate: Emulate) -> None:
    machine, (refused, good) = started(emulate, 2, 3)
    for one in refused:
        machine.rc.account.reject[one.id] = "not this one"
    batches = [batch(machine, "refused", refused), batch(machine, "good", good)]
    with pytest.raises(IncompleteDelivery) as caught:
        machine.onboard(batches=batches)
    assert str(caught.value) == (
        "1 of 2 batches failed:\n- refused: 0 of 2 users were invited (2 failed); see results for the message of each"
    )
    assert sorted(mailed(machine)) == ids(good)
    assert caught.value.result["funnels"]["refused"] == {"listed": 2, "found": 2, "invited": 0, "activated": 0}
    assert [row["message"] for row in caught.value.result["results"] if row["outcome"] == "failed"] == [
        "RingCentral refused: [CMN-101] not this one"
    ] * 2


def test_every_batch_fails_if_the_run_breaks_off(emulate: Emulate, ledger: dict[str, Any]) -> None:
    machine, groups = started(emulate, 2, 2)
    batches = [batch(machine, "a", groups[0]), batch(machine, "b", groups[1])]
    machine.rc.faults.add("500", "extensionBulkUpdate")
    with pytest.raises(IncompleteDelivery) as caught:
        machine.onboard(batches=batches, ledger=ledger)
    assert str(caught.value).startswith("2 of 2 batches failed:\n- a: 0 of 2 users were invited")
    machine.onboard(batches=batches, ledger=ledger)
    machine.rc.clock.advance(3 * DAY)
    assert max(Counter(mailed(machine)).values(), default=0) <= 1


def test_unknown_users_are_held_and_the_others_invited(emulate: Emulate) -> None:
    machine, (group,) = started(emulate, 2)
    due = batch(machine, "a", group)
    due["users"].append("gone@example.com")
    result = machine.onboard(batches=[due])
    assert sorted(mailed(machine)) == ids(group)
    assert summary(result, "listed", "found", "held") == {"a": (3, 2, 1)}
    assert result["batches"][0]["unknown"] == [
        {"name": "gone@example.com", "message": "no user has this e-mail, id or extension number"}
    ]


def test_unknown_fail_sends_no_mail_at_all(emulate: Emulate) -> None:
    machine, (group, others) = started(emulate, 2, 1)
    due = batch(machine, "a", group)
    due["users"] += ["gone@example.com", "lost@example.com"]
    early = batch(machine, "early", [], users=["not-yet@example.com"], invite_on=day(machine, 3))
    with pytest.raises(InvalidOption) as caught:
        machine.onboard(batches=[due, early, batch(machine, "b", others)], unknown="fail")
    assert str(caught.value).splitlines() == [
        "batches: No mail was sent. Fix these problems first:",
        "- batch a: users: gone@example.com: no user has this e-mail, id or extension number",
        "- batch a: users: lost@example.com: no user has this e-mail, id or extension number",
    ]
    assert mailed(machine) == []


def test_a_user_named_differently_in_two_batches_stops_the_run(emulate: Emulate) -> None:
    machine, (group,) = started(emulate, 2)
    second = batch(machine, "b", [], users=[group[0].email.upper()])
    with pytest.raises(InvalidOption, match=r"batch b: users: .* is in the batch a too, named in another way"):
        machine.onboard(batches=[batch(machine, "a", group), second])
    assert mailed(machine) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batches": [{"name": "a", "users": ["101"]}]}, "batch a: invite_on: is missing"),
        ({"timezone": "Europe/Nowhere"}, "timezone: 'Europe/Nowhere'"),
        ({"timezone": "../etc"}, "timezone: '../etc'"),
        ({"timezone": ""}, "timezone: ''"),
        ({"max_invites": -1}, "max_invites: -1 is negative"),
        ({"waves": [{}, {"site": ["Paris"]}]}, "waves: wave 1"),
        ({"directory": []}, "directory"),
    ],
)
def test_bad_options_are_refused_before_any_request(emulate: Emulate, options: dict[str, Any], message: str) -> None:
    machine, (group,) = started(emulate, 1)
    with pytest.raises(InvalidOption) as caught:
        machine.onboard(**{"batches": [batch(machine, "a", group)], **options})
    assert message in str(caught.value)
    assert machine.rc.log == []


def test_starters_come_from_a_file_too(emulate: Emulate, tmp_path: Path) -> None:
    machine, (group,) = started(emulate, 3)
    file = tmp_path / "starters.csv"
    file.write_text("Name;E-Mail\n" + "".join(f"x;{one.email}\n" for one in group[1:]) + "Eve;\n", encoding="utf-8")
    result = machine.onboard(batches=[batch(machine, "a", group[:1], users_csv=str(file))])
    assert sorted(mailed(machine)) == ids(group)
    assert summary(result, "listed", "found", "held") == {"a": (4, 3, 1)}
    assert [one["name"] for one in result["batches"][0]["unknown"]] == ["(line 4: no address)"]


def test_waves_run_across_the_batches(emulate: Emulate) -> None:
    machine, groups = started(emulate, 2, 2)
    for group in groups:
        group[0].site, group[1].site = "Paris", "Tōkyō"
    start = machine.now()
    result = machine.onboard(
        batches=[batch(machine, "a", groups[0]), batch(machine, "b", groups[1])],
        waves=[{"site": ["tōkyō"]}, {"site": ["Paris"]}],
        wave_pause=600,
    )
    assert [sorted(request) for request in bulk_requests(machine)] == [
        ids(group[1] for group in groups),
        ids(group[0] for group in groups),
    ]
    assert requests_to(machine, "getToken") == 1
    assert (machine.now() - start).total_seconds() >= 600
    assert summary(result, "mailed", "failure") == {"a": (2, ""), "b": (2, "")}


def test_a_batch_whose_wave_failed_is_not_in_the_next_one(emulate: Emulate) -> None:
    machine, (bad, good) = started(emulate, 2, 2)
    for group in (bad, good):
        group[0].site, group[1].site = "Paris", "Tōkyō"
    machine.rc.account.reject[bad[0].id] = "not this one"
    with pytest.raises(IncompleteDelivery) as caught:
        machine.onboard(
            batches=[batch(machine, "bad", bad), batch(machine, "good", good)],
            waves=[{"name": "first", "site": ["Paris"]}, {"site": ["Tōkyō"]}],
        )
    assert mailed(machine) == [good[0].id, good[1].id]
    assert "- bad: 0 of 2 users were invited (1 failed); stopped because the wave first failed" in str(caught.value)


def test_an_address_proposed_to_users_of_two_batches_is_given_to_neither(emulate: Emulate) -> None:
    machine, (first, second, third) = started(emulate, 1, 1, 1)
    people = [*first, *second, *third]
    emails = ["same@example.com", "same@example.com", "third@example.com"]
    for number, one in enumerate(people):
        one.first_name, one.last_name = "Starter", f"Number{number}"
    directory = [
        {"email": email, "name": one.name, "extension_number": one.extension_number}
        for email, one in zip(emails, people, strict=True)
    ]
    result = machine.onboard(
        batches=[batch(machine, name, [one]) for name, one in zip("abc", people, strict=True)],
        directory=directory,
        correct_email=True,
    )
    assert [(mail["extension_id"], mail["email"]) for mail in machine.rc.outbox] == [(third[0].id, "third@example.com")]
    assert [one.email for one in people[:2]] == [row["email"] for row in result["results"][:2]]
    assert "same@example.com" not in {one.email for one in people}


def test_the_site_of_a_batch_narrows_it(emulate: Emulate) -> None:
    machine, (group,) = started(emulate, 3)
    for one, site in zip(group, ("Paris", "Tōkyō", "São Paulo"), strict=True):
        one.site = site
    result = machine.onboard(
        batches=[batch(machine, "a", group[:2], site=["paris"]), batch(machine, "b", group[2:])], site=["São Paulo"]
    )
    assert outcomes(result) == {group[0].id: "invited", group[1].id: "filtered", group[2].id: "invited"}
