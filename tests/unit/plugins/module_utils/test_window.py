# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When people may be mailed, by the clock of their site."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import decide
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._history import History
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import parse_iso
from ansible_collections.onboard.ringcentral.plugins.module_utils._window import (
    NEVER,
    Window,
    for_people_there,
    read_window,
)
from scripted import NOW, record, user

MONDAY = "2026-11-23"


def window(**options: Any) -> Window:
    defaults = {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}
    more = {"holidays": [], "timezone": "Europe/Paris", "timezones": {"New York": "America/New_York"}}
    read = read_window({**defaults, **more, **options}, parse_iso(MONDAY))
    assert read
    return read


def opens(read: Window, site: str, now: str) -> str:
    opening = read.opens(site, parse_iso(now))
    return for_people_there(opening) if opening else "open"


@pytest.mark.parametrize(
    ("site", "now", "expected"),
    [
        ("Paris", f"{MONDAY}T08:00:00Z", "open"),
        ("Paris", f"{MONDAY}T07:59:59Z", "Mon 2026-11-23 09:00 Europe/Paris"),
        ("Paris", f"{MONDAY}T16:00:00Z", "Tue 2026-11-24 09:00 Europe/Paris"),
        ("Paris", "2026-11-27T16:00:00Z", "Mon 2026-11-30 09:00 Europe/Paris"),
        (" new york ", f"{MONDAY}T08:00:00Z", "Mon 2026-11-23 09:00 America/New_York"),
        ("New York", f"{MONDAY}T14:00:00Z", "open"),
        ("New York", f"{MONDAY}T22:30:00Z", "Tue 2026-11-24 09:00 America/New_York"),
        # the day there is not the day in UTC
        ("New York", "2026-11-28T02:00:00Z", "Mon 2026-11-30 09:00 America/New_York"),
        # summer time begins on 2026-03-29 in Paris
        ("", "2026-03-27T16:30:00Z", "Mon 2026-03-30 09:00 Europe/Paris"),
        ("", "2026-03-30T07:00:00Z", "open"),
    ],
)
def test_it_goes_by_the_clock_of_the_site(site: str, now: str, expected: str) -> None:
    assert opens(window(), site, now) == expected


def test_holidays_are_closed() -> None:
    read = window(holidays=["2026-11-23", "2026-11-24"])
    assert opens(read, "", f"{MONDAY}T10:00:00Z") == "Wed 2026-11-25 09:00 Europe/Paris"


def test_minutes_as_yaml_reads_an_unquoted_time() -> None:
    assert opens(window(start="540", end="1020"), "", f"{MONDAY}T15:59:00Z") == "open"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"start": "0900"}, "^window.start: '0900' is not a time of day; write it as '09:00'"),
        ({"end": "0999"}, "^window.end: '0999' is not a time of day"),
        ({"start": "9 o'clock"}, "^window.start: \"9 o'clock\" is not a time of day; write it as '09:00'"),
        ({"end": "24:00"}, r"^window\.end: '24:00' is not a time"),
        ({"end": "09:00"}, r"^window: ends at 09:00, which is not after its start at 09:00"),
        ({"days": []}, r"^window: does not open within 400 days"),
        ({"holidays": ["25.12."]}, r"^window\.holidays: '25\.12\.' is not a date"),
        ({"timezone": "Paris"}, r"^window\.timezone: 'Paris' is not a valid time zone"),
        ({"timezones": {"Rome": 5}}, r"^window\.timezones: 5 is not a valid time zone"),
        ({"timezone": "../../etc/passwd"}, r"is not a valid time zone"),
    ],
)
def test_windows_that_make_no_sense_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidOption, match=says):
        window(**options)


def test_a_site_whose_window_never_opens_is_not_waited_for() -> None:
    assert Window(frozenset(), window().start, window().end, frozenset(), window().zone, {}).opens("", NOW) == NEVER


def test_each_is_mailed_or_left_for_later_by_their_site() -> None:
    policy = Policy(window=window(), limit=1)
    people = [
        user(1, site="New York"),
        user(2, site="Paris"),
        user(3, site="Paris", email=""),
        user(4, site="New York"),
    ]
    now = parse_iso(f"{MONDAY}T09:00:00Z")
    fresh = History((record(4, claimed_at=now, last_invited_at=now),))
    decisions = {one.user.id: one for one in decide(policy, people, people, fresh, now) if one.user}
    reasons = {user_id: decision.reason for user_id, decision in decisions.items()}
    assert reasons == {
        "4001": "outside_window",
        "4002": "not_activated",
        "4003": "no_email",
        "4004": "recently_invited",
    }
    assert decisions["4001"].verdict == "skip"
    assert decisions["4001"].message == "the window of New York opens on Mon 2026-11-23 09:00 America/New_York"
    assert decisions["4001"].to_dict()["next_invite_after"] == "2026-11-23T14:00:00Z"
