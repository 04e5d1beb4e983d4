# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listens to RingCentral's answers during a proof, and notes what they look like and how long they took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from ._answers import error_codes
from ._client import LIST_EXTENSIONS, Operation
from ._errors import ApiError, RingCentralError
from ._http import Response
from ._proof_shapes import Placeholders
from ._users import Api

_FIELDS = ("creationTime", "site", "roles", "references", "hidden", "extensionNumber", "contact")
"""The fields of a user's record that an account may lack."""
_MOST_ANSWERS = 20


class ListeningApi(Api, Protocol):
    """A client whose answers can be listened to."""

    def listen(self, listener: Callable[[Operation, Response], None]) -> None:
        """Hand each answer to the listener, too."""

    def idle(self, seconds: float) -> None:
        """Wait between two mails."""


class Watch:
    """Everything that is heard of ``api`` from now on; ``now`` gives the time in UTC."""

    def __init__(self, api: ListeningApi, now: Callable[[], datetime]) -> None:
        self.placeholders = Placeholders()
        self.api = api
        self.now = now
        self._limits: dict[str, int] = {}
        self._present: set[str] = set()
        self._errors: Mapping[str, Any] = {}
        self._answers: list[dict[str, Any]] | None = None
        api.listen(self._hear)

    def seen(self) -> dict[str, Any]:
        """The limits by rate group, and the fields that no user's record has."""
        absent = [name for name in _FIELDS if name not in self._present]
        return {"limits": dict(sorted(self._limits.items())), "absent": absent}

    def recall(self, seen: Mapping[str, Any] | None) -> None:
        """Add what an earlier run has seen."""
        if seen is None:
            return
        self._limits = {**seen["limits"], **self._limits}
        self._present |= set(_FIELDS) - set(seen["absent"])

    @contextmanager
    def recording(self, entry: dict[str, Any]) -> Iterator[None]:
        """Keep the answers in the entry of a step, and the seconds that it took."""
        self._answers, started = [], self.now()
        try:
            yield
        finally:
            entry |= {"answers": self._answers, "seconds": self.since(started)}
            self._answers = None

    @contextmanager
    def idling(self) -> Iterator[None]:
        """A person is asked something: the time that this takes is nobody's."""
        started = self.now()
        try:
            yield
        finally:
            self.api.idle(max(0.0, self.since(started)))

    def since(self, moment: datetime) -> float:
        """Seconds since then."""
        return round((self.now() - moment).total_seconds(), 1)

    def refusal(self, error: RingCentralError, operation: Operation) -> dict[str, Any]:
        """The state of a step that ended in an error, with its codes and the permission that is missing."""
        if not isinstance(error, ApiError):
            return {"state": "in_doubt", "codes": [], "permission": ""}
        named = self._permission() or (operation.app if error.code == "CMN-401" else operation.user)
        return {
            "state": "refused" if error.refused else "in_doubt",
            "codes": self.codes(error_codes(self._errors)),
            "permission": named if error.lacks_permission else "",
        }

    def codes(self, codes: Iterable[str]) -> list[str]:
        """The error codes among some words."""
        return [code for code in codes if self.placeholders.word(code, "errorCode")]

    def _permission(self) -> str:
        listed = self._errors.get("errors")
        entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        names = (self.placeholders.word(one.get("permissionName"), "permissionName") for one in entries)
        return next(filter(None, names), "")

    def _hear(self, operation: Operation, response: Response) -> None:
        limit = response.headers.get("x-rate-limit-limit", "")
        if limit.isdecimal() and limit.isascii() and int(limit[:9]) > 0:
            self._limits[operation.group] = int(limit[:9])
        document = response.document()
        if response.status >= 300:
            self._errors = document or {}
        if operation is LIST_EXTENSIONS:
            records = (document or {}).get("records")
            for record in records if isinstance(records, list) else ():
                self._present |= set(_FIELDS) & set(record if isinstance(record, dict) else ())
        if self._answers is not None:
            self._note(operation, response.status, document)

    def _note(self, operation: Operation, status: int, document: Mapping[str, Any] | None) -> None:
        answer = {
            "to": f"{operation.method} {operation.path}",
            "status": status,
            "body": "<no JSON>" if document is None else self.placeholders.shape(document),
        }
        answers = self._answers or []
        if answers and {**answers[-1], "times": 1} == {**answer, "times": 1}:
            answers[-1]["times"] += 1
        elif self._answers is not None and len(answers) < _MOST_ANSWERS:
            self._answers.append({**answer, "times": 1})
