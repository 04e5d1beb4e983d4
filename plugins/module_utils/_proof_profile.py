# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proof as a profile that the emulator loads, so that it behaves as the account did. Pure.

Only what was seen is in it; all else is left to the emulator's defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._permissions import SUBSTITUTES
from ._proof import AUDIT, FIELD, MAIL_STEPS, TRANSITIONS, Proof, Transport

_NEVER = 2
"""What was not shown in the time that it was watched for is shown after so many times that long."""

_NOT_AVAILABLE = "CMN-109"
_SAID_OF_ALL = (_NOT_AVAILABLE, "CMN-303")
"""Codes that an account gives to an operation whatever is asked."""

_ERROR = 400
_OPERATIONS = {"single": "updateExtension", "bulk": "extensionBulkUpdate"}


def profile_of(proof: Proof) -> dict[str, Any]:
    """``faces``, ``limits`` by rate group, and permissions that are ``lacking``."""
    steps = proof["steps"]
    seen = proof["seen"]
    faces: dict[str, Any] = {**_mails(steps), **_custom_fields(steps.get(FIELD)), **_refusals(steps)}
    if seen["absent"]:
        faces["absent"] = list(seen["absent"])
    if not seen["limits"]:
        faces["limit_headers"] = False
    if (audit := steps.get(AUDIT)) and audit["state"] == "read" and any(_counts(steps, "single").values()):
        faces["audits_invitations"] = any(record["step"] != FIELD for record in audit["records"])
    lacking = {entry["permission"] for entry in steps.values() if entry.get("permission")}
    lacking |= {SUBSTITUTES[name] for name in lacking if name in SUBSTITUTES}  # either would have been enough
    return {
        "faces": faces,
        "limits": {group.capitalize(): limit for group, limit in seen["limits"].items()},
        "lacking": sorted(lacking),
    }


def _counts(steps: Mapping[str, Any], transport: Transport, what: str = "mails") -> dict[str, int]:
    """How many mails, or links, each of the flags brought, as far as that was counted."""
    return {
        step.flags: steps[step.name]["arrived"][what]
        for step in MAIL_STEPS
        if step.transport == transport and steps.get(step.name, {}).get("arrived")
    }


def _mails(steps: Mapping[str, Any]) -> dict[str, Any]:
    single, bulk = _mode(_counts(steps, "single")), _mode(_counts(steps, "bulk"))
    faces: dict[str, Any] = {}
    if single or bulk:
        faces["mails"] = single or bulk
    if single and bulk and single != bulk:
        faces["bulk_mails"] = bulk
    if plain := _plain(steps):
        faces["plain"] = plain
    return faces


def _mode(counts: Mapping[str, int]) -> str:
    """Which flags mail; "" if that is not known."""
    if not counts:
        return ""
    alone = {flags: counts[flags] for flags in ("to_users", "welcome") if flags in counts}
    mailing = [flags for flags, mails in alone.items() if mails]
    both = counts.get("both", 0)
    if not both and not mailing:
        return "none"
    if len(mailing) == 1 and len(alone) == len(TRANSITIONS) - 1:
        return next(name for name, is_set in TRANSITIONS[mailing[0]].items() if is_set)
    return "each" if both > 1 else "any"


def _plain(steps: Mapping[str, Any]) -> list[str]:
    """The flags whose mails have no link."""
    found = set()
    for transport in ("single", "bulk"):
        mails, links = (_counts(steps, transport, what) for what in ("mails", "links"))
        found |= {flags for flags, count in mails.items() if count and not links[flags]}
    alone = sorted(found - {"both"})
    return [next(name for name, is_set in TRANSITIONS[flags].items() if is_set) for flags in alone]


def _custom_fields(entry: Mapping[str, Any] | None) -> dict[str, Any]:
    state = entry["state"] if entry else ""
    if entry is None or (state == "refused" and _NOT_AVAILABLE not in entry["codes"]):
        return {}
    faces: dict[str, dict[str, Any]] = {
        "refused": {"custom_fields": False},
        "no_room": {"fields_in_use": entry.get("fields_in_use")},
        "not_kept": {"keeps_values": False},
    }
    return _directory(entry) if state == "kept" else faces.get(state, {})


def _directory(entry: Mapping[str, Any]) -> dict[str, Any]:
    if not entry["lists_user"]:
        return {"hides_pending": True}
    if not entry["shows_fields"]:
        return {"shows_fields": False}
    if entry["shown_after"] is None:
        return {"directory_lag": entry["watched"] * _NEVER}
    # between the last look that did not show it and the first that did
    lag = 0 if entry["not_shown_after"] is None else (entry["not_shown_after"] + entry["shown_after"]) / 2
    return {"directory_lag": round(lag, 1)} if lag else {}


def _refusals(steps: Mapping[str, Any]) -> dict[str, Any]:
    answers = {
        _OPERATIONS[step.transport]: code
        for step in MAIL_STEPS
        if (entry := steps.get(step.name)) and entry["state"] == "refused"
        for code in _said_of_all(entry["codes"])
    }
    by_list = any(
        isinstance(answer["body"], dict) and "errors" in answer["body"] and "errorCode" not in answer["body"]
        for entry in steps.values()
        for answer in entry.get("answers", ())
        if answer["status"] >= _ERROR
    )
    return {**({"answers": answers} if answers else {}), **({"errors": "list"} if by_list else {})}


def _said_of_all(codes: Iterable[str]) -> list[str]:
    return [code for code in codes if code in _SAID_OF_ALL]
