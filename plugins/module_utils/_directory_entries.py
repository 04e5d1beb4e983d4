# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code shared by all sources of a directory: entries, logon names, proxyAddresses. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._addresses import is_address, visible
from ._csv import column_key

Entry = dict[str, Any]
"""``email name extension_number employee_id enabled aliases``, as read_directory() takes them.

Optional are ``logon_name``, and ``status``, what the source says about a person who is not enabled.
"""


def without_logon_names(named: Mapping[str, list[str]], known: Iterable[str]) -> dict[str, list[str]]:
    """The same, with what holds logon names taken from ``email``: a logon name need not be a mailbox."""
    logons = {column_key(name) for name in known}
    emails = named.get("email", [])
    moved = [name for name in emails if column_key(name) in logons]
    if not moved:
        return dict(named)
    kept = {"email": [name for name in emails if name not in moved]}
    return {**named, **kept, "logon_name": [*moved, *named.get("logon_name", [])]}


def finished(entry: Entry, aliases: list[str], logon_name: str, said: list[str]) -> Entry:
    """The entry with its aliases and state. ``said`` is what says that the person has left."""
    said = [*said, *(["it is a guest"] if "#ext#" in logon_name.casefold() else [])]
    optional = {"logon_name": logon_name, "status": ", ".join(said)}
    return {
        **entry,
        "enabled": not said,
        "aliases": aliases,
        **{key: value for key, value in optional.items() if value},
    }


def mail_addresses(values: Iterable[str]) -> list[str]:
    """The addresses for mail among proxyAddresses, which hold those of other services too, each behind its prefix."""
    found = []
    for value in values:
        prefix, colon, rest = value.strip().partition(":")
        address = visible(rest if colon else prefix)
        if is_address(address) and (not colon or prefix.casefold() == "smtp"):
            found.append(address)
    return found


def primary_address(values: Iterable[str]) -> str:
    """The one of proxyAddresses that is marked as primary, by SMTP in capitals; "" if none is."""
    found = [value.strip()[5:] for value in values if value.strip().startswith("SMTP:")]
    return visible(found[0]) if found and is_address(found[0]) else ""


def is_somebody(entry: Entry) -> bool:
    """Whether an entry says anything of a person."""
    return any(entry.get(key) for key in ("email", "name", "extension_number", "employee_id", "aliases", "logon_name"))
