# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""rc_prove finds out how an account mails: each face gets the settings that fit it, and can be made again."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from emulator.faces import Faces
from emulator.people import THINGS
from emulator.profile import load_profile
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT
from unit.plugins.modules.proving import MAILS, Prover, account, lasting, states

BOTH = {"send_welcome_emails_to_users": True, "send_welcome_email": True}
TO_USERS = {"send_welcome_emails_to_users": True, "send_welcome_email": False}
WELCOME = {"send_welcome_emails_to_users": False, "send_welcome_email": True}
FIELD = {"backend": "custom_field", "field": "Last invitation", "must_exist": True}
SQLITE = {"backend": "sqlite"}

Face = tuple[dict[str, Any], set[str], "tuple[str, dict[str, bool] | None, dict[str, Any]]"]
FACES: dict[str, Face] = {
    "none": ({"mails": "none"}, set(), ("portal", None, FIELD)),
    "any": ({"mails": "any"}, set(), ("auto", BOTH, FIELD)),
    "each": ({"mails": "each"}, set(), ("auto", TO_USERS, FIELD)),
    "late": ({"directory_lag": 90}, set(), ("auto", BOTH, SQLITE)),
    "later than it is watched": ({"directory_lag": 5000}, set(), ("auto", BOTH, SQLITE)),
    "a little late": ({"directory_lag": 17}, set(), ("auto", BOTH, FIELD)),
    "each, one without a link": (
        {"mails": "each", "plain": ["send_welcome_emails_to_users"]},
        set(),
        ("auto", WELCOME, FIELD),
    ),
    "no link at all": ({"plain": list(BOTH)}, set(), ("portal", None, FIELD)),
    "one flag": ({"mails": "send_welcome_email"}, set(), ("auto", WELCOME, FIELD)),
    "the other flag": ({"mails": "send_welcome_emails_to_users"}, set(), ("auto", TO_USERS, FIELD)),
    "only bulk mails": ({"mails": "none", "bulk_mails": "any"}, set(), ("bulk", BOTH, FIELD)),
    "only single mails": ({"mails": "any", "bulk_mails": "none"}, set(), ("single", BOTH, FIELD)),
    "another flag in bulk": (
        {"mails": "send_welcome_email", "bulk_mails": "send_welcome_emails_to_users"},
        set(),
        ("auto", BOTH, FIELD),
    ),
    "no custom fields": ({"custom_fields": False}, set(), ("auto", BOTH, SQLITE)),
    "custom fields in use": ({"fields_in_use": 5}, set(), ("auto", BOTH, SQLITE)),
    "custom fields not kept": ({"keeps_values": False}, set(), ("auto", BOTH, SQLITE)),
    "custom fields not shown": ({"shows_fields": False}, set(), ("auto", BOTH, SQLITE)),
    "pending users not listed": ({"hides_pending": True}, set(), ("auto", BOTH, SQLITE)),
    "no field to create": ({}, {"EditAccounts"}, ("auto", BOTH, SQLITE)),
    "no bulk": ({}, {"EditExtensionInfo"}, ("single", BOTH, FIELD)),
    "bulk not available": ({"answers": {"extensionBulkUpdate": "CMN-109"}}, set(), ("single", BOTH, FIELD)),
    "no single": ({}, {"EditUserInfo", "EditUserCredentials"}, ("bulk", BOTH, SQLITE)),
    "no audit trail": ({}, {"ReadAuditTrail"}, ("auto", BOTH, FIELD)),
    "invitations not audited": ({"audits_invitations": False}, set(), ("auto", BOTH, FIELD)),
    "no limits in headers": ({"limit_headers": False}, set(), ("auto", BOTH, FIELD)),
    "absent fields": ({"absent": ["creationTime", "site", "roles"]}, set(), ("auto", BOTH, FIELD)),
    "errors by list": ({"errors": "list"}, {"EditExtensionInfo"}, ("single", BOTH, FIELD)),
}


@pytest.mark.parametrize("name", FACES)
def test_the_settings_fit_the_face_and_the_profile_makes_it_again(name: str, tmp_path: Path) -> None:
    faces, lacking, (transport, transition, ledger) = FACES[name]
    with account(faces=Faces(**faces), lacking=lacking) as rc:
        first = Prover(rc, tmp_path / "first")
        result = first.prove(users=3)
        violations = rc.state()["violations"]
    found = result["recommendation"]["variables"]
    assert (found["reinvite_transport"], found.get("reinvite_transition"), found["reinvite_ledger"]) == (
        transport,
        transition,
        ledger,
    )
    assert result["complete"]
    assert violations == []
    profile = load_profile(first.file)
    assert set(profile["lacking"]) == lacking
    with account(**profile) as rc:
        again = Prover(rc, tmp_path / "again")
        again.prove(users=3)
    assert lasting(again.saved) == lasting(first.saved)
    assert again.saved["profile"] == first.saved["profile"]


