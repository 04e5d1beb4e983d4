# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: what can go wrong between a client and RingCentral."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

KINDS = (
    "429",
    "429_bare",
    "429_tiny",
    "500",
    "503",
    "503_bare",
    "html",
    "502_html",
    "not_json",
    "portal",
    "echo",
    "echo_escaped",
    "echo_encoded",
    "reset_before",
    "reset_after",
    "truncated",
    "slow",
    "expired_token",
    "revoked_token",
    "permission",
    "redirect",
    "foreign_next_page",
    "hold_before",
    "hold_after",
    "gateway_before",
    "gateway_after",
    "refused",
    "answered",
    "another_record",
    "drip",
    "continue_forever",
    "endless_body",
    "gzip_bomb",
    "deep_nesting",
    "window_tiny",
    "records_null",
    "page_empty",
    "total_wrong",
    "total_grows",
    "page_repeats",
    "people_activate",
)


@dataclass
class Fault:
    """``kind`` happens to the operation (an operationId, "" for any), after ``skip`` requests, ``times`` times.

    ``path`` narrows it further, a pattern such as ``PUT */extension/62264001``. ``seconds`` is the delay of slow, the
    length of drip and the Retry-After of 429 and 503 (rounded up), ``host`` where redirects and foreign_next_page lead.

    Nothing was done: the numbers, redirect, portal, gateway_before (a page of something in front of RingCentral with
    ``status``), refused (``document`` with ``status``), echo (an error that repeats the request, secrets and all;
    echo_escaped and echo_encoded write them as JSON and as URLs may), hold_before if it is dropped on release.

    Everything was done, and then: html, not_json, truncated, gateway_after, answered (``document`` with ``status``
    instead of the answer), another_record (of another user), window_tiny (a limit over a microsecond).
    In the way of gateway_before and gateway_after, ``style`` is the body: page, json (of somebody else), empty.

    Bodies without an end or measure: see ``streams``. Lists that are not whole: see ``pages``.
    """

    kind: str
    operation: str = ""
    path: str = "*"
    skip: int = 0
    times: int = 1
    seconds: float = 0.05
    host: str = "elsewhere.example.net"
    status: int = 200
    document: Any = None
    style: str = "page"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is none of {', '.join(KINDS)}")
        if self.style not in {"page", "json", "empty"}:
            raise ValueError(f"{self.style!r} is none of page, json, empty")


@dataclass
class Faults:
    """The faults that are still to come, and those that happened."""

    planned: list[Fault] = field(default_factory=list)
    happened: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, operation: str = "", **options: Any) -> None:
        unknown = options.keys() - {entry.name for entry in fields(Fault)}
        if unknown:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        self.planned.append(Fault(kind, operation, **options))

    def clear(self) -> None:
        self.planned.clear()

    def strike(self, operation: str, number: int, path: str = "") -> Fault | None:
        """The fault that hits this request, if any; ``path`` is its method and path."""
        for fault in self.planned:
            if fault.operation in {"", operation} and fnmatchcase(path, fault.path) and fault.times > 0:
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                self.happened.append({**asdict(fault), "request": number, "operation": operation})
                return fault
        return None
