# SPDX-License-Identifier: GPL-3.0-or-later
"""What is easily got wrong in the data, and how the secrets come in."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml

from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _role_variables
from awx.controller.times import due
from awx.running import ACCOUNTS, Site
from integration.playing import BIN, ROOT, Player

DATA = ROOT / "awx/data"
NODE = {
    "identifier": "wrong",
    "unified_job_template": {"name": "RingCentral re-invite", "type": "job_template"},
    "limit": "acme_europe",
    "credentials": [{"name": "RingCentral acme_europe"}],
}
ENTRY_POINTS = {
    "playbooks/reinvite.yml": "main",
    "playbooks/onboard.yml": "batches",
    "playbooks/handed_over.yml": "main",
    "playbooks/audit.yml": "audit",
    "playbooks/status.yml": "status",
}


class _Loader(yaml.SafeLoader):
    """YAML with the tag that keeps Ansible's hands off."""


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def read(name: str) -> Any:
    (value,) = yaml.load((DATA / f"{name}.yml").read_text(encoding="utf-8"), _Loader).values()
    return value


def test_schedules_come_due_at_nine_on_weekdays_in_summer_too() -> None:
    daily = [one for one in read("schedules") if "weekdays 09:00" in one["name"]]
    assert len(daily) == len(ACCOUNTS)
    for schedule in daily:
        times = due(schedule["rrule"], 200)  # forty weeks, through both changes of the clocks
        assert {(time.hour, time.minute, time.second) for time in times} == {(9, 0, 0)}
        assert [time.weekday() for time in times] == [0, 1, 2, 3, 4] * 40
        assert len({time.utcoffset() for time in times}) == 2


def test_every_account_is_expected_and_has_a_credential_of_its_own() -> None:
    hosts = {host["name"]: host["variables"] for host in read("hosts")}
    assert {name: int(variables["reinvite_expect_account"]) for name, variables in hosts.items()} == ACCOUNTS
    assert {one["name"].split()[-1] for one in read("credentials")} == set(hosts)
    assert not any(one["update_secrets"] for one in read("credentials"))
    for one in read("credentials"):
        assert int(one["inputs"]["expect_account"]) == ACCOUNTS[one["name"].split()[-1]]


def test_no_template_lets_a_launch_set_variables_that_no_question_asks_for() -> None:
    for template in read("job_templates"):
        assert "ask_variables_on_launch" not in template
        guards = {"reinvite_server_url", "reinvite_expect_account", "reinvite_exclude", "reinvite_validate_certs"}
        asked = {question["variable"] for question in template.get("survey_spec", {}).get("spec", ())}
        assert not asked & guards


def prompted(template: str) -> list[dict[str, Any]]:
    """What schedules and nodes answer for a template, each as one dictionary; one that answers nothing is there too."""
    nodes = [node for flow in read("workflows") for node in flow["workflow_nodes"]]
    started = [one for one in read("schedules") if one["unified_job_template"] == template]
    started += [one for one in nodes if one["unified_job_template"]["name"] == template]
    return [{}, *(one.get("extra_data", {}) for one in started)]


def test_each_variable_that_a_job_gets_is_one_of_the_role_and_has_a_value_that_it_takes() -> None:
    (inventory,) = read("inventories")
    seen: set[str] = set()
    for template, host in product(read("job_templates"), read("hosts")):
        questions = template.get("survey_spec", {}).get("spec", ())
        defaults = {one["variable"]: one["default"] for one in questions if one["default"] != ""}
        spec = _role_variables.spec_of(ENTRY_POINTS[template["playbook"]])
        spec.pop("onboarding_batches", None)  # of the account, for which the schedule waits
        for said in prompted(template["name"]):
            given = {**inventory["variables"], **host["variables"], **template["extra_vars"], **defaults, **said}
            names = {*given, *(one["variable"] for one in questions)}
            assert all(name.startswith(_role_variables.PREFIXES) for name in names)
            assert _role_variables.unknown_variables(names) == []
            taken = {name: value for name, value in given.items() if name in spec}
            assert _role_variables.validated(spec, taken)[1] == []
            seen |= names
    assert seen >= {"reinvite_hosts", "reinvite_limit", "reinvite_users", "reinvite_min_age", "audit_fail_on"}


