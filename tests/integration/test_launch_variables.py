# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever may set a job's variables can neither read its credential nor loosen the guards of its environment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from integration.listener import Listener
from integration.playing import ROOT, Player, mailed, role_play

MODULES: list[dict[str, Any]] = [
    {"onboard.ringcentral.rc_user_info": {}},
    {"onboard.ringcentral.rc_send_invite": {"all_pending": True}},
    {"onboard.ringcentral.rc_user": {"user": "101", "department": "x"}},
    {"onboard.ringcentral.rc_onboard": {"batches": [{"name": "a", "users": ["101"], "invite_on": "2026-01-05"}]}},
    {"onboard.ringcentral.rc_doctor": {}},
    {"onboard.ringcentral.rc_ledger": {"users": ["101"]}},
    {"onboard.ringcentral.rc_prove": {"users": ["101"], "path": "proof.json"}},
]


@pytest.fixture(scope="module")
def rc() -> Iterator[Emulator]:
    with Emulator(users=9, pending=3, odd=False) as emulator:
        yield emulator


@pytest.fixture
def foreign() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.mark.parametrize("task", MODULES, ids=lambda task: next(iter(task)).rpartition(".")[2])
def test_a_module_sends_a_foreign_server_nothing(
    task: dict[str, Any], rc: Emulator, foreign: Listener, tmp_path: Path
) -> None:
    ((name, options),) = task.items()
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{name: {**options, "server_url": foreign.url}}],
    }
    played = Player(tmp_path, rc.env()).play([play])
    assert played.code == 2
    assert played.failure.startswith("server_url: ")
    assert "No request was sent" in played.failure
    assert foreign.heard == []


def test_a_login_sends_a_foreign_server_nothing(rc: Emulator, foreign: Listener, tmp_path: Path) -> None:
    login = {"onboard.ringcentral.rc_login": {"server_url": foreign.url}, "no_log": True, "register": "session"}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [
            {"block": [login], "rescue": [{"name": "Say", "ansible.builtin.fail": {"msg": "{{ session.msg }}"}}]}
        ],
    }
    played = Player(tmp_path, rc.env()).play([play])
    assert "server_url: RC_APP_CLIENT_ID is in the environment" in played.result("Say")["msg"]
    assert foreign.heard == []


@pytest.mark.parametrize("borrowed", [{}, {"reinvite_client_id": "an-id"}, {"reinvite_jwt": "a-jwt"}])
def test_the_role_sends_a_foreign_server_nothing(
    borrowed: dict[str, str], rc: Emulator, foreign: Listener, tmp_path: Path
) -> None:
    played = Player(tmp_path, rc.env()).play(role_play(reinvite_server_url=foreign.url, **borrowed))
    assert played.code == 2
    assert "RC_SERVER_URL" in played.failure
    assert foreign.heard == []


@pytest.mark.parametrize("playbook", sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml")))
def test_an_extra_variable_sends_a_foreign_server_nothing(
    playbook: str, rc: Emulator, foreign: Listener, tmp_path: Path
) -> None:
    batches = [{"name": "first", "users": ["101"], "invite_on": "2026-01-05"}]
    more: dict[str, Any] = {
        "onboard": {"onboarding_batches": batches},
        "handed_over": {"reinvite_confirm": "h0123456789a"},
        "prove": {"prove_users": ["101"], "prove_file": "proof.json"},
        "status": {"who": "101"},
    }.get(playbook, {})
    played = Player(tmp_path, rc.env()).play(
        ROOT / f"playbooks/{playbook}.yml", reinvite_server_url=foreign.url, **more
    )
    assert played.code == 2, played.output
    # a report logs in nowhere, so that it has no server
    assert ("does not use it" if playbook == "report" else "RC_SERVER_URL") in played.output
    assert foreign.heard == []


def test_an_inventory_file_sends_a_foreign_server_nothing(rc: Emulator, foreign: Listener, tmp_path: Path) -> None:
    source = tmp_path / "pending.rc_users.yml"
    source.write_text(
        json.dumps({"plugin": "onboard.ringcentral.rc_users", "server_url": foreign.url}), encoding="utf-8"
    )
    listed = Player(tmp_path, {**rc.env(), "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FATAL": "true"}).run(
        "ansible-inventory", "-i", str(source), "--list"
    )
    assert "RC_SERVER_URL" in listed.stdout
    assert foreign.heard == []


def test_an_access_token_of_the_environment_stays_at_home_too(rc: Emulator, foreign: Listener, tmp_path: Path) -> None:
    environment = {"RC_ACCESS_TOKEN": "a-token-of-a-session", "RC_SERVER_URL": rc.url}
    played = Player(tmp_path, environment).play(role_play(reinvite_server_url=foreign.url))
    assert played.code == 2
    assert "RC_ACCESS_TOKEN" in played.failure
    assert foreign.heard == []


@pytest.fixture
def become(tmp_path: Path) -> dict[str, Any]:
    """Variables of a play whose modules run as another user, as by sudo: with nothing of its environment."""
    program = tmp_path / "become"
    program.write_text('#!/bin/sh\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec env -i PATH="$PATH" "$@"\n')
    program.chmod(0o755)
    return {"ansible_become": True, "ansible_become_user": "nobody", "ansible_become_exe": str(program)}


def test_a_module_that_runs_as_another_user_sends_a_foreign_server_nothing(
    become: dict[str, Any], rc: Emulator, foreign: Listener, tmp_path: Path
) -> None:
    played = Player(tmp_path, rc.env()).play(ROOT / "playbooks/reinvite.yml", reinvite_server_url=foreign.url, **become)
    assert played.code == 2
    assert played.failure.startswith("server_url: RC_APP_CLIENT_ID is in the environment")
    assert foreign.heard == []


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ({"RC_EXPECT_ACCOUNT": "400131426009"}, "RC_EXPECT_ACCOUNT: the credential opens the account"),
        ({"RC_ALLOWED_DOMAINS": "nowhere.example"}, "domain_not_allowed"),
        ({"RC_EXCLUDE": "*@*"}, "excluded"),
    ],
)
def test_the_guards_hold_for_a_module_that_runs_as_another_user(
    guard: dict[str, str], said: str, become: dict[str, Any], tmp_path: Path
) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        played = Player(tmp_path, {**rc.env(), **guard}).play(ROOT / "playbooks/reinvite.yml", **become)
        assert said in played.output
        assert mailed(rc) == []


