# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What RingCentral keeps of one account, and how it behaves. Knows nothing of HTTP."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .clock import Clock, iso
from .directory import Entries, FieldIndex
from .faces import Faces
from .people import Extension

PERSON_TYPES = {"User", "DigitalUser", "FlexibleUser", "VirtualUser", "FaxUser"}
SESSION_SECONDS = 3600
PARALLEL_SESSIONS = 5
BULK_SIZE = 500
FIELDS = 5
OWN_ID = 62263999
"""The extension that owns the JWT (``~``). Lists omit it, so that they hold only the users a test created."""


class Refused(Exception):
    """RingCentral's answer to what it does not do."""

    def __init__(self, status: int, code: str, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"errorCode": code, "message": message, "errors": [{"errorCode": code, "message": message, **more}]}


@dataclass
class Session:
    """A login. ``label`` stands for its token wherever it is shown."""

    label: str
    token: str
    expires_at: float
    open: bool = True


@dataclass
class Task:
    """A bulk update on its way. ``script`` overrides how it goes (see ``Account.task_script``)."""

    id: str
    records: list[dict[str, Any]]
    created_at: float
    ready_at: float
    script: Mapping[str, Any]
    request: int = 0
    status: str = "Accepted"
    modified_at: float = 0
    results: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Mail:
    """An invitation that went out."""

    at: str
    extension_id: int
    extension_number: str
    name: str
    email: str
    via: str
    task_id: str | None
    request: int


