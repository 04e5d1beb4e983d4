# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit trail: who changed what. The ids of its actions are made up, but for those that the API's page names."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from .clock import Clock, iso
from .people import Extension
from .refusals import invalid

CHANGED = "CHANGE_USER_INFO"
INVITED = "SEND_WELCOME_EMAIL"
DEFAULT_SPAN = timedelta(hours=24)
KEPT = timedelta(days=180)
PAGE = 25


@dataclass(frozen=True)
class _Event:
    at: datetime
    id: str
    action: str
    target: Extension
    parameters: Mapping[str, str]


class AuditTrail:
    """What the owner of the token did, newest first."""

    def __init__(self, clock: Clock, account_id: int, initiator: Extension) -> None:
        self._clock, self._account_id, self._initiator = clock, account_id, initiator
        self._events: list[_Event] = []

    def record(self, action: str, target: Extension, **parameters: str) -> None:
        self._events.append(_Event(self._clock.now(), f"event-{len(self._events)}", action, target, parameters))

    def search(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """One page of the events that a search finds: of the last day, unless it says otherwise."""
        until = _moment(asked, "eventTimeTo") or self._clock.now()
        since = max(_moment(asked, "eventTimeFrom") or until - DEFAULT_SPAN, self._clock.now() - KEPT)
        tests: list[Callable[[_Event], bool]] = [lambda event: since <= event.at <= until]
        if actions := set(asked.get("actionIds") or ()):
            tests.append(lambda event: event.action in actions)
        if excluded := set(asked.get("excludeActionIds") or ()):
            tests.append(lambda event: event.action not in excluded)
        if targets := set(asked.get("targetIds") or ()):
            tests.append(lambda event: str(event.target.id) in targets)
        if (initiators := asked.get("initiatorIds")) and str(self._initiator.id) not in initiators:
            tests.append(lambda _event: False)
        found = [event for event in reversed(self._events) if all(test(event) for test in tests)]
        page, size = asked.get("page", 1), asked.get("perPage", PAGE)
        paging = {"page": page, "perPage": size, "total": math.ceil(len(found) / size), "totalFound": len(found)}
        return {"records": [self._record(one) for one in found[(page - 1) * size : page * size]], "paging": paging}

    def _record(self, event: _Event) -> dict[str, Any]:
        target, initiator = event.target, self._initiator
        return {
            "id": event.id,
            "eventTime": iso(event.at),
            "initiator": {
                "extensionId": str(initiator.id),
                "extensionNumber": initiator.extension_number,
                "name": initiator.name,
                "role": "Super Admin",
            },
            "actionId": event.action,
            "eventType": "UPDATE",
            "accountId": str(self._account_id),
            "target": {
                "objectId": str(target.id),
                "objectType": "Extension",
                "name": target.name,
                "extensionNumber": target.extension_number,
            },
            "details": {"parameters": [{"key": key, "value": value} for key, value in event.parameters.items()]},
        }


def _moment(asked: Mapping[str, Any], name: str) -> datetime | None:
    """A time with its zone, UTC if it names none; None if it is not given."""
    if name not in asked:
        return None
    try:
        moment = datetime.fromisoformat(asked[name].replace("Z", "+00:00"))
    except ValueError as error:
        raise invalid(name) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
