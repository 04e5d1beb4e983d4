# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recurrence rules: those that AWX takes, and when they come due."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr

MOST_TIMES = 999

_START = re.compile(r"DTSTART(?:;TZID=([^:]+))?:(\d{8}T\d{6})(Z?)")


def rule_objections(rule: str) -> list[str]:
    """Why AWX would not take this rule; empty if it would."""
    found = []
    starts = _START.findall(rule)
    if len(starts) != 1:
        found.append("Exactly one valid DTSTART is required in rrule.")
    if any(not zone and not utc for zone, _start, utc in starts):
        found.append("DTSTART cannot be a naive datetime. Specify ;TZID= or a Z.")
    rules = re.findall(r"RRULE:(\S*)", rule)
    if not rules:
        found.append("One or more rule required in rrule.")
    if "EXDATE" in rule or "RDATE" in rule:
        found.append("EXDATE and RDATE are not allowed in rrule.")
    for one in rules:
        found += _part_objections(one)
    if not found:
        try:
            due(rule, 1)
        except (ValueError, ZoneInfoNotFoundError) as error:
            found.append(f"rrule parsing failed validation: {error}")
    return found


def _part_objections(rule: str) -> list[str]:
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    found = []
    if "INTERVAL" not in parts:
        found.append(f"INTERVAL required in rrule: {rule}")
    elif not parts["INTERVAL"].strip("0"):
        found.append("INTERVAL must be 1 or more")  # a rule that stands still would be looked through without an end
    if parts.get("FREQ") == "SECONDLY":
        found.append("SECONDLY is not supported")
    if re.search(r"\d", parts.get("BYDAY", "")):
        found.append("BYDAY with numeric prefix not supported")
    if {"COUNT", "UNTIL"} <= set(parts):
        found.append("RRULE may not contain both COUNT and UNTIL")
    if parts.get("COUNT", "").isdigit() and int(parts["COUNT"]) > MOST_TIMES:
        found.append(f"COUNT > {MOST_TIMES} is unsupported")
    return found


def due(rule: str, count: int) -> list[datetime]:
    """The first times, in the rule's own time zone."""
    ((zone, start, _utc),) = _START.findall(rule)
    begin = datetime.strptime(start, "%Y%m%dT%H%M%S")  # noqa: DTZ007  # the zone comes last, so that 09:00 stays 09:00
    here = ZoneInfo(zone or "UTC")
    rules = re.sub(r"UNTIL=(\d{8}T\d{6})Z", lambda until: f"UNTIL={_local(until[1], here)}", rule)
    times = rrulestr(" ".join(re.findall(r"RRULE:\S*", rules)), dtstart=begin)
    return [time.replace(tzinfo=here) for time in islice(times, count)]


def _local(utc: str, zone: ZoneInfo) -> str:
    """A time in UTC as a clock in the zone shows it."""
    time = datetime.strptime(utc, "%Y%m%dT%H%M%S").replace(tzinfo=timezone.utc)
    return time.astimezone(zone).strftime("%Y%m%dT%H%M%S")
