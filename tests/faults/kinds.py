# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nouns of the fault matrix: a fault, the run in which it comes, and where it is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


When = Literal["first", "second", "settling"]
Try = tuple[When, bool]
FIRST: Try = ("first", False)
FIRST_LASTING: Try = ("first", True)
SECOND: Try = ("second", False)
SECOND_LASTING: Try = ("second", True)
SETTLING: Try = ("settling", False)
SETTLING_LASTING: Try = ("settling", True)


@dataclass(frozen=True)
class Fault:
    """``words`` is what a person must be told; ``loses`` whether it can hide the outcome of a request that mails.

    ``options`` are those of the emulator's fault; with ``script`` it is a bulk task that goes wrong instead, which
    takes ``seconds``. ``kind`` is what the emulator calls it, if that is not its name here. With ``faces`` the account
    itself is unkind instead, in that run alone unless it ``stays`` so; ``skew`` are the seconds by which the
    controller's clock is wrong in that run. ``refuses`` says that one user, the third, is refused in all runs;
    ``renames`` that somebody renamed the ledger's custom field for that run.
    """

    words: str = ""
    loses: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    script: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = TASK_SECONDS
    kind: str = ""
    faces: Mapping[str, Any] = field(default_factory=dict)
    skew: float = 0
    refuses: bool = False
    renames: bool = False
    stays: bool = False

    @property
    def is_of_a_request(self) -> bool:
        """Whether it happens to a request, rather than to a task, the account or a clock."""
        return not (self.script or self.faces or self.skew or self.renames)


MAIL = "mail"
"""The operation that mails, by whichever transport."""


@dataclass(frozen=True)
class Group:
    """Faults of one kind, and where they are tried."""

    faults: Mapping[str, Fault]
    operations: tuple[str, ...]
    tries: tuple[Try, ...]
    backends: tuple[str, ...] = ("sqlite", "custom_field")
    transports: tuple[str, ...] = TRANSPORTS
