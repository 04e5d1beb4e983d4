# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry points of the role, with a task that runs no module: options in, files and results out."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, WrongAccount
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import utc_now
from ansible_collections.onboard.ringcentral.plugins.modules import rc_send_invite
from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _entry_points, _files
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused, Task
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_variables import spec_of, validated
from emulator import Emulator
from machine import Machine

SPECS = {"rc_send_invite": _argspec.send_invite, "rc_onboard": _argspec.onboard, "rc_user_info": _argspec.user_info}
ACCOUNT = {"id": "7", "main_number": "+16505550100"}
PLAN = {"account": "7", "made_at": "2026-03-02T09:00:00Z", "users": [{"id": "4001", "email": "ada@example.com"}]}
BATCH = {"name": "December/Paris", "users": ["ada@example.com"], "invite_on": "2026-12-01"}


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(4000 + number),
        "name": f"Person {number}",
        "email": f"p{number}@example.com",
        "extension_number": str(100 + number),
        "status": "not_activated",
        "last_invited_at": None,
        "next_invite_after": None,
        "attempts": 0,
        "directory_email": None,
        "site": "Paris",
        "department": "",
        "decision": "send",
        "reason": "not_activated",
        "outcome": "invited",
        "message": "",
        "corrected_from": None,
        **changes,
    }


ACTIVE = row(9, decision="skip", reason="already_activated", outcome=None)


def invited(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    tally = Counter([one["decision"] for one in rows] + [one["outcome"] for one in rows])
    names = ("send", "skip", "hold", "invited", "would_invite", "failed", "unknown")
    counts = {"considered": len(rows), **{name: tally[name] for name in names}}
    return {
        "changed": True,
        "results": list(rows),
        "counts": counts,
        "reasons": {},
        "account": ACCOUNT,
        "plan": PLAN,
        "diff": {"before": {}, "after": {}},
        **more,
    }


def onboarded(*rows: dict[str, Any], failure: str = "", state: str = "due") -> dict[str, Any]:
    counts = dict.fromkeys(("listed", "found", "invited", "activated", "mailed", "would_be_mailed", "held"), 1)
    one = {
        "name": "December/Paris",
        "folder": "December%2FParis",
        "owner": "",
        "state": state,
        "invite_on": "2026-12-01",
        "until": "",
        "unknown": [],
        "failure": failure,
        **counts,
    }
    return {
        **invited(*({"batch": "December/Paris", **row} for row in rows)),
        "batches": [one],
        "funnels": {"December/Paris": {"listed": 1}},
        "counts": counts,
        "today": "2026-12-03",
        "timezone": "UTC",
    }


AUDITED = {
    "changed": False,
    "users": [],
    "total": 3,
    "account": ACCOUNT,
    "findings": {"no_email": 2, "not_activated": 1},
    "pending_by_age": {"under_7_days": 1},
}
LISTED = {"results": [{"dn": "CN=Ada", "mail": "ada@example.com", "displayName": "Ada", "userAccountControl": "512"}]}


@dataclass
class Host:
    """Runs entry points of one host, in a folder of its own. ``asked`` are the modules that were run, with options."""

    answer: dict[str, Any] = field(default_factory=lambda: invited(row(1), ACTIVE))
    ldap: dict[str, Any] = field(default_factory=lambda: dict(LISTED))
    name: str = "acme/europe"
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    searched: list[Mapping[str, Any]] = field(default_factory=list)
    run: Callable[[str, Mapping[str, Any]], dict[str, Any]] | None = None

    def task(self, entry_point: str, variables: Mapping[str, Any], **more: Any) -> Task:
        checked, errors, _secrets = validated(spec_of(entry_point), variables)
        assert errors == []
        run = self.run or self._run
        options = {"check_mode": False, "under_awx": False, **more}
        return Task(self.name, variables=checked, run=run, search_ldap=self._search, **options)

    def invite(self, *, check_mode: bool = False, under_awx: bool = False, **variables: Any) -> dict[str, Any]:
        return _entry_points.invite(self.task("main", variables, check_mode=check_mode, under_awx=under_awx))

    def onboard(self, *, entry_point: str = "batches", **variables: Any) -> dict[str, Any]:
        more = {name: variables.pop(name) for name in ("check_mode", "under_awx") if name in variables}
        return _entry_points.onboard(self.task(entry_point, variables, **more))

    def audit(self, **variables: Any) -> dict[str, Any]:
        more = {name: variables.pop(name) for name in ("check_mode", "under_awx") if name in variables}
        return _entry_points.audit(self.task("audit", variables, **more))

    @property
    def options(self) -> dict[str, Any]:
        ((_module, options),) = self.asked
        return options

    def _run(self, module: str, options: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in options.items() if value is not None}
        assert ArgumentSpecValidator(SPECS[module]()).validate(given).error_messages == []
        self.asked.append((module, dict(options)))
        return dict(self.answer)

    def _search(self, options: Mapping[str, Any]) -> dict[str, Any]:
        self.searched.append(options)
        return self.ldap


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("RC_SERVER_URL", "RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT", "RC_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def host(folder: Path) -> Host:
    assert folder.is_dir()
    return Host()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# what reaches the modules


def test_every_option_of_the_module_is_passed_on(host: Host) -> None:
    for call, module in (
        (host.invite, "rc_send_invite"),
        (host.audit, "rc_user_info"),
        (lambda: host.onboard(onboarding_batches=[BATCH]), "rc_onboard"),
    ):
        host.asked.clear()
        host.answer = {"rc_send_invite": invited(), "rc_user_info": AUDITED, "rc_onboard": onboarded()}[module]
        call()
        assert [name for name, _options in host.asked] == [module]
        assert set(host.options) == set(SPECS[module]())


def test_variables_reach_the_module_with_their_values(host: Host) -> None:
    host.invite(reinvite_canary=3, reinvite_waves=[{"site": ["Paris"]}], reinvite_exclude=["ceo@example.com"])
    assert (host.options["canary"], host.options["exclude"]) == (3, ["ceo@example.com"])
    assert host.options["waves"] == [{"site": ["Paris"], "department": None, "name": None}]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, (None, True, None)),
        ({"reinvite_users": ["101"]}, (["101"], False, None)),
        ({"reinvite_users": []}, ([], False, None)),
        ({"reinvite_all_pending": False}, (None, False, None)),
        ({"reinvite_users": ["101"], "reinvite_all_pending": True}, (["101"], True, None)),
    ],
)
def test_all_pending_holds_unless_users_are_named(host: Host, variables: dict[str, Any], expected: Any) -> None:
    host.invite(**variables)
    assert tuple(host.options[name] for name in ("users", "all_pending", "plan")) == expected


