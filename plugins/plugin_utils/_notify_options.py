# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variable reinvite_notify: its suboptions, and what they come to. Mistakes are refused before any user is mailed.

No message here repeats a URL or a password.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
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
    "owners": {"type": "bool", "default": False},
    "managers": {"type": "bool", "default": False},
    "state_file": {"type": "path"},
}
_WEBHOOK: dict[str, Any] = {
    "kind": {"type": "str", "choices": ["ringcentral", "teams", "slack", "json"], "required": True},
    "url": {"type": "str", "required": True, "no_log": True},
    "ca_path": {"type": "path"},
}
_UPLOAD: dict[str, Any] = {
    "format": {"type": "str", "choices": FORMATS, "default": "html"},
    "url": {"type": "str", "required": True, "no_log": True},
    "ca_path": {"type": "path"},
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
        "webhooks": {"type": "list", "elements": "dict", "options": _WEBHOOK, "default": []},
        "uploads": {"type": "list", "elements": "dict", "options": _UPLOAD, "default": []},
    },
}
_OPTION = re.compile(r"[a-z_.]{1,60}")
_QUOTED = re.compile(r"(got|Got no match for): .*?(?= found in |$)", re.DOTALL)
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LONGEST = 300.0
"""Seconds; a run that waits longer for a mail server looks as if it hung."""


@dataclass(frozen=True)
class Mail:
    """A mail server, and the administrators to write to. ``attach`` are the formats of the report that they get.

    ``owners`` and ``managers`` say whether to write to these too, ``state_file`` remembers who had mail.
    """

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
    owners: bool
    managers: bool
    state_file: str | None


@dataclass(frozen=True)
class Hook:
    """A webhook of a kind, or an upload of a format. The URL is a secret."""

    kind: str
    url: str = field(repr=False)
    ca_path: str | None
    timeout: float


@dataclass(frozen=True)
class Settings:
    """What reinvite_notify asks for. ``when`` is empty where it asks for nothing."""

    when: frozenset[str]
    names: bool
    link: str
    estate: bool
    mail: Mail | None
    webhooks: tuple[Hook, ...]
    uploads: tuple[Hook, ...]


def read_settings(task: Task) -> Settings | None:
    """The settings, or None if the variable is not set. Refused names what is wrong."""
    given = task.variables.get(NAME)
    if not given or given == {name: option.get("default") for name, option in SPEC["options"].items()}:
        return None
    if not (given["mail"] or given["webhooks"] or given["uploads"]):
        raise _refused("", "says when to write, but not to whom; add mail, webhooks or uploads, or remove it")
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
        mail=_mail(task, given["mail"], timeout) if given["mail"] else None,
        webhooks=_hooks("webhooks", "kind", given["webhooks"], timeout),
        uploads=_uploads(task, given["uploads"], timeout),
    )


def _uploads(task: Task, given: Sequence[Mapping[str, Any]], timeout: float) -> tuple[Hook, ...]:
    written = task.variables["reinvite_report_formats"] if task.variables["reinvite_report_dir"].strip() else ()
    for place, one in enumerate(given, 1):
        if one["format"] not in written:
            raise _refused(
                f"uploads.{place}",
                f"no report is written as {one['format']}; see reinvite_report_formats and reinvite_report_dir",
            )
    return _hooks("uploads", "format", given, timeout)


def _hooks(option: str, kind: str, given: Sequence[Mapping[str, Any]], timeout: float) -> tuple[Hook, ...]:
    for place, one in enumerate(given, 1):
        check_url(f"{option}.{place}.url", one["url"])
    return tuple(Hook(one[kind], one["url"], _path(one["ca_path"]), timeout) for one in given)


def _path(given: str | None) -> str | None:
    return str(absolute(given)) if given else None


def scrubbed(message: str) -> str:
    """A message of Ansible's about types. What it quotes of reinvite_notify may be a secret in the wrong place."""
    if NAME not in message:
        return message
    names, supported, rest = message.partition(". Supported parameters include")
    if supported:
        names = ", ".join(dict.fromkeys(one if _OPTION.fullmatch(one) else f"{NAME}.***" for one in names.split(", ")))
    return _QUOTED.sub(r"\1: ***", names) + supported + rest


def _mail(task: Task, given: Mapping[str, Any], timeout: float) -> Mail:
    server, security = given["server"].strip(), given["security"]
    if not server or not server.isascii() or not server.isprintable() or set(server) & set(" /@"):
        raise _refused("mail.server", "must be the name of a mail server, such as smtp.example.com")
    if security == "none" and not _is_loopback(server):
        raise _refused("mail.security", f"none would show the mail to the network; {server} is not this machine")
    if bool(given["username"]) != bool(given["password"]):
        raise _refused("mail", "needs both username and password, or neither")
    if not (given["to"] or given["owners"] or given["managers"]):
        raise _refused("mail.to", "names no address")
    if (given["owners"] or given["managers"]) and task.under_awx and not given["state_file"]:
        raise _refused(
            "mail.state_file",
            "AWX keeps no files of a job, so the next job would write to the same people "
            "again. Set it to a file that stays",
        )
    port = given["port"] if given["port"] is not None else _PORTS[security]
    if not 0 < port < 65536:
        raise _refused("mail.port", f"{port} is not a port")
    return Mail(
        server=server,
        port=port,
        security=security,
        username=given["username"] or "",
        password=given["password"] or "",
        ca_path=_path(given["ca_path"]),
        timeout=timeout,
        sender=_address("mail.sender", given["sender"]),
        to=tuple(dict.fromkeys(_address("mail.to", one) for one in given["to"])),
        attach=tuple(given["attach"]),
        owners=given["owners"],
        managers=given["managers"],
        state_file=given["state_file"],
    )


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
