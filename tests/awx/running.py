# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs awx/ against the stand-in, and what AWX would start then: jobs with ansible-playbook, workflows node by node."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from awx.controller import Controller, jobs
from awx.controller.server import USER
from awx.controller.store import Record
from emulator import Emulator
from integration.playing import ROOT, Played, Player, writes

ACCOUNTS = {"acme_europe": 400131426008, "acme_america": 400131426009}


@dataclass(frozen=True)
class Site:
    """Whoever uses awx/ has this: a copy of the data with their own values, the secrets, and an AWX."""

    awx: Controller
    data: Path
    secrets: dict[str, dict[str, str]]

    def play(self, folder: Path, name: str, *options: str, user: str = USER, **variables: Any) -> Played:
        player = Player(folder, {**self.awx.env(user), "ANSIBLE_PIPELINING": "true"})
        known = {"awx_data": str(self.data), "ringcentral_secrets": self.secrets, "awx_poll_seconds": 0}
        return player.play(ROOT / f"awx/{name}.yml", *options, **known, **variables)


def run(job: jobs.Job, folder: Path) -> Played:
    """A job in an execution environment of its own: an empty home, and only the environment that AWX gives it."""
    folder.mkdir()
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps(job.inventory), encoding="utf-8")
    options = ["--check"] if job.check else []
    options += ["--inventory", str(inventory), "--limit", job.limit]
    return Player(folder, job.environment).play(ROOT / job.playbook, *options, **job.variables)


def changes(account: Emulator) -> list[str]:
    """The operations that were asked to change something. A search of the directory is a POST that only reads."""
    return [operation for operation in writes(account) if operation != "searchDirectoryEntries"]


@dataclass
class Walk:
    """A workflow that has ended: the nodes that were run, in their order, and how each came out."""

    outcomes: dict[str, bool] = field(default_factory=dict)
    played: dict[str, Played] = field(default_factory=dict)
    failed: bool = False


def walk(awx: Controller, name: str, folder: Path, *, approve: bool) -> Walk:
    """Run a workflow. It has failed if a node failed that leads nowhere by failing."""
    kind = "workflow_job_template_nodes"
    workflow = awx.store.named("workflow_job_templates", name)
    nodes = [node for node in awx.store.records(kind) if node["workflow_job_template"] == workflow["id"]]
    later = {one for node in nodes for path in ("success", "failure", "always") for one in _next(awx, node, path)}
    ahead = [node for node in nodes if node["id"] not in later]
    walked, artifacts = Walk(), dict[str, Any]()
    while ahead:
        node = ahead.pop(0)
        ok = approve
        if awx.store.find("job_templates", node["unified_job_template"]):
            job = jobs.of_node(awx.store, node, folder, artifacts)
            played = walked.played[node["identifier"]] = run(job, folder / f"{len(walked.played)}-{node['identifier']}")
            artifacts |= played.custom.get("_run", {})
            ok = played.code == 0
        walked.outcomes[node["identifier"]] = ok
        following = _next(awx, node, "success" if ok else "failure") + _next(awx, node, "always")
        walked.failed |= not ok and not following
        ahead += [awx.store.get(kind, one) for one in following]
    return walked


def _next(awx: Controller, node: Record, path: str) -> list[int]:
    return awx.store.links("workflow_job_template_nodes", node["id"], f"{path}_nodes")
