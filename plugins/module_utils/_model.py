# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared nouns: a RingCentral user, and the ledger's record of a user."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from ._addresses import canonical, normalise, shown
from ._times import to_iso

STATUSES = ("enabled", "disabled", "frozen", "not_activated", "unassigned")

UNREADABLE = "unreadable"
"""The status of a user whose record has parts of an unknown type. No mail is sent to this user."""

PERSON_TYPES = ("user", "digital_user", "flexible_user", "virtual_user", "fax_user")
"""The extension types that belong to a person. No other type is ever invited."""

OTHER_TYPES = (
    "announcement",
    "application_extension",
    "bot",
    "delegated_lines_group",
    "department",
    "group_call_pickup",
    "ivr_menu",
    "limited",
    "paging_only",
    "park_location",
    "proxy_admin",
    "room",
    "room_connector",
    "shared_lines_group",
    "site",
    "tie_line",
    "unknown",
    "voicemail",
)


def snake_case(name: str) -> str:
    """``NotActivated`` → ``not_activated``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def camel_case(name: str) -> str:
    """``not_activated`` → ``NotActivated``, as RingCentral spells it."""
    return "".join(part.capitalize() for part in name.split("_"))


@dataclass(frozen=True)
class User:
    """An extension of the account, with the names that the modules return. ``id`` is always a string."""

    id: str
    name: str
    first_name: str
    last_name: str
    email: str
    email_as_login_name: bool
    extension_number: str
    status: str
    type: str
    site: str
    department: str
    job_title: str
    employee_id: str
    roles: tuple[str, ...]
    hidden: bool
    created_at: datetime | None
    creation_unreadable: bool = False
    """RingCentral gave a creation time that is none; without any, ``created_at`` is None alone."""

    @property
    def is_pending_person(self) -> bool:
        return self.status == "not_activated" and self.type in PERSON_TYPES

    @property
    def may_be_pending(self) -> bool:
        """Whether this is a pending person, or may be one: the status or the type is not a documented one."""
        open_status = self.status == "not_activated" or self.status not in STATUSES
        return open_status and self.type not in OTHER_TYPES

    @property
    def mailbox(self) -> str:
        """Where mail to this user goes, for comparing; "" without an address."""
        return mailbox(self.email)

    def to_dict(self) -> dict[str, Any]:
        """As a module returns it."""
        returned = {name: value for name, value in asdict(self).items() if name != "creation_unreadable"}
        return {**returned, "roles": list(self.roles), "created_at": to_iso(self.created_at)}


def mailbox(email: str) -> str:
    """One spelling for all spellings of an address."""
    return canonical(email) or normalise(email)


def describe(users: Iterable[User]) -> str:
    """``Ada Lovelace (extension 101, id 4711), …``; disabled users are marked."""
    return ", ".join(
        f"{shown(user.name)} (extension {user.extension_number or 'none'}, id {user.id}"
        f"{', disabled' if user.status == 'disabled' else ''})"
        for user in users
    )


State = Literal["claimed", "handed_over", "invited", "failed", "unreadable"]
OPEN = ("claimed", "handed_over")
"""States of a record whose invitation may go out, or may have gone out."""


@dataclass(frozen=True)
class Record:
    """What the ledger remembers of one user at one address, which is ``email``, or the ledger's own mark of it.

    ``claimed``: an invitation may be on its way, its outcome is not known yet. ``handed_over``: a person may send it
    in the portal, as part of this ``batch`` of the hand-over that ``run`` names. ``invited`` and ``failed``: the
    outcome of the last attempt. ``unreadable``: there is something that cannot be read, as ``message`` says.
    ``attempts`` counts invitations that went out or may have; ``last_invited_at`` is when the last one that surely
    went out was asked for.
    """

    user_id: str
    state: State
    attempts: int
    claimed_at: datetime
    last_invited_at: datetime | None = None
    run: str = ""
    task: str = ""
    email: str = ""
    message: str = ""
    batch: int = 0

    @property
    def asked_at(self) -> datetime | None:
        """When the last invitation that went out, or may have, was asked for."""
        return self.claimed_at if self.state in OPEN else self.last_invited_at

    @property
    def mailbox(self) -> str:
        """Where the invitation went, for comparing with ``User.mailbox``."""
        return mailbox(self.email)
