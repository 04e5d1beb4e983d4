# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the directory confirms a user and their address."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import decide
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory import KEYS, Directory, Entry
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import User
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from scripted import NOW, user

DEFAULT = ("email", "extension_number", "name")


def entry(**fields: Any) -> Entry:
    empty = {"email": "", "name": "", "extension_number": "", "employee_id": "", "enabled": True, "aliases": ()}
    return Entry(**{**empty, **fields})


ADA = entry(email="Ada@Example.com", name="Lovelace, Ada", extension_number="101", employee_id="E1")


def objection(entries: list[Entry], match_by: tuple[str, ...] = DEFAULT, **fields: Any) -> tuple[str, str] | None:
    known = {"name": "Ada Lovelace", "email": "ada@example.com", "extension_number": "101", **fields}
    return Directory(entries, match_by).objection(user(1, **known))


@pytest.mark.parametrize(
    ("fields", "match_by"),
    [
        ({}, DEFAULT),
        ({"email": "ADA@EXAMPLE.COM"}, ("email",)),
        ({"extension_number": "999"}, DEFAULT),
        ({"name": "Somebody Else"}, DEFAULT),
        ({}, ("extension_number",)),
        ({"employee_id": "e1"}, ("employee_id",)),
        ({}, ("name",)),
    ],
)
def test_users_that_the_directory_confirms(fields: dict[str, Any], match_by: tuple[str, ...]) -> None:
    assert objection([ADA, entry(email="other@example.com")], match_by, **fields) is None


@pytest.mark.parametrize(
    "addresses",
    [
        {"email": "a.lovelace@example.com", "aliases": ("ada@example.com",)},
        {"email": "", "aliases": ("smtp:x@example.com", "SMTP:Ada@example.com")},
        {"email": "smtp:ADA@example.com"},
    ],
)
def test_aliases_and_proxy_addresses_count(addresses: dict[str, Any]) -> None:
    assert objection([entry(**addresses)], ("email",)) is None


@pytest.mark.parametrize(
    ("theirs", "name"),
    [
        ("Müller, Jörg", "Jorg Muller"),
        ("JÖRG MÜLLER", "Jo\u0308rg Mu\u0308ller"),
        ("O'Brien, Seán", "Sean O\u2019Brien"),
        ("LOVELACE Ada", "Ada Lovelace"),
        ("DE LA CRUZ Ana", "Ana de la Cruz"),
        ("Anna-Maria Weiß", "anna maria WEISS"),
    ],
)
def test_names_are_compared_without_accents_and_case(theirs: str, name: str) -> None:
    assert objection([entry(email="ada@example.com", name=theirs)], ("name",), name=name) is None


@pytest.mark.parametrize("number", ["101", "+1 (650) 555-0101", "16505550101", "x101"])
def test_an_extension_number_may_be_the_tail_of_a_telephone_number(number: str) -> None:
    assert objection([entry(email="ada@example.com", extension_number=number)], ("extension_number",)) is None


@pytest.mark.parametrize(
    ("entries", "reason", "said"),
    [
        ([entry(email="x@example.com", name="X")], "not_in_directory", "by email, extension_number, name"),
        ([entry(email="ada@example.com", enabled=False)], "disabled_in_directory", "email finds an unnamed entry <"),
        ([entry(email="a@corp.example", extension_number="101")], "email_mismatch", "has a@corp.example for them"),
        ([entry(name="Ada Lovelace")], "email_mismatch", "has no address for them, found by name"),
        ([entry(email="a@b.example", name="Ada Lovelace", enabled=False)], "disabled_in_directory", "by|where name"),
        ([entry(name="Ada Lovelace", email="1@b.example"), entry(name="LOVELACE Ada", email="2@b.example")],
         "ambiguous", "Ada Lovelace <1@b.example>, LOVELACE Ada <2@b.example>"),
        ([entry(email="ada@example.com", name="1"), entry(aliases=("ada@example.com",))], "ambiguous", "1 <ada"),
    ],
)  # fmt: skip
def test_users_that_the_directory_objects_to(entries: list[Entry], reason: str, said: str) -> None:
    found = objection(entries)
    assert found
    assert found[0] == reason
    assert any(part in found[1] for part in said.split("|"))


@pytest.mark.parametrize("key", ["extension_number", "employee_id"])
def test_an_address_that_belongs_to_another_person_is_held(key: str) -> None:
    bob = entry(email="bob@example.com", name="Bob", extension_number="102", employee_id="E2")
    wrong = {"email": "ada@example.com", "name": "Bob", "extension_number": "102", "employee_id": "E2"}
    found = objection([ADA, bob], ("email", key), **wrong)
    assert found == (
        "ambiguous",
        f"is Lovelace, Ada <Ada@Example.com> in the directory by email, but Bob <bob@example.com> by {key}",
    )


def test_the_tail_of_a_telephone_number_contradicts_no_entry() -> None:
    assert (
        objection([ADA, entry(email="b@example.com", extension_number="+16505550101")], extension_number="0101") is None
    )


