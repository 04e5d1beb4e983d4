# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what was read of an account: will invitations work here? Pure.

A line says ``ok`` only on positive evidence. Names and addresses of people stay out of it, but for the user's own name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ._doctor_account import account_lines, account_of, connection_lines, limit_lines
from ._doctor_lists import (
    custom_field_facts,
    custom_field_lines,
    directory_lines,
    find_pending,
    list_lines,
    user_lines,
)
from ._doctor_model import VERDICTS, Line, Options, Reading, Readings, Verdict, count, unread
from ._errors import ApiError
from ._operations import (
    LIST_EXTENSIONS,
    LIST_FIELDS,
    READ_ACCOUNT,
    READ_EXTENSION,
    READ_TASK,
    SEARCH_AUDIT,
    SEARCH_DIRECTORY,
    Operation,
)
from ._permissions import (
    CREATE,
    ENABLED,
    FREE,
    INVITE_MANY,
    INVITE_ONE,
    LEASE,
    LEDGER,
    READ_USERS,
    WHO,
    Ability,
    Evidence,
    Fact,
    Need,
    abilities,
    judge,
    needs,
    read_profile,
)


def diagnose(readings: Readings, options: Options) -> dict[str, Any]:
    """The report: ``lines``, ``features``, counts, and why invitations are impossible here (``failure``)."""
    evidence = evidence_of(readings)
    facts = {need.name: judge(need, evidence) for need in needs()}
    facts[ENABLED], facts[FREE] = custom_field_facts(readings, options)
    found = abilities(facts)
    required = _required(found, readings, options)
    lines = [
        *connection_lines(readings, options),
        *account_lines(readings, options),
        *_permission_lines(facts, found, required),
        *_feature_lines(found, required, advice=_FIRST if readings.stopped else _PROVE),
        *_refusal_lines(readings),
        *list_lines(readings),
        *custom_field_lines(readings, options),
        *directory_lines(readings),
        *limit_lines(readings),
        *user_lines(readings),
    ]
    if readings.stopped:  # what was not reached says nothing
        lines = [line for line in lines if line.verdict != "unknown" or line.area == "features"]
    checks = [line for line in lines if line.area != "features"]  # those of features follow from others
    pending = find_pending(readings)
    return {
        "account": account_of(readings),
        "lines": [asdict(line) for line in lines],
        "features": [_as_dict(one) for one in found],
        "counts": {verdict: sum(line.verdict == verdict for line in checks) for verdict in VERDICTS},
        "users": pending.counts() if pending else {},
        "failure": _failure(checks),
    }


def _as_dict(ability: Ability) -> dict[str, Any]:
    return {
        "feature": ability.feature,
        "state": ability.state,
        "missing": [need.name for need in ability.missing],
        "unproven": [need.name for need in ability.unproven],
        "who": _who(ability.missing),
    }


def _who(missing: Sequence[Need]) -> list[str]:
    return list(dict.fromkeys(WHO[need.kind] for need in missing))


def _failure(checks: Sequence[Line]) -> str:
    """The problems in one sentence."""
    problems = [line for line in checks if line.verdict == "problem"]
    if not problems:
        return ""
    named = "; ".join(f"{line.check}: {line.finding}" for line in problems)
    return f"Inviting users does not work here. {count(len(problems), 'problem')}: {named}. No mail was sent."


_READS: tuple[tuple[str, Operation], ...] = (
    ("account", READ_ACCOUNT),
    ("own", READ_EXTENSION),
    ("everybody", LIST_EXTENSIONS),
    ("fields", LIST_FIELDS),
    ("directory", SEARCH_DIRECTORY),
    ("task", READ_TASK),
    ("audit", SEARCH_AUDIT),
)


def evidence_of(readings: Readings) -> Evidence:
    """What the answers prove about permissions."""
    worked: set[str] = set()
    refused: dict[str, str] = {}
    for name, operation in _READS:
        reading: Reading = getattr(readings, name)
        if reading.is_list or (reading.answer is not None and operation.proof):
            # the own extension can be read without the permission for others
            worked |= {operation.app} if name == "own" else {operation.app, operation.user}
        elif permission := getattr(operation, reading.permission, ""):
            error = reading.error
            code = error.code if isinstance(error, ApiError) else ""
            refused[permission] = f"a request that needs it with {code}"
    checked = {
        name: answer["successful"]
        for name, check in readings.checks.items()
        if isinstance((answer := check.answer or {}).get("successful"), bool)
    }
    return Evidence(
        profile=read_profile(readings.profile.answer or {}),
        checked=checked,
        scope=readings.session.scope if readings.session else (),
        worked=frozenset(worked - refused.keys() - {""}),
        refused=refused,
    )


def _required(found: Sequence[Ability], readings: Readings, options: Options) -> set[str]:
    """The features without which the role's play fails here."""
    state = {one.feature: one.state for one in found}
    required = {READ_USERS}
    if state[INVITE_ONE] == state[INVITE_MANY] == "cannot":
        required |= {INVITE_ONE, INVITE_MANY}
    if options.needs_field:
        required |= {LEDGER, LEASE}
        exists = any(line.check == "ledger's field" for line in custom_field_lines(readings, options))
        required |= set() if exists else {CREATE}
    return required


def _permission_lines(facts: Mapping[str, Fact], found: Sequence[Ability], required: set[str]) -> Iterator[Line]:
    blocking = {need.name for one in found if one.feature in required for need in one.missing}
    for need in needs():
        fact = facts[need.name]
        verdict: Verdict = "ok"
        if fact.state != "can":
            verdict = "unknown" if fact.state == "unknown" else "problem" if need.name in blocking else "warning"
        if fact.state == "unknown" and fact.finding.startswith("missing"):
            verdict = "warning"
        yield Line("permissions", need.name, verdict, fact.finding, "" if fact.state == "can" else WHO[need.kind])


def _feature_lines(found: Sequence[Ability], required: set[str], *, advice: str) -> Iterator[Line]:
    for one in found:
        missing, unproven = (", ".join(need.name for need in these) for these in (one.missing, one.unproven))
        if one.state == "cannot":
            verdict: Verdict = "problem" if one.feature in required else "warning"
            yield Line("features", one.feature, verdict, f"cannot: needs {missing}", " ".join(_who(one.missing)))
        elif one.state == "unknown":
            yield Line("features", one.feature, "unknown", f"unknown: {unproven}", advice)
        else:
            yield Line("features", one.feature, "ok", "can")


_PROVE = "prove.yml shows it, on a test user of yours."
_FIRST = "Fix what ended the reading, then run again."


def _refusal_lines(readings: Readings) -> Iterator[Line]:
    """Odd answers to requests that are made for permissions alone."""
    task = readings.task.error
    if isinstance(task, ApiError) and not readings.task.permission and task.verdict.value in {"blocked", "forbidden"}:
        yield Line(
            "lists", "bulk updates", "warning", readings.task.trouble, "Set transport to single, or ask RingCentral."
        )
    if not readings.stopped and not readings.audit.is_list and not readings.audit.permission:
        yield unread("lists", "audit trail", readings.audit, "warning")
    if not readings.stopped and read_profile(readings.profile.answer or {}) is None:
        yield unread("permissions", "authorization profile", readings.profile, "warning")
