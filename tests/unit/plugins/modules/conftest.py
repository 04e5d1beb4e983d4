# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's run() against a script, as often as a test likes, with one ledger and one clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import IncompleteDelivery
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import Response
from ansible_collections.onboard.ringcentral.plugins.modules import (
    rc_ledger,
    rc_onboard,
    rc_send_invite,
    rc_user,
    rc_user_info,
)
from emulator import Emulator
from machine import Machine
from scripted import ACCOUNT, LIST, Clock, ScriptedWire, answer, client, log_in, page

Step = tuple[str, Any]


@dataclass
class ModuleRunner:
    """Runs modules against scripted answers. Each method adds the login, the account and the list to its script."""

    ledger: Path
    clock: Clock = field(default_factory=Clock)
    wire: ScriptedWire = field(default_factory=lambda: ScriptedWire([]))

    def invite(
        self,
        people: Sequence[dict[str, Any]] | Response,
        *script: Step,
        check_mode: bool = False,
        max_wait: float = 900,
        **options: Any,
    ) -> dict[str, Any]:
        defaults = {"ledger": {"path": str(self.ledger)}} | ({} if "users" in options else {"all_pending": True})
        run = partial(rc_send_invite.run, check_mode=check_mode)
        listing = people if isinstance(people, Response) else page(people)
        with self._login([(LIST, listing), *script], max_wait) as api:
            return run(_validated(_argspec.send_invite(), {**defaults, **options}), api, self.clock.now)

    def onboard(
        self,
        people: Sequence[dict[str, Any]],
        *script: Step,
        check_mode: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        options = {"ledger": {"path": str(self.ledger)}, **options}
        with self._login([(LIST, page(people)), *script], 900) as api:
            return rc_onboard.run(_validated(_argspec.onboard(), options), api, self.clock.now, check_mode=check_mode)

    def info(self, people: Sequence[dict[str, Any]], **options: Any) -> dict[str, Any]:
        with self._login([(LIST, page(people))], 900) as api:
            return rc_user_info.run(_validated(_argspec.user_info(), options), api, self.clock.now)

    def care(self, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        options = {"ledger": {"path": str(self.ledger)}, **options}
        with self._login([], 900) as api:
            params = _validated(_argspec.ledger_care(), options)
            return rc_ledger.run(params, api, self.clock.now, check_mode=check_mode)

    def correct(
        self,
        people: Sequence[dict[str, Any]],
        *script: Step,
        check_mode: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        with self._login([(LIST, page(people)), *script], 900) as api:
            return rc_user.run(_validated(_argspec.user(), options), api, self.clock.now, check_mode=check_mode)

    @contextmanager
    def _login(self, steps: Sequence[Step], max_wait: float) -> Iterator[Client]:
        account = (f"GET {ACCOUNT}", answer(body={"id": 1, "mainNumber": "+16505550100"}))
        self.wire = ScriptedWire([log_in(), account, *steps], allows_logout=True)
        try:
            with client(self.wire, self.clock, max_wait=max_wait) as api:
                yield api
        except IncompleteDelivery:
            self.wire.done()
            raise
        self.wire.done()


def _validated(spec: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    outcome = ArgumentSpecValidator(spec).validate(options)
    assert not outcome.error_messages, outcome.error_messages
    return dict(outcome.validated_parameters)


@pytest.fixture
def runner(tmp_path: Path) -> ModuleRunner:
    return ModuleRunner(tmp_path / "ledger.sqlite3")


@pytest.fixture
def emulate() -> Iterator[Callable[..., Machine]]:
    with ExitStack() as stack:
        yield lambda **options: Machine(stack.enter_context(Emulator(**{"users": 30, "pending": 8, **options})))


@pytest.fixture
def known(emulate: Any) -> Machine:
    """An account whose eight pending users were invited a moment ago."""
    machine: Machine = emulate(odd=False)
    assert machine.invite()["counts"]["invited"] == 8
    machine.rc.clock.advance(60)
    return machine
