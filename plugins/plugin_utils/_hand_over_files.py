# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the page and the CSV of each hand-over beside the reports of a host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._files import (
    absolute,
    check_writable,
    file_name,
    write_text,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._hand_over_page import (
    hand_over_csv,
    hand_over_lines,
    hand_over_page,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import UNSENT, Refused, Result, Task
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import for_spreadsheets


class HandOverFiles:
    """The files of one host's hand-overs. Checks that they can be written before any user is handed over.

    A hand-over is in the ledger before its files are written, so a run that finds it open writes them again.
    """

    def __init__(self, task: Task, *folders: str) -> None:
        self._task = task
        self._delimiter = task.variables["reinvite_report_csv_delimiter"]
        where = task.variables["reinvite_report_dir"].strip()
        is_written = where and not task.check_mode and task.variables["reinvite_transport"] == "portal"
        self._folder = absolute(where).joinpath(*folders) if is_written else None
        if self._folder:
            try:
                check_writable(self._path("h" * 12, "html"))
            except OSError as error:
                raise Refused(f"reinvite_report_dir: {self._folder}: {error.strerror}. {UNSENT}") from None

    def write(self, result: Result) -> tuple[list[str], str]:
        """Lines for the table, and why a file was not written."""
        pages: dict[str, str] = {}
        problems = []
        hand_overs = result.get("hand_overs", [])
        for one in hand_overs if self._folder else ():
            try:
                pages[one["id"]] = self._write(one, result["account"])
            except OSError as error:
                problems.append(
                    f"reinvite_report_dir: {self._path(one['id'], 'html')}: {error.strerror}; the hand-over was not "
                    "written. Fix this and run again: a run writes the files of each open hand-over"
                )
        return list(hand_over_lines(hand_overs, pages)), "; ".join(problems)

    def _write(self, hand_over: Mapping[str, Any], account: Mapping[str, Any]) -> str:
        page = self._path(hand_over["id"], "html")
        write_text(self._path(hand_over["id"], "csv"), for_spreadsheets(hand_over_csv(hand_over), self._delimiter))
        write_text(page, hand_over_page(hand_over, account, self._task.host, _hours(self._task.variables)))
        return str(page)

    def _path(self, hand_over: str, ending: str) -> Path:
        return (self._folder or Path()) / f"{file_name(self._task.host)}.hand-over-{hand_over}.{ending}"


def _hours(variables: Mapping[str, Any]) -> str:
    """The option ``window`` in words."""
    window = variables["reinvite_window"]
    if not window:
        return ""
    zones = "".join(f"; {site}: {zone}" for site, zone in window["timezones"].items())
    holidays = f", but not on {', '.join(window['holidays'])}" if window["holidays"] else ""
    days = ", ".join(window["days"])
    return f"{days} from {window['start']} to {window['end']}{holidays}, by the clock of {window['timezone']}{zones}"
