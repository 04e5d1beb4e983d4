# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail to owners of batches and to managers: their people only, and at most once a day each."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_claims import Claims
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused
from mailbox_server import Mailbox
from unit.plugins.plugin_utils.hosts import BATCH, Host, invited, onboarded, row
from unit.plugins.plugin_utils.telling import NOW, states, told, warnings

OWNER = "Grace Hopper <grace@example.com>"
ACTIVE = row(8, status="enabled", decision="skip", reason="already_activated", outcome=None, manager="boss@example.com")
WAITING = row(*(3,), decision="skip", reason="recently_invited", outcome=None, last_invited_at="2026-03-01T09:00:00Z")
HELD = row(4, decision="hold", reason="no_email", outcome=None, email=None)


@pytest.fixture(autouse=True)
def _state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    for name in ("RC_ALLOWED_DOMAINS", "RC_EXCLUDE"):
        monkeypatch.delenv(name, raising=False)


def batches(*rows: dict[str, Any], owner: str = OWNER, **more: Any) -> dict[str, Any]:
    result = onboarded(*rows)
    result["batches"][0] |= {"owner": owner, **more}
    return result


def run(host: Host, box: Mailbox, **more: Any) -> dict[str, Any]:
    """Onboarding that writes to owners alone."""
    options = {**box.options, "to": [], "owners": True, **more.pop("mail", {})}
    return told(host, {"mail": options}, "batches", onboarding_batches=[BATCH], **more)


def test_an_owner_gets_their_people_and_no_report(host: Host, folder: Path) -> None:
    unknown = [{"name": "new@example.com", "message": "x"}]
    host.answer = batches(row(1), WAITING, HELD, ACTIVE, unknown=unknown)
    with Mailbox(folder) as box:
        result = run(host, box)
    (mail,) = box.mails
    assert (mail.to, mail.message["To"]) == (["grace@example.com"], "grace@example.com")
    assert mail.message["Subject"] == "RingCentral: 4 of your people have not activated the account"
    assert [line for line in mail.text.splitlines() if line.startswith("- ")] == [
        "- Person 1 <p1@example.com>: was invited now",
        "- Person 3 <p3@example.com>: Link still valid, last invited on 2026-03-01",
        "- Person 4 <no address>: No e-mail address",
        "- new@example.com: is not in RingCentral yet",
    ]
    assert "at most once a day, as the owner of the batch December/Paris." in mail.text
    assert mail.files == {}
    assert states(result) == [("mail", "grace@example.com", "sent")]
    assert "Person 8" not in mail.text


@pytest.mark.parametrize(("hours", "mails"), [(0, 1), (1, 1), (22.9, 1), (23, 2), (24, 2), (48, 2), (-1, 1)])
def test_an_owner_gets_one_mail_a_day(host: Host, folder: Path, hours: float, mails: int) -> None:
    host.answer = batches(row(1))
    with Mailbox(folder) as box:
        run(host, box)
        again = run(host, box, now=NOW + timedelta(hours=hours))
    assert len(box.mails) == mails
    assert states(again) == [("mail", "grace@example.com", "skipped" if mails == 1 else "sent")]


def test_an_owner_of_two_batches_gets_one_mail_with_both(host: Host, folder: Path) -> None:
    host.answer = batches(row(1))
    second = {**host.answer["batches"][0], "name": "Rome", "owner": "GRACE@example.com"}
    host.answer["batches"].append(second)
    host.answer["results"].append({**row(2), "batch": "Rome"})
    with Mailbox(folder) as box:
        run(host, box)
    (mail,) = box.mails
    assert "- Person 1" in mail.text
    assert "- Person 2" in mail.text
    assert "as the owner of the batch December/Paris and the owner of the batch Rome." in mail.text


def test_nothing_new_for_an_owner_is_no_mail(host: Host, folder: Path) -> None:
    for answer in (batches(WAITING), batches(ACTIVE), batches(row(1), state="early"), batches(row(1), owner="")):
        host.answer = answer
        with Mailbox(folder) as box:
            result = run(host, box)
        assert (box.mails, result["notified"]) == ([], [])


