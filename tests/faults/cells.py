# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, at which request, how often, and in which of the runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

TASK_SECONDS = 0.2
TRANSPORTS = ("bulk", "single")
MAILING = {"bulk": "extensionBulkUpdate", "single": "updateExtension"}
READ_TASK = "getExtensionBulkUpdateTask"
LISTING = ("getToken", "readAccountInfo", "listExtensions")
FIELD = ("listCustomFields", "createCustomField", "searchDirectoryEntries")
"""What the ledger in a custom field asks for besides."""
PLANNING = {*LISTING, "listCustomFields", "searchDirectoryEntries"}
"""Without these there is no plan."""
LATER = {"listExtensions", READ_TASK, *MAILING.values()}
"""The fault comes with the second request of these: the second page, the second batch or person, the second look."""


@dataclass(frozen=True)
class Fault:
    """``words`` is what a person must be told; ``loses`` whether it can hide what became of a request that mails.

    ``options`` are those of the emulator's fault; with ``script`` it is a bulk task that goes wrong instead, which
    takes ``seconds``. ``kind`` is what the emulator calls it, if that is not its name here.
    """

    words: str
    loses: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    script: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = TASK_SECONDS
    kind: str = ""


_NO_JSON = r"not with JSON|not with a token|without naming its task|without JSON"

FAULTS: Mapping[str, Fault] = {
    "429": Fault(r"out of time: the rate limit of the group \w+ needs", options={"seconds": 20}),
    "429_bare": Fault(r"out of time: the rate limit of the group \w+ needs"),
    "500": Fault(r"\[CMN-211\] Internal error", loses=True),
    "503": Fault(r"\[CMN-201\] Unavailable", loses=True, options={"seconds": 5}),
    "502_html": Fault("HTTP 502", loses=True),
    "html": Fault(_NO_JSON, loses=True),
    "not_json": Fault(_NO_JSON, loses=True),
    "portal": Fault(_NO_JSON, loses=True),
    "reset_before": Fault("the connection broke", loses=True),
    "reset_after": Fault("the connection broke", loses=True),
    "lost_and_late": Fault("the connection broke", loses=True, kind="reset_after", seconds=100),
    "truncated": Fault("the connection broke", loses=True),
    "slow": Fault(r"no answer within 0\.4 s", loses=True, options={"seconds": 0.7}),
    "expired_token": Fault(r"\[OAU-128\]"),
    "revoked_token": Fault(r"\[OAU-213\]"),
    "permission": Fault(r"\[CMN-401\].* needs the permission"),
    "task_stays": Fault("the bulk task", loses=True, script={"status": "InProgress"}),
    "task_is_late": Fault("the bulk task", loses=True, script={"flat": True}, seconds=250),
    "task_fails": Fault("is Failed and says nothing", loses=True, script={"status": "Failed"}),
    "task_fails_halfway": Fault("is Failed and says nothing", loses=True, script={"status": "Failed", "mail_first": 1}),
    "task_leaves_out": Fault("is Completed and says nothing", loses=True, script={"leave_out": 1}),
    "task_adds_strangers": Fault(
        "is Completed and says nothing", loses=True, script={"leave_out": 1, "stranger": True, "flat": True}
    ),
}

# A login has no permission to lack, and no token yet.
_MEANINGLESS = {("permission", "getToken"), ("permission", "revokeToken")}
_MEANINGLESS |= {("expired_token", "getToken"), ("revoked_token", "getToken")}

When = Literal["first", "second", "settling"]
Try = tuple[When, bool]
FIRST: Try = ("first", False)
FIRST_LASTING: Try = ("first", True)
SECOND: Try = ("second", False)
SECOND_LASTING: Try = ("second", True)
SETTLING: Try = ("settling", False)
SETTLING_LASTING: Try = ("settling", True)


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
    def skip(self) -> int:
        return 1 if self.operation in LATER and self.when != "settling" else 0

    @property
    def loses(self) -> bool:
        """Whether somebody may be in doubt for it."""
        hides = self.operation == MAILING[self.transport] or bool(FAULTS[self.fault].script)
        return FAULTS[self.fault].loses and hides


def cells(backend: str) -> list[Cell]:
    """What is of interest with this kind of ledger."""
    return [
        Cell(fault, operation, transport, when, lasting=lasting)
        for transport, fault in product(TRANSPORTS, FAULTS)
        for operation, tries in _operations(backend, transport, fault)
        for when, lasting in _without_long_waits(fault, tries)
        if (fault, operation) not in _MEANINGLESS
    ]


def _operations(backend: str, transport: str, fault: str) -> Iterator[tuple[str, tuple[Try, ...]]]:
    tasks = (READ_TASK,) if transport == "bulk" else ()
    if FAULTS[fault].seconds > TASK_SECONDS and backend == "custom_field":
        return  # a field cannot keep a task that has not written it yet
    if fault == "lost_and_late":
        yield from ((MAILING[transport], (FIRST, SECOND)) for _task in tasks)
        return
    if FAULTS[fault].script:
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
