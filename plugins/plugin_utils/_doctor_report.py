# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the report of rc_doctor as the lines of a table, and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import (
    Row,
    account_lines,
    csv_text,
    grid,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cell, plain, width

COLUMNS = ("area", "check", "verdict", "finding", "advice")

# What each verdict is called, the most urgent first.
_TITLES = {
    "problem": "PROBLEMS, which keep users from being invited",
    "warning": "WARNINGS, which limit something",
    "unknown": "UNKNOWN, which reading cannot find out",
    "ok": "OK",
}


def doctor_table(report: Mapping[str, Any]) -> list[str]:
    """The lines of a table: each feature, then each check, the most urgent first."""
    features = grid([_feature(one) for one in report["features"]], words=4)
    table = [*account_lines(report["account"]), "FEATURES", *(line.rstrip() for line in features)]
    lines: list[Row] = [line for line in report["lines"] if line["area"] != "features"]
    for verdict, title in _TITLES.items():
        those = [line for line in lines if line["verdict"] == verdict]
        table += [f"{title} ({len(those)})", *_group(those)] if those else []
    counts = ", ".join(f"{verdict} {number}" for verdict, number in report["counts"].items())
    return [*table, f"SUMMARY {len(lines)} checks: {counts}"]


def _feature(one: Mapping[str, Any]) -> tuple[str, ...]:
    lacking = ", ".join(map(plain, one["missing"] or one["unproven"]))
    return plain(one["feature"]), plain(one["state"]), lacking, " ".join(map(plain, one["who"]))


def _group(lines: Iterable[Row]) -> list[str]:
    names = [f"{plain(line['area'])}: {plain(line['check'])}" for line in lines]
    wide = max(map(width, names))
    return [
        f"  {cell(name, wide)}  {plain(line['finding'])}" + (f" -> {plain(line['advice'])}" if line["advice"] else "")
        for name, line in zip(names, lines, strict=True)
    ]


def doctor_csv(report: Mapping[str, Any]) -> str:
    """One row for each check, as CSV with a header, safe to open in a spreadsheet."""
    return csv_text(COLUMNS, report["lines"])
