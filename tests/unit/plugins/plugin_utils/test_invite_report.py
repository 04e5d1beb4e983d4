# SPDX-License-Identifier: GPL-3.0-or-later
"""The table and the CSV of a run, as tables of input and output."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._invite_report import (
    COLUMNS,
    invite_csv,
    invite_table,
    with_advice,
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
    why = {"decision": "hold", "reason": "placeholder_email", "message": "noreply is no person's address"}
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
                "HELD, check these users (1)",
                "  Ada Lovelace  ada@example.com  placeholder_email - noreply is no person's address",
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
                "HELD, check these users (1)",
                "  Ada Lovelace  ada@example.com  placeholder_email - noreply is no person's address",
            ],
        ),
        (skipped("recently_invited"), ["SKIPPED (1), 1 recently_invited"]),
        (
            held(name="nobody@example.com", email=None, message="no such user"),
            [
                "HELD, check these users (1)",
                "  nobody@example.com    placeholder_email - no such user",
            ],
        ),
    ],
)
def test_each_kind_of_user_has_a_group(row: dict[str, Any], lines: list[str]) -> None:
    assert invite_table(result(row))[1:-1] == lines


def test_held_users_come_first_and_the_summary_last() -> None:
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


def test_the_summary_of_a_plan_says_would_be_invited() -> None:
    assert invite_table(result(person(outcome="would_invite")))[-1].startswith(
        "SUMMARY 1 considered, 1 would be invited"
    )


def test_the_corrections_of_a_plan_say_would_be_corrected() -> None:
    table = invite_table(result(person(outcome="would_invite", corrected_from="a@example.com")), planned=True)
    assert table[1] == "ADDRESS WOULD BE CORRECTED (1)"


def test_only_active_users_get_advice_and_placeholders_are_filled_once() -> None:
    people = [person(), skipped("already_activated", name="{email}", email="a@example.com")]
    advised = with_advice(people, "{name}: open {login_url} as {email}. {0.__class__}", "https://login.example.com")
    assert "what_to_tell" not in advised[0]
    assert advised[1]["what_to_tell"] == "{email}: open https://login.example.com as a@example.com. {0.__class__}"
    assert rows_of(invite_csv(advised))[1]["what_to_tell"].startswith("{email}: open")


def test_skipped_users_are_counted_most_frequent_reason_first() -> None:
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
def test_a_long_group_is_shortened(people: int, shown: int, last: str) -> None:
    lines = invite_table(result(*[person(outcome="invited")] * people), "acme.csv")
    assert sum(line.startswith("  Ada") for line in lines) == shown
    assert lines[-2] == last


def test_users_outside_the_window_are_listed_with_its_opening() -> None:
    people = [skipped("outside_window", message="the window of Paris opens on Mon")] * 2 + [
        skipped("outside_window", message="the window of Rome opens on Tue")
    ]
    assert invite_table(result(*people))[1:-1] == [
        "LATER (2), the window of Paris opens on Mon",
        "LATER (1), the window of Rome opens on Tue",
        "SKIPPED (3), 3 outside_window",
    ]


def test_a_shortened_group_names_no_file_if_none_is_written() -> None:
    assert invite_table(result(*[person(outcome="invited")] * 30))[-2] == "  and 10 more"


def test_columns_align_by_display_width() -> None:
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
def test_control_characters_never_reach_the_terminal(text: object, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(), st.integers(2, 40))
def test_cut_text_fits_its_width(text: str, columns: int) -> None:
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


def test_the_csv_of_no_users_is_its_header() -> None:
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
def test_no_cell_is_a_formula(name: str, cell: str) -> None:
    assert rows_of(invite_csv([person(name=name)]))[0]["name"] == cell


@given(st.text())
def test_any_name_stays_in_one_cell_on_one_line(name: str) -> None:
    text = invite_csv([person(name=name)])
    assert len(text.splitlines()) == 2
    assert rows_of(text)[0]["email"] == "ada@example.com"


def test_waves_are_listed_with_their_sizes_and_users_in_none() -> None:
    waves = [{"name": "Paris\x1b", "users": 2}, {"name": "Rome", "users": 0}, {"name": None, "users": 1}]
    table = invite_table({**result(person(message="is in no wave")), "waves": waves})
    assert table[1:4] == ["WAVE Paris (2)", "WAVE Rome (0)", "IN NO WAVE, not mailed (1)"]
    waves[-1]["users"] = 0
    assert not any("IN NO WAVE" in line for line in invite_table({**result(), "waves": waves}))


def test_a_skipped_user_who_was_named_is_shown_with_the_date() -> None:
    people = (
        skipped("recently_invited", message="the link is good", next_invite_after="2026-03-04T09:00:00Z"),
        skipped("disabled"),
    )
    lines = invite_table(result(*people), named=True)
    where = lines.index("NAMED, but not invited now (2)")
    assert lines[where + 1].endswith("  recently_invited - the link is good; not before 2026-03-04T09:00:00Z")
    assert lines[where + 2].endswith("  disabled")
    assert lines[where + 3] == "SKIPPED (2), 1 disabled, 1 recently_invited"
    assert not [line for line in invite_table(result(*people)) if line.startswith("NAMED")]
