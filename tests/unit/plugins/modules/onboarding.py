# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of an emulated account, and what its log and outbox say afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from machine import Machine


def pending(machine: Machine) -> list[Any]:
    """The extensions that can be invited, in the order of their ids."""
    people = machine.rc.account.extensions.values()
    return sorted((one for one in people if one.status == "NotActivated"), key=lambda one: one.id)


def day(machine: Machine, days: int = 0) -> str:
    """A day as a batch has it, counted from today."""
    return str((machine.now() + timedelta(days=days)).date())


def batch(machine: Machine, name: str, people: Iterable[Any], **keys: Any) -> dict[str, Any]:
    """A batch that is due; users are named by id."""
    return {"name": name, "users": [str(one.id) for one in people], "invite_on": day(machine), **keys}


def mailed(machine: Machine) -> list[int]:
    """The ids of those who were mailed, in that order."""
    return [mail["extension_id"] for mail in machine.rc.outbox]


def ids(people: Iterable[Any]) -> list[int]:
    return [one.id for one in people]


def bulk_requests(machine: Machine) -> list[list[int]]:
    """The ids in each bulk request, in that order."""
    return [
        [int(record["id"]) for record in json.loads(entry["body"])["records"]]
        for entry in machine.rc.log
        if entry["operation"] == "extensionBulkUpdate"
    ]


def requests_to(machine: Machine, *operations: str) -> int:
    return sum(entry["operation"] in operations for entry in machine.rc.log)


def writes(machine: Machine) -> list[str]:
    """The requests that change something, without login and logout."""
    return [
        entry["path"]
        for entry in machine.rc.log
        if entry["method"] != "GET"
        and not entry["path"].startswith("/restapi/oauth")
        and "/search" not in entry["path"]
    ]


def summary(result: dict[str, Any], *keys: str) -> dict[str, Any]:
    """These values of each batch, by its name."""
    return {one["name"]: tuple(one[key] for key in keys) for one in result["batches"]}


def outcomes(result: dict[str, Any]) -> dict[int, str]:
    """The outcome of each user by id, or the reason where there is none."""
    return {int(row["id"]): row["outcome"] or row["reason"] for row in result["results"] if row["id"]}


def split(people: Sequence[Any], *sizes: int) -> list[Sequence[Any]]:
    """The people in groups of these sizes."""
    groups, begin = [], 0
    for size in sizes:
        groups.append(people[begin : begin + size])
        begin += size
    return groups