@pytest.mark.parametrize(
    ("owner", "variables", "why"),
    [
        ("Grace Hopper", {}, "has no address"),
        ("grace@example.comx", {}, "ends in .comx, which does not exist"),
        ("noreply@example.com", {}, "is a no-reply address"),
        ("grace@elsewhere.com", {"reinvite_allowed_domains": ["example.com"]}, "is outside allowed_domains"),
        ("grace@example.com", {"reinvite_exclude": ["grace@*"]}, "is named in exclude"),
        ("grace@example.com", {"reinvite_placeholder_patterns": ["gr*@example.com"]}, "matches placeholder_patterns"),
        ("grâce@example.com", {}, "is not an address in ASCII"),
        ("grace@example.com, x@example.com", {}, "has no address"),
        ("grace@example.com\r\nBcc: x@example.com", {}, "has no address"),
        ("x <grace@example.com\r\nBcc: x@example.com>", {}, "has no address"),
    ],
)
def test_an_address_that_no_user_could_be_mailed_at_gets_no_mail(
    host: Host, folder: Path, owner: str, variables: dict[str, Any], why: str
) -> None:
    host.answer = batches(row(1), owner=owner)
    with Mailbox(folder) as box:
        result = run(host, box, **variables)
    assert box.mails == []
    (warning,) = warnings(result)
    assert warning.endswith(f"the owner of the batch December/Paris: {why}")


