# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the doctor has read of an account, and the lines of its report. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ._answers import Page, parse_page
from ._errors import ApiError, RingCentralError, UnusableAnswer
from ._login import Session

Verdict = Literal["ok", "warning", "problem", "unknown"]
VERDICTS: tuple[Verdict, ...] = ("problem", "warning", "unknown", "ok")
"""The most urgent first."""

LIST_SIZE = 1000
"""Records that are asked for in one page."""


@dataclass(frozen=True)
class Line:
    """One check: ``problem`` keeps invitations from being sent, ``warning`` limits something, ``unknown`` could not be
    found out by reading."""

    area: str
    check: str
    verdict: Verdict
    finding: str
    advice: str = ""


@dataclass(frozen=True)
class Reading:
    """One request: its answer, or the error; neither if it was not sent."""

    answer: Mapping[str, Any] | None = None
    error: RingCentralError | None = None

    @property
    def permission(self) -> str:
        """ "app" or "user" if RingCentral refused for want of a permission of theirs."""
        code = self.error.code if isinstance(self.error, ApiError) else ""
        return {"CMN-401": "app", "CMN-408": "user"}.get(code, "")

    @property
    def trouble(self) -> str:
        """Why there is no answer, in words without any of RingCentral's own, which could name people."""
        if isinstance(self.error, ApiError):
            return f"it was answered with HTTP {self.error.status} {self.error.code or 'by something on the way'}"
        if isinstance(self.error, UnusableAnswer):
            return "the answer is none of RingCentral's, or has another shape"
        return self.error.message if self.error else "it was not read"

    @property
    def is_list(self) -> bool:
        return self.answer is not None and isinstance(self.answer.get("records"), list)

    @property
    def page(self) -> Page | None:
        """The page of a list, if it is one."""
        try:
            return None if self.answer is None else parse_page(self.answer)
        except UnusableAnswer:
            return None


@dataclass(frozen=True)
class Options:
    """What the report depends on: the connection's server and client id, and the ledger."""

    server_url: str
    client_id: str = ""
    expect_account: str | None = None
    backend: str = "sqlite"
    field: str = ""

    @property
    def needs_field(self) -> bool:
        """Whether the ledger is a custom field."""
        return self.backend == "custom_field"


NOT_READ = Reading()


@dataclass
class Readings:
    """All that was read.

    ``checks`` are the answers about single permissions, ``headers`` the newest ones by rate group, ``skew`` the seconds
    by which the controller's clock is ahead, ``stopped`` is why reading ended early.
    """

    account: Reading = NOT_READ
    service: Reading = NOT_READ
    own: Reading = NOT_READ
    profile: Reading = NOT_READ
    checks: dict[str, Reading] = field(default_factory=dict)
    everybody: Reading = NOT_READ
    pending: Reading = NOT_READ
    enabled: Reading = NOT_READ
    both: Reading = NOT_READ
    fields: Reading = NOT_READ
    directory: Reading = NOT_READ
    task: Reading = NOT_READ
    audit: Reading = NOT_READ
    session: Session | None = None
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skew: float | None = None
    stopped: RingCentralError | None = None


def unread(area: str, check: str, reading: Reading, verdict: Verdict) -> Line:
    """A line about a list that could not be read: ``verdict``, unless a missing permission has a line of its own."""
    if reading.answer is not None:
        return Line(
            area, check, verdict, "the answer has another shape than a list", "Check server_url and proxies on the way."
        )
    if reading.error is None or reading.permission:
        why = "a permission is missing" if reading.permission else "reading stopped before it"
        return Line(area, check, "unknown", f"not read: {why}")
    return Line(area, check, verdict, f"not read: {reading.trouble}", "Run again; then check server_url and proxies.")


def count(number: int, what: str) -> str:
    """``1 user``, ``1,200 users``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
