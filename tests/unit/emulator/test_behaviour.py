# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulator answers, without and with faults."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from emulator.world import JWT

BULK = "/extension-bulk-update"
INVITE = {"transition": {"sendWelcomeEmail": True}}


def pending(call: Any, count: int | None = None) -> list[int]:
    people = call.rc.account.extensions.values()
    return [e.id for e in people if e.status == "NotActivated" and e.type == "User"][:count]


def bulk(call: Any, ids: list[int]) -> requests.Response:
    return call("POST", BULK, json={"records": [{"id": str(number), **INVITE} for number in ids]})


def test_login_and_logout(emulate: Any) -> None:
    call = emulate(logged_in=False)
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert call.oauth("token", grant_type="x", assertion=JWT).json()["error"] == "invalid_request"
    assert call.oauth("token", "wrong", grant_type=grant, assertion=JWT).json()["error"] == "invalid_client"
    assert call.oauth("token", grant_type=grant, assertion="other").json()["error"] == "invalid_grant"
    token = call.log_in()
    assert call("GET").json()["id"] == call.rc.account.id
    assert call.rc.state()["open_sessions"] == ["session-1"]
    assert call.oauth("revoke", token=token).status_code == 200
    assert call("GET").status_code == 401
    assert call.rc.state()["open_sessions"] == []


def test_a_sixth_session_ends_the_first_and_an_hour_ends_any(emulate: Any) -> None:
    call = emulate(logged_in=False, limits={"Auth": 20})
    first = call.log_in()
    for _login in range(5):
        last = call.log_in()
    assert len(call.rc.state()["open_sessions"]) == 5
    assert call("GET").status_code == 200
    call.http.headers["Authorization"] = f"Bearer {first}"
    assert call("GET").json()["errorCode"] == "OAU-213"
    call.http.headers["Authorization"] = f"Bearer {last}"
    call.rc.clock.advance(3600)
    assert call("GET").json()["errorCode"] == "OAU-128"


def test_pages_and_filters(emulate: Any) -> None:
    call = emulate(users=250, pending=120, odd=False)
    first = call("GET", "/extension", params={"status": ["NotActivated", "Frozen"], "type": "User"}).json()
    assert len(first["records"]) == first["paging"]["perPage"] == 100
    assert first["navigation"]["nextPage"]["uri"].startswith(call.rc.url)
    second = call("GET", "/extension", params={"status": "NotActivated", "type": "User", "page": 2}).json()
    assert len(second["records"]) == 20
    assert "nextPage" not in second["navigation"]
    record = second["records"][0]
    assert isinstance(record["id"], int)
    one = call("GET", "/extension", params={"email": ["nobody@example.com", record["contact"]["email"]]}).json()
    assert [entry["id"] for entry in one["records"]] == [record["id"]]
    assert call("GET", "/extension", params={"perPage": 2000}).status_code == 400
    assert call("GET", "/extension", params={"status": "Sleeping"}).status_code == 400
    assert len(call.rc.state()["violations"]) == 2


def test_a_put_mails_only_people_who_have_not_activated(emulate: Any) -> None:
    call = emulate()
    someone = pending(call)[0]
    assert call("PUT", f"/extension/{someone}", json=INVITE).status_code == 200
    enabled = next(e.id for e in call.rc.account.extensions.values() if e.status == "Enabled")
    queue = next(e.id for e in call.rc.account.extensions.values() if e.type == "Department")
    for number, code in ((enabled, "CMN-101"), (queue, "CMN-101"), (1, "CMN-102")):
        assert call("PUT", f"/extension/{number}", json=INVITE).json()["errorCode"] == code
    assert (
        call("PUT", f"/extension/{someone}", json={"contact": {"department": "Moon"}}).json()["contact"]["department"]
        == "Moon"
    )
    assert [mail["extension_id"] for mail in call.rc.outbox] == [someone]
    assert call.rc.state()["status_writes"] == []
    call("PUT", f"/extension/{someone}", json={"status": "Disabled"})
    assert call.rc.state()["status_writes"] == [someone]


def test_a_bulk_task_takes_its_time_and_hides_its_failures(emulate: Any) -> None:
    call = emulate()
    good, bad = pending(call, 2)
    call.rc.account.reject[bad] = "not this one"
    task = bulk(call, [good, bad, 1]).json()
    assert task["status"] == "Accepted"
    path = f"{BULK}/tasks/{task['id']}"
    call.rc.account.tasks[task["id"]].ready_at += 100
    assert call("GET", path).json()["status"] == "InProgress"
    assert call.rc.outbox == []
    call.rc.clock.advance(101)
    done = call("GET", path).json()
    assert done["status"] == "Completed"
    assert [(item["extensionId"], item["status"]) for item in done["result"]["affectedItems"]["result"]] == [
        (str(good), "Success"),
        (str(bad), "Fail"),
        ("1", "Fail"),
    ]
    assert [mail["extension_id"] for mail in call.rc.outbox] == [good]
    assert call("GET", f"{BULK}/tasks/none").json()["errorCode"] == "CMN-102"
    assert bulk(call, [good] * 501).json()["errorCode"] == "CMN-106"


