# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_send_invite in waves: their order, the pauses between them, and what a failure stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import IncompleteDelivery, InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._waves import IN_NO_WAVE
from machine import FIELD, Machine
from scripted import BULK, LIST, answer, extension, page
from unit.plugins.modules.onboarding import bulk_requests, ids, mailed, outcomes, pending, requests_to, split, writes
from unit.plugins.modules.sending import ACCEPTED, TASK, sent, task

Emulate = Callable[..., Machine]

NOT_ATTEMPTED = "not attempted, the run stopped early; the next run will invite them"


def started(emulate: Emulate, *sizes: int) -> tuple[Machine, list[list[Any]]]:
    """A machine, and its pending users in groups of these sizes; each group is a department of its own."""
    machine = emulate(users=sum(sizes) + 2, pending=sum(sizes), odd=False)
    groups = [list(group) for group in split(pending(machine), *sizes)]
    for number, group in enumerate(groups):
        for one in group:
            one.department = f"team{number}"
    return machine, groups


def waves(*numbers: int) -> list[dict[str, Any]]:
    return [{"department": [f"team{number}"]} for number in numbers]


def at(site: str, number: int) -> dict[str, Any]:
    return extension(number, site={"id": "9", "name": site})


def messages(result: dict[str, Any]) -> dict[int, str]:
    return {int(row["id"]): row["message"] for row in result["results"]}


def test_waves_are_sent_in_their_order_within_one_login(emulate: Emulate) -> None:
    machine, groups = started(emulate, *[2] * 9)
    order = [8, 0, 7, 1, 6, 2, 5, 3, 4]
    result = machine.invite(waves=waves(*order))
    assert [sorted(request) for request in bulk_requests(machine)] == [ids(groups[number]) for number in order]
    assert (requests_to(machine, "getToken"), requests_to(machine, "listExtensions")) == (1, 1)
    assert result["waves"] == [*({"name": f"team{n}", "users": 2} for n in order), {"name": None, "users": 0}]
    assert result["counts"]["invited"] == 18


def test_the_pause_is_slept_between_waves_alone_and_spends_no_max_wait(runner: Any) -> None:
    people = [at("Paris", 1), at("Paris", 2), at("Rome", 3), at("Rome", 4)]
    result = runner.invite(
        people,
        ACCEPTED,
        task(1, 2),
        (LIST, page(people)),
        ACCEPTED,
        task(3, 4),
        waves=[{"site": ["Paris"]}, {"site": ["Oslo"]}, {"site": ["Rome"]}, {"site": ["Bern"]}],
        wave_pause=1800,
        max_wait=5,
    )
    assert runner.clock.naps == [0.25, 1800, 0.25]
    assert result["counts"]["invited"] == 4


def test_there_is_no_pause_if_only_one_wave_has_users(runner: Any) -> None:
    runner.invite([at("Rome", 1), at("Rome", 2)], ACCEPTED, task(1, 2), waves=[{"site": ["Oslo"]}, {}], wave_pause=1800)
    assert runner.clock.naps == [0.25]


@pytest.mark.parametrize("pause", [3601, 86400])
def test_a_pause_longer_than_a_session_logs_in_again_and_mails_no_user_twice(emulate: Emulate, pause: int) -> None:
    machine, groups = started(emulate, 2, 2, 2)
    result = machine.invite(waves=waves(0, 1, 2), wave_pause=pause)
    assert requests_to(machine, "getToken") == 3
    assert Counter(mailed(machine)) == dict.fromkeys(ids(pending(machine)), 1)
    assert set(outcomes(result).values()) == {"invited"}
    assert machine.rc.state()["violations"] == []
    assert len(groups) == len(result["tasks"])


def test_a_wave_that_fails_is_the_last(emulate: Emulate) -> None:
    machine, groups = started(emulate, 2, 2, 2)
    machine.rc.account.reject[groups[1][0].id] = "not this one"
    start = machine.now()
    with pytest.raises(IncompleteDelivery) as caught:
        machine.invite(waves=waves(0, 1, 2), wave_pause=600)
    assert sorted(mailed(machine)) == sorted([*ids(groups[0]), groups[1][1].id])
    assert {messages(caught.value.result)[one.id] for one in groups[2]} == {NOT_ATTEMPTED}
    assert str(caught.value) == "3 of 6 users were invited (1 failed); stopped because the wave team1 failed"
    assert machine.now() - start < timedelta(seconds=1200)  # it does not wait for a wave that will not come


