# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hours in which users may be mailed, by the clock of their site. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ._addresses import normalise
from ._errors import InvalidOption

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

NEVER = datetime.max.replace(tzinfo=timezone.utc)

_AHEAD = 400
"""Days to look ahead for the next opening; a window that stays shut for longer is a mistake."""


@dataclass(frozen=True)
class Window:
    """Open on ``days`` (0 is Monday) from ``start`` until before ``end``, but for ``holidays``, in the time zone of the
    user's site, by its normalised name in ``zones``, or else in ``zone``.
    """

    days: frozenset[int]
    start: time
    end: time
    holidays: frozenset[date]
    zone: ZoneInfo
    zones: Mapping[str, ZoneInfo]

    def opens(self, site: str, now: datetime) -> datetime | None:
        """When it opens next for users of this site, in their time; None if it is open. NEVER if it does not."""
        local = now.astimezone(self.zones.get(normalise(site), self.zone))
        today = local.date()
        if self._is_working(today) and self.start <= local.time() < self.end:
            return None
        for day in (today + timedelta(ahead) for ahead in range(_AHEAD)):
            opening = datetime.combine(day, self.start, local.tzinfo)
            if self._is_working(day) and opening > now:
                return opening
        return NEVER

    def _is_working(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.holidays


def read_window(options: Mapping[str, Any] | None, now: datetime) -> Window | None:
    """The option ``window``; InvalidOption if it makes no sense."""
    if options is None:
        return None
    start, end = (_time(f"window.{key}", options[key]) for key in ("start", "end"))
    if end <= start:
        raise InvalidOption("window", f"ends at {end:%H:%M}, which is not after its start at {start:%H:%M}")
    window = Window(
        days=frozenset(DAYS.index(day) for day in options["days"]),
        start=start,
        end=end,
        holidays=frozenset(_date(text) for text in options["holidays"]),
        zone=read_zone("window.timezone", options["timezone"]),
        zones={normalise(site): read_zone("window.timezones", name) for site, name in options["timezones"].items()},
    )
    if window.opens("", now) == NEVER:
        raise InvalidOption("window", f"does not open within {_AHEAD} days; look at days and holidays")
    return window


def for_people_there(opening: datetime) -> str:
    """``Mon 2026-11-23 09:00 Europe/Paris``."""
    return f"{DAYS[opening.weekday()].capitalize()} {opening:%Y-%m-%d %H:%M} {opening.tzinfo}"


def _time(option: str, text: str) -> time:
    # YAML reads 17:00 without quotes as the number of minutes, 1020; 0900 is no such number
    minutes = int(text) if re.fullmatch(r"[1-9][0-9]{1,3}", text) else -1
    match = re.fullmatch(r"([0-9]?[0-9]):([0-9]{2})", text.strip())
    hour, minute = divmod(minutes, 60) if minutes >= 0 else map(int, match.groups()) if match else (99, 0)
    if hour > 23 or minute > 59:
        raise InvalidOption(option, f"{text!r} is not a time of day; write it as '09:00', in quotes. No mail was sent.")
    return time(hour, minute)


def _date(text: str) -> date:
    try:
        # newer Pythons read 20261225 too
        return date.fromisoformat(text.strip() if "-" in text else "")
    except ValueError:
        raise InvalidOption("window.holidays", f"{text!r} is not a date; write it as 2026-12-25") from None


def read_zone(option: str, name: object) -> ZoneInfo:
    """A time zone by its name; InvalidOption if there is none."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidOption(
            option, f"{name!r} is not a valid time zone; write it as Europe/Paris, and install tzdata"
        ) from None