@pytest.mark.parametrize(
    ("script", "status", "listed", "mailed"),
    [
        ({"status": "Failed"}, "Failed", 0, 0),
        ({"status": "Failed", "mail_first": 2}, "Failed", 2, 2),
        ({"status": "InProgress"}, "InProgress", 0, 0),
        ({"leave_out": 1}, "Completed", 3, 4),
        ({"stranger": True}, "Completed", 5, 4),
        ({"flat": True}, "Completed", 4, 4),
    ],
)
def test_tasks_that_go_otherwise(emulate: Any, script: dict[str, Any], status: str, listed: int, mailed: int) -> None:
    call = emulate()
    call.rc.account.task_script = script
    task = bulk(call, pending(call)[-4:]).json()
    call.rc.clock.advance(1)
    found = call("GET", f"{BULK}/tasks/{task['id']}").json()
    items = found.get("result", {}).get("affectedItems", [])
    assert found["status"] == status
    assert len(items if isinstance(items, list) else items["result"]) == listed
    assert len({mail["extension_id"] for mail in call.rc.outbox}) == mailed or script.get("status") is None


def test_custom_fields_and_the_directory(emulate: Any) -> None:
    call = emulate(users=150, pending=20)
    for number in range(5):
        call("POST", "/custom-fields", json={"category": "User", "displayName": f"Field {number}"})
    assert len(call("GET", "/custom-fields").json()["records"]) == 5
    assert call("POST", "/custom-fields", json={"category": "User", "displayName": "Sixth"}).status_code == 400
    someone = pending(call)[0]
    call("PUT", f"/extension/{someone}", json={"customFields": [{"id": "2", "value": "=1"}]})
    found = call("POST", "/directory/entries/search", json={"extensionIds": [str(someone)]}).json()
    assert found["records"][0]["customFields"] == [{"id": "2", "name": "Field 1", "value": "=1"}]
    paged = call(
        "POST", "/directory/entries/search", json={"extensionStatuses": ["NotActivated"], "perPage": 1000}
    ).json()
    assert paged["paging"]["totalElements"] == len(paged["records"])
    assert call("PUT", f"/extension/{someone}", json={"customFields": [{"id": "9", "value": "x"}]}).status_code == 404


@pytest.mark.parametrize(
    ("lacking", "method", "path", "code"),
    [
        ("EditExtensionInfo", "POST", BULK, "CMN-408"),
        ("EditExtensions", "POST", BULK, "CMN-401"),
        ("ReadAccounts", "GET", "/extension", "CMN-401"),
        ("EditAccounts", "POST", "/custom-fields", "CMN-401"),
        ("Users", "POST", "/custom-fields", "CMN-408"),
    ],
)
def test_missing_permissions(emulate: Any, lacking: str, method: str, path: str, code: str) -> None:
    call = emulate(lacking={lacking})
    bodies = {BULK: {"records": [{"id": "1"}]}, "/custom-fields": {"category": "User", "displayName": "x"}}
    refused = call(method, path, json=bodies.get(path))
    assert (refused.status_code, refused.json()["errorCode"]) == (403, code)
    assert refused.json()["errors"][0]["permissionName"] == lacking


def test_going_over_a_limit(emulate: Any) -> None:
    call = emulate(limits={"Light": 2})
    assert [call("GET").status_code for _call in range(3)] == [200, 200, 429]
    call.rc.clock.advance(59)
    assert call("GET").status_code == 429
    call.rc.clock.advance(60)
    assert call("GET").status_code == 200
    assert call.rc.state()["throttled"] == 2


@pytest.mark.parametrize(
    ("kind", "status", "mailed"),
    [
        ("429", 429, 0), ("429_bare", 429, 0), ("500", 500, 0), ("503", 503, 0), ("502_html", 502, 0),
        ("redirect", 302, 0), ("portal", 200, 0), ("echo", 400, 0),
        ("html", 200, 1), ("not_json", 200, 1), ("slow", 200, 1), ("expired_token", 401, 0), ("revoked_token", 401, 0),
        ("permission", 403, 0), ("reset_before", None, 0), ("reset_after", None, 1), ("truncated", None, 1),
    ],
)  # fmt: skip
def test_faults(emulate: Any, kind: str, status: int | None, mailed: int) -> None:
    call = emulate()
    someone = pending(call)[0]
    call.rc.faults.add(kind, "updateExtension", skip=1)
    assert call("PUT", f"/extension/{someone}", json={"contact": {}}).status_code == 200
    if status is None:
        with pytest.raises(requests.RequestException):
            call("PUT", f"/extension/{someone}", json=INVITE)
    else:
        answer = call("PUT", f"/extension/{someone}", json=INVITE)
        assert answer.status_code == status
        assert ("Retry-After" in answer.headers) == (kind in {"429", "503"})
        if kind in {"html", "not_json", "502_html", "portal"}:
            with pytest.raises(ValueError):  # noqa: PT011  # whichever JSON library requests has
                answer.json()
    assert len(call.rc.outbox) == mailed
    assert [fault["kind"] for fault in call.rc.state()["faults"]] == [kind]
    call.log_in()
    assert call("PUT", f"/extension/{someone}", json=INVITE).status_code == 200


