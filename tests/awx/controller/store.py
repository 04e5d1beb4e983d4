# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that AWX keeps, with their secrets, and what is attached to what."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from .kinds import KINDS, OWNERS, UNIFIED, Kind

Record = dict[str, Any]

ENCRYPTED = "$encrypted$"
MOST = 1000  # objects: more would be a runaway loop


class Refused(Exception):
    """AWX's answer to a request that it does not fulfil."""

    def __init__(self, status: int, **body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Store:
    """Records by kind and id. ``playbooks`` are those in the repository that projects are synced from."""

    def __init__(self, playbooks: tuple[str, ...]) -> None:
        self.playbooks = playbooks
        self._records: dict[str, dict[int, Record]] = {kind: {} for kind in KINDS}
        self._links: dict[tuple[str, int, str], list[int]] = {}
        self._surveys: dict[int, Record] = {}
        self._last = 0
        self.unreachable: set[str] = set()
        """The addresses of repositories from which a sync fails."""
        self.active: list[set[tuple[str, int]]] = []
        """For each job that runs or waits: what it uses, as kind and id."""
        self.launched: dict[int, tuple[Record, Record, list[Record]]] = {}
        """The launches by the number of their job: template, what was accepted, credentials."""

    def add(self, kind: str, record: Record) -> Record:
        if self._last >= MOST:
            raise Refused(503, detail="too many objects for a test")
        self._last += 1
        stored = {"id": self._last, **record}
        self._records[kind][self._last] = stored
        return stored

    def all(self, kind: str) -> Iterator[tuple[str, Record]]:
        """Every record of a kind with the name of its own kind, which differs for unified_job_templates alone."""
        for one in UNIFIED if kind == "unified_job_templates" else (kind,):
            for record in self._records[one].values():
                yield one, record

    def records(self, kind: str) -> Iterator[Record]:
        return (record for _kind, record in self.all(kind))

    def find(self, kind: str, number: object) -> tuple[str, Record] | None:
        return next((found for found in self.all(kind) if found[1]["id"] == number), None)

    def get(self, kind: str, number: object) -> Record:
        found = self.find(kind, number)
        if found is None:
            raise Refused(404, detail="Not found.")
        return found[1]

    def named(self, kind: str, name: str) -> Record:
        """The only record of that name, for tests and for jobs."""
        (record,) = (record for record in self.records(kind) if record["name"] == name)
        return record

    def links(self, kind: str, number: int, name: str) -> list[int]:
        return self._links.setdefault((kind, number, name), [])

    def linked(self, kind: str, number: int, name: str) -> list[Record]:
        return [self.get(KINDS[kind].links[name], one) for one in self.links(kind, number, name)]

    def survey(self, number: int) -> Record:
        return self._surveys.get(number, {})

    def set_survey(self, number: int, survey: Record) -> None:
        self._surveys[number] = survey

    def questions(self, template: Record) -> list[Record]:
        """What a launch of the template asks."""
        asked: list[Record] = self.survey(template["id"]).get("spec", []) if template.get("survey_enabled") else []
        return asked

    def unique(self, kind: str, record: Record) -> bool:
        names = KINDS[kind].unique
        return not any(
            other["id"] != record.get("id") and all(other.get(name) == record.get(name) for name in names)
            for other in self.records(kind)
        )

    def delete(self, kind: str, number: int) -> None:
        """Remove a record, what belongs to it, and each trace of it in others."""
        record = self.get(kind, number)
        del self._records[kind][number]
        approval = record.get("unified_job_template") if kind == "workflow_job_template_nodes" else None
        if approval in self._records["workflow_approval_templates"]:
            self.delete("workflow_approval_templates", approval)
        self._surveys.pop(number, None)
        for other, field in OWNERS.items():
            if _refers(KINDS[other], field, kind):
                for owned in [record["id"] for record in self.records(other) if record[field] == number]:
                    self.delete(other, owned)
        self._forget(kind, number)

    def _forget(self, kind: str, number: int) -> None:
        for other, spec in KINDS.items():
            for field in spec.fields:
                if _refers(spec, field, kind):
                    for record in self.records(other):
                        record[field] = None if record[field] == number else record[field]
        for (other, owner, name), attached in list(self._links.items()):
            if (other, owner) == (kind, number):
                del self._links[other, owner, name]
            elif KINDS[other].links[name] == kind and number in attached:
                attached.remove(number)

    def snapshot(self) -> dict[str, Any]:
        """All of it, to compare."""
        links = {f"{kind} {number} {name}": sorted(ids) for (kind, number, name), ids in self._links.items() if ids}
        return deepcopy({"records": self._records, "links": links, "surveys": self._surveys})


def look(store: Store, project: Record) -> str:
    """The status of a project's sync, which ends when somebody looks for the second time."""
    if project["_sync"] == "running":
        project["_looks"] += 1
    if project["_sync"] == "running" and project["_looks"] > 1:
        failed = project["scm_url"] in store.unreachable
        project["_sync"] = "failed" if failed else "successful"
        project["scm_revision"] = project["scm_revision"] if failed else "0" * 40
    return str(project["_sync"])


def fits(value: object, kind: type) -> bool:
    """Whether a value is of a type, where a bool is no number."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _refers(kind: Kind, field: str, to: str) -> bool:
    target = kind.fields[field].refers_to
    return target == to or (target == "unified_job_templates" and to in UNIFIED)