def test_one_batch_begins_today_without_a_day(host: Host) -> None:
    host.answer = onboarded()
    host.onboard(entry_point="batch", onboarding_batch={"name": "ada", "users": ["101"], "users_csv": "new.csv"})
    (only,) = host.options["batches"]
    assert only["invite_on"] == str(utc_now().date())
    assert only["users_csv"] == str(Path.cwd() / "new.csv")
    host.asked.clear()
    host.onboard(entry_point="batch", onboarding_batch=BATCH)
    assert host.options["batches"][0]["invite_on"] == "2026-12-01"


def test_one_batch_in_an_unknown_time_zone_is_refused_before_a_module_runs(host: Host) -> None:
    with pytest.raises(InvalidOption, match=r"^onboarding_timezone: 'Nowhere'"):
        host.onboard(entry_point="batch", onboarding_batch={"name": "ada"}, onboarding_timezone="Nowhere")
    assert host.asked == []


# the directory


def test_without_a_source_the_inventory_is_the_directory_if_it_has_one(host: Host) -> None:
    people = [{"email": "ada@example.com"}]
    for variables, expected in (
        ({}, None),
        ({"reinvite_directory": people}, ["ada@example.com"]),
        ({"reinvite_directory": people, "reinvite_directory_source": "none"}, None),
        ({"reinvite_directory_source": "inventory"}, []),  # refused by the module as an empty directory
    ):
        host.asked.clear()
        host.invite(**variables)
        given = host.options["directory"]
        assert (given if given is None else [one["email"] for one in given]) == expected
        assert host.options["directory_csv"] is None


def test_a_file_is_read_by_the_module(host: Host, folder: Path) -> None:
    host.invite(
        reinvite_directory_source="csv",
        reinvite_directory_csv="people.csv",
        reinvite_directory_csv_columns={"email": ["Mail"]},
        reinvite_directory_csv_delimiter=";",
        reinvite_directory=[{"email": "other@example.com"}],
    )
    assert host.options["directory"] is None
    given = host.options["directory_csv"]
    assert (given["path"], given["columns"]["email"], given["delimiter"], given["encoding"]) == (
        str(folder / "people.csv"),
        ["Mail"],
        ";",
        "utf-8-sig",
    )


