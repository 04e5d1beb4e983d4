# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run after run of rc_send_invite against one emulated account, with one ledger; only its clock waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client, Credentials
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Request, RequestsWire, Response
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from ansible_collections.onboard.ringcentral.plugins.modules import rc_send_invite
from emulator import Emulator

PAGE = 3
"""Users on a page of the list, so that a handful of people make two."""

LOGIN = {"client_id": "RC_APP_CLIENT_ID", "client_secret": "RC_APP_CLIENT_SECRET", "jwt": "RC_USER_JWT"}


@dataclass(frozen=True)
class Backend:
    """A kind of ledger: its option, whom it knows as invited, and whether a lost answer leaves a doubt."""

    option: Callable[[Path], dict[str, Any]]
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
        option=lambda folder: {"backend": "sqlite", "path": str(folder / "ledger.sqlite3")},
        invited=_invited_in_file,
        doubts=True,
    ),
    "custom_field": Backend(
        option=lambda _folder: {"backend": "custom_field"},
        invited=_invited_in_field,
        doubts=False,
    ),
}


class SmallPages(RequestsWire):
    """The wire of the modules, but that a page of a list is small."""

    def send(self, request: Request) -> Response:
        if "perPage" in request.params:
            request = replace(request, params={**request.params, "perPage": PAGE})
        return super().send(request)


@dataclass(frozen=True)
class Run:
    """What one run came to: its result, the sentence with which it failed ("" if it did not), whom it mailed."""

    result: dict[str, Any]
    message: str
    mailed: Counter[str]
    warnings: list[str]

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """The results by user id."""
        return {entry["id"]: entry for entry in self.result.get("results", ())}


class Rounds:
    """``transport`` and ``backend`` hold for all runs."""

    def __init__(self, rc: Emulator, folder: Path, transport: str, backend: Backend) -> None:
        self.rc = rc
        self.backend = backend
        self.folder = folder
        self.tokens: list[str] = []
        self.runs = 0
        self._options = {"all_pending": True, "transport": transport, "ledger": backend.option(folder)}
        self.pending = {str(one.id) for one in rc.account.extensions.values() if one.status == "NotActivated"}

    def run(self, *, timeout: float = 10, max_wait: float = 120, **options: Any) -> Run:
        """As the module does it, a minute after the run before."""
        validated = ArgumentSpecValidator(_argspec.send_invite()).validate({**self._options, **options})
        assert not validated.error_messages
        if self.runs:
            self.rc.clock.advance(60)
        self.runs += 1
        before = self.mails
        result: dict[str, Any] = {}
        message = ""
        api = self._client(timeout, max_wait)
        try:
            with api:
                result = rc_send_invite.run(validated.validated_parameters, api, self.rc.clock.now, check_mode=False)
        except RingCentralError as error:
            result, message = error.as_result(), error.message
        return Run(result, message, self.mails - before, api.warnings)

    @property
    def mails(self) -> Counter[str]:
        """How often each was mailed so far, by id."""
        return Counter(self.rc.state()["mails"])

    @property
    def secrets(self) -> set[str]:
        environment = self.rc.env()
        return {environment[LOGIN["client_secret"]], environment[LOGIN["jwt"]], *self.tokens}

    def unclosed(self) -> list[str]:
        """Sessions that the module knew of, and that still live."""
        now = self.rc.clock.seconds()
        sessions = [one for one in self.rc.account.sessions if one.open and one.expires_at > now]
        return [one.label for one in sessions if one.token in self.tokens]

    def _client(self, timeout: float, max_wait: float) -> Client:
        environment = self.rc.env()
        return Client(
            SmallPages(self.rc.url, verify=True, timeout=timeout),
            Credentials(**{name: environment[variable] for name, variable in LOGIN.items()}),
            account="~",
            max_wait=max_wait,
            clock=self.rc.clock.seconds,
            sleep=self.rc.clock.advance,
            on_secret=self.tokens.append,
        )
