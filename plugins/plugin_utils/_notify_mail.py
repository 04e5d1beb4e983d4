# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail by SMTP, with verified TLS and an end to everything that is waited for."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, make_msgid
from pathlib import Path
from types import TracebackType
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._sockets import Watch
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_options import Mail
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain

MOST_ATTACHED = 10 * 2**20
"""Bytes of all attachments; many servers refuse more."""

_MOST_ANSWERED = 2**20
"""Bytes of a server's replies in one session."""

File = tuple[str, bytes]
"""A name and a content."""

_TYPES = {".html": ("text", "html"), ".json": ("application", "json"), ".csv": ("text", "csv")}


class MailError(Exception):
    """Why a mail was not accepted, in our own words. ``sent`` is false if the server surely has not taken it."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


def letter(
    *, sender: str, to: Iterable[str], subject: str, text: str, now: datetime, files: Iterable[File] = ()
) -> EmailMessage:
    """A mail. Addresses are checked ones; the subject is made one line."""
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = plain(subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office replies
    message.set_content(text.encode("utf-8", "replace").decode())
    for name, content in files:
        kind, subtype = _TYPES[Path(name).suffix]
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=plain(name))
    return message


def read_files(paths: Iterable[Path]) -> tuple[list[File], list[str]]:
    """The files to attach, and a line about each that cannot be."""
    left, files, missed = MOST_ATTACHED, [], []
    for path in paths:
        try:
            size = path.stat().st_size
            if size <= left:
                files.append((path.name, path.read_bytes()))
                left -= size
            else:
                missed.append(f"{path.name} is too large to attach ({size / 2**20:.1f} MB)")
        except OSError as error:
            missed.append(f"{path.name} could not be read: {error.strerror}")
    return files, missed


class Postman:
    """One session with a mail server. ``with Postman(mail) as postman`` connects and logs in."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._watch = Watch()
        self._smtp: smtplib.SMTP = smtplib.SMTP()  # not connected yet

    def __enter__(self) -> Postman:  # noqa: PYI034  # typing.Self came with Python 3.11
        with self._bounded("cannot be reached", sent=False):
            self._smtp = self._connected()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(MailError), self._bounded("did not say goodbye", sent=True):
            self._smtp.quit()
        self._smtp.close()

    def send(self, message: EmailMessage, to: Iterable[str]) -> list[str]:
        """Send the mail. Returns the addresses that the server refused; after a MailError the session is over."""
        with self._bounded("broke off during the mail", sent=True):
            try:
                return list(self._smtp.send_message(message, from_addr=message["From"], to_addrs=list(to)))
            except smtplib.SMTPRecipientsRefused as all_of_them:
                return list(all_of_them.recipients)

    def _connected(self) -> smtplib.SMTP:
        mail, context = self._mail, _tls(self._mail)
        implicit = mail.security == "tls"
        smtp: smtplib.SMTP = _watched(smtplib.SMTP_SSL if implicit else smtplib.SMTP, self._watch)(
            host=mail.server,
            port=mail.port,
            local_hostname=_own_name(),
            timeout=mail.timeout,
            **({"context": context} if implicit else {}),
        )
        try:
            if mail.security == "starttls":
                smtp.starttls(context=context)
                self._watch.add(smtp.sock)  # type: ignore[arg-type]  # another one, with TLS
            if mail.username:
                smtp.login(mail.username, mail.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    @contextlib.contextmanager
    def _bounded(self, otherwise: str, *, sent: bool) -> Iterator[None]:
        """Cut the connection when the time is up, and turn errors into our words: a library's repeat what was sent."""
        self._watch.begin()
        timer = threading.Timer(self._mail.timeout, self._watch.end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:  # noqa: BLE001
            raise self._explained(error, otherwise, sent=sent) from None
        finally:
            timer.cancel()

    def _explained(self, error: Exception, otherwise: str, *, sent: bool) -> MailError:
        where = f"the mail server {self._mail.server}:{self._mail.port}"
        # smtplib reports a reply that did not come in time as a lost connection
        if self._watch.is_over or any(isinstance(one, TimeoutError) for one in (error, error.__context__)):
            return MailError(f"{where} did not answer within {self._mail.timeout:g} s", sent=sent)
        for kind, why in _REFUSALS:
            if isinstance(error, kind):
                return MailError(f"{where} {why}{_code(error)}", sent=False)
        return MailError(f"{where} {otherwise}{_code(error)}", sent=sent)


# What surely means that the mail was not taken; the more precise errors first.
_REFUSALS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "has a certificate that is not trusted; set ca_path for a private CA"),
    (smtplib.SMTPNotSupportedError, "does not offer what is needed; check security, username and port"),
    (smtplib.SMTPAuthenticationError, "refused the username or password"),
    (smtplib.SMTPResponseException, "refused the mail"),
    (FileNotFoundError, "was not asked, since ca_path cannot be read"),
)


def _code(error: Exception) -> str:
    return f" ({error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""


def _watched(base: type[smtplib.SMTP], watch: Watch) -> Any:
    """The class of sessions, but they report their connection, and read replies up to a limit."""

    class Session(base):  # type: ignore[misc,valid-type]
        file: Any

        def _get_socket(self, *where: Any) -> socket.socket:
            made: socket.socket = super()._get_socket(*where)
            watch.add(made)
            return made

        def getreply(self) -> tuple[int, bytes]:
            if self.file is None and self.sock is not None:
                self.file = _Limited(self.sock.makefile("rb"))
            reply: tuple[int, bytes] = super().getreply()
            return reply

    return Session


class _Limited:
    """A file that ends after _MOST_ANSWERED bytes."""

    def __init__(self, file: Any) -> None:
        self._file, self._left = file, _MOST_ANSWERED

    def readline(self, most: int) -> bytes:
        line: bytes = self._file.readline(min(most, self._left))
        self._left -= len(line)
        return line

    def close(self) -> None:
        self._file.close()


def _tls(mail: Mail) -> ssl.SSLContext:
    path = mail.ca_path
    if path and Path(path).is_dir():
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)


def _own_name() -> str:
    """The name of this machine. smtplib would ask the name server for it, which can take long."""
    name = socket.gethostname()
    return name if name.isascii() and "." in name else "[127.0.0.1]"
