# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of starters: all that is wrong with them is told at once, and a file of starters is read whole."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.filter.batches import (
    onboarding_files,
    onboarding_plan,
)
from unit.plugins.filter.planning import LABELS, NOW, batch, file, one, plan, problems


@pytest.mark.parametrize("day", ["2026-12-01", date(2026, 12, 1), " 2026-12-01 "])
def test_a_date_is_read_as_yaml_gives_it_and_as_text(day: object) -> None:
    assert one(invite_on=day, until=day)["invite_on"] == "2026-12-01"


@pytest.mark.parametrize(
    ("invite_on", "until", "state"),
    [
        ("2026-12-03", None, "due"),
        ("2026-12-03", "2026-12-03", "due"),
        ("2026-12-04", None, "early"),
        ("2026-12-04", "2026-12-05", "early"),
        ("2026-11-01", "2026-12-02", "over"),
    ],
)
def test_a_batch_is_due_from_its_day_to_its_last(invite_on: str, until: str | None, state: str) -> None:
    assert one(invite_on=invite_on, until=until)["state"] == state


def test_what_day_it_is_depends_on_where() -> None:
    assert plan(batch(invite_on="2026-12-04"), timezone="Europe/Paris")["batches"][0]["state"] == "due"
    assert plan(timezone="America/New_York")["today"] == "2026-12-03"
    for nowhere in ("Europe/Nowhere", "../etc", "", None):
        with pytest.raises(AnsibleFilterError, match=r"onboarding_timezone: .* write one such as Europe/Paris"):
            onboarding_plan([], [], NOW, nowhere)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keys", "resend_after", "max_attempts"),
    [
        ({}, 47 * 3600, 1),
        ({"max_attempts": 1}, 47 * 3600, 1),
        ({"remind_every": "3d"}, 71 * 3600, 3),
        ({"remind_every": "1w", "max_attempts": "2"}, 167 * 3600, 2),
        ({"remind_every": "1d", "max_attempts": 1}, 23 * 3600, 1),
    ],
)
def test_reminders_are_an_hour_early_and_none_without_an_interval(
    keys: dict[str, Any], resend_after: int, max_attempts: int
) -> None:
    read = one(**keys)
    assert (read["resend_after"], read["max_attempts"]) == (f"{resend_after}s", max_attempts)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"invite_on": "01.12.2026"}, "invite_on: '01.12.2026' is no date; write the year first, then month and day"),
        ({"invite_on": "2026-12-1"}, "invite_on: '2026-12-1' is no date"),
        ({"invite_on": 20261201}, "invite_on: '20261201' is no date"),
        ({"invite_on": "2026-02-30"}, "invite_on: there is no 2026-02-30; write a day of the calendar"),
        ({"invite_on": datetime(2026, 12, 1, 9)}, "has a time; write the day alone, 2026-12-01"),  # noqa: DTZ001
        ({"invite_on": None}, "invite_on: is missing; write the first day of inviting, such as 2026-12-03"),
        ({"until": "2026-11-30"}, "until: 2026-11-30 is before invite_on, which is 2026-12-01"),
        ({"until": "soon"}, "until: 'soon' is no date"),
        ({"remind_every": "3"}, "remind_every: '3' is not a valid duration; write a number with its unit"),
        ({"remind_every": 3}, "remind_every: '3' is not a valid duration"),
        ({"remind_every": "12h"}, "remind_every: '12h' is less than a day; write 1d or more"),
        ({"max_attempts": 0, "remind_every": "3d"}, "max_attempts: 0 is no number of mails; write 1 or more"),
        ({"max_attempts": True, "remind_every": "3d"}, "max_attempts: True is no number of mails"),
        ({"max_attempts": "three", "remind_every": "3d"}, "max_attempts: 'three' is no number"),
        ({"max_attempts": 3}, "max_attempts: without remind_every nobody is reminded; add it"),
        ({"users": []}, "users: nobody is named"),
        ({"users": None}, "users: nobody is named"),
        ({"users": "ada@example.com"}, "users: must be a list"),
        ({"users": ["ada@example.com", None, " ", True]}, "users: the entries 2, 3, 4 name nobody"),
        ({"name": " "}, "name: is blank"),
        ({"name": ["x"]}, "name: must be text"),
        ({"name": "ä" * 40}, "name: is too long for a folder"),
        ({"owner": {"name": "HR"}}, "owner: must be text"),
        ({"remind": "3d"}, "remind: is not known; write remind_every"),
        ({"xyz": "3d"}, "xyz: is not known; known are name, users"),
        ({"users_csv": "hires.csv"}, "users_csv: hires.csv: the file cannot be read"),
        ({"users_csv": 7}, "users_csv: 7: the file cannot be read"),
    ],
)
def test_what_is_wrong_is_told_with_the_batch_and_what_to_write(keys: dict[str, Any], said: str) -> None:
    (problem,) = problems(batch(**keys))
    assert said in problem
    assert problem.startswith(
        f"batch {keys['name']}: name: " if "ä" in keys.get("name", "") else LABELS["name" in keys]
    )


