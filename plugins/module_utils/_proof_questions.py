# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a proof asks a person: consent before each change, and what arrived. The answers can be given in advance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

from ._errors import InvalidOption
from ._proof import ALL, CHANGING, MAIL_STEPS, MOST_MAILS

Ask = Callable[[str], "str | None"]
"""Shows a question and returns what was typed; None if no one can answer."""
Consent = Literal["yes", "skip", "no"]

_TRIES = 3


class Paused(Exception):
    """The person ends the run for now; a later run goes on."""


def no_one(_question: str) -> None:
    """An Ask for a run without a terminal."""
    return


class Questions:
    """``confirmed`` steps need no question; ``counts`` are the mails and links that arrived, by step."""

    def __init__(self, confirmed: Collection[str], counts: Mapping[str, Mapping[str, int]], ask: Ask) -> None:
        self.counts = counts
        self._confirmed = set(CHANGING) if ALL in confirmed else set(confirmed)
        self._ask = ask

    def consent(self, step: str, question: str) -> Consent:
        """Whether a step may be carried out; "no" leaves it to a later run."""
        if step in self._confirmed:
            return "yes"
        for _try in range(_TRIES):
            answer = self._ask(f"{question} [y]es, [s]kip this step, [q]uit for now: ")
            if answer is None:
                return "no"
            word = answer.strip().casefold()
            if word in {"y", "yes"}:
                return "yes"
            if word in {"s", "skip"}:
                return "skip"
            if word in {"q", "quit"}:
                break
        raise Paused

    def count(self, step: str, since: str) -> dict[str, int] | None:
        """The mails and links of a step; None if no one can tell."""
        if step in self.counts:
            return dict(self.counts[step])
        mails = self._number(f"{step}: how many mails have arrived {since}? Wait for some minutes before you say 0.")
        if mails is None:
            return None
        if mails == 0:
            return {"mails": 0, "links": 0}
        links = self._number(f"{step}: how many of them have a link to activate the account?", most=mails)
        return None if links is None else {"mails": mails, "links": links}

    def _number(self, question: str, most: int = MOST_MAILS) -> int | None:
        for _try in range(_TRIES):
            answer = self._ask(f"{question} A number from 0 to {most}, or [q]uit for now: ")
            if answer is None:
                return None
            word = answer.strip().casefold()
            if word in {"q", "quit"}:
                break
            if word.isdecimal() and word.isascii() and len(word) < 3 and int(word) <= most:
                return int(word)
        raise Paused


def read_counts(option: str, answers: Mapping[str, Mapping[str, Any]] | None) -> dict[str, dict[str, int]]:
    """The mails and links by step. InvalidOption for counts that cannot be."""
    counts: dict[str, dict[str, int]] = {}
    for step in (one.name for one in MAIL_STEPS):
        given = (answers or {}).get(step)
        if given is None:
            continue
        mails, links = given["mails"], given["links"]
        if not 0 <= links <= mails <= MOST_MAILS:
            raise InvalidOption(
                option,
                f"{step} has {mails} mails and {links} links; write 0 to {MOST_MAILS} mails, and no more links than "
                "mails. No mail was sent.",
            )
        counts[step] = {"mails": mails, "links": links}
    return counts
