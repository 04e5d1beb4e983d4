# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which permissions are believed to be there, and what each feature lacks."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._permissions import (
    ENABLED,
    FEATURES,
    FREE,
    WHO,
    Evidence,
    Fact,
    Need,
    abilities,
    judge,
    needs,
    read_profile,
    user_permissions,
)
from checkout import ROOT

APP, ROLE, OTHERS = Need("EditExtensions", "app"), Need("Users", "role"), Need("EditUserInfo", "role", others=True)
ALL = frozenset({"AllExtensions"})


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        (Evidence(), "unknown"),
        (Evidence(scope=("ReadAccounts", "EditExtensions")), "can"),
        (Evidence(scope=("ReadAccounts",)), "cannot"),
        (Evidence(scope=("AccountInfo", "SMS")), "unknown"),  # names of another kind
        (Evidence(worked=frozenset({"EditExtensions"}), scope=("ReadAccounts",)), "can"),
        (Evidence(refused={"EditExtensions": "it"}, scope=("EditExtensions",)), "cannot"),
    ],
)
def test_a_permission_of_the_app(evidence: Evidence, state: str) -> None:
    assert judge(APP, evidence).state == state


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        (Evidence(), "unknown"),
        (Evidence(profile={}), "cannot"),
        (Evidence(profile={"Users": frozenset()}), "can"),
        (Evidence(checked={"Users": True}), "can"),
        (Evidence(checked={"Users": False}), "cannot"),
        (
            Evidence(profile={}, checked={"Users": True}),
            "can",
        ),  # only a word of RingCentral's proves that it is missing
        (Evidence(profile={"Users": ALL}, checked={"Users": False}), "can"),
        (Evidence(worked=frozenset({"Users"}), profile={}), "can"),
        (Evidence(refused={"Users": "it"}, profile={"Users": ALL}, checked={"Users": True}), "cannot"),
    ],
)
def test_a_permission_of_the_user(evidence: Evidence, state: str) -> None:
    assert judge(ROLE, evidence).state == state


@pytest.mark.parametrize(
    ("scopes", "others", "own"),
    [
        (set(), "can", "can"),
        ({"AllExtensions"}, "can", "can"),
        ({"Self", "UserExtensions"}, "can", "can"),
        ({"Self"}, "cannot", "can"),
        ({"RoleBased"}, "unknown", "unknown"),
    ],
)
def test_a_permission_holds_for_some_users(scopes: set[str], others: str, own: str) -> None:
    fact = judge(OTHERS, Evidence(profile={"EditUserInfo": frozenset(scopes)}))
    assert (fact.state, fact.own) == (others, own)


def test_what_stands_in_for_a_permission_proves_nothing() -> None:
    fact = judge(OTHERS, Evidence(profile={"EditUserCredentials": ALL}))
    assert (fact.state, fact.finding) == ("unknown", "missing; the user has EditUserCredentials, which may not suffice")


@pytest.mark.parametrize(
    ("permissions", "found"),
    [
        (None, None),
        ({"id": "x"}, None),
        ([], {}),
        *(([{"permission": {"id": "A"}}, odd], None) for odd in (None, {}, {"permission": {"id": 7}})),
        ([{"permission": {"id": "A"}}], {"A": set()}),
        ([{"permission": {"id": "A"}, "scopes": ["Self", 7, None]}], {"A": {"Self"}}),
        ([{"permission": {"id": "A"}, "scope": "Self"}], {"A": {"Self"}}),
        ([{"permission": {"id": "A"}, "scopes": {"x": 1}}], {"A": set()}),
        (
            [{"permission": {"id": "A"}, "scopes": ["Self"]}, {"permission": {"id": "A"}, "scopes": ["Account"]}],
            {"A": {"Self", "Account"}},
        ),
    ],
)
def test_a_profile_is_read_whole_or_not_at_all(permissions: Any, found: Any) -> None:
    assert read_profile({"permissions": permissions}) == found


def test_each_feature_names_what_it_lacks() -> None:
    everything: dict[str, Fact] = dict.fromkeys(
        [*(need.name for need in needs()), ENABLED, FREE], Fact("can", "", "can")
    )
    assert {one.state for one in abilities(everything)} == {"can"}
    for name in everything:
        for state in ("cannot", "unknown"):
            found = abilities({**everything, name: Fact(state, "", state)})
            affected = {one.feature for one in found if one.state != "can"}
            assert affected == {one.name for one in FEATURES if name in [need.name for need in one.needs]}
            assert {need.name for one in found for need in (*one.missing, *one.unproven)} == {name}


def test_a_permission_for_the_own_extension_alone_suffices_for_the_lease() -> None:
    everything: dict[str, Fact] = dict.fromkeys(
        [*(need.name for need in needs()), ENABLED, FREE], Fact("can", "", "can")
    )
    found = abilities({**everything, "EditUserInfo": Fact("cannot", "", "can")})
    lacking = [one.feature for one in found if one.state == "cannot"]
    assert lacking == ["invite one user", "correct addresses"]


def test_each_need_has_somebody_who_can_grant_it() -> None:
    assert {need.kind for feature in FEATURES for need in feature.needs} == set(WHO)
    assert {need.name for need in needs() if need.kind == "role"} <= set(user_permissions())


def test_the_readme_lists_each_permission() -> None:
    section = (
        (ROOT / "README.md").read_text("utf-8").partition("## What RingCentral must allow")[2].partition("\n## ")[0]
    )
    rows = " ".join(line for line in section.splitlines() if line.startswith("|"))
    assert {need.name for need in needs()} <= set(re.findall(r"\w+", rows))