def test_an_ldap_server_is_searched_for_people(host: Host) -> None:
    host.invite(
        reinvite_directory_source="ldap",
        reinvite_directory_ldap_server="ldaps://dc.example.com",
        reinvite_directory_ldap_base="DC=example,DC=com",
        reinvite_directory_ldap_bind_password="s3cret",
    )
    (search,) = host.searched
    assert (search["server_uri"], search["dn"], search["scope"], search["page_size"], search["bind_pw"]) == (
        "ldaps://dc.example.com",
        "DC=example,DC=com",
        "children",
        500,
        "s3cret",
    )
    assert search["referrals_chasing"] == "disabled"
    assert [one["email"] for one in host.options["directory"]] == ["ada@example.com"]


LDAP = {
    "reinvite_directory_source": "ldap",
    "reinvite_directory_ldap_server": "ldaps://dc.example.com",
    "reinvite_directory_ldap_base": "DC=example,DC=com",
}


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"reinvite_directory_csv": "people.csv"}, "reinvite_directory_source is not set"),
        ({"reinvite_directory_ldap_server": "ldaps://dc"}, "reinvite_directory_source is not set"),
        ({"reinvite_directory_source": "csv"}, "reinvite_directory_csv must name the file"),
        ({"reinvite_directory_source": "csv", "reinvite_directory_csv": " "}, "reinvite_directory_csv must name"),
        ({"reinvite_directory_source": "ldap"}, "reinvite_directory_ldap_server must be"),
        ({**LDAP, "reinvite_directory_ldap_server": "ldap://dc.example.com"}, "begins with ldaps://"),
        ({**LDAP, "reinvite_directory_ldap_base": " "}, "reinvite_directory_ldap_base must name"),
    ],
)
def test_a_directory_that_cannot_be_read_is_refused_before_a_module_runs(
    host: Host, variables: dict[str, Any], name: str
) -> None:
    for call in (host.invite, host.audit, lambda **more: host.onboard(onboarding_batches=[BATCH], **more)):
        with pytest.raises(Refused, match=name) as caught:
            call(**variables)
        assert str(caught.value).endswith("No mail was sent.")
    assert (host.asked, host.searched) == ([], [])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"failed": True, "msg": "Invalid credentials", "details": "data 52e"}, "Invalid credentials data 52e"),
        ({}, "no answer"),
    ],
)
def test_a_search_that_fails_is_refused(host: Host, answer: dict[str, Any], message: str) -> None:
    host.ldap = answer
    with pytest.raises(Refused, match=message):
        host.invite(**LDAP)
    assert host.asked == []


# the ledger


@pytest.mark.parametrize("ledger", [{}, {"backend": "sqlite"}, {"path": ""}])
def test_under_awx_a_ledger_that_vanishes_is_refused(host: Host, ledger: dict[str, Any]) -> None:
    for call in (host.invite, lambda **more: host.onboard(onboarding_batches=[BATCH], **more)):
        with pytest.raises(Refused, match=r"^reinvite_ledger: AWX keeps no files .* No mail was sent\.$"):
            call(reinvite_ledger=ledger, under_awx=True)
    assert host.asked == []


def test_under_awx_a_ledger_that_stays_is_used(host: Host, folder: Path) -> None:
    host.invite(reinvite_ledger={"backend": "custom_field"}, under_awx=True)
    assert host.options["ledger"]["backend"] == "custom_field"
    host.asked.clear()
    host.invite(reinvite_ledger={"path": "ledger.sqlite3"}, under_awx=True)
    assert host.options["ledger"]["path"] == str(folder / "ledger.sqlite3")


def test_an_audit_under_awx_goes_without_a_ledger_that_vanished(host: Host) -> None:
    host.answer = AUDITED
    host.audit(under_awx=True)
    assert host.options["ledger"] is None
    host.asked.clear()
    host.audit(reinvite_ledger={"backend": "custom_field"}, under_awx=True)
    assert host.options["ledger"]["backend"] == "custom_field"


# plans


def test_check_mode_writes_the_plan_that_a_run_reads(host: Host, folder: Path) -> None:
    host.answer = invited(row(1, outcome="would_invite"))
    planned = host.invite(check_mode=True, reinvite_plan_file="plans/acme.json")
    assert files(folder) == ["plans/acme.json"]
    assert (folder / "plans/acme.json").stat().st_mode & 0o777 == 0o600
    assert planned["table"][-1].startswith(f"{folder / 'plans/acme.json'} holds the 1 users who would be invited.")
    assert (host.options["plan"], host.options["all_pending"]) == (None, True)
    host.asked.clear()
    host.invite(reinvite_plan_file="plans/acme.json", reinvite_users=["101"])
    assert host.options["plan"] == PLAN
    assert (host.options["users"], host.options["all_pending"]) == (None, False)


