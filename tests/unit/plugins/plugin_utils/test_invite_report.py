# SPDX-License-Identifier: GPL-3.0-or-later
"""What people get to see of a result, as tables of input and output."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.filter.invites import (
    COLUMNS,
    FilterModule,
    invite_advice,
    invite_csv,
    invite_table,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cut, plain, width

COUNTS = ("considered", "send", "skip", "hold", "invited", "would_invite", "failed", "unknown")


def person(**changes: Any) -> dict[str, Any]:
    return {
        "id": "62264425008",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "extension_number": "101",
        "status": "not_activated",
        "site": "Main Site",
        "department": "Sales",
        "decision": "send",
        "reason": "not_activated",
        "outcome": None,
        "message": "",
        "last_invited_at": None,
        "next_invite_after": None,
        "attempts": 0,
        "directory_email": None,
        "corrected_from": None,
        **changes,
    }


def held(**changes: Any) -> dict[str, Any]:
    why = {"decision": "hold", "reason": "placeholder_email", "message": "noreply stands for nobody"}
    return person(**{**why, **changes})


def skipped(reason: str, **changes: Any) -> dict[str, Any]:
    return person(decision="skip", reason=reason, **changes)


def result(*people: dict[str, Any]) -> dict[str, Any]:
    tally = Counter([row["decision"] for row in people] + [row["outcome"] for row in people])
    counts = {name: tally[name] for name in COUNTS} | {"considered": len(people)}
    return {"results": list(people), "counts": counts, "account": {"id": "4001", "main_number": "+16505550100"}}


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        (
            held(),
            [
                "HELD, somebody has to look at these (1)",
                "  Ada Lovelace  ada@example.com  placeholder_email - noreply stands for nobody",
            ],
        ),
        (person(outcome="invited"), ["INVITED (1)", "  Ada Lovelace  ada@example.com"]),
        (person(outcome="would_invite"), ["WOULD BE INVITED (1)", "  Ada Lovelace  ada@example.com"]),
        (
            person(outcome="failed", message="CMN-102 gone"),
            ["FAILED (1)", "  Ada Lovelace  ada@example.com  CMN-102 gone"],
        ),
        (
            person(outcome="unknown", message="no answer"),
            ["IN DOUBT, may have been mailed (1)", "  Ada Lovelace  ada@example.com  no answer"],
        ),
        (
            person(message="not reached"),
            ["NOT SENT (1)", "  Ada Lovelace  ada@example.com  not reached"],
        ),
        (
            skipped("already_activated"),
            ["NEED A PASSWORD RESET, no invitation (1)", "  Ada Lovelace  ada@example.com"],
        ),
        (
            skipped("already_activated", what_to_tell="Open\nthe page"),
            ["NEED A PASSWORD RESET, no invitation (1)", "  Ada Lovelace  ada@example.com  Open the page"],
        ),
        (
            person(outcome="invited", corrected_from="old@example.com"),
            [
                "ADDRESS CORRECTED (1)",
                "  Ada Lovelace  old@example.com  -> ada@example.com",
                "INVITED (1)",
                "  Ada Lovelace  ada@example.com",
            ],
        ),
        (
            held(corrected_from=""),
            [
                "ADDRESS CORRECTED (1)",
                "  Ada Lovelace  no address  -> ada@example.com",
                "HELD, somebody has to look at these (1)",
                "  Ada Lovelace  ada@example.com  placeholder_email - noreply stands for nobody",
            ],
        ),
        (skipped("recently_invited"), ["SKIPPED (1), 1 recently_invited"]),
        (
            held(name="nobody@example.com", email=None, message="no such user"),
            [
                "HELD, somebody has to look at these (1)",
                "  nobody@example.com    placeholder_email - no such user",
            ],
        ),
    ],
)
def test_each_kind_of_person_has_a_place(row: dict[str, Any], lines: list[str]) -> None:
    assert invite_table(result(row))[1:-1] == lines


def test_who_must_be_looked_at_comes_first_and_the_sum_last() -> None:
    lines = invite_table(
        result(
            skipped("excluded"),
            person(outcome="invited"),
            skipped("already_activated"),
            person(outcome="failed"),
            held(),
        )
    )
    assert [line.split(",")[0].split(" (")[0] for line in lines if not line.startswith(" ")] == [
        "ACCOUNT 4001",
        "HELD",
        "FAILED",
        "INVITED",
        "NEED A PASSWORD RESET",
        "SKIPPED",
        "SUMMARY 5 considered",
    ]
    assert lines[-1] == "SUMMARY 5 considered, 1 invited, 1 held, 2 skipped, 1 failed"


def test_the_sum_of_a_plan_says_would_be() -> None:
    assert invite_table(result(person(outcome="would_invite")))[-1].startswith(
        "SUMMARY 1 considered, 1 would be invited"
    )


def test_the_corrections_of_a_plan_say_would_be() -> None:
    table = invite_table(result(person(outcome="would_invite", corrected_from="a@example.com")), planned=True)
    assert table[1] == "ADDRESS WOULD BE CORRECTED (1)"


def test_who_is_active_is_told_what_to_do() -> None:
    people = [person(), skipped("already_activated", name="{email}", email="a@example.com")]
    told = invite_advice(people, "{name}: open {login_url} as {email}. {0.__class__}", "https://login.example.com")
    assert "what_to_tell" not in told[0]
    assert told[1]["what_to_tell"] == "{email}: open https://login.example.com as a@example.com. {0.__class__}"
    assert rows_of(invite_csv(told))[1]["what_to_tell"].startswith("{email}: open")


def test_skipped_people_are_counted_the_most_frequent_reason_first() -> None:
    people = [skipped("excluded"), *[skipped("recently_invited")] * 380, skipped("disabled")]
    assert "SKIPPED (382), 380 recently_invited, 1 disabled, 1 excluded" in invite_table(result(*people))


@pytest.mark.parametrize(
    ("people", "shown", "last"),
    [
        (20, 20, "  Ada Lovelace  ada@example.com"),
        (21, 21, "  Ada Lovelace  ada@example.com"),
        (22, 20, "  and 2 more, see acme.csv"),
        (400, 20, "  and 380 more, see acme.csv"),
    ],
)
def test_a_long_group_is_cut_short(people: int, shown: int, last: str) -> None:
    lines = invite_table(result(*[person(outcome="invited")] * people), "acme.csv")
    assert sum(line.startswith("  Ada") for line in lines) == shown
    assert lines[-2] == last


def test_who_waits_for_the_window_is_told_until_when() -> None:
    people = [skipped("outside_window", message="the window of Paris opens on Mon")] * 2 + [
        skipped("outside_window", message="the window of Rome opens on Tue")
    ]
    assert invite_table(result(*people))[1:-1] == [
        "LATER (2), the window of Paris opens on Mon",
        "LATER (1), the window of Rome opens on Tue",
        "SKIPPED (3), 3 outside_window",
    ]


def test_without_a_file_none_is_named() -> None:
    assert invite_table(result(*[person(outcome="invited")] * 30))[-2] == "  and 10 more"


def test_columns_are_as_wide_as_they_look() -> None:
    people = [person(name="山田太郎", outcome="invited"), person(name="Zoe\u0301", outcome="invited")]
    first, second = invite_table(result(*people))[2:4]
    assert first == "  山田太郎  ada@example.com"
    assert second == "  Zoe\u0301       ada@example.com"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b31mred\x07", "31mred"),
        ("a\u202egpj.exe\u2066", "agpj.exe"),
        ("two\r\nlines\tand\u2028more", "two  lines and more"),
        ("half a pair \ud83d", "half a pair \ufffd"),
        ("Zoë \u200d Ångström 山田", "Zoë \u200d Ångström 山田"),
        (None, ""),
        (7, "7"),
    ],
)
def test_nothing_reaches_the_terminal_that_it_would_act_on(text: object, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(), st.integers(2, 40))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    assert width(cut(text, columns)) <= columns


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_every_column_and_reads_back() -> None:
    rows = rows_of(
        invite_csv([person(name='Grace "Amazing" Hopper, Rear Admiral', last_invited_at="2026-01-31T09:00:00Z")])
    )
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["name"] == 'Grace "Amazing" Hopper, Rear Admiral'
    assert rows[0]["last_invited_at"] == "2026-01-31T09:00:00Z"
    assert rows[0]["next_invite_after"] == ""
    assert rows[0]["attempts"] == "0"


def test_csv_of_nobody_is_its_header() -> None:
    assert invite_csv([]) == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1 650 555 0100", "'+1 650 555 0100"),
        ("-1+1", "'-1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1+1", "' =1+1"),
        ("\r=1+1", "' =1+1"),
        ("\tplain", "' plain"),
        (" =1+1", "' =1+1"),
        ("\x1b=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("Ada = Lovelace", "Ada = Lovelace"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_cell_cannot_calculate(name: str, cell: str) -> None:
    assert rows_of(invite_csv([person(name=name)]))[0]["name"] == cell


@given(st.text())
def test_any_name_stays_one_cell_of_one_line(name: str) -> None:
    text = invite_csv([person(name=name)])
    assert len(text.splitlines()) == 2
    assert rows_of(text)[0]["email"] == "ada@example.com"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("invite_table", {}), ("invite_table", 7), ("invite_csv", [{}]), ("invite_csv", 7), ("invite_advice", [{}])],
)
def test_anything_else_is_a_clear_error(name: str, wrong: object) -> None:
    with pytest.raises(AnsibleFilterError, match=f"{name} needs"):
        FilterModule().filters()[name](wrong, *["text"] * (name == "invite_advice"))
