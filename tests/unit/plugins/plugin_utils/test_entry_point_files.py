# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the entry points: plans for approval, and reports."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import WrongAccount
from ansible_collections.onboard.ringcentral.plugins.modules import rc_send_invite
from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _files, _role_files
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import DELIMITERS
from emulator import Emulator
from machine import Machine
from unit.plugins.plugin_utils.hosts import AUDITED, BATCH, PLAN, Host, files, invited, onboarded, row


def test_check_mode_writes_the_plan_that_a_run_reads(host: Host, folder: Path) -> None:
    host.answer = invited(row(1, outcome="would_invite"))
    planned = host.invite(check_mode=True, reinvite_plan_file="plans/acme.json")
    planned_files = [f"reinvite-reports/plan/acme%2Feurope.{ending}" for ending in ("csv", "html", "json")]
    assert files(folder) == ["plans/acme.json", *planned_files]
    assert (folder / "plans/acme.json").stat().st_mode & 0o777 == 0o600
    assert planned["table"][-1].startswith(f"{folder / 'plans/acme.json'} holds the 1 users who would be invited.")
    assert (host.options["plan"], host.options["all_pending"]) == (None, True)
    host.asked.clear()
    host.invite(reinvite_plan_file="plans/acme.json", reinvite_users=["101"])
    assert host.options["plan"] == PLAN
    assert (host.options["users"], host.options["all_pending"]) == (None, False)


