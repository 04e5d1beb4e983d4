# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending by bulk requests: groups that share them, and requests that RingCentral refuses as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._client import (
    BULK_UPDATE,
    READ_TASK,
    UPDATE_EXTENSION,
    Operation,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import Decision
from ansible_collections.onboard.ringcentral.plugins.module_utils._delivery import Delivery, Group, Transport
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    ApiError,
    OutOfTime,
    RingCentralError,
    TransportError,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger import ForgetfulLedger, Ledger
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import for_people
from ansible_collections.onboard.ringcentral.plugins.module_utils._window import read_window
from scripted import NOW, user

REFUSED = ApiError("RingCentral answered with [CMN-101] Parameter [records.id] is invalid", status=400, code="CMN-101")
FORBIDDEN = ApiError("RingCentral answered with [CMN-408] needs EditExtensionInfo", status=403, code="CMN-408")
BROKEN = TransportError("the connection broke", sent=True)
UNREACHABLE = TransportError("the connection was refused", sent=False)


@dataclass
class StrictApi:
    """Refuses a bulk request as a whole because of one record in ``bad``, and invites all users of any other.

    ``troubles`` are the errors of bulk requests by their number, from 1. ``before`` is called before each request. A
    task takes ``task_seconds``, counted in ``waits``.
    """

    bad: set[str] = field(default_factory=set)
    troubles: Mapping[int, RingCentralError] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    bulks: list[list[str]] = field(default_factory=list)
    mailed: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    task_seconds: float = 0
    looks: int = 0
    _tasks: dict[str, list[str]] = field(default_factory=dict)
    _ready_at: dict[str, float] = field(default_factory=dict)

    def call(
        self,
        operation: Operation,
        ids: Mapping[str, str] | None = None,
        *,
        params: object = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        assert params is None
        if operation == READ_TASK:
            self.looks += 1
            if sum(self.waits) < self._ready_at[(ids or {})["task"]]:
                return {"id": (ids or {})["task"], "status": "InProgress"}
            items = [{"extensionId": one, "status": "Success"} for one in self._tasks[(ids or {})["task"]]]
            return {"id": (ids or {})["task"], "status": "Completed", "result": {"affectedItems": {"result": items}}}
        self.before()
        if operation == UPDATE_EXTENSION:
            return self._mail([(ids or {})["extension"]], {})
        assert operation == BULK_UPDATE
        records = [record["id"] for record in (json or {})["records"]]
        self.bulks.append(records)
        if error := self.troubles.get(len(self.bulks)):
            raise error
        task = f"t{len(self.bulks)}"
        return self._mail(records, {"id": task})

    def _mail(self, records: list[str], answer: dict[str, Any]) -> dict[str, Any]:
        if self.bad & set(records):
            raise REFUSED
        self.mailed += records
        if answer:
            self._tasks[answer["id"]] = records
            self._ready_at[answer["id"]] = sum(self.waits) + self.task_seconds
        return answer

    def pages(self, operation: Operation, params: object) -> Iterator[dict[str, Any]]:
        raise AssertionError(f"{operation} is not read while sending, with {params}")

    def wait(self, seconds: float, why: str) -> None:
        self.waits.append(seconds)
        assert why

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)


def group(*numbers: int, **policy: Any) -> Group:
    return Group([Decision("not_activated", user=user(number)) for number in numbers], Policy(**policy))


def delivery(api: StrictApi, ledger: Ledger | None = None, **options: Any) -> Delivery:
    flags = {"send_welcome_emails_to_users": True, "send_welcome_email": True}
    defaults: dict[str, Any] = {"run": "r1", "now": lambda: NOW, "progress": lambda _line: None}
    return Delivery(api, ledger or ForgetfulLedger(), flags, **{**defaults, **options})


def send(api: StrictApi, *groups: Group, transport: Transport = "bulk") -> dict[int, str | None]:
    """The outcome of each user who was tried, by number."""
    sending = delivery(api)
    sending.send(list(groups), transport)
    return outcomes(sending)


class Looks(list[Decision]):
    """Decisions that count how many of them were looked at."""

    looked = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.looked += len(found) if isinstance(place, slice) else 1
        return found


class Done(dict[str, Decision]):
    """Decisions by user id that count how often all of them were looked at."""

    looked = 0

    def values(self) -> Any:
        self.looked += len(self)
        return super().values()


def test_one_by_one_the_work_grows_as_the_users_do() -> None:
    people = group(*range(1, 301), max_failures=300)
    people.decisions = looks = Looks(people.decisions)
    sending = delivery(StrictApi(bad={"4007"}))
    sending.done = done = Done()
    sending.send([people], "single")
    assert outcomes(sending)[7] == "failed"
    assert len(done) == 300
    assert looks.looked <= 2 * 300
    assert done.looked <= 2 * 300


def outcomes(sending: Delivery) -> dict[int, str | None]:
    return {int(user_id) - 4000: decision.outcome for user_id, decision in sending.done.items()}


