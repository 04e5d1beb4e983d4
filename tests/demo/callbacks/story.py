# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows only what a play says (debug), what fails, and the last line of it."""

from __future__ import annotations

from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: story
type: stdout
short_description: A play's own words and its last line
description: For the demonstration, where the names of tasks would only be in the way.
"""


class CallbackModule(CallbackBase):
    """Little enough to read along."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "story"

    def _show(self, text: object) -> None:
        for line in text if isinstance(text, list) else [text]:
            self._display.display("    " + "".join(char for char in str(line) if char.isprintable()))

    def v2_runner_on_ok(self, result: Any) -> None:
        if result._task.action == "ansible.builtin.debug" and not result._task.loop:
            self._show(result._result["msg"])

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._show(result._result.get("msg", ""))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._show(f"FAILED: {result._result.get('msg')}")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        for host in sorted(stats.processed):
            done = stats.summarize(host)
            self._show(f"{host}: ok={done['ok']} changed={done['changed']} failed={done['failures']}")