def test_a_plan_is_not_written_if_planning_failed(host: Host, folder: Path) -> None:
    host.answer = invited(row(1, outcome="would_invite"), failed=True, msg="max_invites: too many")
    assert host.invite(check_mode=True, reinvite_plan_file="plan.json")["failure"].startswith("max_invites")
    assert files(folder) == []


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
def test_a_file_that_is_no_plan_is_refused_before_a_module_runs(
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


def test_an_approved_plan_is_carried_out_in_its_account_alone(accounts: list[tuple[Host, Machine]]) -> None:
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


# reports


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
    rows = list(csv.DictReader((folder / "reports/acme%2Feurope.csv").open(encoding="utf-8")))
    assert [(one["id"], one["outcome"]) for one in rows] == [("4001", "invited"), ("4009", "")]
    assert "https://login.example.com" in rows[1]["what_to_tell"]
    assert (folder / "reports").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("variables", [{"reinvite_report_dir": ""}, {"reinvite_report_dir": " "}, {"check_mode": True}])
def test_check_mode_and_an_empty_folder_write_nothing(host: Host, folder: Path, variables: dict[str, Any]) -> None:
    host.invite(**variables)
    host.answer = onboarded(row(1))
    host.onboard(onboarding_batches=[BATCH], **variables)
    host.answer = AUDITED
    host.audit(**variables)
    assert files(folder) == []


def test_a_folder_that_cannot_be_written_to_is_refused_before_a_module_runs(host: Host, folder: Path) -> None:
    (folder / "reports").write_text("a file", encoding="utf-8")
    for call in (host.invite, host.audit, lambda **more: host.onboard(onboarding_batches=[BATCH], **more)):
        with pytest.raises(Refused, match=r"^reinvite_report_dir: .*reports.* No mail was sent\.$"):
            call(reinvite_report_dir="reports")
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


# what a host leaves


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
    for result in (host.invite(), host.audit(), host.onboard(onboarding_batches=[BATCH])):
        assert (result["failure"], result["error"]) == ("RingCentral refused the login", {"code": "OAU-213"})
        assert (result["changed"], result["table"], result["results"], result["counts"]) == (False, [], [], {})
    assert files(folder) == []


def test_counts_of_the_account_alone_are_handed_on(host: Host) -> None:
    result = host.invite()
    assert result["ansible_stats"] == {
        "data": {"reinvite_counts": {"acme/europe": result["counts"]}},
        "per_host": False,
        "aggregate": True,
    }


def test_users_who_need_something_else_are_listed(host: Host) -> None:
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
        f"{base}/December%2FParis/acme%2Feurope.csv",
        f"{base}/December%2FParis/acme%2Feurope.json",
        f"{base}/acme%2Feurope.csv",
        f"{base}/acme%2Feurope.json",
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


def test_the_summary_covers_every_host_of_the_play(host: Host, folder: Path) -> None:
    results = {"one": {"counts": {"considered": 2, "invited": 2}, "failure": ""}, "two": None, "three": None}
    task = host.task("summary", {})
    summary = _entry_points.summarize(task, results, ["one", "two", "three"], ["one", "two"])
    assert summary["states"] == {"done": 1, "failed": 1, "not_run": 1}
    assert files(folder) == ["reinvite-reports/estate.csv", "reinvite-reports/estate.json"]
    document = json.loads((folder / "reinvite-reports/estate.json").read_text(encoding="utf-8"))
    assert [one["host"] for one in document["accounts"]] == ["one", "two", "three"]


def test_the_summary_never_overwrites_the_report_of_a_host(host: Host, folder: Path) -> None:
    _entry_points.summarize(host.task("summary", {}), {"estate": None}, ["estate"], [])
    assert files(folder) == ["reinvite-reports/estate+.csv", "reinvite-reports/estate+.json"]


def test_a_refusal_leaves_the_shape_of_a_result() -> None:
    result = _entry_points.refusal(Refused("reinvite_site is null. No mail was sent."))
    assert (result["failure"], result["counts"], result["results"]) == (
        "reinvite_site is null. No mail was sent.",
        {},
        [],
    )
