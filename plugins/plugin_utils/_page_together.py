# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that combines several runs and accounts: each run, and the current state of each account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import join
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page import Page
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_estate import COUNTS, count_column
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_invite import (
    attention,
    everybody,
    password_resets,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import (
    Bar,
    Column,
    Figure,
    Row,
    Section,
    chart,
    day,
    minute,
    notice,
    table,
)

Document = Mapping[str, Any]

_KINDS = {"reinvite": "Invitations", "onboard": "Onboarding"}
_MOST_DAYS = 60
_ACCOUNT = Column("Account", lambda row: row["account"])


@dataclass(frozen=True)
class SavedRun:
    """What the page needs to know of one run."""

    host: str
    account: str
    made_at: str
    kind: str
    planned: bool
    counts: Mapping[str, int]

    @property
    def whose(self) -> tuple[str, str, str]:
        """Runs with the same key follow each other; onboarding and invitations consider different users."""
        return self.host, self.account, self.kind


def together_page(
    runs: Sequence[SavedRun], latest: Sequence[tuple[SavedRun, Document]], left_out: Sequence[str]
) -> Page:
    """``runs`` in the order of their times; ``latest`` are the last runs of each account with their documents, a plan
    before a run.
    """
    real = [run for run in runs if not run.planned]
    invited = sum(run.counts["invited"] for run in real)
    last = {
        (run.host, run.account, row["id"] or row["name"]): _of_account(row, run)
        for run, document in latest
        for row in document["results"]
    }
    rows = list(last.values())
    now = Counter(name for row in rows for name in (row["decision"], row["outcome"]))
    return Page(
        title="Invitations together",
        kind="Several runs together",
        headline=join(f"{invited:,} invitations in {_numbered(len(real), 'run')}."),
        about=f"From {minute(runs[0].made_at)} to {minute(runs[-1].made_at)} UTC",
        notices=[notice("\n".join(left_out), "hold")] if left_out else [],
        figures=[
            Figure(len({(run.host, run.account) for run in runs}), "accounts"),
            Figure(len(runs), "runs"),
            Figure(invited, "invitations", "good"),
            Figure(now["hold"], "held at the last run", "hold" if now["hold"] else ""),
            Figure(now["failed"] + now["unknown"], "failed or in doubt", "bad" if now["failed"] else ""),
        ],
        sections=[
            *attention(rows, _ACCOUNT),
            *_by_day(real),
            *_conversion(latest),
            *_every_run(runs),
            *password_resets(rows, _ACCOUNT),
            *everybody(rows, _ACCOUNT),
        ],
    )


def _of_account(row: Row, run: SavedRun) -> Row:
    return {**row, "account": run.host, "next_mail": day(row["next_invite_after"])}


def _by_day(runs: Iterable[SavedRun]) -> Iterable[Section]:
    days: Counter[str] = Counter()
    for run in runs:
        days[day(run.made_at)] += run.counts["invited"]
    bars = [Bar(one, [count]) for one, count in sorted(days.items())[-_MOST_DAYS:]]
    if sum(days.values()):
        note = f"The last {_MOST_DAYS} days with a run." if len(days) > _MOST_DAYS else ""
        yield Section("days", "Invitations by day", chart("columns", "Day", ["Invited"], bars, note))


def _conversion(latest: Iterable[tuple[SavedRun, Document]]) -> Iterable[Section]:
    known = {(run.host, run.account): document.get("conversion") or {} for run, document in latest}
    rows = [{"account": host, **found} for (host, _account), found in known.items() if found.get("invited")]
    if rows:
        columns = (
            Column("Account", lambda row: row["account"], "name"),
            Column("Invited", lambda row: row["invited"], "number"),
            Column("Active", lambda row: row["activated"], "number"),
            Column("Share", lambda row: f"{100 * row['activated'] / row['invited']:.0f} %", "number"),
            Column("Domains without activations", lambda row: ", ".join(map(str, row.get("silent_domains") or ()))),
        )
        body = table(columns, rows, label="Earlier invitations by account")
        yield Section("conversion", "Activation rate", body, "All users whose invitations are in a ledger.")


def _every_run(runs: Sequence[SavedRun]) -> Iterable[Section]:
    shown = [name for name in COUNTS if any(run.counts[name] for run in runs) or name in {"considered", "invited"}]
    columns = (
        Column("Time", lambda row: minute(row["made_at"]), "date"),
        _ACCOUNT,
        Column("What", lambda row: row["what"]),
        *map(count_column, shown),
    )
    rows = [
        {
            "made_at": run.made_at,
            "account": run.host,
            "what": _KINDS[run.kind] + (", planned" if run.planned else ""),
            **run.counts,
        }
        for run in reversed(runs)
    ]
    yield Section("runs", "Runs", table(columns, rows, label="All runs", find=True), "", len(rows), wide=True)


def _numbered(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
