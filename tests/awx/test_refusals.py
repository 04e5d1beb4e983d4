# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of AWX's objects, each broken once: what the stand-in refuses, and says why."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from awx.controller import Controller
from awx.controller.server import PASSWORD, USER
from awx.differences import ACCEPTED, STRICTER
from awx.refused import CASES, MAIL, RULE, SURVEY, TEMPLATE, TYPE, mail

BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@dataclass
class Client:
    """Somebody who speaks to AWX without awx.awx, and sees each answer."""

    awx: Controller

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return self.awx.answer(method, f"/api/v2/{path}", BASIC, body)

    def make(self, path: str, /, **body: Any) -> int:
        status, answer = self.ask("POST", f"{path}/", body)
        assert status == 201, answer
        return int(answer["id"])


@pytest.fixture
def client() -> Iterator[Client]:
    """An AWX with credentials 3 and 4 of one type, a template 7 that has a survey, a plain one 8, and a workflow 9.

    Node 10 of the workflow leads to 11.
    """
    awx = Controller(["playbooks/reinvite.yml"])
    client = Client(awx)
    credential_type = client.make("credential_types", **json.loads(json.dumps(TYPE)))
    for name in ("one", "two"):
        client.make("credentials", name=name, organization=1, credential_type=credential_type, inputs={"jwt": "secret"})
    project = client.make(
        "projects", name="project", organization=1, scm_type="git", scm_url="https://git.example.com/x.git"
    )
    assert client.ask("GET", f"project_updates/{project}/")[1]["status"] == "successful"
    inventory = client.make("inventories", name="accounts", organization=1)
    template = {"project": project, "inventory": inventory, "playbook": "playbooks/reinvite.yml"}
    asking = client.make("job_templates", name="asking", ask_credential_on_launch=True, survey_enabled=True, **template)
    assert client.ask("POST", f"job_templates/{asking}/survey_spec/", SURVEY)[0] == 200
    client.make("job_templates", name="plain", **template)
    workflow = client.make("workflow_job_templates", name="workflow", organization=1)
    for name, started in (("a", asking), ("b", asking), ("c", 8)):
        client.make(
            "workflow_job_template_nodes", identifier=name, workflow_job_template=workflow, unified_job_template=started
        )
    client.make("schedules", name="schedule", unified_job_template=asking, rrule=RULE, extra_data={"after": "48h"})
    client.make("schedules", name="plain", unified_job_template=8, rrule=RULE)
    client.make("hosts", name="here", inventory=inventory)
    assert client.ask("POST", "workflow_job_template_nodes/10/success_nodes/", {"id": 11})[0] == 204
    yield client
    awx._server.server_close()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_awx_does_not_take_is_refused(client: Client, case: tuple[str, str, Any, int, str]) -> None:
    method, path, body, status, why = case
    before = client.awx.store.snapshot()
    answered, answer = client.ask(method, path, body)
    assert (answered, why in json.dumps(answer)) == (status, True), answer
    assert client.awx.store.snapshot() == before


@pytest.mark.parametrize("case", ACCEPTED.values(), ids=ACCEPTED)
def test_what_awx_takes_is_taken(client: Client, case: tuple[str, str, Any]) -> None:
    status, answer = client.ask(*case)
    assert status in {200, 201}, answer


@pytest.mark.parametrize("case", STRICTER.values(), ids=STRICTER)
def test_where_it_is_stricter_than_awx_it_says_why(client: Client, case: tuple[str, str, Any, str, str]) -> None:
    method, path, body, words, reason = case
    status, answer = client.ask(method, path, body)
    assert (status, words in json.dumps(answer)) == (400, True), answer
    assert reason.startswith("AWX ")


@pytest.mark.parametrize("kind", ["schedules/13", "workflow_job_template_nodes/10", "job_templates/8"])
def test_a_job_takes_one_credential_of_a_type(client: Client, kind: str) -> None:
    assert client.ask("POST", f"{kind}/credentials/", {"id": 3})[0] == 204
    answered, answer = client.ask("POST", f"{kind}/credentials/", {"id": 4})
    of_a_launch = "This launch configuration already provides a app credential."
    assert answered == 400
    assert answer["msg"] == ("Cannot assign multiple app credentials." if "templates/" in kind else of_a_launch)
    assert client.ask("POST", f"{kind}/credentials/", {"id": 3, "disassociate": True})[0] == 204
    assert client.ask("POST", f"{kind}/credentials/", {"id": 4})[0] == 204


