# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/audit.yml reports findings, and asks RingCentral to change nothing."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from emulator import Emulator
from integration.playing import Player, mailed, role_play, writes
from integration.test_role_directory import _pending as pending

AUDIT = "onboard.ringcentral.audit"
SHOWN = "Show the findings"


@pytest.fixture
def options(rc: Emulator) -> dict[str, Any]:
    """A directory of everybody who could be invited, but for the first four: missing, gone, moved, married."""
    people = pending(rc)
    entries = [{"email": one.email, "name": one.name} for one in people[1:]]
    entries[0]["enabled"] = False
    entries[1]["email"] = "moved@example.com"
    entries[2] |= {
        "email": "married@example.com",
        "name": "Another Name",
        "extension_number": people[3].extension_number,
    }
    return {"reinvite_directory": entries}


def test_everything_is_told_and_nothing_is_asked_for(rc: Emulator, player: Player, options: dict[str, Any]) -> None:
    missing, gone, moved, married = pending(rc)[:4]
    played = player.play(AUDIT, **options)
    assert played.code == 0, played.output
    assert writes(rc) == []
    assert mailed(rc) == []
    assert played.changed == 0
    lines = played.result(SHOWN)["msg"]
    about = {line.split("  ")[1]: line for line in reversed(lines) if line.startswith("  ")}
    assert (
        "-> moved@example.com (not_activated) the directory has moved@example.com for them, found by name"
        in about[moved.name]
    )
    assert "under the name Another Name" in about[married.name]
    assert "-> married" not in about[married.name]
    assert "is disabled in the directory" in about[gone.name]
    assert "is not in the directory" in about[missing.name]
    titles = [line.rpartition(" (")[0].partition(",")[0] for line in lines if not line.startswith(("  ", "WARNING "))]
    titles = titles[1:-2]
    assert titles == [
        "LEFT THE COMPANY",
        "NOT IN THE DIRECTORY",
        "ANOTHER ADDRESS THAN IN THE DIRECTORY",
        "ADDRESS OF SEVERAL USERS",
        "PLACEHOLDER FOR AN ADDRESS",
        "NO ADDRESS",
        "NOT ACTIVATED",
    ]
    assert lines[-2].startswith("NOT ACTIVATED FOR 7 to 30 days: ")
    counts = played.custom["_run"]["audit_counts"]["localhost"]
    assert (counts["disabled_in_directory"], counts["email_mismatch"]) == (1, 2)
    report = json.loads((player.reports / "audit/localhost.json").read_text(encoding="utf-8"))
    assert report["findings"] == counts
    with (player.reports / "audit/localhost.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert rows[str(moved.id)]["directory_email"] == "moved@example.com"
    assert rows[str(gone.id)]["findings"] == "not_activated disabled_in_directory"


@pytest.mark.parametrize(
    ("fail_on", "said"),
    [
        (
            ["email_mismatch", "disabled_in_directory", "ambiguous"],
            "audit_fail_on: 2 email_mismatch, 1 disabled_in_directory",
        ),
        (["ambiguous", "domain_not_allowed"], ""),
        ([], ""),
    ],
)
def test_a_nightly_job_fails_on_what_it_shall(
    rc: Emulator, player: Player, options: dict[str, Any], fail_on: list[str], said: str
) -> None:
    played = player.play(AUDIT, "--check", audit_fail_on=fail_on, **options)
    assert played.code == (2 if said else 0), played.output
    if said:
        assert played.failure == said
    assert "audit_counts" in played.custom["_run"]
    assert (player.reports / "audit/localhost.json").exists()


def test_an_unknown_finding_is_refused_before_anything_is_read(rc: Emulator, player: Player) -> None:
    played = player.play(AUDIT, audit_fail_on=["leavers"])
    assert played.code == 2, played.output
    assert "value of audit_fail_on must be one or more of" in played.failure or "audit_fail_on" in played.failure
    assert rc.log == []


def test_it_knows_what_the_ledger_knows(rc: Emulator, player: Player) -> None:
    ledger = {"backend": "sqlite", "path": str(player.folder / "ledger.sqlite3")}
    invited = player.play(role_play(reinvite_ledger=ledger))
    assert invited.code == 0, invited.output
    played = player.play(AUDIT, reinvite_ledger=ledger)
    assert played.code == 0, played.output
    assert sum("invited once, last on" in line for line in played.result(SHOWN)["msg"]) == 12
