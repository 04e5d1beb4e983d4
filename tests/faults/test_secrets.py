# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No run with -vvvv prints or leaves behind a secret, even where the server repeats what it was sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from emulator import Emulator
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT
from integration.playing import CONNECTION, NO_LIMITS, ROOT, Player

WRONG_JWT = "wrong.jwt.of-somebody"
BROKEN = ("first-half-of-a-secret", "second-half-of-it")
"""A secret that a line break divides, as it comes from a file or a form; each half counts as secret."""
WRONG_SECRET = "wrong-secret-of-an-app"


TIMES = {"extensionBulkUpdate": 20}
"""A bulk request that is refused once is divided, and then succeeds: each part is refused here. For four users those
are seven requests, so that no run waits for a limit."""


@dataclass(frozen=True)
class Case:
    """What goes wrong: a fault, missing permissions, or variables on top of good ones."""

    said: str = ""
    fault: tuple[str, str] = ("", "")
    lacking: frozenset[str] = frozenset()
    variables: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    document: Any = None


CASES = {
    "nothing": Case(),
    "a wrong jwt": Case("OAU-251", credentials={"jwt": WRONG_JWT}),
    "a wrong client secret": Case("OAU-153", credentials={"client_secret": WRONG_SECRET}),
    "a permission": Case("needs the permission", lacking=frozenset({"EditExtensions"})),
    "a reset": Case("the connection broke", fault=("reset_after", "extensionBulkUpdate")),
    "a server error": Case("CMN-211", fault=("500", "extensionBulkUpdate")),
    "an echo of a read": Case("Cannot process", fault=("echo", "listExtensions")),
    "an echo of the login": Case("refused the login", fault=("echo", "getToken")),
    "an echo of the bulk request": Case("Cannot process", fault=("echo", "extensionBulkUpdate")),
    "an echo of an invitation": Case(
        "were invited", fault=("echo", "updateExtension"), variables={"reinvite_transport": "single"}
    ),
    "an echo of the logout": Case(fault=("echo", "revokeToken")),
    "a wrong variable": Case("reinvite_limit", variables={"reinvite_limit": "many"}),
}


WRITTEN_OTHERWISE = {
    "an escaped echo of a read": Case("Cannot process", fault=("echo_escaped", "listExtensions")),
    "an escaped echo of the login": Case("refused the login", fault=("echo_escaped", "getToken")),
    "an escaped echo of the bulk request": Case("Cannot process", fault=("echo_escaped", "extensionBulkUpdate")),
    "an encoded echo of the login": Case("refused the login", fault=("echo_encoded", "getToken")),
    "an encoded echo of the bulk request": Case("Cannot", fault=("echo_encoded", "extensionBulkUpdate")),
    "an encoded echo of the logout": Case(fault=("echo_encoded", "revokeToken")),
    "a jwt with a carriage return": Case("jwt", credentials={"jwt": "\r".join(BROKEN)}),
    "a jwt with a line break at its end": Case(credentials={"jwt": f"{JWT}\r\n"}),
    "a client secret with a line break": Case("client_secret", credentials={"client_secret": "\r\n".join(BROKEN)}),
    "a new token with a carriage return": Case(
        "token", fault=("answered", "getToken"), document={"access_token": "\r".join(BROKEN), "expires_in": 3600}
    ),
}
"""Secrets that are escaped on their way back, or broken on their way in."""


@pytest.fixture(params=["environment", "variables"])
def source(request: pytest.FixtureRequest) -> str:
    """Where the credentials come from."""
    return str(request.param)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_secret_is_left_anywhere(case: Case, source: str, tmp_path: Path) -> None:
    with Emulator(users=14, pending=4, odd=False, limits=NO_LIMITS, lacking=case.lacking) as rc:
        if case.fault[0]:
            rc.faults.add(*case.fault, times=TIMES.get(case.fault[1], 1), document=case.document)
        credentials = {option: rc.env()[name] for option, name in CONNECTION.items()} | case.credentials
        check(case, rc, play(tmp_path, source, credentials, case.variables), tmp_path)


@pytest.mark.parametrize("case", WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE)
def test_nor_is_one_that_is_written_otherwise(case: Case, tmp_path: Path) -> None:
    test_no_secret_is_left_anywhere(case, "environment", tmp_path)


