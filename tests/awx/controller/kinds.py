# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX keeps: each kind of object with its fields, and what may be attached to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ASKED = {
    "credentials": "ask_credential_on_launch",
    "diff_mode": "ask_diff_mode_on_launch",
    "execution_environment": "ask_execution_environment_on_launch",
    "extra_vars": "ask_variables_on_launch",
    "forks": "ask_forks_on_launch",
    "inventory": "ask_inventory_on_launch",
    "job_slice_count": "ask_job_slice_count_on_launch",
    "job_tags": "ask_tags_on_launch",
    "job_type": "ask_job_type_on_launch",
    "limit": "ask_limit_on_launch",
    "scm_branch": "ask_scm_branch_on_launch",
    "skip_tags": "ask_skip_tags_on_launch",
    "timeout": "ask_timeout_on_launch",
    "verbosity": "ask_verbosity_on_launch",
}
"""What a launch may set, and the field of the template that allows it."""

NOTIFICATIONS = ("notification_templates_started", "notification_templates_success", "notification_templates_error")


@dataclass(frozen=True)
class Field:
    """One field: its Python type, what it is if not given, and the kind that an id in it belongs to."""

    type: type
    default: Any = None
    required: bool = False
    refers_to: str = ""
    choices: tuple[str, ...] = ()
    read_only: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of object; ``unique`` names the fields of which no two objects have all in common."""

    type: str
    fields: dict[str, Field]
    unique: tuple[str, ...] = ("organization", "name")
    links: dict[str, str] = field(default_factory=dict)


def _text(default: str = "") -> Field:
    return Field(str, default)


def _flag(*, default: bool = False) -> Field:
    return Field(bool, default)


def _one(kind: str, *, required: bool = False) -> Field:
    return Field(int, None, required=required, refers_to=kind)


_NAME = Field(str, "", required=True)
_NAMED = {"name": _NAME, "description": _text()}
_OWNED = {**_NAMED, "organization": _one("organizations")}
_JOB_TYPES = ("run", "check")

# What a schedule or a node says about the job it starts. None leaves it to the template.
_LAUNCH = {
    "extra_data": Field(dict, {}),
    "inventory": _one("inventories"),
    "execution_environment": _one("execution_environments"),
    "job_type": Field(str, None, choices=_JOB_TYPES),
    **{name: Field(str, None) for name in ("limit", "scm_branch", "job_tags", "skip_tags")},
    **{name: Field(int, None) for name in ("forks", "job_slice_count", "timeout", "verbosity")},
    "diff_mode": Field(bool, None),
}

KINDS = {
    "organizations": Kind("organization", _NAMED, unique=("name",)),
    "credential_types": Kind(
        "credential_type",
        {
            **_NAMED,
            "kind": Field(str, "", required=True),
            "managed": Field(bool, default=False, read_only=True),
            "inputs": Field(dict, {}),
            "injectors": Field(dict, {}),
        },
        unique=("name", "kind"),
    ),
    "credentials": Kind(
        "credential",
        {**_OWNED, "credential_type": _one("credential_types", required=True), "inputs": Field(dict, {})},
        unique=("organization", "name", "credential_type"),
    ),
    "execution_environments": Kind(
        "execution_environment",
        {
            **_OWNED,
            "image": Field(str, "", required=True),
            "credential": _one("credentials"),
            "pull": Field(str, "", choices=("", "always", "missing", "never")),
        },
        unique=("name",),
    ),
    "projects": Kind(
        "project",
        {
            **_OWNED,
            "scm_type": Field(str, "", choices=("", "git", "svn", "insights", "archive")),
            **{name: _text() for name in ("scm_url", "scm_branch", "scm_refspec", "local_path")},
            **{
                name: _flag()
                for name in (
                    "scm_clean",
                    "scm_delete_on_update",
                    "scm_track_submodules",
                    "scm_update_on_launch",
                    "allow_override",
                )
            },
            "scm_update_cache_timeout": Field(int, 0),
            "timeout": Field(int, 0),
            "credential": _one("credentials"),
            "default_environment": _one("execution_environments"),
            "scm_revision": Field(str, "", read_only=True),
        },
        links=dict.fromkeys(NOTIFICATIONS, "notification_templates"),
    ),
    "inventories": Kind(
        "inventory",
        {
            **_NAMED,
            "organization": _one("organizations", required=True),
            "kind": Field(str, "", choices=("", "smart", "constructed")),
            "host_filter": Field(str, None),
            "variables": _text(),
            "prevent_instance_group_fallback": _flag(),
        },
    ),
    "hosts": Kind(
        "host",
        {
            **_NAMED,
            "inventory": _one("inventories", required=True),
            "enabled": _flag(default=True),
            "variables": _text(),
        },
        unique=("inventory", "name"),
    ),
    "notification_templates": Kind(
        "notification_template",
        {
            **_NAMED,
            "organization": _one("organizations", required=True),
            "notification_type": Field(str, "", required=True, choices=("email", "webhook", "slack")),
            "notification_configuration": Field(dict, {}),
            "messages": Field(dict, None),
        },
    ),
    "job_templates": Kind(
        "job_template",
        {
            **_NAMED,
            "organization": _one("organizations"),
            "job_type": Field(str, "run", choices=_JOB_TYPES),
            "project": _one("projects"),
            "inventory": _one("inventories"),
            "execution_environment": _one("execution_environments"),
            **{name: _text() for name in ("playbook", "limit", "scm_branch", "job_tags", "skip_tags", "extra_vars")},
            **{name: Field(int, 0) for name in ("forks", "verbosity", "timeout")},
            "job_slice_count": Field(int, 1),
            **{name: _flag() for name in ASKED.values()},
            **{name: _flag() for name in ("survey_enabled", "become_enabled", "diff_mode", "allow_simultaneous")},
        },
        links={"credentials": "credentials", **dict.fromkeys(NOTIFICATIONS, "notification_templates")},
    ),
    "workflow_job_templates": Kind(
        "workflow_job_template",
        {
            **_OWNED,
            "inventory": _one("inventories"),
            "extra_vars": _text(),
            **{name: Field(str, None) for name in ("limit", "scm_branch", "job_tags", "skip_tags")},
            **{
                ASKED[name]: _flag()
                for name in ("inventory", "limit", "scm_branch", "job_tags", "skip_tags", "extra_vars")
            },
            **{name: _flag() for name in ("survey_enabled", "allow_simultaneous")},
        },
        links=dict.fromkeys((*NOTIFICATIONS, "notification_templates_approvals"), "notification_templates"),
    ),
    "workflow_job_template_nodes": Kind(
        "workflow_job_template_node",
        {
            "identifier": _NAME,
            "workflow_job_template": _one("workflow_job_templates", required=True),
            "unified_job_template": _one("unified_job_templates"),
            "all_parents_must_converge": _flag(),
            **_LAUNCH,
        },
        unique=("workflow_job_template", "identifier"),
        links={
            **dict.fromkeys(("success_nodes", "failure_nodes", "always_nodes"), "workflow_job_template_nodes"),
            "credentials": "credentials",
        },
    ),
    "workflow_approval_templates": Kind(
        "workflow_approval_template", {**_NAMED, "timeout": Field(int, 0)}, unique=("id",)
    ),
    "schedules": Kind(
        "schedule",
        {
            **_NAMED,
            "unified_job_template": _one("unified_job_templates", required=True),
            "rrule": Field(str, "", required=True),
            "enabled": _flag(default=True),
            **_LAUNCH,
        },
        unique=("unified_job_template", "name"),
        links={"credentials": "credentials"},
    ),
}

UNIFIED = ("job_templates", "workflow_job_templates", "projects", "workflow_approval_templates")
"""What can be started. Their ids are never the same."""

OWNERS = {
    "hosts": "inventory",
    "workflow_job_template_nodes": "workflow_job_template",
    "schedules": "unified_job_template",
}
"""What is deleted together with what a field of it refers to."""
