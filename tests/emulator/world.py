# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the emulator holds at one time, and what tests ask about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

from .account import Account
from .clock import Clock
from .faces import Faces
from .faults import Faults
from .limits import RateLimits
from .people import make_account

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-secret-not-real"
JWT = "demo.jwt.not-real"


class World:
    """An account, its limits, the clock, the faults to come and the log of all requests.

    ``users``, ``pending``, ``seed``, ``odd`` and ``hostile`` are those of ``make_account``; ``lacking`` are permissions
    that are missing; ``limits`` replace documented ones by group (Light, Medium, Heavy, Auth); ``faces`` is how unkind
    the account is.
    """

    def __init__(
        self,
        *,
        users: int = 40,
        pending: int = 12,
        seed: int = 7,
        odd: bool = True,
        hostile: bool = True,
        account_id: int = 400131426008,
        lacking: frozenset[str] | set[str] = frozenset(),
        limits: Mapping[str, int] | None = None,
        window: float = 60,
        faces: Faces | None = None,
    ) -> None:
        self.clock = Clock()
        self.faces = faces or Faces()
        self._make = partial(make_account, users=users, pending=pending, seed=seed, odd=odd, hostile=hostile)
        self._account_id, self._lacking = account_id, frozenset(lacking)
        self._limits, self._window = limits, window
        self.reset()

    def reset(self) -> None:
        """Begin anew with the same options. The clock goes on."""
        people = self._make(self.clock.now())
        self.account = Account(self.clock, people, account_id=self._account_id, faces=self.faces, lacking=self._lacking)
        self.limits = RateLimits(self.clock, self._limits, self._window)
        self.faults = Faults()
        self.log: list[dict[str, Any]] = []
        self.violations: list[str] = []

    def date(self) -> str:
        """The Date header of an answer, by the emulator's clock."""
        return format_datetime(self.clock.now() + timedelta(seconds=self.faces.date_skew), usegmt=True)

    def state(self) -> dict[str, Any]:
        """A summary for people and assertions; ``mails`` counts invitations by extension id."""
        account = self.account
        account.work()
        answered = [entry for entry in self.log if entry["status"] != 429]
        return {
            "account_id": account.id,
            "users": len(account.extensions),
            "counts": account.counts(),
            "logins": account.logins,
            "open_sessions": [session.label for session in account.sessions if session.open],
            "mails": dict(Counter(str(mail.extension_id) for mail in account.outbox)),
            "mails_total": len(account.outbox),
            "status_writes": list(account.status_writes),
            "requests": dict(Counter(str(entry["operation"]) for entry in answered)),
            "requests_by_group": dict(Counter(str(entry["group"]) for entry in answered)),
            "throttled": sum(entry["status"] == 429 for entry in self.log),
            "violations": list(self.violations),
            "faults": list(self.faults.happened),
        }

    def mails(self) -> list[dict[str, Any]]:
        self.account.work()
        return [asdict(mail) for mail in self.account.outbox]

    def shown_log(self) -> list[dict[str, Any]]:
        """The log as JSON can show it."""
        return [{key: value for key, value in entry.items() if key != "raw_body"} for entry in self.log]
