# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_doctor names what is missing or different, that alone, and asks RingCentral to change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import TransportError
from ansible_collections.onboard.ringcentral.plugins.modules import rc_doctor
from emulator.world import CLIENT_SECRET, JWT, World
from faults.controller import controller_time, make_client, validated
from fuzz.direct import DirectWire, Spoil

FIELD = {"ledger": {"backend": "custom_field"}}
READS = {
    "readAccountInfo",
    "readAccountServiceInfo",
    "readExtension",
    "readAuthorizationProfile",
    "checkUserPermission",
}
READS |= {"listExtensions", "listCustomFields", "searchDirectoryEntries", "getExtensionBulkUpdateTask"}
READS |= {"auditTrailSearch"}


def healthy(**options: Any) -> World:
    """An account in which everything works, and shows that it does: a field, a hidden user, employee ids."""
    world = World(users=12, pending=4, odd=False, **options)
    if world.faces.custom_fields:
        world.account.create_field("Last invitation")
    people = pending(world)
    people[0].hidden, people[0].employee_id = True, "E-1"
    return world


def pending(world: World) -> list[Any]:
    return [one for one in world.account.extensions.values() if one.status == "NotActivated"]


def doctor(world: World, spoil: Spoil | None = None, *, skew: float = 0, **options: Any) -> dict[str, Any]:
    wire = DirectWire(world, world.faces.most_per_page, *([spoil] if spoil else []))
    with make_client(wire, world.clock, max_wait=900, skew=skew) as api:
        params = validated(_argspec.doctor(), {"client_id": "a-client-id-0123456789", **options})
        return rc_doctor.run(params, api, controller_time(world.clock, skew))


def named(result: Mapping[str, Any], *verdicts: str) -> list[str]:
    """The checks with these verdicts, without the features, which follow from others."""
    wanted = verdicts or ("problem", "warning")
    return [one["check"] for one in result["lines"] if one["verdict"] in wanted and one["area"] != "features"]


def line(result: Mapping[str, Any], check: str) -> dict[str, str]:
    (found,) = [one for one in result["lines"] if one["check"] == check]
    return found


def lacking(result: Mapping[str, Any]) -> set[str]:
    return {name for one in result["features"] for name in one["missing"]}


def test_in_a_healthy_account_everything_is_proven() -> None:
    world = healthy()
    result = doctor(world, **FIELD)
    assert named(result, "problem", "warning", "unknown") == []
    assert {one["state"] for one in result["features"]} == {"can"}
    assert (result["failure"], "failed" in result, result["changed"]) == ("", False, False)
    assert result["users"] == {"pending": 4, "parked": 0, "without_address": 0, "hidden": 1, "unreadable": 0}
    assert {entry["operation"] for entry in world.log} == {*READS, "getToken", "revokeToken"} - {"checkUserPermission"}
    assert world.violations == []
    assert len(world.log) < 25


PERMISSIONS = {
    "ReadAccounts": "read users",
    "ReadCompanyInfo": "read users",
    "ReadExtensions": "read users",
    "EditExtensions": "invite one user",
    "EditUserInfo": "",
    "EditExtensionInfo": "",
    "ReadUserInfo": "",
    "EditAccounts": "",
    "Users": "",
    "ReadAuditTrail": "",
}
"""Each permission, and the feature whose loss keeps users from being invited."""


@pytest.mark.parametrize(("permission", "required"), PERMISSIONS.items())
def test_a_missing_permission_is_named_and_no_other(permission: str, required: str) -> None:
    substitutes = {"EditUserCredentials"} if permission == "EditUserInfo" else set()
    world = healthy(lacking={permission} | substitutes)
    result = doctor(world)
    assert named(result) == [permission]
    assert lacking(result) == {permission}
    assert line(result, permission)["verdict"] == ("problem" if required else "warning")
    assert line(result, permission)["advice"]
    assert bool(required) == (permission in result["failure"]) == result.get("failed", False)
    if required:
        assert line(result, required)["verdict"] == "problem"
    assert world.violations == []


@pytest.mark.parametrize("permission", ["ReadUserInfo", "EditUserInfo", "EditExtensions"])
def test_for_a_ledger_in_a_custom_field_more_is_a_problem(permission: str) -> None:
    result = doctor(healthy(lacking={permission, "EditUserCredentials"}), **FIELD)
    assert named(result, "problem") == [permission]
    assert permission in result["failure"]


def test_without_both_ways_to_invite_nothing_can_be_sent() -> None:
    result = doctor(healthy(lacking={"EditUserInfo", "EditUserCredentials", "EditExtensionInfo"}))
    assert named(result, "problem") == ["EditUserInfo", "EditExtensionInfo"]


