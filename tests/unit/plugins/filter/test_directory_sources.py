# SPDX-License-Identifier: GPL-3.0-or-later
"""What a directory answers and what becomes of it, as tables of input and output."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.onboard.ringcentral.plugins.filter.directory import (
    FilterModule,
    directory_from_csv,
    directory_from_ldap,
    directory_ldap_attributes,
)

NOBODY = {"email": "", "name": "", "extension_number": "", "employee_id": "", "enabled": True, "aliases": []}
RECORDED = Path(__file__).with_name("samba_ad_dc.json")


def csv64(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_known(encoding: str) -> None:
    people = directory_from_csv(csv64("mail;Name\r\nzoë@example.com; Zoë \r\n", encoding), delimiter=";")
    assert people == [{**NOBODY, "email": "zoë@example.com", "name": "Zoë"}]


def test_an_encoding_can_be_named() -> None:
    people = directory_from_csv(csv64("mail,Name\nz@example.com,Zoë\n", "cp1252"), encoding="cp1252")
    assert [one["name"] for one in people] == ["Zoë"]


@pytest.mark.parametrize(
    ("value", "enabled"), [("True", True), ("1", True), (" yes ", True), ("False", False), ("", False), ("gone", False)]
)
def test_only_what_means_enabled_is(value: str, enabled: bool) -> None:
    assert (
        directory_from_csv(csv64(f"mail,Enabled\na@example.com,{value}\nb@example.com,True"))[0]["enabled"] is enabled
    )


def test_short_and_blank_rows() -> None:
    text = "mail,Name,Enabled\na@example.com\n\n,,True\nb@example.com,,True\n"
    assert directory_from_csv(csv64(text)) == [
        {**NOBODY, "email": "a@example.com", "enabled": False, "status": "Enabled is blank"},
        {**NOBODY, "email": "b@example.com"},
    ]
    assert directory_from_csv("") == []


def test_all_columns_by_names_of_ones_own() -> None:
    columns = {
        "email": "post",
        "name": ["wer"],
        "extension_number": "tel",
        "employee_id": "nr",
        "enabled": "da",
        "aliases": "auch",
    }
    text = (
        "WER,tel,nr,da,auch,post\nZoë,+1 650 555 0101,007,JA,SMTP:z@example.com|x500:/o=x|zoe@example.org,z@example.com"
    )
    assert directory_from_csv(csv64(text), columns, enabled_values=["ja"], alias_separator="|") == [
        {
            "email": "z@example.com",
            "name": "Zoë",
            "extension_number": "+1 650 555 0101",
            "employee_id": "007",
            "enabled": True,
            "aliases": ["z@example.com", "zoe@example.org"],
        }
    ]


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (csv64("a,b\n1,2"), {}, "there is no column 'E-Mail Address' or 'mail'"),
        (csv64("mail\n1"), {"columns": {"name": "who"}}, "there is no column 'who' for name"),
        (csv64("mail\n1"), {"columns": {"emial": "mail"}}, "emial is not known"),
        (csv64("mail"), {"delimiter": ";;"}, "must be one character"),
        (csv64("mail\nZoë", "cp1252"), {}, "not in the encoding utf-8-sig"),
        (csv64("mail"), {"encoding": "klingon"}, "not an encoding that Python knows"),
        ("€", {}, "in base64"),
    ],
)
def test_what_cannot_be_read_is_said(content: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        directory_from_csv(content, **options)


def test_the_error_for_a_file_without_a_header_shows_no_address() -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        directory_from_csv(csv64("ada@example.com,Ada\n"))
    assert "ada@example.com" not in str(caught.value)


@pytest.mark.parametrize(
    ("result", "entry"),
    [
        (
            {"mail": "a@example.com", "userPrincipalName": "u@x.local"},
            {"email": "a@example.com", "logon_name": "u@x.local"},
        ),
        ({"mail": [], "userPrincipalName": "u@example.com"}, {"logon_name": "u@example.com"}),
        (
            {"MAIL": [b"z\xc3\xb6@example.com", "b@example.com"]},
            {"email": "zö@example.com", "aliases": ["b@example.com"]},
        ),
        ({"telephoneNumber": "+1 650 555 0101"}, {"extension_number": "+1 650 555 0101"}),
        ({"telephoneNumber": "+1 650 555 0101", "ipPhone": "101"}, {"extension_number": "101"}),
        ({"proxyAddresses": "SMTP:a@example.com"}, {"email": "a@example.com", "aliases": ["a@example.com"]}),
        ({"proxyAddresses": ["smtp:a@b.example", "sip:c@d.example", "X500:/o=x"]}, {"aliases": ["a@b.example"]}),
        ({"employeeID": 7, "displayName": None}, {"employee_id": "7"}),
    ],
)
def test_one_entry_of_ldap(result: dict[str, Any], entry: dict[str, Any]) -> None:
    assert directory_from_ldap([{"userAccountControl": "512", **result}]) == [{**NOBODY, **entry}]


@pytest.mark.parametrize(
    ("bits", "enabled"),
    [("512", True), ("514", False), (b"66050", False), (["66048"], True), (None, False), ("x", False)],
)
def test_the_second_bit_means_disabled(bits: object, enabled: bool) -> None:
    assert directory_from_ldap([{"mail": "a@b.example", "userAccountControl": bits}])[0]["enabled"] is enabled


def test_without_the_attribute_all_people_are_enabled() -> None:
    assert directory_from_ldap([{"mail": "a@b.example"}], {"enabled": []})[0]["enabled"] is True


def test_entries_without_anything_of_a_person_are_left_out() -> None:
    assert directory_from_ldap([{"dn": "CN=krbtgt", "userAccountControl": "514"}]) == []


def test_an_answer_of_another_shape_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match="ldap_search"):
        directory_from_ldap(["no dictionary"])  # type: ignore[list-item]


def test_the_attributes_to_ask_for() -> None:
    wanted = directory_ldap_attributes({"email": "userPrincipalName", "aliases": ["userPrincipalName", "otherMailbox"]})
    assert wanted.count("userPrincipalName") == 1
    assert {"otherMailbox", "userAccountControl", "displayName"} <= set(wanted)
    assert "mail" not in wanted


def test_a_recorded_answer_of_a_real_domain_controller() -> None:
    """What community.general.ldap_search got from Samba AD DC 4.17 over LDAPS; make test-ad asks one itself."""
    people = directory_from_ldap(json.loads(RECORDED.read_text(encoding="utf-8")))
    assert all(one.pop("dn").endswith("DC=example,DC=com") for one in people)
    by_name = {one["name"]: one for one in people if one["name"]}
    assert by_name == {
        "Ada Lovelace": {
            "email": "ada.lovelace@example.com",
            "name": "Ada Lovelace",
            "extension_number": "+1 650 555 0101",
            "employee_id": "E-0001",
            "enabled": True,
            "aliases": ["ada.lovelace@example.com", "ada@example.org"],
            "logon_name": "ada@example.com",
        },
        "Łukasz Kowalski": {
            **NOBODY,
            "email": "lukasz@example.com",
            "name": "Łukasz Kowalski",
            "enabled": False,
            "status": "userAccountControl is 546",
        },
    }


def test_ansible_finds_them() -> None:
    assert sorted(FilterModule().filters()) == [
        "directory_from_csv",
        "directory_from_ldap",
        "directory_ldap_attributes",
    ]
