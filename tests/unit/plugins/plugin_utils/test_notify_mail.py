# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail to administrators about a run, through a real server with TLS."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import trustme

from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _notify_mail
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused
from mailbox_server import PASSWORD, Mailbox
from unit.plugins.plugin_utils.hosts import AUDITED, BATCH, EXAMINED, Host, files, invited, onboarded, row
from unit.plugins.plugin_utils.telling import states, told, warnings

HELD = row(2, decision="hold", reason="no_email", outcome=None, name="Bobby\r\nBcc: x@evil.test")
BOTH = "it@example.com, desk@example.com"


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_administrators_get_one_mail_with_the_counts_and_the_report(host: Host, folder: Path, security: str) -> None:
    host.answer = invited(row(1), HELD)
    with Mailbox(folder, security) as box:
        result = told(host, {"mail": box.options, "link": "https://awx.example.com/#/jobs/7"})
    (mail,) = box.mails
    assert (mail.sender, mail.to) == ("ringcentral@example.com", ["it@example.com", "desk@example.com"])
    headers = {name: str(mail.message[name]) for name in ("From", "To", "Subject", "Date", "Auto-Submitted")}
    assert headers == {
        "From": "ringcentral@example.com",
        "To": BOTH,
        "Subject": "RingCentral invitations, acme/europe: 2 considered, 1 invited, 1 held, 0 failed",
        "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
        "Auto-Submitted": "auto-generated",
    }
    assert "       1  invited\r\n       1  held\r\n" in mail.text
    assert "More: https://awx.example.com/#/jobs/7" in mail.text
    assert "Bobby" not in mail.text
    report = folder / "reinvite-reports/acme%2Feurope.html"
    assert mail.files == {report.name: report.read_bytes()}
    assert states(result) == [("mail", BOTH, "sent")]
    assert result["table"][-1].startswith(f"NOTIFIED mail sent to {BOTH}: RingCentral invitations")
    assert (result["failure"], warnings(result)) == ("", [])


def test_names_are_told_only_where_asked_and_start_no_header(host: Host, folder: Path) -> None:
    host.answer = invited(HELD)
    with Mailbox(folder) as box:
        told(host, {"mail": {**box.options, "attach": []}, "names": True})
    (mail,) = box.mails
    assert "- Bobby  Bcc: x@evil.test <p2@example.com>: no email." in mail.text
    assert mail.message["Bcc"] is None
    assert mail.files == {}


def test_a_host_with_a_line_break_starts_no_header(host: Host, folder: Path) -> None:
    host.name = "acme\r\nBcc: x@evil.test"
    with Mailbox(folder) as box:
        told(host, {"mail": box.options}, reinvite_report_dir="")
    (mail,) = box.mails
    assert mail.message["Bcc"] is None
    assert "acme  Bcc: x@evil.test:" in mail.message["Subject"]


QUIET = invited(row(1, decision="skip", reason="recently_invited", outcome=None))
FAILED = invited(row(1, outcome="failed"), failed=True, msg="0 of 1 users were invited, see p1@example.com, Person 1")


@pytest.mark.parametrize(
    ("answer", "when", "mails"),
    [
        (QUIET, None, 0),
        (QUIET, ["always"], 1),
        (invited(row(1)), None, 1),
        (invited(row(1)), ["failed", "held"], 0),
        (invited(row(1, outcome="unknown")), ["mailed"], 1),
        (invited(HELD), ["held"], 1),
        (invited(HELD), ["mailed", "failed"], 0),
        (FAILED, ["failed"], 1),
        (invited(row(1, outcome="handed_over")), ["mailed"], 0),
        (invited(row(1, outcome="handed_over")), ["held"], 1),
        ({"failed": True, "msg": "login refused"}, ["failed"], 1),
    ],
)
def test_only_the_runs_that_were_chosen_are_told_of(
    host: Host, folder: Path, answer: dict[str, Any], when: list[str] | None, mails: int
) -> None:
    host.answer = answer
    with Mailbox(folder) as box:
        result = told(host, {"mail": box.options, **({"when": when} if when else {})})
    assert len(box.mails) == mails
    assert len(result["notified"]) == mails


