# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's run() over real sockets against the emulator, with a clock that sleeping moves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client, Credentials
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import RequestsWire
from ansible_collections.onboard.ringcentral.plugins.modules import (
    rc_ledger,
    rc_onboard,
    rc_send_invite,
    rc_user,
    rc_user_info,
)
from emulator import Emulator
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT

FIELD = {"backend": "custom_field"}


class Machine:
    """A controller with nothing but the credentials; sleeping moves the emulator's clock."""

    def __init__(self, rc: Emulator) -> None:
        self.rc = rc

    def now(self) -> datetime:
        return self.rc.clock.now()

    def run(
        self, module: Any, spec: dict[str, Any], *, check_mode: bool, max_wait: float = 900, **options: Any
    ) -> dict[str, Any]:
        validated = ArgumentSpecValidator(spec).validate(options)
        assert not validated.error_messages
        wire = RequestsWire(self.rc.url, verify=True, timeout=5)
        credentials = Credentials(CLIENT_ID, CLIENT_SECRET, JWT)
        clock = self.rc.clock
        with Client(wire, credentials, account="~", max_wait=max_wait, clock=clock.seconds, sleep=clock.advance) as api:
            result: dict[str, Any] = module.run(validated.validated_parameters, api, self.now, check_mode=check_mode)
        return result

    def invite(self, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        options = {"all_pending": "users" not in options, "ledger": FIELD, **options}
        return self.run(rc_send_invite, _argspec.send_invite(), check_mode=check_mode, **options)

    def onboard(self, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        return self.run(rc_onboard, _argspec.onboard(), check_mode=check_mode, **{"ledger": FIELD, **options})

    def info(self, **options: Any) -> dict[str, Any]:
        return self.run(rc_user_info, _argspec.user_info(), check_mode=False, **options)

    def care(self, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        return self.run(rc_ledger, _argspec.ledger_care(), check_mode=check_mode, **{"ledger": FIELD, **options})

    def correct(self, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        return self.run(rc_user, _argspec.user(), check_mode=check_mode, **options)
