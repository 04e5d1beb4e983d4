# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk updates on their way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .clock import Clock, iso

BULK_SIZE = 500


@dataclass
class Task:
    """A bulk update. ``script`` overrides how it goes (see ``Account.task_script``)."""

    id: str
    records: list[dict[str, Any]]
    created_at: float
    ready_at: float
    script: Mapping[str, Any]
    request: int = 0
    status: str = "Accepted"
    modified_at: float = 0
    results: list[dict[str, Any]] = field(default_factory=list)

    def document(self, base_url: str, clock: Clock) -> dict[str, Any]:
        """As the API shows it."""

        def written(seconds: float) -> str:
            return iso(clock.now() - timedelta(seconds=clock.seconds() - seconds))

        document: dict[str, Any] = {
            "uri": f"{base_url}/extension-bulk-update/tasks/{self.id}",
            "id": self.id,
            "status": self.status,
            "creationTime": written(self.created_at),
            "lastModifiedTime": written(self.modified_at),
        }
        if self.status in {"Completed", "Failed"}:
            items: Any = self.results if self.script.get("flat") else {"result": self.results}
            errors = [{"errorCode": "CMN-211", "message": "Internal error"}] if self.status == "Failed" else []
            document["result"] = {"affectedItems": items, "errors": errors}
        return document
