# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same work by an earlier commit and by this checkout, in one run on one machine. `make bench` prints the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bench.measuring import CHECKOUT, Bench, Code, Cost, Shared, median, write_inventory
from bench.role_files import count
from emulator import Emulator
from emulator.people import Extension
from integration.playing import NO_LIMITS, mailed, role_play

pytestmark = pytest.mark.timeout(1800)

ONBOARD, REINVITE = "onboard.ringcentral.onboard", "onboard.ringcentral.reinvite"
EMPTY: list[dict[str, Any]] = [
    {"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": "nothing"}}]}
]
FORKS = 20


@dataclass(frozen=True)
class Comparison:
    """Where one row of the table is measured. ``earlier`` is None where the repository does not have that commit."""

    earlier: Code | None
    folder: Path
    record: Callable[[str, object], None]
    servers: ExitStack

    def emulate(self, **options: Any) -> Emulator:
        return self.servers.enter_context(Emulator(**{"odd": False, **options}))

    def place(self, code: Code, name: str = "") -> Path:
        """A new folder for what one version writes."""
        folder = self.folder / f"{code.collections.name}{name}"
        folder.mkdir()
        return folder

    def row(self, name: str, before: str, now: str, wanted: str) -> None:
        self.record("row", (name, before, now, wanted))


@pytest.fixture
def comparison(
    earlier: Code | None, tmp_path: Path, record_property: Callable[[str, object], None]
) -> Iterator[Comparison]:
    with ExitStack() as servers:
        yield Comparison(earlier, tmp_path, record_property, servers)


def pending(rc: Emulator) -> list[Extension]:
    return [one for one in rc.account.extensions.values() if one.status == "NotActivated" and one.type == "User"]


def batches(people: list[Extension], size: int) -> list[dict[str, Any]]:
    """Batches that are due, of so many people each."""
    due = str(datetime.now(timezone.utc).date() - timedelta(days=1))
    groups = [people[first : first + size] for first in range(0, len(people), size)]
    return [
        {"name": f"batch {number}", "users": [one.email for one in group], "invite_on": due}
        for number, group in enumerate(groups)
    ]


def virtual(code: Code, rc: Emulator, folder: Path) -> Bench:
    """A bench with a clock that sleeping moves, shared with the emulator."""
    shared = Shared(folder / "shared")
    shared.drive(rc)
    return Bench(code, folder, rc.env(), shared)


def waited(rc: Emulator, cost: Cost) -> str:
    """How a run got on with the documented limits."""
    state = rc.state()
    assert state["logins"], cost.played.output[-3000:]
    ended = "" if cost.played.code == 0 else f", failed with {len(mailed(rc))} users invited"
    return (
        f"{state['logins']} logins, {state['throttled']} x 429, {cost.emulated:.0f} s, "
        f"of which {cost.slept:.0f} s asleep{ended}"
    )


def assert_unhindered(rc: Emulator, cost: Cost, invited: int) -> None:
    state = rc.state()
    assert cost.played.code == 0, cost.played.output[-3000:]
    assert (state["logins"], state["throttled"]) == (1, 0)
    assert len(set(mailed(rc))) == len(mailed(rc)) == invited


@pytest.mark.parametrize(("number", "size"), [(12, 20), (40, 50)])
def test_due_batches(number: int, size: int, comparison: Comparison) -> None:
    def onboard(code: Code) -> tuple[Emulator, Cost]:
        rc = comparison.emulate(users=number * size + 100, pending=number * size)
        bench = virtual(code, rc, comparison.place(code))
        return rc, bench.play(ONBOARD, onboarding_batches=batches(pending(rc), size))

    earlier = comparison.earlier
    before = waited(*onboard(earlier)) if earlier and number == 12 else "-"
    rc, cost = onboard(CHECKOUT)
    wanted = "1 login, 0 x 429, 60 s asleep at most"
    comparison.row(f"1 onboard, {number} due batches of {size}, emulated time", before, waited(rc, cost), wanted)
    assert_unhindered(rc, cost, number * size)
    assert cost.slept < 60  # what else it takes depends on the machine


def test_waves(comparison: Comparison) -> None:
    def reinvite(code: Code) -> tuple[Emulator, Cost]:
        rc = comparison.emulate(users=300, pending=90)
        for number, one in enumerate(pending(rc)):
            one.department = f"Team {number % 9}"
        waves = [{"department": [f"Team {number}"]} for number in range(9)]
        return rc, virtual(code, rc, comparison.place(code)).play(REINVITE, reinvite_waves=waves)

    before = waited(*reinvite(comparison.earlier)) if comparison.earlier else "-"
    rc, cost = reinvite(CHECKOUT)
    comparison.row("2 reinvite, 9 waves of 10, emulated time", before, waited(rc, cost), "1 login, 0 x 429")
    assert_unhindered(rc, cost, 90)


