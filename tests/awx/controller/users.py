# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: system administrators, an organization's administrators, people with roles on single objects."""

from __future__ import annotations

from dataclasses import dataclass

from .kinds import KINDS, OWNERS
from .store import Record, Refused, Store

EVERYBODY_READS = ("credential_types", "organizations", "execution_environments")
_DENIED = "You do not have permission to perform this action."


@dataclass(frozen=True)
class User:
    """Somebody who may log in. ``administers`` holds ids of organizations; a role is kind, id and name."""

    name: str
    password: str
    superuser: bool = False
    administers: frozenset[int] = frozenset()
    roles: frozenset[tuple[str, int, str]] = frozenset()

    def has(self, store: Store, kind: str, record: Record, role: str) -> bool:
        """Whether this user has a role on an object, which its administrators have as well."""
        return self.manages(store, kind, record) or (kind, record["id"], role) in self.roles

    def manages(self, store: Store, kind: str, record: Record) -> bool:
        """Whether this user may change an object. Only a system administrator may change a credential type."""
        if self.superuser:
            return True
        return kind != "credential_types" and organization(store, kind, record) in self.administers

    def sees(self, store: Store, kind: str, record: Record) -> bool:
        return (
            kind in EVERYBODY_READS
            or self.manages(store, kind, record)
            or any(role[:2] == (kind, record["id"]) for role in self.roles)
        )

    def check_reading(self, store: Store, kind: str, record: Record) -> None:
        if not self.sees(store, kind, record):
            raise Refused(404, detail="Not found.")

    def check_writing(self, store: Store, kind: str, record: Record) -> None:
        """Refuse to make, change or delete an object; ``record`` may be what it would become."""
        if not self.manages(store, kind, record):
            raise Refused(403, detail=_DENIED)

    def check_launch(self, store: Store, template: Record, credentials: list[Record]) -> None:
        allowed = self.has(store, "job_templates", template, "execute")
        if not (allowed and all(self.has(store, "credentials", one, "use") for one in credentials)):
            raise Refused(403, detail=_DENIED)


def organization(store: Store, kind: str, record: Record) -> object:
    """The id of the organization that an object is in, also by its inventory, workflow or template."""
    if kind == "organizations":
        return record["id"]
    if kind in OWNERS:
        field = OWNERS[kind]
        found = store.find(KINDS[kind].fields[field].refers_to, record.get(field))
        return organization(store, *found) if found else None
    if kind == "workflow_approval_templates":
        nodes = store.records("workflow_job_template_nodes")
        node = next((one for one in nodes if one["unified_job_template"] == record.get("id")), None)
        return organization(store, "workflow_job_template_nodes", node) if node else None
    if kind == "job_templates" and not record.get("organization"):
        project = store.find("projects", record.get("project"))
        return organization(store, *project) if project else None
    return record.get("organization")
