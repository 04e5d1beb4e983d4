# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the emulator: from several threads, as a program, with TLS; and what its log tells."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator import Emulator
from emulator.tls import make_certificates
from emulator.world import CLIENT_SECRET, JWT

BULK = "/extension-bulk-update"
TESTS = Path(__file__).parents[2]


def records(call: Any, count: int) -> list[dict[str, Any]]:
    people = [e for e in call.rc.account.extensions.values() if e.status == "NotActivated" and e.type == "User"]
    return [{"id": str(e.id), "transition": {"sendWelcomeEmail": True}} for e in people[:count]]


@contextmanager
def program(*options: str) -> Iterator[subprocess.Popen[str]]:
    """The emulator as a process, which a test that fails does not leave behind."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "emulator", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, text=True, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def test_looking_from_many_threads_does_no_work_twice(emulate: Any) -> None:
    call = emulate(users=600, pending=500, odd=False, limits={"Light": 1000})
    call("POST", BULK, json={"records": records(call, 500)})
    call.rc.clock.advance(1)  # due: the next look makes it happen
    threads = [threading.Thread(target=call.rc.state) for _look in range(8)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        requests.get(f"{call.rc.url}/_emulator/state.json", timeout=5)
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert set(call.rc.state()["mails"].values()) == {1}
    assert call.rc.state()["mails_total"] == 500


def test_what_happened_can_be_read_after_the_end() -> None:
    with Emulator(users=10, pending=2) as rc:
        requests.get(f"{rc.url}/restapi/v1.0/account/~", timeout=5)
    assert [entry["status"] for entry in rc.log] == [401]
    assert rc.outbox == []


def test_an_option_that_makes_no_sense_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="heavy"):
        Emulator(limits={"heavy": 5})
    with Emulator() as rc, pytest.raises(OSError, match="in use"), Emulator(port=int(rc.url.rpartition(":")[2])):
        pass


def test_beginning_anew(emulate: Any) -> None:
    call = emulate()
    call("PUT", f"/extension/{records(call, 1)[0]['id']}", json={"transition": {"sendWelcomeEmail": True}})
    call.rc.faults.add("500")
    before = [person.id for person in call.rc.account.extensions.values()]
    requests.post(f"{call.rc.url}/_emulator/reset", timeout=5)
    assert (call.rc.outbox, call.rc.log, call.rc.faults.planned) == ([], [], [])
    assert [person.id for person in call.rc.account.extensions.values()] == before
    assert call("GET").status_code == 401
    handed = requests.post(f"{call.rc.url}/_emulator/sessions", timeout=5).json()
    call.http.headers["Authorization"] = f"Bearer {handed['access_token']}"
    assert call("GET").status_code == 200
    assert call.rc.state()["open_sessions"] == [handed["session"]]


def test_the_log_names_sessions_and_no_secret(emulate: Any) -> None:
    call = emulate()
    token = call.http.headers["Authorization"].removeprefix("Bearer ")
    call("GET", headers={"X-Run": "5"})
    call.oauth("revoke", token=token)
    login, read, _logout = call.rc.log
    assert login["headers"]["Authorization"] == "Basic ***"
    assert (read["session"], read["headers"]["Authorization"], read["headers"]["X-Run"]) == (
        "session-1",
        "session-1",
        "5",
    )
    shown = requests.get(f"{call.rc.url}/_emulator/log.json", timeout=5).text
    for place in (shown, json.dumps(call.rc.log, default=repr), json.dumps(call.rc.state())):
        assert not [secret for secret in (token, CLIENT_SECRET, JWT) if secret in place]


def test_the_log_says_what_broke_the_contract_and_which_connection_was_cut(emulate: Any) -> None:
    call = emulate()
    call("GET", "/extension", params={"status": "Sleeping"})
    call.rc.faults.add("reset_after", "readAccountInfo")
    with pytest.raises(requests.ConnectionError):
        call("GET")
    _login, wrong, cut = call.rc.log
    assert wrong["contract_violations"][0].startswith("request: ")
    assert (wrong["reset"], cut["reset"], cut["contract_violations"]) == (False, True, [])


def test_a_mail_knows_the_request_that_asked_for_it(emulate: Any) -> None:
    call = emulate()
    call("POST", BULK, json={"records": records(call, 2)})
    call.rc.clock.advance(1)
    call("GET")
    assert {mail["request"] for mail in call.rc.outbox} == {2}
    assert call.rc.log[1]["operation"] == "extensionBulkUpdate"


def test_links_to_other_pages_keep_the_filters(emulate: Any) -> None:
    call = emulate(users=60, pending=50, odd=False)
    page = call(
        "GET", "/extension", params={"status": ["NotActivated", "Frozen"], "type": "User", "perPage": 20}
    ).json()
    found = [record["id"] for record in page["records"]]
    while "nextPage" in page["navigation"]:
        page = call.http.get(page["navigation"]["nextPage"]["uri"], timeout=5).json()
        assert "previousPage" in page["navigation"]
        found += [record["id"] for record in page["records"]]
    assert len(found) == len(set(found)) == page["paging"]["totalElements"]
    assert {call.rc.account.extensions[number].status for number in found} <= {"NotActivated", "Frozen"}


def test_a_fault_can_be_for_one_path(emulate: Any) -> None:
    call = emulate()
    first, second = (record["id"] for record in records(call, 2))
    requests.post(
        f"{call.rc.url}/_emulator/faults", json={"kind": "503_bare", "path": f"GET */extension/{second}"}, timeout=5
    )
    assert call("GET", f"/extension/{first}").status_code == 200
    refused = call("GET", f"/extension/{second}")
    assert (refused.status_code, "Retry-After" in refused.headers) == (503, False)
    faults = requests.get(f"{call.rc.url}/_emulator/faults.json", timeout=5).json()
    assert [fault["kind"] for fault in faults["happened"]] == ["503_bare"]


@pytest.mark.parametrize(
    ("change", "status"), [({"status": "Enabled"}, 200), ({"record": 1}, 404), ({"name": "x"}, 404), ({"id": 5}, 404)]
)
def test_only_what_a_person_has_can_be_changed(emulate: Any, change: dict[str, Any], status: int) -> None:
    call = emulate()
    person = records(call, 1)[0]["id"]
    control = f"{call.rc.url}/_emulator/extensions"
    assert requests.post(f"{control}/{person}", json=change, timeout=5).status_code == status
    assert requests.post(f"{control}/nobody", json=change, timeout=5).status_code == 404


def test_a_thousand_records_are_answered_quickly(emulate: Any) -> None:
    call = emulate(users=20_000, pending=9_000)
    for ask in (
        lambda: call("GET", "/extension", params={"perPage": 1000, "page": 7}),
        lambda: call("POST", "/directory/entries/search", json={"perPage": 1000, "page": 7}),
    ):
        ask()  # compiles the schemas
        before = time.process_time()
        assert len(ask().json()["records"]) == 1000
        assert time.process_time() - before < 0.5  # client and server are both this process


def test_tls_with_an_authority_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_certificates(tmp_path)
    with Emulator(tls=made.context) as rc:
        assert rc.url.startswith("https://")
        assert requests.get(f"{rc.url}/_emulator/state.json", verify=str(made.ca), timeout=5).ok
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{rc.url}/_emulator/state.json", timeout=5)
    other = make_certificates(tmp_path, "elsewhere.example.net")
    with Emulator(tls=other.context) as rc, pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{rc.url}/_emulator/state.json", verify=str(other.ca), timeout=5)


def test_the_program_says_when_it_is_ready_and_stops_when_asked(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    options = ["--users", "20", "--pending", "5", "--limit", "heavy=3", "--limit", "auth=9", "light=8"]
    options += ["--lacking", "EditAccounts", "--ready-file", str(tmp_path / "ready.json")]
    options += ["--tls-cert", str(made.certificate), "--tls-key", str(made.key)]
    with program(*options) as emulator:
        assert emulator.stdout
        ready = json.loads(emulator.stdout.readline())
        assert json.loads((tmp_path / "ready.json").read_text()) == ready
        assert ready["pid"] == emulator.pid
        ca = str(made.ca)
        state = requests.get(f"{ready['url']}/_emulator/state.json", verify=ca, timeout=5).json()
        token = requests.post(f"{ready['url']}/_emulator/sessions", verify=ca, timeout=5).json()["access_token"]
        limit = requests.get(
            f"{ready['url']}/restapi/v1.0/account/~",
            headers={"Authorization": f"Bearer {token}"},
            verify=ca,
            timeout=5,
        ).headers["X-Rate-Limit-Limit"]
        emulator.send_signal(signal.SIGTERM)
        assert emulator.wait(timeout=10) == 0
    assert (state["users"], limit) == (20, "8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--users", "3", "--pending", "9"], "there cannot be more pending users than users"),
        (["--limit", "loose=5"], "'loose=5' is not like heavy=5"),
        (["--tls-key", "x"], "--tls-key needs --tls-cert"),
        (["--port", "{taken}"], "in use"),
    ],
)
def test_the_program_refuses_what_it_cannot_do(options: list[str], said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        with program(*(option.format(taken=number) for option in options)) as emulator:
            _out, error = emulator.communicate(timeout=20)
    assert emulator.returncode != 0
    assert said in error
    assert "Traceback" not in error
