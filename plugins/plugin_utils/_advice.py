# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each reason means, and what to do about it, for people who do not know this collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEANINGS: Mapping[str, str] = {
    "not_activated": "Not activated",
    "already_activated": "Already active",
    "disabled": "Disabled in RingCentral",
    "frozen": "Frozen in RingCentral",
    "unassigned": "No extension number yet",
    "not_a_person": "Not a person",
    "excluded": "Excluded",
    "recently_invited": "Link still valid",
    "too_new": "Created too recently",
    "attempts_exhausted": "Invited often enough",
    "over_limit": "In a later wave",
    "outside_window": "Outside the hours",
    "filtered": "Filtered out",
    "no_email": "No e-mail address",
    "placeholder_email": "Placeholder address",
    "duplicate_email": "Address used twice",
    "domain_not_allowed": "Domain not allowed",
    "not_in_directory": "Not in the directory",
    "disabled_in_directory": "Left the company",
    "email_mismatch": "Another address in the directory",
    "ambiguous": "Ambiguous",
    "changed_since_plan": "Changed since the plan",
    "not_found": "Not found",
    "in_doubt": "In doubt",
}

TO_DO: Mapping[str, str] = {
    "no_email": "Enter the user's address in RingCentral. The next run invites them.",
    "placeholder_email": "Replace the placeholder by the real address, if this person should start now.",
    "duplicate_email": "Give each user an address of their own, or delete the user who is not needed.",
    "domain_not_allowed": "Check the address. If it is right, add its domain to allowed_domains.",
    "not_in_directory": "Ask HR whether this person works here. Add them to the directory, or delete the user.",
    "disabled_in_directory": "Disable or delete the user in RingCentral. The directory says that this person has left.",
    "email_mismatch": "Set the address that the directory has, by hand or with correct_email.",
    "ambiguous": "Find out which person is meant, and make name or number unique.",
    "changed_since_plan": "Make a new plan with --check, and approve it.",
    "not_found": "Check the spelling, or create the user in RingCentral.",
    "in_doubt": "Nothing. The user may have been mailed, and is invited again once the link has expired.",
    "failed": "Read RingCentral's answer. The next run tries again.",
    "unknown": "Nothing. The next run asks RingCentral what happened.",
}


def meaning(reason: object) -> str:
    """The reason as people read it."""
    return MEANINGS.get(str(reason)) or str(reason).replace("_", " ")


def to_do(row: Mapping[str, Any]) -> str:
    """What to do about this user; the proposed address is named where there is one."""
    reason = row["outcome"] if row.get("outcome") in {"failed", "unknown"} else row["reason"]
    advice = TO_DO.get(str(reason), "")
    return f"{advice} Proposed: {row['directory_email']}." if row.get("directory_email") else advice
