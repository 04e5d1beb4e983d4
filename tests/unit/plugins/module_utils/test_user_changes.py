# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of rc_user's changes: no address ever belongs to two people, and every list is applied or refused."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._model import User
from ansible_collections.onboard.ringcentral.plugins.module_utils._user_changes import Change, Entry, judge
from scripted import user

PEOPLE = [user(number, email=f"person{number}@example.com") for number in range(1, 7)]
QUEUE = user(7, type="department", email="person8@example.com")
WISHES = st.dictionaries(st.integers(1, 6), st.integers(1, 9), min_size=1)


def entries(wishes: dict[int, int]) -> list[Entry]:
    """Each user of ``wishes`` wants the address with that number; 7 to 9 belong to no person."""
    return [
        Entry(number, str(100 + who), {"email": f"person{address}@example.com"})
        for number, (who, address) in enumerate(wishes.items(), start=1)
    ]


def addresses(changes: list[Change], users: list[User]) -> list[dict[str, str]]:
    """The address of each user before the changes and after each of them."""
    state = {one.id: one.email for one in users}
    states = [dict(state)]
    for change in changes:
        state[change.user.id] = change.fields.get("email", state[change.user.id])
        states.append(dict(state))
    return states


@given(WISHES)
def test_an_address_never_belongs_to_two_people(wishes: dict[int, int]) -> None:
    changes, problems = judge(entries(wishes), [*PEOPLE, QUEUE])
    if problems:
        return
    assert all(len(set(state.values())) == len(state) for state in addresses(changes, PEOPLE))
    final = addresses(changes, PEOPLE)[-1]
    assert {who: final[str(4000 + who)] for who in wishes} == {
        who: f"person{address}@example.com" for who, address in wishes.items()
    }


@given(WISHES)
def test_only_lists_that_no_order_can_apply_are_refused(wishes: dict[int, int]) -> None:
    final = {who: wishes.get(who, who) for who in range(1, 7)}
    shared = any(count > 1 for count in Counter(final.values()).values())
    _changes, problems = judge(entries(wishes), [*PEOPLE, QUEUE])
    assert bool(problems) == (shared or swapped(final))


def swapped(final: dict[int, int]) -> bool:
    """Whether users pass their addresses round in a circle."""
    for start, wish in final.items():
        at = start
        for _place in final:
            at = final.get(at, 0)
            if at == start != wish:
                return True
    return False
