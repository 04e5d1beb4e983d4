# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variable reinvite_notify: its suboptions, and what they come to. Mistakes are refused before any user is mailed.

No message here repeats a URL or a password.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import bare, domain_of, is_address, shown
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._files import absolute
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import UNSENT, Refused, Task

NAME = "reinvite_notify"
FORMATS = ["html", "json", "csv"]

_MAIL: dict[str, Any] = {
    "server": {"type": "str", "required": True},
    "port": {"type": "int"},
    "security": {"type": "str", "choices": ["starttls", "tls", "none"], "default": "starttls"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "ca_path": {"type": "path"},
    "sender": {"type": "str", "required": True},
    "to": {"type": "list", "elements": "str", "default": []},
    "attach": {"type": "list", "elements": "str", "choices": FORMATS, "default": ["html"]},
}
SPEC: dict[str, Any] = {
    "type": "dict",
    "options": {
        "when": {
            "type": "list",
            "elements": "str",
            "choices": ["mailed", "failed", "held", "always"],
            "default": ["mailed", "failed", "held"],
        },
        "names": {"type": "bool", "default": False},
        "link": {"type": "str"},
        "timeout": {"type": "float", "default": 30},
        "estate": {"type": "bool", "default": False},
        "mail": {"type": "dict", "options": _MAIL},
    },
}
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LONGEST = 300.0
"""Seconds; a run that waits longer for a mail server looks as if it hung."""


@dataclass(frozen=True)
class Mail:
    """A mail server, and the administrators to write to. ``attach`` are the formats of the report."""

    server: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    ca_path: str | None
    timeout: float
    sender: str
    to: tuple[str, ...]
    attach: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """What reinvite_notify asks for. ``when`` is empty where it asks for nothing."""

    when: frozenset[str]
    names: bool
    link: str
    estate: bool
    mail: Mail | None


def read_settings(task: Task) -> Settings | None:
    """The settings, or None if the variable is not set. Refused names what is wrong."""
    given = task.variables.get(NAME)
    if not given or given == {name: option.get("default") for name, option in SPEC["options"].items()}:
        return None
    if not given["mail"]:
        raise _refused("", "says when to write, but not to whom; add mail, or remove the variable")
    timeout = given["timeout"]
    if not 0 < timeout <= _LONGEST:
        raise _refused("timeout", f"must be between 0 and {_LONGEST:g} seconds")
    if given["link"]:
        check_url("link", given["link"], secret=False)
    return Settings(
        when=frozenset(given["when"]),
        names=given["names"],
        link=given["link"] or "",
        estate=given["estate"],
        mail=_mail(given["mail"], timeout) if given["mail"] else None,
    )


def _mail(given: Mapping[str, Any], timeout: float) -> Mail:
    server, security = given["server"].strip(), given["security"]
    if not server or not server.isascii() or not server.isprintable() or set(server) & set(" /@"):
        raise _refused("mail.server", "must be the name of a mail server, such as smtp.example.com")
    if security == "none" and not _is_loopback(server):
        raise _refused("mail.security", f"none would show the mail to the network; {server} is not this machine")
    if bool(given["username"]) != bool(given["password"]):
        raise _refused("mail", "needs both username and password, or neither")
    port = given["port"] if given["port"] is not None else _PORTS[security]
    if not 0 < port < 65536:
        raise _refused("mail.port", f"{port} is not a port")
    return Mail(
        server=server,
        port=port,
        security=security,
        username=given["username"] or "",
        password=given["password"] or "",
        ca_path=str(absolute(given["ca_path"])) if given["ca_path"] else None,
        timeout=timeout,
        sender=_address("mail.sender", given["sender"]),
        to=tuple(dict.fromkeys(_address("mail.to", one) for one in _some("mail.to", given["to"]))),
        attach=tuple(given["attach"]),
    )


def _some(option: str, given: Iterable[str]) -> list[str]:
    found = list(given)
    if not found:
        raise _refused(option, "names no address")
    return found


def _address(option: str, given: str) -> str:
    if not is_address(given) or not (address := plain_address(given)):
        raise _refused(option, f"{shown(given)} is not an e-mail address in ASCII, such as it@example.com")
    return address


def plain_address(email: str) -> str:
    """The address as it stands in a header, its domain in ASCII; "" if mail servers need not accept it."""
    local, _at, _domain = bare(email).rpartition("@")
    address = f"{local}@{domain_of(bare(email))}"
    return address if is_address(address) and address.isascii() and address.isprintable() else ""


def check_url(option: str, url: str, *, secret: bool = True) -> None:
    """Refused unless the URL can be requested: https, or http on loopback. A secret one is not repeated."""
    named = "" if secret else f"{shown(url)}: "
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused(option, f"{named}the host or port cannot be read") from None
    if not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(option, f"{named}has blanks, line breaks or characters outside ASCII")
    if parts.scheme not in {"http", "https"} or not host:
        raise _refused(option, f"{named}must be a URL that begins with https://")
    if parts.username or parts.password:
        raise _refused(option, "has a user name or password in it, which is not supported")
    if parts.scheme == "http" and not _is_loopback(host):
        raise _refused(option, f"{named}must begin with https://, since plain http shows it to the network")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _refused(option: str, why: str) -> Refused:
    return Refused(f"{NAME}{f'.{option}' if option else ''}: {why}. {UNSENT}")
