# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples for cron and systemd: what they start, with which secrets, and never twice at once."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkout import COLLECTIONS, ROOT
from emulator import Emulator
from emulator.people import DOMAINS
from integration.playing import BIN, NO_LIMITS, mailed

SCHEDULE = ROOT / "examples/schedule"
PENDING = 3
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")


class Machine:
    """The examples installed, with the folders that they name below one of the test's."""

    def __init__(self, folder: Path, rc: Emulator) -> None:
        self.state = folder / "state"
        self.state.mkdir()
        self._places = {
            "/etc/ringcentral": str(folder),
            "/var/lib/ringcentral": str(self.state),
            "/opt/ringcentral/bin/ansible-playbook": str(BIN / "ansible-playbook"),
            "/opt/ringcentral/collections": str(COLLECTIONS),
        }
        credentials = self.read("credentials.env")
        for name, value in rc.env().items():
            credentials = re.sub(f"(?m)^{name}=.*", f'{name}="{value}"', credentials)
        (folder / "credentials.env").write_text(f'{credentials}RC_SERVER_URL="{rc.url}"\n', encoding="utf-8")
        settings = self.read("reinvite.yml").replace("[example.com]", str(list(DOMAINS)))
        (folder / "reinvite.yml").write_text(settings, encoding="utf-8")

    def read(self, name: str) -> str:
        text = (SCHEDULE / name).read_text(encoding="utf-8")
        for there, here in self._places.items():
            text = text.replace(there, here)
        return text

    def cron(self) -> tuple[str, dict[str, str]]:
        """The command of the line, as cron runs it, and the file's variables."""
        lines = [line for line in self.read("ringcentral-reinvite.cron").splitlines() if not line.startswith("#")]
        variables = dict(line.split("=", 1) for line in lines[:-1])
        *_when, user, command = lines[-1].split(maxsplit=6)
        assert user == "ringcentral"
        assert "%" not in command  # which cron takes for the end of the line
        return command, variables

    def systemd(self) -> tuple[str, dict[str, str]]:
        """The command of the unit, with what systemd reads for it."""
        unit = self.read("ringcentral-reinvite.service")
        variables = dict(pair.split("=", 1) for pair in setting(unit, "Environment").split())
        for line in Path(setting(unit, "EnvironmentFile")).read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                name, value = line.split("=", 1)
                variables[name] = value.strip('"')
        return f"cd {setting(unit, 'WorkingDirectory')} && {setting(unit, 'ExecStart')}", variables

    def run(self, scheduler: str) -> subprocess.CompletedProcess[str]:
        command, variables = getattr(self, scheduler)()
        return subprocess.run(
            ["/bin/sh", "-c", command],
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.state), "LC_ALL": "C.UTF-8", **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def setting(unit: str, name: str) -> str:
    (found,) = re.findall(f"(?m)^{name}=(.*)$", unit)
    return found


@pytest.fixture
def account() -> Iterator[Emulator]:
    with Emulator(users=9, pending=PENDING, odd=False, limits=NO_LIMITS) as rc:
        yield rc


@pytest.mark.parametrize("scheduler", ["cron", "systemd"])
def test_a_run_invites_and_keeps_what_it_must_remember(account: Emulator, tmp_path: Path, scheduler: str) -> None:
    machine = Machine(tmp_path, account)
    for _day in range(2):
        ended = machine.run(scheduler)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "SUMMARY" in ended.stdout
    assert len(mailed(account)) == len(set(mailed(account))) == PENDING
    assert (machine.state / ".local/state/onboard.ringcentral/ledger.sqlite3").exists()
    report = json.loads((machine.state / "reinvite-reports/localhost.json").read_text(encoding="utf-8"))
    assert report["counts"]["skip"] == PENDING


@pytest.mark.parametrize("scheduler", ["cron", "systemd"])
def test_nothing_runs_while_another_run_holds_the_lock(account: Emulator, tmp_path: Path, scheduler: str) -> None:
    machine = Machine(tmp_path, account)
    with (machine.state / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = machine.run(scheduler)
    assert ("still going" in ended.stdout) if scheduler == "cron" else ended.returncode != 0
    assert account.log == []


@needs_systemd
def test_systemd_understands_the_units_and_shuts_the_service_in(tmp_path: Path) -> None:
    units = []
    for name in ("ringcentral-reinvite.timer", "ringcentral-reinvite.service"):
        text = (SCHEDULE / name).read_text(encoding="utf-8")
        units.append(tmp_path / name)
        units[-1].write_text(text.replace("/opt/ringcentral/bin/ansible-playbook", "/bin/true"), encoding="utf-8")
    verified = analyze("verify", *map(str, units))
    assert (verified.returncode, verified.stderr) == (0, "")
    exposure = analyze("security", "--offline=true", "--threshold=25", str(units[1]))
    assert exposure.returncode == 0, exposure.stdout
    assert analyze("calendar", setting(units[0].read_text(encoding="utf-8"), "OnCalendar")).returncode == 0


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)
