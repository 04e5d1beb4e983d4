# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/reinvite.yml asks a real Active Directory over LDAPS, and mails whom it vouches for and nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ad.conftest import Controller
from emulator import Emulator
from emulator.people import Extension
from integration.playing import NO_LIMITS, Played, Player, mailed, writes

# Of 200 pending, how many of each; the rest match.
KINDS = ["mismatch"] * 10 + ["disabled"] * 8 + ["missing"] * 6 + ["ambiguous"] * 4 + ["alias"] * 5
REASONS = {
    "mismatch": "email_mismatch",
    "disabled": "disabled_in_directory",
    "missing": "not_in_directory",
    "ambiguous": "ambiguous",
}


def entries(  # noqa: PLR0911  # one for each kind
    kind: str, number: int, user: Extension
) -> list[dict[str, Any]]:
    """What Active Directory has of somebody."""
    base: dict[str, Any] = {"displayName": user.name, "mail": user.email, "userAccountControl": "544"}
    if kind == "missing":
        return []
    if kind == "disabled":
        return [base | {"userAccountControl": "546"}]
    if kind == "ambiguous":  # two of the same name, neither at this address
        return [base | {"mail": f"namesake{which}.{number}@example.com"} for which in (1, 2)]
    if kind == "alias":
        moved = f"moved.{number}@example.com"
        return [base | {"mail": moved, "proxyAddresses": [f"SMTP:{moved}", f"smtp:{user.email}", f"sip:{moved}"]}]
    if kind == "mismatch":  # half of them are found by their employee id, under another name; the others by name
        by_id = {"displayName": f"Married {number}", "employeeID": user.employee_id}
        by_name = {"ipPhone": user.extension_number}  # a name alone proves no one
        return [base | {"mail": f"other.{number}@example.com"} | (by_id if number % 2 else by_name)]
    if number % 3 == 0:  # some have no mail but the name they log in by
        return [base | {"mail": "", "userPrincipalName": user.email}]
    return [base]


@dataclass(frozen=True)
class Company:
    rc: Emulator
    player: Player
    kinds: dict[str, str]
    options: dict[str, Any]

    def play(self, *options: str, playbook: str = "onboard.ringcentral.reinvite", **variables: Any) -> Played:
        return self.player.play(playbook, *options, **self.options | variables)


