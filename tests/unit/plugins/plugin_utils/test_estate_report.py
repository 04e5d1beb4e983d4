# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of many accounts: every account is in it, and the counts add up."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._estate_report import (
    COLUMNS,
    COUNTS,
    estate_csv,
    estate_summary,
    estate_table,
)


def outcome(failure: str = "", **counts: int) -> dict[str, Any]:
    return {
        "account": {"id": "4001", "main_number": "+16505550100"},
        "counts": dict.fromkeys(COUNTS, 0) | counts,
        "failure": failure,
    }


REFUSED = {"account": {}, "counts": {}, "failure": "RingCentral refused the login"}
RESULTS: dict[str, dict[str, Any] | None] = {
    "acme_europe": outcome(considered=12, invited=8, hold=2, skip=2),
    "acme_america": outcome("7 of 9 users were invited", considered=9, invited=7, failed=2),
    "acme_asia": REFUSED,
    "acme_africa": None,
    "acme_antarctica": outcome(considered=1, invited=1),
}
ALIVE = [host for host in RESULTS if host != "acme_antarctica"]
ESTATE = estate_summary(RESULTS, RESULTS, ALIVE)


def states() -> dict[str, str]:
    return {account["host"]: account["state"] for account in ESTATE["accounts"]}


def test_every_account_is_listed_with_its_state() -> None:
    assert states() == {
        "acme_europe": "done",
        "acme_america": "failed",
        "acme_asia": "failed",
        "acme_africa": "not_run",
        "acme_antarctica": "failed",
    }
    assert ESTATE["total"] == 5
    assert ESTATE["states"] == {"done": 1, "failed": 3, "not_run": 1}


def test_counts_include_an_account_that_failed_part_way() -> None:
    assert ESTATE["counts"] == dict.fromkeys(COUNTS, 0) | {
        "considered": 22,
        "invited": 16,
        "hold": 2,
        "skip": 2,
        "failed": 2,
    }


def test_an_account_without_a_result_has_no_counts() -> None:
    (asia,) = [account for account in ESTATE["accounts"] if account["host"] == "acme_asia"]
    assert {asia[name] for name in COUNTS} == {None}


def test_the_table_starts_with_failed_accounts_and_reasons() -> None:
    assert estate_table(ESTATE) == [
        "FAILED (3)",
        "  acme_america  7 of 9 users were invited",
        "  acme_asia  RingCentral refused the login",
        "  acme_antarctica  a task failed that is not the role's; its own output says why",
        "NOT RUN (1)",
        "  acme_africa",
        "ACCOUNTS (5)",
        "                   state    considered  invited  held  skipped  failed  in doubt",
        "  acme_europe      done             12        8     2        2       0         0",
        "  acme_america     failed            9        7     0        0       2         0",
        "  acme_asia        failed            -        -     -        -       -         -",
        "  acme_africa      not run           -        -     -        -       -         -",
        "  acme_antarctica  failed            1        1     0        0       0         0",
        (
            "SUMMARY 5 accounts, 1 done, 3 failed, 1 not run: 22 considered, 16 invited, 2 held, 2 skipped, 2 failed, "
            "0 in doubt"
        ),
    ]


def test_the_table_of_a_plan_says_would_be_invited() -> None:
    plan = estate_summary(["a"], {"a": outcome(considered=3, would_invite=3)}, ["a"])
    assert estate_table(plan, planned=True)[1].split("  ")[-5].strip() == "would be invited"
    assert estate_table(plan, planned=True)[-1].endswith(
        "3 considered, 3 would be invited, 0 held, 0 skipped, 0 failed, 0 in doubt"
    )


def test_the_csv_has_one_line_for_each_account() -> None:
    rows = list(csv.DictReader(io.StringIO(estate_csv(ESTATE))))
    assert [row["host"] for row in rows] == list(RESULTS)
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["considered"], rows[2]["considered"], rows[2]["failure"]) == (
        "12",
        "",
        "RingCentral refused the login",
    )


@given(st.text(max_size=60), st.text(max_size=300))
def test_foreign_text_stays_on_its_line_and_is_not_a_formula(host: str, failure: str) -> None:
    estate = estate_summary([host], {host: outcome(f"\x1b[2J{failure}=1")}, [host])
    lines = estate_table(estate)
    assert len(lines) == 6
    assert not any(char in line for line in lines for char in "\x1b\n\r\u202e")
    (row,) = csv.DictReader(io.StringIO(estate_csv(estate)))
    assert not row["failure"].startswith(("=", "+", "-", "@"))
