# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of starters, once RingCentral told who they are: whom to ask, and how the funnel adds up."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.onboard.ringcentral.plugins.filter.batches import (
    COLUMNS,
    FilterModule,
    onboarding_csv,
    onboarding_people,
    onboarding_summary,
    onboarding_table,
)
from unit.plugins.filter.planning import NOW, batch, one, plan


def person(number: int, **more: Any) -> dict[str, Any]:
    """A user as rc_user_info returns them."""
    texts = dict.fromkeys(("first_name", "last_name", "site", "department", "job_title", "employee_id"), "")
    return {
        **texts,
        "id": str(4000 + number),
        "name": f"Person {number}",
        "email": f"p{number}@example.com",
        "email_as_login_name": True,
        "extension_number": str(100 + number),
        "status": "not_activated",
        "type": "user",
        "roles": [],
        "hidden": False,
        "created_at": None,
        "last_invited_at": None,
        "attempts": 0,
        "in_doubt": False,
        **more,
    }


def met(*people: dict[str, Any], users: list[Any] | None = None, **keys: Any) -> dict[str, Any]:
    """One batch of these people."""
    planned = one(users=users or [row["email"] for row in people], **keys)
    result = onboarding_people([planned], people, NOW)
    assert result["problems"] == []
    return result["batches"][0]


@pytest.mark.parametrize(
    ("more", "keys", "asks"),
    [
        ({}, {}, True),
        ({"status": "enabled"}, {}, False),
        ({"status": "disabled"}, {}, False),
        ({}, {"invite_on": "2026-12-04"}, False),
        ({}, {"until": "2026-12-02"}, False),
        ({"attempts": 1, "last_invited_at": "2026-11-01T00:00:00Z"}, {}, False),
        ({"attempts": 1, "last_invited_at": "2026-11-01T00:00:00Z"}, {"remind_every": "3d"}, True),
        ({"attempts": 3, "last_invited_at": "2026-11-01T00:00:00Z"}, {"remind_every": "3d"}, False),
        ({"attempts": 1, "last_invited_at": "2026-12-01T00:31:00Z"}, {"remind_every": "3d"}, False),
        ({"attempts": 1, "last_invited_at": "2026-12-01T00:30:00Z"}, {"remind_every": "3d"}, True),
        ({"attempts": 1, "in_doubt": True, "last_invited_at": None}, {}, True),
    ],
)
def test_nothing_is_asked_where_nobody_can_be_mailed(more: dict[str, Any], keys: dict[str, Any], asks: bool) -> None:
    assert met(person(1, **more), person(2, status="enabled"), **keys)["asks"] is asks


def test_a_person_in_two_batches_is_found_under_another_name() -> None:
    planned = plan(batch(users=["p1@example.com", "104"]), batch(name="january", users=["p2@example.com", "101"]))
    told = onboarding_people(planned["batches"], [person(1), person(2), person(4)], NOW)["problems"]
    (problem,) = told
    assert problem.startswith("batch january: users: Person 1 (extension 101, id 4001) is in the batch december too")
    assert problem.endswith("named in another way; leave them in one of them")


def test_the_unknown_are_held_or_an_error_in_a_batch_that_is_due() -> None:
    two = [person(1, extension_number="101"), person(2, id="101")]
    planned = plan(batch(users=["nobody@example.com", "101"]), batch(name="late", invite_on="2027-01-01", users=["9"]))
    held = onboarding_people(planned["batches"], two, NOW)
    assert held["problems"] == []
    assert [row["reason"] for row in held["batches"][0]["people"]] == ["not_found", "ambiguous"]
    told = onboarding_people(planned["batches"], two, NOW, unknown="fail")["problems"]
    assert [text.partition("; ")[0] for text in told] == [
        "batch december: users: nobody@example.com: no user has this e-mail, id or extension number",
        "batch december: users: 101: means Person 1 (extension 101, id 4001), Person 2 (extension 102, id 101)",
    ]


