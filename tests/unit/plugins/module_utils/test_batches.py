# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of starters: one error reports all problems, and every row of a file counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._batches import read_batches, same_user_twice
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._people_csv import read_people_csv
from scripted import user
from unit.plugins.module_utils.planning import HEADING, TODAY, batch, one, problems, read


@pytest.mark.parametrize("day", ["2026-12-01", date(2026, 12, 1), " 2026-12-01 "])
def test_a_date_is_read_as_a_yaml_date_or_as_text(day: object) -> None:
    assert one(invite_on=day, until=day).invite_on == "2026-12-01"


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
def test_a_batch_is_due_from_its_first_day_to_its_last(invite_on: str, until: str | None, state: str) -> None:
    assert one(invite_on=invite_on, until=until).state == state


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
def test_reminders_are_due_an_hour_early_and_need_an_interval(
    keys: dict[str, Any], resend_after: int, max_attempts: int
) -> None:
    due = one(**keys)
    assert (due.resend_after, due.max_attempts) == (timedelta(seconds=resend_after), max_attempts)


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
        ({"max_attempts": 3}, "max_attempts: has no effect without remind_every; add it"),
        ({"users": []}, "users: names no user; write e-mail addresses"),
        ({"users": None}, "users: names no user; write e-mail addresses"),
        ({"users": "ada@example.com"}, "users: must be a list"),
        ({"users": ["ada@example.com", None, " ", True]}, "users: the entries 2, 3, 4 name no user"),
        ({"name": " "}, "name: is blank"),
        ({"name": ["x"]}, "name: must be text"),
        ({"name": "ä" * 40}, "name: is too long for a folder"),
        ({"owner": {"name": "HR"}}, "owner: must be text"),
        ({"remind": "3d"}, "remind: is not known; write remind_every"),
        ({"xyz": "3d"}, "xyz: is not known; known are name, users"),
        ({"users_csv": "hires.csv"}, "users_csv: hires.csv: the file cannot be read"),
        ({"users_csv": 7}, "users_csv: 7: must be text"),
    ],
)
def test_a_problem_names_the_batch_the_key_and_the_remedy(keys: dict[str, Any], said: str) -> None:
    (problem,) = problems(batch(**keys))
    assert said in problem
    label = "december" if "name" not in keys else keys["name"] if "ä" in keys["name"] else "number 1"
    assert problem.startswith(f"batch {label}: ")


def test_one_error_lists_every_problem() -> None:
    listed = problems(
        batch(invite_on="soon", until="later"),
        batch(users=[]),
        {"users": ["bob@example.com"], "invite_on": "2026-12-01"},
        "january",
    )
    assert [text.partition(";")[0] for text in listed] == [
        "batch december: invite_on: 'soon' is no date",
        "batch december: until: 'later' is no date",
        "batch december: users: names no user",
        "batch number 3: name: is missing",
        "batch number 4: it must be a dictionary with a name and users",
        "batch december: name: there are two of it",
    ]


def test_batches_must_be_a_list() -> None:
    for nothing in ({"name": "x"}, "x", None, 3):
        with pytest.raises(InvalidOption) as caught:
            read_batches(nothing, TODAY, read_people_csv)
        assert str(caught.value) == f"{HEADING}\n- the batches must be a list, each with a name, users and invite_on"


def test_users_in_two_batches_are_listed_with_both_batches() -> None:
    many = [f"starter{number}@example.com" for number in range(8)]
    listed = problems(
        batch(users=[*many, "Ada@Example.com"]),
        batch(name="january", users=[" ada@example.COM", "eve@example.com"]),
        batch(name="february", users=many),
    )
    assert listed == [
        "batch january: users: ada@example.COM in the batch december too; leave each in one of them",
        "batch february: users: "
        + ", ".join(many[:5])
        + " and 3 more in the batch december too; leave each in one of them",
    ]


def test_a_user_named_twice_in_one_batch_counts_once() -> None:
    assert one(users=["ada@example.com", "ada@example.com ", 101, "101"]).users == ("ada@example.com", "101")


@pytest.mark.parametrize("name", ["..", ".", "a/b", "ä", "x y", ".hidden"])
def test_the_folder_of_a_batch_is_a_single_safe_name(name: str) -> None:
    folder = one(name=name).folder
    assert folder.isascii()
    assert not folder.startswith(".")
    assert "/" not in folder


HIRES = b"Name;E-Mail;Start\r\nAda;ada@example.com;1.12.\r\n;;\r\nBob;bob@example.com;1.12.\r\n"