def test_the_reason_of_a_failure_names_no_one_unless_asked(host: Host, folder: Path) -> None:
    host.answer = FAILED
    with Mailbox(folder) as box:
        told(host, {"mail": box.options})
        told(host, {"mail": box.options, "names": True})
    without, named = box.mails
    assert "It failed: 0 of 1 users were invited, see (an address), (a user)." in without.text
    assert "see p1@example.com, Person 1." in named.text
    assert "FAILED" in without.message["Subject"]


@pytest.mark.parametrize(
    ("entry_point", "told_of", "variables"),
    [
        (
            "batches",
            (onboarded(row(1)), "RingCentral onboarding, acme/europe: 1 listed"),
            {"onboarding_batches": [BATCH]},
        ),
        ("audit", (AUDITED, "RingCentral audit, acme/europe: 2 no email, 1 not activated"), {}),
        ("doctor", (EXAMINED, "RingCentral check, acme/europe: 1 warnings, 1 in order"), {}),
    ],
)
def test_other_entry_points_tell_their_counts(
    host: Host, folder: Path, entry_point: str, told_of: tuple[dict[str, Any], str], variables: dict[str, Any]
) -> None:
    host.answer, subject = told_of
    with Mailbox(folder) as box:
        told(host, {"mail": box.options, "when": ["always"]}, entry_point, **variables)
    (mail,) = box.mails
    assert mail.message["Subject"].startswith(subject)
    (attached,) = mail.files.values()
    assert attached in [path.read_bytes() for path in folder.rglob("*.html")]


def test_check_mode_shows_the_mail_and_sends_none(host: Host, folder: Path) -> None:
    host.answer = invited(row(1, outcome="would_invite"))
    with Mailbox(folder) as box:
        result = told(host, {"mail": box.options}, check_mode=True)
    assert box.mails == []
    assert states(result) == [("mail", BOTH, "would_send")]
    assert result["table"][-1] == (
        f"NOTIFIED mail would be sent to {BOTH}: RingCentral invitations, acme/europe: "
        "1 considered, 0 invited, 1 would be invited, 0 held, 0 failed"
    )


@pytest.mark.parametrize(
    ("answer", "shown"),
    [(invited(row(1, outcome="would_invite")), 1), (invited(HELD), 0), (QUIET, 0)],
)
def test_check_mode_shows_what_the_real_run_would_send(
    host: Host, folder: Path, answer: dict[str, Any], shown: int
) -> None:
    host.answer = answer
    with Mailbox(folder) as box:
        result = told(host, {"mail": box.options, "when": ["mailed"]}, check_mode=True)
    assert len(result["notified"]) == shown


def test_no_one_is_told_unless_asked(host: Host, folder: Path) -> None:
    assert folder.is_dir()
    assert "notified" not in told(host, {})


def test_an_address_that_the_server_refuses_is_told(host: Host, folder: Path) -> None:
    with Mailbox(folder, refused={"desk@example.com"}) as box:
        result = told(host, {"mail": box.options})
    assert [mail.to for mail in box.mails] == [["it@example.com"]]
    assert states(result) == [("mail", "it@example.com", "sent"), ("mail", "desk@example.com", "failed")]
    assert warnings(result) == ["mail to desk@example.com was not sent: the mail server refused this address"]
    assert result["failure"] == ""


def test_a_report_that_is_too_large_is_left_out_and_told(
    host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_notify_mail, "MOST_ATTACHED", 100)
    with Mailbox(folder) as box:
        result = told(host, {"mail": box.options})
    assert box.mails[0].files == {}
    assert result["notified"][0]["message"].endswith("; acme%2Feurope.html is too large to attach (0.1 MB)")
    assert "acme%2Feurope.html is too large to attach" in box.mails[0].text