def test_no_secret_is_written_in_the_data() -> None:
    text = (DATA / "notifications.yml").read_text(encoding="utf-8")
    found = re.findall(r"^ *(?:password|token|username): (.*)$", text, re.MULTILINE)
    assert found
    assert all(value == '""' or value.startswith('"{{ ringcentral_') for value in found)


def test_what_is_scheduled_goes_to_the_account_whose_credential_it_has() -> None:
    started = [one for one in read("schedules") if "limit" in one]
    started += [node for flow in read("workflows") for node in flow["workflow_nodes"] if "limit" in node]
    assert len(started) == 8
    for one in started:
        named = one.get("credentials") or [credential["name"] for credential in one["related"]["credentials"]]
        assert named == [f"RingCentral {one['limit']}"]


def test_credentials_beside_a_nodes_limit_are_ignored_so_the_data_have_them_under_related(
    configured: Site, tmp_path: Path
) -> None:
    workflow = {"name": "trap", "organization": "Default", "workflow_nodes": [NODE]}
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"awx.awx.workflow_job_template": workflow}]}
    played = Player(tmp_path, configured.awx.token_env()).play([play])
    assert played.code == 0, played.output
    store = configured.awx.store
    (node,) = (node for node in store.records("workflow_job_template_nodes") if node["identifier"] == "wrong")
    assert store.linked("workflow_job_template_nodes", node["id"], "credentials") == []
    assert not any("credentials" in node for flow in read("workflows") for node in flow["workflow_nodes"])


def test_a_template_that_ansible_would_fill_in_reaches_no_awx(configured: Site, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(configured.data, data)
    path = data / "credential_types.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("!unsafe ", ""), encoding="utf-8")
    played = Site(configured.awx, data, configured.secrets).play(tmp_path, "apply")
    assert played.code == 2
    assert "'server_url' is undefined" in played.result("Explain who may make a credential type")["msg"]
    assert configured.awx.writes() == []


@pytest.mark.parametrize("forgotten", [None, 4])
def test_who_keeps_no_vault_is_asked(tmp_path: Path, forgotten: int | None) -> None:
    questions = [(account, name) for account in ACCOUNTS for name in ("client_id", "client_secret", "jwt")]
    got, after = tmp_path / "got.json", tmp_path / "after.yml"
    copy = {"content": "{{ ringcentral_secrets | to_json }}", "dest": str(got), "mode": "0600"}
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.copy": copy}]}
    after.write_text(json.dumps([play]), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    terminal = pexpect.spawn(
        str(BIN / "ansible-playbook"),
        [str(ROOT / "awx/ask.yml"), str(after), "-vvv", "-e", f"ansible_python_interpreter={sys.executable}"],
        env={**environment, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        cwd=str(tmp_path),
        encoding="utf-8",
        timeout=60,
    )
    terminal.logfile_read = printed = StringIO()
    for number, (account, name) in enumerate(questions):
        terminal.expect(f"{account}, {name.replace('_', ' ')}.*:")
        terminal.sendline("" if number == forgotten else f"{account}-{name}")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert not any(f"{account}-{name}" in printed.getvalue() for account, name in questions)
    if forgotten is None:
        assert terminal.exitstatus == 0, printed.getvalue()
        assert json.loads(got.read_text(encoding="utf-8")) == {
            account: {name: f"{account}-{name}" for of, name in questions if of == account} for account in ACCOUNTS
        }
    else:
        assert "An answer was empty. Nothing was sent to AWX." in printed.getvalue()
        assert not got.exists()
