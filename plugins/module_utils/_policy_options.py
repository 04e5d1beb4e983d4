# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a module's options into a policy. Values that make no sense are refused before the first request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ._directory import Directory, read_directory
from ._directory_csv import read_directory_csv
from ._errors import InvalidOption
from ._ledger_backends import read_ledger_options
from ._options import read_domains, read_exclude, read_guard, read_names, read_patterns
from ._policy import Policy
from ._times import parse_duration
from ._window import read_window

_NUMBERS = ("canary", "max_failures", "wave_pause")
_LARGEST = 1e9
"""Seconds; a longer pause is a mistake, and ``sleep`` refuses it."""


def read_policy(params: Mapping[str, Any], now: datetime) -> tuple[Policy, list[str]]:
    """The policy that the options of the doc fragment ``sending`` describe, and warnings."""
    for option in _NUMBERS:
        if params[option] < 0:
            raise InvalidOption(option, f"{params[option]} is negative; 0 means none. No mail was sent.")
        if not params[option] <= _LARGEST:  # nan is not either
            raise InvalidOption(option, f"{params[option]} is not a usable number; 0 means none. No mail was sent.")
    if params["transport"] == "portal" and read_ledger_options(params["ledger"]).backend == "none":
        raise InvalidOption("transport", "portal needs a ledger that remembers who was handed over. No mail was sent.")
    if not any(params["transition"].values()):
        raise InvalidOption("transition", "with both flags false RingCentral would send no mail")
    directory, warnings = directory_of(params)
    if params["correct_email"] and directory is None:
        raise InvalidOption("correct_email", "needs a directory to take addresses from")
    policy = Policy(
        types=read_names("type", params["type"]) or (),
        sites=read_names("site", params["site"]) or (),
        departments=read_names("department", params["department"]) or (),
        min_age=timedelta(0) if params["min_age"] is None else parse_duration("min_age", params["min_age"]),
        allowed_domains=read_domains("allowed_domains", params["allowed_domains"]),
        exclude=read_exclude("exclude", params["exclude"]),
        placeholder_patterns=read_patterns("placeholder_patterns", params["placeholder_patterns"]),
        directory=directory,
        window=read_window(params["window"], now),
        limit=read_guard("limit", params["limit"]),
        max_invites=read_guard("max_invites", params["max_invites"]),
        hand_over_batch_size=read_guard("hand_over_batch_size", params["hand_over_batch_size"]),
        hand_over_max_age=read_max_age(params),
        **{option: params[option] for option in ("canary", "max_failures", "force")},
    )
    return policy, warnings


def read_max_age(params: Mapping[str, Any]) -> timedelta:
    """The option ``hand_over_max_age``."""
    age = parse_duration("hand_over_max_age", params["hand_over_max_age"])
    if not age:
        raise InvalidOption("hand_over_max_age", "0 leaves no time to confirm a hand-over. No mail was sent.")
    return age


def directory_of(params: Mapping[str, Any]) -> tuple[Directory | None, list[str]]:
    """The company's directory, from the options of the doc fragment ``addresses``, and warnings; None without one."""
    if params["directory_csv"] is None:
        entries: list[Any] | None = params["directory"]
        warnings: list[str] = []
    elif params["directory"] is not None:
        raise InvalidOption("directory_csv", "cannot be combined with directory; give one of them")
    else:
        entries, warnings = read_directory_csv(params["directory_csv"])
    if entries and len(entries) < params["directory_min_entries"]:
        raise InvalidOption(
            "directory_min_entries",
            f"the directory lists {len(entries)} of at least {params['directory_min_entries']} people; check its "
            "source. No mail was sent.",
        )
    return read_directory(entries, params["match_by"]), warnings
