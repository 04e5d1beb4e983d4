# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every field of every answer, replaced by each wrong type or shape: no crash, no second mail, no user forgotten."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.world import World
from fuzz import wrong
from fuzz.scenarios import SCENARIOS, Ran, Scenario, mails, pending

SEED = 20260301
MOST = int(os.environ.get("FUZZ_CASES", "400"))
"""Cases of a scenario that are tried, drawn by the seed; FUZZ_CASES=100000 tries all."""
PLAUSIBLE = {
    ("readAccountInfo", ("id",), "number_as_text"),
    ("readAccountInfo", ("id",), "zero"),
    *(("listExtensions", ("records", index, "id"), "number_as_text") for index in range(1000)),
}
"""Not wrong enough to be told from right: the account, or a user of it, may have that id."""
SHOWN = 12
MAILING = {"updateExtension", "extensionBulkUpdate"}
Recorder = Callable[[str, object], None]
Case = tuple[str, wrong.Path, str]
"""An operation, the field of its first answer, and the name of the wrong value."""


@pytest.mark.usefixtures("quick_disk")
@pytest.mark.parametrize("name", SCENARIOS)
def test_wrong_types_are_survived(name: str, tmp_path: Path, record_property: Recorder) -> None:
    scenario = SCENARIOS[name]
    cases = drawn(scenario, tmp_path)
    found: dict[str, list[str]] = {"crashes": [], "lost": [], "twice": [], "silent": [], "stuck": []}
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        for kind, words in judged(scenario, case, folder):
            found[kind].append(f"{case[0]} {list(case[1])} {case[2]}: {words}")
    counted = {kind: len(which) for kind, which in found.items()}
    record_property("fuzz", {"scenario": name, "cases": len(cases), **counted})
    shown = {kind: which[:SHOWN] for kind, which in found.items() if which}
    assert not shown, json.dumps(shown, indent=1)


def drawn(scenario: Scenario, folder: Path) -> list[Case]:
    """The cases to try: all of them, or as many as there is time for."""
    before = folder / "as it should be"
    before.mkdir()
    world = scenario.begin(before)
    ran = scenario.run(world, before)
    assert not ran.message
    assert not ran.crash
    assert scenario.module != "rc_send_invite" or all(is_known(ran, n, mails(world)[n]) for n in pending(world))
    documents = {operation: text for operation, earlier, text in ran.answers if text and not earlier}
    cases = [
        (operation, path, value)
        for operation, text in documents.items()
        for path in wrong.paths(json.loads(text))
        for value in wrong.WRONG
        if (path or value != "absent") and (operation, path, value) not in PLAUSIBLE
    ]
    assert len(cases) > 100
    return sorted(random.Random(SEED).sample(cases, min(MOST, len(cases))), key=cases.index)


def judged(scenario: Scenario, case: Case, folder: Path) -> Iterator[tuple[str, str]]:
    """What is wrong with how a spoiled answer was taken: the kind, and words for a person."""
    operation, path, value = case

    def spoil(asked: str, before: int, text: str) -> str:
        return wrong.spoiled(text, path, wrong.WRONG[value]) if (asked, before) == (operation, 0) else text

    world = scenario.begin(folder)
    ran = scenario.run(world, folder, spoil)
    world.clock.advance(60)
    if ran.crash:
        yield "crashes", ran.crash
    if scenario.module != "rc_send_invite":
        yield from silent_reads(scenario, world, ran)
        return
    if MAILING & set(ran.asked) and "results" not in ran.result:
        yield "lost", ran.message or ran.crash
    if not (ran.message or ran.crash):
        missing = [number for number in pending(world) if str(number) not in f"{[*ran.entries]} {ran.warnings}"]
        yield from (("silent", f"user {number} is not in the result") for number in missing)
    later = scenario.run(world, folder)
    world.clock.advance(3600)
    sent = mails(world)
    if later.message or later.crash:
        yield "stuck", f"the next run: {later.message or later.crash}"
    yield from (("twice", f"user {number}: {times}") for number, times in sent.items() if times > 1)
    unknown = [] if later.message or later.crash else [n for n in pending(world) if not is_known(later, n, sent[n])]
    yield from (("silent", f"user {number} after the next run: {later.entries.get(str(number))}") for number in unknown)


def is_known(run: Ran, number: int, times: int) -> bool:
    """Whether a run says of a user what is true: mailed once, or held until a time that it names."""
    entry: dict[str, Any] = run.entries.get(str(number), {})
    if entry.get("outcome") == "invited" or entry.get("reason") == "recently_invited":
        return times == 1
    return entry.get("reason") == "in_doubt" and bool(entry["next_invite_after"])


def silent_reads(scenario: Scenario, world: World, ran: Ran) -> Iterator[tuple[str, str]]:
    """People whom a reading module left out without a word, and changes that it made without saying so."""
    if scenario.module == "rc_doctor" and not ran.result.get("lines"):
        yield "silent", f"nothing is said of the account: {ran.message}"
    if ran.message or ran.crash:
        return
    if scenario.module == "rc_user_info" and "users" not in scenario.options:
        people = sum(one.type == "User" for one in world.account.extensions.values())
        if ran.result["total"] < people and not ran.warnings:
            yield "silent", f"{ran.result['total']} of {people} users are listed"
    if scenario.module == "rc_user":
        person = world.account.extensions[pending(world)[0]]
        if person.email != scenario.options["email"]:
            yield "silent", f"the address is still {person.email}, and the module did not fail"


def test_wrong_values_stand_where_they_should() -> None:
    text = json.dumps({"records": [{"id": 1}, {"id": 2}, {"id": 3}], "paging": {"page": 1}})
    found = list(wrong.paths(json.loads(text)))
    assert found == [
        (), ("records",), ("records", 0), ("records", 0, "id"), ("records", 2), ("records", 2, "id"),
        ("paging",), ("paging", "page"),
    ]  # fmt: skip
    assert wrong.spoiled(text, ("records", 2, "id"), "1e400").endswith('{"id": 1e400}], "paging": {"page": 1}}')
    assert json.loads(wrong.spoiled(text, ("paging",), wrong.ABSENT)).keys() == {"records"}
    assert wrong.spoiled(text, (), "[]") == "[]"
    assert wrong.spoiled(text, ("records", 7, "id"), "0") == text
    assert Counter(wrong.WRONG.values()).most_common(1)[0][1] == 1
