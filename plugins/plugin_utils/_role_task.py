# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's task, as the action plugin passes it to an entry point of the role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Result = dict[str, Any]

UNSENT = "No mail was sent."


class Refused(Exception):
    """The variables make no sense, or name something that cannot be used; no mail was sent."""


@dataclass(frozen=True)
class Task:
    """One host's task. ``variables`` have their types; ``run`` runs a module of this collection with these options,
    ``search_ldap`` community.general.ldap_search with these; both return what the module returned. ``written`` are the
    report files of this run so far.
    """

    host: str
    check_mode: bool
    under_awx: bool
    variables: Mapping[str, Any]
    run: Callable[[str, Mapping[str, Any]], Result]
    search_ldap: Callable[[Mapping[str, Any]], Result]
    written: list[Path] = field(default_factory=list)