def test_the_environment_narrows_who_is_written_to(host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RC_ALLOWED_DOMAINS", "other.example.com")
    host.answer = batches(row(1))
    with Mailbox(folder) as box:
        result = run(host, box)
    assert box.mails == []
    assert "is outside allowed_domains" in warnings(result)[0]


def test_check_mode_shows_the_mail_to_an_owner_and_remembers_nothing(host: Host, folder: Path) -> None:
    host.answer = batches(row(1, outcome="would_invite"))
    with Mailbox(folder) as box:
        result = run(host, box, check_mode=True)
        assert box.mails == []
        assert states(result) == [("mail", "grace@example.com", "would_send")]
        assert not (folder / "state").exists()
        host.answer = batches(row(1))
        assert states(run(host, box)) == [("mail", "grace@example.com", "sent")]


def state_file(folder: Path) -> Path:
    return folder / "state/onboard.ringcentral/notified.sqlite3"


def test_the_state_file_is_its_owners_alone_and_forgets_after_a_day(host: Host, folder: Path) -> None:
    host.answer = batches(row(1))
    with Mailbox(folder) as box:
        run(host, box)
        path = state_file(folder)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        host.answer = batches(row(1), owner="ada@example.com")
        run(host, box, now=NOW + timedelta(days=3))
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT address FROM told").fetchall() == [("ada@example.com",)]


def test_a_state_file_that_others_could_read_is_closed(host: Host, folder: Path) -> None:
    host.answer = batches(row(1))
    with Mailbox(folder) as box:
        run(host, box)
        state_file(folder).chmod(0o644)
        assert states(run(host, box)) == [("mail", "grace@example.com", "skipped")]
    assert state_file(folder).stat().st_mode & 0o777 == 0o600


def _garbage(path: Path) -> None:
    path.write_bytes(b"not a database, " * 100)


def _other(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (x)")


def _link(path: Path) -> None:
    path.symlink_to(path.with_name("missing"))


def _in_the_future(path: Path) -> None:
    assert Claims(path, NOW + timedelta(days=400)).claim("grace@example.com")


@pytest.mark.parametrize("broken", [_garbage, _other, _link, Path.mkdir, _in_the_future])
def test_a_state_file_that_proves_nothing_means_no_mail(host: Host, folder: Path, broken: Any) -> None:
    path = state_file(folder)
    path.parent.mkdir(parents=True)
    broken(path)
    host.answer = batches(row(1))
    with Mailbox(folder) as box:
        result = run(host, box)
    assert box.mails == []
    ((_by, _to, state),) = states(result)
    assert state in {"failed", "skipped"}
    assert result["failure"] == ""


def test_a_mail_that_was_surely_not_sent_is_tried_again_by_the_next_run(host: Host, folder: Path) -> None:
    host.answer = batches(row(1))
    with Mailbox(folder, answer="451 later") as box:
        assert states(run(host, box)) == [("mail", "grace@example.com", "failed")]
        box.answer = "250 OK"
        box.refused = {"grace@example.com"}
        assert states(run(host, box)) == [("mail", "grace@example.com", "failed")]
        box.refused = set()
        assert states(run(host, box)) == [("mail", "grace@example.com", "sent")]
    assert len(box.mails) == 1


def test_the_rest_of_a_round_that_broke_off_is_told(host: Host, folder: Path) -> None:
    host.answer = batches(row(1))
    second = {**host.answer["batches"][0], "name": "Rome", "owner": "ada@example.com"}
    host.answer["batches"].append(second)
    host.answer["results"].append({**row(2), "batch": "Rome"})
    with Mailbox(folder, answer="451 later") as box:
        result = run(host, box)
    assert states(result) == [("mail", "grace@example.com", "failed"), ("mail", "owners and managers", "failed")]
    assert result["notified"][-1]["message"] == "1 more mails were not attempted; the next run sends them"


def test_two_claims_of_an_address_at_once_are_one(folder: Path) -> None:
    first, second = (Claims(folder / "told.sqlite3", NOW) for _run in range(2))
    assert first.claim("Ada@example.com")
    assert not second.claim("ada@EXAMPLE.com")


def test_a_python_without_sqlite_writes_to_nobody(host: Host, folder: Path) -> None:
    """Where Python was built without it, the import itself fails."""
    program = f"""
import sys
sys.modules["sqlite3"] = None
sys.path[:0] = {sys.path!r}
from datetime import datetime, timezone
from pathlib import Path
from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _notify_claims
try:
    _notify_claims.Claims(Path({str(folder / "told.sqlite3")!r}), datetime.now(timezone.utc))
except _notify_claims.ClaimError as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip().endswith("was built without sqlite3, so it is unknown who had mail today")


def test_under_awx_the_state_file_has_to_be_named(host: Host, folder: Path) -> None:
    host.answer = batches(row(1))
    ledger = {"backend": "custom_field"}
    with Mailbox(folder) as box:
        with pytest.raises(Refused, match=r"^reinvite_notify\.mail\.state_file: AWX keeps no files"):
            run(host, box, under_awx=True, reinvite_ledger=ledger)
        named = {"state_file": str(folder / "told.sqlite3")}
        run(host, box, under_awx=True, reinvite_ledger=ledger, mail=named)
    assert len(box.mails) == 1


def test_administrators_are_told_beside_owners(host: Host, folder: Path) -> None:
    host.answer = batches(row(1))
    with Mailbox(folder) as box:
        result = run(host, box, mail={"to": ["it@example.com"]})
        run(host, box, mail={"to": ["it@example.com"]})
    assert [state for _by, _to, state in states(result)] == ["sent", "sent"]
    assert [mail.to for mail in box.mails] == [["it@example.com"], ["grace@example.com"], ["it@example.com"]]


def test_managers_get_their_own_people(host: Host, folder: Path) -> None:
    host.answer = invited(
        row(1, manager="boss@example.com"),
        row(2, manager="Boss@Example.com"),
        row(3, manager="other@example.com"),
        row(5, manager=None),
        ACTIVE,
    )
    with Mailbox(folder) as box:
        result = told(host, {"mail": {**box.options, "to": [], "managers": True}})
    by_address = {mail.to[0]: mail.text for mail in box.mails}
    assert sorted(by_address) == ["boss@example.com", "other@example.com"]
    assert "- Person 1" in by_address["boss@example.com"]
    assert "- Person 2" in by_address["boss@example.com"]
    assert "Person 3" not in by_address["boss@example.com"]
    assert all(text.rstrip().endswith("at most once a day, as their manager.") for text in by_address.values())
    assert {state for _by, _to, state in states(result)} == {"sent"}
