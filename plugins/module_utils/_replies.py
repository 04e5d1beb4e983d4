# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer means for the client: whether to send again, after which pause, and which error it becomes. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from ._answers import error_codes, error_words
from ._errors import ApiError, TransportError, Verdict, WrongClock, verdict
from ._http import Request, Response
from ._operations import Operation
from ._pacing import SHORTEST_PAUSE, parse_http_date, parse_retry_after

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the controller's clock may be from RingCentral's: far less than any ``resend_after``."""


def codes_of(response: Response) -> tuple[str, ...]:
    return error_codes(response.document() or {})


def verdict_of(response: Response) -> Verdict:
    return verdict(response.status, codes_of(response))


def allows_new_login(operation: Operation, response: Response) -> bool:
    """Whether a 401 allows to send the same again with another token: a read always may be."""
    return not operation.once or verdict_of(response) is Verdict.SESSION


def is_limited(operation: Operation, response: Response) -> bool:
    """Whether the same may be sent again after the wait for a rate limit."""
    if response.status != 429:
        return False
    return verdict_of(response) is Verdict.LIMITED or not (operation.once or codes_of(response))


def pause_before_retry(outcome: Response | TransportError, failures: int) -> float | None:
    """Seconds to wait before a read is repeated; None if repeating is of no use."""
    pause = SHORTEST_PAUSE * 2.0**failures
    if isinstance(outcome, TransportError):
        return pause if outcome.repeatable else None
    if outcome.status == 429 and verdict_of(outcome) is Verdict.DOUBT:  # a duplicate of a request on its way
        return pause
    asked = parse_retry_after(outcome.headers.get("retry-after"), datetime.now(timezone.utc))
    return max(asked or 0.0, pause) if outcome.status >= 500 or outcome.status in {408, 425} else None


def api_error(operation: Operation, request: Request, response: Response, *, handed_in: bool) -> ApiError:
    document = response.document() or {}
    code, words = error_words(document)
    said = f"[{code}] {words}" if code or words else f"HTTP {response.status} with no explanation"
    error = ApiError(
        f"{'RingCentral' if code else 'Something on the way to RingCentral'} answered {request} with {said}",
        status=response.status,
        code=code,
        api_message=words,
        codes=error_codes(document),
    )
    error.message += _advice(operation, error, handed_in=handed_in)
    error.args = (error.message,)
    return error


def _advice(operation: Operation, error: ApiError, *, handed_in: bool) -> str:
    if error.status == 401 and handed_in:
        return "; the access_token is no longer valid, or was made for another server_url"
    if error.verdict is Verdict.SESSION:
        return ", right after a new login; check whether something else ends the sessions of the JWT's user"
    if error.lacks_permission:
        return f"; the app needs the permission {operation.app}, and the JWT's user {operation.user}"
    if error.status >= 500:
        return "; that is RingCentral's own trouble, try again later"
    if error.verdict is Verdict.DOUBT:
        return "; that does not show whether RingCentral carried it out. Check server_url and proxies"
    return ""


def is_same_time(response: Response, ours: datetime) -> bool | None:
    """Whether an answer shows about the time ``ours``; None if it shows none. WrongClock if it is another time."""
    theirs = parse_http_date(response.headers.get("date"))
    if theirs is None:
        return None
    if abs(ours - theirs) > CLOCK_TOLERANCE:
        raise WrongClock(
            f"the clock of this controller says {_time(ours)}, RingCentral's says {_time(theirs)}. Set the "
            "controller's clock: what the ledger remembers depends on it. No mail was sent"
        )
    return True


def _time(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
