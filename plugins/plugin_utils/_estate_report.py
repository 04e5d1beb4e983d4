# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows how each account of a run ended, as data, as the lines of a table, and as CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import OUTCOMES
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import csv_text, grid
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cut, plain

Row = Mapping[str, Any]

COUNTS = ("considered", "send", "skip", "hold", *OUTCOMES)
COLUMNS = ("host", "state", "account_id", "main_number", *COUNTS, "failure")

_SILENT = "a task failed that is not the role's; its own output says why"
# The counts that are shown, and what they are called; _PORTAL only where there are any.
_SENT = {"invited": "invited"}
_PLANNED = {"would_invite": "would be invited"}
_PORTAL = {"handed_over": "handed over", "would_hand_over": "would be handed over"}
_REST = {"hold": "held", "skip": "skipped", "failed": "failed", "unknown": "in doubt"}
_HOST_WIDTH = 38
_FAILURE_WIDTH = 200


def estate_summary(
    hosts: Iterable[str], results: Mapping[str, Mapping[str, Any] | None], alive: Collection[str]
) -> dict[str, Any]:
    """How each account ended, and the totals; ``alive`` are the hosts without a failed task."""
    accounts = [_account(host, results.get(host), host in alive) for host in hosts]
    states = Counter(account["state"] for account in accounts)
    return {
        "total": len(accounts),
        "states": {state: states[state] for state in ("done", "failed", "not_run")},
        "counts": {name: sum(account[name] or 0 for account in accounts) for name in COUNTS},
        "accounts": accounts,
    }


def _account(host: str, outcome: Mapping[str, Any] | None, alive: bool) -> dict[str, Any]:  # noqa: FBT001
    """One account; counts are None where nothing was counted."""
    outcome = outcome or {}
    failure = outcome.get("failure") or ("" if alive else _SILENT)
    state = "failed" if failure else "done" if outcome else "not_run"
    about, counts = outcome.get("account") or {}, outcome.get("counts") or {}
    return {
        "host": str(host),
        "state": state,
        "account_id": about.get("id", ""),
        "main_number": about.get("main_number", ""),
        **{name: counts.get(name) for name in COUNTS},
        "failure": failure,
    }


def estate_table(summary: Mapping[str, Any], *, planned: bool = False) -> list[str]:
    """The lines of a table with all accounts; above it the failed accounts, with the reason."""
    accounts: list[Row] = list(summary["accounts"])
    portal = {name: title for name, title in _PORTAL.items() if summary["counts"][name]}
    shown = {"considered": "considered", **(_PLANNED if planned else _SENT), **portal, **_REST}
    states = summary["states"]
    return [
        *_groups(accounts),
        f"ACCOUNTS ({len(accounts)})",
        *grid([("", "state", *shown.values()), *(_line(one, shown) for one in accounts)], words=2),
        f"SUMMARY {len(accounts)} accounts, {states['done']} done, {states['failed']} failed, {states['not_run']} "
        f"not run: " + ", ".join(f"{summary['counts'][name]} {title}" for name, title in shown.items()),
    ]


def _groups(accounts: Iterable[Row]) -> Iterable[str]:
    accounts = list(accounts)
    for state, title in (("failed", "FAILED"), ("not_run", "NOT RUN")):
        if of_it := [one for one in accounts if one["state"] == state]:
            yield f"{title} ({len(of_it)})"
            for one in of_it:
                yield f"  {_cut(one['host'])}  {cut(plain(one['failure']), _FAILURE_WIDTH)}".rstrip()


def _line(account: Row, shown: Iterable[str]) -> tuple[str, ...]:
    numbers = ("-" if account[name] is None else str(account[name]) for name in shown)
    return _cut(account["host"]), account["state"].replace("_", " "), *numbers


def _cut(host: object) -> str:
    return cut(plain(host), _HOST_WIDTH)


def estate_csv(summary: Mapping[str, Any]) -> str:
    """One line for each account, as CSV with a header, safe to open in a spreadsheet."""
    return csv_text(COLUMNS, summary["accounts"])
