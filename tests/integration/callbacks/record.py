# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what each task came to into the file that RECORD_TO names, for tests to read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Writes the results of tasks for tests
description: One JSON document at the end of the run.
"""


class CallbackModule(CallbackBase):
    """Keeps the tasks in their order, and the statistics."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[dict[str, Any]] = []

    def _keep(self, status: str, result: Any) -> None:
        self.tasks.append(
            {
                "name": result._task.get_name(),
                "host": result._host.get_name(),
                "status": status,
                "result": result._result,
            }
        )

    def v2_runner_on_ok(self, result: Any) -> None:
        self._keep("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._keep("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._keep("unreachable", result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        document = {
            "tasks": self.tasks,
            "stats": {host: stats.summarize(host) for host in stats.processed},
            "custom": stats.custom,
        }
        Path(os.environ["RECORD_TO"]).write_text(json.dumps(document, default=str), encoding="utf-8")