def _wrong(**changes: Any) -> Callable[[Mailbox], dict[str, Any]]:
    return lambda box: {**box.options, **changes}


@pytest.mark.parametrize(
    ("server", "options", "said"),
    [
        (("starttls", "250 OK"), _wrong(ca_path=None), "has a certificate that is not trusted; set ca_path"),
        (("tls", "250 OK"), _wrong(ca_path=None), "has a certificate that is not trusted; set ca_path"),
        (("starttls", "250 OK"), _wrong(server="localhost"), "has a certificate that is not trusted"),
        (("none", "250 OK"), _wrong(security="starttls"), "does not offer what is needed; check security"),
        (("starttls", "250 OK"), _wrong(password="wrong horse battery"), "refused the username or password (535)"),
        (("starttls", "451 full " + PASSWORD), _wrong(), "refused the mail (451)"),
        (("starttls", "554 no " + PASSWORD), _wrong(), "refused the mail (554)"),
        (("starttls", "250 OK"), _wrong(ca_path="missing.pem"), "was not asked, since ca_path cannot be read"),
        (("starttls", "250 OK"), _wrong(port=1), "cannot be reached"),
        (("none", "250 OK"), _wrong(security="tls"), "cannot be reached"),
    ],
)
def test_mail_that_cannot_be_sent_is_told_and_fails_no_run(
    host: Host, folder: Path, server: tuple[str, str], options: Callable[[Mailbox], dict[str, Any]], said: str
) -> None:
    security, answer = server
    with Mailbox(folder, security, answer=answer) as box:
        result = told(host, {"mail": options(box)})
    assert (box.mails, states(result)) == ([], [("mail", BOTH, "failed")])
    (warning,) = warnings(result)
    assert warning.startswith(f"mail to {BOTH} was not sent: the mail server ")
    assert said in warning
    assert result["notices"] == [warning]
    assert result["failure"] == ""
    assert PASSWORD not in str(result)
    assert "wrong horse" not in str(result)


