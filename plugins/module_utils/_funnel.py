# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of each batch: starters listed, found in RingCentral, invited, activated. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ._batches import Batch
from ._decisions import Decision
from ._history import History
from ._model import User

FUNNEL = ("listed", "found", "invited", "activated")
COUNTS = (*FUNNEL, "mailed", "would_be_mailed", "handed_over", "held")


@dataclass(frozen=True)
class Progress:
    """A batch today: the decisions about its users if it is due, its known users, and why it failed."""

    batch: Batch
    users: Sequence[User]
    absent: Sequence[Decision]
    decisions: Sequence[Decision] | None
    failure: str = ""


def summarize(progress: Sequence[Progress], history: History, timezone: str) -> dict[str, Any]:
    """``batches`` with their counts, ``funnels`` by name, and the ``counts`` of all of them."""
    asked = {record.user_id for record in history.records if record.attempts > 0}
    batches = [_batch(one, asked) for one in progress]
    return {
        "timezone": timezone,
        "counts": {name: sum(batch[name] for batch in batches) for name in COUNTS},
        "funnels": {batch["name"]: {name: batch[name] for name in FUNNEL} for batch in batches},
        "batches": batches,
    }


def _batch(one: Progress, asked: Collection[str]) -> dict[str, Any]:
    now_asked = {d.user.id for d in one.decisions or () if d.user and d.record and d.record.attempts > 0}
    activated = {user.id for user in one.users if user.status == "enabled"}
    invited = {user.id for user in one.users if user.id in now_asked or user.id in asked}
    decisions = one.absent if one.decisions is None else one.decisions
    return {
        "name": one.batch.name,
        "folder": one.batch.folder,
        "owner": one.batch.owner,
        "state": one.batch.state,
        "invite_on": one.batch.invite_on,
        "until": one.batch.until,
        "listed": len(one.users) + len(one.absent),
        "found": len(one.users),
        "invited": len(activated | invited),
        "activated": len(activated),
        "mailed": _count(decisions, "invited"),
        "would_be_mailed": _count(decisions, "would_invite", "would_hand_over"),
        "handed_over": _count(decisions, "handed_over"),
        "held": sum(decision.verdict == "hold" for decision in decisions),
        "unknown": [{"name": name.name, "message": name.message} for name in one.absent],
        "failure": one.failure,
    }


def _count(decisions: Iterable[Decision], *outcomes: str) -> int:
    return sum(decision.outcome in outcomes for decision in decisions)
