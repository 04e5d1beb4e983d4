# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX 24 does not take: the rules of its objects, each of which a test breaks once."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import yaml

from . import injectors, launches
from .messages import check_notification
from .store import ENCRYPTED, Record, Refused, Store
from .times import rule_objections

LONGEST_NAME = 512
STARTED_WITH = ("job_templates", "workflow_job_templates", "projects", "inventories")
"""What cannot be deleted while a job that uses it runs or waits."""

_IMAGE = re.compile(r"[\w.-]+(:\d+)?(/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?", re.ASCII)
_GIT = re.compile(r"(https?|ssh|git|file)://[^/\s]*[^\s]+|[\w.-]+@[\w.-]+:\S+|/\S+")


def check(store: Store, kind: str, new: Record, old: Record | None) -> None:
    """Refuse what an object would become; ``old`` is what it is so far. May complete the new one, as AWX does."""
    if rule := _RULES.get(kind):
        rule(store, new, old)
    if not store.unique(kind, new):
        raise Refused(400, __all__=[f"{kind} with this name already exists."])
    if len(new.get("name", "")) > LONGEST_NAME:
        raise Refused(400, name=[f"Ensure this field has no more than {LONGEST_NAME} characters."])


def check_deletion(store: Store, kind: str, record: Record) -> None:
    if kind == "credential_types" and _in_use(store, record):
        raise Refused(403, detail="Credential types that are in use cannot be deleted")
    active = [job for job in store.active if (kind, record["id"]) in job]
    if kind in STARTED_WITH and active:
        raise Refused(409, error="Resource is being used by running jobs.", active_jobs=[{"id": 17}] * len(active))


def check_link(store: Store, kind: str, owner: Record, name: str, other: Record) -> None:
    """Refuse to attach the other to the owner."""
    if name == "credentials":
        _check_credential(store, kind, owner, other)
    elif name.endswith("_nodes"):
        _check_path(store, owner, name, other)


def check_launch(store: Store, credentials: list[Record]) -> None:
    """Refuse a launch with two credentials of one type."""
    kinds = [one["credential_type"] for one in credentials]
    if twice := next((kind for kind in kinds if kinds.count(kind) > 1), None):
        name = store.get("credential_types", twice)["name"]
        raise Refused(400, credentials=[f"Cannot assign multiple {name} credentials."])


def _in_use(store: Store, credential_type: Record) -> bool:
    return any(one["credential_type"] == credential_type["id"] for one in store.records("credentials"))


def _credential_type(store: Store, new: Record, old: Record | None) -> None:
    injectors.check(new)
    if old and new["inputs"] != old["inputs"] and _in_use(store, old):
        raise Refused(403, detail="Modifications to inputs are not allowed for credential types that are in use")


def _credential(store: Store, new: Record, old: Record | None) -> None:
    if not new["organization"]:
        raise Refused(400, detail="Missing 'user', 'team', or 'organization'.")
    credential_type = store.get("credential_types", new["credential_type"])
    fields = {field["id"]: field for field in credential_type["inputs"].get("fields", [])}
    for name, value in new["inputs"].items():
        if name not in fields:
            raise Refused(400, inputs=[f"Additional properties are not allowed ('{name}' was unexpected)"])
        if not isinstance(value, bool if fields[name]["type"] == "boolean" else str):
            raise Refused(400, inputs={name: [f"{value!r} is not of type {fields[name]['type']}"]})
        if fields[name].get("format") == "url" and not _is_url(str(value)):
            raise Refused(400, inputs={name: [f"{value} is not a url"]})
        if value == ENCRYPTED and name in injectors.secrets(credential_type):
            if old is None:
                raise Refused(400, inputs=[f"{ENCRYPTED} is a reserved keyword, and cannot be used for {name}."])
            new["inputs"][name] = old["inputs"].get(name, "")


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme and parts.netloc)


def _execution_environment(_store: Store, new: Record, _old: Record | None) -> None:
    if not _IMAGE.fullmatch(new["image"]):
        raise Refused(400, image=["Must have an image name in all fields: [registry/]name[:tag]"])


def _project(_store: Store, new: Record, old: Record | None) -> None:
    if new["scm_type"] and not _GIT.fullmatch(new["scm_url"]):
        raise Refused(400, scm_url=["Invalid SCM URL." if new["scm_url"] else "SCM URL is required."])
    if old is None or any(new[name] != old[name] for name in ("scm_type", "scm_url", "scm_branch")):
        new["_sync"] = "running"
        new["_looks"] = 0


def _host(store: Store, new: Record, _old: Record | None) -> None:
    if store.get("inventories", new["inventory"])["kind"]:
        raise Refused(400, detail="Cannot create Host for Smart or Constructed Inventories")
    _check_variables("variables", new["variables"])
    here = [host for host in store.records("hosts") if host["inventory"] == new["inventory"]]
    if any(_host_name(one["name"]) == _host_name(new["name"]) for one in here if one["id"] != new.get("id")):
        raise Refused(400, __all__=["Host with this Name and Inventory already exists."])


