# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manager of a user, as each source names them, and only where it is clear who both are."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import decide
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory import read_directory
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_csv import entries_from_csv
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_ldap import (
    entries_from_ldap,
    ldap_attributes,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from scripted import NOW, user

BOSS_DN = r"CN=Hopper\, Grace,OU=People,DC=example,DC=com"
BOSS = {
    "email": "Grace@Example.com",
    "name": "Grace Hopper",
    "employee_id": "E7",
    "logon_name": "ghopper@corp.example.com",
    "dn": BOSS_DN,
}
MATCH_BY = ("email", "employee_id", "extension_number", "name")


def manager(*entries: dict[str, Any], **fields: Any) -> str:
    """The manager of Ada, by these entries."""
    directory = read_directory(entries, MATCH_BY)
    assert directory
    return directory.manager_of(user(1, **{"name": "Ada Lovelace", "email": "ada@example.com", **fields}))


@pytest.mark.parametrize(
    "named",
    [
        "grace@example.com",
        "GRACE@EXAMPLE.COM",
        "ghopper@corp.example.com",
        BOSS_DN,
        r"cn=hopper\, grace, ou=People, dc=example, dc=com",
        "E7",
        "Grace Hopper",
        " grace hopper ",
    ],
)
def test_a_manager_is_found_by_each_name(named: str) -> None:
    assert manager({"email": "ada@example.com", "manager": named}, BOSS) == "Grace@Example.com"


@pytest.mark.parametrize(
    ("ada", "others"),
    [
        ({}, [BOSS]),
        ({"manager": "nobody@example.com"}, [BOSS]),
        ({"manager": "grace@example.com"}, [{**BOSS, "enabled": False}]),
        ({"manager": "Grace Hopper"}, [BOSS, {"email": "other@example.com", "name": "Grace Hopper"}]),
        ({"manager": BOSS_DN}, [{**BOSS, "email": ""}]),
        ({"manager": "ada@example.com"}, [BOSS]),
        ({"manager": "CN=Grace"}, [BOSS]),
    ],
)
def test_a_manager_who_is_not_clear_is_none(ada: dict[str, Any], others: list[dict[str, Any]]) -> None:
    assert manager({"email": "ada@example.com", **ada}, *others) == ""


def test_a_disabled_namesake_is_no_doubt_and_a_manager_listed_twice_is_one() -> None:
    gone = {"email": "old@example.com", "name": "Grace Hopper", "enabled": False}
    twice = {**BOSS, "aliases": ["g@example.com"]}
    assert manager({"email": "ada@example.com", "manager": "Grace Hopper"}, BOSS, gone, twice) == "Grace@Example.com"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"email": "other@example.com", "employee_id": "E1"}, "Grace@Example.com"),
        ({"email": "other@example.com", "extension_number": "101"}, "Grace@Example.com"),
        ({"email": "other@example.com", "extension_number": "999"}, ""),  # a name alone can be another person's
        ({"email": "other@example.com", "name": "Someone Else", "extension_number": "101"}, ""),
        ({"employee_id": "E9"}, ""),
    ],
)
def test_it_has_to_be_clear_who_the_user_is(fields: dict[str, Any], found: str) -> None:
    ada = {
        "email": "ada@example.com",
        "name": "Ada Lovelace",
        "employee_id": "E1",
        "extension_number": "101",
        "manager": "grace@example.com",
    }
    assert manager(ada, BOSS, **fields) == found


def test_the_decision_about_a_pending_user_names_the_manager() -> None:
    entries = [{"email": f"u{number}@example.com", "manager": "grace@example.com"} for number in (1, 2)]
    users = [user(1, email="u1@example.com"), user(2, email="u2@example.com", status="enabled")]
    policy = Policy(directory=read_directory([*entries, BOSS], MATCH_BY))
    found = {
        row["id"]: row["manager"] for row in (one.to_dict() for one in decide(policy, users, users, History(), NOW))
    }
    assert found == {users[0].id: "Grace@Example.com", users[1].id: None}


AD = [
    {"dn": BOSS_DN, "mail": "grace@example.com", "displayName": "Grace Hopper", "userAccountControl": "512"},
    {
        "dn": "CN=Ada,OU=People,DC=example,DC=com",
        "mail": "ada@example.com",
        "userAccountControl": "512",
        "manager": BOSS_DN,
    },
]


def test_active_directory_names_the_manager_by_distinguished_name() -> None:
    assert "manager" in ldap_attributes()
    assert manager(*entries_from_ldap(AD)) == "grace@example.com"
    renamed = [{**one, "boss": one.get("manager"), "manager": None} for one in AD]
    assert manager(*entries_from_ldap(renamed, {"manager": ["boss"]})) == "grace@example.com"
    assert "boss" in ldap_attributes({"manager": ["boss"]})


def test_entra_id_expands_the_manager_whose_mail_is_not_the_users() -> None:
    grace = {"mail": "grace@example.com", "displayName": "Grace Hopper", "accountEnabled": True}
    ada = {"mail": None, "displayName": "Ada Lovelace", "accountEnabled": True, "employeeId": "E1", "manager": grace}
    entries = entries_from_ldap([grace, ada])
    assert [entry["email"] for entry in entries] == ["grace@example.com", ""]
    assert manager(*entries, employee_id="E1") == "grace@example.com"


@pytest.mark.parametrize(
    ("titles", "boss", "ada"),
    [
        (
            "mail,displayName,Enabled,DistinguishedName,manager",
            f'g@example.com,Grace,True,"{BOSS_DN}",',
            f'"{BOSS_DN}"',
        ),
        ("mail,displayName,Enabled,Manager Email", "g@example.com,Grace,True,", "g@example.com"),
        ("mail,displayName,Enabled,Manager", "g@example.com,Grace,True,", "Grace"),
    ],
)
def test_a_csv_file_names_the_manager(titles: str, boss: str, ada: str) -> None:
    blanks = "," * (titles.count(",") - 3)
    data = f"{titles}\n{boss}\nada@example.com,Ada,True,{blanks}{ada}\n".encode()
    entries, warnings = entries_from_csv(data)
    assert manager(*entries) == "g@example.com"
    assert warnings == []


def test_a_column_of_managers_can_be_named_and_makes_no_row_look_shifted() -> None:
    data = b"mail,Name,Boss,Enabled\ng@example.com,Grace,,True\nn/a,Ada,g@example.com,True\n"
    entries, warnings = entries_from_csv(data, {"manager": ["Boss"], "email": ["mail"]})
    assert entries[1]["manager"] == "g@example.com"
    assert any("no address" in warning for warning in warnings)
    with pytest.raises((RingCentralError, ValueError), match="Chef"):
        entries_from_csv(data, {"manager": ["Chef"]})
