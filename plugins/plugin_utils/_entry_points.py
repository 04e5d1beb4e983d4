# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry points of the role reinvite: each takes variables, runs one module, then shows and writes its result.

This file knows neither Jinja nor how a module is run: the action plugin rc_run passes a ``Task``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._batches import read_batches
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import OUTCOMES
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._people_csv import read_people_csv
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import to_iso, utc_now
from ansible_collections.onboard.ringcentral.plugins.module_utils._window import read_zone
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._audit_report import audit_csv, audit_table
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._doctor_report import doctor_csv, doctor_table
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._estate_report import (
    estate_csv,
    estate_summary,
    estate_table,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._files import absolute, file_name
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._hand_over_files import HandOverFiles
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._invite_report import (
    confirm_table,
    invite_csv,
    invite_table,
    wave_lines,
    with_advice,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._onboarding_report import (
    onboarding_csv,
    onboarding_table,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._prove_report import prove_failure, prove_table
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_directory import directory_options
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_files import Report, read_plan, write_plan
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import UNSENT, Refused, Result, Task
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_variables import options_of
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._status_report import status_table
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain

_AGAIN = ". Fix what the table shows and run this again; the ledger keeps users from being mailed twice"


def invite(task: Task) -> Result:
    """Entry points main and account: invite, or plan in check mode; or confirm a hand-over."""
    variables = task.variables
    if variables["reinvite_confirm"] is not None:
        return _confirm(task)
    report, hand_over_files = Report(task), HandOverFiles(task)
    plan_file = absolute(variables["reinvite_plan_file"]) if variables["reinvite_plan_file"] else None
    options = {
        **options_of(variables, _argspec.send_invite()),
        **directory_options(task),
        "ledger": _ledger(task),
        **_whom(task, plan_file),
    }
    result = task.run("rc_send_invite", options)
    if "results" not in result:
        return _failed(result)
    result["results"] = with_advice(
        result["results"], variables["reinvite_password_reset_text"], variables["reinvite_login_url"]
    )
    result |= _lists(result["results"])
    handed_over, unwritten = hand_over_files.write(result)
    # beside all pending users, a name says little
    named = variables["reinvite_users"] is not None and not options["all_pending"]
    lines = invite_table(result, report.shown("csv"), planned=task.check_mode, named=named)
    table = [*_notices(result), *lines, *handed_over]
    failures = [_failure(result) or _pending(task, result), unwritten]
    if task.check_mode and plan_file and not result.get("failed"):
        table += write_plan(plan_file, result, variables)
    failures.append(report.write(result, invite_csv(result["results"])))
    return _done(result, table, failures, reinvite_counts={task.host: result["counts"]})


def _confirm(task: Task) -> Result:
    """A person has sent a hand-over in the portal."""
    variables = task.variables
    report = Report(task, name=f"{file_name(task.host)}.confirmed-{file_name(variables['reinvite_confirm'].strip())}")
    chosen = {"users": variables["reinvite_users"], "all_pending": False, "plan": None, "ledger": _ledger(task)}
    result = task.run("rc_send_invite", {**options_of(variables, _argspec.send_invite()), **chosen})
    if "results" not in result:
        return _failed(result)
    result |= {"needs_password_reset": [], "corrected": []}
    table = [*_notices(result), *confirm_table(result, report.shown("csv"))]
    failures = [_failure(result), report.write(result, invite_csv(result["results"]))]
    return _done(result, table, failures, reinvite_counts={task.host: result["counts"]})


def onboard(task: Task) -> Result:
    """Entry points batches and batch: each batch from its day on, and a report of all of them."""
    variables = task.variables
    report, hand_over_files = Report(task, "onboarding"), HandOverFiles(task, "onboarding")
    zone = variables["onboarding_timezone"]
    today = utc_now().astimezone(read_zone("onboarding_timezone", zone)).date()
    batches = variables.get("onboarding_batches")
    if batches is None:
        batch = variables["onboarding_batch"]
        batches = [{**batch, "invite_on": batch.get("invite_on") or str(today)}]
    batches = [_with_path(batch) for batch in batches]
    read_batches(batches, today, read_people_csv)  # all mistakes at once, before the module stops at the first
    options = {
        **options_of(variables, _argspec.onboard()),
        **directory_options(task),
        "ledger": _ledger(task),
        "batches": batches,
        "timezone": zone,
        "unknown": variables["onboarding_unknown"],
    }
    result = task.run("rc_onboard", options)
    if "results" not in result:
        return _failed(result)
    result["results"] = with_advice(
        result["results"], variables["reinvite_password_reset_text"], variables["reinvite_login_url"]
    )
    result |= _lists(result["results"])
    table, failures = [*_notices(result), *wave_lines(result)], [_failure(result)]
    for batch in result["batches"]:
        part = _part(result, batch)
        if any(row["decision"] != "skip" for row in part["results"]):
            table += [
                f"BATCH {plain(batch['name'])}",
                *invite_table(part, report.shown("csv", batch["folder"]), planned=task.check_mode),
            ]
        if batch["state"] == "due":
            failures.append(report.write(part, invite_csv(part["results"]), batch["folder"]))
    handed_over, unwritten = hand_over_files.write(result)
    failures.append(unwritten)
    table += handed_over
    table += onboarding_table(result, report.shown("json"), planned=task.check_mode)
    failures.append(report.write(result, onboarding_csv(result)))
    result["onboarding"] = {key: result[key] for key in ("today", "timezone", "counts", "funnels", "batches")}
    return _done(result, table, failures, onboarding_counts={task.host: result["funnels"]})


def audit(task: Task) -> Result:
    """Entry point audit: read all users and report problems."""
    variables = task.variables
    report = Report(replace(task, check_mode=False), "audit")  # it only reads, as the doctor does
    ledger = _ledger(task, reads=True)
    options = {
        **options_of(variables, _argspec.user_info()),
        **directory_options(task),
        "findings": True,
        "ledger": None if ledger is None or ledger["backend"] == "none" else ledger,
    }
    result = task.run("rc_user_info", options)
    if "users" not in result:
        return _failed(result)
    bad = [name for name in variables["audit_fail_on"] if result["findings"][name]]
    failure = "audit_fail_on: " + ", ".join(f"{result['findings'][name]} {name}" for name in bad) if bad else ""
    table = [*_notices(result), *audit_table(result, report.shown("csv"))]
    failures = [failure, report.write(result, audit_csv(result["users"]))]
    return _done(result, table, failures, audit_counts={task.host: result["findings"]})


def doctor(task: Task) -> Result:
    """Entry point doctor: whether invitations will work with the account."""
    # it only reads, so that check mode is no reason to write no report
    report = Report(replace(task, check_mode=False), "doctor")
    result = task.run("rc_doctor", options_of(task.variables, _argspec.doctor()))
    if "lines" not in result:
        return _failed(result)
    table = [*_notices(result), *doctor_table(result)]
    failures = [result["failure"], report.write(result, doctor_csv(result))]
    return _done(result, table, failures, doctor_counts={task.host: result["counts"]})


def prove(task: Task) -> Result:
    """Entry point prove: invite test users in each way, ask what arrived, and recommend settings."""
    variables = task.variables
    path = variables["prove_file"]
    if not path and task.under_awx:
        raise Refused(
            "prove_file: AWX keeps no files of a job, so the next job would mail the test users again. Set it to a "
            f"file that stays. {UNSENT}"
        )
    options = {
        **options_of(variables, _argspec.prove()),
        **{name: variables[f"prove_{name}"] for name in ("users", "confirm", "answers", "pause", "patience")},
        "field": variables["reinvite_ledger"]["field"],
        "path": str(absolute(path or "proof.json")),
    }
    result = task.run("rc_prove", options)
    if "steps" not in result:
        return _failed(result)
    table = [*_notices(result), *prove_table(result, planned=task.check_mode)]
    failure = f"{result['msg']}. Run again to go on from here" if result.get("failed") else prove_failure(result)
    return _done(
        result,
        table,
        ["" if task.check_mode else failure],
        prove_recommendation={task.host: {"complete": result["complete"], **result["recommendation"]}},
    )


def status(task: Task) -> Result:
    """Entry point status: what is known of the named users, and what a run would decide about them now."""
    variables = task.variables
    if not task.check_mode:  # the action plugin sees to it; a real run would mail
        raise Refused(f"The entry point status runs in check mode alone. {UNSENT}")
    if not variables["reinvite_users"]:
        raise Refused(f"who names no user; add -e who=ada@example.com, or set reinvite_users. {UNSENT}")
    directory, ledger = directory_options(task), _ledger(task)
    asked = {"users": variables["reinvite_users"], "all_pending": False, "plan": None, "confirm": None}
    options = {**options_of(variables, _argspec.send_invite()), **directory, "ledger": ledger, **asked}
    result = task.run("rc_send_invite", options)
    if "results" not in result:
        return _failed(result)
    result["results"] = with_advice(
        result["results"], variables["reinvite_password_reset_text"], variables["reinvite_login_url"]
    )
    result["diff"] = {}
    has_directory = any(value is not None for value in directory.values())
    keeps_ledger = ledger is not None and ledger["backend"] != "none"
    table = status_table(result, has_directory=has_directory, keeps_ledger=keeps_ledger)
    return {**_done(result, [*_notices(result), *table], [_failure(result)]), "changed": False}


def summarize(
    task: Task, results: Mapping[str, Mapping[str, Any] | None], hosts: Sequence[str], alive: Iterable[str]
) -> Result:
    """Entry point summary: all accounts of the play in one table and one report. ``results`` are by host."""
    # no account's report has a plus in its name
    report = Report(task, name="estate+" if "estate" in hosts else "estate")
    summary = estate_summary(hosts, results, set(alive))
    unwritten = report.write({"finished_at": to_iso(utc_now()), **summary}, estate_csv(summary))
    table = estate_table(summary, planned=task.check_mode) + ([unwritten] if unwritten else [])
    return {"changed": False, **summary, "table": table}


def _whom(task: Task, plan_file: Path | None) -> dict[str, Any]:
    """The options that select users: a real run takes an approved plan, other runs users or all_pending."""
    variables = task.variables
    if plan_file and not task.check_mode:
        return {"users": None, "all_pending": False, "plan": read_plan(plan_file)}
    users, all_pending = variables["reinvite_users"], variables["reinvite_all_pending"]
    return {"users": users, "all_pending": users is None if all_pending is None else all_pending, "plan": None}


def _ledger(task: Task, *, reads: bool = False) -> dict[str, Any] | None:
    """The option ledger with an absolute path. Under AWX the default file would vanish with the job."""
    if task.variables["reinvite_ledger"] is None:  # an audit needs none
        return None
    ledger = dict(task.variables["reinvite_ledger"])
    if ledger["path"]:
        ledger["path"] = str(absolute(ledger["path"]))
    elif task.under_awx and ledger["backend"] == "sqlite":
        if reads:
            return None
        raise Refused(
            "reinvite_ledger: AWX keeps no files of a job, so the next job would mail every user again. Set backend to "
            f"custom_field, or path to a file that stays. {UNSENT}"
        )
    return ledger


def _with_path(batch: Mapping[str, Any]) -> dict[str, Any]:
    path = batch.get("users_csv")
    return {**batch, "users_csv": str(absolute(path))} if isinstance(path, str) and path else dict(batch)


def _part(result: Result, batch: Mapping[str, Any]) -> Result:
    """The result of one batch, as rc_send_invite would return it."""
    rows = [row for row in result["results"] if row["batch"] == batch["name"]]
    tally = Counter([row["decision"] for row in rows] + [row["outcome"] for row in rows])
    names = ("send", "skip", "hold", *OUTCOMES)
    return {
        "account": result["account"],
        "batch": batch["name"],
        "results": rows,
        "counts": {"considered": len(rows), **{name: tally[name] for name in names}},
        "reasons": dict(sorted(Counter(row["reason"] for row in rows).items())),
        "failure": batch["failure"],
        "failed": bool(batch["failure"]),
        **_lists(rows),
    }


def _lists(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The users who need something other than an invitation, for later tasks."""
    return {
        "needs_password_reset": [row for row in rows if row["reason"] == "already_activated"],
        "corrected": [row for row in rows if row["corrected_from"] is not None],
    }


def _pending(task: Task, result: Result) -> str:
    count = result["counts"]["send"]
    if not task.variables["reinvite_fail_if_pending"] or not count:
        return ""
    said = "users are waiting for an invitation." if task.check_mode else "users had not been invited before this run."
    return f"reinvite_fail_if_pending: {count} {said}"


def _failure(result: Result) -> str:
    return f"{result['msg']}{_AGAIN}." if result.get("failed") else ""


def _failed(result: Result) -> Result:
    """A module that did not come to any user."""
    table = _notices(result)
    return {"changed": False, "failure": result["msg"], "table": table, "error": result.get("error", {}), **_NOTHING}


def _notices(result: Result) -> list[str]:
    """The module's warnings, for the top of the table, which is where people look. They stay in ``notices``."""
    result["notices"] = [str(warning) for warning in result.pop("warnings", ())]
    return [f"WARNING {plain(notice)}" for notice in result["notices"]]


_NOTHING: Result = {"account": {}, "counts": {}, "results": [], "needs_password_reset": [], "corrected": []}


def refusal(why: Refused | InvalidOption) -> Result:
    """The result of a host whose variables were refused."""
    return _failed({"msg": str(why)})


def _done(result: Result, table: list[str], failures: Iterable[str], **stats: Any) -> Result:
    """The result of a host. ``failed`` is for the report; a later task fails with ``failure``."""
    kept = {key: value for key, value in result.items() if key not in {"failed", "msg", "exception"}}
    return {
        **kept,
        "failure": "; ".join(filter(None, failures)),
        "table": table,
        "ansible_stats": {"data": stats, "per_host": False, "aggregate": True},
    }
