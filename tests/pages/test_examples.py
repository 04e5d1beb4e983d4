# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each example of the documentation does what it is there for, against the emulator."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_csv import read_directory_csv
from checkout import ROOT
from emulator import Emulator
from emulator.profile import load_profile
from integration.playing import NO_LIMITS, Player, mailed
from pages.examples import Example, all_examples

Record = Callable[[str, object], None]

# What cannot be run beside an emulator, and why. Anything else that is not run fails. Reasons that name no test are
# counted as not run.
MACHINE = "changes or needs a machine"
ELSEWHERE = (
    (r"\s*export RC_|cd |make demo|git clone|python -m pip install|ansible-galaxy collection install \.", "make build"),
    (r"\s*(export|gam|ipa) |.*\bpip install|python3 -m venv|(\S*/)?ansible-galaxy", MACHINE),
    (r"useradd|install |systemctl|flock|Get-", MACHINE),
    (r"make |RC_\S+ .*make live|\.ci/run|nox|\.venv", "make runs it in CI"),
    (r"podman|ansible-navigator|ansible-builder", "needs containers; make test-image"),
    (r"ansible-rulebook", "needs Java; make test-eda"),
    (r".*my-awx|.*awx/", "needs AWX; make test-awx"),
    (
        r"ansible-playbook onboard\.ringcentral\.prove (?!.*--check)",
        "asks a person; integration/test_prove.py answers it",
    ),
    (r"ansible-playbook examples/directory/okta", "needs the service"),
    (r"ansible-(playbook|inventory) .*(--graph|reinvite\.yml)", "integration/test_estate.py runs it"),
    (r"(ANSIBLE_COLLECTIONS_PATH=\S+ )?ansible-playbook playbooks/", "integration/test_checkout.py runs the like"),
    (r"(RECOMMENDED|reinvite_|fault matrix|fuzz:)", "output, which other tests compare"),
)
OTHER_YAML = (
    ("ringcentral_secrets", "needs AWX; make test-awx"),
    ("ringcentral_verification_token", "needs Java; make test-eda"),
    ("action", "needs Java; make test-eda"),
    ("bugfixes", "make lint-changelog checks fragments"),
)
SERVE = "PYTHONPATH=tests python -m emulator"
BRIEF = "ANSIBLE_STDOUT_CALLBACK=onboard.ringcentral.brief"
NOT_RUN = {"powershell": "needs Windows and a directory"}

GIVEN = {
    "new_starter": {"email": "ada@example.com"},
    "people": [{"email": "ada@example.com", "name": "Ada Lovelace"}],
    "file": {"content": b64encode(b"E-Mail Address;Display Name\nada@example.com;Ada Lovelace\n").decode()},
    "found": {"results": [{"mail": "ada@example.com", "userAccountControl": "512"}]},
    "corrections": {"list": [{"user": "101", "email": "", "department": "Engines"}]},
    "presigned_url": "https://store.example.com/report",
    **{f"vault_{name}": "https://hooks.example.com/x" for name in ("ringcentral_hook", "teams_workflow", "slack_hook")},
    "vault_other_hook": "https://hooks.example.com/y",
    "vault_smtp_password": "secret",
}
EXAMPLES = [one for one in all_examples() if one.language != "text"]  # which is a picture


