# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller as the gates run it in this process: client, clock, options, and a disk without sync."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client, Credentials
from emulator.clock import Clock
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT, World


def controller_time(clock: Clock, skew: float = 0) -> Callable[[], datetime]:
    """What the controller takes for the time: the emulator's, wrong by ``skew`` seconds."""
    return lambda: clock.now() + timedelta(seconds=skew)


def make_client(
    wire: Any, clock: Clock, *, max_wait: float, skew: float = 0, on_secret: Callable[[str], object] = lambda _: None
) -> Client:
    """A client as ``connect`` makes it, but that waiting moves the emulator's clock."""
    return Client(
        wire,
        Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, jwt=JWT),
        account="~",
        max_wait=max_wait,
        clock=clock.seconds,
        sleep=clock.advance,
        on_secret=on_secret,
        now=controller_time(clock, skew),
    )


def validated(spec: dict[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as a module gets them."""
    outcome = ArgumentSpecValidator(spec).validate(dict(options))
    assert not outcome.error_messages, outcome.error_messages
    return dict(outcome.validated_parameters)


def custom_field(world: World) -> dict[str, Any]:
    """The ledger option for a custom field, with what an administrator says as long as the account has none."""
    first = {} if world.account.fields else {"first_use": True}
    return {"backend": "custom_field", **first}
