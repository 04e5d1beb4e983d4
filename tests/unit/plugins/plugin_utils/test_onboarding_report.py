# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The funnel of onboarding batches, its table and its CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import Decision, judge_named
from ansible_collections.onboard.ringcentral.plugins.module_utils._funnel import Progress, summarize
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._onboarding_report import (
    COLUMNS,
    onboarding_csv,
    onboarding_table,
)
from scripted import record, user
from unit.plugins.module_utils.planning import TODAY, batch, read


def summed() -> dict[str, Any]:
    """Four batches: one was served, one failed, one is early, one is over."""
    served, failing, early, over = read(
        batch(users=["p1@example.com", "102", "p3@example.com", "gone@example.com"], owner="hr@example.com"),
        batch(name="failing", users=["p4@example.com"]),
        batch(name="january", users=["p5@example.com"], invite_on="2027-01-04"),
        batch(name="november", users=["p6@example.com"], invite_on="2026-11-02", until="2026-11-30"),
    )
    active = user(2, status="enabled")
    absent = judge_named(["gone@example.com"], {})
    decisions = [
        Decision("not_activated", user=user(1), record=record(1), outcome="invited"),
        Decision("already_activated", user=active),
        Decision("no_email", user=user(3)),
        *absent,
    ]
    progress = [
        Progress(served, [user(1), active, user(3)], absent, decisions),
        Progress(failing, [user(4)], (), [Decision("not_activated", user=user(4))], "no\nlogin"),
        Progress(early, [user(5)], (), None),
        Progress(over, [user(6)], (), None),
    ]
    return summarize(progress, History((record(6, attempts=2),)), "UTC") | {"today": str(TODAY)}


def test_each_batch_has_its_funnel_and_the_counts_are_their_sums() -> None:
    summary = summed()
    names = ("listed", "found", "invited", "activated", "mailed", "would_be_mailed", "handed_over", "held")
    rows = [[one[key] for key in names] for one in summary["batches"]]
    assert rows == [[4, 3, 2, 1, 1, 0, 0, 2], [1, 1, *[0] * 6], [1, 1, *[0] * 6], [1, 1, 1, *[0] * 5]]
    assert summary["counts"] == dict(zip(names, map(sum, zip(*rows, strict=True)), strict=True))
    assert summary["funnels"]["december"] == {"listed": 4, "found": 3, "invited": 2, "activated": 1}
    assert summary["batches"][0]["unknown"] == [
        {"name": "gone@example.com", "message": "no user has this e-mail, id or extension number"}
    ]


def test_a_user_whose_claim_failed_does_not_count_as_invited() -> None:
    (due,) = read(batch())
    failed = Decision("not_activated", user=user(), record=record(state="failed", attempts=0), outcome="failed")
    (one,) = summarize([Progress(due, [user()], (), [failed])], History(), "UTC")["batches"]
    assert (one["invited"], one["mailed"]) == (0, 0)


def test_a_plan_counts_who_would_be_mailed() -> None:
    (due,) = read(batch())
    planned = Decision("not_activated", user=user(), outcome="would_invite")
    (one,) = summarize([Progress(due, [user()], (), [planned])], History(), "UTC")["batches"]
    assert (one["would_be_mailed"], one["mailed"], one["invited"]) == (1, 0, 0)


def test_the_table_shows_all_batches_with_their_owners() -> None:
    assert onboarding_table(summed()) == [
        "ONBOARDING ON 2026-12-03 (UTC)",
        "  batch     owner           state                  listed  found  invited  activated  mailed now  held",
        "  december  hr@example.com  due                         4      3        2          1           1     2",
        "  failing   -               failed                      1      1        0          0           0     0",
        "  january   -               not before 2027-01-04       1      1        0          0           0     0",
        "  november  -               over since 2026-12-01       1      1        1          0           0     0",
        "UNKNOWN IN RINGCENTRAL, held (1)",
        "  december  gone@example.com  no user has this e-mail, id or extension number",
        "FAILED (1)",
        "  failing  no login",
        "SUMMARY 4 batches: 7 listed, 6 found, 3 invited, 1 activated, 1 mailed now, 2 held",
    ]
    assert "0 would be mailed" in onboarding_table(summed(), planned=True)[-1]


def test_the_csv_has_one_line_for_each_batch() -> None:
    rows = list(csv.DictReader(io.StringIO(onboarding_csv(summed()))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["batch"], row["listed"], row["failure"]) for row in rows] == [
        ("december", "4", ""),
        ("failing", "1", "no login"),
        ("january", "1", ""),
        ("november", "1", ""),
    ]


def test_control_characters_and_formulas_are_defused() -> None:
    (due,) = read(batch(owner="@sum"))
    hostile = replace(due, name="=1+1\x1b[2J", owner="@sum\u202e")
    summary = summarize([Progress(hostile, [], (), None)], History(), "UTC") | {"today": str(TODAY)}
    assert not {"\x1b", "\u202e"} & set("".join(onboarding_table(summary)))
    (row,) = csv.DictReader(io.StringIO(onboarding_csv(summary)))
    assert (row["batch"], row["owner"]) == ("'=1+1[2J", "'@sum")
