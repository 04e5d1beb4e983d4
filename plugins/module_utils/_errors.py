# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as exceptions that say what happened and what to do about it.

They are caught in one place, a module's ``main()``, which turns ``as_result()`` into ``fail_json``.
No message ever holds a secret: requests are named by method and path alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RingCentralError(Exception):
    """The base of all errors here.

    ``result`` is what had been achieved until then (a module's whole return value), if anything.
    """

    def __init__(self, message: str, *, result: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.result: dict[str, Any] = dict(result or {})

    def details(self) -> dict[str, Any]:
        """What a playbook can branch on, beside the sentence."""
        return {"code": type(self).__name__}

    def as_result(self) -> dict[str, Any]:
        """The arguments of ``fail_json``: ``msg``, ``error`` and the partial result."""
        return {**self.result, "msg": self.message, "error": self.details()}


class InvalidOption(RingCentralError):
    """An option has a value that cannot be used; ``option`` names it."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(f"{option}: {message}")
        self.option = option

    def details(self) -> dict[str, Any]:
        return {**super().details(), "option": self.option}


class WrongAccount(RingCentralError):
    """The credential opens another account than the one that was expected."""


class GuardExceeded(RingCentralError):
    """The plan is larger than the user allowed; nothing was sent."""


class IncompleteDelivery(RingCentralError):
    """Some people were not invited, or it is not known; ``result`` says who, ``cause`` what ended the run early."""

    def __init__(self, message: str, *, result: Mapping[str, Any], cause: RingCentralError | None) -> None:
        super().__init__(message, result=result)
        self.cause = cause

    def details(self) -> dict[str, Any]:
        return self.cause.details() if self.cause else super().details()


class OutOfTime(RingCentralError):
    """``max_wait`` does not suffice for the next wait."""


class LedgerError(RingCentralError):
    """The ledger cannot be read or written."""


class TransportError(RingCentralError):
    """No usable answer arrived.

    ``sent`` is false only where the request surely never reached RingCentral, so that nothing can
    have happened there.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent

    def details(self) -> dict[str, Any]:
        return {**super().details(), "sent": self.sent}


class ApiError(RingCentralError):
    """RingCentral answered, and the answer is an error.

    ``status`` is the HTTP status, ``code`` RingCentral's errorCode (``CMN-408``) where it gave one,
    ``api_message`` its own words.
    """

    def __init__(self, message: str, *, status: int, code: str = "", api_message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.api_message = api_message

    @property
    def lacks_permission(self) -> bool:
        """Whether the app or the user may not do this at all."""
        return lacks_permission(self.status, self.code)

    @property
    def refused(self) -> bool:
        """Whether RingCentral surely did nothing: it refused the request itself. (408 is a time-out on the way.)"""
        return 400 <= self.status < 500 and self.status != 408

    @property
    def concerns_one(self) -> bool:
        """Whether RingCentral refused just the users in the request, rather than the credential or the app."""
        return self.refused and not self.lacks_permission and self.status != 401

    def details(self) -> dict[str, Any]:
        return {"code": self.code or f"HTTP-{self.status}", "status": self.status, "message": self.api_message}


class LoginRefused(ApiError):
    """No session was opened, so whatever it was for has not been asked of RingCentral."""

    @property
    def refused(self) -> bool:
        return True

    @property
    def concerns_one(self) -> bool:
        return False


def lacks_permission(status: int, code: str) -> bool:
    """Whether an answer speaks of a missing permission: CMN-401 to CMN-408, or a bare 403."""
    return status == 403 or code in {f"CMN-{number}" for number in range(401, 409)}