def test_the_listener_would_hear_credentials_that_are_given_for_it(
    rc: Emulator, foreign: Listener, tmp_path: Path
) -> None:
    own = {"reinvite_client_id": "an-id", "reinvite_client_secret": "a-secret", "reinvite_jwt": "a-jwt"}
    played = Player(tmp_path, rc.env()).play(role_play(reinvite_server_url=foreign.url, **own))
    assert played.code == 2
    assert "a-jwt" in foreign.heard[0]
    assert not any(
        secret in text for text in foreign.heard for name, secret in rc.env().items() if name != "RC_SERVER_URL"
    )


def test_the_same_server_in_another_spelling_is_no_foreign_one(rc: Emulator, tmp_path: Path) -> None:
    played = Player(tmp_path, rc.env()).play(role_play(reinvite_server_url=f"{rc.url}/"))
    assert played.code == 0, played.output
    assert len(mailed(rc)) == 3


def test_the_client_id_is_in_no_event(rc: Emulator, tmp_path: Path) -> None:
    played = Player(tmp_path, rc.env()).play(role_play(), "-vvv", "--check")
    assert played.code == 0, played.output
    assert rc.env()["RC_APP_CLIENT_ID"] not in played.output
    assert rc.env()["RC_APP_CLIENT_ID"] not in json.dumps(played.tasks)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("", "reinvite_expect_account is blank; "),
        (" ", "reinvite_expect_account is blank; "),
        ("400131426008", "RC_EXPECT_ACCOUNT: "),
    ],
)
def test_no_variable_turns_the_environments_account_guard_off(
    expected: str, said: str, rc: Emulator, tmp_path: Path
) -> None:
    before = len(rc.outbox)
    played = Player(tmp_path, {**rc.env(), "RC_EXPECT_ACCOUNT": "400131426009"}).play(
        ROOT / "playbooks/reinvite.yml", reinvite_expect_account=expected, reinvite_force=True
    )
    assert played.code == 2
    assert played.failure.startswith(said)
    assert len(rc.outbox) == before


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"reinvite_allowed_domains": [], "reinvite_exclude": []},
        {"reinvite_allowed_domains": ["*"], "reinvite_exclude": ["nobody@*"]},
        {"reinvite_allowed_domains": ["example.com", "example.net"], "reinvite_exclude": ["nobody@example.com"]},
    ],
)
def test_no_variable_widens_the_environments_domains_and_exclusions(variables: dict[str, Any], tmp_path: Path) -> None:
    with Emulator(users=9, pending=3, odd=False) as rc:
        pending = [one for one in rc.account.extensions.values() if one.status == "NotActivated"]
        pending[0].email = "somebody@example.net"
        for other in pending[1:]:
            other.email = f"{other.id}@example.com"
        guards = {"RC_ALLOWED_DOMAINS": "example.com", "RC_EXCLUDE": f"{pending[1].id}@*"}
        played = Player(tmp_path, {**rc.env(), **guards}).play(ROOT / "playbooks/reinvite.yml", **variables)
        assert played.code == 0, played.output
        assert played.invitations["reasons"] == {"not_activated": 1, "excluded": 1, "domain_not_allowed": 1}
        assert mailed(rc) == [str(pending[2].id)]
