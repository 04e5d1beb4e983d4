# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host leaves for later tasks, the summary and AWX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _entry_points
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused
from unit.plugins.plugin_utils.hosts import ACTIVE, AUDITED, BATCH, EXAMINED, Host, files, invited, onboarded, row


def test_a_failure_keeps_the_result_and_the_report(host: Host, folder: Path) -> None:
    host.answer = invited(
        row(1), row(2, outcome="failed"), failed=True, msg="1 of 2 users were invited", error={"a": 1}
    )
    result = host.invite()
    assert result["failure"] == (
        "1 of 2 users were invited. Fix what the table shows and run this again; the ledger keeps users from being "
        "mailed twice."
    )
    assert not {"failed", "msg"} & set(result)
    assert result["table"][-1] == "SUMMARY 2 considered, 1 invited, 0 held, 0 skipped, 1 failed"
    document = json.loads((folder / "reinvite-reports/acme%2Feurope.json").read_text(encoding="utf-8"))
    assert (document["failed"], document["msg"]) == (True, "1 of 2 users were invited")


def test_a_module_that_read_no_user_leaves_its_error(host: Host, folder: Path) -> None:
    host.answer = {"failed": True, "msg": "RingCentral refused the login", "error": {"code": "OAU-213"}}
    for result in (host.invite(), host.audit(), host.doctor(), host.onboard(onboarding_batches=[BATCH])):
        assert (result["failure"], result["error"]) == ("RingCentral refused the login", {"code": "OAU-213"})
        assert (result["changed"], result["table"], result["results"], result["counts"]) == (False, [], [], {})
    assert files(folder) == []


def test_only_the_counts_of_the_account_are_passed_to_set_stats(host: Host) -> None:
    result = host.invite()
    assert result["ansible_stats"] == {
        "data": {"reinvite_counts": {"acme/europe": result["counts"]}},
        "per_host": False,
        "aggregate": True,
    }


def test_users_who_need_something_other_than_an_invitation_are_listed(host: Host) -> None:
    host.answer = invited(row(1, corrected_from="old@example.com"), row(2), ACTIVE)
    result = host.invite()
    assert [one["id"] for one in result["needs_password_reset"]] == ["4009"]
    assert [one["id"] for one in result["corrected"]] == ["4001"]


@pytest.mark.parametrize(
    ("check_mode", "rows", "failure"),
    [
        (True, [row(1, outcome="would_invite")], "reinvite_fail_if_pending: 1 users are waiting for an invitation."),
        (False, [row(1)], "reinvite_fail_if_pending: 1 users had not been invited before this run."),
        (True, [ACTIVE], ""),
    ],
)
def test_pending_users_fail_the_run_if_asked(
    host: Host, check_mode: bool, rows: list[dict[str, Any]], failure: str
) -> None:
    host.answer = invited(*rows)
    assert host.invite(check_mode=check_mode, reinvite_fail_if_pending=True)["failure"] == failure
    assert host.invite(check_mode=check_mode)["failure"] == ""


def test_each_batch_that_is_due_has_a_report_of_its_own(host: Host, folder: Path) -> None:
    host.answer = onboarded(row(1), ACTIVE)
    result = host.onboard(onboarding_batches=[BATCH])
    base = "reinvite-reports/onboarding"
    assert files(folder) == [
        f"{base}/{name}.{ending}"
        for name in ("December%2FParis/acme%2Feurope", "acme%2Feurope")
        for ending in ("csv", "html", "json")
    ]
    part = json.loads((folder / base / "December%2FParis/acme%2Feurope.json").read_text(encoding="utf-8"))
    assert (part["batch"], part["counts"]["invited"], part["reasons"]) == (
        "December/Paris",
        1,
        {"already_activated": 1, "not_activated": 1},
    )
    assert result["table"][0] == "BATCH December/Paris"
    assert result["onboarding"]["today"] == "2026-12-03"
    assert result["ansible_stats"]["data"] == {"onboarding_counts": {"acme/europe": {"December/Paris": {"listed": 1}}}}