@pytest.fixture(scope="module")
def company(controller: Controller, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with Emulator(users=220, pending=200, odd=False, limits=NO_LIMITS) as rc:
        pending = [one for one in rc.account.extensions.values() if one.status == "NotActivated" and one.type == "User"]
        assert len(pending) == 200
        people = [{"displayName": "Only There", "mail": "only.there@example.com", "userAccountControl": "544"}]
        kinds = {}
        for number, user in enumerate(pending):
            user.first_name, user.last_name, user.extension_number = (
                f"Zoë{number}",
                f"Ünal {number}",
                str(5000 + number),
            )
            user.employee_id = f"E-{number:04}"
            kind = KINDS[number] if number < len(KINDS) else "match"
            kinds[str(user.id)] = kind
            people += entries(kind, number, user)
        controller.add(people)
        options = {
            "reinvite_directory_source": "ldap",
            "reinvite_directory_min_entries": 180,
            "reinvite_directory_ldap_server": controller.uri,
            "reinvite_directory_ldap_base": controller.base,
            "reinvite_directory_ldap_bind_dn": controller.user,
            "reinvite_directory_ldap_bind_password": controller.password,
            "reinvite_directory_ldap_ca_path": str(controller.ca),
            "reinvite_directory_ldap_page_size": 50,
            "reinvite_match_by": ["email", "employee_id", "extension_number", "name"],
        }
        yield Company(rc, Player(tmp_path_factory.mktemp("admin"), rc.env()), kinds, options)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reinvite_directory_ldap_bind_password": "Not-the-passw0rd"}, "Invalid credentials"),
        ({"reinvite_directory_ldap_ca_path": ""}, "reinvite_directory_ldap_server, ldaps://127.0.0.1"),
        ({"reinvite_directory_ldap_base": "OU=Nowhere,DC=ad,DC=example,DC=com"}, "Base not found: OU=Nowhere"),
        (
            {"reinvite_directory_min_entries": 900},
            "the directory lists 199 of at least 900 people",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(company: Company, wrong: dict[str, Any], said: str) -> None:
    asked = len(company.rc.log)
    played = company.play("-vvv", **wrong)
    assert played.code == 2, played.output
    assert said in played.failure
    assert len(company.rc.log) == asked
    assert company.options["reinvite_directory_ldap_bind_password"] not in played.output
    assert "Not-the-passw0rd" not in played.output


def test_exactly_the_right_ones_are_mailed_and_the_others_held_with_their_reason(company: Company) -> None:
    played = company.play("-vvv")
    assert played.code == 0, played.output
    results = played.invitations["results"]
    assert Counter(company.kinds.values()) == {
        "match": 167,
        "mismatch": 10,
        "disabled": 8,
        "missing": 6,
        "alias": 5,
        "ambiguous": 4,
    }
    right = [user for user, kind in company.kinds.items() if kind in {"match", "alias"}]
    assert sorted(mailed(company.rc)) == sorted(right)
    held = {one["id"]: one["reason"] for one in results if one["decision"] == "hold"}
    assert held == {user: REASONS[kind] for user, kind in company.kinds.items() if kind in REASONS}
    assert company.options["reinvite_directory_ldap_bind_password"] not in played.output


def test_the_second_run_changes_nothing(company: Company) -> None:
    sent = len(mailed(company.rc))
    played = company.play()
    assert played.code == 0, played.output
    assert played.changed == 0
    assert len(mailed(company.rc)) == sent == 172


def test_addresses_are_corrected_once_and_mailed_there(company: Company) -> None:
    moved = sorted(user for user, kind in company.kinds.items() if kind == "mismatch")
    before = {user: company.rc.account.extensions[int(user)].email for user in moved}
    right = {user: f"other.{number}@example.com" for number, user in enumerate(company.kinds) if user in before}
    sent, asked = len(company.rc.outbox), len(company.rc.log)

    planned = company.play("--check", reinvite_correct_email=True)
    assert planned.code == 0, planned.output
    assert writes(company.rc, asked) == []
    assert planned.table[1] == "ADDRESS WOULD BE CORRECTED (10)"

    asked = len(company.rc.log)
    played = company.play(reinvite_correct_email=True)
    assert played.code == 0, played.output
    assert Counter(writes(company.rc, asked)) == {"updateExtension": 10, "extensionBulkUpdate": 1}
    mails = company.rc.outbox[sent:]
    assert {str(mail["extension_id"]): mail["email"] for mail in mails} == right
    assert len(mails) == 10
    assert played.table[1] == "ADDRESS CORRECTED (10)"
    shown = [line.split() for line in played.table[2:12]]
    assert sorted((words[-3], words[-1]) for words in shown) == sorted((before[user], right[user]) for user in moved)
    corrected = company.player.report()["corrected"]
    assert {one["id"]: (one["corrected_from"], one["email"]) for one in corrected} == {
        user: (before[user], right[user]) for user in moved
    }

    again = company.play(reinvite_correct_email=True)
    assert again.code == 0, again.output
    assert again.changed == 0
    assert len(company.rc.outbox) == sent + 10


def test_an_audit_names_them_all_and_writes_nothing(company: Company) -> None:
    asked = len(company.rc.log)
    played = company.play("--check", playbook="onboard.ringcentral.audit", audit_fail_on=["disabled_in_directory"])
    assert played.code == 2, played.output
    assert played.failure == "audit_fail_on: 8 disabled_in_directory"
    assert writes(company.rc, asked) == []


def test_the_output_names_nobody_of_the_directory_alone(company: Company) -> None:
    played = company.play("--check")
    assert played.code == 0, played.output
    assert "only.there@example.com" not in played.output