@pytest.mark.parametrize("operation", ["readAccountInfo", "extensionBulkUpdate"])
def test_nor_is_a_token_that_was_handed_in(operation: str, source: str, tmp_path: Path) -> None:
    with Emulator(users=14, pending=4, odd=False) as rc:
        rc.faults.add("echo", operation, times=TIMES.get(operation, 1))
        credentials = {"server_url": rc.url, "access_token": rc.new_access_token()}
        check(Case("Cannot process"), rc, play(tmp_path, source, credentials, {}), tmp_path)


def test_nor_is_a_token_that_a_line_break_divides(source: str, tmp_path: Path) -> None:
    with Emulator(users=14, pending=4, odd=False) as rc:
        credentials = {"server_url": rc.url, "access_token": "\r".join(BROKEN)}
        check(Case("access_token", credentials=credentials), rc, play(tmp_path, source, credentials, {}), tmp_path)


def play(folder: Path, source: str, credentials: Mapping[str, str], variables: Mapping[str, Any]) -> tuple[int, str]:
    """Run the playbook as loudly as it can be, with all that it writes below one folder.

    Variables are given as an inventory's: what stands on the command line is shown by Ansible itself.
    """
    names = {**CONNECTION, "access_token": "RC_ACCESS_TOKEN"}
    named = source == "variables"
    environment = {} if named else {names[option]: value for option, value in credentials.items()}
    given = {f"reinvite_{option}": value for option, value in credentials.items()} if named else {}
    inventory = folder.with_name(f"{folder.name}.json")
    host = {"ansible_connection": "local", **given}
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": host}}}), encoding="utf-8")
    places = {name: folder / name.lower() for name in ("TMPDIR", "ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TEMP")}
    for place in places.values():
        place.mkdir()
    environment |= {name: str(place) for name, place in places.items()}
    environment |= {"ANSIBLE_LOG_PATH": str(folder / "ansible.log"), "ANSIBLE_KEEP_REMOTE_FILES": "false"}
    playbook = ROOT / "playbooks/reinvite.yml"
    played = Player(folder, environment).play(playbook, "-vvvv", "-i", str(inventory), **variables)
    return played.code, played.output


def check(case: Case, rc: Emulator, played: tuple[int, str], folder: Path) -> None:
    code, output = played
    assert code == (2 if case.said else 0), output
    assert case.said in output
    assert bool(rc.faults.happened) == bool(rc.faults.planned)
    secrets = {
        CLIENT_SECRET,
        JWT,
        WRONG_JWT,
        WRONG_SECRET,
        *BROKEN,
        *(session.token for session in rc.account.sessions),
    }
    traces = {"the output": output.encode(), **left_behind(folder)}
    assert traces.keys() >= {"ansible.log", "record.json"}
    found = [(name, needle) for name, trace in traces.items() for needle in needles(secrets) if needle in trace]
    assert not found
    assert not [name for name in traces if name.startswith(("tmpdir/", "ansible_"))]


def left_behind(folder: Path) -> dict[str, bytes]:
    """What all files there hold, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def needles(secrets: set[str]) -> Iterator[bytes]:
    """The secrets as they are, in a form, and in base64: alone, and amid something longer, however that is escaped."""
    for secret in {*secrets, *(f"{CLIENT_ID}:{secret}" for secret in (CLIENT_SECRET, WRONG_SECRET))}:
        yield from {secret.encode(), quote_plus(secret).encode(), quote(secret, safe="").encode()}
        for shift in range(3):
            coded = base64.b64encode(b"." * shift + secret.encode())
            # without the letters that depend on what stands before and after
            certain = coded[(0, 2, 3)[shift] : -4]
            yield from {certain, certain.replace(b"/", rb"\/"), quote(certain, safe="").encode()}


def test_the_search_would_find_them() -> None:
    for prefix in ("", "a", "ab", "abc"):
        coded = base64.b64encode(f"{prefix}{JWT}, and more".encode())
        assert any(needle in coded for needle in needles({JWT}))
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode())
    assert any(needle in basic for needle in needles({CLIENT_SECRET}))
    for written in (basic.replace(b"=", rb"\u003d").replace(b"/", rb"\/"), quote(basic, safe="").encode()):
        assert any(needle in written for needle in needles({CLIENT_SECRET}))
    assert any(needle in repr("\r".join(BROKEN)).encode() for needle in needles({*BROKEN}))
