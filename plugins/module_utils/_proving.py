# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a proof, step by step. Each step that may mail is claimed on disk first, and never repeated."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._addresses import shown
from ._answers import parse_task
from ._client import BULK_UPDATE, READ_EXTENSION, READ_TASK, UPDATE_EXTENSION
from ._decisions import Decision, judge_again
from ._errors import ApiError, GuardExceeded, LoginRefused, RingCentralError, TransportError, Verdict
from ._lease import LATE
from ._model import User
from ._proof import AUDIT, FIELD, MAIL_STEPS, TRANSITIONS, MailStep, Proof, is_sent, needs_count, recommend
from ._proof_file import ProofFile
from ._proof_profile import profile_of
from ._proof_questions import Paused, Questions
from ._proof_reads import prove_field, read_audit_trail
from ._proof_watch import Watch
from ._times import to_iso
from ._users import Account, read_user

_POLLS = (0.5, 1.0, 2.0, 4.0, *(8.0,) * 20)
"""Seconds before each look at a bulk task."""
_FLAGS = {"send_welcome_emails_to_users": "sendWelcomeEmailsToUsers", "send_welcome_email": "sendWelcomeEmail"}
_NO_EVIDENCE = (Verdict.SESSION, Verdict.LIMITED)
"""Refusals that say nothing about the request."""


@dataclass(frozen=True)
class Setting:
    """What a proof is about. ``pause`` seconds lie between two mails that no one counts meanwhile, and the directory
    is watched for ``patience`` seconds."""

    account: Account
    users: Sequence[User]
    field: str
    pause: float
    patience: float


