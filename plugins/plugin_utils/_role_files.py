# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of one host: reports, and plans for approval."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._csv import read_table
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import to_iso, utc_now
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._files import (
    absolute,
    check_writable,
    file_name,
    keep_earlier,
    read_bytes,
    read_json,
    write_json,
    write_text,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import UNSENT, Refused, Result, Task
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import csv_text, for_spreadsheets

PLANS = "plan"
"""The folder of what check mode reports: the same files as a run, of what it would do."""


class Report:
    """The report files of one host. Checks that they can be written before any user is mailed."""

    def __init__(self, task: Task, *folders: str, name: str = "") -> None:
        self._host, self._planned, self._written = task.host, task.check_mode, task.written
        self._formats = task.variables["reinvite_report_formats"]
        self._delimiter = task.variables["reinvite_report_csv_delimiter"]
        self._keep = task.variables["reinvite_report_keep"]
        where = task.variables["reinvite_report_dir"].strip()
        planned = [PLANS] if task.check_mode else []
        self._folder = absolute(where).joinpath(*planned, *folders) if where else None
        self._name = name or file_name(task.host)
        if self._folder:
            try:
                for ending in self._formats:
                    check_writable(self._path(ending, ""))
            except OSError as error:
                raise Refused(f"reinvite_report_dir: {self._folder}: {error.strerror}. {UNSENT}") from None

    def shown(self, ending: str, folder: str = "") -> str:
        """The file that the table refers to; "" if none is written."""
        return str(self._path(ending, folder)) if self._folder and ending in self._formats else ""

    def write(self, document: Mapping[str, Any], csv: str, folder: str = "") -> str:
        """The document as JSON, and the CSV. Returns why a file was not written: by now users may have been mailed, so
        that is no reason to lose the result.
        """
        kept = {key: value for key, value in document.items() if key not in {"diff", "table", "onboarding"}}
        kept["report"] = {"host": self._host, "made_at": to_iso(utc_now()), "planned": self._planned}
        before = self._before(folder) if "html" in self._formats else None
        writers: dict[str, Callable[[Path], None]] = {
            "json": lambda path: write_json(path, kept),
            "csv": lambda path: write_text(path, for_spreadsheets(csv, self._delimiter)),
            "html": lambda path: write_text(path, _as_page(kept, before)),
        }
        problems = []
        for ending, write in writers.items():
            path = self._path(ending, folder)
            try:
                if self._folder and ending in self._formats:
                    write(path)
                    self._written.append(path)
                    keep_earlier(path, kept["report"]["made_at"], self._keep)
            except OSError as error:
                problems.append(f"reinvite_report_dir: {path}: {error.strerror}; the report was not written")
        return "; ".join(problems)

    def _before(self, folder: str) -> Any:
        """The document of the run before, which this one replaces; None if there is none."""
        try:
            return read_json(self._path("json", folder)) if self._folder else None
        except (OSError, ValueError, RecursionError):
            return None

    def _path(self, ending: str, folder: str) -> Path:
        return (self._folder or Path()) / folder / f"{self._name}.{ending}"


def _as_page(document: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    # here, since runs that write no page need none of it
    from ansible_collections.onboard.ringcentral.plugins.plugin_utils._report_page import report_page  # noqa: PLC0415

    return report_page(document, before)


def read_plan(path: Path) -> dict[str, Any]:
    """The option ``plan`` from the file that a run in check mode wrote."""
    try:
        plan = _plan_of_csv(read_bytes(path)) if _is_csv(path) else read_json(path)
        users = [{name: str(user[name]) for name in ("id", "email")} for user in plan["users"]]
        return {"account": str(plan["account"]["id"]), "made_at": str(plan["made_at"]), "users": users}
    except OSError as error:
        raise Refused(
            f"reinvite_plan_file, {path}: {error.strerror}. A run with --check writes it, for approval. {UNSENT}"
        ) from None
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Refused(
            f"reinvite_plan_file, {path}: it is not a plan that a run with --check has written. {UNSENT}"
        ) from None


def write_plan(path: Path, result: Result, variables: Mapping[str, Any]) -> list[str]:
    """Write the plan, as CSV or JSON. Returns a line about it for the table."""
    plan = {**result["plan"], "account": result["account"]}
    try:
        if _is_csv(path):
            names = {one["id"]: one["name"] for one in result["results"]}
            write_text(path, for_spreadsheets(_plan_csv(plan, names), variables["reinvite_report_csv_delimiter"]))
        else:
            write_json(path, plan)
    except OSError as error:
        raise Refused(f"reinvite_plan_file, {path}: {error.strerror}") from None
    count, max_age = len(plan["users"]), variables["reinvite_plan_max_age"]
    line = f"{path} holds the {count} users who would be invited. Within {max_age}, a run without --check invites "
    return [f"{line}those of them who have not changed since, and no others."]


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _plan_csv(plan: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The plan as rows to delete. Words stand before the numbers and the time, so that a spreadsheet leaves them as
    they are; account and time are in the header, which stays if each user is deleted.
    """
    stamp = f"account {plan['account']['id']} made {plan['made_at']}"
    rows = [
        {"user": f"user {one['id']}", "email": one["email"], "name": names.get(one["id"], ""), stamp: ""}
        for one in plan["users"]
    ]
    return csv_text(("user", "email", "name", stamp), rows)


def _plan_of_csv(data: bytes) -> dict[str, Any]:
    """The plan, also after a spreadsheet has saved it its own way. ValueError or KeyError if it is none."""
    table = read_table(data, None, "utf-8", ("user", "email"))
    stamps = [found for title in table.header if (found := re.fullmatch(r"account (\S+) made (\S+)", title))]
    if len(stamps) != 1:
        raise ValueError("no account")
    account, made_at = stamps[0].groups()
    rows = [dict(zip(table.header, cells, strict=True)) for _line, cells in table.rows]
    if not all(re.fullmatch(r"user \S+", row["user"]) for row in rows):
        raise ValueError("a row without a user")
    users = [{"id": row["user"].removeprefix("user "), "email": row["email"]} for row in rows]
    return {"account": {"id": account}, "made_at": made_at, "users": users}