def test_what_may_stand_in_for_a_permission_is_no_proof() -> None:
    result = doctor(healthy(lacking={"EditUserInfo"}))
    assert named(result) == ["EditUserInfo"]
    assert (line(result, "EditUserInfo")["verdict"], lacking(result)) == ("warning", set())
    assert line(result, "invite one user")["finding"] == "unknown: EditUserInfo"


def face(**faces: Any) -> Callable[[World], None]:
    def apply(world: World) -> None:
        for name, value in faces.items():
            setattr(world.faces, name, value)

    return apply


def give(**fields: Any) -> Callable[[World], None]:
    """Change a pending user who is not hidden."""

    def apply(world: World) -> None:
        for name, value in fields.items():
            setattr(pending(world)[1], name, value)

    return apply


def without_fields(world: World) -> None:
    world.account.custom_fields.created.clear()
    world.faces.fields_in_use = 5


FEATURES = {
    "custom fields are not enabled": (face(custom_fields=False), ["enabled"]),
    "no custom field is left": (without_fields, ["left"]),
    "another directory is integrated": (face(external_directory=True), ["directory integration"]),
    "the directory shows no fields": (face(shows_fields=False), ["shown in the directory"]),
    "the directory hides hidden users": (face(hides_hidden=True), ["lists hidden users"]),
    "the directory hides pending users": (face(hides_pending=True), ["lists pending users", "lists hidden users"]),
    **{
        f"no {name}": (face(absent=frozenset({name})), [name])
        for name in ("creationTime", "site", "roles", "extensionNumber")
    },
    "no contact": (face(absent=frozenset({"contact"})), ["contact", "without an address"]),
    "small pages": (face(most_per_page=5), ["page size"]),
    "only the first status counts": (face(several_statuses="first"), ["several statuses in one request"]),
    "several statuses find nobody": (face(several_statuses="none"), ["several statuses in one request"]),
    "no rate headers": (face(limit_headers=False), ["headers"]),
    "no date": (face(date="none"), ["clock"]),
    "another time": (face(date_skew=-150), ["clock"]),
    "a partner's brand": (face(brand="AT&T Office@Hand"), ["brand"]),
    "own extension only": (face(self_only=frozenset({"EditExtensionInfo"})), ["EditExtensionInfo"]),
    "own extension only, one": (face(self_only=frozenset({"EditUserInfo"})), ["EditUserInfo"]),
    "no authorization profile": (
        face(answers={"readAuthorizationProfile": "CMN-109"}),
        ["authorization profile"],
    ),
    "no audit trail": (face(answers={"auditTrailSearch": "CMN-109"}), ["audit trail"]),
    "no own extension": (face(answers={"readExtension": "CMN-109"}), ["own extension"]),
    "no directory": (face(answers={"searchDirectoryEntries": "CMN-303"}), ["directory"]),
    "no bulk updates": (face(answers={"getExtensionBulkUpdateTask": "CMN-303"}), ["bulk updates"]),
    "a parked user": (give(email="ada@example.com.ps.ringcentral.com"), ["parked on a placeholder address"]),
    "a user without an address": (give(email=""), ["without an address"]),
}


@pytest.mark.parametrize(("cripple", "expected"), FEATURES.values(), ids=list(FEATURES))
def test_a_missing_feature_is_named_and_no_other(cripple: Callable[[World], None], expected: list[str]) -> None:
    world = healthy()
    cripple(world)
    result = doctor(world)
    assert named(result) == expected
    for check in expected:
        assert line(result, check)["advice"]
    assert world.violations == []


@pytest.mark.parametrize(("group", "limit"), [("Light", 30), ("Medium", 20), ("Heavy", 5)])
def test_a_lower_limit_is_named(group: str, limit: int) -> None:
    result = doctor(healthy(limits={group: limit}))
    assert named(result) == [group.lower()]
    assert line(result, group.lower())["finding"].startswith(f"{limit} requests in 60 s, ")


def test_what_is_said_of_an_account_without_custom_fields() -> None:
    world = healthy()
    world.account.custom_fields.created.clear()
    result = doctor(world, **FIELD)
    assert named(result) == []
    assert line(result, "enabled")["verdict"] == "unknown"
    world.account.permissions.lacking.add("EditAccounts")
    assert named(doctor(world, **FIELD), "problem") == ["EditAccounts"]
    assert named(doctor(world), "problem") == []


def test_a_refused_login_is_one_line_and_one_request() -> None:
    world = healthy()
    world.faults.add("refused", "getToken", status=400, document={"error": "invalid_grant"}, times=9)
    result = doctor(world)
    assert named(result) == ["login"]
    assert "platform.ringcentral.biz" in line(result, "login")["advice"]
    assert result["failure"].startswith("Inviting users does not work here. 1 problem: login: ")
    assert {one["state"] for one in result["features"]} == {"unknown"}
    assert [entry["operation"] for entry in world.log] == ["getToken"]


