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
    "500",
    "503",
    "503_bare",
    "html",
    "502_html",
    "not_json",
    "portal",
    "echo",
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
)


@dataclass
class Fault:
    """``kind`` happens to the operation (an operationId, "" for any), after ``skip`` requests, ``times`` times.

    ``path`` narrows it further, a pattern such as ``PUT */extension/62264001``. ``seconds`` is the delay of slow and
    the Retry-After of 429 and 503 (rounded up), ``host`` where redirect and foreign_next_page lead. html, not_json and
    truncated spoil the answer to what was done; portal is a page in front of RingCentral, so that nothing was done.
    echo refuses with an error that repeats the request, secrets and all. hold_before and hold_after stop the world at
    that request until it is released; one that was held before can be dropped then, as if it had never arrived.
    """

    kind: str
    operation: str = ""
    path: str = "*"
    skip: int = 0
    times: int = 1
    seconds: float = 0.05
    host: str = "elsewhere.example.net"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is none of {', '.join(KINDS)}")


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
