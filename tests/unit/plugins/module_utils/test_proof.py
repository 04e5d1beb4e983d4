# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from a proof: settings as a table, a profile, and answers without people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._proof import (
    MAIL_STEPS,
    TRANSITIONS,
    recommend,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._proof_profile import profile_of
from ansible_collections.onboard.ringcentral.plugins.module_utils._proof_shapes import Placeholders

LATE = 60.0
Counts = dict[str, "tuple[int, int] | str"]


def proof(counts: Counts, field: dict[str, Any] | None = None) -> dict[str, Any]:
    """A proof with the mails and links of each step, or its state."""
    steps: dict[str, Any] = {
        name: {"state": "accepted", "arrived": {"mails": one[0], "links": one[1]}}
        if isinstance(one, tuple)
        else {"state": one, "codes": [], "permission": ""}
        for name, one in counts.items()
    }
    return {"steps": {**steps, **({"field": field} if field else {})}, "seen": {"limits": {}, "absent": []}}


def of(single: str, bulk: str) -> Counts:
    """Counts such as ``11 11 00`` for both, to_users and welcome; ``--`` was skipped, ``xx`` refused, ``??`` open."""
    words = {"--": "skipped", "xx": "refused", "~~": "in_doubt"}
    found: Counts = {}
    for transport, row in (("single", single), ("bulk", bulk)):
        for flags, text in zip(TRANSITIONS, row.split(), strict=True):
            if text != "??":
                found[f"{transport}_{flags}"] = words.get(text) or (int(text[0]), int(text[1]))
    return found


@pytest.mark.parametrize(
    ("single", "bulk", "transport", "flags"),
    [
        ("11 11 11", "11 11 11", "auto", "both"),
        ("11 11 00", "11 11 00", "auto", "to_users"),
        ("11 00 11", "11 00 11", "auto", "welcome"),
        ("22 11 11", "22 11 11", "auto", "to_users"),
        ("21 11 10", "21 11 10", "auto", "to_users"),
        ("21 10 11", "21 10 11", "auto", "welcome"),
        ("11 00 00", "11 00 00", "auto", "both"),  # it takes both
        ("21 00 00", "21 00 00", "auto", "both"),
        ("22 22 11", "22 22 11", "auto", "welcome"),
        ("11 11 11", "00 00 00", "single", "both"),
        ("11 11 11", "xx xx xx", "single", "both"),
        ("00 00 00", "11 11 11", "bulk", "both"),
        ("11 11 00", "11 00 11", "auto", "both"),
        ("00 11 00", "00 00 11", "single", "to_users"),  # no flags serve both
        ("11 -- --", "11 -- --", "auto", "both"),
        ("11 ?? ??", "?? ?? ??", "single", "both"),
        ("10 10 10", "10 10 10", "portal", ""),
        ("00 00 00", "00 00 00", "portal", ""),
        ("xx xx xx", "xx xx xx", "portal", ""),
        ("00 00 00", "00 00 --", "", ""),  # the last one could still bring a link
        ("00 00 00", "00 00 ~~", "", ""),  # no one has counted it
        ("?? ?? ??", "?? ?? ??", "", ""),
    ],
)
def test_the_settings_follow_from_what_arrived(single: str, bulk: str, transport: str, flags: str) -> None:
    variables = recommend(proof(of(single, bulk)), LATE)["variables"]
    assert variables.get("reinvite_transport", "") == transport
    assert variables.get("reinvite_transition") == (TRANSITIONS[flags] if flags else None)


COUNT = st.one_of(
    st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda one: one[1] <= one[0]),
    st.sampled_from(["skipped", "refused", "in_doubt"]),
)


@given(st.dictionaries(st.sampled_from([step.name for step in MAIL_STEPS]), COUNT))
def test_only_what_brought_a_link_is_recommended(counts: Counts) -> None:
    variables = recommend(proof(counts), LATE)["variables"]
    transport, transition = variables.get("reinvite_transport"), variables.get("reinvite_transition")
    known = {name for name, one in counts.items() if isinstance(one, tuple) or one == "refused"}
    linked = {name for name, one in counts.items() if isinstance(one, tuple) and one[1]}
    if transition:
        [flags] = [name for name, one in TRANSITIONS.items() if one == transition]
        ways = ("single", "bulk") if transport == "auto" else (transport,)
        assert {f"{one}_{flags}" for one in ways} <= linked
    else:
        assert not linked
        assert (transport == "portal") == (len(known) == len(MAIL_STEPS))