def test_a_wrong_clock_and_a_wrong_account_end_the_reading() -> None:
    world = healthy()
    assert named(doctor(world, skew=3600)) == ["clock"]
    asked = len(world.log)
    result = doctor(world, expect_account="17")
    assert named(result) == ["account"]
    assert result["failed"]
    assert [entry["operation"] for entry in world.log[asked:]] == ["getToken", "readAccountInfo", "revokeToken"]


def test_a_token_that_was_passed_in_leaves_the_app_unknown() -> None:
    world = healthy()
    session = world.account.log_in()
    wire = DirectWire(world, 0)
    with make_client(wire, world.clock, max_wait=900) as api:
        api._credentials, api._token, api._is_kept = (
            type(api._credentials)(access_token=session.token),
            session.token,
            True,
        )
        params = validated(_argspec.doctor(), {"access_token": session.token})
        result = rc_doctor.run(params, api, controller_time(world.clock))
    assert named(result) == []
    assert {"EditExtensions", "EditAccounts"} <= set(named(result, "unknown"))
    assert line(result, "login")["finding"].startswith("the access token that was passed in")
    assert session.token not in json.dumps(result)


def test_no_secret_and_no_person_but_the_own_user_is_in_the_result() -> None:
    world = healthy()
    result = json.dumps(doctor(world), ensure_ascii=False)
    everybody = [*world.account.extensions.values()]
    assert [one.name for one in everybody if one.name in result or (one.email and one.email in result)] == []
    assert [secret for secret in (CLIENT_SECRET, JWT, "a-client-id-0123456789") if secret in result] == []
    assert "Jay Token, extension 100" in result
    assert "ends in 6789" in result


ODD: tuple[Any, ...] = (
    [],
    {},
    7,
    "<html>",
    {"records": 7},
    {"records": [7, None]},
    {"records": [{"id": []}]},
    {"records": [{"id": 7, "status": [], "contact": 7, "displayName": {}, "customFields": 7}], "paging": {}},
    {"records": [], "paging": {"perPage": 0, "totalElements": 0}, "serviceFeatures": [[], {}]},
    {"records": [{"id": 1}], "paging": {"perPage": "x"}},
    {"permissions": 7, "id": {}, "serviceInfo": 7},
    {"permissions": [[]], "serviceInfo": {"brand": []}, "id": 62263999, "name": 7, "extensionNumber": []},
    {"errorCode": "CMN-101", "message": "no"},
)


def asked_for(operation: str) -> World:
    """An account in which doctor sends this request."""
    return healthy(lacking={"Users"} if operation == "checkUserPermission" else set())


@pytest.mark.parametrize("operation", sorted(READS))
def test_odd_answers_are_lines(operation: str) -> None:
    for document in ODD:
        world, text = asked_for(operation), json.dumps(document)
        result = doctor(world, lambda asked, _before, right, text=text: text if asked == operation else right)
        assert operation in {entry["operation"] for entry in world.log}
        assert all(isinstance(value, str) for one in result["lines"] for value in one.values()), document
        # where no answer is right anyhow, or where this one is
        fits = operation in {"getExtensionBulkUpdateTask", "checkUserPermission"}
        fits |= operation == "auditTrailSearch" and "[" in text.partition("records")[2][:4]
        fits |= operation == "readExtension" and "62263999" in text
        assert fits or named(result, "problem", "warning", "unknown"), document


@pytest.mark.parametrize("operation", sorted(READS))
@pytest.mark.parametrize(("kind", "more"), [("gateway_before", {"status": 403}), ("500", {}), ("429", {})])
def test_gateways_and_server_errors_are_lines(operation: str, kind: str, more: dict[str, Any]) -> None:
    world = asked_for(operation)
    world.faults.add(kind, operation, times=99, **more)
    result = doctor(world)
    fits = operation in {"getExtensionBulkUpdateTask", "checkUserPermission"}
    assert (fits and kind != "429") or named(result, "problem", "warning", "unknown")
    assert {line["area"] for line in result["lines"]} > {"connection", "permissions", "features"}
    assert len(world.log) < 100


def test_a_connection_that_breaks_is_given_up() -> None:
    world = healthy()
    wire = DirectWire(world, 0)
    send = wire.send

    def broken(request: Any) -> Any:
        if "directory" in request.path or "custom-fields" in request.path:
            raise TransportError("no answer within 30 s (timeout)", sent=True)
        return send(request)

    wire.send = broken  # type: ignore[method-assign]
    with make_client(wire, world.clock, max_wait=900) as api:
        result = rc_doctor.run(validated(_argspec.doctor(), {}), api, controller_time(world.clock))
    assert "auditTrailSearch" not in {entry["operation"] for entry in world.log}
    assert named(result, "problem") == ["connection"]
    assert line(result, "users")["verdict"] == "ok"
