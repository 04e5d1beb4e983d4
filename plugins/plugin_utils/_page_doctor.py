# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page shows of the doctor's checks: those that fail first, then all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import Markup, join
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import (
    Column,
    Figure,
    Row,
    Section,
    table,
    words,
)

_TONES = {"ok": "good", "warning": "hold", "unknown": "hold", "problem": "bad"}
_COLUMNS = (
    Column("Area", lambda row: row.get("area")),
    Column("Check", lambda row: row.get("check"), "name"),
    Column("Verdict", lambda row: words(row.get("verdict")).capitalize()),
    Column("Finding", lambda row: row.get("finding")),
    Column("What to do", lambda row: row.get("advice")),
)


def doctor_headline(lines: Sequence[Row]) -> Markup:
    """The result as one sentence."""
    bad = sum(_tone(row) == "bad" for row in lines)
    return join(f"{bad:,} of {len(lines):,} checks found a problem." if bad else "Ready to invite.")


def doctor_figures(lines: Sequence[Row]) -> list[Figure]:
    """How many checks have each verdict."""
    tally = Counter(str(row.get("verdict")) for row in lines)
    return [Figure(count, words(verdict), _tone({"verdict": verdict})) for verdict, count in tally.most_common()]


def doctor_sections(lines: Sequence[Row]) -> Iterable[Section]:
    """The checks that did not pass, and all of them."""
    bad = [row for row in lines if row.get("verdict") != "ok"]
    if bad:
        yield Section("attention", "Needs attention", table(_COLUMNS, bad, label="Checks to act on"), "", len(bad))
    yield Section("checks", "All checks", table(_COLUMNS, lines, label="All checks"), "", len(lines), wide=True)


def _tone(row: Mapping[str, Any]) -> str:
    return _TONES.get(str(row.get("verdict")), "")
