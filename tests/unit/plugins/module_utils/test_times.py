# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations and moments."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import (
    parse_duration,
    parse_iso,
    parse_moment,
    to_iso,
)
from scripted import NOW


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("48h", 172800), ("2d", 172800), ("1d12h", 129600), (" 90M ", 5400), ("1w", 604800), ("0s", 0)],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration("resend_after", text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", " ", "48", "h", "-1h", "1.5h", "12h1d", "two days", "PT48H", "99999999999w", "4000d"]
)
def test_an_invalid_duration_names_the_option(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^resend_after: ") as raised:
        parse_duration("resend_after", text)
    assert raised.value.details() == {"code": "InvalidOption", "option": "resend_after"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=timezone.utc)),
        ("2026-01-31T09:00:00Z", datetime(2026, 1, 31, 9, tzinfo=timezone.utc)),
        ("2026-01-31T09:00:00+02:00", datetime(2026, 1, 31, 7, tzinfo=timezone.utc)),
        ("14d", NOW - timedelta(days=14)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert parse_moment("created_before", text, NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "14"])
def test_invalid_times_are_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^created_before: .* such as 14d"):
        parse_moment("created_before", text, NOW)


@pytest.mark.parametrize(
    "text", ["2024-06-06T07:01:14.123Z", "2024-06-06T07:01:14.123000+00:00", "2024-06-06T07:01:14.1234567+0000"]
)
def test_the_ways_in_which_ringcentral_may_write_a_time(text: str) -> None:
    assert to_iso(parse_iso(text)) == "2024-06-06T07:01:14Z"