KEPT = {"state": "kept", "field": "F", "lists_user": True, "shows_fields": True, "watched": 90, "not_shown_after": None}


@pytest.mark.parametrize(
    ("entry", "backend", "face"),
    [
        ({**KEPT, "shown_after": 0.1}, "custom_field", {}),
        ({**KEPT, "shown_after": 60.0, "not_shown_after": 45.0}, "custom_field", {"directory_lag": 52.5}),
        ({**KEPT, "shown_after": 75.2, "not_shown_after": 60.1}, "sqlite", {"directory_lag": 67.7}),
        ({**KEPT, "shown_after": None}, "sqlite", {"directory_lag": 180}),
        ({**KEPT, "shown_after": None, "lists_user": False}, "sqlite", {"hides_pending": True}),
        ({**KEPT, "shown_after": None, "shows_fields": False}, "sqlite", {"shows_fields": False}),
        ({"state": "not_kept"}, "sqlite", {"keeps_values": False}),
        ({"state": "no_room", "fields_in_use": 5}, "sqlite", {"fields_in_use": 5}),
        ({"state": "refused", "codes": ["CMN-109"]}, "sqlite", {"custom_fields": False}),
        ({"state": "refused", "codes": ["CMN-101"]}, "sqlite", {}),
        ({"state": "forbidden", "permission": "Users"}, "sqlite", {}),
        ({"state": "in_doubt"}, "sqlite", {}),
        ({"state": "skipped"}, None, {}),
        ({"state": "claimed"}, None, {}),
    ],
)
def test_the_ledger_follows_from_the_custom_field(entry: dict[str, Any], backend: str | None, face: Any) -> None:
    found = proof({}, entry)
    ledger = recommend(found, LATE)["variables"].get("reinvite_ledger", {})
    assert ledger.get("backend") == backend
    if backend == "custom_field":
        assert ledger == {"backend": "custom_field", "field": "F", "must_exist": True}
    profile = profile_of(found)
    assert profile["faces"] == {**face, "limit_headers": False}
    assert profile["lacking"] == ([entry["permission"]] if "permission" in entry else [])


def test_an_answer_keeps_its_shape_and_no_person() -> None:
    placeholders = Placeholders()
    placeholders.add("account", "400131426008")
    placeholders.add("user-1", "62264000", "ada@example.com", "Ada Lovelace", "Ada")
    answer = {
        "id": 62264000,
        "status": "NotActivated",
        "type": "Ada",
        "name": "ADA LOVELACE",
        "owner": {"accountId": "400131426008", "extensionNumber": "101", "secret": "s3cret"},
        "hidden": False,
        "creationTime": "2026-03-02T09:00:00.000Z",
        "errors": [{"errorCode": "CMN-408", "message": "Ada may not", "permissionName": "EditUserInfo"}] * 3,
        "permissionName": "Ada",
        "Ada Lovelace": 1,
        "ada": {"62264000": 5.5},
        "none": None,
    }
    assert placeholders.shape(answer) == {
        "id": "<user-1>",
        "status": "NotActivated",
        "type": "<user-1>",
        "name": "<user-1>",
        "owner": {"accountId": "<account>", "extensionNumber": "<text>", "secret": "<text>"},
        "hidden": False,
        "creationTime": "<time>",
        "errors": [{"errorCode": "CMN-408", "message": "<text>", "permissionName": "EditUserInfo"}],
        "permissionName": "<user-1>",
        "<name>": {"<name>": "<number>"},
        "none": None,
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_whatever_is_answered_becomes_words_of_ours(answer: Any) -> None:
    text = json.dumps(Placeholders().shape({"value": answer}))
    assert text.isascii()
    assert len(text) < 200_000


def test_a_nested_answer_has_an_end() -> None:
    deep: Any = "x"
    for __ in range(500):
        deep = {"value": [deep, deep]}
    assert "<deep>" in json.dumps(Placeholders().shape(deep))
