# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives users the address in the company's directory, before any user is invited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ._client import CORRECT_CONTACT
from ._decisions import Decision
from ._errors import ApiError, RingCentralError, UnusableAnswer
from ._model import User
from ._users import Api

_LATER = "not attempted, the run stopped early; the next run will correct it"


@dataclass(frozen=True)
class Correction:
    """``user`` as they were, and the address that they should have; ``error`` says why they have not got it."""

    user: User
    email: str
    error: str = ""


def corrections(plan: Iterable[Decision]) -> list[Correction]:
    """The corrections that a plan proposes and proves. A name alone proves nothing."""
    return [
        Correction(one.user, one.directory_email) for one in plan if one.user and one.directory_email and one.proven
    ]


def correct(api: Api, wanted: Sequence[Correction]) -> list[Correction]:
    """Make the corrections, one request each. An error of one stays with it; an error that concerns all ends the task.

    A correction is done once RingCentral answers with that user's own record.
    """
    done: list[Correction] = []
    for number, correction in enumerate(wanted):
        try:
            json = {"contact": {"email": correction.email}}
            api.call(CORRECT_CONTACT, {"extension": correction.user.id}, json=json)
            done.append(correction)
        except RingCentralError as error:
            done.append(replace(correction, error=error.message))
            if not _concerns_one(error):
                rest = [replace(one, error=_LATER) for one in wanted[number + 1 :]]
                return [*done, *rest]
    return done


def _concerns_one(error: RingCentralError) -> bool:
    return isinstance(error, UnusableAnswer) or (isinstance(error, ApiError) and error.concerns_one)


def corrected(users: Iterable[User], done: Iterable[Correction]) -> list[User]:
    """The users with their corrected addresses."""
    emails = {one.user.id: one.email for one in done if not one.error}
    return [replace(user, email=emails[user.id]) if user.id in emails else user for user in users]


def with_corrections(plan: Iterable[Decision], done: Iterable[Correction]) -> list[Decision]:
    """The plan made after the corrections, with their outcomes."""
    by_user = {one.user.id: one for one in done}

    def with_correction(decision: Decision) -> Decision:
        one = by_user.get(decision.user.id) if decision.user else None
        if one is None:
            return decision
        if one.error:
            return replace(decision, message=f"{decision.message}; it could not be corrected: {one.error}")
        return replace(decision, corrected_from=one.user.email)

    return [with_correction(decision) for decision in plan]
