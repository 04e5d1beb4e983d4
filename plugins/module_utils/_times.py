# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations and moments as people write them. All moments are aware and in UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from ._errors import InvalidOption

CLOCK_SLACK = timedelta(minutes=5)
"""By how much the clocks of two machines may differ."""

_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}(?:\d{3})?)?Z", re.ASCII)
"""A time as RingCentral and the ledger write it, which every Python reads without its Z."""
_UNITS = (604800, 86400, 3600, 60, 1)
_LONGEST = 3660 * 86400
_DURATION = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def parse_duration(option: str, value: str) -> timedelta:
    """``48h``, ``14d`` or ``1d12h``: weeks, days, hours, minutes and seconds. InvalidOption for all else."""
    match = _DURATION.fullmatch(value.strip().lower())
    if not match or not any(match.groups()):
        raise InvalidOption(
            option, f"{value!r} is not a valid duration; write a number with its unit, such as 48h, 14d or 1d12h"
        )
    seconds = sum(int(number or 0) * unit for number, unit in zip(match.groups(), _UNITS, strict=True))
    if seconds > _LONGEST:
        raise InvalidOption(option, f"{value!r} is more than ten years")
    return timedelta(seconds=seconds)


def parse_moment(option: str, value: str, now: datetime) -> datetime:
    """An ISO 8601 date or time (UTC unless it says otherwise), or an age such as ``14d`` before ``now``."""
    text = value.strip()
    if _DURATION.fullmatch(text.lower()) and text:
        return now - parse_duration(option, text)
    try:
        return parse_iso(text)
    except ValueError:
        raise InvalidOption(
            option, f"{value!r} is neither a time such as 2026-01-31T09:00:00Z nor an age such as 14d"
        ) from None


def parse_iso(text: str) -> datetime:
    """An ISO 8601 time in UTC. ValueError if it is none."""
    if _USUAL.fullmatch(text):
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=timezone.utc)
    # Python 3.10 reads neither the Z nor fractions of other than 3 or 6 digits
    text = re.sub(r"(?<=\d)[Zz]$", "+00:00", text)
    text = re.sub(r"\.(\d+)", lambda fraction: "." + fraction[1][:6].ljust(6, "0"), text, count=1)
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text) if "T" in text else text
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def utc_now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(timezone.utc)


@lru_cache(maxsize=1024)  # the users of a batch have one time
def to_iso(moment: datetime | None) -> str | None:
    """``2026-01-31T09:00:00Z``, to the second."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def for_people(moment: datetime) -> str:
    """``2026-01-31 09:00 UTC``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