class Account:
    """One RingCentral account: users, sessions, bulk tasks, custom fields and the outbox.

    ``lacking`` holds permissions that are missing, ``reject`` makes the update of an extension id fail with a
    message, ``faces`` is how unkind the account is, ``allowed_domains`` refuses other addresses, ``mailing_flags``
    are the flags of a transition that mail. ``task_script`` changes how the next tasks go: ``status`` (Failed,
    InProgress), ``leave_out`` (a number of records that the result omits), ``stranger`` (name an id that was not asked
    for), ``mail_first`` (of a Failed task: so many are mailed), ``flat`` (the result's older shape).
    """

    def __init__(
        self,
        clock: Clock,
        people: Iterable[Extension],
        *,
        account_id: int = 400131426008,
        faces: Faces | None = None,
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
        self.fields: list[dict[str, str]] = []
        self.outbox: list[Mail] = []
        self.status_writes: list[int] = []
        self.lacking: set[str] = set()
        self.reject: dict[int, str] = {}
        self.allowed_domains: set[str] = set()
        self.mailing_flags = {"sendWelcomeEmailsToUsers", "sendWelcomeEmail"}
        self.task_script: dict[str, Any] = {}
        self.task_seconds = 0.2
        self.request = 0

    def log_in(self) -> Session:
        self.logins += 1
        session = Session(f"session-{self.logins}", secrets.token_urlsafe(24), self.clock.seconds() + SESSION_SECONDS)
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

    def demand(self, app: str, user: str) -> None:
        """Refused if the app, or then the user, lacks its permission; "A OR B" needs either. "" asks for none."""
        for needed, code, who in ((app, "CMN-401", "application"), (user, "CMN-408", "user")):
            names = needed.split(" OR ")
            if needed and self.lacking.issuperset(names):
                words = f"In order to call this API endpoint, {who} needs to have [{names[0]}] permission"
                raise Refused(403, code, words, permissionName=names[0])

    def find(self, extension_id: str) -> Extension:
        if extension_id in {"~", str(OWN_ID)}:
            return self.own
        extension = (
            self.extensions.get(int(extension_id)) if extension_id.isdecimal() and extension_id.isascii() else None
        )
        if extension is None:
            raise Refused(
                404, "CMN-102", "Resource for parameter [extensionId] is not found", parameterName="extensionId"
            )
        return extension

    def listed(self, query: Mapping[str, list[str]]) -> list[Extension]:
        """The extensions that the list's filters leave."""
        tests: list[Callable[[Extension], bool]] = []
        if emails := {value.casefold() for value in query.get("email", ())}:
            tests.append(lambda e: e.email.casefold() in emails)
        if statuses := set(query.get("status", ())):
            tests.append(lambda e: e.status in statuses)
        if types := set(query.get("type", ())):
            tests.append(lambda e: e.type in types)
        if numbers := set(query.get("extensionNumber", ())):
            tests.append(lambda e: e.extension_number in numbers)
        return [extension for extension in self.extensions.values() if all(test(extension) for test in tests)]

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
        for value in change.get("customFields") or ():
            self.index.write(extension, value["id"], value["value"])
        if any((change.get("transition") or {}).get(flag) for flag in self.mailing_flags):
            self.outbox.append(
                Mail(
                    at=self.clock.iso(),
                    extension_id=extension.id,
                    extension_number=extension.extension_number,
                    name=extension.name,
                    email=extension.email,
                    via="bulk" if task else "single",
                    task_id=task.id if task else None,
                    request=task.request if task else self.request,
                )
            )

    def _check(self, extension: Extension, change: Mapping[str, Any]) -> None:
        if extension.id in self.reject:
            raise Refused(400, "CMN-101", self.reject[extension.id])
        if "transition" in change and (extension.status != "NotActivated" or extension.type not in PERSON_TYPES):
            raise Refused(
                400, "CMN-101", "Parameter [transition] is invalid for this extension", parameterName="transition"
            )
        email = (change.get("contact") or {}).get("email")
        if email and self.allowed_domains and email.rpartition("@")[2] not in self.allowed_domains:
            raise Refused(400, "CMN-101", "Parameter [email] value is invalid", parameterName="email")
        known = {entry["id"] for entry in self.fields}
        if any(value["id"] not in known for value in change.get("customFields") or ()):
            raise Refused(404, "CMN-102", "Resource for parameter [customFields.id] is not found")

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
            raise Refused(404, "CMN-102", "Resource for parameter [taskId] is not found", parameterName="taskId")
        return self.tasks[task_id]

    def work(self) -> None:
        """Do what is due."""
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

    def task_document(self, task: Task, base_url: str) -> dict[str, Any]:
        document: dict[str, Any] = {
            "uri": f"{base_url}/extension-bulk-update/tasks/{task.id}",
            "id": task.id,
            "status": task.status,
            "creationTime": self._iso(task.created_at),
            "lastModifiedTime": self._iso(task.modified_at),
        }
        if task.status in {"Completed", "Failed"}:
            items: Any = task.results if task.script.get("flat") else {"result": task.results}
            errors = [{"errorCode": "CMN-211", "message": "Internal error"}] if task.status == "Failed" else []
            document["result"] = {"affectedItems": items, "errors": errors}
        return document

    def create_field(self, name: str) -> dict[str, str]:
        if len(self.fields) >= FIELDS:
            raise Refused(400, "CMN-127", f"The account has {FIELDS} custom fields already")
        entry = {"id": str(len(self.fields) + 1), "category": "User", "displayName": name}
        self.fields.append(entry)
        return entry

    def directory(self, search: Mapping[str, Any]) -> Entries:
        """All entries that a directory search finds, before paging."""
        self.work()
        statuses, types, ids = (
            set(search.get(key) or ()) for key in ("extensionStatuses", "extensionTypes", "extensionIds")
        )
        names = {entry["id"]: entry["displayName"] for entry in self.fields}
        found = [
            extension
            for extension in self.extensions.values()
            if (not statuses or extension.status in statuses)
            and (not types or extension.type in types)
            and (not ids or str(extension.id) in ids)
            and not (extension.hidden and self.faces.hides_hidden)
        ]
        return Entries(found, names, self.index, self.faces)

    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(extension.status for extension in self.extensions.values()).items()))

    def _iso(self, seconds: float) -> str:
        return iso(self.clock.now() - timedelta(seconds=self.clock.seconds() - seconds))
