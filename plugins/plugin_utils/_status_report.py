# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows what is known of one person in ten lines, for somebody who has them on the phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._advice import meaning, to_do
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import account_lines
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain

_OF_THE_DIRECTORY = {"not_in_directory", "disabled_in_directory", "email_mismatch"}
_NOT_ASKED = {
    *("already_activated", "disabled", "frozen", "unassigned", "not_a_person", "excluded", "filtered", "too_new"),
    *("ambiguous", "no_email", "placeholder_email", "duplicate_email", "domain_not_allowed", "changed_since_plan"),
}
"""Reasons that decide whatever the directory says."""

_TO_TELL: Mapping[str, str] = {
    "not_activated": "You will get the invitation with the next run. Open its link within 48 hours.",
    "recently_invited": "Look for the mail of RingCentral, also in the spam folder. Its link is still valid.",
    "in_doubt": "You may have got the mail. Look for it; otherwise you are invited again once its link has expired.",
    "awaiting_confirmation": "An administrator is sending your invitation. Look for it today.",
    "outside_window": "You will get the invitation when the hours for your site begin.",
    "too_new": "RingCentral mails new users itself. Look for that mail first.",
    "attempts_exhausted": "You were invited several times. Ask where these mails went before another is sent.",
    "no_email": "RingCentral has no address of yours. Which one is it?",
    "placeholder_email": "RingCentral does not have your real address yet. Which one is it?",
    "email_mismatch": "Which of your two addresses is right? The invitation goes there once both agree.",
}
_OTHERWISE = "Your administrator looks into it first. No mail is coming by itself."


def status_table(result: Mapping[str, Any], *, has_directory: bool, keeps_ledger: bool) -> list[str]:
    """The lines about each person who was asked for."""
    table = account_lines(result["account"])
    for row in result["results"]:
        known = _lines(row, has_directory=has_directory, keeps_ledger=keeps_ledger)
        table += [_title(row), *(f"  {name:<12} {text}" for name, text in known if text)]
    return table


def _title(row: Mapping[str, Any]) -> str:
    number = f", extension {plain(row['extension_number'])}" if row["extension_number"] else ""
    return f"{plain(row['name'])}{number}, id {plain(row['id'])}" if row["id"] else plain(row["name"])


def _lines(row: Mapping[str, Any], *, has_directory: bool, keeps_ledger: bool) -> Iterable[tuple[str, str]]:
    reason = row["reason"]
    yield "status", " ".join(filter(None, [plain(row["status"]).replace("_", " ") or "unknown", _place(row)]))
    yield "address", _address(row)
    yield "directory", _directory(row) if has_directory else "none is set, so it was not asked"
    yield "invitations", _invitations(row) if keeps_ledger else "no ledger is kept"
    yield "now", _now(row)
    yield "because", " - ".join(filter(None, [meaning(reason), plain(row["message"])]))
    yield "next", f"not before {row['next_invite_after']}" if row["next_invite_after"] else ""
    yield "to do", plain(to_do(row))
    yield "tell them", plain(row.get("what_to_tell") or _TO_TELL.get(reason, _OTHERWISE))


def _place(row: Mapping[str, Any]) -> str:
    there = ", ".join(plain(row[name]) for name in ("site", "department") if row[name])
    return f"({there})" if there else ""


def _address(row: Mapping[str, Any]) -> str:
    address = plain(row["email"]) or "none"
    return f"{address}, in place of {plain(row['corrected_from'] or 'none')}" if _corrects(row) else address


def _corrects(row: Mapping[str, Any]) -> bool:
    return row["corrected_from"] is not None


def _directory(row: Mapping[str, Any]) -> str:
    if row["directory_email"]:
        return f"has the address {plain(row['directory_email'])}"
    if row["reason"] in _OF_THE_DIRECTORY:
        return plain(row["message"]) or meaning(row["reason"])
    if row["reason"] in _NOT_ASKED or not row["id"]:
        return "was not asked, since something else decides"
    return "knows this person at this address"


def _invitations(row: Mapping[str, Any]) -> str:
    if not row["attempts"] and not row["last_invited_at"]:
        return "the ledger has none" + (" of a user who is pending" if row["reason"] == "already_activated" else "")
    last = f"the last that surely went out on {row['last_invited_at']}" if row["last_invited_at"] else "none is certain"
    return f"{row['attempts']} by the ledger, {last}"


def _now(row: Mapping[str, Any]) -> str:
    if row["outcome"] == "would_invite":
        return "would be mailed by a run"
    if row["outcome"] == "would_hand_over":
        return "would be handed over to a person, who invites in the portal"
    return "held: would not be mailed, a person has to look" if row["decision"] == "hold" else "would not be mailed"
