# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option waves: how it is read, and which wave takes a user."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._waves import read_waves, sizes, wave_of
from scripted import user

WAVES = read_waves([{"site": ["paris"], "department": [" Sales"]}, {"name": "South", "site": ["Rome", "Naples"]}])


@pytest.mark.parametrize(
    ("site", "department", "place"),
    [
        ("Paris", "sales", 0),
        ("Paris", "IT", None),
        ("ROME ", "IT", 1),
        ("Naples", "Sales", 1),
        ("", "", None),
    ],
)
def test_the_first_wave_that_names_both_site_and_department_takes_a_user(
    site: str, department: str, place: int | None
) -> None:
    assert wave_of(WAVES, user(site=site, department=department)) == place


def test_an_earlier_wave_wins() -> None:
    waves = read_waves([{"department": ["Sales"]}, {"site": ["Paris"]}, {}])
    assert [wave_of(waves, user(site="Paris", department=name)) for name in ("Sales", "IT")] == [0, 1]
    assert wave_of(waves, user(site="Rome", department="IT")) == 2


def test_a_wave_is_named_after_what_it_takes() -> None:
    waves = read_waves([{"site": ["Paris", "Rome"], "department": ["IT"]}, {"name": "rest"}])
    assert [wave.name for wave in waves] == ["Paris, Rome, IT", "rest"]
    assert read_waves([{}])[0].name == "all other users"


@pytest.mark.parametrize("none", [None, []])
def test_without_the_option_there_are_no_waves(none: Any) -> None:
    assert read_waves(none) == []


@pytest.mark.parametrize(
    ("waves", "message"),
    [
        ([{"site": [" "]}], "waves: wave 1: site is blank; name one, or leave it out"),
        ([{"site": ["Paris"]}, {"department": ["IT", ""]}], "waves: wave 2: department is blank"),
        ([{"name": "all"}, {"site": ["Paris"]}], "waves: wave 1, all, takes all users"),
        ([{"site": ["Paris"]}, {"site": []}], "waves: wave 2: site is blank"),
    ],
)
def test_a_wave_that_could_take_the_wrong_users_is_refused(waves: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        read_waves(waves)
    assert str(caught.value).startswith(message)


def test_the_sizes_include_the_users_in_no_wave() -> None:
    people = [user(1, site="Rome"), user(2, site="Rome"), user(3, site="Oslo")]
    assert sizes(WAVES, people) == [
        {"name": "paris, Sales", "users": 0},
        {"name": "South", "users": 2},
        {"name": None, "users": 1},
    ]
