# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mails an update sends, and what becomes of an update that mails and writes a custom field at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .faces import FLAGS, Faces
from .refusals import invalid

Step = Callable[[], object]


@dataclass
class Mail:
    """An invitation that went out. ``flags`` are those of the transition that brought it, as options name them;
    ``link`` tells whether it has the link to set the account up."""

    at: str
    extension_id: int
    extension_number: str
    name: str
    email: str
    via: str
    task_id: str | None
    request: int
    flags: list[str] = field(default_factory=list)
    link: bool = True


def mails_of(transition: Mapping[str, Any], faces: Faces, *, bulk: bool) -> list[list[str]]:
    """The mails that a transition sends, each as the flags that bring it."""
    true = [name for name, flag in FLAGS.items() if transition.get(flag)]
    mode = (bulk and faces.bulk_mails) or faces.mails
    if mode == "any":
        return [true] if true else []
    return [[name] for name in true if mode in {"each", name}]


class Both:
    """Carries out the writing of a field and the sending of mails; ``torn`` is the face that takes them apart."""

    def __init__(self, clock: Clock, faces: Faces) -> None:
        self._clock, self._faces = clock, faces
        self._later: list[tuple[float, Step]] = []

    def carry_out(self, write: Step | None, send: Step | None) -> None:
        part, __, fate = self._faces.torn.partition("_")
        if not (part and write and send):
            for step in (write, send):
                if step:
                    step()
            return
        held, done = (write, send) if part == "field" else (send, write)
        done()
        if fate == "late":
            self._later.append((self._clock.seconds() + self._faces.torn_seconds, held))
        if fate == "refused":
            raise invalid("customFields" if part == "field" else "transition")

    def work(self) -> None:
        """Do what is due."""
        due = [step for at, step in self._later if at <= self._clock.seconds()]
        self._later = [(at, step) for at, step in self._later if at > self._clock.seconds()]
        for step in due:
            step()
