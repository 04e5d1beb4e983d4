# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts what makes a role hard to read: pipes in templates, internal variables, files and their length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_INTERNAL = re.compile(r"\b__reinvite_\w+")
_PIPE = re.compile(r"(?<!\|)\|(?!\|)")
_SECTIONS = ("block", "rescue", "always")


@dataclass(frozen=True)
class RoleFiles:
    """The task files of a role, and the internal variables of all its files."""

    files: int
    longest: int
    tasks: int
    pipes: int
    internal: int

    @property
    def pipes_per_task(self) -> float:
        return self.pipes / self.tasks


def count(role: Path) -> RoleFiles:
    """Count what is in a role's folder. A block is not a task, but its pipes count."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(role.glob("tasks/**/*.yml"))]
    everything = [path.read_text(encoding="utf-8") for path in sorted(role.rglob("*.yml"))]
    lists = [yaml.safe_load(text) for text in texts]
    return RoleFiles(
        files=len(texts),
        longest=max(len(text.splitlines()) for text in texts),
        tasks=sum(len(list(_tasks(one))) for one in lists),
        pipes=sum(len(_PIPE.findall(text)) for one in lists for text in _strings(one)),
        internal=len({name for text in everything for name in _INTERNAL.findall(text)}),
    )


def _tasks(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        if "block" not in entry:
            yield entry
        for section in _SECTIONS:
            yield from _tasks(entry.get(section, []))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
