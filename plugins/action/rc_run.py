# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one entry point of the role reinvite on the controller, in one task.

Why an action plugin: the users of an account pass through no template (ansible-core 2.19 made templated results much
slower, and earlier releases turn dates into text), variables are checked once and by name, and the module's code runs
in this process where the result is the same, which saves the start of a Python interpreter for each account.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from ansible.errors import AnsibleError, AnsiblePromptInterrupt, AnsiblePromptNoninteractive
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import module_loader
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var
from ansible.utils.vars import load_extra_vars

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec, _credentials, _guards, _run
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.onboard.ringcentral.plugins.modules import (
    rc_doctor,
    rc_onboard,
    rc_prove,
    rc_send_invite,
    rc_user_info,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils import (
    _entry_points,
    _notify,
    _role_task,
    _role_variables,
    _saved_reports,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._progress_lines import ProgressLines

COLLECTION = "onboard.ringcentral"
MODULES: dict[str, _run.Run] = {
    "rc_send_invite": rc_send_invite.run,
    "rc_onboard": rc_onboard.run,
    "rc_user_info": rc_user_info.run,
    "rc_doctor": rc_doctor.run,
    "rc_prove": rc_prove.run,
}
SPECS = {
    "rc_send_invite": _argspec.send_invite,
    "rc_onboard": _argspec.onboard,
    "rc_user_info": _argspec.user_info,
    "rc_doctor": _argspec.doctor,
    "rc_prove": _argspec.prove,
}
ENTRY_POINTS = {
    "main": _entry_points.invite,
    "account": _entry_points.invite,
    "batches": _entry_points.onboard,
    "batch": _entry_points.onboard,
    "audit": _entry_points.audit,
    "doctor": _entry_points.doctor,
    "prove": _entry_points.prove,
    "status": _entry_points.status,
    "report": _saved_reports.report,
}

display = Display()


class ActionModule(ActionBase):  # type: ignore[misc]
    """What Ansible looks for in this file."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        self._task_host = str(task_vars["inventory_hostname"])
        _result, args = self.validate_argument_spec(
            {
                "entry_point": {"type": "str", "required": True, "choices": [*ENTRY_POINTS, "summary"]},
                **_argspec.connection(),
            }
        )
        entry_point = args["entry_point"]
        if entry_point == "status":  # it asks what a run would do
            self._task.check_mode = True
        try:
            task = self._as_task(entry_point, task_vars)
            notifier = _notify.Notifier(entry_point, task, len(task_vars["ansible_play_hosts_all"]))
        except (_role_task.Refused, InvalidOption) as why:
            return _entry_points.refusal(why)
        result = self._come_to(entry_point, task, task_vars)
        if entry_point in {"status", "report"}:
            return result  # no run to tell of
        with self._play_environment():  # that of proxies
            return notifier.about(result)

    def _come_to(self, entry_point: str, task: _role_task.Task, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """The result of the entry point, also where it refuses."""
        try:
            if entry_point == "summary":
                return self._summarize(task, task_vars)
            return ENTRY_POINTS[entry_point](task)
        except (_role_task.Refused, InvalidOption) as why:
            return _entry_points.refusal(why)

    def _as_task(self, entry_point: str, task_vars: Mapping[str, Any]) -> _role_task.Task:
        """The host's variables, checked, and the means to run modules."""
        spec = _role_variables.spec_of(entry_point)
        for_this_run = {*load_extra_vars(self._loader), *self._task.get_vars()}
        problems = _role_variables.unknown_variables(task_vars)
        if entry_point != "summary":  # it follows another entry point in the same run
            problems += _role_variables.unused_variables(entry_point, for_this_run)
        given = self._given(spec, task_vars)
        with self._play_environment():  # connection variables can come from there
            variables, errors, self._secrets = _role_variables.validated(_role_variables.enforced(spec), given)
        if not errors:
            problems += _role_variables.overruled_variables(variables, for_this_run)
        if problems or errors:
            raise _role_task.Refused("; ".join([*problems, *errors]) + ". No mail was sent.")
        return _role_task.Task(
            host=str(task_vars["inventory_hostname"]),
            check_mode=bool(self._task.check_mode),
            under_awx="awx_job_id" in task_vars,
            variables=variables,
            run=lambda module, options: self._run_module(module, options, task_vars),
            search_ldap=lambda options: self._search_ldap(options, task_vars),
        )

    def _given(self, spec: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """The variables that are set, without their templates. Connection options can come from module_defaults."""
        given = {f"reinvite_{name}": value for name, value in self._task.args.items() if value is not None}
        for name in spec:
            if name not in task_vars:
                continue
            try:
                value = self._templar.template(task_vars[name])
            except AnsibleError as error:
                raise _role_task.Refused(f"{name}: {error}. No mail was sent.") from None
            if empty := _role_variables.empties_a_guard(name, value):
                raise _role_task.Refused(f"{name} is {empty}; give it a value, or remove it. No mail was sent.")
            if value is not None:
                given[name] = value
            elif name == "reinvite_users":
                given[name] = []  # no user is named, which never means all users
        return {name: value for name, value in given.items() if name in spec}

    def _run_module(self, module: str, options: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Run a module of this collection and return its result."""
        given = {name: value for name, value in options.items() if value is not None}
        if self._runs_here(task_vars):
            return self._run_here(module, given)
        self._bring_guards(module, given)
        result: dict[str, Any] = self._execute_module(f"{COLLECTION}.{module}", module_args=given, task_vars=task_vars)
        return {name: value for name, value in result.items() if name not in {"invocation", "ansible_facts"}}

    def _bring_guards(self, module: str, given: Mapping[str, Any]) -> None:
        """Let this environment's guards hold in a process that inherits none of it, such as one of another user.

        Raises InvalidOption if the options would send this environment's credentials elsewhere.
        """
        with self._play_environment():
            params, _errors, _secrets = _role_variables.validated(SPECS[module](), given)
            _credentials.destination(params, _credentials.credentials_of(params, os.environ), os.environ)
            guards = {name: os.environ[name] for name in _guards.VARIABLES if name in os.environ}
        self._task.environment = [*(self._task.environment or ()), wrap_var(guards)]

    def _runs_here(self, task_vars: Mapping[str, Any]) -> bool:
        """Whether the module would run on this machine, as this user, with this Python."""
        interpreter = self._templar.template(task_vars.get("ansible_python_interpreter", sys.executable))
        return (
            self._connection.transport == "local"
            and not self._connection.become
            and str(interpreter) in {sys.executable, "auto", "auto_silent"}
            and REQUESTS_IMPORT_ERROR is None
        )

    def _run_here(self, module: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Run the module's code in this process, which runs no other task."""
        with self._play_environment():
            params, errors, secrets = _role_variables.validated(SPECS[module](), given)
            if errors:
                raise _role_task.Refused("; ".join(errors) + ". No mail was sent.")
            caller = Caller(params, check_mode=bool(self._task.check_mode), diff=bool(self._task.diff))
            caller.no_log_values |= secrets | self._secrets
            run = partial(rc_prove.run, ask=self._ask) if module == "rc_prove" else MODULES[module]
            result = _run.perform(caller, run, ProgressLines(self._show)) | {"warnings": caller.warnings}
        return _without(caller.no_log_values, result)

    def _play_environment(self) -> AbstractContextManager[None]:
        """The variables of the keyword ``environment``, which override those of the shell."""
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        return _environment(environment)

    def _show(self, line: str) -> None:
        display.display(f"[{self._task_host}] {line}")

    def _ask(self, question: str) -> str | None:
        """Ask the person at the terminal; None if there is none."""
        try:
            typed = display.prompt_until(f"[{self._task_host}] {question}")
            if isinstance(typed, BaseException):  # it comes from Ansible's main process
                raise typed
        except AnsiblePromptNoninteractive:
            return None
        except AnsiblePromptInterrupt:
            return "q"
        return str(typed, "utf-8", "replace")

    def _search_ldap(self, options: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Run community.general.ldap_search and return its result."""
        if not module_loader.find_plugin_with_context("community.general.ldap_search").resolved:
            raise _role_task.Refused(
                "reinvite_directory_source: ldap needs the collection community.general and the Python package "
                "python-ldap. Run ansible-galaxy collection install community.general. No mail was sent."
            )
        given = {name: value for name, value in options.items() if value is not None}
        result: dict[str, Any] = self._execute_module(
            "community.general.ldap_search", module_args=given, task_vars=task_vars
        )
        return result

    def _summarize(self, task: _role_task.Task, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """All accounts of the play. Their results are read without templating."""
        hosts, hostvars = task_vars["ansible_play_hosts_all"], task_vars["hostvars"]
        results = {host: hostvars.raw_get(host).get("reinvite_result") for host in hosts}
        return _entry_points.summarize(task, results, hosts, task_vars["ansible_play_hosts"])


class Caller:
    """Stands in for an AnsibleModule in _run.perform, without a process of its own."""

    def __init__(self, params: Mapping[str, Any], *, check_mode: bool, diff: bool) -> None:
        self.params = params
        self.check_mode = check_mode
        self.no_log_values: set[str] = set()
        self.warnings: list[str] = []
        self._diff = diff

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)


def _without(secrets: Iterable[str], result: dict[str, Any]) -> dict[str, Any]:
    """The result with no secret in it. Looking for one in a single text takes much less time than in each value."""
    text = json.dumps(result, default=str)
    if not any(json.dumps(secret)[1:-1] in text for secret in secrets):
        return result
    hidden: dict[str, Any] = remove_values(result, secrets)
    return hidden


@contextmanager
def _environment(variables: Mapping[str, Any]) -> Iterator[None]:
    """Set these environment variables in this process, and restore them afterwards."""
    before = dict(os.environ)
    os.environ.update({name: str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
