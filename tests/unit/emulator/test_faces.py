# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's unkind faces: gateways, lists that are not whole, bodies without measure, late custom fields."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator import Faces
from emulator.faces import read_faces
from emulator.streams import BOMB

LIST = "/extension"
SEARCH = "/directory/entries/search"
INVITE = {"transition": {"sendWelcomeEmail": True}}
PENDING = {"status": "NotActivated", "type": "User"}


def pending(call: Any) -> list[int]:
    people = call.rc.account.extensions.values()
    return [e.id for e in people if e.status == "NotActivated" and e.type == "User"]


def field_of(call: Any, user: int) -> list[dict[str, Any]]:
    records = call("POST", SEARCH, json={"extensionIds": [str(user)]}).json()["records"]
    return records[0].get("customFields") if records else None


@pytest.mark.parametrize("status", [302, 303, 400, 401, 403, 404, 407, 409, 413, 421, 423, 425, 429, 451, 499])
@pytest.mark.parametrize(("kind", "mails"), [("gateway_before", 0), ("gateway_after", 1)])
@pytest.mark.parametrize("style", ["page", "json", "empty"])
def test_a_gateway_answers_whether_or_not_it_was_done(
    emulate: Any, status: int, kind: str, mails: int, style: str
) -> None:
    call = emulate(users=6, pending=4, odd=False)
    call.rc.faults.add(kind, "updateExtension", status=status, style=style)
    answer = call("PUT", f"{LIST}/{pending(call)[0]}", json=INVITE)
    assert answer.status_code == status
    begins = {"page": "<html>", "json": '{"message"', "empty": ""}[style]
    assert answer.text.startswith(begins)
    assert answer.text or style == "empty"
    assert "errorCode" not in answer.text
    assert ("Location" in answer.headers) == (status < 400)
    assert len(call.rc.outbox) == mails


@pytest.mark.parametrize("document", [{}, [], None, {"errorCode": "CMN-101", "message": "no"}])
@pytest.mark.parametrize("status", [200, 202, 207])
def test_what_was_done_is_answered_with_something_else(emulate: Any, status: int, document: Any) -> None:
    call = emulate(users=6, pending=4, odd=False)
    call.rc.faults.add("answered", "updateExtension", status=status, document=document)
    answer = call("PUT", f"{LIST}/{pending(call)[0]}", json=INVITE)
    assert (answer.status_code, answer.json() if answer.text else None) == (status, document)
    assert len(call.rc.outbox) == 1


def test_what_was_refused_was_not_done(emulate: Any) -> None:
    call = emulate(users=6, pending=4, odd=False)
    first, second = pending(call)[:2]
    document = {"errorCode": "CMN-101", "message": "Parameter [email] value is invalid"}
    call.rc.faults.add("refused", path=f"PUT */{first}", status=403, document=document)
    assert call("PUT", f"{LIST}/{second}", json=INVITE).status_code == 200
    answer = call("PUT", f"{LIST}/{first}", json=INVITE)
    assert (answer.status_code, answer.json()) == (403, document)
    assert [mail["extension_id"] for mail in call.rc.outbox] == [second]


def test_another_users_record_is_answered(emulate: Any) -> None:
    call = emulate(users=6, pending=4, odd=False)
    someone = pending(call)[0]
    call.rc.faults.add("another_record", "updateExtension")
    assert call("PUT", f"{LIST}/{someone}", json=INVITE).json()["id"] not in {someone, None}
    assert [mail["extension_id"] for mail in call.rc.outbox] == [someone]


@pytest.mark.parametrize(
    ("kind", "records", "total"),
    [("records_null", None, 4), ("page_empty", 0, 4), ("total_wrong", 2, 7), ("total_grows", 2, 6)],
)
def test_a_list_that_is_not_whole(emulate: Any, kind: str, records: int | None, total: int) -> None:
    call = emulate(users=6, pending=4, odd=False)
    call.rc.faults.add(kind, "listExtensions", skip=1)
    query = {**PENDING, "perPage": 2}
    assert len(call("GET", LIST, params=query).json()["records"]) == 2
    page = call("GET", LIST, params={**query, "page": 2}).json()
    assert page["records"] is None if records is None else len(page["records"]) == records
    assert page["paging"]["totalElements"] == total
    assert ("nextPage" in page["navigation"]) == (kind == "total_grows")


