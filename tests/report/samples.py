# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents as runs save them, to make pages from: of an emulated account with some days behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.modules import rc_doctor
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._estate_report import estate_summary
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._invite_report import with_advice
from emulator import Emulator
from integration.playing import NO_LIMITS
from machine import Machine

TEXT = "Active already. Open {login_url} and choose Forgot password."
URL = "https://app.example.com"


def saved(result: dict[str, Any], made_at: str, host: str = "localhost", *, planned: bool = False) -> dict[str, Any]:
    """The document that the role would save of a module's result."""
    if "results" in result:
        result = {**result, "results": with_advice(result["results"], TEXT, URL)}
    notices = result.pop("warnings", [])
    return {**result, "notices": notices, "report": {"host": host, "made_at": made_at, "planned": planned}}


@contextmanager
def account(*, odd: bool, users: int = 120, pending: int = 48) -> Iterator[tuple[Emulator, Machine]]:
    """An emulated account on its first day."""
    with Emulator(users=users, pending=pending, odd=odd, limits=NO_LIMITS) as rc:
        yield rc, Machine(rc)


def weeks(rc: Emulator, machine: Machine, ledger: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Runs on three days, between which some of the invited activate. The documents of the last two runs."""
    options = {"ledger": {"path": str(ledger)}, "max_attempts": 3}
    documents = []
    for days, limit in ((2, 20), (1, 30), (0, 16)):
        result = machine.invite(limit=limit, **options)
        documents.append(saved(result, rc.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")))
        _activate(rc, 7)
        rc.clock.advance(days * 86400)
    return documents[-2], documents[-1]


def documents(folder: Path) -> dict[str, dict[str, Any]]:
    """One document of each kind, of an account with odd users in it, and ``before``, of the run before it."""
    with account(odd=True, users=160, pending=64) as (rc, machine):
        before, reinvite = weeks(rc, machine, folder / "ledger.sqlite3")
        pending = [one for one in rc.account.extensions.values() if one.status == "NotActivated"]
        batches = [
            {"name": "London", "users": [str(one.id) for one in pending[:8]], "invite_on": str(machine.now().date())},
            {"name": "<b>Paris</b>", "users": ["nobody@example.com"], "invite_on": "2100-01-01"},
        ]
        ledger = {"path": str(folder / "ledger.sqlite3")}
        onboard = machine.onboard(batches=batches, unknown="hold", ledger=ledger, check_mode=True)
        audit = machine.info(findings=True, ledger=ledger)
        doctor = machine.run(rc_doctor, _argspec.doctor(), check_mode=False, client_id="a-client-id-0123456789")
        made_at = rc.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    hosts = ["localhost", "acme_america", "<i>acme</i>"]
    results = {"localhost": reinvite, "acme_america": {"failure": "OAU-251: <script>alert(2)</script>"}}
    return {
        "before": before,
        "reinvite": reinvite,
        "onboard": saved(onboard, made_at, planned=True),
        "audit": saved(audit, made_at),
        "estate": saved(estate_summary(hosts, results, hosts), made_at),
        "doctor": saved(doctor, made_at),
    }


def _activate(rc: Emulator, count: int) -> None:
    """The first users in the outbox who are still pending, but those of one domain."""
    mailed = {str(mail["extension_id"]) for mail in rc.outbox}
    pending = [
        one
        for one in rc.account.extensions.values()
        if str(one.id) in mailed and one.status == "NotActivated" and not one.email.endswith("@example.org")
    ]
    for one in pending[:count]:
        one.status = "Enabled"
