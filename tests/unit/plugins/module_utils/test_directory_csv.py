# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports as each source's own button or command writes them, and files in which rows would be lost."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._csv import CsvError
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory import read_directory
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_csv import (
    entries_from_csv,
    read_directory_csv,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_ldap import entries_from_ldap
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._people_csv import read_people_csv
from scripted import NOW, user

ADA = ("Ada", "Lovelace", "ada@example.com")


def table(header: str, *rows: dict[str, str], delimiter: str = ",") -> bytes:
    """A file with this header, and in each row what is said of its columns."""
    titles = header.split("|")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(titles)
    for row in rows:
        assert not set(row) - set(titles), set(row) - set(titles)
        writer.writerow([row.get(title, "") for title in titles])
    return text.getvalue().encode()


# the header, the row of a present person, and the value that makes the same person a leaver
SOURCES: dict[str, tuple[str, dict[str, str], list[dict[str, str]]]] = {
    "Get-ADUser | Export-Csv": (
        ("DistinguishedName|EmailAddress|DisplayName|OfficePhone|EmployeeID|Enabled|AccountExpirationDate|LockedOut"
         "|PasswordExpired|PasswordNeverExpires|LastBadPasswordAttempt|ObjectClass|UserPrincipalName"),
        {"EmailAddress": ADA[2], "DisplayName": "Ada Lovelace", "Enabled": "True", "LockedOut": "False",
         "PasswordExpired": "True", "ObjectClass": "user", "UserPrincipalName": "ada@corp.local"},
        [{"Enabled": "False"}, {"Enabled": ""}, {"AccountExpirationDate": "12/31/2020 12:00:00 AM"},
         {"LockedOut": "True"}],
    ),
    "csvde": (
        "DN|objectClass|displayName|mail|userAccountControl|accountExpires|proxyAddresses",
        {"displayName": "Ada Lovelace", "mail": ADA[2], "userAccountControl": "512", "accountExpires": "0",
         "objectClass": "user", "proxyAddresses": "SMTP:ada@example.com;smtp:a@example.org"},
        [{"userAccountControl": "514"}, {"userAccountControl": ""}, {"accountExpires": "132223104000000000"},
         {"objectClass": "contact"}],
    ),
    "Active Directory Users and Computers, Export List": (
        "Name|Type|Description|E-Mail Address|Display Name|Business Phone",
        {"Name": "Ada", "Type": "User", "E-Mail Address": ADA[2], "Display Name": "Ada Lovelace"},
        [{"Type": "Contact"}],
    ),
    "Microsoft Entra ID, Download users": (
        ("userPrincipalName|displayName|surname|mail|givenName|id|userType|jobTitle|department|accountEnabled"
         "|usageLocation|streetAddress|state|country|officeLocation|city|postalCode|telephoneNumber|mobilePhone"
         "|alternateEmailAddress|ageGroup|consentProvidedForMinor|legalAgeGroupClassification|companyName|creationType"
         "|directorySynced|invitationState|identityIssuer|createdDateTime"),
        {"userPrincipalName": "ada@corp.onmicrosoft.com", "displayName": "Ada Lovelace", "mail": ADA[2],
         "userType": "Member", "accountEnabled": "True", "state": "WA", "directorySynced": "True"},
        [{"accountEnabled": "False"}, {"accountEnabled": ""}, {"userType": "Guest"},
         {"userPrincipalName": "ada_x.com#EXT#@corp.onmicrosoft.com"}],
    ),
    "Get-MgUser | Export-Csv": (
        ("AccountEnabled|BusinessPhones|DisplayName|Id|Mail|UserPrincipalName|UserType|EmployeeId|DeletedDateTime"
         "|EmployeeLeaveDateTime|ProxyAddresses"),
        {"AccountEnabled": "True", "DisplayName": "Ada Lovelace", "Mail": ADA[2], "UserType": "Member",
         "ProxyAddresses": "System.String[]", "BusinessPhones": "System.String[]"},
        [{"AccountEnabled": "False"}, {"DeletedDateTime": "2026-01-01T00:00:00Z"}, {"UserType": "Guest"},
         {"EmployeeLeaveDateTime": "2026-01-01T00:00:00Z"}],
    ),
    "Get-AzureADUser | Export-Csv": (
        "ObjectId|ObjectType|AccountEnabled|DisplayName|Mail|TelephoneNumber|UserPrincipalName|UserType",
        {"AccountEnabled": "True", "DisplayName": "Ada Lovelace", "Mail": ADA[2], "UserType": "Member"},
        [{"AccountEnabled": "False"}, {"UserType": "Guest"}],
    ),
    "Microsoft 365 admin center, Export users": (
        ("Block credential|City|Country/Region|Department|DirSyncEnabled|Display name|Fax|First name|Last dirsync time"
         "|Last name|Last password change time stamp|Licenses|Mobile Phone|Oath token metadata|Object Id|Office"
         "|Password never expires|Phone number|Postal code|Preferred data location|Preferred language|Proxy addresses"
         "|Release track|Soft deletion time stamp|State|Street address|Strong password required|Title|Usage location"
         "|User principal name|When created"),
        {"Block credential": "False", "Display name": "Ada Lovelace", "Licenses": "Business+Phone", "State": "WA",
         "Proxy addresses": "SMTP:ada@example.com+smtp:ada+x@example.org", "User principal name": "ada@corp.example",
         "Password never expires": "True", "DirSyncEnabled": "True", "Strong password required": "True"},
        [{"Block credential": "True"}, {"Soft deletion time stamp": "2026-01-01 10:00:00Z"}, {"Block credential": "?"}],
    ),
    "Google Workspace, Download users": (
        ("First Name [Required]|Last Name [Required]|Email Address [Required]|Password [Required]"
         "|Password Hash Function [UPLOAD ONLY]|Org Unit Path [Required]|New Primary Email [UPLOAD ONLY]"
         "|Status [READ ONLY]|Last Sign In [READ ONLY]|Recovery Email|Home Secondary Email|Work Secondary Email"
         "|Recovery Phone [MUST BE IN THE E.164 FORMAT]|Work Phone|Home Phone|Mobile Phone|Work Address|Home Address"
         "|Employee ID|Employee Type|Employee Title|Manager Email|Department|Cost Center|2sv Enrolled [READ ONLY]"
         "|2sv Enforced [READ ONLY]|Building ID|Floor Name|Floor Section|Email Usage [READ ONLY]"
         "|Change Password at Next Sign-In|New Status [UPLOAD ONLY]|Advanced Protection Program enrollment"),
        {"First Name [Required]": "Ada", "Last Name [Required]": "Lovelace", "Email Address [Required]": ADA[2],
         "Password [Required]": "****", "Status [READ ONLY]": "Active", "2sv Enrolled [READ ONLY]": "False",
         "Change Password at Next Sign-In": "FALSE", "Advanced Protection Program enrollment": "False"},
        [{"Status [READ ONLY]": "Suspended"}, {"Status [READ ONLY]": "Archived"}, {"Status [READ ONLY]": ""}],
    ),
    "gam print users": (
        "primaryEmail|name.givenName|name.familyName|name.fullName|suspended|archived|isEnrolledIn2Sv",
        {"primaryEmail": ADA[2], "name.fullName": "Ada Lovelace", "suspended": "False", "archived": "False",
         "isEnrolledIn2Sv": "True"},
        [{"suspended": "True"}, {"archived": "True"}],
    ),
    "Okta, Okta Password Health report": (
        "User|Login|Status|Activation date|Authentication Source|Last Login|Last Password Change",
        {"User": "Ada Lovelace", "Login": ADA[2], "Status": "Active", "Activation date": "2020-01-01T00:00:00Z"},
        [{"Status": "Suspended"}, {"Status": "Deactivated"}, {"Status": "Locked out"}, {"Status": "Staged"}],
    ),
    "Okta, profile attributes": (
        "id|status|login|email|firstName|lastName|displayName|employeeNumber",
        {"status": "ACTIVE", "login": ADA[2], "email": ADA[2], "displayName": "Ada Lovelace"},
        [{"status": "SUSPENDED"}, {"status": "DEPROVISIONED"}, {"status": "LOCKED_OUT"}],
    ),
    "FreeIPA, LDAP attributes": (
        "uid|cn|mail|telephonenumber|employeenumber|nsaccountlock|krbprincipalexpiration",
        {"uid": "ada", "cn": "Ada Lovelace", "mail": ADA[2], "nsaccountlock": "FALSE"},
        [{"nsaccountlock": "TRUE"}, {"nsaccountlock": "true"}, {"krbprincipalexpiration": "20201231000000Z"}],
    ),
    "German Excel": (
        "Anzeigename|E-Mail-Adresse|Rufnummer|Konto aktiviert",
        {"Anzeigename": "Ada Lovelace", "E-Mail-Adresse": ADA[2], "Konto aktiviert": "WAHR"},
        [{"Konto aktiviert": "FALSCH"}, {"Konto aktiviert": ""}],
    ),
    "French Excel": (
        "Nom complet|Adresse e-mail|Compte activé",
        {"Nom complet": "Ada Lovelace", "Adresse e-mail": ADA[2], "Compte activé": "VRAI"},
        [{"Compte activé": "FAUX"}],
    ),
    "Spanish Excel": (
        "Nombre completo|Correo electrónico|Cuenta habilitada",
        {"Nombre completo": "Ada Lovelace", "Correo electrónico": ADA[2], "Cuenta habilitada": "VERDADERO"},
        [{"Cuenta habilitada": "FALSO"}],
    ),
}  # fmt: skip
GONE = [(source, changes) for source, (_header, _there, gone) in SOURCES.items() for changes in gone]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("source", SOURCES)
def test_present_people_are_enabled_in_each_source(source: str, delimiter: str) -> None:
    header, there, _gone = SOURCES[source]
    (entry,), warnings = entries_from_csv(table(header, there, delimiter=delimiter), now=NOW)
    assert entry["enabled"], entry
    assert entry["name"] in {"Ada Lovelace", "Ada"}
    directory = read_directory([entry], ("email",))
    assert directory
    assert directory.objection(user(1, email=ADA[2])) is None
    allowed = ("holds the name of a list", "no column says who has left")
    assert [one for one in warnings if not any(part in one for part in allowed)] == []


@pytest.mark.parametrize(("source", "changes"), GONE, ids=str)
def test_leavers_are_disabled_in_each_source(source: str, changes: dict[str, str]) -> None:
    header, there, _gone = SOURCES[source]
    stays = {title: text.replace("ada", "bob") for title, text in there.items()}
    entries, _warnings = entries_from_csv(table(header, {**there, **changes}, stays), now=NOW)
    assert [entry["enabled"] for entry in entries] == [False, True]
    assert entries[0]["status"]


def test_the_table_counts_its_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    print(f"sources: {len(SOURCES)}, x delimiters: {3 * len(SOURCES)}, rows of people who left: {len(GONE)}")
    assert (len(SOURCES), len(GONE)) == (15, 41)
    assert "sources: 15" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("header", "row", "email", "aliases", "logon_name"),
    [
        ("userPrincipalName|mail", {"userPrincipalName": "a@x.example"}, "", [], "a@x.example"),
        ("userPrincipalName|mail", {"userPrincipalName": "a@x.example", "mail": "b@x.example"}, "b@x.example", [],
         "a@x.example"),
        ("User principal name|Proxy addresses",
         {"Proxy addresses": "smtp:old@x.example+SMTP:a+b@x.example+SIP:c@x.example"}, "a+b@x.example",
         ["old@x.example", "a+b@x.example"], ""),
        ("mail", {"mail": "a@x.example; b@x.example"}, "a@x.example", ["b@x.example"], ""),
        ("mail", {"mail": "\u200ba@x.example\u00a0"}, "a@x.example", [], ""),
    ],
)  # fmt: skip
def test_a_logon_name_is_not_an_address(
    header: str, row: dict[str, str], email: str, aliases: Any, logon_name: str
) -> None:
    (entry,), _warnings = entries_from_csv(table(header, row), now=NOW)
    assert (entry["email"], entry["aliases"], entry.get("logon_name", "")) == (email, aliases, logon_name)


