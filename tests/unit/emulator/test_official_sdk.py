# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator is not tuned to our client: RingCentral's own Python SDK works with it."""

from __future__ import annotations

from typing import Any

from ringcentral import SDK

from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT

ACCOUNT = "/restapi/v1.0/account/~"


def test_the_official_sdk_logs_in_lists_updates_in_bulk_and_logs_out(emulate: Any) -> None:
    rc = emulate(logged_in=False, users=40, pending=12).rc
    platform = SDK(CLIENT_ID, CLIENT_SECRET, rc.url).platform()
    platform.login(jwt=JWT)
    query = {"status": "NotActivated", "type": "User", "perPage": 1000}
    pending = platform.get(f"{ACCOUNT}/extension", query).json().records
    chosen = [str(record.id) for record in pending if getattr(record.contact, "email", "").endswith("@example.com")]
    records = [{"id": number, "transition": {"sendWelcomeEmail": True}} for number in chosen]
    task = platform.post(f"{ACCOUNT}/extension-bulk-update", {"records": records}).json()
    rc.clock.advance(1)
    done = platform.get(f"{ACCOUNT}/extension-bulk-update/tasks/{task.id}").json()
    assert done.status == "Completed"
    assert [item.extensionId for item in done.result.affectedItems.result] == chosen
    assert [str(mail["extension_id"]) for mail in rc.outbox] == chosen
    platform.logout()
    assert rc.state()["open_sessions"] == []
    assert rc.state()["violations"] == []
