# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's faces of the account: permissions, custom fields, lists, refusals, sessions and brand."""

from __future__ import annotations

from typing import Any

import pytest

from emulator import Faces

LIST = "/extension"
PROFILE = "/extension/~/authz-profile"
SEARCH = "/directory/entries/search"
FIELD = {"category": "User", "displayName": "Notes"}
INVITE = {"transition": {"sendWelcomeEmail": True}}


def pending(call: Any) -> list[int]:
    people = call.rc.account.extensions.values()
    return [e.id for e in people if e.status == "NotActivated" and e.type == "User"]


@pytest.mark.parametrize(
    ("lacking", "code", "words"),
    [
        ("EditExtensions", "CMN-401", "application needs to have [EditExtensions] permission"),
        ("EditExtensionInfo", "CMN-408", "user needs to have [EditExtensionInfo] permission for requested resource."),
    ],
)
@pytest.mark.parametrize("errors", ["both", "list", "old"])
def test_a_missing_permission_in_ringcentrals_words(
    emulate: Any, lacking: str, code: str, words: str, errors: str
) -> None:
    call = emulate(lacking={lacking}, faces=Faces(errors=errors))
    answer = call("POST", "/extension-bulk-update", json={"records": [{"id": "1"}]})
    said = f"In order to call this API endpoint, {words}"
    listed = {"errors": [{"errorCode": code, "message": said, "permissionName": lacking}]}
    top = {"message": said, "permissionName": lacking}
    expected = {
        "both": {**top, "errorCode": code, **listed},
        "list": listed,
        "old": {**top, "errorCode": "InsufficientPermissions", **listed},
    }
    assert (answer.status_code, answer.json()) == (403, expected[errors])
    assert call.rc.state()["violations"] == []


def test_the_authorization_profile_knows_what_the_user_may_do(emulate: Any) -> None:
    call = emulate(lacking={"Users", "EditAccounts"}, faces=Faces(self_only=frozenset({"EditUserInfo"})))
    scopes = {one["permission"]["id"]: one["scopes"] for one in call("GET", PROFILE).json()["permissions"]}
    assert scopes["EditUserInfo"] == ["Self"]
    assert scopes["EditExtensionInfo"] == ["AllExtensions", "Self"]
    assert not {"Users", "EditAccounts", "ReadAccounts"} & scopes.keys()
    someone = pending(call)[0]

    def check(name: str, **target: int) -> bool:
        answer = call("GET", f"{PROFILE}/check", params={"permissionId": name, **target}).json()
        assert ("details" in answer) == answer["successful"]
        return bool(answer["successful"])

    asked = [check("EditUserInfo"), check("EditUserInfo", targetExtensionId=someone), check("Users"), check("Nonsense")]
    assert asked == [True, False, False, False]
    assert call("GET", f"/extension/{someone}/authz-profile").json()["errorCode"] == "CMN-404"


def test_a_permission_for_oneself_alone(emulate: Any) -> None:
    call = emulate(faces=Faces(self_only=frozenset({"EditUserInfo", "EditUserCredentials"})))
    refused = call("PUT", f"{LIST}/{pending(call)[0]}", json=INVITE)
    assert (refused.json()["errorCode"], call.rc.outbox) == ("CMN-408", [])
    assert call("PUT", f"{LIST}/~", json={"contact": {"department": "IT"}}).status_code == 200


def test_a_permission_that_there_is_not_is_refused(emulate: Any) -> None:
    with pytest.raises(ValueError, match="EditExtension is none of EditAccounts, "):
        emulate(lacking={"EditExtension"})


def test_ones_own_extension(emulate: Any) -> None:
    call = emulate()
    own = call("GET", f"{LIST}/~").json()
    assert call("GET", f"{LIST}/{own['id']}").json() == own
    assert own["id"] == call.rc.account.own.id
    assert own["id"] not in [record["id"] for record in call("GET", LIST).json()["records"]]


@pytest.mark.parametrize(("brand", "external"), [("RingCentral", False), ("AT&T Office@Hand", True)])
def test_the_account_has_a_brand_and_features(emulate: Any, brand: str, external: bool) -> None:
    call = emulate(faces=Faces(brand=brand, external_directory=external))
    service = call("GET", "/service-info").json()
    account = call("GET").json()
    assert account["serviceInfo"]["brand"]["name"] == service["brand"]["name"] == brand
    assert account["serviceInfo"]["uri"] == service["uri"]
    assert {one["featureName"]: one["enabled"] for one in service["serviceFeatures"]} == {
        "UserManagement": True,
        "ExternalDirectoryIntegration": external,
    }


def test_custom_fields_are_not_enabled(emulate: Any) -> None:
    call = emulate(faces=Faces(custom_fields=False))
    someone = pending(call)[0]
    write = {"customFields": [{"id": "1", "value": "x"}], **INVITE}
    for refused in (
        call("GET", "/custom-fields"),
        call("POST", "/custom-fields", json=FIELD),
        call("PUT", f"{LIST}/{someone}", json=write),
    ):
        assert (refused.status_code, refused.json()["errorCode"]) == (403, "CMN-109")
    assert call("PUT", f"{LIST}/{someone}", json=INVITE).status_code == 200
    records = [call("GET", f"{LIST}/{someone}").json(), *call("POST", SEARCH, json={}).json()["records"]]
    assert not any("customFields" in record for record in records)
    assert len(call.rc.outbox) == 1


