# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people would write themselves, on the same account in the same run: a loop of ansible.builtin.uri, and a script
with the official SDK. And the floor: what the documented limits alone would take.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.measuring import CHECKOUT, Bench, processor
from checkout import ROOT
from emulator import Emulator
from emulator.limits import DEFAULT_LIMITS
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT
from integration.playing import BIN, NO_LIMITS, mailed, role_play
from machine import Machine

pytestmark = pytest.mark.timeout(1800)

Record = Callable[[str, object], None]

ENDS = {"oldest": ROOT / ".venv-oldest/bin", "newest": ROOT / ".venv-newest/bin"}
"""Environments with the oldest and the newest ansible-core; `make bench` makes them."""
ACCOUNT = "restapi/v1.0/account/~"
TRANSITION = {"sendWelcomeEmail": True, "sendWelcomeEmailsToUsers": True}
SDK = """
import sys
from ringcentral import SDK
platform = SDK(*sys.argv[1:4]).platform()
platform.login(jwt=sys.argv[4])
people, page = [], 1
while True:
    query = {"status": "NotActivated", "type": "User", "perPage": 100, "page": page}
    found = platform.get("/restapi/v1.0/account/~/extension", query).json()
    people += [one.id for one in found.records]
    if page >= found.paging.totalPages:
        break
    page += 1
for number in people:
    platform.put(f"/restapi/v1.0/account/~/extension/{number}", {"transition": {"sendWelcomeEmail": True}})
platform.logout()
"""


def uri_play(rc: Emulator) -> list[dict[str, Any]]:
    """The list, then a request for each user, as the documentation of the module suggests."""
    login = {
        "url": f"{rc.url}/restapi/oauth/token",
        "method": "POST",
        "url_username": CLIENT_ID,
        "url_password": CLIENT_SECRET,
        "force_basic_auth": True,
        "body_format": "form-urlencoded",
        "body": {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": JWT},
    }
    headers = {"Authorization": "Bearer {{ login.json.access_token }}"}
    query = "status=NotActivated&type=User&perPage=1000"
    invite = {
        "url": f"{rc.url}/{ACCOUNT}/extension/{{{{ item.id }}}}",
        "method": "PUT",
        "headers": headers,
        "body_format": "json",
        "body": {"transition": TRANSITION},
    }
    return [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [
                {"ansible.builtin.uri": login, "register": "login"},
                {
                    "ansible.builtin.uri": {"url": f"{rc.url}/{ACCOUNT}/extension?{query}", "headers": headers},
                    "register": "listed",
                },
                {"ansible.builtin.uri": invite, "loop": "{{ listed.json.records }}", "loop_control": {"label": "x"}},
            ],
        }
    ]


def emulate(waiting: int) -> Emulator:
    return Emulator(users=waiting + 100, pending=waiting, odd=False, limits=NO_LIMITS)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("waiting", [100, 500])
def test_against_a_loop_and_a_script(waiting: int, end: str, tmp_path: Path, record_property: Record) -> None:
    seconds = {}
    with emulate(waiting) as rc:
        ours = Bench(CHECKOUT, tmp_path / "ours", rc.env(), bin=ENDS[end]).play(role_play())
        assert ours.played.code == 0, ours.played.output[-3000:]
        assert len(mailed(rc)) == waiting
        seconds["this role"] = ours.seconds
    with emulate(waiting) as rc:
        loop = Bench(CHECKOUT, tmp_path / "uri", rc.env(), bin=ENDS[end]).play(uri_play(rc))
        assert loop.played.code == 0, loop.played.output[-3000:]
        assert len(mailed(rc)) == waiting
        seconds["uri loop"] = loop.seconds
    with emulate(waiting) as rc:
        started, before = time.monotonic(), processor()
        subprocess.run([sys.executable, "-c", SDK, CLIENT_ID, CLIENT_SECRET, rc.url, JWT], check=True)
        seconds["SDK script"] = time.monotonic() - started
        assert len(mailed(rc)) == waiting
        assert processor() > before
    times = seconds["uri loop"] / seconds["this role"]
    shown = ", ".join(f"{name} {taken:.1f} s" for name, taken in seconds.items())
    wanted = {100: "20 x", 500: "100 x"}[waiting]
    record_property("row", (f"8 {waiting} pending, {end} ansible-core", "-", f"{shown}: {times:.0f} x", wanted))


