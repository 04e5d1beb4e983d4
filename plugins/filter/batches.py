# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboarding in batches: what is to be done for whom today, and how far each batch has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import comparable
from ansible_collections.onboard.ringcentral.plugins.module_utils._batches import paths_of, read_batches
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import judge_named
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import User, describe
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import parse_duration, parse_iso
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import Row, csv_text, grid, group_lines
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cut, plain

FUNNEL = ("listed", "found", "invited", "activated")
COUNTS = (*FUNNEL, "mailed", "would_be_mailed", "held")
COLUMNS = ("batch", "owner", "state", "invite_on", "until", *FUNNEL, "mailed", "held", "failure")

_FIELDS = [field.name for field in fields(User) if field.name not in {"created_at", "creation_unreadable", "roles"}]
_KEPT = ("id", "name", "email", "status", "attempts", "last_invited_at", "in_doubt")
_NAME_WIDTH = 32
_OWNER_WIDTH = 30
_FAILURE_WIDTH = 300


def onboarding_files(batches: object) -> list[str]:
    """The files that the batches take users from."""
    return paths_of(batches)


def onboarding_plan(
    batches: object,
    files: Iterable[Mapping[str, Any]] = (),
    now: str = "",
    timezone: str = "UTC",
    *,
    dated: bool = True,
) -> dict[str, Any]:
    """The batches as they are on this day, and all that is wrong with them; ``files`` is what slurp made of each."""
    try:
        today = parse_iso(now).astimezone(ZoneInfo(timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise AnsibleFilterError(
            f"onboarding_timezone: {timezone!r} is no time zone that is known here; write one such as Europe/Paris"
        ) from error
    read, problems = read_batches(batches, {file["item"]: file for file in files}, today, dated=dated)
    plan: dict[str, Any] = wrap_var(
        {
            "today": str(today),
            "timezone": timezone,
            "problems": problems,
            "batches": [{**asdict(batch), "users": list(batch.users)} for batch in read],
        }
    )
    return plan


def onboarding_people(
    batches: Iterable[Row], users: Iterable[Row], now: str, *, unknown: str = "hold"
) -> dict[str, Any]:
    """The batches with their ``people`` and whether it ``asks`` anything of RingCentral; and what is wrong with them.

    ``users`` is what rc_user_info returned for the users of all batches. With ``unknown`` of ``fail``, it is wrong
    that a batch which is due names somebody whom nobody is, or several are.
    """
    try:
        rows = {row["id"]: row for row in users}
        moment = parse_iso(now)
        known = [_user(row) for row in rows.values()]
        first: dict[str, Row] = {}
        problems: list[str] = []
        met = []
        for batch in batches:
            found = find_users(batch["users"], known)
            for user in found.users:
                other = first.setdefault(user.id, batch)
                if other is not batch:
                    problems.append(
                        f"batch {batch['name']}: users: {describe([user])} is in the batch {other['name']} too, named "
                        "in another way; leave them in one of them"
                    )
            strangers = [one.to_dict() for one in judge_named(found.not_found, found.ambiguous)]
            if unknown == "fail" and batch["state"] == "due":
                problems += [f"batch {batch['name']}: users: {one['name']}: {one['message']}" for one in strangers]
            people = [{name: rows[user.id].get(name) for name in _KEPT} for user in found.users]
            asks = batch["state"] == "due" and any(_may_be_mailed(batch, row, moment) for row in people)
            met.append({**_eager(batch), "people": [*people, *strangers], "asks": asks})
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise AnsibleFilterError(f"onboarding_people needs batches and the users of rc_user_info: {error!r}") from error
    result: dict[str, Any] = wrap_var({"batches": met, "problems": problems})
    return result


def _eager(batch: Row) -> dict[str, Any]:
    """The batch with lists that can be copied; Ansible's own cannot."""
    return {key: list(value) if isinstance(value, (list, tuple)) else value for key, value in batch.items()}


def _user(row: Row) -> User:
    """The user again, as far as it is needed to find them."""
    return User(**{name: row[name] for name in _FIELDS}, roles=(), created_at=None)


def _may_be_mailed(batch: Row, person: Row, now: datetime) -> bool:
    """Whether rc_send_invite could come to mail somebody, or has to settle what it does not know of them."""
    if person["status"] != "not_activated":
        return False
    if person.get("in_doubt"):
        return True
    last = person.get("last_invited_at")
    rested = not last or parse_iso(last) + parse_duration("resend_after", batch["resend_after"]) <= now
    return rested and (person.get("attempts") or 0) < batch["max_attempts"]


def onboarding_summary(plan: Mapping[str, Any], turns: Mapping[str, Any]) -> dict[str, Any]:
    """How far each batch has come, and what was done today.

    ``turns`` holds what came of those that were asked for, by name: ``results`` of rc_send_invite, and ``failure``.
    """
    try:
        batches = [_summed(batch, turns.get(batch["name"], {})) for batch in plan["batches"]]
        summary: dict[str, Any] = wrap_var(
            {
                "today": plan["today"],
                "timezone": plan["timezone"],
                "counts": {name: sum(batch[name] or 0 for batch in batches) for name in COUNTS},
                "funnels": {batch["name"]: {name: batch[name] for name in FUNNEL} for batch in batches},
                "batches": batches,
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(f"onboarding_summary needs a plan and its turns: {error!r}") from error
    return summary


def _summed(batch: Row, turn: Row) -> dict[str, Any]:
    """One batch. Counts are None where nobody has looked."""
    people: Sequence[Row] | None = turn.get("results") or batch.get("people")
    listed = len(people) if people is not None else len(set(map(comparable, batch["users"])))
    rows = people or []
    counts: dict[str, int | None] = {
        "found": sum(row["id"] is not None for row in rows),
        "invited": sum(row["status"] == "enabled" or (row.get("attempts") or 0) > 0 for row in rows),
        "activated": sum(row["status"] == "enabled" for row in rows),
        "mailed": sum(row.get("outcome") == "invited" for row in rows),
        "would_be_mailed": sum(row.get("outcome") == "would_invite" for row in rows),
        "held": sum(row.get("decision") == "hold" for row in rows),
    }
    return {
        "name": batch["name"],
        "owner": batch["owner"],
        "state": batch["state"],
        "invite_on": batch["invite_on"],
        "until": batch["until"],
        "listed": listed,
        **(counts if people is not None else dict.fromkeys(counts)),
        "unknown": [{"name": row["name"], "message": row["message"]} for row in rows if row["id"] is None],
        "failure": turn.get("failure", ""),
    }


def onboarding_table(
    summary: Mapping[str, Any], report: str = "", rows: int = 20, *, planned: bool = False
) -> list[str]:
    """The lines of a table with all batches, and below it whom nobody knows and what failed."""
    try:
        batches: list[Row] = list(summary["batches"])
        sent = "would_be_mailed" if planned else "mailed"
        shown = {
            **{name: name for name in FUNNEL},
            sent: "would be mailed" if planned else "mailed now",
            "held": "held",
        }
        sums = ", ".join(f"{summary['counts'][name]} {title}" for name, title in shown.items())
        failed = [batch for batch in batches if batch["failure"]]
        return [
            f"ONBOARDING ON {summary['today']} ({plain(summary['timezone'])})",
            *grid([("batch", "owner", "state", *shown.values()), *(_line(batch, shown) for batch in batches)], words=3),
            *_unknown_lines(batches, rows, report),
            *([f"FAILED ({len(failed)})"] if failed else []),
            *(f"  {_cut(batch['name'])}  {cut(plain(batch['failure']), _FAILURE_WIDTH)}" for batch in failed),
            f"SUMMARY {len(batches)} batches: {sums}",
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(f"onboarding_table needs what onboarding_summary returned: {error!r}") from error


def _unknown_lines(batches: Iterable[Row], rows: int, report: str) -> list[str]:
    people = [
        {"name": batch["name"], "email": one["name"], "message": one["message"]}
        for batch in batches
        for one in batch["unknown"]
    ]
    return group_lines("UNKNOWN IN RINGCENTRAL, held", people, lambda row: row["message"], rows, report)


def _line(batch: Row, shown: Iterable[str]) -> tuple[str, ...]:
    numbers = ("-" if batch[name] is None else str(batch[name]) for name in shown)
    return _cut(batch["name"]), cut(plain(batch["owner"]) or "-", _OWNER_WIDTH), _state(batch), *numbers


def _state(batch: Row) -> str:
    if batch["failure"]:
        return "failed"
    if batch["state"] == "early":
        return f"not before {batch['invite_on']}"
    if batch["state"] == "over":
        return f"over since {date.fromisoformat(str(batch['until'])) + timedelta(days=1)}"
    return "due"


def _cut(name: object) -> str:
    return cut(plain(name), _NAME_WIDTH)


def onboarding_csv(summary: Mapping[str, Any]) -> str:
    """One line for each batch, as CSV with a header, safe to open in a spreadsheet."""
    try:
        return csv_text(COLUMNS, ({**batch, "batch": batch["name"]} for batch in summary["batches"]))
    except (KeyError, TypeError) as error:
        raise AnsibleFilterError(f"onboarding_csv needs what onboarding_summary returned: {error!r}") from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters by name."""
        return {
            "onboarding_files": onboarding_files,
            "onboarding_plan": onboarding_plan,
            "onboarding_people": onboarding_people,
            "onboarding_summary": onboarding_summary,
            "onboarding_table": onboarding_table,
            "onboarding_csv": onboarding_csv,
        }