class World:
    """An account and a person's machine in which the names that an example uses exist."""

    def __init__(self, example: Example, folder: Path, rc: Emulator) -> None:
        self.example, self.folder, self.rc = example, folder, rc
        self.player = Player(folder, rc.env())
        self.text = example.text.replace("your-domain", "example.com")
        for path in ("/var/lib/ringcentral", "/var/lib/onboarding"):
            self.text = self.text.replace(path, str(folder))
        (folder / "examples").symlink_to(ROOT / "examples")
        for name in ("december.csv", "starters.csv", "people.csv", "excel.csv"):
            (folder / name).write_text(
                "E-Mail Address;Display Name\nada@example.com;Ada Lovelace\n".replace(
                    ";", ";" if "excel" in name else ","
                ),
                "utf-8",
            )
        (folder / "people.txt").write_text(
            "--------------\n1 user matched\n--------------\n  User login: ada\n  Full name: Ada Lovelace\n"
            "  Email address: ada@example.com\n  Account disabled: False\n"
            "----------------------------\nNumber of entries returned 1\n----------------------------\n",
            "utf-8",
        )
        (folder / "monday.yml").write_text(
            "onboarding_batches: [{name: Monday, users: [ada@example.com], invite_on: 2020-01-01}]\n", "utf-8"
        )
        self._name_users()

    def _name_users(self) -> None:
        account = self.rc.account
        pending = [one for one in account.extensions.values() if one.status == "NotActivated" and one.type == "User"]
        addresses = {"ada@example.com", *re.findall(r"[\w.+]+@example\.com", self.text)}
        addresses -= set(re.findall(r"email[=:] ?([\w.+]+@example\.com)", self.text))
        addresses -= {"it@example.com", "helpdesk@example.com", "ringcentral@example.com", "hr@example.com"}
        free = iter(pending)
        for address, one in zip(sorted(addresses, reverse=True), free, strict=False):  # the first is the canary
            one.email = address
        if "62264425008" in self.text:
            one = next(free)
            del account.extensions[one.id]
            one.id = 62264425008
            account.extensions[one.id] = one

    def hand_over(self) -> None:
        """Put the id of a hand-over of two batches, with Ada in the second one, in place of the example's."""
        if "h0123456789a" not in self.text:
            return
        played = self.player.play(
            "onboard.ringcentral.reinvite",
            reinvite_transport="portal",
            reinvite_hand_over_batch_size=100,
            reinvite_canary=1,
        )
        assert played.code == 0, played.output
        page = next(self.player.reports.glob("*.hand-over-*.html"))
        self.text = self.text.replace("h0123456789a", page.name.split("hand-over-")[1].removesuffix(".html"))

    def play(self, what: str | list[dict[str, Any]], *options: str, **variables: Any) -> None:
        before = mailed(self.rc)
        played = self.player.play(what, *options, **{**GIVEN, **variables})
        assert played.code == 0, f"{self.example.place}\n{played.output}"
        self.look(before, nobody="--check" in options)

    def ask(self, command: str) -> None:
        brief = dict([BRIEF.split("=")] if command.startswith(BRIEF) else [])
        before = mailed(self.rc)
        program, *arguments = shlex.split(command.removeprefix(BRIEF), comments=True)
        ended = self.player.run(program, *arguments, **brief)
        assert ended.returncode == 0, f"{self.example.place}: {command}\n{ended.stdout}"
        looks = "--check" in command or not re.search(r"ringcentral\.(reinvite|onboard)\b", command)
        self.look(before, nobody=looks)

    def look(self, before: list[str], *, nobody: bool) -> None:
        """Nobody is ever mailed twice, and nobody at all by what only looks."""
        sent = mailed(self.rc)
        assert len(sent) == len(set(sent)), self.example.place
        assert not nobody or sent == before, self.example.place


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Callable[[Example], World]]:
    with ExitStack() as stack:

        def world(example: Example) -> World:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            return World(example, folder, stack.enter_context(Emulator(users=40, pending=12, seed=7, limits=NO_LIMITS)))

        yield world


@pytest.mark.parametrize("example", [pytest.param(one, id=one.place) for one in EXAMPLES])
def test_example(example: Example, worlds: Callable[[Example], World], record_property: Record) -> None:
    try:
        run = RUNNERS[example.language]
    except KeyError:
        not_run = [(example.place, NOT_RUN[example.language])]
        done = 0
    else:
        done, not_run = run(example, worlds)
    record_property("example", {"run": done, "not run": not_run})


Done = tuple[int, list[tuple[str, str]]]
Worlds = Callable[[Example], World]


def run_yaml(example: Example, worlds: Worlds) -> Done:
    world = worlds(example)
    world.hand_over()
    value = json.loads(json.dumps(yaml.safe_load(world.text), default=str))
    if isinstance(value, list):
        return run_list(world, value)
    for key, reason in OTHER_YAML:
        if key in value:
            return 0, [(example.place, reason)]
    if "plugin" in value:
        return run_inventory(world)
    if "tasks" in value:
        world.play([{**play(), **value}])
        return 1, []
    return run_variables(world, value)


def play() -> dict[str, Any]:
    return {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    }


