# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the other job templates, as jobs of AWX: what they mail, and what they leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator import Emulator
from integration.playing import NO_LIMITS, mailed, writes
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


def test_onboarding_invites_the_batch_that_is_due_and_repeats_nothing(reachable: Path) -> None:
    with Emulator(users=12, pending=6, odd=False, limits=NO_LIMITS) as rc:
        pending = [one for one in rc.account.extensions.values() if one.status == "NotActivated"]
        batch = {"name": "first", "invite_on": "2026-01-05", "users": [one.email for one in pending[:2]]}
        controller = Controller(folder(reachable, "onboarding"), **rc.env())
        jobs = []
        for cmdline in ("--check", "", ""):
            jobs.append(
                controller.launch(
                    "playbooks/onboard.yml",
                    cmdline=cmdline,
                    hosts={"localhost": {"onboarding_batches": [batch]}},
                    variables=FIELD,
                )
            )
            rc.clock.advance(61)
        assert [job.status for job in jobs] == ["successful"] * 3, "".join(job.output for job in jobs)
        assert sorted(mailed(rc)) == sorted(str(one.id) for one in pending[:2])
        assert jobs[2].changed == 0
    for job in jobs:
        text = json.dumps(job.artifacts)
        assert "onboarding_counts" in job.artifacts
        assert not [one.email for one in pending if one.email in text or one.name in text]


def only_numbers(counts: Mapping[str, Any]) -> bool:
    return bool(counts) and all(isinstance(count, int) for count in counts.values())


def folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made
