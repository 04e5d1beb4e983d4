# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads saved reports and combines them into a page. Each file is validated, since anyone may have edited it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from glob import iglob
from itertools import islice
from pathlib import Path
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import OUTCOMES
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._files import absolute, read_json, write_text
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page import page
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_together import SavedRun, together_page
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._report_page import FOOT, kind_of, report_page
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused, Result, Task

MOST_FILES = 5000

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TEXTS = (
    *("id", "name", "email", "extension_number", "site", "department", "decision", "reason", "message"),
    *("outcome", "last_invited_at", "next_invite_after"),
)
_SHOWN = 20

Found = tuple[SavedRun, Mapping[str, Any]]


def report(task: Task) -> Result:
    """Entry point report: combine saved reports into one page. It sends no request to RingCentral."""
    variables = task.variables
    folder = absolute(variables["reinvite_report_dir"].strip() or "reinvite-reports")
    paths = _paths(variables["reinvite_report_files"], folder)
    target = folder / "report.html" if task.host != "report" else folder / "report+.html"
    left_out: list[str] = []
    text = _alone(paths[0]) if len(paths) == 1 else _together(paths, left_out)
    try:
        write_text(target, text)
    except OSError as error:
        raise Refused(f"reinvite_report_dir: {target}: {error.strerror}") from None
    read = len(paths) - len(left_out)
    more = [f"and {len(left_out) - _SHOWN} more"] if len(left_out) > _SHOWN else []
    table = [
        f"Wrote {target} from {read} of {len(paths)} files",
        *(f"  skipped: {line}" for line in left_out[:_SHOWN]),
        *more,
    ]
    return {"changed": True, "failure": "", "path": str(target), "table": table, "left_out": left_out}


def _paths(patterns: list[str] | None, folder: Path) -> list[Path]:
    """The files that the patterns name, each once."""
    asked = [str(absolute(one)) for one in patterns or ()] or [str(folder / "**/*.json")]
    found = (Path(one) for pattern in asked for one in sorted(_matches(pattern)))
    paths = list(islice(dict.fromkeys(found), MOST_FILES + 1))
    if not paths:
        raise Refused(f"reinvite_report_files: no file matches {', '.join(asked)}")
    if len(paths) > MOST_FILES:
        raise Refused(f"reinvite_report_files: there are more than {MOST_FILES:,} files; name fewer")
    return paths


def _matches(pattern: str) -> Iterator[str]:
    if not re.search(r"[*?[]", pattern):
        return iter([pattern])  # a missing file is reported when it is read
    return islice(iglob(pattern, recursive=True), MOST_FILES + 1)  # noqa: PTH207  # takes absolute patterns


def _alone(path: Path) -> str:
    """The page of one document, whatever its kind."""
    try:
        return report_page(_read(path))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Refused(f"reinvite_report_files: {path} is not a saved report ({error})") from None


def _together(paths: Iterable[Path], left_out: list[str]) -> str:
    """The page of several documents. Only the last of each account is kept while the rest are read."""
    runs: dict[tuple[str, ...], SavedRun] = {}
    latest: dict[tuple[str, ...], Found] = {}
    for path in paths:
        try:
            run, document = _as_run(_read(path))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            left_out.append(f"{path}: {error}")
            continue
        key = (*run.whose, run.made_at, str(run.planned))  # the latest is in the history as well
        runs[key] = run
        before = latest.get(run.whose)
        if before is None or (before[0].planned, run.made_at) >= (run.planned, before[0].made_at):
            latest[run.whose] = run, document
    if not runs:
        raise Refused(
            "reinvite_report_files: none of the files is a report of invitations. " + "; ".join(left_out[:_SHOWN])
        )
    in_order = sorted(runs.values(), key=lambda run: run.made_at)
    last = sorted(latest.values(), key=lambda found: (not found[0].planned, found[0].made_at))
    shown = together_page(in_order, last, [f"Skipped: {line}" for line in left_out])
    return page(replace(shown, foot=FOOT))


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except OSError as error:
        raise ValueError(error.strerror) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _as_run(document: Any) -> Found:
    """The run that saved the document. ValueError, LookupError, TypeError or AttributeError if it is of no run."""
    if not isinstance(document, Mapping):
        raise ValueError("it is not a report of this collection")  # noqa: TRY004  # of the file, not of a caller
    kind = kind_of(document)
    if kind not in {"reinvite", "onboard"}:
        raise ValueError(f"it is a report of kind {kind}, not of invitations")
    if document.get("batch"):
        raise ValueError("it covers one batch; the onboarding report covers all of them")
    about, account, rows = document["report"], document["account"], document["results"]
    if not _TIME.fullmatch(about["made_at"]) or not isinstance(about["planned"], bool):
        raise ValueError("its timestamp is missing or invalid")
    for row in rows:
        if any(not isinstance(row[name], str | None) for name in _TEXTS) or not isinstance(row["attempts"], int):
            raise ValueError("its user records are malformed")
    earlier = document.get("conversion") or {"invited": 0, "activated": 0}
    if not all(isinstance(earlier[name], int) for name in ("invited", "activated")):
        raise ValueError("its conversion figures are malformed")
    tally = Counter(name for row in rows for name in (row["decision"], row["outcome"]))
    counts = {"considered": len(rows), **{name: tally[name] for name in ("send", "hold", "skip", *OUTCOMES)}}
    run = SavedRun(str(about["host"]), str(account["id"]), about["made_at"], kind, about["planned"], counts)
    return run, document
