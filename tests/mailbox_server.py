# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real mail server on loopback, with TLS and a login, that keeps what it takes."""

from __future__ import annotations

import asyncio
import email
import socket
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme
from aiosmtpd import smtp as aiosmtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "ringcentral", "correct horse battery"  # of a server on loopback


@dataclass
class Delivered:
    """One mail, with the envelope that it came in."""

    sender: str
    to: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def files(self) -> dict[str, bytes]:
        return {str(part.get_filename()): part.get_payload(decode=True) for part in self.message.iter_attachments()}


@dataclass
class Mailbox:
    """``with Mailbox(folder) as box`` serves until the end of the block. ``refused`` are addresses that it refuses,
    ``answer`` what it says to each mail.
    """

    folder: Path
    security: str = "starttls"
    refused: set[str] = field(default_factory=set)
    answer: str = "250 OK"
    mails: list[Delivered] = field(default_factory=list)

    def __enter__(self) -> Mailbox:  # noqa: PYI034  # typing.Self came with Python 3.11
        authority = trustme.CA()
        self.ca_path = self.folder / "mail-ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_path))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        options: dict[str, Any] = {"authenticator": _logged_in, "auth_required": self.security != "none"}
        if self.security == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        elif self.security == "tls":
            options |= {"ssl_context": context, "auth_require_tls": False}
        self._controller = _OnFreePort(self, hostname="127.0.0.1", **options)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    @property
    def options(self) -> dict[str, Any]:
        """The suboptions of ``mail`` that reach it."""
        login = {} if self.security == "none" else {"username": USER, "password": PASSWORD}
        return {
            "server": "127.0.0.1",
            "port": self.port,
            "security": self.security,
            "ca_path": str(self.ca_path),
            "sender": "ringcentral@example.com",
            "to": ["it@example.com", "desk@example.com"],
            **login,
        }

    async def handle_RCPT(  # noqa: N802  # as aiosmtpd calls it
        self, _server: aiosmtp.SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: aiosmtp.SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = email.message_from_bytes(content, policy=SMTP)
            self.mails.append(Delivered(str(envelope.mail_from), list(envelope.rcpt_tos), message))
        return self.answer


class _OnFreePort(Controller):
    """aiosmtpd's own controller wants to know the port beforehand."""

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        listening = socket.create_server((self.hostname, 0))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


def _logged_in(_server: aiosmtp.SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == right, handled=False)
