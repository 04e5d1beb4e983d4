# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names of users: unique, and without a special meaning in a host pattern."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.inventory.rc_users import name_hosts


def user(number: int, email: str = "", extension_number: str = "") -> dict[str, Any]:
    return {"id": str(number), "email": email, "extension_number": extension_number}


def names(*users: dict[str, Any], key: str = "email", elsewhere: dict[str, str] | None = None) -> list[str]:
    return [name for name, _user in name_hosts(users, key, elsewhere or {})]


@pytest.mark.parametrize("email", ["ada@example.com", "Ada.Lovelace+rc@emea.example.com", "1ada_b-c@example.com"])
def test_an_address_that_is_one_persons_names_them(email: str) -> None:
    assert names(user(62264000, email)) == [email]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ned.noat",
        "all",
        "@example.com",
        "-e@example.com",
        "ada:lovelace@example.com",
        "ada,bob@example.com",
        "ada[1:9]@example.com",
        "a*@example.com",
        "!ada@example.com",
        "&ada@example.com",
        "~ada@example.com",
        "{{ 7*7 }}@example.com",
        "ada@example.com\nbob@example.com",
        "zoë@example.com",
        "../ada@example.com",
    ],
)
def test_an_address_that_means_something_else_does_not(email: str) -> None:
    assert names(user(62264000, email)) == ["62264000"]


def test_a_shared_address_never_names_a_host() -> None:
    shared = [user(1, "ada@example.com"), user(2, "ADA@example.com"), user(3, "bob@example.com")]
    assert names(*shared) == ["1", "2", "bob@example.com"]


def test_extension_numbers_name_people_too_but_never_by_anothers_id() -> None:
    people = [user(101, extension_number="102"), user(102, extension_number="103"), user(104)]
    assert names(*people, key="extension_number") == ["101", "103", "104"]


def test_a_host_name_from_another_source_is_taken() -> None:
    elsewhere = {"ada@example.com": "9", "bob@example.com": "2", "eve@example.com": ""}
    people = [user(1, "ada@example.com"), user(2, "bob@example.com"), user(3, "eve@example.com")]
    assert names(*people, elsewhere=elsewhere) == ["1", "bob@example.com", "eve@example.com"]


_EMAILS = st.sampled_from(["", "ada@example.com", "Ada@Example.com", "bob@example.com", "7", "é@example.com"])
_NUMBERS = st.sampled_from(["", "1", "2", "3", "101"])


@given(st.lists(st.tuples(_EMAILS, _NUMBERS), max_size=8), st.sampled_from(["id", "email", "extension_number"]))
def test_two_users_never_share_a_host(people: list[tuple[str, str]], key: str) -> None:
    users = [user(number, *person) for number, person in enumerate(people, start=1)]
    named = name_hosts(users, key, {})
    assert [who for _name, who in named] == users
    assert len({name.casefold() for name, _who in named}) == len(users)
