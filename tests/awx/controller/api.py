# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints. Stricter than AWX in one thing: a field or filter that it does not know is an error, not ignored."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

from . import injectors, launches, refusals
from .kinds import KINDS, Field
from .store import ENCRYPTED, Record, Refused, Store, fits

Answer = tuple[int, Any]

# awx.awx sends what it knows of a node with its approval, too. AWX ignores that.
_SUPERFLUOUS = set(KINDS["workflow_job_template_nodes"].fields) | {"state"}


class Api:
    """What lies below /api/v2/."""

    def __init__(self, store: Store, page_size: int) -> None:
        self.store, self.page_size = store, page_size

    def answer(self, method: str, parts: list[str], query: dict[str, str], body: Any) -> Answer:
        kind = parts[0]
        if kind == "project_updates" and method == "GET" and len(parts) == 2:
            return 200, self._sync(parts[1])
        if kind not in KINDS and kind != "unified_job_templates":
            raise Refused(404, detail="The requested resource could not be found.")
        if method in {"POST", "PATCH"} and not isinstance(body, dict):
            raise Refused(400, detail="JSON parse error")
        if len(parts) == 1:
            return self._list(method, kind, query, body)
        record = self.store.get(kind, int(parts[1]) if parts[1].isdigit() else 0)
        if len(parts) == 2:
            return self._object(method, kind, record, body)
        if method == "GET" and parts[2] in KINDS[kind].links:
            attached = self.store.linked(kind, record["id"], parts[2])
            shown = [self.shown(KINDS[kind].links[parts[2]], one) for one in attached]
            return 200, self._page("/".join(parts), shown, query)
        return self._below(method, kind, record, parts[2], body)

    def _list(self, method: str, kind: str, query: dict[str, str], body: Record) -> Answer:
        if method == "GET":
            found = [self.shown(one, record) for one, record in self.store.all(kind)]
            return 200, self._page(kind, found, query)
        if method != "POST" or kind in {"unified_job_templates", "workflow_approval_templates"}:
            raise Refused(405, detail=f'Method "{method}" not allowed.')
        return 201, self.shown(kind, self._create(kind, body))

    def _object(self, method: str, kind: str, record: Record, body: Record) -> Answer:
        if method == "GET":
            return 200, self.shown(kind, record)
        if method == "PATCH":
            superfluous = _SUPERFLUOUS if kind == "workflow_approval_templates" else set()
            new = {**deepcopy(record), **self._fields(kind, body, record, superfluous)}
            refusals.check(self.store, kind, new, record)
            record.update(new)
            return 200, self.shown(kind, record)
        if method == "DELETE":
            refusals.check_deletion(self.store, kind, record)
            self.store.delete(kind, record["id"])
            return (202 if kind == "inventories" else 204), {}
        raise Refused(405, detail=f'Method "{method}" not allowed.')

    def _below(self, method: str, kind: str, record: Record, name: str, body: Record) -> Answer:
        if name == "survey_spec" and "survey_enabled" in record:
            return self._survey(method, record, body)
        if name == "create_approval_template" and kind == "workflow_job_template_nodes" and method == "POST":
            fields = {key: value for key, value in body.items() if key not in _SUPERFLUOUS or key == "timeout"}
            approval = self._create("workflow_approval_templates", fields)
            record["unified_job_template"] = approval["id"]
            return 201, self.shown("workflow_approval_templates", approval)
        if name not in KINDS[kind].links or method != "POST":
            raise Refused(404, detail="The requested resource could not be found.")
        self._attach(kind, record, name, body)
        return 204, {}

    def _attach(self, kind: str, record: Record, name: str, body: Record) -> None:
        if set(body) - {"id", "disassociate"} or not fits(body.get("id"), int):
            raise Refused(400, msg='"id" field must be an integer.')
        links = self.store.links(kind, record["id"], name)
        if body.get("disassociate"):
            if body["id"] in links:
                links.remove(body["id"])
            return
        other = self.store.get(KINDS[kind].links[name], body["id"])
        refusals.check_link(self.store, kind, record, name, other)
        if other["id"] not in links:
            links.append(other["id"])

    def _survey(self, method: str, record: Record, body: Record) -> Answer:
        if method == "GET":
            return 200, self.store.survey(record["id"])
        if method == "DELETE":
            self.store.set_survey(record["id"], {})
        elif why := launches.survey_objection(body):
            raise Refused(400, error=why)
        else:
            self.store.set_survey(record["id"], deepcopy(body))
        return 200, {}

    def _create(self, kind: str, body: Record) -> Record:
        fields = KINDS[kind].fields
        given = self._fields(kind, body, None, set())
        if missing := [name for name, field in fields.items() if field.required and not given.get(name)]:
            raise Refused(400, **{name: ["This field is required."] for name in missing})
        new = {**{name: deepcopy(field.default) for name, field in fields.items()}, **given}
        refusals.check(self.store, kind, new, None)
        return self.store.add(kind, new)

    def _fields(self, kind: str, body: Record, old: Record | None, superfluous: set[str]) -> Record:
        """The fields of a request as they are stored."""
        given = {}
        for name, value in body.items():
            field = KINDS[kind].fields.get(name)
            if field is None or (field.read_only and value != field.default):
                if name not in superfluous:
                    raise Refused(400, **{name: [f"{kind} have no such field, or it cannot be written."]})
            elif not field.read_only:
                given[name] = self._value(name, field, value)
        owner = KINDS[kind].fields.get("workflow_job_template")
        if (
            owner
            and old
            and given.get("workflow_job_template", old["workflow_job_template"]) != old["workflow_job_template"]
        ):
            raise Refused(400, workflow_job_template=["A node stays in its workflow."])
        return given

    def _value(self, name: str, field: Field, value: Any) -> Any:
        if value is None:
            return "" if field.type is str and field.default == "" else field.default
        if not fits(value, field.type) or (field.choices and value not in field.choices):
            raise Refused(400, **{name: [f"{value!r} is not a valid choice or {field.type.__name__}."]})
        if field.refers_to and self.store.find(field.refers_to, value) is None:
            raise Refused(400, **{name: [f'Invalid pk "{value}" - object does not exist.']})
        return deepcopy(value)

    def _page(self, path: str, found: list[Record], query: dict[str, str]) -> Record:
        filters = {name: value for name, value in query.items() if name not in {"page", "page_size", "order_by"}}
        either = {name.removeprefix("or__"): filters.pop(name) for name in list(filters) if name.startswith("or__")}
        for name in (*filters, *either):
            if name not in {"id", "type"} and not any(name in kind.fields for kind in KINDS.values()):
                raise Refused(400, detail=f"{name} is no field to filter by")
        found = [one for one in found if all(str(one.get(name)) == value for name, value in filters.items())]
        if either:
            found = [one for one in found if any(str(one.get(name)) == value for name, value in either.items())]
        size, page = min(int(query.get("page_size", self.page_size)), 200), int(query.get("page", 1))
        here = found[(page - 1) * size : page * size]

        def address(number: int) -> str:
            return f"/api/v2/{path}/?{urlencode({**query, 'page': number})}"

        return {
            "count": len(found),
            "next": address(page + 1) if page * size < len(found) else None,
            "previous": address(page - 1) if page > 1 else None,
            "results": here,
        }

    def _sync(self, number: str) -> Record:
        """A project's update, which has the number of its project. It takes until somebody has looked at it once."""
        project = self.store.get("projects", int(number))
        looked, project["_looked"] = project.get("_looked", False), True
        if looked and not project["_synced"]:
            project["_synced"], project["scm_revision"] = True, "0" * 40
        return {"id": project["id"], "type": "project_update", "status": "successful" if looked else "running"}

    def shown(self, kind: str, record: Record) -> Record:
        """A record as AWX shows it: with addresses, and without secrets."""
        url = f"/api/v2/{kind}/{record['id']}/"
        shown = {name: deepcopy(value) for name, value in record.items() if not name.startswith("_")}
        related = {name: f"{url}{name}/" for name in KINDS[kind].links}
        summary: Record = {}
        if "survey_enabled" in record:
            related["survey_spec"] = f"{url}survey_spec/"
        if kind == "credentials":
            hidden = injectors.secrets(self.store.get("credential_types", record["credential_type"]))
            shown["inputs"] = {
                name: ENCRYPTED if value and name in hidden else value for name, value in record["inputs"].items()
            }
        if kind == "notification_templates" and record["notification_configuration"].get("password"):
            shown["notification_configuration"]["password"] = ENCRYPTED
        if kind == "projects":
            related["update"] = f"{url}update/"
            if not record["_synced"]:
                summary["current_update"] = {"id": record["id"], "status": "running"}
        if found := self.store.find("unified_job_templates", record.get("unified_job_template")):
            related["unified_job_template"] = f"/api/v2/{found[0]}/{found[1]['id']}/"
        return {"type": KINDS[kind].type, "url": url, "related": related, "summary_fields": summary, **shown}