@pytest.mark.parametrize("delimiter", ["comma", "semicolon", "tab"])
@pytest.mark.parametrize(("saved_at", "encoding"), [(";", "utf-8-sig"), (",", "utf-8"), ("\t", "utf-16")])
def test_a_plan_is_approved_in_a_spreadsheet(
    host: Host, folder: Path, delimiter: str, saved_at: str, encoding: str
) -> None:
    kept, deleted = ({"id": f"40013045501{one}", "email": f"user{one}@example.com"} for one in (1, 2))
    odd = {"id": "3", "email": "=cmd()"}
    host.answer = invited(row(1, **kept, name="=HYPERLINK(1)", outcome="would_invite"))
    host.answer["plan"] = {**PLAN, "users": [kept, deleted, odd]}
    host.invite(check_mode=True, reinvite_plan_file="plan.CSV", reinvite_report_csv_delimiter=delimiter)
    raw = (folder / "plan.CSV").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfuser")
    lines = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=DELIMITERS[delimiter]))
    stamp = "account 7 made 2026-03-02T09:00:00Z"
    assert lines[:2] == [["user", "email", "name", stamp], [f"user {kept['id']}", kept["email"], "'=HYPERLINK(1)", ""]]
    assert lines[3][1] == "'=cmd()"

    text = "\r\n".join(saved_at.join(line) for line in lines[:2]) + "\r\n"
    (folder / "plan.CSV").write_bytes(text.encode(encoding))
    host.asked.clear()
    host.invite(reinvite_plan_file="plan.CSV")
    assert host.options["plan"] == {**PLAN, "users": [kept]}
    (folder / "plan.CSV").write_bytes(f"{saved_at.join(lines[0])}\r\n".encode(encoding))
    host.asked.clear()
    host.invite(reinvite_plan_file="plan.CSV")
    assert host.options["plan"] == {**PLAN, "users": []}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "user,email\nuser 4001,ada@example.com\n",
        "email,account 7 made 2026-03-02T09:00:00Z\nada@example.com,\n",
        "user,email,account 7 made x,account 8 made x\nuser 4001,ada@example.com,,\n",
        "user,email,account 7 made x\n4.00E+11,ada@example.com,\n",
        "user,email,account 7 made x\nuser 4001,ada@example.com,,more\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_table_that_is_not_a_plan_is_refused(host: Host, folder: Path, content: str | bytes) -> None:
    (folder / "plan.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Refused, match="it is not a plan"):
        host.invite(reinvite_plan_file="plan.csv")
    assert host.asked == []


def test_a_plan_is_not_written_if_planning_failed(host: Host, folder: Path) -> None:
    host.answer = invited(row(1, outcome="would_invite"), failed=True, msg="max_invites: too many")
    assert host.invite(check_mode=True, reinvite_plan_file="plan.json")["failure"].startswith("max_invites")
    assert not (folder / "plan.json").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file. A run with --check writes it"),
        ("{", "it is not a plan"),
        ("", "it is not a plan"),
        ("[]", "it is not a plan"),
        ('{"users": []}', "it is not a plan"),
        ('{"account": {"id": "7"}, "made_at": "x", "users": [{"id": "4001"}]}', "it is not a plan"),
        ('{"account": "7", "made_at": "x", "users": []}', "it is not a plan"),
        ('{"account": {"id": "7"}, "users": []}', "it is not a plan"),
        ("[" * 100_000, "it is not a plan"),
        (b"\xff\xfe\x00", "it is not a plan"),
    ],
)
def test_a_file_that_is_not_a_plan_is_refused_before_a_module_runs(
    host: Host, folder: Path, content: str | bytes | None, message: str
) -> None:
    if content is not None:
        (folder / "plan.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Refused) as caught:
        host.invite(reinvite_plan_file="plan.json")
    assert str(caught.value).startswith(f"reinvite_plan_file, {folder / 'plan.json'}: {message}")
    assert str(caught.value).endswith("No mail was sent.")
    assert host.asked == []


def test_a_plan_file_that_is_a_folder_is_refused(host: Host, folder: Path) -> None:
    (folder / "plan.json").mkdir()
    for check_mode in (True, False):
        with pytest.raises(Refused, match=r"^reinvite_plan_file"):
            host.invite(check_mode=check_mode, reinvite_plan_file="plan.json")


@pytest.fixture
def accounts(folder: Path) -> Iterator[list[tuple[Host, Machine]]]:
    """Two hosts whose tasks run rc_send_invite against accounts of their own."""
    assert folder.is_dir()
    with (
        Emulator(users=6, pending=3, odd=False, account_id=401) as one,
        Emulator(users=6, pending=3, odd=False, account_id=402) as two,
    ):
        yield [(Host(), Machine(rc)) for rc in (one, two)]


def invite(host: Host, machine: Machine, *, check_mode: bool) -> dict[str, Any]:
    def run(module: str, options: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in options.items() if value is not None and name != "max_wait"}
        assert module == "rc_send_invite"
        return machine.run(rc_send_invite, _argspec.send_invite(), check_mode=check_mode, **given)

    host.run = run
    variables = {"reinvite_ledger": {"backend": "custom_field"}, "reinvite_plan_file": "plan.json"}
    return host.invite(check_mode=check_mode, **variables)


def test_an_approved_plan_is_carried_out_only_in_its_account(accounts: list[tuple[Host, Machine]]) -> None:
    (host, machine), (other_host, other_machine) = accounts
    planned = invite(host, machine, check_mode=True)
    with pytest.raises(WrongAccount, match="was made for 401, not for the account 402"):
        invite(other_host, other_machine, check_mode=False)
    assert other_machine.rc.outbox == []
    done = invite(host, machine, check_mode=False)
    assert sorted(one["id"] for one in planned["plan"]["users"]) == sorted(
        str(mail["extension_id"]) for mail in machine.rc.outbox
    )
    assert done["counts"]["invited"] == 3


@pytest.mark.parametrize(
    ("formats", "written"),
    [
        (["json", "csv"], ["reports/acme%2Feurope.csv", "reports/acme%2Feurope.json"]),
        (["json"], ["reports/acme%2Feurope.json"]),
        (["csv"], ["reports/acme%2Feurope.csv"]),
        ([], []),
    ],
)
def test_the_formats_say_which_files_are_written(
    host: Host, folder: Path, formats: list[str], written: list[str]
) -> None:
    host.answer = invited(*[row(number) for number in range(1, 31)])
    result = host.invite(reinvite_report_dir="reports", reinvite_report_formats=formats)
    assert files(folder) == written
    named = any(str(folder / "reports/acme%2Feurope.csv") in line for line in result["table"])
    assert named == ("csv" in formats)


def test_the_files_hold_the_result(host: Host, folder: Path) -> None:
    result = host.invite(reinvite_report_dir="reports", reinvite_login_url="https://login.example.com")
    document = json.loads((folder / "reports/acme%2Feurope.json").read_text(encoding="utf-8"))
    assert document["results"] == result["results"]
    assert [one["id"] for one in document["needs_password_reset"]] == ["4009"]
    assert not {"diff", "table"} & set(document)
    rows = list(csv.DictReader((folder / "reports/acme%2Feurope.csv").open(encoding="utf-8-sig")))
    assert [(one["id"], one["outcome"]) for one in rows] == [("4001", "invited"), ("4009", "")]
    assert "https://login.example.com" in rows[1]["what_to_tell"]
    assert (folder / "reports").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("variables", [{"reinvite_report_dir": ""}, {"reinvite_report_dir": " "}])
def test_an_empty_folder_writes_nothing(host: Host, folder: Path, variables: dict[str, Any]) -> None:
    host.invite(**variables)
    host.answer = onboarded(row(1))
    host.onboard(onboarding_batches=[BATCH], **variables)
    host.answer = AUDITED
    host.audit(**variables)
    assert files(folder) == []


def test_check_mode_writes_the_same_files_of_what_would_be_done(host: Host, folder: Path) -> None:
    host.answer = invited(*[row(number, outcome="would_invite") for number in range(1, 31)])
    planned = host.invite(check_mode=True)
    document = json.loads((folder / "reinvite-reports/plan/acme%2Feurope.json").read_text(encoding="utf-8"))
    assert document["report"]["planned"] is True
    assert len(document["results"]) == 30
    assert any(
        "and 10 more, see " in line and "reinvite-reports/plan/acme%2Feurope.csv" in line for line in planned["table"]
    )
    assert not (folder / "reinvite-reports/acme%2Feurope.json").exists()


def test_earlier_reports_are_kept_by_their_time_and_not_for_ever(
    host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 6):
        monkeypatch.setattr(_role_files, "utc_now", lambda day=day: datetime(2026, 11, day, 8, tzinfo=timezone.utc))
        host.invite(reinvite_report_keep=3, reinvite_report_formats=["csv"])
    history = folder / "reinvite-reports/history"
    names = sorted(path.name for path in history.iterdir())
    assert names == [f"acme%2Feurope.2026-11-0{day}T080000Z.csv" for day in (3, 4, 5)]
    latest = folder / "reinvite-reports/acme%2Feurope.csv"
    assert (history / names[-1]).read_bytes() == latest.read_bytes()
    host.invite(reinvite_report_keep=0, reinvite_report_formats=["csv"])
    assert sorted(path.name for path in history.iterdir()) == names


def test_a_csv_opens_in_excel(host: Host, folder: Path) -> None:
    host.answer = invited(row(1, next_invite_after="2026-11-28T08:00:00Z", name="Zo\u00eb; =1+1"))
    host.invite(reinvite_report_csv_delimiter="semicolon")
    data = (folder / "reinvite-reports/acme%2Feurope.csv").read_bytes()
    assert data.startswith("\ufeff".encode())
    ((one),) = csv.DictReader(data.decode("utf-8-sig").splitlines(), delimiter=";")
    assert one["next_invite_after"] == "2026-11-28 08:00:00"
    assert one["name"].startswith("Zo\u00eb;")


def test_a_folder_that_cannot_be_written_to_is_refused_before_a_module_runs(host: Host, folder: Path) -> None:
    (folder / "reports").write_text("a file", encoding="utf-8")
    for call in (host.invite, host.audit, lambda **more: host.onboard(onboarding_batches=[BATCH], **more)):
        with pytest.raises(Refused, match=r"^reinvite_report_dir: .*reports.* No mail was sent\.$"):
            call(reinvite_report_dir="reports")
    assert host.asked == []


def test_a_folder_without_permission_is_refused_before_a_module_runs(
    host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "reports").mkdir()
    monkeypatch.setattr(_files.os, "access", lambda path, _mode: Path(path) != folder / "reports")
    with pytest.raises(Refused, match=r"^reinvite_report_dir: .*: Permission denied\. No mail was sent\.$"):
        host.invite(reinvite_report_dir="reports")
    assert host.asked == []


def test_a_report_that_cannot_be_written_after_sending_never_hides_the_result(
    host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_files, "write_text", full)
    monkeypatch.setattr("ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_files.write_text", full)
    result = host.invite(reinvite_report_dir="reports")
    assert [one["outcome"] for one in result["results"]] == ["invited", None]
    assert result["failure"].startswith(f"reinvite_report_dir: {folder / 'reports/acme%2Feurope.json'}: No space left")
    host.answer = onboarded(row(1))
    result = host.onboard(onboarding_batches=[BATCH], reinvite_report_dir="reports")
    assert [one["outcome"] for one in result["results"]] == ["invited"]
    assert "No space left on device" in result["failure"]
    host.answer = AUDITED
    assert "No space left on device" in host.audit(reinvite_report_dir="reports")["failure"]
