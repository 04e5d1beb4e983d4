# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What RingCentral keeps of one account, and how it behaves. Knows nothing of HTTP."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .audit_trail import CHANGED, INVITED, AuditTrail
from .clock import Clock
from .custom_fields import CustomFields
from .directory import Entries, FieldIndex, shown_type
from .faces import Faces
from .invitations import Both, Mail, mails_of
from .people import Extension
from .permissions import Permissions
from .refusals import Refused, invalid, not_found
from .tasks import BULK_SIZE, Task

PERSON_TYPES = {"User", "DigitalUser", "FlexibleUser", "VirtualUser", "FaxUser"}
PARALLEL_SESSIONS = 5
OWN_ID = 62263999
"""The extension that owns the JWT (``~``). Lists omit it, so that they hold only the users a test created."""


@dataclass
class Session:
    """A login. ``label`` stands for its token wherever it is shown."""

    label: str
    token: str
    expires_at: float
    open: bool = True


class Account:
    """One RingCentral account: users, sessions, bulk tasks, custom fields and the outbox.

    ``lacking`` are permissions that are missing, ``reject`` makes the update of an extension id fail with a
    message, ``faces`` is how unkind the account is, ``allowed_domains`` refuses other addresses. ``task_script``
    changes how the next tasks go: ``status`` (Failed, InProgress), ``leave_out`` (a number of records that the result
    omits), ``stranger`` (name an id that was not asked for), ``mail_first`` (of a Failed task: so many are mailed),
    ``flat`` (the result's older shape).
    """

    def __init__(
        self,
        clock: Clock,
        people: Iterable[Extension],
        *,
        account_id: int = 400131426008,
        faces: Faces | None = None,
        lacking: Iterable[str] = (),
    ) -> None:
        self.clock = clock
        self.faces = faces or Faces()
        self.index = FieldIndex(clock, self.faces)
        self.id = account_id
        self.main_number = "+16505550100"
        self.extensions = {extension.id: extension for extension in people}
        self.own = Extension(OWN_ID, "Jay", "Token", "jay.token@example.com", "100", "Enabled")
        self.sessions: list[Session] = []
        self.logins = 0
        self.tasks: dict[str, Task] = {}
        self.custom_fields = CustomFields(self.faces)
        self.permissions = Permissions(self.faces, lacking)
        self.trail = AuditTrail(clock, account_id, self.own)
        self.both = Both(clock, self.faces)
        self.outbox: list[Mail] = []
        self.status_writes: list[int] = []
        self.reject: dict[int, str] = {}
        self.allowed_domains: set[str] = set()
        self.task_script: dict[str, Any] = {}
        self.task_seconds = 0.2
        self.request = 0

    @property
    def lacking(self) -> set[str]:
        """Permissions of the app and the user that are missing."""
        return self.permissions.lacking

    @property
    def fields(self) -> list[dict[str, str]]:
        """The custom fields that were created here."""
        return self.custom_fields.created

    def create_field(self, name: str) -> dict[str, str]:
        return self.custom_fields.create(name)

    def log_in(self) -> Session:
        self.logins += 1
        expires_at = self.clock.seconds() + self.faces.session_seconds
        session = Session(f"session-{self.logins}", secrets.token_urlsafe(24), expires_at)
        for oldest in [s for s in self.sessions if s.open][: 1 - PARALLEL_SESSIONS or None]:
            if sum(s.open for s in self.sessions) >= PARALLEL_SESSIONS:
                oldest.open = False
        self.sessions.append(session)
        return session

    def session(self, token: str) -> Session:
        """The open session of a token, or Refused."""
        session = next((s for s in self.sessions if s.token == token), None)
        if session is None or not session.open:
            raise Refused(401, "OAU-213", "Token not found")
        if self.clock.seconds() >= session.expires_at:
            raise Refused(401, "OAU-128", "Access token is expired")
        return session

    def find(self, extension_id: str) -> Extension:
        if extension_id in {"~", str(OWN_ID)}:
            return self.own
        known = extension_id.isdecimal() and extension_id.isascii() and self.extensions.get(int(extension_id))
        if not known:
            raise not_found("extensionId")
        return known

    def listed(self, query: Mapping[str, list[str]]) -> list[Extension]:
        """The extensions that the list's filters leave."""
        tests: list[Callable[[Extension], bool]] = []
        if emails := {value.casefold() for value in query.get("email", ())}:
            tests.append(lambda e: e.email.casefold() in emails)
        if statuses := self._honoured(query.get("status", ())):
            tests.append(lambda e: e.status in statuses)
        if types := set(query.get("type", ())):
            tests.append(lambda e: e.type in types)
        if numbers := set(query.get("extensionNumber", ())):
            tests.append(lambda e: e.extension_number in numbers)
        return [extension for extension in self.extensions.values() if all(test(extension) for test in tests)]

    def _honoured(self, statuses: Iterable[str]) -> set[str]:
        """Which statuses of a request for the list count."""
        several = list(statuses)
        if len(several) > 1 and self.faces.several_statuses != "all":
            return set(several[:1]) if self.faces.several_statuses == "first" else set()
        return set(several)

    def update(self, extension: Extension, change: Mapping[str, Any], task: Task | None = None) -> None:
        """Apply a change, all of it or nothing, and mail if it asks for that."""
        self._check(extension, change)
        if "status" in change:
            self.status_writes.append(extension.id)
            extension.status = change["status"]
        names = {
            "firstName": "first_name",
            "lastName": "last_name",
            "email": "email",
            "department": "department",
            "jobTitle": "job_title",
        }
        for key, value in (change.get("contact") or {}).items():
            if key in names:
                setattr(extension, names[key], value)
        if change.get("contact"):
            self.trail.record(CHANGED, extension, settingName="Contact")
        values = change.get("customFields") or []
        mails = mails_of(change.get("transition") or {}, self.faces, bulk=bool(task))
        self.both.carry_out(
            partial(self._write, extension, values) if values else None,
            partial(self._send, extension, mails, task, self.request) if mails else None,
        )

    def _write(self, extension: Extension, values: Iterable[Mapping[str, Any]]) -> None:
        for value in values:
            self.index.write(extension, value["id"], value["value"])
            self.trail.record(CHANGED, extension, settingName="Custom field", field=value["id"])

    def _send(self, extension: Extension, mails: Iterable[list[str]], task: Task | None, request: int) -> None:
        for flags in mails:
            mail = Mail(
                at=self.clock.iso(),
                extension_id=extension.id,
                extension_number=extension.extension_number,
                name=extension.name,
                email=extension.email,
                via="bulk" if task else "single",
                task_id=task.id if task else None,
                request=task.request if task else request,
                flags=flags,
                link=not self.faces.plain.issuperset(flags),
            )
            self.outbox.append(mail)
        if self.faces.audits_invitations:
            self.trail.record(INVITED, extension, settingName="Welcome email")

    def _check(self, extension: Extension, change: Mapping[str, Any]) -> None:
        if extension.id in self.reject:
            raise Refused(400, "CMN-101", self.reject[extension.id])
        if str(extension.id) in self.faces.forbidden:
            raise invalid("email", status=403)
        if "transition" in change and (extension.status != "NotActivated" or extension.type not in PERSON_TYPES):
            raise invalid("transition")
        email = (change.get("contact") or {}).get("email")
        if email and self.allowed_domains and email.rpartition("@")[2] not in self.allowed_domains:
            raise invalid("email")
        self.custom_fields.check(change.get("customFields") or ())

    def begin_bulk(self, records: list[dict[str, Any]]) -> Task:
        if len(records) > BULK_SIZE:
            raise Refused(400, "CMN-106", f"Too many items, the maximum is {BULK_SIZE}", parameterName="records")
        if culprit := self.faces.refuses_all_of(records):
            raise Refused(400, "CMN-101", f"Parameter [records] value is invalid: {culprit}", parameterName="records")
        now = self.clock.seconds()
        task = Task(
            id=secrets.token_hex(8),
            records=records,
            created_at=now,
            ready_at=now + self.task_seconds,
            script=dict(self.task_script),
            request=self.request,
            modified_at=now,
        )
        self.tasks[task.id] = task
        return task

    def look(self, task_id: str) -> Task:
        """A task as it is by now: its work is done when its time has come."""
        self.work()
        if task_id not in self.tasks:
            raise not_found("taskId")
        return self.tasks[task_id]

    def work(self) -> None:
        """Do what is due."""
        self.both.work()
        for task in self.tasks.values():
            if task.status in {"Accepted", "InProgress"}:
                due = self.clock.seconds() >= task.ready_at
                wanted = task.script.get("status", "Completed") if due else "InProgress"
                if wanted in {"Completed", "Failed"}:
                    self._finish(task, wanted)
                task.status, task.modified_at = wanted, self.clock.seconds()

    def _finish(self, task: Task, status: str) -> None:
        records = task.records[: task.script.get("mail_first", 0)] if status == "Failed" else task.records
        results = [self._apply(task, record) for record in records]
        task.results = results[task.script.get("leave_out", 0) :]
        if task.script.get("stranger"):
            task.results.append({"extensionId": "1", "status": "Success"})

    def _apply(self, task: Task, record: Mapping[str, Any]) -> dict[str, Any]:
        try:
            extension = self.find(record["id"])
            self.update(extension, record, task)
        except Refused as refused:
            return {"extensionId": record["id"], "status": "Fail", "errors": refused.body["errors"]}
        return {"extensionId": record["id"], "status": "Success"}

    def directory(self, search: Mapping[str, Any]) -> Entries:
        """All entries that a directory search finds, before paging."""
        self.work()
        statuses, types, ids = (
            set(search.get(key) or ()) for key in ("extensionStatuses", "extensionTypes", "extensionIds")
        )
        found = [
            extension
            for extension in self.extensions.values()
            if (not statuses or extension.status in statuses)
            and (not types or types & {extension.type, shown_type(extension, self.faces)})
            and (not ids or str(extension.id) in ids)
            and not (extension.hidden and self.faces.hides_hidden)
            and not (extension.status == "NotActivated" and self.faces.hides_pending)
        ]
        return Entries(found, self.custom_fields.names(), self.index, self.faces)

    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(extension.status for extension in self.extensions.values()).items()))
