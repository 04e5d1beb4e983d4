# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an entry point, and writes to people about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _entry_points
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify import Notifier
from unit.plugins.plugin_utils.hosts import Host

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
_ENTRY_POINTS = {
    "main": _entry_points.invite,
    "account": _entry_points.invite,
    "batches": _entry_points.onboard,
    "audit": _entry_points.audit,
    "doctor": _entry_points.doctor,
}


def told(
    host: Host,
    notify: Mapping[str, Any],
    entry_point: str = "main",
    *,
    check_mode: bool = False,
    now: datetime = NOW,
    under_awx: bool = False,
    **variables: Any,
) -> dict[str, Any]:
    """What the task returns for one host."""
    given = {**variables, "reinvite_notify": notify}
    task = host.task(entry_point, given, check_mode=check_mode, under_awx=under_awx)
    notifier = Notifier(entry_point, task, now=lambda: now)
    return notifier.about(_ENTRY_POINTS[entry_point](task))


def states(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """By what, to whom, and how it went."""
    return [(one["by"], one["to"], one["state"]) for one in result["notified"]]


def warnings(result: Mapping[str, Any]) -> list[str]:
    return [line.removeprefix("WARNING ") for line in result["table"] if line.startswith("WARNING ")]
