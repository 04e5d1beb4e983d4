# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: brief
type: stdout
short_description: Prints only debug messages and failures
version_added: 0.1.0
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
description:
  - Prints the table of the role P(onboard.ringcentral.reinvite#role) as plain lines instead of quoted YAML, without the
    output of other tasks.
  - Prints the messages of M(ansible.builtin.debug), one line for each entry of a list, and the name and message of each
    failed task. The last line for each host counts its tasks.
  - With C(-v) it also prints the name of each task.
requirements:
  - set as stdout, by C(ANSIBLE_STDOUT_CALLBACK) or by C(stdout_callback) in C(ansible.cfg)
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible import constants
from ansible.plugins.callback import CallbackBase

_COUNTS = {"ok": "ok", "changed": "changed", "unreachable": "unreachable", "failures": "failed"}
_ALWAYS = {"ok", "changed", "failures"}


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """What Ansible looks for in this file."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "onboard.ringcentral.brief"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._speaker = "localhost"

    def v2_playbook_on_task_start(self, task: Any, is_conditional: Any) -> None:
        if self._display.verbosity:
            self._display.display(f"TASK {task.get_name()}")

    def v2_playbook_on_no_hosts_matched(self) -> None:
        self._display.display("No hosts matched.", color=constants.COLOR_SKIP)

    def v2_playbook_on_no_hosts_remaining(self) -> None:
        self._display.display("No hosts left.", color=constants.COLOR_ERROR)

    def v2_runner_on_ok(self, result: Any) -> None:
        self._hear(result, loops=False)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._hear(result, loops=True)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:  # noqa: FBT001, FBT002
        self._fail(result, "FAILED, and ignored" if ignore_errors else "FAILED")

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._fail(result, "FAILED")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._fail(result, "UNREACHABLE")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        for host in sorted(stats.processed):
            done = stats.summarize(host)
            shown = (f"{word}={done[name]}" for name, word in _COUNTS.items() if name in _ALWAYS or done[name])
            self._display.display(f"{host}: {' '.join(shown)}")

    def _hear(self, result: Any, *, loops: bool) -> None:
        """Show what a task debug says; the items of a loop have been shown before its result comes."""
        host, task, said = _read(result)
        self._handle_warnings(said)
        if task.action not in {"ansible.builtin.debug", "debug"} or bool(task.loop) != loops:
            return
        name = task.args.get("var")
        if name in said:
            self._show(host, self._dump_results({name: said[name]}).splitlines())
        message = said.get("msg", "")  # no_log takes it away
        self._show(host, message if isinstance(message, list) else str(message).splitlines())

    def _fail(self, result: Any, word: str) -> None:
        host, task, said = _read(result)
        self._handle_warnings(said)
        message = said.get("msg") or said.get("stderr") or said.get("censored") or "no message"
        self._show(host, f"{word}: {task.get_name()}: {message}".splitlines(), constants.COLOR_ERROR)

    def _show(self, host: str, lines: Iterable[object], color: str | None = None) -> None:
        if host != self._speaker:
            self._speaker = host
            self._display.display(f"[{host}]")
        for line in lines:
            self._display.display("".join(char for char in str(line) if char.isprintable()), color=color)


def _read(result: Any) -> tuple[str, Any, Mapping[str, Any]]:
    """The host's name, the task and its result. ansible-core made these attributes public in 2.19."""
    return result._host.get_name(), result._task, result._result  # noqa: SLF001