def numbers(records: Sequence[Sequence[str]]) -> list[list[int]]:
    return [[int(user_id) - 4000 for user_id in request] for request in records]


def test_groups_share_a_bulk_request_and_fill_it() -> None:
    api = StrictApi()
    send(api, group(*range(1, 301)), group(*range(301, 601)), group(601))
    assert [len(request) for request in api.bulks] == [500, 101]
    assert numbers(api.bulks) == [list(range(1, 501)), list(range(501, 602))]
    assert len(set(api.mailed)) == len(api.mailed) == 601


def test_the_canaries_of_all_groups_go_out_together() -> None:
    api = StrictApi()
    send(api, group(1, 2, 3, canary=1), group(4, 5, canary=2), group(6, 7))
    assert numbers(api.bulks) == [[1, 4, 5, 6, 7], [2, 3]]


def test_a_canary_that_another_run_has_taken_is_replaced_by_the_next_users(tmp_path: Path) -> None:
    here, there = (SqliteLedger(tmp_path / "ledger", "1") for _run in range(2))
    delivery(StrictApi(), there, run="r0").send([group(1, 2)], "bulk")
    api = StrictApi()
    sending = delivery(api, here)
    sending.send([group(*range(1, 7), canary=2)], "bulk")
    assert numbers(api.bulks) == [[3, 4], [5, 6]]
    assert {sending.done[f"400{number}"].reason for number in (1, 2)} == {"recently_invited"}
    here.close()
    there.close()


def test_a_canary_that_fails_after_a_replacement_stops_its_group(tmp_path: Path) -> None:
    here, there = (SqliteLedger(tmp_path / "ledger", "1") for _run in range(2))
    delivery(StrictApi(), there, run="r0").send([group(1)], "bulk")
    api = StrictApi(bad={"4003"})
    one = group(*range(1, 7), canary=2, max_failures=9)
    delivery(api, here).send([one], "bulk")
    assert api.mailed == ["4002"]
    assert str(one.stopped).startswith("canary: ")
    here.close()
    there.close()


def test_a_refused_request_is_halved_until_the_bad_record_stands_alone() -> None:
    api = StrictApi(bad={"4003"})
    result = send(api, group(*range(1, 9), max_failures=1))
    assert numbers(api.bulks) == [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [1, 2], [3, 4], [3], [4], [5, 6, 7, 8]]
    assert result == {**dict.fromkeys([1, 2, 4, 5, 6, 7, 8], "invited"), 3: "failed"}
    assert sorted(api.mailed) == [f"400{number}" for number in (1, 2, 4, 5, 6, 7, 8)]


def test_the_bad_record_has_the_message_of_its_refusal() -> None:
    api = StrictApi(bad={"4001"})
    sending = delivery(api)
    sending.send([group(1, 2)], "bulk")
    assert sending.done["4001"].message == REFUSED.message
    assert sending.done["4002"].message == ""
    assert sending.stopped is None
    assert sending.tasks == ["t3"]


def test_of_two_groups_only_the_one_with_the_bad_record_has_a_failure() -> None:
    api = StrictApi(bad={"4002"})
    one, other = group(1, 2, canary=2), group(3, 4)
    send(api, one, other)
    assert sorted(api.mailed) == ["4001", "4003", "4004"]
    assert (one.stopped, other.stopped) == (None, None)
    assert [len(share.decisions) - share.tried for share in (one, other)] == [0, 0]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 64), st.sets(st.integers(1, 64), max_size=4))
def test_few_bad_records_never_cost_a_good_user_the_invitation(count: int, bad: set[int]) -> None:
    api = StrictApi(bad={str(4000 + number) for number in bad})
    result = send(api, group(*range(1, count + 1), max_failures=count))
    assert result == {number: "failed" if number in bad else "invited" for number in range(1, count + 1)}
    assert len(api.mailed) == len(set(api.mailed))


def test_requests_are_bounded_if_every_record_is_refused() -> None:
    api = StrictApi(bad={str(4000 + number) for number in range(1, 501)})
    result = send(api, group(*range(1, 501)))
    assert set(result.values()) == {"failed"}
    assert len(result) == 500
    assert len(api.bulks) <= 60


def test_requests_stay_bounded_over_several_rounds() -> None:
    api = StrictApi(bad={str(4000 + number) for number in range(1, 2001)})
    sending = delivery(api)
    one = group(*range(1, 2001))
    sending.send([one], "bulk")
    assert len(api.bulks) <= 60
    assert one.stopped  # max_failures of 0 lets no second round begin


