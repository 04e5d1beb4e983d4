# SPDX-License-Identifier: GPL-3.0-or-later
"""An Active Directory of the tests' own: Samba on loopback, made from nothing and stopped at the end."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

PACKAGES = "samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind ldb-tools"
PROGRAMS = ("samba", "samba-tool", "ldbadd")
LDAPS = ("127.0.0.1", 636)


@dataclass(frozen=True)
class Controller:
    """The server, who may ask it, and its own CA."""

    folder: Path
    uri: str = "ldaps://127.0.0.1"
    base: str = "OU=People,DC=ad,DC=example,DC=com"
    user: str = "Administrator@ad.example.com"
    password: str = "Made-up-passw0rd"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def add(self, people: Iterable[Mapping[str, str | list[str]]]) -> None:
        """People by their attributes, all in one go."""
        records = [{"dn": self.base, "objectClass": "organizationalUnit"}]
        records += [
            {"dn": f"CN=u{number},{self.base}", "objectClass": "user", "sAMAccountName": f"u{number}", **person}
            for number, person in enumerate(people)
        ]
        ldif = self.folder / "people.ldif"
        ldif.write_text("\n".join(map(_ldif, records)), encoding="ascii")
        _run("ldbadd", "-H", str(self.folder / "dc/private/sam.ldb"), str(ldif))


def _ldif(record: Mapping[str, str | list[str]]) -> str:
    values = [(key, one) for key, value in record.items() for one in (value if isinstance(value, list) else [value])]
    return "".join(f"{key}:: {base64.b64encode(one.encode()).decode()}\n" for key, one in values if one)


def _run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0, f"{command[0]} failed:\n{ended.stdout}{ended.stderr}"


def _answers() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(LDAPS) == 0


@pytest.fixture(scope="session")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    assert not missing, f"{', '.join(missing)} not found: apt-get install --no-install-recommends {PACKAGES}"
    assert os.geteuid() == 0, "a domain controller needs root"
    assert not _answers(), f"something serves {LDAPS} already"
    made = Controller(tmp_path_factory.mktemp("ad"))
    _provision(made)
    with (made.folder / "samba.log").open("wb") as log:
        config = str(made.folder / "dc/etc/smb.conf")
        server = subprocess.Popen(
            ["samba", f"--configfile={config}", "--foreground", "--no-process-group"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + 60
            while not _answers():
                told = (made.folder / "samba.log").read_text(errors="replace")
                assert server.poll() is None and time.monotonic() < deadline, f"samba does not serve:\n{told}"  # noqa: PT018
                time.sleep(0.1)
            yield made
        finally:
            server.terminate()
            server.wait(timeout=30)


def _provision(made: Controller) -> None:
    target = made.folder / "dc"
    target.mkdir()
    _run(
        "samba-tool",
        "domain",
        "provision",
        "--dns-backend=NONE",
        f"--targetdir={target}",
        "--realm=AD.EXAMPLE.COM",
        "--domain=EXAMPLE",
        "--host-name=dc1",
        "--host-ip=127.0.0.1",
        f"--adminpass={made.password}",
        "--option=interfaces = lo",
        "--option=bind interfaces only = yes",
    )
    ca = trustme.CA()
    issued = ca.issue_cert("localhost", "127.0.0.1")
    ca.cert_pem.write_to_path(str(made.ca))
    issued.cert_chain_pems[0].write_to_path(str(made.folder / "cert.pem"))
    key = made.folder / "key.pem"
    key.touch(mode=0o600)
    issued.private_key_pem.write_to_path(str(key))
    config = target / "etc/smb.conf"
    lines = [
        line for line in config.read_text().splitlines() if "server services" not in line and "log file" not in line
    ]
    more = {
        "server services": "ldap",
        "log file": made.folder / "samba.%m.log",
        "tls keyfile": key,
        "tls certfile": made.folder / "cert.pem",
        "tls cafile": made.ca,
    }
    place = lines.index("[global]") + 1
    config.write_text(
        "\n".join([*lines[:place], *(f"\t{key} = {value}" for key, value in more.items()), *lines[place:]])
    )
