# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fuzz runs: each module, each transport and each ledger, for a handful of people on two pages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError
from ansible_collections.onboard.ringcentral.plugins.modules import (
    rc_doctor,
    rc_send_invite,
    rc_user,
    rc_user_info,
)
from emulator.world import World
from faults.controller import controller_time, custom_field, make_client, validated
from fuzz.direct import DirectWire, Spoil

PAGE = 2
PENDING = 3
NO_LIMITS = {"Auth": 10**6, "Light": 10**6, "Medium": 10**6, "Heavy": 10**6}
MODULES = {
    "rc_doctor": (rc_doctor, _argspec.doctor),
    "rc_send_invite": (rc_send_invite, _argspec.send_invite),
    "rc_user_info": (rc_user_info, _argspec.user_info),
    "rc_user": (rc_user, _argspec.user),
}
Ledger = Callable[[World, Path], dict[str, Any]]


def _file(_world: World, folder: Path) -> dict[str, Any]:
    return {"backend": "sqlite", "path": str(folder / "ledger.sqlite3")}


def _field(world: World, _folder: Path) -> dict[str, Any]:
    return custom_field(world)


@dataclass(frozen=True)
class Ran:
    """One run: ``crash`` is an exception that no module may end with, ``message`` that of an error that it may."""

    result: dict[str, Any]
    message: str
    crash: str
    warnings: str
    asked: list[str]
    answers: list[tuple[str, int, str]]

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """The results by user id."""
        return {entry["id"]: entry for entry in self.result.get("results", ())}


@dataclass(frozen=True)
class Scenario:
    """``left_behind`` lets an earlier run leave a bulk task unsettled, ``corrects`` an address differ from the
    directory's, ``employee_ids`` a custom field hold numbers."""

    module: str
    options: Mapping[str, Any] = field(default_factory=dict)
    ledger: Ledger | None = None
    left_behind: bool = False
    corrects: bool = False
    employee_ids: bool = False

    def begin(self, folder: Path) -> World:
        """An account as it is before the run whose answers are spoiled."""
        world = World(users=PENDING + 2, pending=PENDING, odd=False, limits=NO_LIMITS)
        if self.employee_ids:
            numbers = world.account.create_field("Number")["id"]
            for person in world.account.extensions.values():
                person.custom_fields[numbers] = f"E-{person.id}"
        for person in world.account.extensions.values():
            person.employee_id = f"E-{person.id}"
        if self.left_behind:
            world.account.task_seconds = 10_000
            self.run(world, folder, max_wait=5)
            world.account.task_seconds = 0.2
            world.clock.advance(10_000)
        return world

    def run(self, world: World, folder: Path, spoil: Spoil | None = None, *, max_wait: float = 60) -> Ran:
        """One run of the module."""
        module, spec = MODULES[self.module]
        options = {**self.options}
        if self.ledger:
            options["ledger"] = self.ledger(world, folder)
        if self.corrects:
            options |= {"directory": _directory(world), "correct_email": True, "match_by": ["employee_id"]}
        if self.module == "rc_user":
            options["user"] = str(pending(world)[0])
        wire = DirectWire(world, PAGE, spoil) if spoil else DirectWire(world, PAGE)
        api = make_client(wire, world.clock, max_wait=max_wait)
        first = len(world.log)
        result: dict[str, Any] = {}
        message = crash = ""
        try:
            with api:
                run: Any = module.run  # type: ignore[attr-defined]
                result = run(validated(spec(), options), api, controller_time(world.clock), check_mode=False)
        except RingCentralError as error:
            result, message = error.as_result(), error.message
        except Exception as error:  # noqa: BLE001  # counted, and shown by the test
            crash = f"{type(error).__name__}: {str(error)[:120]}"
        warnings = " ".join([*result.get("warnings", ()), *api.warnings])
        asked = [entry["operation"] for entry in world.log[first:] if entry["status"] == 200]
        return Ran(result, message, crash or unshowable(result), warnings, asked, wire.answers)


def _directory(world: World) -> list[dict[str, str]]:
    """The company's own record, which has another address for the first pending user."""
    people = [world.account.extensions[number] for number in pending(world)]
    return [
        {"email": one.email if index else f"new.{one.id}@example.com", "employee_id": f"E-{one.id}"}
        for index, one in enumerate(people)
    ]


def pending(world: World) -> list[int]:
    """The ids of the users who have not activated."""
    return sorted(one.id for one in world.account.extensions.values() if one.status == "NotActivated")


def mails(world: World) -> Counter[int]:
    """How often each user was mailed."""
    return Counter(mail["extension_id"] for mail in world.mails())


def unshowable(result: Mapping[str, Any]) -> str:
    """Why Ansible could not pass a result on, or ""."""
    try:
        json.dumps(result, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        return f"the result cannot be shown: {type(error).__name__}: {str(error)[:80]}"
    return ""


def _invite(ledger: Ledger, transport: str, **more: Any) -> Scenario:
    options = {"all_pending": True, "transport": transport, **more.pop("options", {})}
    return Scenario("rc_send_invite", options, ledger, **more)


SCENARIOS = {
    "doctor": Scenario("rc_doctor"),
    "info": Scenario("rc_user_info", {"employee_id_field": "Number", "findings": True}, _field, employee_ids=True),
    "info of one": Scenario("rc_user_info", {"users": ["101"]}),
    "bulk, sqlite": _invite(_file, "bulk"),
    "single, sqlite": _invite(_file, "single"),
    "bulk, custom field": _invite(_field, "bulk"),
    "single, custom field": _invite(_field, "single"),
    "bulk, left behind": _invite(_file, "bulk", left_behind=True),
    "bulk, left behind in the field": _invite(_field, "bulk", left_behind=True),
    "corrected": _invite(_file, "bulk", corrects=True),
    "rc_user": Scenario("rc_user", {"email": "new@example.com", "department": "Moon"}),
}
