# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the entry points of the role ask of the modules: users, directory and ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import utc_now
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused
from unit.plugins.plugin_utils.hosts import AUDITED, BATCH, EXAMINED, SPECS, Host, invited, onboarded


def test_every_option_of_the_module_is_passed_on(host: Host) -> None:
    for call, module in (
        (host.invite, "rc_send_invite"),
        (host.audit, "rc_user_info"),
        (host.doctor, "rc_doctor"),
        (lambda: host.onboard(onboarding_batches=[BATCH]), "rc_onboard"),
    ):
        host.asked.clear()
        host.answer = {
            "rc_send_invite": invited(),
            "rc_user_info": AUDITED,
            "rc_onboard": onboarded(),
            "rc_doctor": EXAMINED,
        }[module]
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


def test_mistakes_in_batches_are_reported_together_before_a_module_runs(host: Host) -> None:
    given = [{**BATCH, "remind_evry": "3d"}, {"name": "two", "invite_on": "2026-12-01"}]
    with pytest.raises(InvalidOption) as refused:
        host.onboard(onboarding_batches=given)
    assert "remind_evry: is not known; write remind_every" in refused.value.message
    assert "batch two: users: names no user" in refused.value.message
    assert host.asked == []


def test_one_batch_begins_today_without_a_day(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("new.csv").write_text("email\nada@example.com\n", encoding="utf-8")
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


def test_an_audit_of_an_account_that_keeps_no_ledger_goes_without(host: Host) -> None:
    host.answer = AUDITED
    host.audit(reinvite_ledger={"backend": "none"})  # as the variables of the account have it for rc_send_invite
    assert host.options["ledger"] is None
