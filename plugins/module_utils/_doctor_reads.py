# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what the doctor judges: one page of each list, and no request that changes anything.

An error of one request does not end the others, unless they would meet it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ._client import Client
from ._doctor_model import LIST_SIZE, Options, Reading, Readings
from ._errors import (
    ApiError,
    Interrupted,
    LoginRefused,
    OutOfTime,
    RingCentralError,
    TransportError,
    UnusableAnswer,
    Verdict,
    WrongAccount,
    WrongClock,
)
from ._http import Params
from ._operations import (
    CHECK_PERMISSION,
    LIST_EXTENSIONS,
    LIST_FIELDS,
    READ_ACCOUNT,
    READ_EXTENSION,
    READ_PROFILE,
    READ_SERVICE,
    READ_TASK,
    SEARCH_AUDIT,
    SEARCH_DIRECTORY,
    Operation,
)
from ._pacing import parse_http_date
from ._permissions import read_profile, user_permissions
from ._progress import Progress
from ._users import check_account

_ENDS = (Interrupted, LoginRefused, OutOfTime, WrongAccount, WrongClock)
"""Errors that each further request would meet too, or that say not to send one."""
MOST_SILENT = 2
"""Requests without any answer after which the connection is given up."""
NO_TASK = "doctor"
"""The id of no bulk task: whoever may not read one is refused, whether it exists or not."""


class Reader:
    """Sends requests one by one, until an error ends all of them."""

    def __init__(self, api: Client, now: Callable[[], datetime], progress: Progress) -> None:
        self.readings = Readings()
        self._api = api
        self._now = now
        self._progress = progress
        self._silent = 0

    def read(
        self,
        operation: Operation,
        ids: Mapping[str, str] | None = None,
        *,
        params: Params | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> Reading:
        if self.readings.stopped:
            return Reading()
        self._progress(f"asking {operation.method} {operation.path.rpartition('{account}')[2] or '/account'}")
        try:
            answer = self._api.call(operation, ids, params=params, json=json)
        except RingCentralError as error:
            self._consider(error)
            return Reading(error=error)
        finally:
            self._look_at_clock(operation)
        return Reading(answer=answer)

    def page(self, **filters: Any) -> Reading:
        """The first page of the list of extensions."""
        return self.read(LIST_EXTENSIONS, params={"page": 1, "perPage": LIST_SIZE, **filters})

    def _consider(self, error: RingCentralError) -> None:
        if isinstance(error, TransportError) and not isinstance(error, UnusableAnswer):
            self._silent += 1
        is_session = isinstance(error, ApiError) and error.verdict is Verdict.SESSION
        if isinstance(error, _ENDS) or is_session or self._silent >= MOST_SILENT:
            self.readings.stopped = error

    def _look_at_clock(self, operation: Operation) -> None:
        date = parse_http_date(self._api.headers.get(operation.group, {}).get("date"))
        if date and self.readings.skew is None:
            self.readings.skew = (self._now() - date).total_seconds()


def read_all(api: Client, options: Options, now: Callable[[], datetime], progress: Progress) -> Readings:
    """Everything that ``diagnose`` judges. Never raises for what RingCentral answers."""
    reader = Reader(api, now, progress)
    found = reader.readings
    found.account = reader.read(READ_ACCOUNT)
    _check_account(found, options)
    found.service = reader.read(READ_SERVICE)
    found.own = reader.read(READ_EXTENSION, {"extension": "~"})
    found.profile = reader.read(READ_PROFILE)
    known = read_profile(found.profile.answer or {}) or {}
    for name in user_permissions():
        if name not in known:
            found.checks[name] = reader.read(CHECK_PERMISSION, params={"permissionId": name})
    found.everybody = reader.page()
    found.pending = reader.page(status=["NotActivated"])
    found.enabled = reader.page(status=["Enabled"], perPage=1)
    found.both = reader.page(status=["NotActivated", "Enabled"], perPage=1)
    found.fields = reader.read(LIST_FIELDS)
    search = {"showFederated": False, "showAdminOnlyContacts": True, "extensionStatuses": ["NotActivated"]}
    found.directory = reader.read(SEARCH_DIRECTORY, json={**search, "page": 1, "perPage": LIST_SIZE})
    found.task = reader.read(READ_TASK, {"task": NO_TASK})
    found.audit = reader.read(SEARCH_AUDIT, json={"page": 1, "perPage": 1})
    found.session, found.headers = api.session, api.headers
    return found


def _check_account(found: Readings, options: Options) -> None:
    """Stop at another account than the expected one. What else is wrong with the answer has a line of its own."""
    try:
        check_account(found.account.answer or {}, options.expect_account)
    except WrongAccount as error:
        found.stopped = error
    except TransportError:
        pass
