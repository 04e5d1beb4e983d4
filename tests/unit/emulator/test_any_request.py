# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is asked, the emulator answers as the contract says: what is valid, what is refused, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator, contract

SCHEMAS = contract.own().document["components"]["schemas"]
SEED = {"users": 30, "pending": 10, "seed": 7}
NO_LIMITS = {"Auth": 10**6, "Light": 10**6, "Medium": 10**6, "Heavy": 10**6}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(**SEED, limits=NO_LIMITS) as rc:
        rc.account.create_field("Notes")
        yield rc
        assert requests.get(f"{rc.url}/_emulator/log.json", timeout=5).ok  # all of that can be shown
        assert requests.get(rc.url, timeout=5).ok


with_emulator = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
texts = st.text(max_size=70) | st.sampled_from(["²", "\ud800", "\x00", "../..", "=1+1", "{{ 7*7 }}", "9" * 40])
ids = st.integers(62_264_000, 62_264_210).map(str) | st.sampled_from(["~", "0", "-1", "1e3"]) | texts
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
statuses = st.sampled_from(SCHEMAS["Status"]["enum"])
changes = st.fixed_dictionaries(
    {},
    optional={
        "contact": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("firstName", "lastName", "email", "department", "jobTitle"), texts)
        ),
        "transition": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("sendWelcomeEmail", "sendWelcomeEmailsToUsers"), st.booleans())
        ),
        "customFields": st.lists(
            st.fixed_dictionaries({"id": st.sampled_from(["1", "2"]), "value": texts}), max_size=2
        ),
        "status": statuses,
    },
)
records = st.lists(st.builds(lambda change, number: {**change, "id": number}, changes, ids), max_size=4)
searches = st.fixed_dictionaries(
    {},
    optional={
        "extensionStatuses": st.lists(statuses, max_size=3),
        "extensionIds": st.lists(ids, max_size=4),
        "extensionTypes": st.lists(st.sampled_from(SCHEMAS["Type"]["enum"]), max_size=3),
        "page": st.integers(-1, 1100),
        "perPage": st.integers(-1, 1100),
    },
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "status": st.lists(statuses, max_size=3),
        "type": st.lists(st.sampled_from(SCHEMAS["Type"]["enum"]), max_size=3),
        "email": st.lists(texts.filter(lambda text: text.isprintable()), max_size=2),
        "extensionNumber": st.integers(0, 200),
        "page": st.integers(-1, 1100) | st.sampled_from(["x", "", "1.5"]),
        "perPage": st.integers(-1, 1100) | st.sampled_from(["x", "", "1.5"]),
    },
)
bulks = st.builds(lambda found: {"records": found}, records)
fields = st.builds(lambda name: {"category": "User", "displayName": name}, texts)
one = st.builds(lambda text: f"/extension/{quote(text, safe='', errors='replace')}", ids)
task = st.builds(lambda text: f"/extension-bulk-update/tasks/{quote(text, safe='', errors='replace')}", ids)
nothing = st.none()
calls = st.one_of(
    st.tuples(st.just("GET"), st.just("/extension"), queries, nothing),
    st.tuples(st.just("GET"), one | task, nothing, nothing),
    st.tuples(st.just("PUT"), one, nothing, changes | junk),
    st.tuples(st.just("POST"), st.just("/extension-bulk-update"), nothing, bulks | junk),
    st.tuples(st.just("POST"), st.just("/custom-fields"), nothing, fields | junk),
    st.tuples(st.just("POST"), st.just("/directory/entries/search"), nothing, searches | junk),
)


@with_emulator
@given(calls)
def test_any_call_is_answered_or_refused(emulator: Emulator, call: tuple[str, str, Any, Any]) -> None:
    method, path, query, body = call
    headers = {"Authorization": f"Bearer {emulator.new_access_token()}", "Content-Type": "application/json"}
    answer = requests.request(
        method,
        f"{emulator.url}/restapi/v1.0/account/~{path}",
        params=query,
        data=None if method == "GET" else json.dumps(body).encode(),
        headers=headers,
        timeout=5,
    )
    emulator.clock.advance(1)
    check(emulator, answer)


@with_emulator
@given(st.sampled_from(["token", "revoke"]), st.binary(max_size=60), st.binary(max_size=20))
def test_any_login_is_answered_or_refused(emulator: Emulator, what: str, form: bytes, authorization: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {authorization.hex()}"}
    answer = requests.post(f"{emulator.url}/restapi/oauth/{what}", data=form, headers=headers, timeout=5)
    assert answer.status_code in {400, 401}
    check(emulator, answer)


def check(emulator: Emulator, answer: requests.Response) -> None:
    """It has a status of RingCentral's and a body of its shape, and the emulator itself broke nothing."""
    assert answer.status_code in {200, 400, 401, 403, 404}, answer.text
    if answer.status_code != 200:
        said = answer.json()
        assert said.get("errorCode") or said["error"]
        assert said["errors"][0]["errorCode"] if "errors" in said else answer.status_code == 404
    own = [
        objection
        for objection in emulator.world.log[-1]["contract_violations"]
        if not objection.startswith("request: ")
    ]
    assert own == []
