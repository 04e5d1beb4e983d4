# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host of the role: runs its entry points, and answers for the modules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import OUTCOMES
from ansible_collections.onboard.ringcentral.plugins.module_utils._funnel import COUNTS
from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _entry_points
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Task
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_variables import enforced, spec_of, validated

SPECS = {
    "rc_send_invite": _argspec.send_invite,
    "rc_onboard": _argspec.onboard,
    "rc_user_info": _argspec.user_info,
    "rc_doctor": _argspec.doctor,
    "rc_prove": _argspec.prove,
}
ACCOUNT = {"id": "7", "main_number": "+16505550100"}
PLAN = {"account": "7", "made_at": "2026-03-02T09:00:00Z", "users": [{"id": "4001", "email": "ada@example.com"}]}
BATCH = {"name": "December/Paris", "users": ["ada@example.com"], "invite_on": "2026-12-01"}


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(4000 + number),
        "name": f"Person {number}",
        "email": f"p{number}@example.com",
        "extension_number": str(100 + number),
        "status": "not_activated",
        "last_invited_at": None,
        "next_invite_after": None,
        "attempts": 0,
        "directory_email": None,
        "site": "Paris",
        "department": "",
        "decision": "send",
        "reason": "not_activated",
        "outcome": "invited",
        "message": "",
        "corrected_from": None,
        **changes,
    }


ACTIVE = row(9, decision="skip", reason="already_activated", outcome=None)


def invited(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    tally = Counter([one["decision"] for one in rows] + [one["outcome"] for one in rows])
    names = ("send", "skip", "hold", *OUTCOMES)
    counts = {"considered": len(rows), **{name: tally[name] for name in names}}
    return {
        "changed": True,
        "results": list(rows),
        "counts": counts,
        "reasons": {},
        "account": ACCOUNT,
        "plan": PLAN,
        "diff": {"before": {}, "after": {}},
        **more,
    }


def onboarded(*rows: dict[str, Any], failure: str = "", state: str = "due") -> dict[str, Any]:
    counts = dict.fromkeys(COUNTS, 1)
    one = {
        "name": "December/Paris",
        "folder": "December%2FParis",
        "owner": "",
        "state": state,
        "invite_on": "2026-12-01",
        "until": "",
        "unknown": [],
        "failure": failure,
        **counts,
    }
    return {
        **invited(*({"batch": "December/Paris", **row} for row in rows)),
        "batches": [one],
        "funnels": {"December/Paris": {"listed": 1}},
        "counts": counts,
        "today": "2026-12-03",
        "timezone": "UTC",
    }


AUDITED = {
    "changed": False,
    "users": [],
    "total": 3,
    "account": ACCOUNT,
    "findings": {"no_email": 2, "not_activated": 1},
    "pending_by_age": {"under_7_days": 1},
}
EXAMINED = {
    "changed": False,
    "account": ACCOUNT,
    "lines": [
        {"area": "features", "check": "read users", "verdict": "ok", "finding": "can", "advice": ""},
        {"area": "permissions", "check": "Users", "verdict": "warning", "finding": "missing", "advice": "Ask."},
        {"area": "account", "check": "brand", "verdict": "ok", "finding": "=cmd()", "advice": ""},
    ],
    "features": [{"feature": "read users", "state": "can", "missing": [], "unproven": [], "who": []}],
    "counts": {"problem": 0, "warning": 1, "unknown": 0, "ok": 1},
    "users": {"pending": 3},
    "failure": "",
}
LISTED = {"results": [{"dn": "CN=Ada", "mail": "ada@example.com", "displayName": "Ada", "userAccountControl": "512"}]}


@dataclass
class Host:
    """Runs entry points of one host, in a folder of its own. ``asked`` are the modules that were run, with options."""

    answer: dict[str, Any] = field(default_factory=lambda: invited(row(1), ACTIVE))
    ldap: dict[str, Any] = field(default_factory=lambda: dict(LISTED))
    name: str = "acme/europe"
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    searched: list[Mapping[str, Any]] = field(default_factory=list)
    run: Callable[[str, Mapping[str, Any]], dict[str, Any]] | None = None

    def task(self, entry_point: str, variables: Mapping[str, Any], **more: Any) -> Task:
        checked, errors, _secrets = validated(enforced(spec_of(entry_point)), variables)
        assert errors == []
        run = self.run or self._run
        options = {"check_mode": False, "under_awx": False, **more}
        return Task(self.name, variables=checked, run=run, search_ldap=self._search, **options)

    def invite(self, *, check_mode: bool = False, under_awx: bool = False, **variables: Any) -> dict[str, Any]:
        return _entry_points.invite(self.task("main", variables, check_mode=check_mode, under_awx=under_awx))

    def onboard(self, *, entry_point: str = "batches", **variables: Any) -> dict[str, Any]:
        more = {name: variables.pop(name) for name in ("check_mode", "under_awx") if name in variables}
        return _entry_points.onboard(self.task(entry_point, variables, **more))

    def audit(self, **variables: Any) -> dict[str, Any]:
        more = {name: variables.pop(name) for name in ("check_mode", "under_awx") if name in variables}
        return _entry_points.audit(self.task("audit", variables, **more))

    def doctor(self, **variables: Any) -> dict[str, Any]:
        more = {name: variables.pop(name) for name in ("check_mode", "under_awx") if name in variables}
        return _entry_points.doctor(self.task("doctor", variables, **more))

    def status(self, *, check_mode: bool = True, **variables: Any) -> dict[str, Any]:
        return _entry_points.status(self.task("status", variables, check_mode=check_mode))

    def prove(self, **variables: Any) -> dict[str, Any]:
        more = {name: variables.pop(name) for name in ("check_mode", "under_awx") if name in variables}
        return _entry_points.prove(self.task("prove", variables, **more))

    @property
    def options(self) -> dict[str, Any]:
        ((_module, options),) = self.asked
        return options

    def _run(self, module: str, options: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in options.items() if value is not None}
        assert ArgumentSpecValidator(SPECS[module]()).validate(given).error_messages == []
        self.asked.append((module, dict(options)))
        return dict(self.answer)

    def _search(self, options: Mapping[str, Any]) -> dict[str, Any]:
        self.searched.append(options)
        return self.ldap


def files(folder: Path) -> list[str]:
    """What was written, but for the copies in the history."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if "history" not in path.parts)
