# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page shows of onboarding batches: the funnel of all, and each batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._funnel import FUNNEL
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import Markup, join, tag
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import (
    Bar,
    Column,
    Figure,
    Row,
    Section,
    chart,
    table,
)

_STATES = {"due": "Due", "early": "Later", "over": "Over"}
_UNKNOWN = (
    Column("Named", lambda row: row["name"], "name"),
    Column("Batch", lambda row: row["batch"]),
    Column("Why", lambda row: row["message"]),
)


def onboarding_headline(counts: Mapping[str, int]) -> Markup:
    """The result as one sentence."""
    return join(f"{counts['activated']:,} of {counts['listed']:,} starters are active.")


def onboarding_figures(counts: Mapping[str, int], *, planned: bool) -> list[Figure]:
    """The counts of all batches."""
    mailed = counts["would_be_mailed"] if planned else counts["mailed"]
    return [
        Figure(counts["listed"], "listed"),
        Figure(counts["found"], "in RingCentral"),
        Figure(counts["invited"], "invited so far"),
        Figure(counts["activated"], "active", "good"),
        Figure(mailed, "would be mailed now" if planned else "mailed now"),
        Figure(counts["held"], "held for you to check", "hold" if counts["held"] else ""),
    ]


def batch_sections(summary: Mapping[str, Any], *, planned: bool) -> Iterable[Section]:
    """The funnel of all batches, each batch, and starters who are not in RingCentral."""
    counts, batches = summary["counts"], summary["batches"]
    steps = [Bar(name.capitalize(), [counts[name]], "good" if name == "activated" else "") for name in FUNNEL]
    yield Section("funnel", "From list to phone", chart("bars", "Step", ["Starters"], steps))
    mailed = "would_be_mailed" if planned else "mailed"
    columns = (
        Column("Batch", lambda row: row["name"], "name"),
        Column("Owner", lambda row: row["owner"]),
        Column("State", _state),
        Column("From", lambda row: row["invite_on"], "date"),
        Column("Until", lambda row: row["until"], "date"),
        *(_count(name, name.capitalize()) for name in FUNNEL),
        _count(mailed, "Would be mailed" if planned else "Mailed now"),
        _count("held", "Held"),
    )
    body = join(
        table(columns, batches, label="All batches"),
        *(tag("p", f"{one['name']}: {one['failure']}") for one in batches if one["failure"]),
    )
    yield Section("batches", "Batches", body, "", len(batches), wide=True)
    unknown: list[Row] = [{"batch": one["name"], **who} for one in batches for who in one["unknown"]]
    if unknown:
        about = "Check the spelling, or create these users in RingCentral. The next run invites them."
        body = table(_UNKNOWN, unknown, label="Starters who are not in RingCentral")
        yield Section("unknown", "Not in RingCentral", body, about, len(unknown))


def _count(key: str, title: str) -> Column:
    return Column(title, lambda row: row[key], "number")


def _state(batch: Row) -> str:
    return "Failed" if batch["failure"] else _STATES.get(batch["state"], str(batch["state"]))
