# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as files, and plans in waves."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.onboard.ringcentral.plugins.filter.plans import (
    FilterModule,
    invite_approved,
    invite_merge,
    invite_plan,
    invite_waves,
)

PLAN = {"account": {"id": "1"}, "made_at": "2026-03-02T09:00:00Z", "users": [{"id": "7", "email": "a@example.com"}]}


def row(user_id: str, outcome: str | None = "would_invite", **changes: Any) -> dict[str, Any]:
    return {
        "id": user_id,
        "name": f"Person {user_id}",
        "email": f"p{user_id}@example.com",
        "site": "Paris",
        "department": "Sales",
        "decision": "send" if outcome else "hold",
        "reason": "not_activated" if outcome else "no_email",
        "outcome": outcome,
        "message": "",
        "corrected_from": None,
        **changes,
    }


def result(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    counts = dict.fromkeys(("considered", "send", "skip", "hold", "invited", "would_invite", "failed", "unknown"), 0)
    account = {"id": "1", "main_number": ""}
    return {"results": list(rows), "counts": counts, "reasons": {}, "account": account, "changed": True, **more}


def encoded(plan: object) -> str:
    return base64.b64encode((plan if isinstance(plan, str) else json.dumps(plan)).encode()).decode()


def test_a_plan_holds_those_who_would_be_mailed_and_is_read_back() -> None:
    plan = invite_plan(result(row("1"), row("2", None), row("3", site="Rome")))
    assert [(user["id"], user["site"]) for user in plan["users"]] == [("1", "Paris"), ("3", "Rome")]
    users = [{"id": "1", "email": "p1@example.com"}, {"id": "3", "email": "p3@example.com"}]
    assert invite_approved(encoded(plan)) == {"account": "1", "users": users}


@pytest.mark.parametrize("now", ["2026-03-02T09:00:00Z", "2026-03-04T09:00:00Z"])
def test_a_plan_holds_for_a_while(now: str) -> None:
    assert invite_approved(encoded(PLAN), now=now)["users"] == PLAN["users"]


@pytest.mark.parametrize(
    ("plan", "options", "says"),
    [
        (PLAN, {"now": "2026-03-04T09:00:01Z"}, r"it is of 2026-03-02 09:00 UTC, older than 48h"),
        (PLAN, {"max_age": "two days"}, "'two days' is not a valid duration"),
        ("{", {}, "it is no plan"),
        ({"users": []}, {}, "it is no plan"),
        ([], {}, "it is no plan"),
        ({**PLAN, "users": [{"id": "7"}]}, {}, "it is no plan"),
        ({**PLAN, "made_at": "yesterday"}, {}, "it is no plan"),
    ],
)
def test_what_cannot_be_carried_out(plan: object, options: dict[str, str], says: str) -> None:
    with pytest.raises(AnsibleFilterError, match=says):
        invite_approved(encoded(plan), **{"now": "2026-03-02T10:00:00Z", **options})


def test_everybody_is_in_the_first_wave_that_names_them() -> None:
    people = [
        row("1"),
        row("2", site="ROME "),
        row("3", department="IT"),
        row("4", None),
        row("5", site=None, department=None),
    ]
    waves = [{"site": ["paris"], "department": "sales"}, {"name": "South", "site": ["Rome", "Naples"]}]
    made = invite_waves(result(*people), waves)
    assert [(wave["name"], [user["id"] for user in wave["plan"]["users"]]) for wave in made["waves"]] == [
        ("paris, sales", ["1"]),
        ("South", ["2"]),
    ]
    assert made["lines"] == ["WAVE paris, sales (1)", "WAVE South (1)", "IN NO WAVE, not mailed (2)"]
    assert not made["result"]["changed"]
    assert {one["outcome"] for one in made["result"]["results"]} == {None}
    assert "is in no wave" in made["result"]["results"][2]["message"]
    everybody = invite_waves(result(*people), [*waves, {}])
    assert [user["id"] for user in everybody["waves"][2]["plan"]["users"]] == ["3", "5"]
    assert everybody["lines"][2] == "WAVE everybody else (2)"


def test_what_becomes_of_a_wave_is_added() -> None:
    whole = invite_waves(result(row("1"), row("2"), row("3", None), tasks=["a"]), [{}])["result"]
    sent = result(
        row("1", "invited"), row("2", "failed"), tasks=["b"], msg="1 of 2 users were invited", error={"code": "X"}
    )
    merged = invite_merge(whole, sent)
    assert [one["outcome"] for one in merged["results"]] == ["invited", "failed", None]
    assert merged["counts"] == {
        "considered": 3, "send": 2, "skip": 0, "hold": 1, "invited": 1, "would_invite": 0, "failed": 1, "unknown": 0
    }  # fmt: skip
    assert merged["reasons"] == {"no_email": 1, "not_activated": 2}
    assert (merged["tasks"], merged["changed"], merged["msg"]) == (["a", "b"], True, "1 of 2 users were invited")
    crashed = invite_merge(merged, {"msg": "the login was refused", "changed": False})
    assert (crashed["msg"], crashed["counts"]["invited"]) == ("the login was refused", 1)


@pytest.mark.parametrize("wave", [{"sites": ["Paris"]}, "Paris", None])
def test_a_wave_that_means_nothing_is_told(wave: Any) -> None:
    with pytest.raises(
        AnsibleFilterError, match=r"^reinvite_waves: wave 2, .*may have name, site and department alone"
    ):
        invite_waves(result(), [{"site": "Paris"}, wave])


@pytest.mark.parametrize("name", ["invite_plan", "invite_waves", "invite_merge"])
def test_anything_else_is_a_clear_error(name: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"{name} needs what rc_send_invite returned"):
        FilterModule().filters()[name]({}, *[{}] * (name != "invite_plan"))
