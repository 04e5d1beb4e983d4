# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing rc_user's changes, one user at a time, and the outcome of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ._client import CORRECT_CONTACT
from ._errors import ApiError, OutOfTime, RingCentralError, TransportError
from ._model import User, describe
from ._user_changes import Change
from ._users import Api

# Each attribute that can be corrected, and its name in a contact of RingCentral.
_CONTACT = {
    "email": "email",
    "first_name": "firstName",
    "last_name": "lastName",
    "department": "department",
    "job_title": "jobTitle",
}

PATIENCE = 3
"""Users in a row whose outcome is unknown; after them, RingCentral rather than a user is the trouble."""


@dataclass(frozen=True)
class Outcome:
    """The end of one change; ``error`` is set where the request failed."""

    change: Change
    word: Literal["corrected", "would_correct", "unchanged", "failed", "unknown", "not_attempted"]
    message: str = ""
    error: RingCentralError | None = None

    @property
    def succeeded(self) -> bool:
        return self.word in {"corrected", "would_correct", "unchanged"}

    @property
    def changed(self) -> bool:
        """Whether the user was, would be, or may have been changed."""
        return self.word in {"corrected", "would_correct", "unknown"}

    @property
    def concerns_all(self) -> bool:
        """Whether the next user would fail in the same way, as after a refused login."""
        if isinstance(self.error, ApiError):
            return not self.error.concerns_one and self.word != "unknown"
        return self.error is not None and not (isinstance(self.error, TransportError) and self.error.sent)


class IncompleteCorrection(RingCentralError):
    """Some users were not corrected, or may not have been; ``result`` lists them, ``cause`` ended the task early."""

    def __init__(self, message: str, *, result: Mapping[str, Any], cause: RingCentralError | None) -> None:
        super().__init__(message, result=result)
        self.cause = cause

    def details(self) -> dict[str, Any]:
        return self.cause.details() if self.cause else super().details()


def carry_out(
    api: Api, changes: Sequence[Change], *, check_mode: bool
) -> tuple[list[Outcome], RingCentralError | None]:
    """Write the changes in their order. Returns the outcomes by entry, and the error that ended it early.

    A refused user fails alone, and so does a user whose outcome is unknown, unless it is the third in a row.
    """
    outcomes: list[Outcome] = []
    unsettled: dict[str, User] = {}
    cause: RingCentralError | None = None
    unknown = 0
    for change in changes:
        outcome = _without_request(change, unsettled, cause, check_mode=check_mode)
        if outcome is None:
            outcome = _write(api, change)
            unknown = unknown + 1 if outcome.word == "unknown" else 0
            cause = outcome.error if outcome.concerns_all or unknown >= PATIENCE else None
        if not outcome.succeeded:
            unsettled[change.user.id] = change.user
        outcomes.append(outcome)
    return sorted(outcomes, key=lambda one: one.change.number), cause


def _without_request(
    change: Change, unsettled: Mapping[str, User], cause: RingCentralError | None, *, check_mode: bool
) -> Outcome | None:
    """The outcome where no request is needed or allowed; None where one is."""
    if not change.fields:
        return Outcome(change, "unchanged")
    if cause:
        return Outcome(change, "not_attempted", "not attempted, the task stopped early")
    if holders := [unsettled[one] for one in sorted(change.after & unsettled.keys())]:
        words = f"not attempted, {describe(holders)} still has or may have {change.fields['email']}"
        return Outcome(change, "not_attempted", words)
    return Outcome(change, "would_correct") if check_mode else None


def _write(api: Api, change: Change) -> Outcome:
    """One request for one user. It counts as done only if RingCentral answers with that user."""
    contact = {_CONTACT[name]: value for name, value in change.fields.items()}
    try:
        answer = api.call(CORRECT_CONTACT, {"extension": change.user.id}, json={"contact": contact})
        if str(answer.get("id")) != change.user.id:
            raise TransportError(
                f"the answer to the change of {describe([change.user])} does not name that user; run the task again "
                "to find out whether it was made, and check server_url and proxies",
                sent=True,
            )
    except RingCentralError as error:
        if _surely_not_done(error):
            return Outcome(change, "failed", error.message, error)
        return Outcome(change, "unknown", f"{error.message}; the user may have been changed", error)
    return Outcome(change, "corrected")


def _surely_not_done(error: RingCentralError) -> bool:
    if isinstance(error, ApiError):
        return error.refused
    return isinstance(error, OutOfTime) or (isinstance(error, TransportError) and not error.sent)
