# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of a proof: each step, what is left to do, and the settings to paste."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._proof import CHANGING, MAIL_STEPS, needs_count
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import account_lines, grid
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain


def prove_table(result: Mapping[str, Any], *, planned: bool) -> list[str]:
    """All lines. ``planned`` is whether this is check mode."""
    steps = [
        [row["step"], row["what"], _state(row, planned=planned), _arrived(row), plain(row["email"])]
        for row in result["steps"]
    ]
    return [
        *account_lines(result["account"]),
        "STEPS",
        *(line.rstrip() for line in grid(steps, words=5)),
        *(["No mail was sent, and nothing was written."] if planned else _left(result)),
        *_recommended(result["recommendation"]),
    ]


def prove_failure(result: Mapping[str, Any]) -> str:
    """Why a run that went well is none to be content with; "" usually."""
    if all(row["state"] == "open" for row in result["steps"]):
        return (
            "No step was carried out: each one needs an answer at the terminal, or to be named in prove_confirm. "
            "No mail was sent."
        )
    return ""


def _state(row: Mapping[str, Any], *, planned: bool) -> str:
    return "would ask" if planned and row["state"] == "open" and row["step"] in CHANGING else str(row["state"])


def _arrived(row: Mapping[str, Any]) -> str:
    if row["mails"] is not None:
        return f"{row['mails']} mail{'' if row['mails'] == 1 else 's'}, {row['links']} with a link"
    if row["seconds"] is not None:
        return f"in the directory after {row['seconds']:.0f} s"
    return f"begun {row['at']}" if row["at"] else ""


def _left(result: Mapping[str, Any]) -> list[str]:
    entries = result["proof"]["steps"]
    uncounted = [step.name for step in MAIL_STEPS if step.name in entries and needs_count(entries[step.name])]
    unmade = [row["step"] for row in result["steps"] if row["state"] == "open" and row["step"] in CHANGING]
    lines = [f"PROOF {plain(result['path'])}"]
    if uncounted:
        lines.append(f"To count, then say so in prove_answers or run again: {', '.join(uncounted)}")
    if unmade:
        lines.append(f"Not carried out yet: {', '.join(unmade)}")
    return lines


def _recommended(recommendation: Mapping[str, Any]) -> list[str]:
    settings = [f"  {name}: {json.dumps(value)}" for name, value in recommendation["variables"].items()]
    return ["RECOMMENDED", *settings, *(f"  # {reason}" for reason in recommendation["reasons"])]