def test_users_of_a_file_follow_those_of_the_list() -> None:
    due = one(
        users=["eve@example.com", "ada@example.com"],
        users_csv="hires.csv",
        users_csv_delimiter=";",
        files={"hires.csv": HIRES},
    )
    assert due.users == ("eve@example.com", "ada@example.com", "bob@example.com")


def test_the_column_and_the_encoding_of_a_file_can_be_named() -> None:
    content = "Adresse\tPrénom\nada@example.com\tAda\n".encode("cp1252")
    options = {"users_csv_column": "adresse", "users_csv_delimiter": "\t", "users_csv_encoding": "cp1252"}
    assert one(users=None, users_csv="hires.csv", files={"hires.csv": content}, **options).users == ("ada@example.com",)


@pytest.mark.parametrize(
    ("content", "keys", "said"),
    [
        (HIRES + b";102;Total\n", {}, "line 5 is a total"),
        (b"Name;E-Mail\nTotal;102\n", {}, "line 2 is a total, not a person; remove it"),
        (b"Name;E-Mail\nAda Lovelace;R&D;ada@example.com\n", {}, "line 2 has 3 cells, and the header has 2"),
        (b"Name;E-Mail\n", {"users_csv_delimiter": ";"}, "there is no person below its header"),
        (b"", {}, "there is no column"),
        (b"Adresse\nada@example.com\n", {"users_csv_column": "Mail"}, "name it in users_csv_column"),
        ("mail\nä@example.com\n".encode("cp1252"), {}, "line 2 is not in the encoding utf-8-sig"),
        (HIRES, {"users_csv_delimiter": ";;"}, "the delimiter must be one character"),
        (None, {}, "the file cannot be read"),
    ],
)
def test_a_problem_in_a_file_names_the_batch_the_file_and_the_line(
    content: bytes | None, keys: dict[str, Any], said: str
) -> None:
    files = {} if content is None else {"hires.csv": content}
    (problem,) = problems(batch(users_csv="hires.csv", **keys), files=files)
    assert problem.startswith("batch december: users_csv: hires.csv: ")
    assert said in problem


def test_a_row_without_an_address_becomes_a_name_that_no_user_has() -> None:
    content = HIRES.replace(b"bob@example.com", b"") + b"Eve\n"
    due = one(users=None, users_csv="hires.csv", files={"hires.csv": content})
    assert due.users[-2:] == ("(line 4: no address)", "(line 5: no address)")


def test_many_problems_are_cut_short_and_counted() -> None:
    listed = problems(*[batch(name=f"batch{number}", users=[]) for number in range(40)])
    assert len(listed) == 31
    assert listed[29].startswith("batch batch29: users: names no user")
    assert listed[30] == "and 10 more"


@pytest.mark.parametrize("key", ["site", "department"])
@pytest.mark.parametrize("value", [[], [""], ["Paris", " "], "", False, ["Paris; Rome"]])
def test_a_narrowing_that_cannot_be_meant_never_means_all(key: str, value: object) -> None:
    (problem,) = problems(batch(**{key: value}))
    assert problem.startswith(f"batch december: {key}: ")
    assert "No mail was sent" not in problem  # the heading says it for all


def test_a_file_that_cannot_be_read_is_named_once() -> None:
    with pytest.raises(InvalidOption) as refused:
        read_batches([batch(users_csv="/no/such/starters.csv")], TODAY, read_people_csv)
    (problem,) = refused.value.message.splitlines()[1:]
    assert problem == "- batch december: users_csv: /no/such/starters.csv: cannot be read: No such file or directory."


def test_a_user_named_differently_in_two_batches_is_a_problem() -> None:
    first, second, third = (
        one(name=name, users=[users])
        for name, users in (("december", "101"), ("january", "person1@example.com"), ("may", "102"))
    )
    (problem,) = same_user_twice([(first, [user(1)]), (second, [user(1)]), (third, [user(2)])])
    assert problem == (
        "batch january: users: Person 1 (extension 101, id 4001) is in the batch december too, named in another way; "
        "leave them in one of them"
    )


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.floats(), st.lists))
def test_any_value_is_either_read_or_reported(value: object) -> None:
    for key in ("users", "users_csv", "users_csv_column", "invite_on", "until", "remind_every", "max_attempts", "site"):
        given = batch(**{key: value})
        try:
            assert read(given)[0].users
        except InvalidOption:
            assert {problem.split(": ")[1] for problem in problems(given)} == {key}
