# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX would start: the playbook, inventory, variables and environment of a job, from its configuration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from . import injectors, launches
from .store import Record, Refused, Store


@dataclass(frozen=True)
class Job:
    """One job. The inventory is as Ansible reads it."""

    template: str
    playbook: str
    check: bool
    limit: str
    variables: dict[str, Any]
    inventory: dict[str, Any]
    environment: dict[str, str]


def launched(store: Store, name: str, folder: Path, *, credentials: Iterable[str] = (), **said: Any) -> Job:
    """Somebody launches a job template and names credentials; ``said`` is what they answer to its prompts."""
    template = store.named("job_templates", name)
    taken, _ignored = launches.accepted(store, template, said)
    return _job(store, template, taken, [store.named("credentials", one) for one in credentials], folder)


def started(store: Store, number: int, folder: Path) -> Job:
    """The job of a launch by the REST API."""
    return _job(store, *store.launched[number], folder)


def scheduled(store: Store, name: str, folder: Path) -> Job:
    """A schedule of a job template comes due."""
    schedule = store.named("schedules", name)
    template = store.get("job_templates", schedule["unified_job_template"])
    return _job(store, template, schedule, store.linked("schedules", schedule["id"], "credentials"), folder)


def of_node(store: Store, node: Record, folder: Path, artifacts: dict[str, Any]) -> Job:
    """A workflow comes to a node. What the jobs before it handed to set_stats is among its variables."""
    template = store.get("job_templates", node["unified_job_template"])
    credentials = store.linked("workflow_job_template_nodes", node["id"], "credentials")
    job = _job(store, template, node, credentials, folder)
    job.variables.update(artifacts)
    return job


def _job(store: Store, template: Record, said: Record, credentials: Iterable[Record], folder: Path) -> Job:
    if wrong := launches.objections(store, "job_templates", template, said, may_lack=False):
        raise Refused(400, **wrong)
    environment = {"AWX_PRIVATE_DATA_DIR": "/runner"}
    for credential in (*store.linked("job_templates", template["id"], "credentials"), *credentials):
        credential_type = store.get("credential_types", credential["credential_type"])
        environment |= injectors.environment(credential_type, credential["inputs"], folder)
    inventory = store.get("inventories", template["inventory"])
    hosts = [host for host in store.records("hosts") if host["inventory"] == inventory["id"] and host["enabled"]]
    return Job(
        template=template["name"],
        playbook=template["playbook"],
        check=template["job_type"] == "check",
        limit=said.get("limit") or template["limit"],
        variables={
            **launches.answered(store, template, said.get("extra_data") or {}),
            "awx_job_id": 17,
        },
        inventory={
            "all": {
                "vars": _parsed(inventory),
                "hosts": {host["name"]: _parsed(host) for host in hosts},
            }
        },
        environment=environment,
    )


def _parsed(record: Record) -> Any:
    return yaml.safe_load(record["variables"] or "{}")