def test_nothing_to_do(comparison: Comparison) -> None:
    """The versions take turns, so that whatever else the machine does hinders them alike."""
    benches = {}
    for code in filter(None, (comparison.earlier, CHECKOUT)):
        rc = comparison.emulate(users=40, pending=12, limits=NO_LIMITS)
        benches[code] = Bench(code, comparison.place(code), rc.env())
        assert benches[code].play(role_play()).played.code == 0
        assert len(mailed(rc)) == 12
    empty: list[float] = []
    busy: dict[Code, list[float]] = {code: [] for code in benches}
    for _turn in range(5):
        empty.append(benches[CHECKOUT].play(EMPTY).processor)
        for code, bench in benches.items():
            busy[code].append(bench.play(role_play()).processor)
            assert list((bench.folder / "reinvite-reports").glob("localhost.*"))

    def ratio(code: Code) -> str:
        seconds = median(busy[code])
        return f"{seconds / median(empty):.2f} x ({seconds:.2f} s)"

    before = ratio(comparison.earlier) if comparison.earlier else "-"
    name = f"3 reinvite, nothing to do: processor against an empty play ({median(empty):.2f} s)"
    comparison.row(name, before, ratio(CHECKOUT), "2.2 x")
    assert median(busy[CHECKOUT]) < 2.2 * median(empty)


def estate(code: Code, comparison: Comparison, *, accounts: int, waiting: int) -> Cost:
    """Accounts of 300 users in one run with all report files, by the example's playbook."""
    folder = comparison.place(code)
    servers = {
        f"account_{number:02}": comparison.emulate(
            users=300, pending=waiting, seed=number, account_id=400131426000 + number
        )
        for number in range(accounts)
    }
    inventory = write_inventory(folder / "hosts.yml", servers)
    cost = Bench(code, folder).play(
        code.root / "examples/estate/reinvite.yml", "-i", str(inventory), f"--forks={FORKS}"
    )
    assert cost.played.code == 0, cost.played.output[-3000:]
    assert {len(mailed(rc)) for rc in servers.values()} == {waiting}
    assert len(list((folder / "reinvite-reports").glob("account_*.json"))) == accounts
    return cost


def test_twelve_accounts(comparison: Comparison) -> None:
    def an_account(code: Code) -> float:
        return estate(code, comparison, accounts=12, waiting=30).processor / 12

    before = f"{an_account(comparison.earlier):.2f} s" if comparison.earlier else "-"
    seconds = an_account(CHECKOUT)
    comparison.row("4 twelve accounts, 30 pending each: processor an account", before, f"{seconds:.2f} s", "1.0 s")
    assert seconds < 1.0


def test_sixty_accounts(comparison: Comparison) -> None:
    """The earlier commit does a fifth of the work, and what it takes is multiplied."""

    def cost(code: Code, accounts: int) -> tuple[float, float]:
        taken = estate(code, comparison, accounts=accounts, waiting=40)
        return taken.seconds * 60 / accounts, taken.processor * 60 / accounts

    now = cost(CHECKOUT, 60)
    before, ratio = "-", ""
    if comparison.earlier:
        then = cost(comparison.earlier, 12)
        before = f"{then[0]:.0f} s, processor {then[1]:.0f} s (5 x 12 accounts)"
        ratio = f" ({now[0] / then[0]:.2f} x, {now[1] / then[1]:.2f} x)"
    shown = f"{now[0]:.0f} s, processor {now[1]:.0f} s{ratio}"
    comparison.row(f"5 60 accounts x 300 users, {FORKS} forks, with files", before, shown, "45 s")
    assert now[1] < 60


@pytest.mark.parametrize(("transport", "sizes"), [("single", (20, 40)), ("bulk", (1000, 2000))])
def test_ledger_rows(transport: str, sizes: tuple[int, int], comparison: Comparison) -> None:
    def rows(code: Code, users: int) -> int:
        rc = comparison.emulate(users=users + 40, pending=users, limits=NO_LIMITS)
        bench = virtual(code, rc, comparison.place(code, f"-{users}"))
        cost = bench.play(role_play(), reinvite_transport=transport, reinvite_report_dir="")
        assert cost.played.code == 0, cost.played.output[-3000:]
        assert len(mailed(rc)) == users
        return cost.rows

    earlier = comparison.earlier
    before = " / ".join(str(rows(earlier, users)) for users in sizes) if earlier else "-"
    few, many = (rows(CHECKOUT, users) for users in sizes)
    name = f"6 {transport}: rows read from the ledger, {sizes[0]} / {sizes[1]} sent"
    comparison.row(name, before, f"{few} / {many}", "linear")
    assert 0 < many < 2.2 * few


def test_role_files(comparison: Comparison) -> None:
    def shown(code: Code) -> str:
        role = count(code.root / "roles/reinvite")
        return f"{role.pipes_per_task:.1f}, {role.internal}, {role.files}, {role.longest}"

    before = shown(comparison.earlier) if comparison.earlier else "-"
    name = "7 role: pipes a task, internal names, task files, longest file"
    comparison.row(name, before, shown(CHECKOUT), "0.4, 15, 10, 60")