def test_a_logon_name_that_was_named_as_the_address_is_none_either() -> None:
    data = table("userPrincipalName|Name", {"userPrincipalName": "ada@corp.example", "Name": "Ada"})
    (entry,), _warnings = entries_from_csv(data, {"email": "userPrincipalName"}, now=NOW)
    assert (entry["email"], entry["logon_name"]) == ("", "ada@corp.example")
    directory = read_directory([{**entry, "employee_id": "E1"}], ("employee_id", "email"))
    assert directory
    assert directory.correct_address(user(1, email="x@example.com", employee_id="E1")) == ""
    assert directory.objection(user(1, email="ada@corp.example")) is None


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("mail|Leaver", "Leaver"), ("mail|Expiry of access, status", "Expiry of access, status"),
        ("mail|HR Status Code", "HR Status Code"), ("mail|is_active_employee", "is_active_employee"),
        ("mail|Contract expires", "Contract expires"),
    ],
)  # fmt: skip
def test_a_column_that_looks_like_a_status_is_warned_of(header: str, title: str) -> None:
    data = table(header, {"mail": ADA[2], title: "x"})
    _entries, warnings = entries_from_csv(data, now=NOW)
    assert any(repr(title) in one and "is not used" in one for one in warnings), warnings


def test_no_status_at_all_is_warned_of_unless_it_was_said() -> None:
    data = table("mail|Name", {"mail": ADA[2]})
    assert "no column says who has left" in entries_from_csv(data, now=NOW)[1][0]
    assert entries_from_csv(data, {"enabled": []}, now=NOW)[1] == []