def test_a_batch_that_is_not_due_has_no_report(host: Host, folder: Path) -> None:
    host.answer = onboarded(state="early")
    host.onboard(onboarding_batches=[BATCH])
    assert not any("December" in name for name in files(folder))


@pytest.mark.parametrize(
    ("fail_on", "failure"),
    [
        ([], ""),
        (["no_email", "not_activated"], "audit_fail_on: 2 no_email, 1 not_activated"),
    ],
)
def test_an_audit_fails_on_the_findings_that_are_named(host: Host, fail_on: list[str], failure: str) -> None:
    host.answer = AUDITED
    result = host.audit(audit_fail_on=fail_on)
    assert result["failure"] == failure
    assert host.options["findings"] is True
    assert result["ansible_stats"]["data"] == {"audit_counts": {"acme/europe": AUDITED["findings"]}}


def test_doctor_leaves_its_lines_in_files_and_its_counts_for_awx(host: Host, folder: Path) -> None:
    host.answer = EXAMINED
    result = host.doctor()
    assert result["table"] == [
        "ACCOUNT 7 (+16505550100)",
        "FEATURES",
        "  read users  can",
        "WARNINGS, which limit something (1)",
        "  permissions: Users  missing -> Ask.",
        "OK (1)",
        "  account: brand  =cmd()",
        "SUMMARY 2 checks: problem 0, warning 1, unknown 0, ok 1",
    ]
    assert files(folder) == [f"reinvite-reports/doctor/acme%2Feurope.{ending}" for ending in ("csv", "html", "json")]
    written = json.loads((folder / "reinvite-reports/doctor/acme%2Feurope.json").read_text(encoding="utf-8"))
    assert (written["lines"], written["features"]) == (EXAMINED["lines"], EXAMINED["features"])
    rows = (folder / "reinvite-reports/doctor/acme%2Feurope.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "area,check,verdict,finding,advice"
    assert rows[3] == "account,brand,ok,'=cmd(),"
    assert result["ansible_stats"]["data"] == {"doctor_counts": {"acme/europe": EXAMINED["counts"]}}
    for path in files(folder):
        (folder / path).unlink()
    assert host.doctor(check_mode=True)["table"] == result["table"]
    assert len(files(folder)) == 3
    host.answer = {**EXAMINED, "failed": True, "msg": "no", "failure": "no"}
    assert host.doctor()["failure"] == "no"


def test_the_summary_covers_every_host_of_the_play(host: Host, folder: Path) -> None:
    results = {"one": {"counts": {"considered": 2, "invited": 2}, "failure": ""}, "two": None, "three": None}
    task = host.task("summary", {})
    summary = _entry_points.summarize(task, results, ["one", "two", "three"], ["one", "two"])
    assert summary["states"] == {"done": 1, "failed": 1, "not_run": 1}
    assert files(folder) == [f"reinvite-reports/estate.{ending}" for ending in ("csv", "html", "json")]
    document = json.loads((folder / "reinvite-reports/estate.json").read_text(encoding="utf-8"))
    assert [one["host"] for one in document["accounts"]] == ["one", "two", "three"]


def test_the_summary_never_overwrites_the_report_of_a_host(host: Host, folder: Path) -> None:
    _entry_points.summarize(host.task("summary", {}), {"estate": None}, ["estate"], [])
    assert files(folder) == [f"reinvite-reports/estate+.{ending}" for ending in ("csv", "html", "json")]


def test_a_refusal_leaves_the_shape_of_a_result() -> None:
    result = _entry_points.refusal(Refused("reinvite_site is null. No mail was sent."))
    assert (result["failure"], result["counts"], result["results"]) == (
        "reinvite_site is null. No mail was sent.",
        {},
        [],
    )


def test_skipped_users_are_shown_by_name_only_if_they_were_named(host: Host, folder: Path) -> None:
    assert folder
    host.answer = invited(row(1, decision="skip", reason="recently_invited", outcome=None))
    title = "NAMED, but not invited now (1)"
    assert title in host.invite(reinvite_users=["101"])["table"]
    assert title not in host.invite()["table"]
    assert title not in host.invite(reinvite_users=["101"], reinvite_all_pending=True)["table"]
