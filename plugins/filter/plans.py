# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans that people approve, and waves: what check mode of rc_send_invite found, turned into what is sent later."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import normalise
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import (
    for_people,
    parse_duration,
    parse_iso,
    to_iso,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain

Result = Mapping[str, Any]
Row = Mapping[str, Any]

_SHOWN = ("id", "name", "email", "site", "department")
_NO_WAVE = "is in no wave: reinvite_waves names neither their site nor their department"
_LATER = "was not reached any more; the next run does it"


def invite_plan(result: Result) -> dict[str, Any]:
    """What is written down for approval: the account, when, and who would be mailed at which address."""
    users = [{key: row[key] for key in _SHOWN} for row in result["results"] if row["outcome"] == "would_invite"]
    return {"account": result["account"], "made_at": to_iso(datetime.now(timezone.utc)), "users": users}


def invite_approved(content: str, max_age: str = "48h", now: str | None = None) -> dict[str, Any]:
    """The plan in a file, which is given in base64. ``now`` is ISO 8601."""
    try:
        plan = json.loads(base64.b64decode(content))
        made_at = parse_iso(plan["made_at"])
        users = [{"id": str(user["id"]), "email": str(user["email"])} for user in plan["users"]]
        approved = {"account": str(plan["account"]["id"]), "users": users}
        oldest = (parse_iso(now) if now else datetime.now(timezone.utc)) - parse_duration("max_age", max_age)
    except InvalidOption as error:
        raise AnsibleFilterError(error.message) from None
    except (binascii.Error, KeyError, TypeError, ValueError):
        raise AnsibleFilterError("it is no plan that a run with --check has written") from None
    if made_at < oldest:
        raise AnsibleFilterError(f"it is of {for_people(made_at)}, older than {max_age}; plan anew with --check")
    safe: dict[str, Any] = wrap_var(approved)
    return safe


def invite_waves(result: Result, waves: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A plan in waves: ``waves``, each with its ``name`` and ``plan``, ``lines`` that say how many are in which, and
    ``result``, in which nobody is mailed yet.

    Everybody is in the first wave that names their site and department; one that names neither takes all who are left.
    """
    made = [_wave(number, wave) for number, wave in enumerate(waves, 1)]
    plans: list[list[dict[str, str]]] = [[] for _wave_made in made]
    rows = []
    for row in result["results"]:
        if row["outcome"] != "would_invite":
            rows.append(row)
            continue
        place = next((place for place, (_name, takes) in enumerate(made) if takes(row)), None)
        if place is not None:
            plans[place].append({"id": row["id"], "email": row["email"]})
        waiting = {"outcome": None, "corrected_from": None, "message": _NO_WAVE if place is None else _LATER}
        rows.append({**row, **waiting})
    left = sum(row["message"] == _NO_WAVE for row in rows)
    lines = [f"WAVE {plain(name)} ({len(plan)})" for (name, _takes), plan in zip(made, plans, strict=True)]
    return {
        "waves": [
            {"name": name, "plan": {"account": result["account"]["id"], "users": plan}}
            for (name, _takes), plan in zip(made, plans, strict=True)
            if plan
        ],
        "lines": [*lines, *([f"IN NO WAVE, not mailed ({left})"] if left else [])],
        "result": {**_with_rows(result, rows), "changed": False},
    }


def invite_merge(result: Result, run: Result) -> dict[str, Any]:
    """The result with what became of those who were in a later run: one wave of them."""
    done = {row["id"]: row for row in run.get("results", ()) if row["id"]}
    merged = _with_rows(result, [done.get(row["id"], row) for row in result["results"]])
    merged["changed"] = bool(result.get("changed") or run.get("changed"))
    merged["tasks"] = [*result.get("tasks", ()), *run.get("tasks", ())]
    return {**merged, **{key: run[key] for key in ("msg", "error", "exception") if key in run}}


def _with_rows(result: Result, rows: Sequence[Row]) -> dict[str, Any]:
    """The result with these rows and their counts."""
    tally = Counter([row["decision"] for row in rows] + [row["outcome"] for row in rows])
    counts = {key: tally[key] for key in result["counts"]} | {"considered": len(rows)}
    reasons = dict(sorted(Counter(row["reason"] for row in rows).items()))
    return {**result, "results": list(rows), "counts": counts, "reasons": reasons}


def _wave(number: int, wave: object) -> tuple[str, Callable[[Row], bool]]:
    """Its name, and whom it takes."""
    if not isinstance(wave, Mapping) or set(wave) - {"name", "site", "department"}:
        raise AnsibleFilterError(f"reinvite_waves: wave {number}, {wave!r}, may have name, site and department alone")
    wanted = {key: [str(value) for value in _listed(wave[key])] for key in ("site", "department") if wave.get(key)}
    name = wave.get("name") or ", ".join(value for values in wanted.values() for value in values) or "everybody else"
    normal = {key: {normalise(value) for value in values} for key, values in wanted.items()}
    return str(name), lambda row: all(normalise(row[key] or "") in values for key, values in normal.items())


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, (list, tuple)) else [value]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters by name."""
        return {
            "invite_plan": _checked(invite_plan),
            "invite_approved": invite_approved,
            "invite_waves": _checked(invite_waves),
            "invite_merge": _checked(invite_merge),
        }


def _checked(function: Callable[..., object]) -> Callable[..., object]:
    def filter_of_results(*args: Any, **kwargs: Any) -> object:
        try:
            return function(*args, **kwargs)
        except (AttributeError, KeyError, TypeError) as error:
            raise AnsibleFilterError(f"{function.__name__} needs what rc_send_invite returned: {error!r}") from error

    return filter_of_results
