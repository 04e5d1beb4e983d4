# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs from public bug reports of people who do this job, each with its right value. The numbers are theirs."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._csv import CsvError
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import decide
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory import Directory, read_directory
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_csv import entries_from_csv
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_ldap import (
    entries_from_ldap,
    ldap_attributes,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import User
from ansible_collections.onboard.ringcentral.plugins.module_utils._options import read_domains, read_exclude, read_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._people_csv import people_from_csv
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import defused
from scripted import NOW, user

MATCH_BY = ("email", "extension_number", "name")
AD = "#TYPE Microsoft.ActiveDirectory.Management.ADUser\r\n"
DOMAIN_CONTROLLER = {"objectClass": ["top", "person", "user"], "userAccountControl": "512"}


def from_csv(text: str, **options: Any) -> list[dict[str, Any]]:
    return entries_from_csv(text.encode(), now=NOW, **options)[0]


def enabled(entries: list[dict[str, Any]]) -> list[bool]:
    return [entry["enabled"] for entry in entries]


def reasons(people: list[User], **policy: Any) -> list[str]:
    found = {one.user.id: one.reason for one in decide(Policy(**policy), people, people, History(), NOW) if one.user}
    return [found[one.id] for one in people]


def directory(*entries: dict[str, Any], match_by: tuple[str, ...] = MATCH_BY) -> Directory:
    read = read_directory(entries, match_by)
    assert read
    return read


@pytest.mark.parametrize(
    "text",
    [
        AD + '"Name","EmailAddress","Enabled"\r\n"Ada","ada@example.com","True"\r\n',
        "sep=;\r\nName;EmailAddress;Enabled\r\nAda;ada@example.com;True\r\n",
        "\ufeffsep=\t\nName\tEmailAddress\tEnabled\nAda\tada@example.com\tTrue\n",
        "sep=;\n" + AD + "Name;EmailAddress;Enabled\nAda;ada@example.com;True\n",
        '"sep=;"\nName;EmailAddress;Enabled\nAda;ada@example.com;True\n',
    ],
)
def test_1_what_stands_before_the_header(text: str) -> None:
    assert [(one["name"], one["email"]) for one in from_csv(text)] == [("Ada", "ada@example.com")]


@pytest.mark.parametrize(
    ("expires", "there"),
    [
        ("0", True),
        (str(0x7FFFFFFFFFFFFFFF), True),
        ("132223104000000000", False),  # 2020
        ("139219776000000000", True),  # 2042
        ("soon", False),
    ],
)
def test_3_an_account_that_has_expired(expires: str, there: bool) -> None:
    entry = {"mail": "ada@example.com", "accountExpires": expires, **DOMAIN_CONTROLLER}
    assert enabled(entries_from_ldap([entry], now=NOW)) == [there]
    assert "accountExpires" in ldap_attributes()


@pytest.mark.parametrize(
    ("expires", "there"),
    [
        ("", True),
        ("12/31/2020 12:00:00 AM", False),
        ("31.12.2020 00:00:00", False),
        ("31/12/2020 00:00", False),
        ("2020-12-31T00:00:00", False),
        ("12/31/2036 12:00:00 AM", True),
        ("31.12.2036 00:00:00", True),
        ("02/03/2026", False),  # in February for one reader, in March for the other
        ("1/1/1601 1:00:00 AM", True),
        ("never", True),
        ("mañana", False),
    ],
)
def test_3_a_date_of_expiry_in_a_file(expires: str, there: bool) -> None:
    text = f"EmailAddress,Enabled,AccountExpirationDate\nada@example.com,True,{expires}\nbob@example.com,True,\n"
    assert enabled(from_csv(text)) == [there, True]


def test_8_a_glob_is_for_addresses_and_extension_numbers() -> None:
    people = [user(1, extension_number="4012"), user(2, extension_number="102"), user(3, extension_number="103")]
    assert reasons(people, exclude=read_exclude("exclude", ["40*", "4003"])) == [
        "excluded",
        "not_activated",
        "excluded",
    ]


def test_10_entries_that_say_the_same_are_one() -> None:
    text = "Name,EmailAddress,Enabled,Group\nAda,ada@example.com,True,R&D\nADA,Ada@Example.com,True,Staff\n"
    vouching = directory(*from_csv(text))
    assert reasons([user(1, email="ada@example.com", name="Ada")], directory=vouching) == ["not_activated"]


@pytest.mark.parametrize(
    ("number", "extension", "reason"),
    [
        ("101.0", "101", "email_mismatch"),
        ("101.0", "1010", "not_in_directory"),
        ("1010.0", "1010", "email_mismatch"),
        ("1010.0", "10100", "not_in_directory"),
        ("1.01E+02", "101", "not_in_directory"),
        ("1.01E+02", "10102", "not_in_directory"),
        ("1,01E+02", "10102", "not_in_directory"),
        ("101.5", "1015", "not_in_directory"),
    ],
)
def test_11_numbers_that_a_spreadsheet_wrote(number: str, extension: str, reason: str) -> None:
    vouching = directory({"email": "other@example.com", "extension_number": number})
    assert reasons([user(1, extension_number=extension)], directory=vouching) == [reason]


@pytest.mark.parametrize(
    "cell",
    [
        "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection",
        "System.String[]",
        "System.Collections.Generic.List`1[System.String]",
    ],
)
def test_12_aliases_that_were_not_exported(cell: str) -> None:
    text = f"EmailAddress,Enabled,proxyAddresses\nada@example.com,True,{cell}\n"
    entries, warnings = entries_from_csv(text.encode(), now=NOW)
    assert entries[0]["aliases"] == []
    assert any("'proxyAddresses' holds the name of a list" in one and "-join" in one for one in warnings)


@pytest.mark.parametrize(
    ("yes", "no"),
    [("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("VERDADERO", "FALSO"), ("Ja", "Nein"), ("Oui", "Non"), ("Sí", "No")],
)
def test_14_what_excel_makes_of_true_and_false(yes: str, no: str) -> None:
    text = f"EmailAddress;Enabled\nada@example.com;{yes}\nbob@example.com;{no}\n"
    assert enabled(from_csv(text)) == [True, False]


@pytest.mark.parametrize("words", [("X", "Z"), ("", ""), ("2", "3"), ("ja!", "nein!")])
def test_14_no_row_that_means_enabled_is_an_error(words: tuple[str, str]) -> None:
    text = f"EmailAddress,Enabled\nada@example.com,{words[0]}\nbob@example.com,{words[1]}\n"
    with pytest.raises(CsvError, match="no row means enabled") as caught:
        from_csv(text)
    assert (repr(words[0]) if words[0] else "blank") in str(caught.value)


@pytest.mark.parametrize(
    ("domains", "email", "others", "reason"),
    [
        (["corp-demo.*"], "ada@corp-demo.netx", [], "placeholder_email"),
        (["corp-demo.*"], "ada@corp-demo.comx", [], "placeholder_email"),
        (["corp-demo.*"], "ada@corp-demo.com", [], "not_activated"),
        (["*.corp.example.n?t"], "ada@a.corp.example.nxt", [], "placeholder_email"),
        (["corp.newtld", "*.corp.newtld"], "ada@a.corp.newtld", [], "not_activated"),
        ([], "ada@firma.sex", ["bob@firma.se"], "placeholder_email"),
        (["firma.*"], "ada@firma.sex", ["bob@firma.se"], "placeholder_email"),
        (["firma.sex"], "ada@firma.sex", ["bob@firma.se"], "not_activated"),
        ([], "ada@firma.sex", [], "not_activated"),
        ([], "ada@example.com.ps.ringcentral.com", [], "placeholder_email"),
    ],
)
def test_17_parked_on_a_domain(domains: list[str], email: str, others: list[str], reason: str) -> None:
    people = [user(1, email=email), *(user(n, email=other, status="enabled") for n, other in enumerate(others, 2))]
    assert reasons(people, allowed_domains=read_domains("allowed_domains", domains))[0] == reason


def test_17_a_glob_of_everything_is_refused() -> None:
    with pytest.raises(InvalidOption, match="allows every domain"):
        read_domains("allowed_domains", ["*"])


@pytest.mark.parametrize(
    "pair",
    [
        (("same@example.com", "enabled"), ("same@example.com", "not_activated")),
        (("a@bücher.net", "not_activated"), ("a@xn--bcher-kva.net", "not_activated")),
        (("a@BÜCHER.net", "frozen"), ("A@bu\u0308cher.net", "not_activated")),
        (("same@example.com", "enabled"), ("same\u200b@example.com", "not_activated")),
    ],
)
def test_18_two_users_of_one_address(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    people = [user(n, email=email, status=status) for n, (email, status) in enumerate(pair, 1)]
    expected = ["duplicate_email" if one.is_pending_person else None for one in people]
    found = reasons(people)
    assert [reason if want else None for reason, want in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize(
    "name", ["cyd@bücher.net", "CYD@xn--bcher-kva.net", "cyd@bu\u0308cher.net", "\ufeffcyd@bücher.net"]
)
def test_18_a_user_is_found_in_either_spelling(name: str) -> None:
    for email in ("cyd@bücher.net", "cyd@xn--bcher-kva.net"):
        assert find_users([name], [user(1, email=email)]).not_found == ()


@pytest.mark.parametrize(
    "given",
    [
        ["ada@example.com\nbob@example.com"],
        ["ada@example.com;bob@example.com"],
        ["ada@example.com bob@example.com"],
        ["ada@example.com\r\n\r\n bob@example.com \r\n"],
        "ada@example.com, bob@example.com",
        ["Ada Lovelace <ada@example.com>; Bob <bob@example.com>"],
        ["\tada@example.com\t", "mailto:bob@example.com"],
    ],
)
def test_21_a_text_area_of_a_survey(given: object) -> None:
    assert read_users("users", given) == ["ada@example.com", "bob@example.com"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Max;=1+1", "Max;'=1+1"),
        ("Max; @SUM(A1)", "Max; '@SUM(A1)"),
        ("Max\t=1+1", "Max '=1+1"),
        ("Max\n-1", "Max '-1"),
        ("=1+1", "'=1+1"),
        ("A;B", "A;B"),
        ("a-b", "a-b"),
    ],
)
def test_22_no_cell_is_a_formula(text: str, written: str) -> None:
    assert defused(text) == written


def test_23_a_person_who_was_hired_again() -> None:
    old = user(1, email="ada@example.com", name="Ada Lovelace", status="disabled", extension_number="101")
    new = user(2, email="ada@example.com", name="Ada Lovelace", extension_number="102")
    found = find_users(["ada@example.com"], [old, new])
    assert found.users == (new,)
    vouching = directory(
        {"email": "ada@example.com", "name": "Ada Lovelace", "employee_id": "E1", "enabled": False},
        {"email": "ada@example.com", "name": "Ada Lovelace", "employee_id": "E9"},
    )
    (decision,) = decide(Policy(directory=vouching), [new], [old, new], History(), NOW)
    assert decision.verdict == "send"
    assert decision.message == "has the address that Ada Lovelace (extension 101, id 4001, disabled) had"
    # the employee id of the one who left is proof that it is not the new one
    gone = user(2, email="ada@example.com", employee_id="E1")
    (decision,) = decide(Policy(directory=vouching), [gone], [gone], History(), NOW)
    assert decision.reason == "disabled_in_directory"


@pytest.mark.parametrize("total", ["102,Total", "Total,102", ",Summe", "Total: 102,", "Grand Total,2", "TOTAL,"])
def test_25_a_row_of_totals_is_not_a_person(total: str) -> None:
    with pytest.raises(CsvError, match="line 3 is a total"):
        people_from_csv(f"E-Mail,Name\nada@example.com,Ada\n{total}\n".encode())
    with pytest.raises(CsvError, match="line 3 is a total"):
        from_csv(f"E-Mail,Name\nada@example.com,Ada\n{total}\n")


def test_25_a_number_only_from_a_column_that_was_named() -> None:
    data = b"mail,Nr\n102,7\nada@example.com,8\n"
    assert people_from_csv(data) == ["(line 2: '102' is not an address)", "ada@example.com"]
    assert people_from_csv(data, ["Nr"]) == ["7", "8"]


@pytest.mark.parametrize(
    ("entry", "there"),
    [
        ({"nsAccountLock": "TRUE"}, False),
        ({"nsAccountLock": True}, False),
        ({"nsAccountLock": ["FALSE"]}, True),
        ({}, True),
        ({"krbPrincipalExpiration": "20201231000000Z"}, False),
        ({"krbPrincipalExpiration": "20361231000000Z"}, True),
        ({"pwdAccountLockedTime": "000001010000Z"}, False),
        ({"loginDisabled": "TRUE"}, False),
        ({"shadowExpire": "1"}, False),
        ({"shadowExpire": "-1"}, True),
    ],
)
def test_26_locks_of_other_servers(entry: dict[str, Any], there: bool) -> None:
    person = {"objectClass": ["inetOrgPerson", "posixAccount"], "mail": "ada@example.com", **entry}
    assert enabled(entries_from_ldap([person], now=NOW)) == [there]


@pytest.mark.parametrize(("value", "there"), [("TRUE", False), ("FALSE", True), ("", True), ("perhaps", False)])
def test_26_a_lock_can_be_named(value: str, there: bool) -> None:
    named = {"enabled": "accountIsLocked"}
    assert enabled(entries_from_ldap([{"mail": "a@example.com", "accountIsLocked": value}], named, NOW)) == [there]


def test_27_the_end_of_another_persons_direct_line_finds_no_user() -> None:
    vouching = directory({"email": "bob@example.com", "name": "Bob", "extension_number": "+1 650 555 0101"})
    assert reasons([user(1, name="Ada", extension_number="101")], directory=vouching) == ["not_in_directory"]
    assert reasons([user(1, name="Bob", extension_number="101")], directory=vouching) == ["email_mismatch"]


def test_the_clock_is_handed_in() -> None:
    text = b"EmailAddress,Enabled,AccountExpirationDate\nada@example.com,True,2026-03-02T10:00:00\n"
    for hour, there in ((9, [True]), (11, None)):
        now = datetime(2026, 3, 2, hour, tzinfo=timezone.utc)
        if there:
            assert enabled(entries_from_csv(text, now=now)[0]) == there
        else:
            with pytest.raises(CsvError, match="AccountExpirationDate"):
                entries_from_csv(text, now=now)
