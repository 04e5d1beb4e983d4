# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lease of the custom_field ledger: one run of an account mails at a time, whatever happens to the one before."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _delivery
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import (
    BULK_UPDATE,
    READ_EXTENSION,
    READ_TASK,
    SEARCH_DIRECTORY,
    WRITE_FIELD,
    Client,
    Operation,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import IncompleteDelivery, LedgerError
from ansible_collections.onboard.ringcentral.plugins.module_utils._lease import SLOW, Lease, is_lease, read_lease
from machine import FIELD, Machine

MOMENT = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
LATEST = MOMENT + timedelta(minutes=20)
Before = Callable[[], object]


def mails(machine: Machine) -> Counter[str]:
    return Counter(machine.rc.state()["mails"])


def lease_of(machine: Machine) -> str:
    """What stands in the field of the user whose JWT it is."""
    return "".join(machine.rc.account.own.custom_fields.values())


def field_of(machine: Machine) -> str:
    return str(machine.rc.account.create_field("Last invitation")["id"])


def just_before(monkeypatch: pytest.MonkeyPatch, operation: Operation, act: Before, *, nth: int = 1) -> None:
    """Let something happen once, right before a run's nth request of this kind."""
    call = Client.call
    asked = Counter[str]()

    def changed(client: Client, one: Operation, *arguments: Any, **options: Any) -> dict[str, Any]:
        if one == operation:
            asked["times"] += 1
            if asked["times"] == nth:
                act()
        return call(client, one, *arguments, **options)

    monkeypatch.setattr(Client, "call", changed)


class Died(BaseException):
    """A process that is killed: nothing is caught, nothing is tidied up."""


def kill_at(monkeypatch: pytest.MonkeyPatch, operation: Operation, *, nth: int = 1) -> pytest.MonkeyPatch:
    """Let a run die before its nth request of this kind, and ask for nothing after that."""

    def die() -> None:
        monkeypatch.setattr(Client, "call", lambda *_arguments, **_options: die())
        raise Died

    just_before(monkeypatch, operation, die, nth=nth)
    return monkeypatch


def kill(machine: Machine, operation: Operation, *, nth: int = 1, **options: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, operation, nth=nth)
        with pytest.raises(Died):
            machine.invite(**options)


@pytest.mark.parametrize("transport", ["bulk", "single"])
def test_values_that_are_not_kept_are_found_before_any_mail(emulate: Any, transport: str) -> None:
    machine = emulate(odd=False)
    machine.rc.faces.keeps_values = False
    with pytest.raises(IncompleteDelivery, match="accepted a value for the custom field Last invitation and does not"):
        machine.invite(transport=transport)
    assert not machine.rc.outbox
    machine.rc.faces.keeps_values = True
    assert machine.invite(transport=transport)["counts"]["invited"] == 8
    machine.rc.clock.advance(49 * 3600)
    machine.rc.faces.keeps_values = False  # the lease that is shown is the last run's
    with pytest.raises(IncompleteDelivery, match=r"does not show it.* No mail was sent\."):
        machine.invite(transport=transport)
    assert set(mails(machine).values()) == {1}


def test_a_lease_says_when_which_run_where_how_many_and_by_which_task(emulate: Any) -> None:
    machine = emulate(odd=False)
    result = machine.invite()
    lease = read_lease(lease_of(machine), machine.now())
    assert lease
    assert (lease.ended, lease.users, [lease.task]) == (True, 8, result["tasks"])
    records = {value for one in machine.rc.account.extensions.values() for value in one.custom_fields.values()}
    assert all(f"run {lease.run}, " in value for value in records)
    assert lease.host
    log = [entry for entry in machine.rc.log if entry["path"].endswith("/extension/~")]
    assert [entry["method"] for entry in log] == ["GET", "GET", "PUT", "GET", "PUT", "PUT"]
    first_mail = next(entry["number"] for entry in machine.rc.log if entry["operation"] == "extensionBulkUpdate")
    assert [entry["number"] < first_mail for entry in log] == [True] * 4 + [False] * 2
    assert machine.rc.state()["violations"] == []


def test_check_mode_and_rc_user_info_write_no_lease(emulate: Any) -> None:
    machine = emulate(odd=False)
    field_of(machine)
    assert machine.invite(check_mode=True)["counts"]["would_invite"] == 8
    machine.info(ledger=FIELD)
    assert {entry["method"] for entry in machine.rc.log if entry["group"] != "Auth"} == {"GET", "POST"}
    assert {entry["operation"] for entry in machine.rc.log if entry["method"] == "POST"} == {
        "getToken",
        "revokeToken",
        "searchDirectoryEntries",
    }
    assert lease_of(machine) == ""


@pytest.mark.parametrize("transport", ["bulk", "single"])
@pytest.mark.parametrize(
    ("operation", "nth"),
    [(READ_EXTENSION, 1), (SEARCH_DIRECTORY, 1), (READ_EXTENSION, 2), (WRITE_FIELD, 1), (READ_EXTENSION, 3)],
)
def test_a_run_that_comes_and_goes_within_a_step_of_another_one(
    emulate: Any, monkeypatch: pytest.MonkeyPatch, operation: Operation, nth: int, transport: str
) -> None:
    machine = emulate(odd=False)
    field_of(machine)
    other = Machine(machine.rc)
    said: list[str] = []

    def work() -> None:
        try:
            other.invite(transport=transport)
        except (IncompleteDelivery, LedgerError) as error:
            said.append(error.message)

    just_before(monkeypatch, operation, work, nth=nth)
    try:
        machine.invite(transport=transport)
    except (IncompleteDelivery, LedgerError) as error:
        said.append(error.message)
    assert set(mails(machine).values()) <= {1}
    assert all("ledger: " in text for text in said)
    machine.rc.clock.advance(20 * 60)
    later = machine.invite(transport=transport)
    assert set(mails(machine).values()) == {1}
    assert len(mails(machine)) == 8
    assert later["reasons"].keys() <= {"recently_invited", "not_activated"}


@pytest.mark.parametrize(("operation", "nth", "sent"), [(BULK_UPDATE, 2, 3), (READ_TASK, 1, 3), (WRITE_FIELD, 2, 3)])
def test_a_run_that_was_killed_is_refused_by_name_and_then_taken_over(
    emulate: Any, monkeypatch: pytest.MonkeyPatch, operation: Operation, nth: int, sent: int
) -> None:
    monkeypatch.setattr(_delivery, "BULK_SIZE", 3)
    machine = emulate(odd=False)
    kill(machine, operation, nth=nth)
    machine.rc.clock.advance(60)
    dead = read_lease(lease_of(machine), machine.now())
    assert dead
    assert not dead.ended
    with pytest.raises(
        LedgerError, match=rf"the run {dead.run} on \S+ \(last seen .*, \d users\) is at work"
    ) as raised:
        machine.invite()
    assert "Run again when it has ended, or after" in raised.value.message
    assert raised.value.message.endswith("No mail was sent.")
    assert sum(mails(machine).values()) == sent
    machine.rc.clock.advance(20 * 60)
    assert machine.invite()["counts"]["invited"] == 8 - sent
    assert set(mails(machine).values()) == {1}
    assert len(mails(machine)) == 8


class Steps:
    """Two runs in threads of their own, of which one moves at a time, by chance; time passes only while both wait."""

    def __init__(self, machine: Machine, seed: int, most_seconds: float) -> None:
        self._clock = machine.rc.clock
        self._chance = random.Random(seed)
        self._most = most_seconds
        self._turn = threading.Condition()
        self._wakes: dict[int, float] = {}
        self._moving: int | None = None
        self._count = 0

    def sleep(self, seconds: float) -> None:
        """Wait on the common clock, as the run of this thread."""
        me = threading.get_ident()
        with self._turn:
            self._wakes[me] = self._clock.seconds() + seconds
            self._next()
            assert self._turn.wait_for(lambda: self._moving == me, timeout=50)

    def call(self, send: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        """A request that takes its time before it arrives, and after."""

        def slowly(*arguments: Any, **options: Any) -> dict[str, Any]:
            self.sleep(self._chance.uniform(0, self._most))
            try:
                return send(*arguments, **options)
            finally:
                self.sleep(self._chance.uniform(0, self._most))

        return slowly

    def run(self, *works: Callable[[], object]) -> None:
        threads = [threading.Thread(target=self._work, args=(work, len(works)), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=50)
            assert not thread.is_alive()

    def _work(self, work: Callable[[], object], of: int) -> None:
        with self._turn:
            self._count += 1
            self._turn.notify_all()
            assert self._turn.wait_for(lambda: self._count == of, timeout=50)
        self._barrier(of)
        try:
            work()
        finally:
            with self._turn:
                self._count -= 1
                self._next()

    def _barrier(self, of: int) -> None:
        me = threading.get_ident()
        with self._turn:
            self._wakes[me] = self._clock.seconds()
            if len(self._wakes) == of:
                self._next()
            assert self._turn.wait_for(lambda: self._moving == me, timeout=50)

    def _next(self) -> None:
        """Let the run that has waited for long enough move, or one of them."""
        self._moving = None
        if self._wakes:
            earliest = min(self._wakes.values())
            self._clock.advance(max(0.0, earliest - self._clock.seconds()))
            ready = [one for one, wake in self._wakes.items() if wake <= self._clock.seconds()]
            self._moving = self._chance.choice(sorted(ready, key=list(self._wakes).index))
            del self._wakes[self._moving]
        self._turn.notify_all()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("most_seconds", [0.3, 2.5])
@pytest.mark.parametrize("has_field", [True, False])
def test_two_runs_at_once_mail_no_user_twice(
    emulate: Any, monkeypatch: pytest.MonkeyPatch, seed: int, most_seconds: float, has_field: bool
) -> None:
    machine = emulate(odd=False)
    machine.rc.account.task_seconds = 20
    if has_field:
        field_of(machine)
    steps = Steps(machine, seed, most_seconds)
    said: list[str] = []

    def work() -> None:
        try:
            Machine(machine.rc).invite()
        except (IncompleteDelivery, LedgerError) as error:
            said.append(error.message)

    with monkeypatch.context() as patch:
        patch.setattr(Client, "call", steps.call(Client.call))
        patch.setattr("machine.Client", lambda *wire, **options: Client(*wire, **{**options, "sleep": steps.sleep}))
        steps.run(work, work)
    assert set(mails(machine).values()) <= {1}
    assert all("ledger: " in text for text in said)
    assert len(mails(machine)) == 8 or said  # no run goes without a word
    if len(machine.rc.account.fields) == 1:
        machine.rc.clock.advance(3600)
        machine.invite()
        assert (set(mails(machine).values()), len(mails(machine))) == ({1}, 8)


@pytest.mark.parametrize("lag", [0, 90])
def test_the_queued_task_of_a_dead_run_is_asked_first(emulate: Any, lag: float) -> None:
    machine = emulate(odd=False)
    machine.rc.faces.directory_lag = lag
    machine.rc.account.task_seconds = 45 * 60
    kill(machine, READ_TASK)
    machine.rc.account.task_seconds = 0.2
    machine.rc.clock.advance(25 * 60)
    with pytest.raises(LedgerError, match=r"has left the bulk task \w+, which has not ended\. Run again when it has"):
        machine.invite()
    assert not mails(machine)
    machine.rc.clock.advance(18 * 60 + 30)  # it ends while this run waits for it
    assert machine.invite()["reasons"] == {"recently_invited": 8}
    assert set(mails(machine).values()) == {1}


def test_users_whom_a_dead_run_mailed_a_moment_ago_are_held_rather_than_mailed_again(emulate: Any) -> None:
    machine = emulate(users=90, pending=80, odd=False)
    machine.rc.faces.directory_lag = 600
    machine.rc.account.task_seconds = 24 * 60
    kill(machine, READ_TASK)
    machine.rc.clock.advance(24 * 60)
    assert machine.invite()["reasons"] == {"in_doubt": 30, "recently_invited": 50}
    assert set(mails(machine).values()) == {1}


@pytest.mark.parametrize("answer", ["task_gone", "500"])
def test_a_task_that_can_never_be_read_does_not_stop_runs_for_ever(emulate: Any, answer: str) -> None:
    machine = emulate(odd=False)
    kill(machine, READ_TASK)
    machine.rc.clock.advance(25 * 60)
    machine.rc.account.work()
    if answer == "task_gone":
        machine.rc.account.tasks.clear()
    else:
        machine.rc.faults.add("500", "getExtensionBulkUpdateTask", times=999)
        with pytest.raises(LedgerError, match=r"has left the bulk task \w+, which cannot be read \(.*CMN-211"):
            machine.invite()
        machine.rc.clock.advance(40 * 60)
    assert machine.invite()["reasons"] == {"recently_invited": 8}
    assert set(mails(machine).values()) == {1}


def test_a_run_waits_for_the_directory_to_show_what_the_last_one_did(emulate: Any) -> None:
    machine = emulate(users=90, pending=80, odd=False)
    machine.rc.faces.directory_lag = 50
    machine.invite(limit=2)
    before = machine.rc.clock.seconds()
    machine.invite()
    assert machine.rc.clock.seconds() - before >= 50
    assert len(mails(machine)) == 80
    assert set(mails(machine).values()) == {1}


def test_a_run_does_not_wait_for_records_that_are_shown(emulate: Any) -> None:
    machine = emulate(odd=False)
    machine.invite(limit=2)
    before = machine.rc.clock.seconds()
    assert machine.invite()["counts"]["invited"] == 6
    assert machine.rc.clock.seconds() - before < 10


def test_a_run_waits_for_another_one_that_ends_meanwhile(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = emulate(odd=False)
    field = field_of(machine)
    own = machine.rc.account.own.custom_fields
    own[field] = str(Lease(machine.now().replace(microsecond=0), "0123456789ab", "awx-7", 3))
    ended = str(Lease(machine.now().replace(microsecond=0), "0123456789ab", "awx-7", 0, ended=True))
    just_before(monkeypatch, READ_EXTENSION, lambda: own.update({field: ended}), nth=3)
    assert machine.invite()["counts"]["invited"] == 8


def test_max_wait_bounds_the_wait_for_another_run(emulate: Any) -> None:
    machine = emulate(odd=False)
    field = field_of(machine)
    machine.rc.account.own.custom_fields[field] = str(
        Lease(machine.now().replace(microsecond=0), "0123456789ab", "awx-7", 3)
    )
    before = machine.rc.clock.seconds()
    with pytest.raises(LedgerError, match=r"the run 0123456789ab on awx-7 \(last seen .* UTC, 3 users\) is at work"):
        machine.invite(max_wait=20)
    assert machine.rc.clock.seconds() - before <= 20
    assert not machine.rc.outbox


def test_a_run_that_lost_its_lease_in_a_pause_stops(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_delivery, "BULK_SIZE", 3)
    machine = emulate(odd=False)
    other = str(Lease(MOMENT, "0123456789ab", "awx-7", 3))

    def pause() -> None:
        machine.rc.clock.advance(30 * 60)
        machine.rc.account.own.custom_fields["1"] = other

    just_before(monkeypatch, READ_TASK, pause)
    with pytest.raises(IncompleteDelivery, match=r"run 0123456789ab on awx-7 .*No further mail was sent") as raised:
        machine.invite()
    assert raised.value.result["counts"]["invited"] == sum(mails(machine).values()) == 3
    assert lease_of(machine) == other


def test_a_long_run_gives_signs_of_life(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_delivery, "BULK_SIZE", 3)
    machine = emulate(odd=False)
    just_before(monkeypatch, READ_TASK, lambda: machine.rc.clock.advance(10 * 60))
    assert machine.invite()["counts"]["invited"] == 8
    puts = [entry for entry in machine.rc.log if (entry["method"], entry["path"][-2:]) == ("PUT", "/~")]
    assert len(puts) == 1 + 1 + 3 + 1  # taken, renewed once, a task for each batch, ended


def test_a_slow_write_is_no_lease(emulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = emulate(odd=False)
    just_before(monkeypatch, WRITE_FIELD, lambda: machine.rc.clock.advance(SLOW + 1))
    with pytest.raises(IncompleteDelivery, match=r"took \d s to write the lease .* No mail was sent\."):
        machine.invite()
    assert not machine.rc.outbox
    lease = read_lease(lease_of(machine), machine.now())
    assert lease
    assert not lease.ended  # whose lease it wrote over may still be at work


@pytest.mark.parametrize(("kind", "ends_well"), [("html", True), ("truncated", True), ("permission", False)])
def test_the_lease_is_proven_by_reading_it_back(emulate: Any, kind: str, ends_well: bool) -> None:
    machine = emulate(odd=False)
    machine.rc.faults.add(kind, "updateExtension")
    if ends_well:
        assert machine.invite()["counts"]["invited"] == 8
        return
    with pytest.raises(IncompleteDelivery, match=r"cannot be kept in .*permission.* or use the sqlite ledger\. No"):
        machine.invite()
    assert not machine.rc.outbox


PLANTED = ["ask Ada first", "at work", "x" * 100_000, "at work 9999-12-31T23:59:59Z, run a, on b, 1 users"]


@pytest.mark.parametrize("value", PLANTED, ids=range(len(PLANTED)))
def test_what_a_person_typed_in_place_of_the_lease_is_kept_and_no_mail_sent(emulate: Any, value: str) -> None:
    machine = emulate(odd=False)
    machine.rc.account.own.custom_fields[field_of(machine)] = value
    with pytest.raises(
        (IncompleteDelivery, LedgerError), match=r"Empty it if no other run is at work\. No mail"
    ) as raised:
        machine.invite()
    assert len(raised.value.message) < 400
    assert not machine.rc.outbox
    assert lease_of(machine) == value


def test_the_invitation_that_this_user_once_got_gives_way_to_the_lease(emulate: Any) -> None:
    machine = emulate(odd=False)
    machine.rc.account.own.custom_fields[field_of(machine)] = (
        f"invited {machine.rc.clock.iso()[:19]}Z, attempt 1, run a"
    )
    assert machine.invite()["counts"]["invited"] == 8
    assert is_lease(lease_of(machine))


def test_a_lease_of_a_former_user_of_the_jwt_is_no_invitation(emulate: Any) -> None:
    machine = emulate(odd=False)
    field = field_of(machine)
    someone = next(one for one in machine.rc.account.extensions.values() if one.status == "NotActivated")
    someone.custom_fields[field] = str(Lease(MOMENT, "0123456789ab", "awx-7", 3, ended=True))
    assert machine.invite()["counts"]["invited"] == 8


def test_a_lease_reads_back() -> None:
    for lease in (
        Lease(MOMENT, "0123456789ab", "awx-7.example.com", 8),
        Lease(MOMENT, "0123456789ab", "unknown", 0, task="t-1", ended=True),
    ):
        assert read_lease(f" {lease} ", LATEST) == lease
        assert is_lease(str(lease))
    assert str(lease) == "ended 2026-03-02T09:00:00Z, run 0123456789ab, on unknown, 0 users, task t-1"
    assert read_lease(" ", LATEST) is None
    for odd in (f"{lease}\nx", str(lease).replace("0 users", "9999999 users"), str(lease).replace("t-1", "a/../b")):
        with pytest.raises(ValueError, match="is not"):
            read_lease(odd, LATEST)
    with pytest.raises(ValueError, match="is in the future"):
        read_lease(str(lease), MOMENT - timedelta(minutes=1))