@pytest.mark.parametrize("kind", ["page_repeats", "total_grows"])
def test_a_page_that_repeats(emulate: Any, kind: str) -> None:
    call = emulate(users=6, pending=4, odd=False)
    query = {**PENDING, "perPage": 2}
    first = call("GET", LIST, params=query).json()["records"]
    call.rc.faults.add(kind, "listExtensions", times=9)
    for number in (2, 3, 7):
        assert call("GET", LIST, params={**query, "page": number}).json()["records"] == first


def test_people_activate_between_two_pages(emulate: Any) -> None:
    call = emulate(users=6, pending=4, odd=False)
    query = {**PENDING, "perPage": 2}
    everybody = pending(call)
    call.rc.faults.add("people_activate", "listExtensions", skip=1)
    pages = [call("GET", LIST, params={**query, "page": number}).json() for number in (1, 2)]
    assert [record["id"] for page in pages for record in page["records"]] == [*everybody[:2], everybody[3]]
    assert [page["paging"]["totalElements"] for page in pages] == [4, 3]


def test_bodies_without_measure(emulate: Any) -> None:
    call = emulate(users=6, pending=4, odd=False)
    faults = call.rc.faults
    faults.add("gzip_bomb", "readAccountInfo")
    packed = call("GET", stream=True)
    assert len(packed.raw.read(decode_content=False)) < BOMB / 500
    faults.add("deep_nesting", "readAccountInfo")
    with pytest.raises(RecursionError):
        json.loads(call("GET").text)
    faults.add("endless_body", "readAccountInfo")
    endless = call("GET", stream=True)
    assert sum(len(chunk) for chunk, _number in zip(endless.iter_content(2**20), range(20), strict=False)) > 10 * 2**20
    endless.close()
    faults.add("drip", "readAccountInfo", seconds=0.3)
    assert call("GET").json()["id"] == call.rc.account.id
    faults.add("continue_forever", "readAccountInfo", seconds=0.2)
    with pytest.raises(requests.ConnectionError):
        call("GET")


def test_a_limit_of_a_microsecond(emulate: Any) -> None:
    call = emulate()
    call.rc.faults.add("window_tiny", "readAccountInfo")
    call.rc.faults.add("429_tiny", "readAccountInfo")
    answer = call("GET")
    assert (answer.status_code, answer.headers["X-Rate-Limit-Remaining"]) == (200, "0")
    assert float(answer.headers["X-Rate-Limit-Window"]) == 1e-6
    refused = call("GET")
    assert (refused.status_code, refused.json()["errorCode"], refused.headers["Retry-After"]) == (429, "CMN-301", "0")


def test_custom_fields_are_shown_late(emulate: Any) -> None:
    call = emulate(faces=Faces(directory_lag=90))
    call("POST", "/custom-fields", json={"category": "User", "displayName": "Notes"})
    someone = pending(call)[0]
    write = {"customFields": [{"id": "1", "value": "first"}]}
    call("PUT", f"{LIST}/{someone}", json=write)
    assert field_of(call, someone) == []
    assert call("GET", f"{LIST}/{someone}").json()["customFields"][0]["value"] == "first"
    call.rc.clock.advance(91)
    assert [entry["value"] for entry in field_of(call, someone)] == ["first"]
    write["customFields"][0]["value"] = "second"
    call("PUT", f"{LIST}/{someone}", json=write)
    assert [entry["value"] for entry in field_of(call, someone)] == ["first"]
    call.rc.clock.advance(91)
    assert [entry["value"] for entry in field_of(call, someone)] == ["second"]


