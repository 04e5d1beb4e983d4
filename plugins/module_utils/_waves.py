# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves: the users of a run in the order of their sites and departments. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._addresses import normalise
from ._errors import InvalidOption
from ._model import User

IN_NO_WAVE = "is in no wave: waves names neither their site nor their department"


@dataclass(frozen=True)
class Wave:
    """``sites`` and ``departments`` are normalised; an empty one takes users of all."""

    name: str
    sites: Collection[str]
    departments: Collection[str]

    def takes(self, user: User) -> bool:
        return all(
            not wanted or normalise(value) in wanted
            for value, wanted in ((user.site, self.sites), (user.department, self.departments))
        )


EVERYBODY = Wave("", (), ())


def read_waves(options: Iterable[Mapping[str, Any]] | None) -> list[Wave]:
    """The option ``waves``; [] for none. InvalidOption for a wave that cannot match a user."""
    waves = [_wave(number, wave) for number, wave in enumerate(options or (), 1)]
    for number, wave in enumerate(waves[:-1], 1):
        if not wave.sites and not wave.departments:
            raise InvalidOption("waves", f"wave {number}, {wave.name}, takes all users, so no later wave can take any")
    return waves


def wave_of(waves: Sequence[Wave], user: User) -> int | None:
    """The place of the first wave that takes the user; None if none does."""
    return next((place for place, wave in enumerate(waves) if wave.takes(user)), None)


def sizes(waves: Sequence[Wave], users: Iterable[User]) -> list[dict[str, Any]]:
    """The number of users in each wave; the last entry, without a name, counts the users in no wave."""
    counts = Counter(wave_of(waves, user) for user in users)
    named = [{"name": wave.name, "users": counts[place]} for place, wave in enumerate(waves)]
    return [*named, {"name": None, "users": counts[None]}]


def _wave(number: int, wave: Mapping[str, Any]) -> Wave:
    names: dict[str, list[str]] = {}
    for option in ("site", "department"):
        names[option] = [str(name).strip() for name in wave.get(option) or ()]
        if wave.get(option) is not None and not all(names[option] or [""]):
            raise InvalidOption("waves", f"wave {number}: {option} is blank; name one, or leave it out")
    name = wave.get("name") or ", ".join([*names["site"], *names["department"]]) or "all other users"
    sites, departments = (frozenset(map(normalise, names[option])) for option in ("site", "department"))
    return Wave(str(name), sites, departments)
