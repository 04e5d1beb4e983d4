# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection, the account behind it, and its rate limits, as far as answers show them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from ._answers import identifier
from ._doctor_model import Line, Options, Reading, Readings, Verdict
from ._errors import LoginRefused, RingCentralError, WrongAccount, WrongClock
from ._pacing import DOCUMENTED_LIMITS
from ._users import Account, check_account

SEGREGATED = "https://platform.ringcentral.biz"
"""Where the accounts of some partner brands are served."""
_SEGREGATED_BRANDS = re.compile(r"AT&T|Office@Hand|Verizon", re.IGNORECASE)
_SANDBOX = ".devtest.ringcentral.com"

TOLERANCE = 60.0
"""Seconds that the controller's clock may differ without a warning; a run refuses five minutes."""


def connection_lines(readings: Readings, options: Options) -> Iterator[Line]:
    """Server, login and clock."""
    host = urlsplit(options.server_url).hostname or ""
    if host.endswith(_SANDBOX):
        yield Line("connection", "server", "warning", f"{options.server_url} is a sandbox", _NO_SANDBOX)
    else:
        yield Line("connection", "server", "ok", options.server_url)
    if readings.stopped:
        yield _stopped_line(readings.stopped, host)
    elif readings.session:
        lives = f"; a session lives {readings.session.expires_in:,} s" if readings.session.expires_in else ""
        yield Line("connection", "login", "ok", f"logged in as {_app(options.client_id)}{lives}")
        scope = ", ".join(readings.session.scope)
        yield Line("connection", "app permissions", *(("ok", scope) if scope else ("unknown", "not in the answer")))
    else:
        yield Line("connection", "login", "ok", "the access token that was passed in; the app is not named")
    if not isinstance(readings.stopped, WrongClock | LoginRefused):
        yield _clock_line(readings.skew)


_NO_SANDBOX = "Whether a sandbox mails people is not known. Set server_url to the server of your account."


def _app(client_id: str) -> str:
    """The app by the end of its client id, which no_log keeps out of the output as a whole."""
    return f"the app whose client id ends in {client_id[-4:]}" if len(client_id) >= 12 else "the app of client_id"


def _stopped_line(error: RingCentralError, host: str) -> Line:
    if isinstance(error, WrongClock):
        return Line("connection", "clock", "problem", error.message, "Set the controller's clock by NTP.")
    if isinstance(error, WrongAccount):
        return Line("account", "account", "problem", error.message, "Check the credentials, or the guard's value.")
    if isinstance(error, LoginRefused):
        code = error.code or f"HTTP {error.status}"
        advice = "Check client_id, client_secret and jwt: all three of one app, on the server where it lives."
        if not host.endswith(".biz"):
            advice += f" Accounts of AT&T Office@Hand and Verizon are served at {SEGREGATED}."
        return Line("connection", "login", "problem", f"RingCentral refused the login with {code}", advice)
    return Line("connection", "connection", "problem", Reading(error=error).trouble, "Fix it, then run again.")


def _clock_line(skew: float | None) -> Line:
    if skew is None:
        return Line("connection", "clock", "warning", "no answer shows RingCentral's time", _NO_DATE)
    finding = f"the controller's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} RingCentral's"
    if abs(skew) > TOLERANCE:
        return Line("connection", "clock", "warning", finding, "Set the controller's clock by NTP: runs refuse 300 s.")
    return Line("connection", "clock", "ok", finding)


_NO_DATE = "A proxy may remove the header Date. Make sure that the controller's clock is right."