@pytest.mark.parametrize(
    ("faces", "shown"), [(Faces(keeps_values=False), []), (Faces(shows_fields=False), None), (Faces(), ["x"])]
)
def test_custom_fields_are_not_kept_or_not_shown(emulate: Any, faces: Faces, shown: list[str] | None) -> None:
    call = emulate(faces=faces)
    call("POST", "/custom-fields", json={"category": "User", "displayName": "Notes"})
    someone = pending(call)[0]
    call("PUT", f"{LIST}/{someone}", json={"customFields": [{"id": "1", "value": "x"}]})
    found = field_of(call, someone)
    assert found == shown or [entry["value"] for entry in found] == shown


def test_hidden_users_absent_fields_and_small_pages(emulate: Any) -> None:
    absent = frozenset({"creationTime", "site", "roles", "references"})
    call = emulate(users=9, pending=8, odd=False, faces=Faces(hides_hidden=True, absent=absent, most_per_page=3))
    someone = pending(call)[0]
    call.rc.account.extensions[someone].hidden = True
    assert field_of(call, someone) is None
    page = call("GET", LIST, params={"perPage": 1000}).json()
    assert (len(page["records"]), page["paging"]["perPage"], page["paging"]["totalPages"]) == (3, 3, 3)
    assert not absent & page["records"][0].keys()
    assert not absent & call("GET", f"{LIST}/{someone}").json().keys()
    assert call.rc.state()["violations"] == []


def test_one_record_makes_a_bulk_update_refused(emulate: Any) -> None:
    call = emulate(users=6, pending=4, odd=False)
    bad, *good = pending(call)
    call.rc.faces.poison = frozenset({str(bad)})
    for people, status in (([bad, *good], 400), (good, 200)):
        records = [{"id": str(number), **INVITE} for number in people]
        assert call("POST", "/extension-bulk-update", json={"records": records}).status_code == status
    call.rc.clock.advance(1)
    assert sorted(mail["extension_id"] for mail in call.rc.outbox) == sorted(good)


def test_the_date_is_that_of_the_emulators_clock(emulate: Any) -> None:
    call = emulate(limits={"Light": 1000})

    def difference() -> float:
        said = parsedate_to_datetime(call("GET").headers["Date"])
        return abs((said - call.rc.clock.now()).total_seconds())

    assert difference() < 2
    call.rc.clock.advance(86400)
    assert difference() < 2
    call.rc.faces.date_skew = -3 * 86400
    assert abs(difference() - timedelta(days=3).total_seconds()) < 2
    call.rc.faces.date = "real"
    assert abs(difference() - 86400) < 2


def test_limits_without_headers(emulate: Any) -> None:
    call = emulate(limits={"Light": 1}, faces=Faces(limit_headers=False))
    answers = [call("GET") for _call in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert not [
        name for answer in answers for name in answer.headers if "rate" in name.lower() or name == "Retry-After"
    ]


@pytest.mark.parametrize(
    ("document", "words"),
    [({"lag": 3}, "lag"), ({"date": "moon"}, "moon"), ({"absent": ["id"]}, "id"), ({"directory_lag": 9}, "")],
)
def test_faces_over_http(emulate: Any, document: dict[str, Any], words: str) -> None:
    call = emulate()
    answer = requests.post(f"{call.rc.url}/_emulator/faces", json=document, timeout=5)
    assert answer.status_code == (400 if words else 200)
    assert words in answer.text
    assert call.rc.faces.directory_lag == (0 if words else 9)
    if words:
        with pytest.raises(ValueError, match=words):
            read_faces(document)


def test_the_program_takes_faces_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faces.json"
    path.write_text('{"lag": 9}', encoding="utf-8")
    tests = Path(__file__).parents[2]
    command = [sys.executable, "-m", "emulator", "--faces", str(path)]
    ended = subprocess.run(
        command, env={"PYTHONPATH": str(tests)}, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "no face is called lag" in ended.stderr