def run_list(world: World, value: list[dict[str, Any]]) -> Done:
    if "hosts" in value[0]:
        world.play(value)
        return 1, []
    tasks = [task for task in value if "community.general.read_csv" not in task]
    without = [(world.example.place, "needs community.general")] * (len(value) - len(tasks))
    if any(task.get("onboard.ringcentral.rc_ledger") for task in tasks):
        tasks = [{"onboard.ringcentral.rc_send_invite": {"all_pending": True}}, *tasks]
        tasks = [released(task) for task in tasks]
    if any("confirm" in (task.get("onboard.ringcentral.rc_send_invite") or {}) for task in tasks):
        tasks.reverse()  # those that mail would leave nothing to confirm
    world.play([{**play(), "tasks": tasks}])
    return 1, without


def released(task: dict[str, Any]) -> dict[str, Any]:
    """Users who were invited a moment ago cannot be forgotten yet: that refusal is the right answer."""
    action = (task.get("onboard.ringcentral.rc_ledger") or {}).get("action")
    return {**task, "register": "refused", "failed_when": "refused is not failed"} if action == "forget" else task


def run_inventory(world: World) -> Done:
    (world.folder / "pending.rc_users.yml").write_text(world.text, "utf-8")
    world.ask("ansible-inventory -i pending.rc_users.yml --graph")
    return 1, []


def run_variables(world: World, value: dict[str, Any]) -> Done:
    if (value.get("reinvite_ledger") or {}).get("must_exist"):
        world.play("onboard.ringcentral.reinvite", reinvite_ledger={"path": value["reinvite_ledger"]["path"]})
    if "prove_users" in value:
        world.play("onboard.ringcentral.prove", "--check", **value)
    elif "onboarding_batches" in value:
        world.play("onboard.ringcentral.onboard", "--check", **value)
    else:
        world.play("onboard.ringcentral.reinvite", "--check", **value)
    return 1, []


def run_console(example: Example, worlds: Worlds) -> Done:
    joined = re.sub(r"(\\\n|-e \\\n)\s*", " ", example.text.replace("-e \\\n", "-e "))
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    done, without = 0, []
    for line in lines:
        reason = next((reason for pattern, reason in ELSEWHERE if re.match(pattern, line.strip())), None)
        if reason:
            without.append((f"{example.place}: {line.strip()[:60]}", reason))
            continue
        if line.startswith(SERVE):
            serve(worlds(example), line)
            done += 1
            continue
        assert re.match(rf"({BRIEF} )?(ansible|ansible-playbook) ", line), f"{example.place}: who can run {line!r}?"
        world = worlds(Example(example.place, example.language, line))
        world.hand_over()
        if "-e reinvite_plan_file=" in line and "--check" not in line:
            world.ask(f"{line} --check")
        if "ringcentral.report" in line:
            world.ask("ansible-playbook onboard.ringcentral.reinvite")
        world.ask(world.text)
        done += 1
    return done, without


def serve(world: World, command: str) -> None:
    """Start an emulator, see that it is ready, and stop it."""
    (world.folder / "proof.json").write_text('{"profile": {"users": 12, "pending": 3}}', "utf-8")
    arguments = shlex.split(command.removeprefix(SERVE).replace("8080", "0"))
    started = subprocess.Popen(
        [sys.executable, "-m", "emulator", *arguments],
        cwd=world.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stdout
        assert json.loads(started.stdout.readline())["RC_SERVER_URL"]
    finally:
        started.terminate()
        started.wait(30)


def run_csv(example: Example, worlds: Worlds) -> Done:
    path = worlds(example).folder / "export.csv"
    path.write_text(example.text, "utf-8")
    entries, warnings = read_directory_csv({"path": str(path)})
    assert [entry["enabled"] for entry in entries] == [True, False]
    assert [entry["email"] for entry in entries] == ["ada@example.com", "charles@example.com"]
    assert warnings == []
    return 1, []


def run_json(example: Example, worlds: Worlds) -> Done:
    value = json.loads(example.text)
    if "profile" not in value:
        return 0, [(example.place, "needs RingCentral to call back")]
    path = worlds(example).folder / "proof.json"
    path.write_text(example.text, "utf-8")
    with Emulator(**load_profile(path)) as rc:
        assert rc.account.extensions
    return 1, []


def run_python(example: Example, _worlds: Worlds) -> Done:
    exec(compile(example.text, example.place, "exec"), {})
    return 1, []


RUNNERS = {"yaml": run_yaml, "console": run_console, "csv": run_csv, "json": run_json, "python": run_python}


def test_examples_are_found() -> None:
    assert len(EXAMPLES) > 60
    assert {one.language for one in EXAMPLES} <= {*RUNNERS, *NOT_RUN}
