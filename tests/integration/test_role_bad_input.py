# SPDX-License-Identifier: GPL-3.0-or-later
"""Each mistake gets one message that says what to do; nothing is sent, and no secret is shown even with -vvv."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator import Emulator
from integration.playing import CONNECTION, NO_LIMITS, Played, Player, mailed, role_play, writes
from integration.test_role_directory import _pending as pending

SECRETS = {
    "client_secret": "wrong-client-secret-4711",
    "jwt": "wrong.jwt.4711",
    "access_token": "somebodys-access-token-4711",
}
WRONG = {name: f"{{{{ wrong.{name} }}}}" for name in SECRETS}
NO_FLAG = {"send_welcome_emails_to_users": False, "send_welcome_email": False}
# Accounts and servers with something wrong about them.
TROUBLED: dict[str, dict[str, Any]] = {
    "may not read": {"lacking": {"ReadAccounts"}},
    "may not send": {"lacking": {"EditExtensions"}},
    "answers in html": {},
    "answers no json": {},
}


@dataclass(frozen=True)
class Case:
    """Options beside good ones (None takes one away), and what has to be in the message."""

    name: str
    options: dict[str, Any]
    said: tuple[str, ...]
    module: str = "rc_send_invite"
    account: str = ""

    def task(self, urls: dict[str, str]) -> dict[str, Any]:
        good = {name: f"{{{{ good.{name} }}}}" for name in CONNECTION}
        aim = {"server_url": urls[self.account]} if self.account else {}
        whom = {"all_pending": True} if self.module == "rc_send_invite" else {}
        options = {**good, **whom, **aim, **self.options}
        options = {name: value for name, value in options.items() if value is not None}
        return {"name": self.name, f"onboard.ringcentral.{self.module}": options, "ignore_errors": True}


CASES = (
    Case("no credentials", dict.fromkeys(("client_id", "client_secret", "jwt")), ("client_id", "RC_USER_JWT")),
    Case("no jwt", {"jwt": None}, ("jwt", "RC_USER_JWT")),
    Case("a wrong jwt", {"jwt": WRONG["jwt"]}, ("jwt", "OAU-251")),
    Case("a wrong client secret", {"client_secret": WRONG["client_secret"]}, ("client_secret", "OAU-153")),
    Case("a jwt and a token", {"access_token": WRONG["access_token"]}, ("access_token", "jwt")),
    Case("a token that is none", {"jwt": None, "access_token": WRONG["access_token"]}, ("access_token", "OAU-213")),
    Case("a bad duration", {"resend_after": "two days"}, ("resend_after", "two days", "48h")),
    Case("a bad age", {"min_age": "-3d"}, ("min_age", "-3d")),
    Case("a negative limit", {"limit": -1}, ("limit: -1 is negative; write 1 or more",)),
    Case("a limit that is no number", {"limit": "many"}, ("limit",)),
    Case("users with all_pending", {"users": ["ada@example.com"]}, ("all_pending", "users")),
    Case("nobody", {"all_pending": None}, ("users", "all_pending")),
    Case("an empty list", {"all_pending": None, "users": []}, ("users", "is empty")),
    Case("no flag at all", {"transition": NO_FLAG}, ("transition",)),
    Case("plain http", {"server_url": "http://platform.example.com"}, ("server_url", "https")),
    Case("no web address", {"server_url": "platform.example.com"}, ("server_url",)),
    Case(
        "an unreachable server",
        {"server_url": "http://127.0.0.1:9", "max_wait": 0},
        ("http://127.0.0.1:9", "server_url"),
    ),
    Case("another account", {"expect_account": "1"}, ("expect_account", "400131426008")),
    Case("a ca that is not there", {"ca_path": "/no/such/ca.pem"}, ("ca_path", "/no/such/ca.pem")),
    Case("a typing error", {"resend_afer": "48h"}, ("resend_afer",)),
    Case("a type that is none", {"type": ["robot"]}, ("type", "robot")),
    Case("a status that is none", {"status": ["asleep"]}, ("status", "asleep"), "rc_user_info"),
    Case("a bad date", {"created_after": "yesterday"}, ("created_after", "yesterday"), "rc_user_info"),
    Case("no permission to read", {}, ("CMN-401", "ReadAccounts"), account="may not read"),
    Case("no permission to send", {"limit": 1}, ("0 of 1 users were invited",), account="may not send"),
    Case("html in place of json", {"max_wait": 0}, ("token", "server_url"), account="answers in html"),
    Case("text in place of json", {"max_wait": 0}, ("JSON", "server_url"), account="answers no json"),
)


@dataclass
class Tried:
    """All cases of one run, and the accounts that they were tried on."""

    played: Played
    accounts: dict[str, Emulator] = field(default_factory=dict)

    def message(self, case: str) -> str:
        return self.played.result(case)["msg"]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    with ExitStack() as stack:
        accounts = {
            name: stack.enter_context(Emulator(users=20, pending=5, limits=NO_LIMITS, **options))
            for name, options in {"": {}, **TROUBLED}.items()
        }
        accounts["answers in html"].faults.add("html", times=99)
        accounts["answers no json"].faults.add("not_json", "listExtensions", times=99)
        urls = {name: account.url for name, account in accounts.items()}
        environment = accounts[""].env()
        play = role_play()[0] | {"roles": [], "tasks": [case.task(urls) for case in CASES]}
        played = Player(tmp_path_factory.mktemp("bad")).play(
            [play],
            "-vvv",
            good={option: environment[variable] for option, variable in CONNECTION.items()},
            wrong=SECRETS,
        )
        yield Tried(played, accounts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_message_names_what_is_wrong(tried: Tried, case: Case) -> None:
    assert tried.played.ended(case.name)["status"] == "failed"
    message = tried.message(case.name)
    assert [part for part in case.said if part not in message] == [], message
    assert "\n" not in message
    assert len(message) < 800


def test_nothing_was_sent(tried: Tried) -> None:
    assert {name: mailed(account) for name, account in tried.accounts.items() if mailed(account)} == {}
    assert {name for name, account in tried.accounts.items() if writes(account)} == {"may not send"}


def test_sessions_are_closed_where_that_is_possible(tried: Tried) -> None:
    open_sessions = {name: account.state()["open_sessions"] for name, account in tried.accounts.items()}
    assert {name for name, sessions in open_sessions.items() if sessions} <= {"answers in html"}


def test_there_is_no_traceback(tried: Tried) -> None:
    assert "Traceback (most recent call last)" not in tried.played.output
    assert "MODULE FAILURE" not in tried.played.output


def test_no_secret_is_shown_even_with_vvv(tried: Tried) -> None:
    environment = tried.accounts[""].env()
    app = f"{environment['RC_APP_CLIENT_ID']}:{environment['RC_APP_CLIENT_SECRET']}"
    secrets = [environment["RC_APP_CLIENT_SECRET"], environment["RC_USER_JWT"], base64.b64encode(app.encode()).decode()]
    secrets += [*SECRETS.values(), *(s.token for account in tried.accounts.values() for s in account.account.sessions)]
    assert [secret for secret in secrets if secret in tried.played.output] == []


def test_the_role_shows_no_secret_either(rc: Emulator, player: Player) -> None:
    secrets = {f"reinvite_{option}": rc.env()[CONNECTION[option]] for option in ("client_secret", "jwt")}
    player = Player(player.folder, {"RC_SERVER_URL": rc.url, "RC_APP_CLIENT_ID": rc.env()["RC_APP_CLIENT_ID"]})
    for more, code in (({}, 0), ({"reinvite_limit": "many"}, 2), ({"reinvite_jwt": SECRETS["jwt"]}, 2)):
        played = player.play("onboard.ringcentral.reinvite", "-vvv", "--check", **{**secrets, **more})
        assert played.code == code, played.output
        assert SECRETS["jwt"] not in played.output
        assert [secret for secret in secrets.values() if secret in played.output] == []
        assert [s.token for s in rc.account.sessions if s.token in played.output] == []


@pytest.mark.parametrize("name", ["nobody@example.com", "99999"])
def test_an_unknown_user_is_held_with_a_message(rc: Emulator, player: Player, name: str) -> None:
    someone = pending(rc)[0]
    played = player.play(role_play(reinvite_users=[name, someone.email]))
    assert played.code == 0, played.output
    held = [one for one in played.invitations["results"] if one["decision"] == "hold"]
    assert [(one["reason"], one["name"]) for one in held] == [("not_found", name)]
    assert "no user has this e-mail, id or extension number" in played.table[2]
    assert mailed(rc) == [str(someone.id)]


def test_a_run_in_which_every_user_is_unknown_fails(rc: Emulator, player: Player) -> None:
    played = player.play(role_play(reinvite_users=["nobody@example.com", "99999"]))
    assert played.code == 2, played.output
    assert played.failure.startswith("users: no user has any of these: nobody@example.com, 99999")
    assert played.failure.endswith(" No mail was sent.")
    assert mailed(rc) == []


def test_an_ambiguous_number_is_held_with_both_who_are_meant(rc: Emulator, player: Player) -> None:
    people = rc.account.extensions
    twice = next(user.extension_number for user in people.values() if user.extension_number in map(str, people))
    played = player.play(role_play(reinvite_users=[twice]))
    assert played.code == 0, played.output
    assert [one["reason"] for one in played.invitations["results"]] == ["ambiguous"]
    assert (
        f"means {people[int(twice)].name} (extension 101, id {twice}), Amy Biguous (extension {twice}"
        in played.table[2]
    )
    assert mailed(rc) == []