def summed() -> dict[str, Any]:
    """Four batches: one that had its turn, one that failed, one not due, one that is over."""
    planned = plan(
        batch(users=["p1@example.com", "102", "p3@example.com", "gone@example.com"], owner="hr@example.com"),
        batch(name="failing", users=["p4@example.com"]),
        batch(name="january", users=["p5@example.com"], invite_on="2027-01-04"),
        batch(name="november", users=["p6@example.com"], invite_on="2026-11-02", until="2026-11-30"),
    )
    people = [
        person(1),
        person(2, status="enabled"),
        *map(person, (3, 4, 5)),
        person(6, attempts=2, last_invited_at="2026-11-20T00:00:00Z"),
    ]
    batches = onboarding_people(planned["batches"], people, NOW)["batches"]
    results = [
        {**person(1, attempts=1), "decision": "send", "outcome": "invited"},
        {**person(2, status="enabled"), "decision": "skip", "outcome": None},
        {**person(3), "decision": "hold", "outcome": None},
        {
            "id": None,
            "name": "gone@example.com",
            "status": None,
            "attempts": 0,
            "decision": "hold",
            "message": "nobody",
        },
    ]
    turns = {"december": {"results": results, "failure": ""}, "failing": {"results": [], "failure": "no\nlogin"}}
    return onboarding_summary({**planned, "batches": batches}, turns)


def test_the_funnel_of_each_batch() -> None:
    assert [
        [one[key] for key in ("listed", "found", "invited", "activated", "mailed", "held")]
        for one in summed()["batches"]
    ] == [[4, 3, 2, 1, 1, 2], [1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0]]
    assert summed()["counts"] == {
        "listed": 7,
        "found": 6,
        "invited": 3,
        "activated": 1,
        "mailed": 1,
        "would_be_mailed": 0,
        "held": 2,
    }


def test_the_table_shows_all_batches_with_their_owners() -> None:
    assert onboarding_table(summed()) == [
        "ONBOARDING ON 2026-12-03 (UTC)",
        "  batch     owner           state                  listed  found  invited  activated  mailed now  held",
        "  december  hr@example.com  due                         4      3        2          1           1     2",
        "  failing   -               failed                      1      1        0          0           0     0",
        "  january   -               not before 2027-01-04       1      1        0          0           0     0",
        "  november  -               over since 2026-12-01       1      1        1          0           0     0",
        "UNKNOWN IN RINGCENTRAL, held (1)",
        "  december  gone@example.com  nobody",
        "FAILED (1)",
        "  failing  no login",
        "SUMMARY 4 batches: 7 listed, 6 found, 3 invited, 1 activated, 1 mailed now, 2 held",
    ]
    assert "0 would be mailed" in onboarding_table(summed(), planned=True)[-1]


def test_what_nobody_has_looked_at_is_not_counted() -> None:
    planned = plan(batch(users=["a@example.com", "A@example.com"], invite_on="2027-01-01"))
    summary = onboarding_summary(planned, {})
    assert [summary["batches"][0][name] for name in ("listed", "found", "invited")] == [1, None, None]
    assert " 1      -        -          -" in onboarding_table(summary)[2]


def test_the_csv_has_one_line_for_each_batch() -> None:
    rows = list(csv.DictReader(io.StringIO(onboarding_csv(summed()))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["batch"], row["listed"], row["failure"]) for row in rows][:2] == [
        ("december", "4", ""),
        ("failing", "1", "no login"),
    ]


def test_nothing_steers_a_terminal_or_a_spreadsheet() -> None:
    planned = plan(batch(name="=1+1\x1b[2J", owner="@sum\u202e"))
    summary = onboarding_summary(planned, {})
    assert not {"\x1b", "\u202e"} & set("".join(onboarding_table(summary)))
    assert next(csv.DictReader(io.StringIO(onboarding_csv(summary))))["batch"] == "'=1+1[2J"


@pytest.mark.parametrize("name", sorted(FilterModule().filters()))
def test_other_input_is_refused_by_name(name: str) -> None:
    arguments = {"onboarding_people": [[], NOW], "onboarding_summary": [{}]}.get(name, [])
    call = FilterModule().filters()[name]
    if name in {"onboarding_files", "onboarding_plan"}:
        return
    with pytest.raises(AnsibleFilterError, match=name):
        call([{"x": 1}], *arguments)