def account_lines(readings: Readings, options: Options) -> Iterator[Line]:
    """The account, its brand, and the user that the JWT belongs to."""
    answer = readings.account.answer
    if answer is not None:
        yield _account_line(answer)
        yield _brand_line(answer, urlsplit(options.server_url).hostname or "")
    elif readings.account.error and not readings.account.permission and not readings.stopped:
        yield Line("account", "account", "problem", f"not read: {readings.account.trouble}", _AGAIN)
    if readings.own.answer is not None:
        yield _user_line(readings.own.answer)
    elif readings.own.error and not readings.own.permission and not readings.stopped:
        verdict: Verdict = "problem" if options.needs_field else "warning"
        advice = "A ledger in a custom field keeps its lease there. Prefer the sqlite ledger."
        yield Line("account", "own extension", verdict, f"not read: {readings.own.trouble}", advice)


_AGAIN = "Run again; then check server_url and proxies."


def account_of(readings: Readings) -> dict[str, str]:
    """The account as the other modules return it; empty if it is not known."""
    answer = readings.account.answer or {}
    number = answer.get("mainNumber")
    account = Account(identifier(answer.get("id")), number if isinstance(number, str) else "")
    return asdict(account) if account.id else {}


def _account_line(answer: Mapping[str, Any]) -> Line:
    try:
        account = check_account(answer, None, {})
    except RingCentralError as error:
        return Line("account", "account", "problem", error.message, _AGAIN)
    status = _word(answer.get("status"))
    finding = f"{account.id} ({account.main_number or 'no main number'}), status {status or 'not given'}"
    if status == "Disabled":
        return Line("account", "account", "problem", finding, "Ask RingCentral why the account is disabled.")
    if status not in {"", "Confirmed"}:
        advice = "In an account that is not confirmed yet, RingCentral itself mails the users. Confirm it first."
        return Line("account", "account", "warning", finding, advice)
    return Line("account", "account", "ok", finding)


def _brand_line(answer: Mapping[str, Any], host: str) -> Line:
    service = answer.get("serviceInfo")
    brand = service.get("brand") if isinstance(service, dict) else None
    name = _word(brand.get("name")) if isinstance(brand, dict) else ""
    if not name:
        return Line("account", "brand", "unknown", "not in the answer")
    if _SEGREGATED_BRANDS.search(name) and not host.endswith(".biz"):
        return Line("account", "brand", "warning", name, f"Accounts of this brand are served at {SEGREGATED}.")
    return Line("account", "brand", "ok", name)


def _user_line(answer: Mapping[str, Any]) -> Line:
    name, number = _word(answer.get("name")), _word(answer.get("extensionNumber"))
    parts = [_word(answer.get("type")), _word(answer.get("status"))]
    finding = f"{name or 'a user without a name'}, extension {number or 'none'}, {', '.join(filter(None, parts))}"
    return Line("account", "user", "ok", finding)


def _word(value: object) -> str:
    return value[:130].strip() if isinstance(value, str) else ""


def limit_lines(readings: Readings) -> Iterator[Line]:
    """The rate limits in the headers of the newest answers."""
    seen = {group: headers for group, headers in readings.headers.items() if group != "auth"}
    limits = {group: _number(headers.get("x-rate-limit-limit")) for group, headers in seen.items()}
    if seen and not any(limits.values()):
        yield Line("limits", "headers", "warning", "no answer has X-Rate-Limit headers", _NO_HEADERS)
    for group, limit in limits.items():
        if not limit:
            continue
        window = _number(seen[group].get("x-rate-limit-window"))
        left = _number(seen[group].get("x-rate-limit-remaining"))
        finding = f"{limit:,} requests in {window or 'an unknown number of'} s, {left:,} left"
        if limit < DOCUMENTED_LIMITS.get(group, 0):
            advice = f"RingCentral documents {DOCUMENTED_LIMITS[group]:.0f} in 60 s; runs take longer here."
            yield Line("limits", group, "warning", finding, advice)
        else:
            yield Line("limits", group, "ok", finding)


_NO_HEADERS = "A run then notices a limit only when it is refused, and waits. Raise max_wait; check proxies."


def _number(value: str | None) -> int:
    return int(value) if value and re.fullmatch(r"\d{1,9}", value.strip(), re.ASCII) else 0