def test_words_that_are_not_known_count_as_left_and_are_shown() -> None:
    data = table("mail|Status", {"mail": ADA[2], "Status": "On leave"}, {"mail": "b@example.com", "Status": "Active"})
    entries, warnings = entries_from_csv(data, now=NOW)
    assert [entry["enabled"] for entry in entries] == [False, True]
    assert warnings == ["the column 'Status' has 'On leave', which counts as having left"]
    entries, warnings = entries_from_csv(data, enabled_values=["Active", "on leave"], now=NOW)
    assert ([entry["enabled"] for entry in entries], warnings) == ([True, True], [])


@pytest.mark.parametrize("values", [[True], ["True"], ["yes"], ["YES"]])
def test_an_unquoted_yes_of_yaml_means_what_was_written(values: list[object]) -> None:
    data = table(
        "mail|Works here", {"mail": ADA[2], "Works here": "yes"}, {"mail": "b@example.com", "Works here": "no"}
    )
    entries, _warnings = entries_from_csv(data, {"enabled": "Works here"}, enabled_values=values, now=NOW)
    assert [entry["enabled"] for entry in entries] == [True, False]


@pytest.mark.parametrize("values", [[], [""], [None], "Active", {"Active": True}])
def test_enabled_values_that_make_no_sense_are_refused(values: Any) -> None:
    with pytest.raises(CsvError, match="enabled_values"):
        entries_from_csv(table("mail|Status", {"mail": ADA[2], "Status": "Active"}), enabled_values=values, now=NOW)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('mail,Name\na@x.org,"Ada\nb@x.org,Bob\nc@x.org,Cyd\n', "line 2 has a quotation mark"),
        ('mail,Name\na@x.org,"Ada\nb@x.org,Bob"\nc@x.org,Cyd\n', "line 2 has a quotation mark that is closed only 1"),
        ('mail,Name\na@x.org,Ada\n"b@x.org,Bob\n"c@x.org",Cyd\n', "line 3 has a quotation mark"),
        ('mail,Name\na@x.org,"Ada"x\n', "line 2 has a quotation mark"),
        ("Name,mail,Enabled\nLovelace, Ada,a@x.org,True\n", "line 2 has 4 cells, and the header has 3"),
        ("Name,mail,Title\nAda,Dr.,a@x.org\n", "line 2 has no address in the column 'mail', but one in 'Title'"),
        ("Name,mail\nAda\nLovelace,a@x.org\n", "line 2 has fewer cells than the header, and no address"),
        ('mail;Name\na@x.org;Ada\n"b@x.org;Bob"\n', "line 3"),
        ("mail,Name\na@x.org,Ada\n(2 rows affected)\n", "line 3"),
        ("mail,mail\na@x.org,b@x.org\n", "the column 'mail' 2 times"),
        ("sep=;\n#TYPE X\nmail;Name\na@x.org;Ada;Bob;\n", "line 4 has 4 cells"),
    ],
)
def test_rows_that_would_be_lost_are_errors_with_their_line(lines: str, said: str) -> None:
    with pytest.raises(CsvError) as caught:
        entries_from_csv(lines.encode(), now=NOW)
    assert said in str(caught.value)
    assert "a@x.org" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        ("mail,Name\na@x.org,Zoë\n".encode("cp1252"), {}, "line 2 is not in the encoding utf-8-sig"),
        ("mail,Name\na@x.org,Zoë\n".encode(), {"encoding": "cp1252"}, "it is in UTF-8, not in cp1252"),
        ("mail,Name\na@x.org,Zoe\n".encode("utf-16-le"), {}, "set the encoding utf-16-le"),
        (b"mail\na@x.org\n", {"encoding": "klingon"}, "is not an encoding that Python knows"),
    ],
)
def test_an_encoding_that_would_change_names_is_an_error(data: bytes, options: dict[str, Any], said: str) -> None:
    with pytest.raises(CsvError, match=said):
        entries_from_csv(data, now=NOW, **options)