def test_the_lag_is_measured_and_has_an_end(tmp_path: Path) -> None:
    with account(faces=Faces(directory_lag=90)) as rc:
        entry = Prover(rc, tmp_path).prove()["proof"]["steps"]["field"]
        assert (entry["not_shown_after"], round(entry["shown_after"])) == (pytest.approx(75, abs=1), 90)
    with account(faces=Faces(directory_lag=9999)) as rc:
        entry = Prover(rc, tmp_path / "late").prove(patience=120)["proof"]["steps"]["field"]
        assert (entry["shown_after"], round(entry["watched"])) == (None, 120)
        assert entry["seconds"] < 130


def test_the_audit_trail_is_read_for_what_it_records_of_each_step(tmp_path: Path) -> None:
    with account() as rc:
        records = Prover(rc, tmp_path).prove()["proof"]["steps"]["audit"]["records"]
    assert {record["step"] for record in records} >= set(MAILS)
    assert all(record["action"] != "<text>" and 0 <= record["seconds"] <= 400 for record in records)


def test_users_take_turns_and_each_step_mails_one_user_once(tmp_path: Path) -> None:
    with account() as rc:
        prover = Prover(rc, tmp_path)
        ids = [one.id for one in prover.pending[:5]]
        prover.prove(users=5)
        assert [mail["extension_id"] for mail in rc.outbox] == [*ids, ids[0]]
        assert [mail["via"] for mail in rc.outbox] == ["single"] * 3 + ["bulk"] * 3
        assert rc.state()["logins"] == 1
        assert rc.state()["status_writes"] == []


def test_a_missing_permission_is_asked_for_once(tmp_path: Path) -> None:
    with account(lacking={"EditExtensionInfo"}) as rc:
        prover = Prover(rc, tmp_path)
        result = prover.prove()
        assert rc.state()["requests"]["extensionBulkUpdate"] == 1
    entry = result["proof"]["steps"]["bulk_both"]
    assert (entry["state"], entry["codes"], entry["permission"]) == ("refused", ["CMN-408"], "EditExtensionInfo")
    assert states(result)["bulk_welcome"] == "refused"


def test_an_account_that_runs_again_mails_no_user_again(tmp_path: Path) -> None:
    with account() as rc:
        prover = Prover(rc, tmp_path)
        first = prover.prove()
        asked, mails = len(prover.questions), len(rc.outbox)
        second = prover.prove()
        assert (len(prover.questions), len(rc.outbox), second["changed"]) == (asked, mails, False)
        assert lasting(second["proof"]) == lasting(first["proof"])


def test_check_mode_shows_the_steps_and_does_nothing(tmp_path: Path) -> None:
    with account() as rc:
        prover = Prover(rc, tmp_path)
        result = prover.prove(check_mode=True, confirm=["all"])
        assert {entry["method"] for entry in rc.log if entry["group"] != "Auth"} == {"GET"}
        assert rc.outbox == []
    assert set(states(result).values()) == {"open"}
    first = result["steps"][0]
    assert (first["what"], first["email"]) == ("an update of one user, both flags", prover.pending[0].email)
    assert (result["changed"], prover.questions, prover.file.exists()) == (False, [], False)


WORDS = {"User", "Fail", "Success", "Extension", "proof", "field", "audit", "name", "text", "time", "number"}


@pytest.mark.parametrize("odd", [True, False])
def test_the_file_holds_no_person_no_address_and_no_secret(odd: bool, tmp_path: Path) -> None:
    with account(users=60, pending=20, odd=odd) as rc:
        prover = Prover(rc, tmp_path)
        prover.prove(users=[one.email for one in prover.pending[:2]])
        people = [one for one in rc.account.extensions.values() if one.type not in THINGS]
        tokens = [session.token for session in rc.account.sessions]
        numbers = [str(rc.account.id), rc.account.main_number, rc.account.main_number[1:], *rc.account.tasks]
        place = rc.url.removeprefix("http://")
    text = prover.file.read_text(encoding="utf-8")
    names = {part for one in people for part in (one.name, one.first_name, one.last_name, one.extension_number)}
    hidden = [*tokens, *numbers, place, CLIENT_ID, CLIENT_SECRET, JWT, *(one.email for one in people)]
    hidden += [*map(str, (one.id for one in people)), *(names - WORDS)]
    for value in filter(None, hidden):
        assert not re.search(rf"(?<![\w.]){re.escape(value)}(?![\w.])", text, re.IGNORECASE), value
        for raw in (value, f"{CLIENT_ID}:{value}"):
            coded = base64.b64encode(raw.encode()).decode().rstrip("=")
            assert len(raw) < 6 or coded not in text, value
    assert prover.file.stat().st_mode & 0o077 == 0


def test_a_server_that_talks_is_not_quoted(tmp_path: Path) -> None:
    with account() as rc:
        prover = Prover(rc, tmp_path)
        victim = prover.pending[3]
        for one in prover.pending[:1]:
            rc.account.reject[one.id] = f"{victim.name} <{victim.email}> {JWT}"
        result = prover.prove()
    assert {states(result)[name] for name in MAILS} == {"refused"}
    text = prover.file.read_text(encoding="utf-8")
    assert [word for word in (victim.last_name, victim.email, JWT) if word in text] == []
