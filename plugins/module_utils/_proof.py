# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a proof shows: its steps, and the settings that follow from what arrived. Pure.

A proof is the JSON document that rc_prove keeps. ``steps`` holds an entry for each step that was begun; an entry of
a mail has its ``state`` and, once a person has counted, ``arrived`` with the ``mails`` and the ``links`` in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Proof = dict[str, Any]
Transport = Literal["single", "bulk"]

TRANSITIONS = {
    "both": {"send_welcome_emails_to_users": True, "send_welcome_email": True},
    "to_users": {"send_welcome_emails_to_users": True, "send_welcome_email": False},
    "welcome": {"send_welcome_emails_to_users": False, "send_welcome_email": True},
}
"""The flags to try. The first is the default of the modules."""
TRANSPORTS: tuple[Transport, ...] = ("single", "bulk")
MOST_MAILS = 20
"""A larger count of mails is a mistake."""

FIELD, AUDIT = "field", "audit"
STATES = ("claimed", "accepted", "refused", "in_doubt", "skipped")
"""Of a mail: ``claimed`` and ``in_doubt`` may have been sent, ``refused`` was not."""
_SENT = ("claimed", "accepted", "in_doubt")


@dataclass(frozen=True)
class MailStep:
    """A request for an invitation, in one of the ways that RingCentral documents."""

    transport: Transport
    flags: str

    @property
    def name(self) -> str:
        return f"{self.transport}_{self.flags}"

    @property
    def words(self) -> str:
        how = "an update of one user" if self.transport == "single" else "a bulk update"
        return f"{how}, {'both flags' if self.flags == 'both' else f'{self._flag} alone'}"

    @property
    def _flag(self) -> str:
        return next(name for name, is_set in TRANSITIONS[self.flags].items() if is_set)


MAIL_STEPS = tuple(MailStep(transport, flags) for transport in TRANSPORTS for flags in TRANSITIONS)
CHANGING = (*(step.name for step in MAIL_STEPS), FIELD)
"""The steps that change something, and so need a person's consent."""
STEPS = (*CHANGING, AUDIT)
ALL = "all"
"""Consent to each of CHANGING."""


def needs_count(entry: Mapping[str, Any]) -> bool:
    """Whether a person has yet to count the mails of a step."""
    return entry["state"] in _SENT and entry.get("arrived") is None


def is_sent(proof: Proof, name: str) -> bool:
    """Whether the mail of this step was, or may have been, asked for."""
    return proof["steps"].get(name, {}).get("state") in _SENT


def is_complete(proof: Proof) -> bool:
    """Whether each step was done or skipped, and each mail counted."""
    steps = proof["steps"]
    return all(name in steps and steps[name]["state"] != "claimed" for name in (FIELD, AUDIT)) and all(
        step.name in steps and not needs_count(steps[step.name]) for step in MAIL_STEPS
    )


def recommend(proof: Proof, late: float) -> dict[str, Any]:
    """The settings that the proof supports: ``variables`` of the role, and ``reasons``.

    A directory that shows a custom field later than after ``late`` seconds makes the ledger there a poor choice.
    """
    transport, flags, why = _sending(proof)
    ledger, reason = _ledger(proof, late)
    variables: dict[str, Any] = {}
    if transport:
        variables["reinvite_transport"] = transport
    if flags:
        variables["reinvite_transition"] = dict(TRANSITIONS[flags])
    if ledger:
        variables["reinvite_ledger"] = ledger
    return {"variables": variables, "reasons": [why, reason]}


def worth(entry: Mapping[str, Any] | None) -> int | None:
    """How good the mails of a step are, 0 without a link; None if that is not known."""
    if entry is None or entry["state"] == "skipped":
        return None
    if entry["state"] == "refused":
        return 0
    arrived = entry.get("arrived")
    if arrived is None:
        return None
    if arrived["links"] == 1:
        return 3 if arrived["mails"] == 1 else 2
    return 1 if arrived["links"] else 0


_WORTH = {3: "one mail with a link", 2: "one link, among more mails", 1: "more than one link"}


def _sending(proof: Proof) -> tuple[str, str, str]:
    """The transport and the flags (each "" if not known), and why."""
    found = {step: worth(proof["steps"].get(step.name)) for step in MAIL_STEPS}
    single, bulk = (
        {step.flags: value for step, value in found.items() if step.transport == transport and value}
        for transport in TRANSPORTS
    )
    if together := {flags: min(single[flags], bulk[flags]) for flags in single if flags in bulk}:
        flags = _best(together)
        return "auto", flags, f"Sent one by one and in bulk, these flags bring {_WORTH[together[flags]]}."
    for transport, values, other in (("single", single, "bulk"), ("bulk", bulk, "single")):
        if values:
            flags = _best(values)
            why = f"With the transport {transport}, these flags bring {_WORTH[values[flags]]}"
            return transport, flags, f"{why}; {other} does not, or was not tried."
    open_steps = [step.name for step, value in found.items() if value is None]
    if open_steps:
        return "", "", f"No mail with a link is known yet. Still to try or to count: {', '.join(open_steps)}."
    return "portal", "", "No request brought a mail with a link, so invitations have to be sent in the admin portal."


def _best(values: Mapping[str, int]) -> str:
    """The flags of the greatest worth: both if it makes no difference, else the fewest that it takes."""
    best = [flags for flags in TRANSITIONS if values.get(flags) == max(values.values())]
    return best[0] if len(best) in {1, len(TRANSITIONS)} else next(flags for flags in best if flags != "both")


_NO_FIELD = {
    "forbidden": "The permission for the custom field is missing.",
    "refused": "RingCentral refused the custom field; ask its Support to enable custom fields.",
    "no_room": "The account has as many custom fields as it can have, and none of this name.",
    "not_kept": "RingCentral accepted a value for the custom field and did not keep it.",
    "in_doubt": "It is not known whether the custom field was written.",
}
_FILE = "Use the sqlite ledger; under AWX with a path that stays."


def _ledger(proof: Proof, late: float) -> tuple[dict[str, Any] | None, str]:
    entry = proof["steps"].get(FIELD)
    if entry is None or entry["state"] in {"claimed", "skipped"}:
        return None, "The custom field was not tried; without it, use the sqlite ledger."
    if entry["state"] != "kept":
        return {"backend": "sqlite"}, f"{_NO_FIELD[entry['state']]} {_FILE}"
    seconds = entry["shown_after"]
    if seconds is None:
        waited = (
            f"within {entry['watched']:.0f} s" if entry["lists_user"] else "at all, since it does not list the user"
        )
        return {"backend": "sqlite"}, f"The directory did not show the custom field {waited}. {_FILE}"
    if seconds > late:
        return {"backend": "sqlite"}, (
            f"The directory showed the custom field after {seconds:.0f} s. {_FILE} With custom_field, leave that time "
            "between two runs."
        )
    return {"backend": "custom_field", "field": entry["field"], "must_exist": True}, (
        f"The directory showed the custom field after {seconds:.0f} s, so the ledger can be kept in it, also under AWX."
    )
