# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are taken out of a result as ansible-core does it, whether or not the quick look finds one."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.parameters import remove_values
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.action.rc_run import _without

TEXTS = st.text(st.characters(codec=None, categories=None), max_size=6)
RESULTS = st.dictionaries(
    TEXTS, st.recursive(TEXTS | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner, max_size=3))
)


@given(RESULTS, st.sets(st.text(min_size=1, max_size=3), max_size=3))
def test_any_value(result: dict[str, Any], secrets: set[str]) -> None:
    assert _without(secrets, result) == remove_values(result, secrets)


@pytest.mark.parametrize(
    "secret", ["plain-secret", 'with "quotes" and \\', "žluťoučký", "astral 🗝", "two\nlines", "12345"]
)
@pytest.mark.parametrize("where", [lambda s: s, lambda s: [f"x{s}y"], lambda s: {"deep": [{"er": f"{s}{s}"}]}])
def test_no_secret_is_overlooked(secret: str, where: Any) -> None:
    result = {"msg": where(secret), "count": 3}
    cleaned = _without({secret, "another"}, result)
    assert secret not in repr(cleaned)
    assert cleaned == remove_values(result, {secret, "another"})


def test_numbers_that_are_secrets_are_found() -> None:
    assert _without({"12345"}, {"n": 12345}) == remove_values({"n": 12345}, {"12345"}) != {"n": 12345}