@pytest.mark.parametrize("task_seconds", [0.1, 1.3, 5, 20, 300])
def test_later_tasks_are_looked_at_when_the_earlier_ones_ended(task_seconds: float) -> None:
    api = StrictApi(task_seconds=task_seconds)
    send(api, group(*range(1, 4_001)))
    assert len(api.mailed) == 4_000
    late = sum(api.waits) - 8 * task_seconds
    first = min(task_seconds, 8)  # the first task is not known to take long
    assert late < first + 8 * 0.5
    assert api.looks < 8 * 4 + task_seconds / 8


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (UNREACHABLE, {}),
        (OutOfTime("out of time"), {}),
        (BROKEN, {3: "unknown", 4: "unknown"}),
    ],
)
def test_an_error_while_halving_releases_the_claims_of_the_rest(
    tmp_path: Path, trouble: RingCentralError, expected: dict[int, str]
) -> None:
    ledger = SqliteLedger(tmp_path / "ledger", "1")
    # requests: all eight (refused), 1-4 (refused), 1-2 (accepted), 3-4 (in trouble)
    api = StrictApi(bad={"4003", "4007"}, troubles={4: trouble})
    sending = delivery(api, ledger)
    one = group(*range(1, 9))
    sending.send([one], "bulk")
    assert outcomes(sending) == {1: "invited", 2: "invited", **expected}
    assert sending.stopped is trouble
    assert one.stopped is trouble
    states = {int(one.user_id) - 4000: one.state for one in ledger.everything()}
    assert states == {1: "invited", 2: "invited", **dict.fromkeys(expected, "claimed")}
    ledger.close()


def test_users_released_by_an_error_are_invited_once_by_the_next_run(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger", "1")
    api = StrictApi(bad={"4003"}, troubles={4: UNREACHABLE})
    delivery(api, ledger).send([group(*range(1, 9))], "bulk")
    api.troubles = {}
    delivery(api, ledger, run="r2").send([group(3, 4, 5, 6, 7, 8)], "bulk")
    assert sorted(api.mailed) == [f"400{number}" for number in (1, 2, 4, 5, 6, 7, 8)]
    ledger.close()


def test_without_bulk_permission_the_same_users_are_sent_one_by_one() -> None:
    api = StrictApi(bad={"4002"}, troubles={1: FORBIDDEN})
    assert send(api, group(1, 2, max_failures=1), group(3), transport="auto") == {
        1: "invited",
        2: "failed",
        3: "invited",
    }
    assert api.mailed == ["4001", "4003"]


def test_without_bulk_permission_after_halving_no_user_is_mailed_twice(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger", "1")
    api = StrictApi(bad={"4003"}, troubles={4: FORBIDDEN})
    sending = delivery(api, ledger)
    sending.send([group(*range(1, 9), max_failures=1)], "auto")
    assert sorted(api.mailed) == [f"400{number}" for number in (1, 2, 4, 5, 6, 7, 8)]
    assert outcomes(sending) == {**dict.fromkeys([1, 2, 4, 5, 6, 7, 8], "invited"), 3: "failed"}
    ledger.close()


def window(end: str) -> Any:
    options = {"days": ["mon"], "start": "09:00", "end": end, "holidays": [], "timezone": "UTC", "timezones": {}}
    return read_window(options, NOW)


def test_the_window_is_checked_before_each_round() -> None:
    clock = [NOW]
    api = StrictApi(before=lambda: clock.append(clock[-1] + timedelta(minutes=6)))
    sending = delivery(api, now=lambda: clock[-1])
    sending.send([group(*range(1, 1002), window=window("09:10"))], "bulk")
    assert [len(request) for request in api.bulks] == [500, 500]
    last = sending.done["5001"]
    assert (last.reason, last.outcome) == ("outside_window", None)


def test_an_invited_user_stays_invited_if_the_window_closes_before_the_fallback() -> None:
    clock = [NOW]
    api = StrictApi(
        bad={"4003"},
        troubles={4: FORBIDDEN},
        before=lambda: clock.append(clock[-1] + timedelta(minutes=6)),
    )
    sending = delivery(api, now=lambda: clock[-1])
    sending.send([group(*range(1, 9), window=window("09:10"))], "auto")
    assert api.mailed == ["4001", "4002"]
    assert outcomes(sending) == {**dict.fromkeys([1, 2], "invited"), **dict.fromkeys(range(3, 9))}
    assert {sending.done[f"400{number}"].reason for number in range(3, 9)} == {"outside_window"}


def test_a_pause_is_announced_and_slept() -> None:
    api, lines = StrictApi(), list[tuple[str, float]]()
    sending = delivery(api, progress=lambda line, *, lasts=0: lines.append((line, lasts)))
    sending.pause(90, "before the wave Rome")
    sending.pause(0, "before the wave Oslo")
    until = for_people(NOW + timedelta(seconds=90))
    assert (api.waits, lines) == ([90], [(f"waiting 90 s before the wave Rome, until {until}", 90)])


def test_what_went_wrong_so_far_is_told() -> None:
    lines: list[str] = []
    sending = delivery(StrictApi(bad={"4003"}), progress=lambda line, **_more: lines.append(line))
    sending.send([group(1, 2, 3, 4, max_failures=4)], "single")
    assert lines[-1] == "sent 4 of 4, 1 refused"
