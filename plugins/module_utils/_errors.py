# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions. Each message says what happened and what to do.

They are caught in one place, a module's ``main()``, which turns ``as_result()`` into ``fail_json``.
No message ever holds a secret: requests are named by method and path alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
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
    """Some users were not invited or are in doubt. ``result`` lists them; ``cause`` is what ended the run early."""

    def __init__(self, message: str, *, result: Mapping[str, Any], cause: RingCentralError | None) -> None:
        super().__init__(message, result=result)
        self.cause = cause

    def details(self) -> dict[str, Any]:
        return self.cause.details() if self.cause else super().details()


class Unexpected(RingCentralError):
    """A bug: an exception that is none of these, kept as ``__cause__``, so that the result so far is not lost."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"unexpected {type(error).__name__}, a bug in this collection; please report it")
        self.__cause__ = error


class OutOfTime(RingCentralError):
    """``max_wait`` does not suffice for the next wait."""


class LedgerError(RingCentralError):
    """The ledger cannot be read or written."""


class TransportError(RingCentralError):
    """No usable answer arrived.

    ``sent`` is false only where the request surely never reached RingCentral, so that nothing can
    have happened there. ``repeatable`` is false where asking again gives the same answer.
    """

    def __init__(self, message: str, *, sent: bool, repeatable: bool = True) -> None:
        super().__init__(message)
        self.sent = sent
        self.repeatable = repeatable

    def details(self) -> dict[str, Any]:
        return {**super().details(), "sent": self.sent}


class UnusableAnswer(TransportError):
    """An answer arrived, and it does not prove what it should: not RingCentral's, not whole, or of another shape."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=True)


class WrongClock(RingCentralError):
    """The controller's clock and RingCentral's differ too much to know who was invited when."""


class Interrupted(RingCentralError):
    """A signal asked the run to end. Raised only between requests, so nothing is in flight."""


class Verdict(Enum):
    """What an error answer proves about the request that it answers.

    All but DOUBT mean that RingCentral surely did nothing.
    """

    REFUSED = "refused"
    """This request: a parameter, a resource, or a user in it."""
    FORBIDDEN = "forbidden"
    """A permission of the app or of the user is missing."""
    SESSION = "session"
    """The access token is not valid, or not valid any more."""
    LIMITED = "limited"
    """A rate limit: the same request may be sent after its wait."""
    BLOCKED = "blocked"
    """Refused for every request alike, and waiting does not help."""
    DOUBT = "doubt"
    """Nothing. The request may have been carried out."""


_PERMISSIONS = frozenset({"CMN-401", "CMN-402", "CMN-403", "CMN-404", "CMN-408"})
_RATES = frozenset({"CMN-301", "CMN-302", "CMN-310"})
_REFUSALS = re.compile(r"CMN-1\d\d|CMN-406|EXT-\d{1,4}", re.ASCII)
_BLOCKS = re.compile(r"CMN-303|CMN-4\d\d|OAU-\d{1,4}", re.ASCII)
_SESSIONS = re.compile(r"CMN-405|OAU-\d{1,4}", re.ASCII)


def verdict(status: int, codes: Sequence[str]) -> Verdict:
    """What an error answer with this HTTP status and RingCentral's own ``codes`` proves.

    The status alone proves nothing: a gateway answers 4xx for requests that it has passed on. Of
    several codes, the least certain one counts. Source: the developer guide's list of errors.
    """
    verdicts = [_verdict_of_code(status, code) for code in codes]
    if not verdicts or Verdict.DOUBT in verdicts:
        return Verdict.DOUBT
    return verdicts[0]


def _verdict_of_code(status: int, code: str) -> Verdict:
    if status == 429:
        limited = Verdict.LIMITED if code in _RATES else Verdict.DOUBT
        return Verdict.BLOCKED if code == "CMN-303" else limited
    if status == 401 and _SESSIONS.fullmatch(code):
        return Verdict.SESSION
    if status in {401, 403, 404} and code in _PERMISSIONS:
        return Verdict.FORBIDDEN
    if status in {400, 403, 404, 409} and _REFUSALS.fullmatch(code):
        return Verdict.REFUSED
    return Verdict.BLOCKED if status in {400, 401, 403, 404} and _BLOCKS.fullmatch(code) else Verdict.DOUBT


class ApiError(RingCentralError):
    """An answer arrived, and it is an error.

    ``status`` is the HTTP status, ``code`` the most precise errorCode of RingCentral's own body ("" if the body is
    not RingCentral's), ``codes`` all that it names (by default ``code`` alone), ``api_message`` its words.
    """

    def __init__(
        self, message: str, *, status: int, code: str = "", api_message: str = "", codes: Sequence[str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.api_message = api_message
        self.verdict = verdict(status, tuple(codes) if codes is not None else ((code,) if code else ()))

    @property
    def lacks_permission(self) -> bool:
        """Whether RingCentral says that a permission of the app or the user is missing."""
        return self.verdict is Verdict.FORBIDDEN

    @property
    def refused(self) -> bool:
        """Whether RingCentral surely did nothing, because it says so itself."""
        return self.verdict is not Verdict.DOUBT

    @property
    def concerns_one(self) -> bool:
        """Whether RingCentral refused just the users in the request, rather than the credential or the app."""
        return self.verdict is Verdict.REFUSED

    def details(self) -> dict[str, Any]:
        return {"code": self.code or f"HTTP-{self.status}", "status": self.status, "message": self.api_message}


class LoginRefused(ApiError):
    """No session was opened, so RingCentral was not asked for what it was needed for."""

    @property
    def refused(self) -> bool:
        return True

    @property
    def lacks_permission(self) -> bool:
        return False

    @property
    def concerns_one(self) -> bool:
        return False
