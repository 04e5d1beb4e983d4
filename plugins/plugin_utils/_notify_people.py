# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which owners of batches and which managers to write to, each about their own people. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import (
    canonical,
    in_domains,
    is_address,
    matches_any,
    placeholder,
    shown,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._advice import meaning
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_options import plain_address
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cut, plain

Row = Mapping[str, Any]

_MOST = 200
"""People in one mail."""
_LINE = 200
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")


@dataclass(frozen=True)
class Rules:
    """Which addresses may be written to: the same rules as for users."""

    allowed_domains: Sequence[str]
    exclude: Sequence[str]
    placeholder_patterns: Sequence[str]

    def objection(self, address: str) -> str:
        """Why the address gets no mail; "" if it may."""
        if not plain_address(address):
            return "is not an address in ASCII"
        if why := placeholder(address, self.placeholder_patterns, self.allowed_domains):
            return why
        if self.allowed_domains and not in_domains(address, self.allowed_domains):
            return "is outside allowed_domains"
        return "is named in exclude" if matches_any(address, self.exclude) else ""


@dataclass
class Reader:
    """A person to write to, why, and the lines about their people."""

    address: str
    roles: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def subject(self) -> str:
        number = len(self.lines)
        return f"RingCentral: {number} of your people {'has' if number == 1 else 'have'} not activated the account"

    @property
    def text(self) -> str:
        more = [f"- and {len(self.lines) - _MOST} more"] if len(self.lines) > _MOST else []
        return "\n".join(
            [
                "These people cannot use RingCentral yet, since they have not activated their account. Please ask each",
                "who was invited to open the mail from RingCentral and to follow its link.",
                "",
                *(f"- {line}" for line in self.lines[:_MOST]),
                *more,
                "",
                f"You get this mail, at most once a day, as {' and '.join(self.roles)}.",
                "",
            ]
        )


def readers_of(
    result: Mapping[str, Any], rules: Rules, when: Collection[str], *, owners: bool, managers: bool
) -> tuple[list[Reader], list[tuple[str, str]]]:
    """The people to write to, and those who cannot be written to, each with the reason."""
    readers: dict[str, Reader] = {}
    problems: list[tuple[str, str]] = []
    groups = [*(_batches(result) if owners else ()), *(_managed(result) if managers else ())]
    for named, role, rows, unknown in groups:
        happened = {"always", *(("held",) if unknown else ()), *(one for row in rows for one in _happened(row))}
        lines = [*map(_line, rows), *unknown]
        if not lines or not happened & set(when):
            continue
        address = _address_in(named)
        if why := rules.objection(address) if address else "has no address":
            problems.append((shown(plain(named)), f"{role}: {why}"))
            continue
        reader = readers.setdefault(canonical(address), Reader(plain_address(address)))
        reader.roles += [role] if role not in reader.roles else []
        reader.lines += [line for line in lines if line not in reader.lines]
    return list(readers.values()), problems


Group = tuple[str, str, list[Row], list[str]]
"""A person as the source names them, their role, their people, and lines about people who are no users."""


def _batches(result: Mapping[str, Any]) -> Iterator[Group]:
    for batch in result.get("batches", ()):
        if batch["owner"] and batch["state"] == "due":
            rows = [row for row in result["results"] if row["batch"] == batch["name"] and _is_pending(row)]
            unknown = [cut(plain(f"{one['name']}: is not in RingCentral yet"), _LINE) for one in batch["unknown"]]
            yield batch["owner"], f"the owner of the batch {plain(batch['name'])}", rows, unknown


def _managed(result: Mapping[str, Any]) -> Iterator[Group]:
    by_manager: dict[str, list[Row]] = {}
    for row in result.get("results", ()):
        if row.get("manager") and _is_pending(row):
            by_manager.setdefault(row["manager"], []).append(row)
    for manager, rows in by_manager.items():
        yield manager, "their manager", rows, []


def _address_in(named: str) -> str:
    """The address of ``Ada Lovelace <ada@example.com>``, or of an address alone; "" if there is none."""
    found = _IN_BRACKETS.search(named)
    address = found[1].strip() if found else named.strip()
    return address if is_address(address) else ""


def _is_pending(row: Row) -> bool:
    return bool(row["status"] == "not_activated")


def _happened(row: Row) -> Iterable[str]:
    if row["outcome"] in {"invited", "unknown", "would_invite"}:
        yield "mailed"
    if row["outcome"] in {"failed", "unknown"}:
        yield "failed"
    if row["decision"] == "hold":
        yield "held"


_STATES = {
    "invited": "was invited now",
    "would_invite": "would be invited now",
    "unknown": "may have been invited now",
    "failed": "could not be invited",
}


def _line(row: Row) -> str:
    state = _STATES.get(str(row["outcome"])) or meaning(row["reason"])
    before = f", last invited on {row['last_invited_at'][:10]}" if row["last_invited_at"] and not row["outcome"] else ""
    return cut(plain(f"{row['name']} <{row['email'] or 'no address'}>: {state}{before}"), _LINE)
