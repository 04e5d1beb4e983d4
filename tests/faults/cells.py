# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, at which request, how often, and in which of the runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from faults.kinds import (
    FIRST,
    FIRST_LASTING,
    LATER,
    LISTING,
    MAIL,
    MAILING,
    READ_TASK,
    SECOND,
    SECOND_LASTING,
    SETTLING,
    SETTLING_LASTING,
    TASK_SECONDS,
    TRANSPORTS,
    Fault,
    Try,
    When,
)
from faults.unkind import GROUPS

_NO_JSON = r"JSON|token|task"

OLD_FAULTS: Mapping[str, Fault] = {
    "429": Fault("rate limit", options={"seconds": 20}),
    "429_bare": Fault("rate limit"),
    "500": Fault(r"\[CMN-211\] Internal error", loses=True),
    "503": Fault(r"\[CMN-201\] Unavailable", loses=True, options={"seconds": 5}),
    "502_html": Fault("502", loses=True),
    "html": Fault(_NO_JSON, loses=True),
    "not_json": Fault(_NO_JSON, loses=True),
    "portal": Fault(_NO_JSON, loses=True),
    "reset_before": Fault("connection", loses=True),
    "reset_after": Fault("connection", loses=True),
    "lost_and_late": Fault("connection", loses=True, kind="reset_after", seconds=100),
    "truncated": Fault("connection", loses=True),
    "slow": Fault(r"0\.4 s", loses=True, options={"seconds": 0.7}),
    "expired_token": Fault(r"\[OAU-128\]"),
    "revoked_token": Fault(r"\[OAU-213\]"),
    "permission": Fault(r"\[CMN-401\].*permission"),
    "task_stays": Fault("bulk task", loses=True, script={"status": "InProgress"}),
    "task_is_late": Fault("bulk task", loses=True, script={"flat": True}, seconds=250),
    "task_fails": Fault("Failed", loses=True, script={"status": "Failed"}),
    "task_fails_halfway": Fault("Failed", loses=True, script={"status": "Failed", "mail_first": 1}),
    "task_leaves_out": Fault("Completed", loses=True, script={"leave_out": 1}),
    "task_adds_strangers": Fault("Completed", loses=True, script={"leave_out": 1, "stranger": True, "flat": True}),
}

FAULTS: Mapping[str, Fault] = OLD_FAULTS | {name: one for group in GROUPS for name, one in group.faults.items()}

# A login has no permission to lack, and no token yet.
_MEANINGLESS = {("permission", "getToken"), ("permission", "revokeToken")}
_MEANINGLESS |= {("expired_token", "getToken"), ("revoked_token", "getToken")}


@dataclass(frozen=True)
class Cell:
    """``when`` is the run with the fault: the first one, the second one after a wave, or the second one as it settles
    what a first one left in a bulk task. ``lasting`` faults stay for all of that run.
    """

    fault: str
    operation: str
    transport: str
    when: When = "first"
    lasting: bool = False

    def __str__(self) -> str:
        return "-".join((self.fault, self.operation, self.transport, self.when, "lasting" if self.lasting else "once"))

    @property
    def the(self) -> Fault:
        return FAULTS[self.fault]

    @property
    def skip(self) -> int:
        return 1 if self.operation in LATER and self.when != "settling" else 0

    @property
    def loses(self) -> bool:
        """Whether somebody may be in doubt for it."""
        hides = (
            self.operation in {MAILING[self.transport], READ_TASK}
            if self.fault not in OLD_FAULTS
            else (self.operation == MAILING[self.transport] or bool(self.the.script))
        )
        return self.the.loses and (hides or not self.the.is_of_a_request)


def cells(backend: str) -> list[Cell]:
    """What is of interest with this kind of ledger."""
    return [
        Cell(fault, operation, transport, when, lasting=lasting)
        for transport, fault in product(TRANSPORTS, OLD_FAULTS)
        for operation, tries in _operations(backend, transport, fault)
        for when, lasting in _without_long_waits(fault, tries)
        if (fault, operation) not in _MEANINGLESS
    ] + [
        Cell(fault, MAILING[transport] if operation == MAIL else operation, transport, when, lasting=lasting)
        for group in GROUPS
        if backend in group.backends
        for transport, fault, operation, (when, lasting) in product(
            group.transports, group.faults, group.operations, group.tries
        )
    ]


def _operations(backend: str, transport: str, fault: str) -> Iterator[tuple[str, tuple[Try, ...]]]:
    tasks = (READ_TASK,) if transport == "bulk" else ()
    if OLD_FAULTS[fault].seconds > TASK_SECONDS and backend == "custom_field":
        return  # a field cannot keep a task that has not written it yet
    if fault == "lost_and_late":
        yield from ((MAILING[transport], (FIRST, SECOND)) for _task in tasks)
        return
    if OLD_FAULTS[fault].script:
        yield from ((operation, (FIRST, SECOND)) for operation in tasks)
        return
    yield from ((operation, (FIRST, FIRST_LASTING, SECOND)) for operation in (MAILING[transport], *tasks))
    if backend == "custom_field":
        yield "listCustomFields", (FIRST_LASTING, SECOND)
        yield "createCustomField", (FIRST, FIRST_LASTING)  # there is one from then on
        yield "searchDirectoryEntries", (SECOND, SECOND_LASTING)  # nobody looks where there is no field yet
        return
    yield from ((operation, (FIRST_LASTING, SECOND)) for operation in (*LISTING, "revokeToken"))
    yield from ((operation, (SETTLING, SETTLING_LASTING)) for operation in tasks)


def _without_long_waits(fault: str, tries: tuple[Try, ...]) -> list[Try]:
    """Each slow answer is waited for in earnest, so that there is but one in a run."""
    return list(dict.fromkeys((when, lasting and fault != "slow") for when, lasting in tries))
