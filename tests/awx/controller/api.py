# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints. Where it is stricter than AWX stands in differences.py, with the reasons."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

from . import injectors, launches, refusals
from .kinds import KINDS, Field
from .messages import SECRETS
from .store import ENCRYPTED, Record, Refused, Store, fits, look
from .users import User

Answer = tuple[int, Any]

# awx.awx sends what it knows of a node with its approval, too. AWX ignores that.
_SUPERFLUOUS = set(KINDS["workflow_job_template_nodes"].fields) | {"state"}


class Api:
    """What lies below /api/v2/."""

    def __init__(self, store: Store, page_size: int) -> None:
        self.store, self.page_size = store, page_size

    def answer(self, user: User, method: str, parts: list[str], query: dict[str, str], body: Any) -> Answer:
        kind = parts[0]
        if kind == "project_updates" and method == "GET" and len(parts) == 2:
            return 200, self._sync(self.store.get("projects", int(parts[1])))
        if kind not in KINDS and kind != "unified_job_templates":
            raise Refused(404, detail="The requested resource could not be found.")
        if method in {"POST", "PATCH"} and not isinstance(body, dict):
            raise Refused(400, detail="JSON parse error")
        if len(parts) == 1:
            return self._list(user, method, kind, query, body)
        record = self.store.get(kind, int(parts[1]) if parts[1].isdigit() else 0)
        user.check_reading(self.store, kind, record)
        if method == "POST" and parts[2:] == ["launch"] and kind == "job_templates":
            return self._launch(user, record, body)
        if method != "GET":
            user.check_writing(self.store, kind, record)
        if len(parts) == 2:
            return self._object(method, kind, record, body)
        if method == "GET" and parts[2] in KINDS[kind].links:
            attached = self.store.linked(kind, record["id"], parts[2])
            shown = [self.shown(KINDS[kind].links[parts[2]], one) for one in attached]
            return 200, self._page("/".join(parts), shown, query)
        return self._below(method, kind, record, parts[2], body)

    def _list(self, user: User, method: str, kind: str, query: dict[str, str], body: Record) -> Answer:
        if method == "GET":
            seen = [found for found in self.store.all(kind) if user.sees(self.store, *found)]
            found = [self.shown(one, record) for one, record in seen]
            return 200, self._page(kind, found, query)
        if method != "POST" or kind in {"unified_job_templates", "workflow_approval_templates"}:
            raise Refused(405, detail=f'Method "{method}" not allowed.')
        user.check_writing(self.store, kind, body)
        return 201, self.shown(kind, self._create(kind, body))

    def _launch(self, user: User, template: Record, body: Record) -> Answer:
        numbers = body.get("credentials") or []
        found = [self.store.get("credentials", number) for number in numbers]
        user.check_launch(self.store, template, found)
        said, ignored = launches.accepted(self.store, template, {**body, "extra_data": body.get("extra_vars") or {}})
        taken = found if "credentials" not in ignored else []
        refusals.check_launch(self.store, taken)
        number = len(self.store.launched) + 1
        self.store.launched[number] = (template, said, taken)
        return 201, {"job": number, "id": number, "type": "job", "status": "pending", "ignored_fields": ignored}

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
        if name == "update" and kind == "projects" and method == "POST":
            record["_sync"], record["_looks"] = "running", 0
            return 202, self._sync(record)
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
        if self.store.find(KINDS[kind].links[name], body["id"]) is None:
            raise Refused(400, detail="The object to associate does not exist.")
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
        if field.type is str and fits(value, int):
            value = str(value)  # so does AWX
        if field.type is dict and isinstance(value, str):
            value = launches.parsed(name, value)
        if not fits(value, field.type) or (field.choices and value not in field.choices):
            raise Refused(400, **{name: [f"{value!r} is not a valid choice or {field.type.__name__}."]})
        if field.refers_to and self.store.find(field.refers_to, value) is None:
            raise Refused(400, **{name: [f'Invalid pk "{value}" - object does not exist.']})
        return deepcopy(value)

    def _page(self, path: str, found: list[Record], query: dict[str, str]) -> Record:
        filters = {name: value for name, value in query.items() if name not in {"page", "page_size", "order_by"}}
        either = {name.removeprefix("or__"): filters.pop(name) for name in list(filters) if name.startswith("or__")}
        if "organization__name" in filters:
            named = filters.pop("organization__name")
            ids = [one["id"] for one in self.store.records("organizations") if one["name"] == named]
            found = [one for one in found if one.get("organization") in ids]
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

    def _sync(self, project: Record) -> Record:
        """A project's update, which has the number of its project."""
        status = look(self.store, project)
        return {
            "id": project["id"],
            "type": "project_update",
            "url": f"/api/v2/project_updates/{project['id']}/",
            "status": status,
            "failed": status == "failed",
            "finished": None if status == "running" else "2026-01-05T09:00:00Z",
            "event_processing_finished": status != "running",
            "scm_revision": project["scm_revision"],
        }

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
        if kind == "notification_templates":
            for name in SECRETS:
                if record["notification_configuration"].get(name):
                    shown["notification_configuration"][name] = ENCRYPTED
        if kind == "projects":
            related["update"] = f"{url}update/"
            shown["status"] = look(self.store, record)
            shown["scm_revision"] = record["scm_revision"]
            if shown["status"] == "running":
                summary["current_update"] = {"id": record["id"], "status": "running"}
        if found := self.store.find("unified_job_templates", record.get("unified_job_template")):
            related["unified_job_template"] = f"/api/v2/{found[0]}/{found[1]['id']}/"
        return {"type": KINDS[kind].type, "url": url, "related": related, "summary_fields": summary, **shown}
