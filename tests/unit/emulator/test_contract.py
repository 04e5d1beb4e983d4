# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our contract against RingCentral's published description, where that is at hand."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.onboard.ringcentral.plugins.module_utils import _client
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import IncompleteDelivery
from emulator import Emulator, contract
from machine import Machine

PUBLISHED = Path(
    os.environ.get("RC_PUBLISHED_DESCRIPTION")
    or Path(__file__).parents[4] / "shared" / "contract" / "rc-public-openapi.yml"
)
needs_published = pytest.mark.skipif(not PUBLISHED.exists(), reason="RingCentral's published description is not here")
OURS = contract.own().document
METHODS = {"get", "post", "put"}
OPERATIONS = [(template, method) for template, item in OURS["paths"].items() for method in item if method in METHODS]


@lru_cache(maxsize=1)
def published() -> contract.Contract:
    return contract.load(PUBLISHED)


def merged(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """A schema with its references followed and its allOf and anyOf put together."""
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    result = dict(node)
    for part in node.get("allOf", []) + node.get("anyOf", []) + node.get("oneOf", []):
        other = merged(document, part)
        known = result.get("properties", {})
        result["properties"] = {**other.get("properties", {}), **known}
        for name, schema in other.get("properties", {}).items():
            values = [*schema.get("enum", []), *known.get(name, {}).get("enum", [])]
            if values:  # each way to log in allows a grant type of its own
                result["properties"][name] = {**schema, "enum": values}
        result.setdefault("type", other.get("type"))
    return result


LEAST = ("minLength", "minimum", "minItems")
MOST = ("maxLength", "maximum", "maxItems")


def looser(a: dict[str, Any], b: dict[str, Any], where: str) -> Iterator[str]:
    """Where our contract would accept a request that the published one refuses. Being stricter is intended."""
    if lacking := set(a.get("required", ())) - set(b.get("required", ())):
        yield f"{where}: {lacking} is required there"
    if a.get("additionalProperties") is False and b.get("additionalProperties") is not False:
        yield f"{where}: there are no further properties there"
    for name in LEAST:
        if b.get(name, 0) < a.get(name, 0):
            yield f"{where}: {name} is {a[name]} there"
    for name in MOST:
        if b.get(name, math.inf) > a.get(name, math.inf):
            yield f"{where}: {name} is {a[name]} there"


def differences(theirs: dict[str, Any], ours: dict[str, Any], where: str) -> Iterator[str]:
    """What our schema says that theirs does not."""
    a, b = merged(published().document, theirs), merged(OURS, ours)
    if where.endswith("affectedItems"):  # ours also reads the shape of 2021
        b = merged(OURS, b["anyOf"][0])
    if a.get("type", "object") != b.get("type", "object"):
        yield f"{where}: {b.get('type')} is {a.get('type')} there"
    if not set(b.get("enum", [])) <= set(a.get("enum", b.get("enum", []))):
        yield f"{where}: values {b['enum']} are {a['enum']} there"
    yield from looser(a, b, where)
    for name, schema in b.get("properties", {}).items():
        if name not in a.get("properties", {}):
            yield f"{where}.{name} is not there"
        else:
            yield from differences(a["properties"][name], schema, f"{where}.{name}")
    if "items" in b:
        yield from differences(a.get("items", {}), b["items"], f"{where}[]")


def body(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any] | None:
    content = merged(document, node).get("content", {})
    return next((media["schema"] for media in content.values() if "schema" in media), None)


@needs_published
@pytest.mark.parametrize(("template", "method"), OPERATIONS)
def test_our_contract_says_nothing_that_the_published_one_does_not(template: str, method: str) -> None:
    ours = OURS["paths"][template][method]
    theirs = published().document["paths"][template][method]
    assert ours["operationId"] == theirs["operationId"]
    assert ours["x-group"] == theirs["x-throttling-group"]
    assert (ours.get("x-app"), ours.get("x-user")) == (theirs.get("x-app-permission"), theirs.get("x-user-permission"))
    found = []
    parameters = {p["name"]: p for p in (merged(published().document, p) for p in theirs.get("parameters", []))}
    for parameter in ours.get("parameters", []):
        assert parameters[parameter["name"]]["in"] == parameter["in"]
        found += differences(parameters[parameter["name"]]["schema"], parameter["schema"], parameter["name"])
    if "requestBody" in ours:
        request = body(OURS, ours["requestBody"])
        their_request = body(published().document, theirs["requestBody"])
        assert request
        assert their_request
        found += differences(their_request, request, "request")
    answer = body(OURS, ours["responses"]["200"])
    if answer:
        their_answer = body(published().document, theirs["responses"]["200"])
        assert their_answer
        found += differences(their_answer, answer, "answer")
    assert found == []


def test_the_client_knows_the_operations_as_the_contract_has_them() -> None:
    ours = {
        (method.upper(), template): (item["x-group"].lower(), item.get("x-app", ""), item.get("x-user", ""))
        for template, methods in OURS["paths"].items()
        for method, item in methods.items()
        if method in METHODS
    }
    known = [value for value in vars(_client).values() if isinstance(value, _client.Operation)]
    assert len(known) >= 7
    for operation in known:
        template = operation.path.replace("{account}", "{accountId}").replace("{extension}", "{extensionId}")
        group, app, user = ours[operation.method, template.replace("{task}", "{taskId}")]
        assert (operation.group, operation.app) == (group, app)
        assert operation.user in user.split(" OR ") or operation.user == user == ""


def look_around(rc: Emulator) -> None:
    """The requests of doctor and prove."""
    account = f"{rc.url}/restapi/v1.0/account/~"
    headers = {"Authorization": f"Bearer {rc.new_access_token()}"}
    profile = f"{account}/extension/~/authz-profile"
    for url in (f"{account}/service-info", profile, f"{profile}/check?permissionId=EditUserInfo"):
        assert requests.get(url, headers=headers, timeout=5).ok
    search = {"eventTimeFrom": "2026-01-01T00:00:00.000Z", "perPage": 100}
    assert requests.post(f"{account}/audit-trail/search", json=search, headers=headers, timeout=5).json()["records"]


@needs_published
def test_the_traffic_of_the_modules_is_valid_as_published() -> None:
    with Emulator(users=60, pending=20) as rc:
        machine = Machine(rc)
        machine.info()
        machine.invite(limit=5, transport="single")
        machine.invite(limit=8)
        rc.account.task_script = {"status": "Failed", "mail_first": 2}
        with pytest.raises(IncompleteDelivery):
            machine.invite()
        machine.invite(users=["101", "nobody@example.com"], ledger={"backend": "none"})
        pending = next(one for one in machine.info(status=["not_activated"])["users"] if one["email"])
        machine.correct(user=pending["id"], email="corrected@example.com", department="Sales", job_title="Analyst")
        directory = [{"email": "again@example.com", "name": "Only Name", "employee_id": "E-1"}]
        machine.correct(user=pending["id"], first_name="Only", last_name="Name")
        machine.invite(directory=directory, match_by=["name"], correct_email=True, employee_id_field="Last invitation")
        look_around(rc)
        log = rc.log
    done = {entry["operation"] for entry in log if entry["status"] == 200}
    assert done == {
        item[method]["operationId"] for item in OURS["paths"].values() for method in item if method in METHODS
    }
    assert contract.violations(published(), log) == []


def test_what_breaks_the_contract_is_found() -> None:
    own, template = contract.own(), "/restapi/v1.0/account/{accountId}/extension"
    wrong = {"records": [{"id": "1", "status": "Enabled", "type": "User"}], "paging": {"perPage": 1}, "navigation": {}}
    assert "not of type" in str(own.violation_of_answer("GET", template, 200, wrong))
    path = template.replace("{accountId}", "~")
    assert own.violation_of_request("GET", path, [("page", "2")], "", b"") is None
    assert "Foo" in str(own.violation_of_request("GET", path, [("status", "Foo")], "", b""))
    bulk = (f"{path}-bulk-update", [], "application/json")
    assert own.violation_of_request("POST", *bulk, b'{"records":[{"id":"5"}]}') is None
    assert "not of type" in str(own.violation_of_request("POST", *bulk, b'{"records":[{"id":5}]}'))