def test_a_failure_within_max_failures_does_not_stop_the_waves(emulate: Emulate) -> None:
    machine, groups = started(emulate, 2, 2)
    for group in groups:
        machine.rc.account.reject[group[0].id] = "not this one"
    with pytest.raises(IncompleteDelivery, match=r"^2 of 4 users were invited \(2 failed\); see results"):
        machine.invite(waves=waves(0, 1), max_failures=1)
    assert mailed(machine) == [group[1].id for group in groups]


def test_a_wave_in_doubt_is_the_last(emulate: Emulate) -> None:
    machine, groups = started(emulate, 2, 2)
    machine.rc.account.task_script = {"leave_out": 1}
    with pytest.raises(IncompleteDelivery, match=r"1 unknown\); stopped because the wave team0 failed"):
        machine.invite(waves=waves(0, 1), ledger={"backend": "none"})
    assert not set(mailed(machine)) & set(ids(groups[1]))


def test_each_wave_has_a_canary(emulate: Emulate) -> None:
    machine, groups = started(emulate, 3, 2)
    machine.invite(waves=waves(0, 1), canary=1, transport="bulk")
    assert [len(request) for request in bulk_requests(machine)] == [1, 2, 1, 1]
    assert set(bulk_requests(machine)[2]) < set(ids(groups[1]))


def test_max_failures_counts_for_each_wave(emulate: Emulate) -> None:
    machine, groups = started(emulate, 4, 4)
    for number, one in enumerate(pending(machine)):
        one.created = one.created.replace(year=2020, month=1, day=1 + number)  # the oldest go first
    bad = [groups[0][0], groups[1][0], groups[1][1]]
    for one in bad:
        machine.rc.account.reject[one.id] = "not this one"
    with pytest.raises(IncompleteDelivery, match="max_failures: 2 failed or uncertain; the limit is 1"):
        machine.invite(waves=waves(0, 1), max_failures=1, transport="single")
    assert mailed(machine) == ids(groups[0][1:])


def test_users_in_no_wave_are_reported_and_not_mailed(emulate: Emulate) -> None:
    machine, groups = started(emulate, 2, 3)
    options = {"waves": waves(0)}
    planned = machine.invite(**options, check_mode=True)
    result = machine.invite(**options)
    for one in (planned, result):
        assert {messages(one)[left.id] for left in groups[1]} == {IN_NO_WAVE}
        assert one["waves"] == [{"name": "team0", "users": 2}, {"name": None, "users": 3}]
    assert sorted(mailed(machine)) == ids(groups[0])
    assert {entry["id"] for entry in planned["plan"]["users"]} == {str(one.id) for one in groups[0]}


def test_a_window_that_closes_during_the_pause_holds_the_next_wave(runner: Any) -> None:
    people = [at("Paris", 1), at("Paris", 2), at("Rome", 3), at("Rome", 4)]
    result = runner.invite(
        people,
        ACCEPTED,
        task(1, 2),
        (LIST, page(people)),
        waves=[{"site": ["Paris"]}, {"site": ["Rome"]}],
        wave_pause=7200,
        window={"start": "09:00", "end": "10:00", "timezone": "UTC"},
    )
    assert outcomes(result) == {4001: "invited", 4002: "invited", 4003: "outside_window", 4004: "outside_window"}
    assert messages(result)[4003] == "the window of Rome opens on Tue 2026-03-03 09:00 UTC"
    assert len(sent(runner, BULK)) == 1
    assert (result["counts"]["send"], result["counts"]["skip"]) == (2, 2)


def test_check_mode_plans_what_a_run_does(emulate: Emulate) -> None:
    machine, groups = started(emulate, 2, 2, 1)
    groups[1][0].email = ""
    options: dict[str, Any] = {"waves": waves(1, 0), "ledger": FIELD}
    planned = machine.invite(**options, check_mode=True)
    assert (writes(machine), mailed(machine)) == ([], [])
    done = machine.invite(**options)
    assert planned["waves"] == done["waves"]
    assert planned["diff"] == done["diff"]
    swapped = {user_id: outcome.replace("would_invite", "invited") for user_id, outcome in outcomes(planned).items()}
    assert swapped == outcomes(done)
    assert messages(planned) == messages(done)