@pytest.mark.parametrize(("in_use", "left"), [(0, 5), (4, 1), (5, 0)])
def test_five_custom_fields_at_most(emulate: Any, in_use: int, left: int) -> None:
    call = emulate(faces=Faces(fields_in_use=in_use))
    statuses = [call("POST", "/custom-fields", json=FIELD).status_code for _field in range(left + 1)]
    assert statuses == [200] * left + [400]
    listed = call("GET", "/custom-fields").json()["records"]
    assert (len(listed), len({field["id"] for field in listed})) == (5, 5)


def test_the_directory_has_types_of_its_own_and_no_pending_users(emulate: Any) -> None:
    call = emulate(users=60, pending=5, faces=Faces(directory_types={"User": "Hologram"}, hides_pending=True))
    records = call("POST", SEARCH, json={"perPage": 1000}).json()["records"]
    assert "Hologram" in {record["type"] for record in records}
    found = call("POST", SEARCH, json={"extensionTypes": ["Hologram"]}).json()["records"]
    assert {record["type"] for record in found} == {"Hologram"}
    assert "User" not in {record["type"] for record in records}
    assert "NotActivated" not in {record["status"] for record in records}
    assert call("GET", LIST, params={"status": "NotActivated", "type": "User"}).json()["paging"]["totalElements"] >= 5


@pytest.mark.parametrize(
    ("several", "shown"), [("all", {"NotActivated", "Frozen"}), ("first", {"NotActivated"}), ("none", {"Enabled"})]
)
def test_several_statuses_in_one_request(emulate: Any, several: str, shown: set[str]) -> None:
    call = emulate(users=200, faces=Faces(several_statuses=several))

    def statuses(*asked: str) -> set[str]:
        records = call("GET", LIST, params={"status": asked, "perPage": 1000}).json()["records"]
        return {record["status"] for record in records}

    found = statuses("NotActivated", "Frozen")
    assert found >= shown if several == "none" else found == shown
    assert statuses("Frozen") == {"Frozen"}


@pytest.mark.parametrize(("code", "status", "mails"), [("CMN-303", 429, 0), ("CMN-304", 429, 1), ("CMN-109", 403, 0)])
def test_an_operation_that_is_always_refused(emulate: Any, code: str, status: int, mails: int) -> None:
    call = emulate(faces=Faces(answers={"updateExtension": code}))
    answer = call("PUT", f"{LIST}/{pending(call)[0]}", json=INVITE)
    assert (answer.status_code, answer.json()["errorCode"], len(call.rc.outbox)) == (status, code, mails)
    assert "Retry-After" not in answer.headers
    assert call("GET").status_code == 200


def test_all_operations_but_the_login_are_refused(emulate: Any) -> None:
    call = emulate(faces=Faces(answers={"*": "CMN-303"}))
    assert call("GET").json()["errorCode"] == call("GET", LIST).json()["errorCode"] == "CMN-303"


def test_logout_is_limited(emulate: Any) -> None:
    call = emulate(faces=Faces(answers={"revokeToken": "CMN-301"}))
    answer = call.oauth("revoke", token=call.log_in())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert len(call.rc.state()["open_sessions"]) == 2


def test_chosen_users_are_refused_by_403(emulate: Any) -> None:
    call = emulate()
    bad, good = pending(call)[:2]
    call.rc.faces.forbidden = frozenset({str(bad)})
    answer = call("PUT", f"{LIST}/{bad}", json=INVITE)
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "CMN-101")
    records = [{"id": str(number), **INVITE} for number in (bad, good)]
    task = call("POST", "/extension-bulk-update", json={"records": records}).json()
    call.rc.clock.advance(1)
    done = call("GET", f"/extension-bulk-update/tasks/{task['id']}").json()["result"]["affectedItems"]["result"]
    assert [(one["extensionId"], one["status"]) for one in done] == [(str(bad), "Fail"), (str(good), "Success")]
    assert [mail["extension_id"] for mail in call.rc.outbox] == [good]


def test_refresh_tokens_and_sessions_of_another_length(emulate: Any) -> None:
    call = emulate(logged_in=False, faces=Faces(session_seconds=7199, refresh_tokens=True))
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    answer = call.oauth("token", grant_type=grant, assertion="demo.jwt.not-real").json()
    assert (answer["expires_in"], answer["refresh_token_expires_in"]) == (7199, 604799)
    assert answer["refresh_token"] not in str(call.rc.log)
    call.http.headers["Authorization"] = f"Bearer {answer['access_token']}"
    call.rc.clock.advance(7000)
    assert call("GET").status_code == 200
    call.rc.clock.advance(200)
    assert call("GET").json()["errorCode"] == "OAU-128"


def test_a_login_names_the_permissions_of_the_app(emulate: Any) -> None:
    call = emulate(logged_in=False, lacking={"EditAccounts", "Users"})
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    scope = call.oauth("token", grant_type=grant, assertion="demo.jwt.not-real").json()["scope"]
    assert scope.split() == ["EditExtensions", "ReadAccounts", "ReadAuditTrail"]