@contextmanager
def endless(
    *answers: bytes, forever: bytes = b"", pause: float = 0, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server that answers a few lines as they come, and then goes on for ever or falls silent."""
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            connection, _address = listening.accept()
            with connection:
                for answer in answers:
                    connection.sendall(answer)
                    connection.recv(4096)
                connection = tls.wrap_socket(connection, server_side=True) if tls else connection
                while forever and not over.wait(pause):
                    connection.sendall(forever)
                over.wait(30)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize(
    ("answers", "forever", "said"),
    [
        ([], b"", "did not answer within 0.3 s"),
        ([b"220 hello\r\n"], b"", "did not answer within 0.3 s"),
        ([], b"220-more\r\n", "cannot be reached"),
        ([], b"x" * 1000, "refused the mail (500)"),
    ],
)
def test_a_server_that_says_too_much_or_nothing_is_left(
    host: Host, folder: Path, answers: list[bytes], forever: bytes, said: str
) -> None:
    assert folder.is_dir()
    with endless(*answers, forever=forever) as port:
        mail = {
            "server": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "a@example.com",
            "to": ["b@example.com"],
        }
        result = told(host, {"mail": mail, "timeout": 0.3})
    (warning,) = warnings(result)
    assert said in warning or "did not answer within" in warning
    assert result["failure"] == ""


def test_a_reply_that_does_not_come_is_told_as_such(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_notify_mail.threading, "Timer", Mock())  # the socket's own time-out comes first
    with endless(b"220 hello\r\n") as port:
        server = {"server": "127.0.0.1", "port": port, "security": "none"}
        result = told(host, {"mail": {**server, "sender": "a@example.com", "to": ["b@example.com"]}, "timeout": 0.1})
    (warning,) = warnings(result)
    assert "did not answer within 0.1 s" in warning


STARTTLS = (b"220 hello\r\n", b"250-hello\r\n250 STARTTLS\r\n", b"220 go on\r\n")


@pytest.mark.parametrize(
    ("security", "first", "forever"),
    [
        ("none", (), b"2"),
        ("none", (), b"220-x\r\n"),
        ("none", (b"220 hello\r\n",), b"250-x\r\n"),
        ("starttls", (), b"220-x\r\n"),
        ("starttls", STARTTLS, b"250-x\r\n"),
        ("tls", (), b"220-x\r\n"),
    ],
)
def test_a_server_that_goes_on_slowly_has_an_end(
    host: Host, folder: Path, security: str, first: tuple[bytes, ...], forever: bytes
) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    mail = {"server": "127.0.0.1", "security": security, "sender": "a@example.com", "to": ["b@example.com"]}
    with_tls = tls if security == "tls" or first is STARTTLS else None
    with endless(*first, forever=forever, pause=0.05, tls=with_tls) as port:
        started = time.monotonic()
        result = told(host, {"mail": {**mail, "port": port, "ca_path": "ca.pem"}, "timeout": 0.4})
        assert time.monotonic() - started < 5
    assert warnings(result) == [
        f"mail to b@example.com was not sent: the mail server 127.0.0.1:{port} did not answer within 0.4 s"
    ]


def test_a_handshake_that_goes_on_slowly_has_an_end(host: Host, folder: Path) -> None:
    assert folder.is_dir()
    mail = {"server": "127.0.0.1", "security": "tls", "sender": "a@example.com", "to": ["b@example.com"]}
    with endless(b"\x16\x03\x03\x40\x00", forever=b"\x02", pause=0.05) as port:
        result = told(host, {"mail": {**mail, "port": port}, "timeout": 0.4})
    assert warnings(result)[0].endswith("did not answer within 0.4 s")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sender": "ringcentral"}, "reinvite_notify.mail.sender: ringcentral is not an e-mail address"),
        ({"sender": "a@example.com\r\nBcc: b@example.com"}, "reinvite_notify.mail.sender: "),
        ({"to": []}, "reinvite_notify.mail.to: names no address"),
        ({"to": ["it@example.com", "nö@example.com"]}, "reinvite_notify.mail.to: nö@example.com is not"),
        ({"to": ["it@example.com,b@example.com"]}, "reinvite_notify.mail.to: "),
        ({"server": "smtp.example.com", "security": "none"}, "reinvite_notify.mail.security: none would show"),
        ({"server": "http://smtp.example.com"}, "reinvite_notify.mail.server: "),
        ({"username": "x", "password": None}, "reinvite_notify.mail: needs both username and password"),
        ({"port": 0}, "reinvite_notify.mail.port: 0 is not a port"),
    ],
)
def test_a_mistake_is_refused_before_any_user_is_mailed(
    host: Host, folder: Path, changes: dict[str, Any], said: str
) -> None:
    with Mailbox(folder) as box, pytest.raises(Refused) as caught:
        told(host, {"mail": {**box.options, **changes}})
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith("No mail was sent.")
    assert PASSWORD not in str(caught.value)
    assert (host.asked, files(folder)) == ([], ["mail-ca.pem"])


@pytest.mark.parametrize(
    ("notify", "said"),
    [
        ({"when": ["always"]}, "reinvite_notify: says when to write, but not to whom"),
        ({"timeout": 0}, "reinvite_notify.timeout: must be between"),
        ({"timeout": 3600}, "reinvite_notify.timeout: must be between"),
        ({"link": "javascript:alert(1)"}, "reinvite_notify.link: javascript:alert(1): must be a URL"),
        ({"link": "http://awx.example.com"}, "reinvite_notify.link: http://awx.example.com: must begin with https"),
    ],
)
def test_settings_that_make_no_sense_are_refused(host: Host, notify: dict[str, Any], said: str) -> None:
    mail = {"server": "smtp.example.com", "sender": "a@example.com", "to": ["b@example.com"]}
    given = notify if "when" in notify else {**notify, "mail": mail}
    with pytest.raises(Refused) as caught:
        told(host, given)
    assert str(caught.value).startswith(said)
