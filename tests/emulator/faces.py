# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How unkind an account is: what the live service may do differently from what its description suggests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

DATES = ("own", "real", "none")
ABSENT = ("creationTime", "site", "roles", "references", "hidden", "extensionNumber", "contact")
"""The fields of a user's record that may be missing."""
FLAGS = {"send_welcome_email": "sendWelcomeEmail", "send_welcome_emails_to_users": "sendWelcomeEmailsToUsers"}
"""The flags of a transition: as options name them, and as RingCentral does."""
MAILS = ("any", "none", "each", *FLAGS)
TORN = ("", "field_lost", "field_late", "field_refused", "mail_lost", "mail_late", "mail_refused")
SEVERAL = ("all", "first", "none")
ERRORS = ("both", "list", "old")
_CHOICES = {"date": DATES, "mails": MAILS, "bulk_mails": ("", *MAILS), "torn": TORN, "errors": ERRORS}
_CHOICES["several_statuses"] = SEVERAL
_SUBSETS = {"absent": ABSENT, "plain": tuple(FLAGS)}


@dataclass
class Faces:
    """The kind face is the default.

    Invitations. ``mails`` says which flags of a transition mail: any (one mail, however many are true), each (a mail
    for each true flag), none, or one flag alone by its name; ``bulk_mails`` says the same of bulk updates if they
    differ. The mail of a flag in ``plain`` is a welcome without a link. ``torn`` is what becomes of a request that
    writes a custom field and mails: one of both is lost without a word, comes ``torn_seconds`` late, or is refused
    after the other was done. ``audits_invitations`` lets the audit trail record them.

    Custom fields. ``custom_fields`` false: the feature is not enabled; ``fields_in_use`` of the five are taken by
    others. ``directory_lag`` seconds pass until a directory search shows a value; with ``keeps_values`` false a value
    is accepted and forgotten; with ``shows_fields`` false no record of the directory has ``customFields``.

    Lists. ``hides_hidden`` leaves hidden users out of the directory, as the documentation says, ``hides_pending``
    those who are not activated; ``directory_types`` gives extension types another name there. ``absent`` are fields
    that records of users lack, ``most_per_page`` is all that a page holds whatever was asked for (0: the documented
    1000). Of several statuses in one request for the list, ``several_statuses`` honours all, the first or none.

    Refusals. ``answers`` are error codes by operationId ("*": all but login and logout), see ``ANSWERS``;
    ``forbidden`` are ids of users whose update is refused by 403 CMN-101, ``poison`` those for which a whole bulk
    update is refused. ``self_only`` are user permissions that hold for the user's own extension alone. ``errors`` is
    how an error names its code: both (at the top and in its list), list (there alone), old (at the top by a word).

    The account. ``brand`` is its name, ``external_directory`` tells of a directory integration. A session lives
    ``session_seconds``; with ``refresh_tokens`` a login answers with one. ``limit_headers`` false leaves the X-Rate
    headers out. ``date`` is the clock in the Date header (own: the emulator's, real: this machine's, none: no
    header), ``date_skew`` the seconds by which its own is wrong.
    """

    mails: str = "any"
    bulk_mails: str = ""
    plain: frozenset[str] = frozenset()
    torn: str = ""
    torn_seconds: float = 60
    audits_invitations: bool = True

    custom_fields: bool = True
    fields_in_use: int = 0
    directory_lag: float = 0
    keeps_values: bool = True
    shows_fields: bool = True

    hides_hidden: bool = False
    hides_pending: bool = False
    directory_types: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    most_per_page: int = 0
    several_statuses: str = "all"

    answers: Mapping[str, str] = field(default_factory=dict)
    forbidden: frozenset[str] = frozenset()
    poison: frozenset[str] = frozenset()
    self_only: frozenset[str] = frozenset()
    errors: str = "both"

    brand: str = "RingCentral"
    external_directory: bool = False
    session_seconds: int = 3600
    refresh_tokens: bool = False
    limit_headers: bool = True
    date: str = "own"
    date_skew: float = 0

    def __post_init__(self) -> None:
        for name in ("plain", "absent", "forbidden", "poison", "self_only"):
            setattr(self, name, frozenset(map(str, getattr(self, name))))
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name}: {getattr(self, name)!r} is none of {', '.join(choices)}")
        for name, choices in _SUBSETS.items():
            if unknown := getattr(self, name) - set(choices):
                raise ValueError(f"{name}: {', '.join(sorted(unknown))} is none of {', '.join(choices)}")
        if unknown := set(self.answers.values()) - ANSWERS.keys():
            raise ValueError(f"answers: {', '.join(sorted(unknown))} is none of {', '.join(ANSWERS)}")

    def without_absent(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A user's record as this account shows it."""
        return {key: value for key, value in record.items() if key not in self.absent}

    def refuses_all_of(self, records: Iterable[Mapping[str, Any]]) -> str:
        """The id for which a bulk update of these records is refused as a whole, or ""."""
        return next((record["id"] for record in records if record["id"] in self.poison), "")


ANSWERS = {
    "CMN-109": (403, "Feature not available."),
    "CMN-301": (429, "Request rate exceeded"),
    "CMN-303": (429, "Can not resolve API plan. Rate limits undefined"),
    "CMN-304": (429, "Duplicate concurrent request. Try again later"),
    "CMN-310": (429, "Global request rate exceeded"),
}
"""The errors that an account may give to an operation whatever is asked: status and words by code."""
LIMITS = {"CMN-301", "CMN-310"}
"""Those that say when to come again."""
REPLAYED = "CMN-304"
"""Comes after the request was carried out, since it is a copy of it that is refused."""


def read_faces(document: Mapping[str, Any]) -> Faces:
    """The faces that a JSON object describes. ValueError or TypeError for what is none."""
    if not isinstance(document, dict):
        raise TypeError("faces are a JSON object")
    known = {entry.name: entry for entry in fields(Faces)}
    if unknown := document.keys() - known:
        raise ValueError(f"no face is called {', '.join(sorted(unknown))}")
    for name, value in document.items():
        default = known[name].default if known[name].default is not MISSING else {}
        if not _is_like(default, value):
            raise TypeError(f"{name}: {value!r} is not of the kind of {default!r}")
    return Faces(**document)


def _is_like(default: object, value: object) -> bool:
    """Whether a JSON value can stand for a face with this default."""
    if isinstance(default, frozenset):
        return isinstance(value, list) and all(isinstance(one, str | int) for one in value)
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    if isinstance(default, dict):
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return isinstance(value, str)
