# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that take all memory of whoever reads them: the module, in little memory, ends and says what it knows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from emulator import Emulator
from faults.crashing import Process, Way
from integration.playing import NO_LIMITS

MEMORY = 512 * 1024**2
"""Bytes of address space: a module needs about a third of it."""
WAYS = {
    "extensionBulkUpdate": Way({"all_pending": True, "transport": "bulk"}),
    "getExtensionBulkUpdateTask": Way({"all_pending": True, "transport": "bulk"}),
    "updateExtension": Way({"all_pending": True, "transport": "single"}),
    "listExtensions": Way({"all_pending": True}),
    "getToken": Way({"all_pending": True}),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ["gzip_bomb", "endless_body", "deep_nesting"])
@pytest.mark.parametrize("operation", WAYS)
def test_an_answer_without_measure(operation: str, kind: str, tmp_path: Path) -> None:
    with Emulator(users=5, pending=3, odd=False, limits=NO_LIMITS) as rc:
        start = partial(Process, rc, tmp_path, tmp_path / "ledger.sqlite3", WAYS[operation], most_memory=MEMORY)
        rc.faults.add(kind, operation, times=100)
        spoiled = start().ended()
        rc.faults.clear()
        rc.clock.advance(60)
        later = start().ended()
        rc.clock.advance(60)
        assert spoiled.result["failed"]
        assert spoiled.result["error"]["code"]
        assert "\n" not in spoiled.result["msg"]
        assert "exception" not in spoiled.result
        assert not spoiled.errors
        assert "results" in spoiled.result or operation in {"listExtensions", "getToken"}
        assert not later.result.get("failed")
        pending = {str(one.id) for one in rc.account.extensions.values() if one.status == "NotActivated"}
        assert later.entries.keys() == pending
        assert all(times == 1 for times in rc.state()["mails"].values())
        held = {user for user, entry in later.entries.items() if entry["reason"] == "in_doubt"}
        assert pending - held <= rc.state()["mails"].keys()
        assert not rc.state()["open_sessions"] or operation == "getToken"