@pytest.mark.parametrize(
    ("fields", "user_fields", "match_by", "address"),
    [
        # a name proves nothing, and neither does the employee id of another person
        ({"name": "Lovelace, Ada"}, {}, ("name",), ""),
        ({"name": "Ada Lovelace", "extension_number": "101", "employee_id": "E1"}, {"employee_id": "E2"}, DEFAULT, ""),
        ({"name": "Lovelace, Ada", "extension_number": "101"}, {}, ("name",), "new@example.com"),
        ({"name": "LOVELACE Ada", "extension_number": "+1 650 555 0101"}, {}, DEFAULT, "new@example.com"),
        ({"employee_id": "e1", "name": "Ada King"}, {"employee_id": "E1"}, ("employee_id",), "new@example.com"),
        ({"name": "Ada Lovelace", "extension_number": "101", "email": "smtp:new@example.com"}, {}, DEFAULT,
         "new@example.com"),
        # the extension now belongs to another person
        ({"name": "Bob", "extension_number": "101"}, {}, DEFAULT, ""),
        ({"name": "", "extension_number": "101"}, {"name": ""}, DEFAULT, ""),
        ({"name": "Ada Lovelace", "enabled": False}, {}, DEFAULT, ""),
        ({"name": "Ada Lovelace", "email": ""}, {}, DEFAULT, ""),
        ({"name": "Ada Lovelace", "email": "ada at example"}, {}, DEFAULT, ""),
        ({"name": "Ada Lovelace", "aliases": ("ADA@example.com",)}, {}, DEFAULT, ""),
        ({"name": "Ada Lovelace", "employee_id": "E2"}, {"employee_id": "E9"}, ("name", "employee_id"), ""),
    ],
)  # fmt: skip
def test_an_address_is_proposed_only_beyond_doubt(
    fields: dict[str, Any], user_fields: dict[str, Any], match_by: tuple[str, ...], address: str
) -> None:
    known = {"name": "Ada Lovelace", "email": "ada@example.com", "extension_number": "101", **user_fields}
    others = [entry(email="z@example.com", name="Zoe", employee_id="E9")]
    directory = Directory([entry(**{"email": "new@example.com", **fields}), *others], match_by)
    assert directory.correct_address(user(1, **known)) == address


@pytest.mark.parametrize(
    ("policy", "others", "proposed", "said"),
    [
        ({}, [], "new@example.com", "the directory has new@example.com for them, found by employee_id"),
        ({"allowed_domains": ["example.com"]}, [], "new@example.com", "found by employee_id"),
        ({"allowed_domains": ["example.org"]}, [], None, "is outside allowed_domains"),
        ({"placeholder_patterns": ["new@*"]}, [], None, "found by employee_id"),
        (
            {},
            [user(2, email="NEW@example.com", status="enabled")],
            None,
            "Person 2 (extension 102, id 4002) has that address",
        ),
        ({}, [user(2, employee_id="E1")], None, "others here should have it too"),
    ],
)
def test_a_proposal_obeys_the_policy_and_takes_no_users_address(
    policy: dict[str, Any], others: list[User], proposed: str | None, said: str
) -> None:
    directory = Directory([entry(email="new@example.com", employee_id="E1")], ("employee_id",))
    people = [user(1, employee_id="E1", extension_number="901"), *others]
    decision = next(
        one
        for one in decide(Policy(directory=directory, **policy), people, people, History(), NOW)
        if one.user == people[0]
    )
    assert decision.verdict == "hold"
    assert decision.to_dict()["directory_email"] == proposed
    assert said in decision.message


@pytest.mark.parametrize("address", ["", "parked@users.invalid", "x"])
def test_a_placeholder_has_a_proposal_too(address: str) -> None:
    directory = Directory([entry(email="new@example.com", employee_id="E1")], ("employee_id",))
    people = [user(1, email=address, employee_id="E1")]
    (decision,) = decide(Policy(directory=directory), people, people, History(), NOW)
    assert (decision.verdict, decision.directory_email) == ("hold", "new@example.com")


@pytest.mark.parametrize("force", [False, True])
def test_a_held_user_is_never_mailed_with_or_without_force(force: bool) -> None:
    directory = Directory([ADA], DEFAULT)
    people = [user(1, email="ada@example.com"), user(2), user(3, extension_number="101")]
    decisions = decide(Policy(directory=directory, force=force), people, people, History(), NOW)
    assert {d.user.id: d.reason for d in decisions if d.user} == {
        "4001": "not_activated",
        "4002": "not_in_directory",
        "4003": "email_mismatch",
    }


def test_twenty_thousand_meet_twenty_thousand_in_a_few_seconds() -> None:
    entries = [
        entry(email=f"p{n}@example.com", name=f"First{n} Last{n}", extension_number=f"+1650{n:07}", employee_id=str(n))
        for n in range(20_000)
    ]
    people = [user(n, email=f"p{n}@example.com", name=f"Last{n} First{n}") for n in range(20_000)]
    begun = time.process_time()
    directory = Directory(entries, KEYS)
    decisions = decide(Policy(directory=directory), people, people, History(), NOW)
    assert {decision.reason for decision in decisions} == {"not_activated"}
    assert time.process_time() - begun < 10
