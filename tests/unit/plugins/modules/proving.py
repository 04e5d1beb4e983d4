# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person who proves an account: runs rc_prove against the emulator, and counts the mails that really came."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.modules import rc_prove
from emulator import Emulator
from integration.playing import NO_LIMITS
from machine import Machine

MAILS = ("single_both", "single_to_users", "single_welcome", "bulk_both", "bulk_to_users", "bulk_welcome")


class Prover(Machine):
    """``questions`` were asked; ``reply`` can answer one in another way than an attentive person would."""

    def __init__(self, rc: Emulator, folder: Path) -> None:
        super().__init__(rc)
        self.file = folder / "proof.json"
        self.questions: list[str] = []
        self.reply: Callable[[str], str | None] = self.attentive
        self._counted = self._links = 0

    @property
    def pending(self) -> list[Any]:
        """The people who can be invited, in the order in which a proof takes them."""
        people = sorted(self.rc.account.extensions.values(), key=lambda one: one.id)
        return [one for one in people if one.status == "NotActivated" and one.type == "User"]

    def prove(self, *, users: int | list[str] = 1, check_mode: bool = False, asks: bool = True, **options: Any) -> Any:
        named = [str(one.id) for one in self.pending[:users]] if isinstance(users, int) else users
        options = {"users": named, "path": str(self.file), **options}
        run = partial(rc_prove.run, ask=self._ask) if asks else rc_prove.run
        return self.run(SimpleNamespace(run=run), _argspec.prove(), check_mode=check_mode, **options)

    @property
    def saved(self) -> dict[str, Any]:
        return json.loads(self.file.read_text(encoding="utf-8"))

    def attentive(self, question: str) -> str:
        """What a person says who agrees to all, and counts the mails that came since the last count."""
        self.rc.clock.advance(30)
        if "how many mails" in question:
            new = self.rc.outbox[self._counted :]
            self._counted += len(new)
            self._links = sum(mail["link"] for mail in new)
            return str(len(new))
        return str(self._links) if "have a link" in question else "y"

    def _ask(self, question: str) -> str | None:
        self.questions.append(question)
        return self.reply(question)


def account(**options: Any) -> Emulator:
    return Emulator(**{"users": 20, "pending": 6, "odd": False, "limits": NO_LIMITS, **options})


def states(result: dict[str, Any]) -> dict[str, str]:
    return {row["step"]: row["state"] for row in result["steps"]}


def lasting(proof: dict[str, Any]) -> Any:
    """A proof without what is another in each run: times, and the mark of its account."""

    def part(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: part(one) for key, one in value.items() if key not in _PASSING}
        return [part(one) for one in value] if isinstance(value, list) else value

    return part(proof)


_PASSING = {"at", "begun_at", "fingerprint", "seconds", "shown_after", "not_shown_after", "watched", "times", "reasons"}
