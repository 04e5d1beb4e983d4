# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report shows beside the users of a run: how long they have waited, what came of earlier invitations, and what
comes next. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ._audit import pending_by_age
from ._conversion import PLACES, Groups, convert
from ._decisions import Decision
from ._forecast import Course, foretell
from ._model import User
from ._stages import Situation
from ._waves import Wave, wave_of


def outlook(
    situation: Situation,
    courses: Iterable[Course],
    waves: Sequence[Wave],
    now: datetime,
    *,
    check_mode: bool,
    groups: Groups | None = None,
) -> dict[str, Any]:
    """``pending_by_age``, ``conversion`` and ``forecast``, as modules return them."""
    named: Groups = {**(groups or {}), **({"wave": _wave_name(waves)} if waves else {}), **PLACES}
    mailed = [replace(one, decisions=_in_waves(one.decisions, waves)) for one in courses]
    return {
        "pending_by_age": pending_by_age(situation.everybody, now),
        "conversion": convert(situation.everybody, situation.asked, now, named),
        "forecast": foretell(mailed, situation.everybody, now, includes_today=check_mode),
    }


def _wave_name(waves: Sequence[Wave]) -> Callable[[User], str | None]:
    def name(user: User) -> str | None:
        place = wave_of(waves, user)
        return None if place is None else waves[place].name

    return name


def _in_waves(decisions: Sequence[Decision], waves: Sequence[Wave]) -> Sequence[Decision]:
    """The decisions about users whom a wave takes."""
    return [one for one in decisions if not waves or (one.user and wave_of(waves, one.user) is not None)]
