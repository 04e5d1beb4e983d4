# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users a name means, and what is suggested where it means none."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import (
    decide,
    excluding_nobody,
    judge_named,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy, taken
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import (
    find_users,
    refuse_strangers,
    user_filter,
)
from scripted import NOW, user

ADA = user(1, email="ada@example.com", extension_number="101")


@pytest.mark.parametrize(
    "name",
    [
        "ada@example.com", " ADA@Example.COM ", "a\u200bda@example.com", "ada@exam\u00adple.com",
        "\ufeffada@example.com",
        "ada@example.com\u00a0", "smtp:ada@example.com", "mailto:ada@example.com", "ada@ｅxample.com", "101", "4001",
        "\u202d101\u202c",
    ],
)  # fmt: skip
def test_one_user_is_found_however_they_are_written(name: str) -> None:
    assert find_users([name], [ADA, user(2)]).users == (ADA,)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ada@exmaple.com", "ada@example.com is near"),
        ("ada@example.co", "ada@example.com is near"),
        ("adaa@example.com", "ada@example.com is near"),
        ("aad@example.com", "ada@example.com is near"),
        ("аda@example.com", "it has the look-alike letter а (CYRILLIC SMALL LETTER A)"),
        ("bob@example.com", ""),
        ("ada@example.org.uk", ""),
        ("1O1", ""),
    ],
)
def test_a_near_miss_is_suggested_and_never_taken(name: str, near: str) -> None:
    found = find_users([name], [ADA, user(2)])
    assert (found.users, found.not_found) == ((), (name,))
    (decision,) = judge_named(found.not_found, found.ambiguous, found.suggestions)
    assert decision.verdict == "hold"
    assert near in decision.message
    assert near or decision.message == "no user has this e-mail, id or extension number"


def test_a_run_in_which_no_name_is_known_is_an_error() -> None:
    refuse_strangers("users", find_users(["ada@example.com", "x@example.com"], [ADA]))
    refuse_strangers("users", find_users([], [ADA]))
    with pytest.raises(InvalidOption, match=r"users: no user has any of these: ada@exmaple\.com; .* is near"):
        refuse_strangers("users", find_users(["ada@exmaple.com"], [ADA]))


def test_two_near_users_are_no_suggestion() -> None:
    assert (
        find_users(["ad@example.com"], [user(1, email="ada@example.com"), user(2, email="ade@example.com")]).suggestions
        == {}
    )


def test_a_number_that_yaml_may_have_read_as_octal() -> None:
    octal = user(2, extension_number="0102")
    assert "0102" in find_users(["66"], [ADA, octal]).suggestions["66"]
    both = find_users(["66"], [user(3, extension_number="66"), octal])
    assert set(both.ambiguous["66"]) == {user(3, extension_number="66"), octal}


def test_a_long_list_of_strangers_takes_no_minutes() -> None:
    found = find_users([f"x{n}@other.example" for n in range(20_000)], [user(n) for n in range(5_000)])
    assert len(found.not_found) == 20_000


def test_a_rehired_person_is_found_beside_their_old_user() -> None:
    old, new = user(1, email="a@x.org", status="disabled"), user(2, email="A@x.org")
    assert find_users(["a@x.org"], [old, new]).users == (new,)
    assert find_users(["a@x.org"], [old, user(3, email="a@x.org"), new]).users == ()
    assert find_users(["a@x.org"], [old]).users == (old,)


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("аda@example.com", "look-alike letter а"),
        ("ada@exаmple.com", "look-alike letter а"),
        ("аре@example.com", "look-alike letter"),
        ("ａda@example.com", "look-alike letter ａ"),
        ("ада@почта.рф", ""),
        ("jörg@müller.de", ""),
        ("ada@ＥＸＡＭＰＬＥ.com", "look-alike letter ｅ"),
    ],
)
def test_letters_that_only_look_alike_are_reported(email: str, why: str) -> None:
    person = user(1, email=email)
    (decision,) = decide(Policy(), [person], [person], History(), NOW)
    assert decision.reason == ("placeholder_email" if why else "not_activated")
    assert why in decision.message


def test_an_address_is_taken_in_either_spelling() -> None:
    why = taken({"1": "ada@bücher.net"}, [user(2, email="ADA@xn--bcher-kva.net")])
    assert "has that address" in why["1"]


@pytest.mark.parametrize("junk", ["evil.net;.example.com", "a\0.example.com", "evil.net,example.com", "x .example.com"])
def test_junk_in_a_domain_is_not_an_address(junk: str) -> None:
    person = user(1, email=f"ada@{junk}")
    (decision,) = decide(Policy(allowed_domains=["*.example.com", "example.com"]), [person], [person], History(), NOW)
    assert decision.reason == "placeholder_email"


def test_a_domain_of_idna_2003_admits_no_other_owner() -> None:
    person = user(1, email="ada@straße.de")
    (decision,) = decide(Policy(allowed_domains=["strasse.de"]), [person], [person], History(), NOW)
    assert decision.reason == "domain_not_allowed"


def test_an_exclude_that_matches_no_user_is_a_warning() -> None:
    warned = excluding_nobody(Policy(exclude=["ada@example.com", "bob@example.com", "9*"]), [ADA])
    assert [one.split("'")[1] for one in warned] == ["bob@example.com", "9*"]


@pytest.mark.parametrize(
    ("options", "matches"),
    [
        ({"site": ["MAIN\u00a0 site"]}, True),
        ({"site": ["Main"]}, False),
        ({"created_before": "1d"}, False),
        ({"created_after": "1d"}, False),
    ],
)
def test_users_to_read(options: dict[str, Any], matches: bool) -> None:
    given = {
        "status": None,
        "type": None,
        "site": None,
        "department": None,
        "created_before": None,
        "created_after": None,
    }
    person = user(1, created_at=None, creation_unreadable="site" not in options)
    assert user_filter({**given, **options}, NOW)(person) is matches
