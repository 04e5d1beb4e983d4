# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten days of a daily job with three batches: each user is mailed exactly when and as often as the variables say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from integration.playing import NO_LIMITS, Played, Player, mailed, requests
from integration.test_role_directory import _pending as pending

CLOCK = Path(__file__).parent / "clock"
DAYS = range(1, 11)
# The first day, at the hour at which the job runs: some days ahead, since the emulator's time never goes back.
START = datetime.now(timezone.utc).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=2)

# Who is mailed on which day; everybody is named by their place among the starters.
MAILED = {
    1: [0, 1, 2, 3],  # the first batch
    2: [],
    3: [4, 5],  # the second one; 0 activates after it
    4: [1, 2, 3],  # the first reminder; 5 activates after it
    5: [4],  # 1 activates and 3 leaves the company before it
    6: [6, 7, 8],  # the third batch, without reminders
    7: [2, 4],  # the second reminder, but not for 3; the last day of the second batch
    8: [],
    9: [],  # the second batch would remind 4 again, but is over
    10: [],  # the first batch would remind 2 again, but three times are enough
}
ACTIVATED = {3: 0, 4: 5}  # after the job of which day; 1 does so before that of day 5, as 3 leaves
LEAVES = 5

# listed, found, invited, activated, mailed now, held: of each batch after the first job of the day.
FUNNELS = {
    1: ([4, 4, 4, 0, 4, 0], [2, 2, 0, 0, 0, 0], [4, 3, 0, 0, 0, 1]),
    3: ([4, 4, 4, 0, 0, 0], [2, 2, 2, 0, 2, 0], [4, 3, 0, 0, 0, 1]),
    4: ([4, 4, 4, 1, 3, 0], [2, 2, 2, 0, 0, 0], [4, 3, 0, 0, 0, 1]),
    6: ([4, 4, 4, 2, 0, 1], [2, 2, 2, 1, 0, 0], [4, 3, 3, 0, 3, 1]),
    7: ([4, 4, 4, 2, 1, 1], [2, 2, 2, 1, 1, 0], [4, 3, 3, 0, 0, 1]),
    10: ([4, 4, 4, 2, 0, 1], [2, 2, 2, 1, 0, 0], [4, 3, 3, 0, 0, 1]),
}


def day(number: int) -> str:
    return str((START + timedelta(days=number - 1)).date())


@dataclass(frozen=True)
class Day:
    """The job of one day, run twice, and who was mailed by each run."""

    first: Played
    mailed: list[int]
    logins: int
    second: Played
    mailed_again: list[int]


@dataclass(frozen=True)
class Story:
    days: dict[int, Day]
    check: Played
    mailed_by_check: int
    player: Player


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Emulator(users=40, pending=12, seed=7, limits=NO_LIMITS) as rc:
        yield tell(rc, Player(tmp_path_factory.mktemp("onboarding"), rc.env()))


def tell(rc: Emulator, player: Player) -> Story:
    people = pending(rc)
    place = {str(one.id): number for number, one in enumerate(people)}
    directory: list[dict[str, Any]] = [{"email": one.email, "name": one.name} for one in people]
    batches = [
        {
            "name": "first",
            "users": [one.email for one in people[:4]],
            "invite_on": day(1),
            "remind_every": "3d",
            "max_attempts": 3,
            "owner": "hr@example.com",
        },
        {
            "name": "second",
            "users": [str(one.id) for one in people[4:6]],
            "invite_on": day(3),
            "until": day(7),
            "remind_every": "2d",
            "max_attempts": 9,
            "owner": "sales@example.com",
        },
        {
            "name": "third",
            "users": [people[6].extension_number, "nobody@example.com"],
            "users_csv": "hires.csv",
            "invite_on": day(6),
        },
    ]
    hires = ["Name,E-Mail", *(f"{one.name},{one.email}" for one in people[7:9])]
    (player.folder / "hires.csv").write_text("\n".join(hires), encoding="utf-8")
    moved = 0.0
    days: dict[int, Day] = {}
    check, mailed_by_check = None, 0
    for number in DAYS:
        offset = (START + timedelta(days=number - 1)).timestamp() - time.time()
        rc.clock.advance(offset - moved)
        moved = offset
        today = replace(player, environment={**rc.env(), "PYTHONPATH": str(CLOCK), "MOVE_CLOCK_BY": str(offset)})

        def job(*options: str, today: Player = today) -> tuple[Played, list[int]]:
            before = len(rc.outbox)
            played = today.play(
                "onboard.ringcentral.onboard", *options, onboarding_batches=batches, reinvite_directory=directory
            )
            return played, sorted(place[user] for user in mailed(rc)[before:])

        if number == LEAVES:
            directory[3]["enabled"] = False
            people[1].status = "Enabled"
        if number == 6:
            check, who = job("--check")
            mailed_by_check = len(who)
        before = len(rc.log)
        first, who = job()
        logins = requests(rc, since=before)["getToken"]
        second, again = job()
        days[number] = Day(first, who, logins, second, again)
        if number in ACTIVATED:
            people[ACTIVATED[number]].status = "Enabled"
    assert check
    return Story(days, check, mailed_by_check, player)


