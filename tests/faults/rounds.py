# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run after run of rc_send_invite against one emulated account, with one ledger; only its clock waits."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Request, RequestsWire, Response, Wire
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from ansible_collections.onboard.ringcentral.plugins.modules import rc_send_invite
from emulator import Emulator
from emulator.world import CLIENT_SECRET, JWT
from faults.controller import controller_time, custom_field, make_client, validated
from fuzz.direct import DirectWire

MAX_WAIT = 120
"""Seconds that a run may wait."""

PAGE = 3
"""Users on a page of the list, so that a handful of people make two."""

FACES: Mapping[str, Mapping[str, Any]] = {
    "kind": {},
    "unkind": {
        "mails": "any",
        "torn": "field_late",
        "torn_seconds": 10,
        "directory_lag": 90,
        "hides_hidden": True,
        "absent": ["creationTime", "site", "roles", "references"],
        "most_per_page": 2,
        "errors": "list",
        "answers": {"revokeToken": "CMN-301"},
        "session_seconds": 7199,
        "refresh_tokens": True,
        "limit_headers": False,
    },
}
"""The account as its description suggests, and as unkind as the live service may be in all at once."""


@dataclass(frozen=True)
class Backend:
    """A kind of ledger: its option, the users it knows as invited, and whether a lost answer leaves a doubt."""

    option: Callable[[Emulator, Path], dict[str, Any]]
    invited: Callable[[Emulator, Path], set[str]]
    doubts: bool


def _invited_in_file(rc: Emulator, folder: Path) -> set[str]:
    records = SqliteLedger(folder / "ledger.sqlite3", str(rc.account.id), read_only=True).everything()
    return {record.user_id for record in records if record.state == "invited"}


def _invited_in_field(rc: Emulator, folder: Path) -> set[str]:
    people = rc.account.extensions.values()
    return {str(one.id) for one in people if any(value.startswith("invited ") for value in one.custom_fields.values())}


BACKENDS: Mapping[str, Backend] = {
    "sqlite": Backend(
        option=lambda _rc, folder: {"backend": "sqlite", "path": str(folder / "ledger.sqlite3")},
        invited=_invited_in_file,
        doubts=True,
    ),
    "custom_field": Backend(
        option=lambda rc, _folder: custom_field(rc.world),
        invited=_invited_in_field,
        doubts=False,
    ),
}


class SmallPages:
    """Another wire, but that a page of a list is small."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.close = wire.close

    def send(self, request: Request) -> Response:
        if "perPage" in request.params:
            request = replace(request, params={**request.params, "perPage": PAGE})
        if request.json and "perPage" in request.json:
            request = replace(request, json={**request.json, "perPage": PAGE})
        return self._wire.send(request)


@dataclass(frozen=True)
class Run:
    """One run: its result, the sentence with which it failed ("" if it did not), the users it mailed and how often.

    ``crash`` is an exception that no module may end with. ``waited`` are seconds of the emulator's clock, ``took``
    those of this machine's.
    """

    result: dict[str, Any]
    message: str
    mailed: Counter[str]
    warnings: list[str]
    crash: str = ""
    waited: float = 0
    took: float = 0
    requests: int = 0

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """The results by user id."""
        return {entry["id"]: entry for entry in self.result.get("results", ())}


class Rounds:
    """``transport`` and ``backend`` hold for all runs. An emulator that was not started is asked in this process."""

    def __init__(self, rc: Emulator, folder: Path, transport: str, backend: Backend, face: str = "kind") -> None:
        self.rc = rc
        self.face = face
        self.backend = backend
        self.folder = folder
        self.tokens: list[str] = []
        self.runs = 0
        self._options = {"all_pending": True, "transport": transport}
        if face != "kind":
            rc.account.extensions[int(max(self.pending))].hidden = True

    @property
    def pending(self) -> set[str]:
        """The users who have not activated by now."""
        return {str(one.id) for one in self.rc.account.extensions.values() if one.status == "NotActivated"}

    @property
    def odd_one(self) -> str:
        """The user that RingCentral refuses where a fault concerns one user: neither the first nor the last."""
        return sorted(self.pending)[2]

    def run(self, *, timeout: float = 10, max_wait: float = MAX_WAIT, skew: float = 0, **options: Any) -> Run:
        """As the module does it, a minute after the run before, on a machine whose clock is wrong by ``skew``."""
        ledger = self.backend.option(self.rc, self.folder)
        params = validated(_argspec.send_invite(), {**self._options, "ledger": ledger, **options})
        if self.runs:
            self.rc.clock.advance(60)
        self.runs += 1
        before, first, began, started = self.mails, len(self.rc.log), time.monotonic(), self.rc.clock.seconds()
        result: dict[str, Any] = {}
        message = crash = ""
        wire = SmallPages(
            RequestsWire(self.rc.url, verify=True, timeout=timeout) if self.rc.url else DirectWire(self.rc.world)
        )
        clock = self.rc.clock
        api = make_client(wire, clock, max_wait=max_wait, skew=skew, on_secret=self.tokens.append)
        now = controller_time(clock, skew)
        try:
            with api:
                result = rc_send_invite.run(params, api, now, check_mode=False)
        except RingCentralError as error:
            result, message = error.as_result(), error.message
        except Exception as error:  # noqa: BLE001  # to be counted, and shown by the test
            crash = f"{type(error).__name__}: {error}"
        took, waited = time.monotonic() - began, self.rc.clock.seconds() - started
        warnings = [*result.get("warnings", ()), *api.warnings]
        return Run(result, message, self.mails - before, warnings, crash, waited, took, len(self.rc.log) - first)

    @property
    def mails(self) -> Counter[str]:
        """How often each was mailed so far, by id."""
        return Counter(self.rc.state()["mails"])

    @property
    def secrets(self) -> set[str]:
        return {CLIENT_SECRET, JWT, *self.tokens}

    def unclosed(self) -> list[str]:
        """Sessions that the module knew of, and that still live."""
        now = self.rc.clock.seconds()
        sessions = [one for one in self.rc.account.sessions if one.open and one.expires_at > now]
        return [one.label for one in sessions if one.token in self.tokens]
