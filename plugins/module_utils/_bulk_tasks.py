# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a bulk task for each of its users, from this run or left by earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

from ._answers import Task, TaskItem, parse_task
from ._client import READ_TASK
from ._errors import ApiError, LoginRefused, TransportError
from ._history import History
from ._ledger import failed, in_doubt, invited
from ._model import Record
from ._users import Api


def settle_claims(api: Api, history: History) -> list[Record]:
    """What became of the bulk tasks that earlier runs left behind, by asking RingCentral. Writes nothing."""
    tasks: dict[str, list[Record]] = {}
    for record in history.records:
        if record.state == "claimed" and record.task:
            tasks.setdefault(record.task, []).append(record)
    settled: list[Record] = []
    for task, claims in tasks.items():
        try:
            settled += outcomes(claims, parse_task(api.call(READ_TASK, {"task": task})))
        except LoginRefused:
            raise
        except (ApiError, TransportError) as error:
            gone = isinstance(error, ApiError) and error.status == 404 and error.concerns_one
            what = "RingCentral no longer knows" if gone else "no outcome can be read of"
            said = f"{what} the bulk task {task[:40]}: {error.message}"
            if _is_final(error):
                settled += [in_doubt(claim, said) for claim in claims]
            else:  # a later run asks again; until then the claims hold their users
                api.warn(f"{said}. Its {len(claims)} users are held")
    return settled


def _is_final(error: ApiError | TransportError) -> bool:
    """Whether a task can never be read: RingCentral refuses this one, or its id is none."""
    return error.concerns_one if isinstance(error, ApiError) else not (error.sent or error.repeatable)


def outcomes(claims: Sequence[Record], task: Task) -> list[Record]:
    """The claims as a bulk task's answer settles them; [] while it runs.

    A task can be Completed with records that failed, or that it leaves out, and Failed after it
    mailed some people: only what is said about a user settles that user's claim.
    """
    if not task.has_ended:
        return []
    left_out = f"the bulk task {task.id} is {task.status} and says nothing of them" + (
        f": [{task.code}] {task.words}" if task.code or task.words else ""
    )
    return [_outcome(claim, task.items.get(claim.user_id), left_out) for claim in claims]


def _outcome(claim: Record, item: TaskItem | None, left_out: str) -> Record:
    if item and item.status == "Success":
        return invited(claim)
    if item and item.status == "Fail":
        said = f": [{item.code}] {item.words}" if item.code or item.words else ""
        return failed(claim, f"RingCentral refused{said}")
    return in_doubt(claim, left_out)
