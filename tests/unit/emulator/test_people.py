# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts made from a seed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import decide, select
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import parse_user
from emulator.people import make_account

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize("odd", [True, False])
@pytest.mark.parametrize(("users", "pending"), [(10, 3), (40, 12), (2500, 1300), (60, 60), (10, 0)])
def test_exactly_so_many_can_be_invited(users: int, pending: int, odd: bool) -> None:
    account = make_account(NOW, users=users, pending=pending, odd=odd)
    people = [parse_user(extension.record("")) for extension in account]
    decisions = decide(Policy(), select(Policy(), people), people, History(), NOW)
    assert len(account) == users
    assert sum(decision.verdict == "send" for decision in decisions) == pending
    assert odd or all(decision.verdict == "send" for decision in decisions)


def test_the_odd_cases_are_all_there() -> None:
    account = make_account(NOW, users=60, pending=20)
    people = [parse_user(extension.record("")) for extension in account]
    reasons = Counter(decision.reason for decision in decide(Policy(), people, people, History(), NOW))
    assert reasons.keys() >= {
        "already_activated",
        "duplicate_email",
        "filtered",
        "no_email",
        "not_a_person",
        "placeholder_email",
        "unassigned",
    }
    ids = {str(extension.id) for extension in account}
    assert len(ids) == 60
    assert ids & {extension.extension_number for extension in account}
    names = " ".join(extension.name for extension in account)
    assert all(part in names for part in ("<script>", "{{ 7*7 }}", "=HYPERLINK", "\x1b[31m", '"Bobby"'))


def test_the_same_seed_makes_the_same_people() -> None:
    assert make_account(NOW, seed=3) == make_account(NOW, seed=3)
    assert make_account(NOW, seed=3) != make_account(NOW, seed=4)


def test_numbers_are_unique_in_large_accounts_too() -> None:
    account = make_account(NOW, users=50_000, pending=20_000)
    assert len({extension.id for extension in account}) == 50_000
    assert len({extension.extension_number for extension in account}) == 50_000
    assert all(NOW - timedelta(days=121) < extension.created < NOW for extension in account if extension.created)
