# SPDX-License-Identifier: GPL-3.0-or-later
"""The role reads the company's directory, holds whom it does not vouch for, and stops if it is too small to be true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator.people import Extension
from integration.playing import Player, mailed, role_play

EXPORT = {"reinvite_directory_source": "csv", "reinvite_directory_csv": "export.csv"}


def _pending(rc: Emulator) -> list[Extension]:
    """The twelve who could be invited, each with a plain name."""
    odd = ("@example.comx", "@users.invalid", "noreply-17@example.com", "twins@example.com", "ned.noat", "")
    people = [one for one in rc.account.extensions.values() if one.status == "NotActivated" and one.type == "User"]
    people = [one for one in people if not one.email.casefold().endswith(odd[:-1]) and one.email]
    assert len(people) == 12
    for number, one in enumerate(people):
        one.first_name, one.last_name = f"Person{number}", f"Of{number}"
    return people


def _lines(people: list[Extension]) -> list[str]:
    """A directory with the first missing, the second disabled, the third elsewhere, the fourth known by an alias."""
    lines = ["E-Mail Address;Display Name;Enabled;proxyAddresses"]
    for number, one in enumerate(people[1:], 1):
        email = f"new.{one.email}" if number in {2, 3} else one.email
        aliases = f"sip:{one.email},smtp:{one.email}" if number == 3 else ""
        lines.append(f"{email};{one.name};{number != 1};{aliases}")
    return [*lines, "guest@example.com;{{ 7 * 7 }} {% bad;True;"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_as_excel_writes_it(rc: Emulator, player: Player, encoding: str) -> None:
    people = _pending(rc)
    (player.folder / "export.csv").write_text("\r\n".join(_lines(people)), encoding=encoding)
    options = EXPORT | {"reinvite_directory_csv_delimiter": ";", "reinvite_directory_csv_alias_separator": ","}
    played = player.play(role_play(reinvite_match_by=["email", "name"], **options))
    assert played.code == 0, played.output
    held = {one["id"]: one["reason"] for one in played.invitations["results"] if one["decision"] == "hold"}
    reasons = [held.get(str(one.id)) for one in people]
    assert reasons == ["not_in_directory", "disabled_in_directory", "email_mismatch", *[None] * 9]
    assert sorted(mailed(rc)) == sorted(str(one.id) for one in people[3:])
    assert "guest@example.com" not in played.output


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (
            "mail,name\nada@example.com,Ada",
            {"reinvite_directory_csv_columns": {"email": ["e-mail"]}},
            "'e-mail' for email",
        ),
        (
            "Mail;Name\nada@example.com;Ada",
            {"reinvite_directory_csv_delimiter": ","},
            "split at ',', the columns are 'Mail;Name'",
        ),
        (
            "mail,Enabled\nada@example.com,FALSCH\nbob@example.com,?\n",
            {},
            "no row means enabled, so every user would be held: 'Enabled' has 'FALSCH' (1), '?' (1)",
        ),
        ("mail,name\n", {}, "directory: is empty, so every user would be held"),
        (
            "mail\nada@example.com",
            {"reinvite_directory_min_entries": 900},
            "directory_min_entries: the directory lists 1 of at least 900 people",
        ),
        ("mail\nada@example.com", {"reinvite_directory_csv": "missing.csv"}, "missing.csv"),
        ("mail\nada@example.com", {"reinvite_directory_csv_encoding": "klingon"}, "'klingon' is not an encoding"),
        ("mail\nada@example.com", {"reinvite_directory_csv": ""}, "reinvite_directory_csv must name the file"),
        (
            "",
            {"reinvite_directory_source": "inventory", "reinvite_directory": []},
            "directory: is empty, so every user would be held",
        ),
        ("", {"reinvite_directory_source": "ldap", "reinvite_directory_ldap_server": "ldap://dc1"}, "ldaps://"),
    ],
)
def test_a_directory_that_cannot_be_right_stops_the_run(
    rc: Emulator, player: Player, content: str, options: dict[str, Any], said: str
) -> None:
    (player.folder / "export.csv").write_text(content, encoding="utf-8")
    played = player.play(role_play(**EXPORT | options), "-v")
    assert played.code == 2, played.output
    assert said in played.failure
    assert "No mail was sent." in played.failure
    assert "ada@example.com" not in played.output
    assert rc.log == []


def test_a_file_without_a_source_is_not_passed_over(rc: Emulator, player: Player) -> None:
    played = player.play(role_play(reinvite_directory_csv="export.csv"))
    assert played.code == 2
    assert "reinvite_directory_source is not set" in played.failure
    assert rc.log == []


@pytest.mark.parametrize(("source", "invited"), [({}, 1), ({"reinvite_directory_source": "inventory"}, 1)])
def test_the_inventory_can_hold_the_directory(
    rc: Emulator, player: Player, source: dict[str, str], invited: int
) -> None:
    someone = _pending(rc)[0]
    played = player.play(role_play(reinvite_directory=[{"email": someone.email}], **source))
    assert played.code == 0, played.output
    assert mailed(rc) == [str(someone.id)]
    assert played.invitations["reasons"]["not_in_directory"] == 11


def test_none_means_that_nobody_is_asked(rc: Emulator, player: Player) -> None:
    played = player.play(role_play(reinvite_directory=[{"email": "a@example.com"}], reinvite_directory_source="none"))
    assert played.code == 0, played.output
    assert len(mailed(rc)) == 12


def test_ldap_without_its_collection_says_so(rc: Emulator, player: Player, tmp_path: Path) -> None:
    player = Player(tmp_path, {**rc.env(), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"})
    options = {
        "reinvite_directory_ldap_server": "ldaps://127.0.0.1:9",
        "reinvite_directory_ldap_base": "DC=example,DC=com",
    }
    played = player.play(role_play(reinvite_directory_source="ldap", **options))
    assert played.code == 2, played.output
    assert "needs the collection community.general" in played.output
    assert rc.log == []