@given(st.lists(st.sampled_from(["Ada", 'the "Countess"', "a,b", "x;y", "Zoë", "l1\nl2", " "]), min_size=1, max_size=5))
def test_no_row_of_a_well_written_file_is_lost(names: list[str]) -> None:
    rows = [{"mail": f"p{n}@example.com", "Name": name, "Enabled": "True"} for n, name in enumerate(names)]
    for delimiter in ",;\t":
        entries, _warnings = entries_from_csv(table("mail|Name|Enabled", *rows, delimiter=delimiter), now=NOW)
        assert [entry["email"] for entry in entries] == [row["mail"] for row in rows]


@given(st.integers(0, 200), st.sampled_from(['"', "\n", ",", ""]), st.integers(2, 6))
def test_one_mistake_in_a_file_never_loses_a_person_silently(place: int, slip: str, count: int) -> None:
    data = table(
        "Name|mail|Enabled", *[{"Name": "P", "mail": f"p{n}@example.com", "Enabled": "True"} for n in range(count)]
    )
    text = data.decode()
    at = text.index("\n") + 1 + place % (len(text) - text.index("\n") - 1)
    mangled = text[:at] + slip + text[at + (0 if slip else 1) :]
    try:
        entries, warnings = entries_from_csv(mangled.encode(), now=NOW)
    except CsvError:
        return
    found = {entry["email"] for entry in entries}
    assert len(found) == count or warnings or len(entries) >= count


