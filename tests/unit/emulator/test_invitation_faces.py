# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's faces of sending: which flags mail, mail and field apart, and what the audit trail tells."""

from __future__ import annotations

from typing import Any

import pytest

from emulator import Faces

BOTH = {"sendWelcomeEmail": True, "sendWelcomeEmailsToUsers": True}
ONE, OTHER = {"sendWelcomeEmail": True}, {"sendWelcomeEmailsToUsers": True}
FIELD = {"customFields": [{"id": "1", "value": "x"}]}


def pending(call: Any) -> int:
    return next(e.id for e in call.rc.account.extensions.values() if e.status == "NotActivated" and e.type == "User")


def single(call: Any, transition: dict[str, bool]) -> int:
    """How many mails a PUT brings."""
    before = len(call.rc.outbox)
    assert call("PUT", f"/extension/{pending(call)}", json={"transition": transition}).status_code == 200
    return len(call.rc.outbox) - before


def bulk(call: Any, transition: dict[str, bool]) -> int:
    """How many mails a bulk update brings."""
    before = len(call.rc.outbox)
    records = [{"id": str(pending(call)), "transition": transition}]
    assert call("POST", "/extension-bulk-update", json={"records": records}).status_code == 200
    call.rc.clock.advance(1)
    return len(call.rc.outbox) - before


@pytest.mark.parametrize(
    ("mails", "counts"),
    [
        ("any", (1, 1, 1, 0)),
        ("none", (0, 0, 0, 0)),
        ("each", (2, 1, 1, 0)),
        ("send_welcome_email", (1, 1, 0, 0)),
        ("send_welcome_emails_to_users", (1, 0, 1, 0)),
    ],
)
@pytest.mark.parametrize("send", [single, bulk])
def test_which_flags_mail(emulate: Any, send: Any, mails: str, counts: tuple[int, ...]) -> None:
    call = emulate(faces=Faces(mails=mails))
    never = dict.fromkeys(BOTH, False)
    assert tuple(send(call, transition) for transition in (BOTH, ONE, OTHER, never)) == counts


@pytest.mark.parametrize(
    ("faces", "counts"),
    [
        (Faces(mails="none", bulk_mails="any"), (0, 1)),
        (Faces(mails="any", bulk_mails="none"), (1, 0)),
        (Faces(mails="any", bulk_mails="each"), (1, 2)),
        (Faces(mails="send_welcome_email"), (1, 1)),
    ],
)
def test_bulk_updates_may_mail_otherwise(emulate: Any, faces: Faces, counts: tuple[int, int]) -> None:
    call = emulate(faces=faces)
    assert (single(call, BOTH), bulk(call, BOTH)) == counts


def test_a_plain_welcome_has_no_link(emulate: Any) -> None:
    call = emulate(faces=Faces(mails="each", plain=frozenset({"send_welcome_email"})))
    single(call, BOTH)
    assert [(mail["flags"], mail["link"]) for mail in call.rc.outbox] == [
        (["send_welcome_email"], False),
        (["send_welcome_emails_to_users"], True),
    ]
    call.rc.faces.mails = "any"
    single(call, BOTH)
    assert call.rc.outbox[-1]["link"]


@pytest.mark.parametrize(
    ("torn", "status", "first", "later"),
    [
        ("", 200, (1, True), (1, True)),
        ("field_lost", 200, (1, False), (1, False)),
        ("field_late", 200, (1, False), (1, True)),
        ("field_refused", 400, (1, False), (1, False)),
        ("mail_lost", 200, (0, True), (0, True)),
        ("mail_late", 200, (0, True), (1, True)),
        ("mail_refused", 400, (0, True), (0, True)),
    ],
)
def test_mail_and_field_apart(
    emulate: Any, torn: str, status: int, first: tuple[int, bool], later: tuple[int, bool]
) -> None:
    call = emulate(faces=Faces(torn=torn, torn_seconds=30))
    call.rc.account.create_field("Notes")
    someone = pending(call)

    def seen() -> tuple[int, bool]:
        record = call("GET", f"/extension/{someone}").json()
        return len(call.rc.outbox), bool(record["customFields"])

    assert call("PUT", f"/extension/{someone}", json={"transition": BOTH, **FIELD}).status_code == status
    assert seen() == first
    call.rc.clock.advance(29)
    assert seen() == first
    call.rc.clock.advance(2)
    assert seen() == later


@pytest.mark.parametrize("torn", ["field_lost", "mail_lost"])
def test_one_without_the_other_is_never_torn(emulate: Any, torn: str) -> None:
    call = emulate(faces=Faces(torn=torn))
    call.rc.account.create_field("Notes")
    someone = pending(call)
    call("PUT", f"/extension/{someone}", json=FIELD)
    assert single(call, BOTH) == 1
    assert call("GET", f"/extension/{someone}").json()["customFields"][0]["value"] == "x"


@pytest.mark.parametrize("recorded", [True, False])
def test_the_audit_trail_may_record_invitations(emulate: Any, recorded: bool) -> None:
    call = emulate(faces=Faces(audits_invitations=recorded))
    call.rc.account.create_field("Notes")
    someone = str(pending(call))
    single(call, BOTH)
    call("PUT", f"/extension/{someone}", json=FIELD)

    def trail(**search: Any) -> list[str]:
        answer = call("POST", "/audit-trail/search", json=search).json()
        assert len(answer["records"]) == min(answer["paging"]["totalFound"], search.get("perPage", 25))
        assert {record["target"]["objectId"] for record in answer["records"]} <= {someone}
        return [record["actionId"] for record in answer["records"]]

    everything = ["CHANGE_USER_INFO"] + ["SEND_WELCOME_EMAIL"] * recorded
    assert trail() == trail(targetIds=[someone]) == trail(initiatorIds=[str(call.rc.account.own.id)]) == everything
    assert trail(perPage=1) == trail(excludeActionIds=["SEND_WELCOME_EMAIL"]) == everything[:1]
    assert trail(actionIds=["SEND_WELCOME_EMAIL"]) == everything[1:]
    assert trail(targetIds=["1"]) == trail(initiatorIds=["1"]) == trail(eventTimeTo="2020-01-01T00:00:00Z") == []


def test_the_audit_trail_forgets(emulate: Any) -> None:
    call = emulate(limits={"Heavy": 20}, faces=Faces(session_seconds=200 * 86400))
    single(call, BOTH)

    def found(**search: str) -> int:
        return len(call("POST", "/audit-trail/search", json=search).json()["records"])

    long_ago = "2020-01-01T00:00:00.000Z"
    assert found() == 1
    call.rc.clock.advance(25 * 3600)
    assert (found(), found(eventTimeFrom=long_ago)) == (0, 1)
    call.rc.clock.advance(180 * 86400)
    assert found(eventTimeFrom=long_ago) == 0
    assert call("POST", "/audit-trail/search", json={"eventTimeFrom": "soon"}).json()["errorCode"] == "CMN-101"