@pytest.mark.parametrize("path", ["job_templates/8", "projects/5", "inventories/6", "workflow_job_templates/9"])
def test_nothing_is_deleted_while_a_job_uses_it(client: Client, path: str) -> None:
    kind, number = path.split("/")
    client.awx.store.active.append({(kind, int(number))})
    assert client.ask("DELETE", f"{path}/")[0] == 409
    client.awx.store.active.clear()
    assert client.ask("DELETE", f"{path}/")[0] in {202, 204}


def test_a_launch_takes_one_credential_of_a_type(client: Client) -> None:
    launch = {"credentials": [3, 4], "extra_vars": {"after": "48h"}}
    status, answer = client.ask("POST", "job_templates/7/launch/", launch)
    assert (status, answer["credentials"]) == (400, ["Cannot assign multiple app credentials."])
    assert client.ask("POST", "job_templates/7/launch/", {**launch, "extra_vars": {}})[0] == 400
    assert client.ask("POST", "job_templates/7/launch/", {**launch, "credentials": [3]})[0] == 201


def test_an_administrator_of_another_organization_sees_and_changes_nothing_here(client: Client) -> None:
    user = client.awx.add_user("elsewhere", administers=frozenset({99}))
    pair = base64.b64encode(f"elsewhere:{user.password}".encode()).decode()
    for path in ("credentials/3/", "projects/5/", "inventories/6/", "job_templates/8/", "schedules/13/"):
        assert client.awx.answer("GET", f"/api/v2/{path}", f"Basic {pair}", None)[0] == 404
    assert client.awx.answer("GET", "/api/v2/credentials/", f"Basic {pair}", None)[1]["count"] == 0
    body = {"name": "x", "organization": 1, "image": "x"}
    assert client.awx.answer("POST", "/api/v2/execution_environments/", f"Basic {pair}", body)[0] == 403


def test_what_a_template_has_already_a_schedule_cannot_bring(client: Client) -> None:
    assert client.ask("POST", "job_templates/7/credentials/", {"id": 3})[0] == 204
    assert "already uses" in client.ask("POST", "schedules/13/credentials/", {"id": 3})[1]["msg"]


def test_a_workflow_goes_one_way(client: Client) -> None:
    nodes = "workflow_job_template_nodes"
    assert client.ask("POST", f"{nodes}/11/failure_nodes/", {"id": 12})[0] == 204
    assert client.ask("POST", f"{nodes}/12/always_nodes/", {"id": 10})[1] == {"Error": "Cycle detected."}
    assert client.ask("POST", f"{nodes}/10/failure_nodes/", {"id": 11})[1] == {"Error": "Relationship not allowed."}


def test_a_playbook_is_found_once_the_project_was_synced(client: Client) -> None:
    project = client.make(
        "projects", name="new", organization=1, scm_type="git", scm_url="https://git.example.com/x.git"
    )
    template = {**TEMPLATE, "project": project}
    assert client.ask("POST", "job_templates/", template)[1] == {"playbook": ["Playbook not found for project."]}
    assert client.ask("GET", f"projects/{project}/")[1]["status"] == "successful"
    assert client.ask("POST", "job_templates/", template)[0] == 201


def test_secrets_do_not_come_back_and_their_placeholder_keeps_them(client: Client) -> None:
    assert client.ask("GET", "credentials/3/")[1]["inputs"] == {"jwt": "$encrypted$"}
    assert client.ask("PATCH", "credentials/3/", {"inputs": {"jwt": "$encrypted$"}})[0] == 200
    assert client.awx.store.get("credentials", 3)["inputs"] == {"jwt": "secret"}
    number = client.make("notification_templates", **mail(settings={"password": "secret"}))
    shown = client.ask("GET", f"notification_templates/{number}/")[1]["notification_configuration"]
    assert shown == {**MAIL, "password": "$encrypted$"}
    assert client.ask("PATCH", f"notification_templates/{number}/", {"notification_configuration": shown})[0] == 200
    assert client.awx.store.get("notification_templates", number)["notification_configuration"]["password"] == "secret"


@pytest.mark.parametrize("authorization", ["", "Bearer made-up", "Basic bWFkZTp1cA=="])
def test_who_is_not_known_sees_nothing(client: Client, authorization: str) -> None:
    assert client.awx.answer("GET", "/api/v2/credentials/", authorization, None)[0] == 401