class Proving:
    """One run of a proof. ``proof`` holds what is known, ``changed`` tells whether this run changed anything."""

    def __init__(self, watch: Watch, setting: Setting, file: ProofFile, proof: Proof, questions: Questions) -> None:
        self.proof = proof
        self.changed = False
        self._steps: dict[str, Any] = proof["steps"]
        self._api = watch.api
        self._setting = setting
        self._file = file
        self._questions = questions
        self._watch = watch
        self._gone: set[str] = set()  # users who can no longer be invited
        self._uncounted = False  # whether a mail of this run has not been counted

    def run(self) -> None:
        """All steps that are open and that the person agrees to."""
        try:
            for number, step in enumerate(MAIL_STEPS):
                self._mail(number, step)
            self._prove_field()
            if any(is_sent(self.proof, step.name) for step in MAIL_STEPS):
                self._steps[AUDIT] = read_audit_trail(self._watch, self._setting.users, self.proof)
        except Paused:
            pass
        finally:
            self.conclude()
            if self._steps:
                self._file.save(self.proof)

    def conclude(self) -> None:
        """Draw the conclusions of what is known."""
        self.proof["seen"] = self._watch.seen()
        self.proof["recommendation"] = recommend(self.proof, LATE.total_seconds())
        self.proof["profile"] = profile_of(self.proof)

    def _mail(self, number: int, step: MailStep) -> None:
        if step.name not in self._steps:
            if refusal := self._forbidden(step):
                self._keep(step.name, refusal)
                return
            user = self._agreed(number, step)
            if user is None:
                return
            if self._uncounted:
                self._api.pause(self._setting.pause)
            self._send(step, user)
        entry = self._steps[step.name]
        if needs_count(entry) or (step.name in self._questions.counts and is_sent(self.proof, step.name)):
            self._count(step, entry)

    def _forbidden(self, step: MailStep) -> dict[str, Any]:
        """The refusal of an earlier step, if it holds for this one too: a permission is missing."""
        for other in MAIL_STEPS:
            entry = self._steps.get(other.name, {})
            if other.transport == step.transport and entry.get("permission"):
                return {
                    "state": "refused",
                    "as": other.name,
                    "codes": entry["codes"],
                    "permission": entry["permission"],
                }
        return {}

    def _agreed(self, number: int, step: MailStep) -> User | None:
        """The user to mail, if the person agrees; None leaves the step open, or skips it."""
        while True:
            user = self._turn(number)
            who = f"{shown(user.name)} <{shown(user.email)}>"
            consent = self._ask(step.name, f"{step.name}: mail {who} by {step.words}?")
            if consent == "skip":
                self._keep(step.name, {"state": "skipped"})
            if consent != "yes":
                return None
            if self._is_pending(user):  # the person may have taken a while
                return user

    def _turn(self, number: int) -> User:
        """The users take turns, as long as they have not activated."""
        users = self._setting.users
        for offset in range(len(users)):
            user = users[(number + offset) % len(users)]
            if user.id not in self._gone and self._is_pending(user):
                return user
        raise GuardExceeded(
            "no test user is left who has not activated, or whose address is still the same. To prove the other steps, "
            "name other users and another file. No further mail was sent"
        )

    def _is_pending(self, user: User) -> bool:
        if judge_again(Decision("not_activated", user=user), self._fresh(user)).verdict == "send":
            return True
        self._gone.add(user.id)
        return False

    def _fresh(self, user: User) -> User:
        return read_user(self._api.call(READ_EXTENSION, {"extension": user.id}))[0]

    def _ask(self, step: str, question: str) -> str:
        with self._watch.idling():
            return self._questions.consent(step, question)

    def _send(self, step: MailStep, user: User) -> None:
        invitation = {"transition": {_FLAGS[name]: is_set for name, is_set in TRANSITIONS[step.flags].items()}}
        operation = UPDATE_EXTENSION if step.transport == "single" else BULK_UPDATE
        body: dict[str, Any] = (
            invitation if step.transport == "single" else {"records": [{"id": user.id, **invitation}]}
        )
        asked = {"method": operation.method, "path": operation.path, "body": self._watch.placeholders.shape(body)}
        entry: dict[str, Any] = {
            "state": "claimed",
            "user": self._watch.placeholders.shape(user.id),
            "at": to_iso(self._watch.now()),
            "request": asked,
        }
        self._keep(step.name, entry)
        with self._watch.recording(entry):
            try:
                answer = self._api.call(
                    operation, {"extension": user.id} if step.transport == "single" else None, json=body
                )
            except RingCentralError as error:
                if not self._may_be_evidence(error):  # nothing was sent
                    del self._steps[step.name]
                    self._save()
                    raise
                entry |= self._watch.refusal(error, operation)
            else:
                self.changed = True
                entry["state"] = "accepted"
                if step.transport == "bulk":
                    self._follow(str(answer["id"]), user, entry)
        self.changed = self.changed or entry["state"] == "in_doubt"
        self._keep(step.name, entry)
        entry["status_after"] = self._fresh(user).status
        self._keep(step.name, entry)

    def _may_be_evidence(self, error: RingCentralError) -> bool:
        if isinstance(error, ApiError):
            return not isinstance(error, LoginRefused) and error.verdict not in _NO_EVIDENCE
        return isinstance(error, TransportError) and error.sent

    def _follow(self, task_id: str, user: User, entry: dict[str, Any]) -> None:
        """Wait for the bulk task. Whatever happens, it may have mailed."""
        entry["state"] = "in_doubt"
        self._save()
        with contextlib.suppress(ApiError, TransportError):
            for pause in _POLLS:
                self._api.wait(pause, "the bulk task of this step")
                task = parse_task(self._api.call(READ_TASK, {"task": task_id}))
                if item := task.items.get(user.id):
                    failed = {"state": "refused", "codes": self._watch.codes([item.code]), "permission": ""}
                    entry |= {"state": "accepted"} if item.status == "Success" else failed if item.status else {}
                if task.has_ended:
                    break

    def _count(self, step: MailStep, entry: dict[str, Any]) -> None:
        with self._watch.idling():
            arrived = self._questions.count(step.name, f"since {entry['at']}")
        self._uncounted = self._uncounted or arrived is None
        if arrived is not None:
            self._keep(step.name, {**entry, "arrived": arrived})

    def _prove_field(self) -> None:
        entry = self._steps.get(FIELD, {"state": "claimed"})
        if entry["state"] != "claimed":  # what was begun is begun again, since it comes to the same
            return
        user = self._setting.users[0]
        consent = self._ask(
            FIELD,
            f"{FIELD}: write the ledger's custom field {self._setting.field!r} of {shown(user.name)}, and create it if "
            f"it is missing? Watching the directory for it takes up to {self._setting.patience:.0f} s.",
        )
        if consent == "skip":
            self._keep(FIELD, {"state": "skipped"})
        if consent != "yes":
            return
        self._keep(FIELD, {"state": "claimed"})
        self.changed = True
        setting = self._setting
        entry = prove_field(self._watch, setting.account.id, user, setting.field, setting.patience)
        self._keep(FIELD, entry)

    def _keep(self, name: str, entry: Mapping[str, Any]) -> None:
        self._steps[name] = entry
        self._save()

    def _save(self) -> None:
        self.proof["seen"] = self._watch.seen()
        self._file.save(self.proof)
