# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the other job templates, as jobs of AWX: what they change, and what they leave."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator import Emulator
from integration.playing import NO_LIMITS, writes
from runner.jobs import Controller

FIELD = {"reinvite_ledger": {"backend": "custom_field"}}


def test_an_audit_reads_and_counts(reachable: Path) -> None:
    with Emulator(users=40, pending=12, limits=NO_LIMITS) as rc:
        audit = Controller(folder(reachable, "audit"), **rc.env()).launch("playbooks/audit.yml", variables=FIELD)
        assert audit.status == "successful", audit.output
        assert audit.changed == 0
        assert [one for one in writes(rc) if one != "searchDirectoryEntries"] == []  # a POST that reads
    assert list(audit.artifacts) == ["audit_counts"]
    assert only_numbers(audit.artifacts["audit_counts"]["localhost"])
    assert audit.artifacts["audit_counts"]["localhost"]["placeholder_email"] > 0


def test_an_audit_that_finds_what_must_not_be_fails(reachable: Path) -> None:
    with Emulator(users=40, pending=12, limits=NO_LIMITS) as rc:
        controller = Controller(folder(reachable, "failing"), **rc.env())
        audit = controller.launch("playbooks/audit.yml", variables={**FIELD, "audit_fail_on": ["placeholder_email"]})
    assert audit.status == "failed"
    assert "placeholder_email" in audit.failures[-1]
    assert list(audit.artifacts) == ["audit_counts"]


def only_numbers(counts: Mapping[str, Any]) -> bool:
    return bool(counts) and all(isinstance(count, int) for count in counts.values())


def folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made