def test_everything_is_told_at_once() -> None:
    told = problems(
        batch(invite_on="soon", until="later"),
        batch(users=[]),
        {"users": ["bob@example.com"], "invite_on": "2026-12-01"},
        "january",
    )
    assert [text.partition(";")[0] for text in told] == [
        "batch december: invite_on: 'soon' is no date",
        "batch december: until: 'later' is no date",
        "batch december: users: nobody is named",
        "batch number 3: name: is missing",
        "batch number 4: it must be a dictionary with a name and users",
        "batch december: name: there are two of it",
    ]


def test_no_list_is_no_batches() -> None:
    for nothing in ({"name": "x"}, "x", None, 3):
        assert onboarding_plan(nothing, [], NOW)["problems"] == [
            "the batches must be a list, each with a name, users and invite_on"
        ]
        assert onboarding_files(nothing) == []


def test_a_user_in_two_batches_is_told_by_both_names() -> None:
    many = [f"starter{number}@example.com" for number in range(8)]
    told = problems(
        batch(users=[*many, "Ada@Example.com"]),
        batch(name="january", users=[" ada@example.COM", "eve@example.com"]),
        batch(name="february", users=many),
    )
    assert told == [
        "batch january: users: ada@example.COM in the batch december too; leave each in one of them",
        "batch february: users: "
        + ", ".join(many[:5])
        + " and 3 more in the batch december too; leave each in one of them",
    ]


def test_a_name_twice_in_one_batch_is_no_matter() -> None:
    assert one(users=["ada@example.com", "ada@example.com ", 101, "101"])["users"] == ["ada@example.com", "101"]


@pytest.mark.parametrize("name", ["..", ".", "a/b", "ä", "x y", ".hidden"])
def test_the_folder_of_a_batch_is_one_folder(name: str) -> None:
    folder = one(name=name)["folder"]
    assert folder.isascii()
    assert not folder.startswith(".")
    assert "/" not in folder


def test_a_batch_for_one_starter_needs_no_day() -> None:
    planned = plan({"name": "Ada", "users": ["ada@example.com"]}, dated=False)
    assert planned["problems"] == []
    assert (planned["batches"][0]["state"], planned["batches"][0]["invite_on"]) == ("due", "")


HIRES = "Name;E-Mail;Start\r\nAda;ada@example.com;1.12.\r\n;;\r\nBob;bob@example.com;1.12.\r\n"


def test_a_file_is_read_beside_the_list() -> None:
    entry = batch(users=["eve@example.com", "ada@example.com"], users_csv="hires.csv", users_csv_delimiter=";")
    planned = plan(entry, files={"hires.csv": file(HIRES)})
    assert planned["problems"] == []
    assert planned["batches"][0]["users"] == ["eve@example.com", "ada@example.com", "bob@example.com"]
    assert onboarding_files([entry, entry, batch(users_csv="other.csv"), batch(users_csv=["x"]), "x"]) == [
        "hires.csv",
        "other.csv",
    ]


def test_its_column_and_encoding_can_be_named() -> None:
    content = file("Adresse\tPrénom\nada@example.com\tAda\n", "cp1252")
    options = {"users_csv_column": "adresse", "users_csv_delimiter": "\t", "users_csv_encoding": "cp1252"}
    planned = plan(batch(users=None, users_csv="hires.csv", **options), files={"hires.csv": content})
    assert planned["problems"] == []
    assert planned["batches"][0]["users"] == ["ada@example.com"]


@pytest.mark.parametrize(
    ("content", "keys", "said"),
    [
        (file(HIRES + ";102;Total\n"), {}, "line 5 is a total"),
        (file("Name;E-Mail\nTotal;102\n"), {}, "line 2 is a total, not a person; remove it"),
        (file("Name;E-Mail\nAda Lovelace;R&D;ada@example.com\n"), {}, "line 2 has 3 cells, and the header has 2"),
        (file("Name;E-Mail\n"), {"users_csv_delimiter": ";"}, "there is no person below its header"),
        (file(""), {}, "there is no column"),
        (file("Adresse\nada@example.com\n"), {"users_csv_column": "Mail"}, "name it in users_csv_column"),
        (file("mail\nä@example.com\n", "cp1252"), {}, "line 2 is not in the encoding utf-8-sig"),
        (file(HIRES), {"users_csv_delimiter": ";;"}, "the delimiter must be one character"),
        ({"msg": "file not found: /x/hires.csv"}, {}, "file not found: /x/hires.csv"),
    ],
)
def test_no_row_of_a_file_is_forgotten(content: dict[str, Any], keys: dict[str, Any], said: str) -> None:
    (problem,) = problems(batch(users_csv="hires.csv", **keys), files={"hires.csv": content})
    assert problem.startswith("batch december: users_csv: hires.csv: ")
    assert said in problem


def test_a_row_without_an_address_is_held_by_itself() -> None:
    content = file(HIRES.replace("bob@example.com", "") + "Eve\n")
    planned = plan(batch(users=None, users_csv="hires.csv"), files={"hires.csv": content})
    assert planned["problems"] == []
    assert planned["batches"][0]["users"][-2:] == ["(line 4: no address)", "(line 5: no address)"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.floats(), st.lists))
def test_whatever_is_written_is_told_or_read(value: object) -> None:
    for key in ("users", "users_csv", "users_csv_column", "invite_on", "until", "remind_every", "max_attempts", "site"):
        planned = plan(batch(**{key: value}))
        assert planned["problems"] or planned["batches"][0]["users"]
