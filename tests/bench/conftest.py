# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table of what was measured, with the earlier commit beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import pytest

from bench.measuring import EARLIER_COMMIT, Code, earlier_code

# The comparison takes minutes: `make bench` asks for it, and CI does not.
collect_ignore = [] if os.environ.get("BENCH_TABLE") else ["test_table.py", "test_baselines.py"]
COLUMNS = ("", EARLIER_COMMIT, "now", "wanted")


@pytest.fixture(scope="session")
def earlier() -> Code | None:
    return earlier_code()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    recorded = [value for report in reports if report.when == "call" for name, value in report.user_properties
                if name == "row"]  # fmt: skip
    if recorded:
        if not earlier_code():
            terminalreporter.write_line(f"{EARLIER_COMMIT} is not in this repository, so its column is empty.")
        for line in table([COLUMNS, *sorted(recorded)]):
            terminalreporter.write_line(line)


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows in columns, with a rule below the first."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        yield " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        if number == 0:
            yield "-|-".join("-" * width for width in widths)
