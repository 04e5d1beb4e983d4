# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hand-over to the portal, and its confirmation, cut off at each request: no user is lost, or counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, RingCentralError
from emulator import Emulator
from faults.crashing import Process, Way, release, waits_to_be_held
from integration.playing import NO_LIMITS
from machine import FIELD, Machine

PENDING = 3
STALE = 25 * 60
"""Seconds after which the lease of a run that died is no longer minded."""
KILLS = {"late": "hold_before", "lost": "hold_before", "done": "hold_after"}
"""When a process is killed: its request is done later, is lost on its way, or is done and its answer lost."""


@pytest.fixture
def accounts() -> Callable[[], Emulator]:
    return lambda: Emulator(users=PENDING + 2, pending=PENDING, odd=False, limits=NO_LIMITS)


class Portal:
    """One account with one ledger."""

    def __init__(self, rc: Emulator, ledger: Mapping[str, Any]) -> None:
        self.machine, self.ledger = Machine(rc), dict(ledger)
        self.pending = {str(one.id) for one in rc.account.extensions.values() if one.status == "NotActivated"}

    def hand_over(self) -> dict[str, Any]:
        self.machine.rc.clock.advance(61)
        made = self.machine.invite(transport="portal", hand_over_batch_size=2, ledger=self.ledger)
        assert {row["id"] for row in made["results"]} == self.pending
        return made

    def confirm(self, name: str) -> None:
        """Confirm, again if need be."""
        self.machine.rc.clock.advance(61)
        try:
            self.machine.invite(confirm=name, all_pending=False, ledger=self.ledger)
        except InvalidOption as error:
            if "was confirmed already" not in error.message:
                raise

    def check(self) -> None:
        """Confirm what is open by now, and look what has become of each user."""
        self.hand_over()
        made = self.hand_over()
        listed = Counter(user["id"] for one in made["hand_overs"] for part in one["batches"] for user in part["users"])
        known = {row["id"] for row in made["results"] if row["reason"] == "recently_invited"}
        assert listed + Counter(known) == Counter(self.pending)
        for one in made["hand_overs"]:
            self.confirm(one["id"])
        last = self.hand_over()
        assert (last["reasons"], last["hand_overs"]) == ({"recently_invited": PENDING}, [])
        assert {row["attempts"] for row in last["results"]} == {1}
        assert self.machine.rc.outbox == []
        assert self.machine.rc.state()["violations"] == []


def options_of(step: str, portal: Portal) -> dict[str, Any]:
    """What is cut off: a run that hands over, or the confirmation of one that did."""
    if step == "hand over":
        return {"all_pending": True, "transport": "portal", "hand_over_batch_size": 2}
    (one,) = portal.hand_over()["hand_overs"]
    portal.machine.rc.clock.advance(61)
    return {"confirm": one["id"], "all_pending": False}


def at_each_request(
    step: str, accounts: Callable[[], Emulator], ledger: Callable[[int], dict[str, Any]]
) -> Iterator[tuple[int, Portal, dict[str, Any]]]:
    """A fresh account, its ledger, and the options, for each number of a request."""
    for request in count():
        with accounts() as rc:
            portal = Portal(rc, ledger(request))
            yield request, portal, options_of(step, portal)


def held_at_each_request(
    step: str, fault: str, accounts: Callable[[], Emulator], folder: Path
) -> Iterator[tuple[Portal, Process]]:
    """A process of its own that does the step with a ledger in a file, held at its first request, at its second, ..."""
    places = at_each_request(step, accounts, lambda request: {"path": str(folder / f"{request}.sqlite3")})
    for request, portal, options in places:
        portal.machine.rc.faults.add(fault, skip=request)
        process = Process(portal.machine.rc, folder, Path(portal.ledger["path"]), Way(options))
        if not waits_to_be_held(portal.machine.rc, process):
            assert not process.ended().result.get("failed")
            return
        yield portal, process


@pytest.mark.parametrize("moment", KILLS)
@pytest.mark.parametrize("step", ["hand over", "confirm"])
def test_a_process_that_is_killed(step: str, moment: str, accounts: Callable[[], Emulator], tmp_path: Path) -> None:
    kills = 0
    for portal, process in held_at_each_request(step, KILLS[moment], accounts, tmp_path):
        process.kill()
        release(portal.machine.rc, drop=moment == "lost")
        kills += 1
        portal.check()
    assert kills >= 4  # the login, the account, the list and the logout


@pytest.mark.parametrize("other", ["hand over", "confirm"])
@pytest.mark.parametrize("step", ["hand over", "confirm"])
def test_another_run_comes_between(step: str, other: str, accounts: Callable[[], Emulator], tmp_path: Path) -> None:
    held = 0
    for portal, process in held_at_each_request(step, "hold_before", accounts, tmp_path):
        made = portal.hand_over()["hand_overs"]
        if other == "confirm":
            for one in made:
                portal.confirm(one["id"])
        release(portal.machine.rc, drop=False)
        process.ended()
        held += 1
        portal.check()
    assert held >= 4


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
@pytest.mark.parametrize("step", ["hand over", "confirm"])
def test_a_network_that_is_gone(step: str, fault: str, accounts: Callable[[], Emulator]) -> None:
    """With the ledger in RingCentral, nothing of a run is left but what it had written."""
    cuts = 0
    for request, portal, options in at_each_request(step, accounts, lambda _request: {**FIELD, "first_use": True}):
        rc = portal.machine.rc
        rc.faults.add(fault, skip=request, times=10_000)
        with suppress(RingCentralError):
            portal.machine.invite(ledger=portal.ledger, **options)
        if not rc.faults.happened:
            break
        rc.faults.clear()
        rc.clock.advance(STALE)
        cuts += 1
        portal.check()
    assert cuts >= 8
