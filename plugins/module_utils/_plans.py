# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks an approved plan: its account and its age. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ._errors import InvalidOption, WrongAccount
from ._times import CLOCK_SLACK, for_people, parse_duration, parse_iso
from ._users import Account

Approval = Mapping[str, Any]


def check_account(plan: Approval | None, account: Account) -> None:
    """WrongAccount unless the plan was made for this account."""
    if plan is not None and plan["account"] != account.id:
        raise WrongAccount(f"plan: was made for {plan['account']}, not for the account {account.id}; no mail was sent")


def check_age(plan: Approval | None, max_age: str, now: datetime) -> None:
    """InvalidOption for a plan that is too old, or that is dated in the future. One without a date never expires."""
    oldest = now - parse_duration("plan_max_age", max_age)
    if plan is None or plan["made_at"] is None:
        return
    try:
        made_at = parse_iso(plan["made_at"])
    except ValueError:
        raise InvalidOption("plan", f"made_at is {plan['made_at']!r}, which is not a time. No mail was sent") from None
    if made_at < oldest:
        raise InvalidOption(
            "plan", f"it is of {for_people(made_at)}, older than {max_age}; plan again with --check. No mail was sent"
        )
    if made_at > now + CLOCK_SLACK:
        raise InvalidOption(
            "plan", f"it is of {for_people(made_at)}, which is in the future; check the clocks. No mail was sent"
        )