def _host_name(name: str) -> str:
    """A port behind a name is a variable of the host to AWX."""
    return re.sub(r":\d+$", "", name)


def _inventory(_store: Store, new: Record, _old: Record | None) -> None:
    if new["kind"] == "smart" and not new["host_filter"]:
        raise Refused(400, detail="Smart inventories must specify host_filter")
    _check_variables("variables", new["variables"])


def _check_variables(name: str, text: str) -> None:
    try:
        parsed = yaml.safe_load(text or "{}")
    except yaml.YAMLError as error:
        raise Refused(400, **{name: [f"Cannot parse as JSON or YAML: {error}"]}) from error
    if not isinstance(parsed, dict):
        raise Refused(400, **{name: [f"Variables must be a dictionary, not {type(parsed).__name__}"]})


def _job_template(store: Store, new: Record, _old: Record | None) -> None:
    if not new["project"]:
        raise Refused(400, project=["Job Templates must have a project assigned."])
    if not new["inventory"] and not new["ask_inventory_on_launch"]:
        raise Refused(400, inventory=["You must either set a default value or ask to prompt on launch."])
    project = store.get("projects", new["project"])
    if new["organization"] not in {None, project["organization"]}:
        raise Refused(400, organization=["A job template is in the organization of its project."])
    new["organization"] = project["organization"]
    if not new["playbook"]:
        raise Refused(400, playbook=["Must select playbook for project."])
    playbooks = store.playbooks if project["scm_revision"] else ()
    if project["scm_type"] and not project["allow_override"] and new["playbook"] not in playbooks:
        raise Refused(400, playbook=["Playbook not found for project."])
    if (new["scm_branch"] or new["ask_scm_branch_on_launch"]) and not project["allow_override"]:
        raise Refused(400, scm_branch=["Project does not allow overriding branch."])
    _check_variables("extra_vars", new["extra_vars"])


def _workflow(_store: Store, new: Record, _old: Record | None) -> None:
    _check_variables("extra_vars", new["extra_vars"])


def _node(store: Store, new: Record, _old: Record | None) -> None:
    found = store.find("unified_job_templates", new["unified_job_template"])
    if found and (wrong := launches.objections(store, *found, new, may_lack=True)):
        raise Refused(400, **wrong)


def _schedule(store: Store, new: Record, old: Record | None) -> None:
    if wrong := rule_objections(new["rrule"]):
        raise Refused(400, rrule=wrong)
    kind, template = store.find("unified_job_templates", new["unified_job_template"]) or ("", {})
    if old and {name for name in new if new[name] != old.get(name)} == {"enabled"} and not new["enabled"]:
        return
    if wrong_launch := launches.objections(store, kind, template, new, may_lack=False):
        raise Refused(400, **wrong_launch)


def _check_credential(store: Store, kind: str, owner: Record, credential: Record) -> None:
    if kind != "job_templates":
        found = store.find("unified_job_templates", owner["unified_job_template"])
        if found is None:
            raise Refused(400, msg="Cannot assign credential when related template is null.")
        if found[0] != "job_templates":
            raise Refused(400, msg="Related template cannot accept credentials on launch.")
        if not found[1]["ask_credential_on_launch"]:
            raise Refused(400, msg="Related template is not configured to accept credentials on launch.")
        if credential in store.linked("job_templates", found[1]["id"], "credentials"):
            raise Refused(400, msg=f"Related template already uses {credential['name']} credential.")
    of_that_type = [
        one
        for one in store.linked(kind, owner["id"], "credentials")
        if one["credential_type"] == credential["credential_type"]
    ]
    if of_that_type:
        name = store.get("credential_types", credential["credential_type"])["name"]
        if kind == "job_templates":
            raise Refused(400, msg=f"Cannot assign multiple {name} credentials.")
        raise Refused(400, msg=f"This launch configuration already provides a {name} credential.")


def _check_path(store: Store, owner: Record, name: str, other: Record) -> None:
    kind = "workflow_job_template_nodes"
    relations = {"success_nodes", "failure_nodes", "always_nodes"}
    if any(other["id"] in store.links(kind, owner["id"], relation) for relation in relations - {name}):
        raise Refused(400, Error="Relationship not allowed.")
    ahead, seen = [other["id"]], set()
    while ahead:
        here = ahead.pop()
        if here == owner["id"]:
            raise Refused(400, Error="Cycle detected.")
        if here not in seen:
            seen.add(here)
            ahead += [one for relation in relations for one in store.links(kind, here, relation)]


_RULES: dict[str, Callable[[Store, Record, Record | None], None]] = {
    "credential_types": _credential_type,
    "credentials": _credential,
    "execution_environments": _execution_environment,
    "projects": _project,
    "inventories": _inventory,
    "hosts": _host,
    "notification_templates": check_notification,
    "job_templates": _job_template,
    "workflow_job_templates": _workflow,
    "workflow_job_template_nodes": _node,
    "schedules": _schedule,
}