def result(played: Played) -> dict[str, Any]:
    return played.result("Invite and remind the starters of all batches")


def test_each_day_ends_well(story: Story) -> None:
    for number, one in story.days.items():
        assert (one.first.code, one.second.code) == (0, 0), (number, one.first.output, one.second.output)


def test_each_is_mailed_exactly_when_and_as_often_as_the_variables_say(story: Story) -> None:
    assert {number: one.mailed for number, one in story.days.items()} == MAILED


def test_a_second_job_on_the_same_day_changes_nothing(story: Story) -> None:
    assert [one.mailed_again for one in story.days.values()] == [[]] * len(DAYS)
    assert [one.second.changed for one in story.days.values()] == [0] * len(DAYS)
    assert [bool(one.first.changed) for one in story.days.values()] == [bool(MAILED[number]) for number in DAYS]


@pytest.mark.parametrize("number", FUNNELS)
def test_the_table_shows_each_batch_and_how_far_it_is(story: Story, number: int) -> None:
    table = story.days[number].first.result("Show all batches")["msg"]
    table = table[table.index(f"ONBOARDING ON {day(number)} (UTC)") :]
    cells = [line.split() for line in table[2:5]]
    assert [(line[0], list(map(int, line[-6:]))) for line in cells] == list(
        zip(("first", "second", "third"), FUNNELS[number], strict=True)
    )
    assert [line[1] for line in cells] == ["hr@example.com", "sales@example.com", "-"]
    states = [" ".join(line[2:-6]) for line in cells]
    assert states == [
        "due",
        "due" if 3 <= number <= 7 else f"not before {day(3)}" if number < 3 else f"over since {day(8)}",
        "due" if number >= 6 else f"not before {day(6)}",
    ]
    unknown = table.index("UNKNOWN IN RINGCENTRAL, held (1)")
    assert table[unknown + 1].split()[:2] == ["third", "nobody@example.com"]


def test_whoever_left_is_held_in_the_table(story: Story) -> None:
    table = story.days[7].first.result("Show all batches")["msg"]
    assert any("disabled_in_directory" in line and "Person3" in line for line in table)


def test_check_mode_shows_what_the_job_then_does_and_mails_nobody(story: Story) -> None:
    assert story.check.code == 0, story.check.output
    assert story.mailed_by_check == 0
    batches = {one["name"]: one for one in result(story.check)["batches"]}
    assert {name: one["would_be_mailed"] for name, one in batches.items()} == {"first": 0, "second": 0, "third": 3}
    assert (batches["third"]["invited"], batches["third"]["mailed"]) == (0, 0)
    summary = story.check.result("Show all batches")["msg"][-1]
    assert summary.endswith(" 3 would be mailed, 2 held"), summary


def test_a_day_without_anybody_to_ask_is_one_login(story: Story) -> None:
    assert story.days[2].logins == 1


def test_the_counts_are_handed_on_by_batch_and_nothing_else(story: Story) -> None:
    custom = story.days[10].first.custom["_run"]
    names = ("listed", "found", "invited", "activated")
    funnels = {
        name: dict(zip(names, counts[:4], strict=True))
        for name, counts in zip(("first", "second", "third"), FUNNELS[10], strict=True)
    }
    assert custom == {"onboarding_counts": {"localhost": funnels}}


def test_each_batch_has_a_report_of_its_own_with_the_time_of_that_day(story: Story) -> None:
    reports = story.player.reports / "onboarding"
    written = (path.relative_to(reports) for path in reports.rglob("*.json"))
    assert sorted(path.as_posix() for path in written if "history" not in path.parts) == [
        "first/localhost.json",
        "localhost.json",
        "second/localhost.json",
        "third/localhost.json",
    ]
    third = json.loads((reports / "third/localhost.json").read_text(encoding="utf-8"))
    invited = [one["last_invited_at"] for one in third["results"] if one["last_invited_at"]]
    assert [moment[:13] for moment in invited] == [f"{day(6)}T08"] * 3
    summary = json.loads((reports / "localhost.json").read_text(encoding="utf-8"))
    last = result(story.days[10].second)
    assert summary["today"] == day(10)
    assert {name: summary[name] for name in ("batches", "funnels", "counts", "results")} == {
        name: last[name] for name in ("batches", "funnels", "counts", "results")
    }
    assert {path.stat().st_mode & 0o777 for path in reports.rglob("*.*")} == {0o600}