def test_a_next_page_on_another_host(emulate: Any) -> None:
    call = emulate(users=250, pending=120)
    call.rc.faults.add("foreign_next_page", "listExtensions")
    assert "elsewhere.example.net" in call("GET", "/extension").json()["navigation"]["nextPage"]["uri"]


@pytest.mark.parametrize("operation", ["getToken", "readAccountInfo"])
def test_a_server_that_echoes_what_it_was_sent(emulate: Any, operation: str) -> None:
    call = emulate()
    call.rc.faults.add("echo", operation)
    answer = call.oauth("token", grant_type="x", assertion=JWT) if operation == "getToken" else call("GET")
    assert answer.request.headers["Authorization"] in answer.json()["message"]
    assert (JWT in answer.text) == (operation == "getToken")


@pytest.mark.parametrize(
    ("kind", "drop", "mailed", "in_the_end"),
    [("hold_before", "", 0, 1), ("hold_before", "?drop=true", 0, 0), ("hold_after", "", 1, 1)],
)
def test_the_world_can_be_stopped_at_a_request(
    emulate: Any, kind: str, drop: str, mailed: int, in_the_end: int
) -> None:
    call = emulate()
    call.rc.faults.add(kind, "updateExtension")
    with pytest.raises(requests.Timeout):
        call.http.put(f"{call.rc.url}/restapi/v1.0/account/~/extension/{pending(call)[0]}", json=INVITE, timeout=0.2)
    control = f"{call.rc.url}/_emulator"
    assert requests.get(f"{control}/held.json", timeout=5).json()["operation"] == "updateExtension"
    assert len(call.rc.outbox) == mailed
    requests.post(f"{control}/release{drop}", timeout=5)
    call("GET")  # behind the one that was held
    assert len(call.rc.outbox) == in_the_end


def test_the_switches_over_http(emulate: Any) -> None:
    call = emulate(users=20, pending=4)
    control = f"{call.rc.url}/_emulator"
    someone = pending(call)[0]
    call("PUT", f"/extension/{someone}", json=INVITE)
    assert len(requests.get(f"{control}/outbox.json", timeout=5).json()) == 1
    assert requests.get(f"{control}/state.json", timeout=5).json()["mails"] == {str(someone): 1}
    assert len(requests.get(f"{control}/people.json", timeout=5).json()) == 20
    before = requests.post(f"{control}/clock", json={"advance": 0}, timeout=5).json()["now"]
    assert requests.post(f"{control}/clock", json={"advance": 86400}, timeout=5).json()["now"][:10] > before[:10]
    assert requests.post(f"{control}/faults", json={"kind": "nonsense"}, timeout=5).status_code == 400
    requests.post(f"{control}/faults", json={"kind": "500"}, timeout=5)
    assert call.rc.faults.planned[0].kind == "500"
    requests.delete(f"{control}/faults", timeout=5)
    assert call.rc.faults.planned == []
    requests.post(f"{control}/extensions/{someone}", json={"status": "Enabled"}, timeout=5)
    assert call.rc.account.extensions[someone].status == "Enabled"
    requests.post(f"{control}/account", json={"reject": {"5": "x"}, "lacking": ["EditExtensions"]}, timeout=5)
    assert call.rc.account.reject == {5: "x"}
    log = requests.get(f"{control}/log.json", timeout=5).json()
    assert [entry["operation"] for entry in log] == ["getToken", "updateExtension"]
    assert JWT not in json.dumps(log)
    assert call.http.headers["Authorization"].removeprefix("Bearer ") not in json.dumps(log)


def test_the_page_escapes_what_comes_from_the_account(emulate: Any) -> None:
    call = emulate(users=40, pending=12)
    assert "Nothing has gone out yet" in requests.get(call.rc.url, timeout=5).text
    for number in [*pending(call), pending(call)[0]]:
        call("PUT", f"/extension/{number}", json=INVITE)
    page = requests.get(f"{call.rc.url}/outbox", timeout=5).text
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "\x1b" not in page
    assert page.count("class=twice") == 2
