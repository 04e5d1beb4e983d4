# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripted answers for an invitation, and helpers that read its outcome."""

from __future__ import annotations

from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import TransportError
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from scripted import ACCOUNT, BULK, answer, extension

TASK = f"GET {ACCOUNT}/extension-bulk-update/tasks/t1"
ACCEPTED = (BULK, answer(body={"id": "t1", "status": "Accepted"}))
BROKEN = TransportError("the connection broke", sent=True)
INVITATION = {"transition": {"sendWelcomeEmailsToUsers": True, "sendWelcomeEmail": True}}
FORBIDDEN = answer(403, {"errorCode": "CMN-408", "message": "needs EditExtensionInfo"})
TWO = [extension(1), extension(2)]


HELD = "may have been mailed all the same, so held until 2026-03-04 09:00 UTC"


def put(number: int, reply: Any = None) -> Any:
    return f"PUT {ACCOUNT}/extension/{4000 + number}", reply or answer(body={"id": 4000 + number})


def task(*items: Any, status: str = "Completed", flat: bool = False, name: str = "t1", **result: Any) -> Any:
    """A look at the bulk task; an item is a number (success) or a number and an error message."""
    affected = [
        {"extensionId": str(4000 + item), "status": "Success"}
        if isinstance(item, int)
        else {
            "extensionId": str(4000 + item[0]),
            "status": "Fail",
            "errors": [{"errorCode": "CMN-101", "message": item[1]}],
        }
        for item in items
    ]
    listed = affected if flat else {"result": affected}
    return TASK.replace("t1", name), answer(
        body={"id": name, "status": status, "result": {"affectedItems": listed, **result}}
    )


def sent(runner: Any, what: str) -> list[Any]:
    return [request.json for request in runner.wire.sent if str(request).startswith(what)]


def outcomes(result: dict[str, Any]) -> dict[str, Any]:
    return {entry["id"]: entry["outcome"] or entry["reason"] for entry in result["results"]}


def remembered(runner: Any) -> dict[str, Any]:
    return {record.user_id: record for record in SqliteLedger(runner.ledger, "1", read_only=True).everything()}