def test_a_refused_login_after_a_pause_leaves_the_rest_for_the_next_run(runner: Any) -> None:
    with pytest.raises(IncompleteDelivery, match=r"^2 of 4 users were invited; stopped because RingCentral refused"):
        runner.invite(
            [at("Paris", 1), at("Paris", 2), at("Rome", 3), at("Rome", 4)],
            ACCEPTED,
            task(1, 2),
            (LIST, answer(401, {"errorCode": "OAU-128"})),
            ("POST /restapi/oauth/token", answer(400, {"error": "invalid_grant"})),
            waves=[{"site": ["Paris"]}, {"site": ["Rome"]}],
            wave_pause=7200,
        )
    second = runner.invite(
        [at("Paris", 1), at("Paris", 2), at("Rome", 3), at("Rome", 4)],
        (BULK, answer(body={"id": "t1", "status": "Accepted"})),
        (TASK, task(3, 4)[1]),
    )
    assert outcomes(second) == {4001: "recently_invited", 4002: "recently_invited", 4003: "invited", 4004: "invited"}


@pytest.mark.parametrize(
    "options",
    [
        {"waves": [{}, {"site": ["Paris"]}]},
        {"waves": [{"site": [""]}]},
        {"wave_pause": -1},
        {"wave_pause": "nan"},
        {"wave_pause": "inf"},
        {"wave_pause": 1e300},
    ],
)
def test_bad_waves_are_refused_before_any_request(emulate: Emulate, options: dict[str, Any]) -> None:
    machine, _groups = started(emulate, 1)
    with pytest.raises(InvalidOption, match=r"^waves|^wave_pause"):
        machine.invite(**options)
    assert machine.rc.log == []


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (at("Rome", 3) | {"contact": {"email": "private@example.net"}}, "changed_since_plan"),
        (at("Rome", 3) | {"contact": {}}, "changed_since_plan"),
        (at("Rome", 3) | {"status": "Enabled"}, "already_activated"),
        (at("Rome", 3) | {"status": "Disabled"}, "disabled"),
        (at("Rome", 3) | {"status": "Moved"}, "changed_since_plan"),
        (at("Rome", 3) | {"type": "Department"}, "changed_since_plan"),
        (None, "not_found"),
    ],
)
def test_a_user_who_changes_during_the_pause_is_not_mailed(
    runner: Any, now: dict[str, Any] | None, reason: str
) -> None:
    people = [at("Paris", 1), at("Paris", 2), at("Rome", 3), at("Rome", 4), at("Rome", 5)]
    result = runner.invite(
        people,
        ACCEPTED,
        task(1, 2),
        (LIST, page([*people[:2], *([now] if now else []), *people[3:]])),
        ACCEPTED,
        task(4, 5),
        waves=[{"site": ["Paris"]}, {"site": ["Rome"]}],
        wave_pause=7200,
    )
    assert outcomes(result)[4003] == reason
    assert [[record["id"] for record in request["records"]] for request in sent(runner, BULK)][1] == ["4004", "4005"]
    assert (result["counts"]["invited"], result["counts"]["send"]) == (4, 4)


def test_a_user_whose_address_this_run_corrected_is_mailed_after_the_pause(emulate: Emulate) -> None:
    machine, groups = started(emulate, 1, 2)
    people = pending(machine)
    for number, one in enumerate(people):
        one.first_name, one.last_name = "Starter", f"Number{number}"
    directory = [
        {"email": f"right{number}@example.com", "name": one.name, "extension_number": one.extension_number}
        for number, one in enumerate(people)
    ]
    machine.invite(waves=waves(0, 1), wave_pause=7200, directory=directory, correct_email=True)
    assert sorted(mail["email"] for mail in machine.rc.outbox) == [f"right{number}@example.com" for number in range(3)]
    assert len(mailed(machine)) == sum(map(len, groups))