@pytest.mark.parametrize("task_seconds", [0, 5, 20])
def test_the_floor_of_the_limits(task_seconds: float, tmp_path: Path, record_property: Record) -> None:
    """12,000 pending of 50,000, by the emulator's clock. No run is faster than its requests may be, those of the list
    and then those that mail, and the last bulk task.
    """
    with Emulator(users=50_000, pending=12_000, odd=False) as rc:
        rc.account.task_seconds = task_seconds
        started = rc.clock.seconds()
        result = Machine(rc).invite(ledger={"path": str(tmp_path / "ledger.sqlite3")}, max_wait=7200)
        took = rc.clock.seconds() - started
        assert result["counts"]["invited"] == len(set(mailed(rc))) == len(mailed(rc)) == 12_000
        asked = Counter(str(entry["group"]) for entry in rc.log)
        windows = sum(math.ceil(asked[group] / DEFAULT_LIMITS[group]) - 1 for group in ("Medium", "Heavy"))
        floor = 60 * windows + task_seconds
        throttled = rc.state()["throttled"]
        said = f"{took:.0f} s, {took / floor:.2f} x the floor of {floor} s, {throttled} x 429"
        wanted = "1.1 x, 0 x 429" if task_seconds < 20 else "-"
        record_property("row", (f"9 12,000 of 50,000, bulk tasks of {task_seconds} s", "-", said, wanted))
        assert throttled == 0


MODULE = """
import json, resource, sys, time
sys.path[:0] = json.loads(sys.argv[2])
from datetime import datetime, timezone
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client, Credentials
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import RequestsWire
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import silent
from ansible_collections.onboard.ringcentral.plugins.modules import rc_send_invite
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT
options = {"all_pending": True, "ledger": {"path": sys.argv[3]}}
params = ArgumentSpecValidator(_argspec.send_invite()).validate(options).validated_parameters
wire = RequestsWire(sys.argv[1], verify=True, timeout=60)
started = resource.getrusage(resource.RUSAGE_SELF)
clock = {"clock": time.monotonic, "sleep": time.sleep}
with Client(wire, Credentials(CLIENT_ID, CLIENT_SECRET, JWT), account="~", max_wait=7200, **clock) as api:
    result = rc_send_invite.run(params, api, lambda: datetime.now(timezone.utc), check_mode=False, progress=silent)
used = resource.getrusage(resource.RUSAGE_SELF)
print(result["counts"]["invited"], used.ru_utime + used.ru_stime - started.ru_utime - started.ru_stime, used.ru_maxrss)
"""
WRAPPER = """#!{python}
import os, resource, subprocess, sys
ended = subprocess.run(["{program}", *sys.argv[1:]])
open("{used}", "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(ended.returncode)
"""


def test_the_work_for_twelve_thousand(tmp_path: Path, record_property: Record) -> None:
    with emulate(12_000) as rc:
        arguments = [rc.url, json.dumps(sys.path), str(tmp_path / "ledger.sqlite3")]
        program = [sys.executable, "-c", MODULE, *arguments]
        ended = subprocess.run(program, stdout=subprocess.PIPE, text=True, check=True)
        invited, module, memory = map(float, ended.stdout.split())
        assert invited == 12_000
    (tmp_path / "bin").mkdir()
    wrapper, used = tmp_path / "bin/ansible-playbook", tmp_path / "used"
    wrapper.write_text(WRAPPER.format(python=sys.executable, program=BIN / "ansible-playbook", used=used))
    wrapper.chmod(0o755)
    with emulate(12_000) as rc:
        cost = Bench(CHECKOUT, tmp_path / "play", rc.env(), bin=wrapper.parent).play(role_play(reinvite_max_wait=7200))
        assert cost.played.code == 0, cost.played.output[-3000:]
        assert len(mailed(rc)) == 12_000
    said = (
        f"module {module:.1f} s, {memory / 1024:.0f} MB; with playbook and files {cost.processor:.1f} s, "
        f"{int(used.read_text()) / 1024:.0f} MB"
    )
    record_property("row", ("10 12,000 pending: processor and memory", "-", said, "1.5 s, 150 MB; 5 s, 300 MB"))