def test_the_file_is_a_regular_one_of_bounded_size(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(table("mail|Enabled", {"mail": ADA[2], "Enabled": "True"}))
    entries, warnings = read_directory_csv({"path": str(file), "columns": {"email": "mail", "name": None}}, NOW)
    assert ([entry["email"] for entry in entries], warnings) == ([ADA[2]], [])
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "pipe", "", None, "\x00"):
        with pytest.raises(InvalidOption, match=r"^directory_csv: .*No mail was sent\.$"):
            read_directory_csv({"path": path if path is None else str(path)}, NOW)
    file.write_bytes(b"mail\nada\xff@example.com\n")
    with pytest.raises(InvalidOption, match=r"people\.csv: line 2 is not in the encoding"):
        read_directory_csv({"path": str(file)}, NOW)


def test_people_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "starters.csv"
    file.write_text("sep=;\nName;E-Mail;Start\nAda;ada@example.com;1.12.\n;;\nBob;;1.12.\nCyd;tbd;\n", encoding="utf-8")
    assert read_people_csv(str(file)) == [
        "ada@example.com",
        "(line 5: no address)",
        "(line 6: 'tbd' is not an address)",
    ]
    with pytest.raises(InvalidOption, match=r"^users_csv: "):
        read_people_csv(str(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("record", "enabled"),
    [
        ({"mail": ADA[2], "accountEnabled": True}, True),
        ({"mail": ADA[2], "accountEnabled": False}, False),
        ({"mail": ADA[2], "accountEnabled": None}, False),
        ({"mail": ADA[2], "accountEnabled": True, "userType": "Guest"}, False),
        ({"primaryEmail": ADA[2], "suspended": False, "archived": False, "name": {"fullName": "Ada"}}, True),
        ({"primaryEmail": ADA[2], "suspended": True, "archived": False}, False),
        ({"primaryEmail": ADA[2], "suspended": False, "archived": True}, False),
        ({"status": "ACTIVE", "profile": {"email": ADA[2], "login": ADA[2]}}, True),
        ({"status": "PASSWORD_EXPIRED", "profile": {"email": ADA[2]}}, True),
        ({"status": "DEPROVISIONED", "profile": {"email": ADA[2]}}, False),
        ({"mail": ADA[2], "objectClass": ["top", "user"]}, False),
        ({"mail": ADA[2], "objectClass": ["top", "contact"]}, False),
        ({"mail": ADA[2]}, False),
    ],
)
def test_records_of_web_apis(record: dict[str, Any], enabled: bool) -> None:
    (entry,) = entries_from_ldap([record], now=NOW)
    assert (entry["email"], entry["enabled"]) == (ADA[2], enabled)


@pytest.mark.parametrize("results", [None, {}, "x", 5, ["x"], [None]])
def test_an_answer_of_another_shape_is_an_error(results: Any) -> None:
    with pytest.raises(InvalidOption, match=r"^directory: "):
        entries_from_ldap(results)


IPA = """---------------
2 users matched
---------------
  dn: uid=ada,cn=users,cn=accounts,dc=example,dc=com
  User login: ada
  Full name: Ada Lovelace
  Email address: ada@example.com, ada@example.org
  Account disabled: FALSE

  dn: uid=bob,cn=users,cn=accounts,dc=example,dc=com
  User login: bob
  Full name: Bob
  Email address: bob@example.com
  Account disabled: TRUE
----------------------------
Number of entries returned 2
----------------------------
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_the_command_of_freeipa_prints(newline: str) -> None:
    entries, warnings = entries_from_csv(IPA.replace("\n", newline).encode(), now=NOW)
    assert [(one["email"], one["name"], one["enabled"]) for one in entries] == [
        ("ada@example.com", "Ada Lovelace", True),
        ("bob@example.com", "Bob", False),
    ]
    assert entries[0]["aliases"] == ["ada@example.org"]
    assert warnings == []


@pytest.mark.parametrize(
    "text",
    [
        IPA.replace("2 users matched", "250 users matched"),
        IPA.replace("returned 2", "returned 1"),
        IPA[: IPA.index("Number")],
        IPA.replace("  User login: bob\n", "  and so on\n"),
    ],
)
def test_what_the_command_of_freeipa_cut_off_is_an_error(text: str) -> None:
    with pytest.raises(CsvError):
        entries_from_csv(text.encode(), now=NOW)
