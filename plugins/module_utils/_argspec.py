# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each option, once. The doc fragments and the modules' documentation mirror it; ansible-test compares them."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.common.parameters import AnsibleFallbackNotFound

from ._directory import KEYS
from ._model import OTHER_TYPES, PERSON_TYPES, STATUSES
from ._proof import ALL, CHANGING, MAIL_STEPS
from ._window import DAYS

Spec = dict[str, Any]

DIRECTORY_COLUMNS = ("email", "name", "extension_number", "employee_id", "enabled", "aliases", "manager")
"""What a file of the directory can say of a person."""


def connection() -> Spec:
    """The options of the doc fragment ``connection``."""
    return {
        "server_url": _from_environment("RC_SERVER_URL", default="https://platform.ringcentral.com"),
        "client_id": _from_environment("RC_APP_CLIENT_ID", no_log=True),  # AWX shows the arguments with each event
        "client_secret": _from_environment("RC_APP_CLIENT_SECRET", no_log=True),
        "jwt": _from_environment("RC_USER_JWT", no_log=True),
        "access_token": _from_environment("RC_ACCESS_TOKEN", no_log=True),
        "account_id": {"type": "str", "default": "~"},
        "expect_account": {"type": "str"},
        "validate_certs": _from_environment("RC_VALIDATE_CERTS", type="bool", default=True),
        "ca_path": _from_environment("RC_CA_PATH", type="path"),
        "timeout": {"type": "float", "default": 30},
        "max_wait": {"type": "float", "default": 900},
    }


def login() -> Spec:
    """The options of rc_login."""
    return {**connection(), "state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}


def doctor() -> Spec:
    """The options of rc_doctor."""
    return {**connection(), "ledger": {**_ledger("sqlite", "custom_field", "none"), "apply_defaults": True}}


def ledger_care() -> Spec:
    """The options of rc_ledger."""
    return {
        **connection(),
        "action": {"type": "str", "choices": ["show", "forget", "release"], "default": "show"},
        "users": _strings(),
        "confirm_not_mailed": {"type": "bool", "default": False},
        "resend_after": {"type": "str", "default": "48h"},
        "ledger": {**_ledger("sqlite", "custom_field"), "apply_defaults": True},
    }


def user_info() -> Spec:
    """The options of rc_user_info."""
    return {
        **connection(),
        "users": _strings(),
        "status": _strings(choices=STATUSES),
        "type": _strings(choices=sorted(PERSON_TYPES + OTHER_TYPES), default=["user"]),
        "site": _strings(),
        "department": _strings(),
        "created_before": {"type": "str"},
        "created_after": {"type": "str"},
        "details": {"type": "bool", "default": True},
        "findings": {"type": "bool", "default": False},
        **_addresses(),
        "ledger": _ledger("sqlite", "custom_field"),
    }


def send_invite() -> Spec:
    """The options of rc_send_invite."""
    return {
        **connection(),
        "users": _strings(),
        "all_pending": {"type": "bool", "default": False},
        "plan": {
            "type": "dict",
            "options": {
                "account": {"type": "str", "required": True},
                "made_at": {"type": "str"},
                "users": {
                    "type": "list",
                    "elements": "dict",
                    "required": True,
                    "options": {
                        "id": {"type": "str", "required": True},
                        "email": {"type": "str", "required": True},
                        **{name: {"type": "str"} for name in ("name", "site", "department")},
                    },
                },
            },
        },
        "plan_max_age": {"type": "str", "default": "48h"},
        "confirm": {"type": "str"},
        "confirm_except": _strings(default=[]),
        "resend_after": {"type": "str", "default": "48h"},
        "max_attempts": {"type": "int"},
        **_sending(),
        "ledger": {**_ledger("sqlite", "custom_field", "none"), "apply_defaults": True},
    }


def onboard() -> Spec:
    """The options of rc_onboard."""
    return {
        **connection(),
        "batches": {"type": "list", "elements": "dict", "required": True, "options": batch()},
        "timezone": {"type": "str", "default": "UTC"},
        "unknown": {"type": "str", "choices": ["hold", "fail"], "default": "hold"},
        **_sending(),
        "ledger": {**_ledger("sqlite", "custom_field"), "apply_defaults": True},
    }


def batch() -> Spec:
    """What is written of one batch of starters. Its dates are text here, as YAML gives them when they are quoted."""
    return {
        "name": {"type": "str", "required": True},
        "users": _strings(),
        "users_csv": {"type": "path"},
        "users_csv_column": _strings(),
        "users_csv_delimiter": {"type": "str"},
        "users_csv_encoding": {"type": "str"},
        "invite_on": {"type": "str"},
        "until": {"type": "str"},
        "remind_every": {"type": "str"},
        "max_attempts": {"type": "int"},
        "site": _strings(),
        "department": _strings(),
        "owner": {"type": "str"},
    }


def prove() -> Spec:
    """The options of rc_prove."""
    arrived = {name: {"type": "int", "required": True} for name in ("mails", "links")}
    return {
        **connection(),
        "users": {**_strings(), "required": True},
        **{name: _strings(default=[]) for name in ("allowed_domains", "exclude", "placeholder_patterns")},
        "path": {"type": "path", "default": "proof.json"},
        "confirm": _strings(choices=(ALL, *CHANGING), default=[]),
        "answers": {
            "type": "dict",
            "options": {step.name: {"type": "dict", "options": arrived} for step in MAIL_STEPS},
        },
        "field": {"type": "str", "default": "Last invitation"},
        "pause": {"type": "float", "default": 60},
        "patience": {"type": "float", "default": 600},
    }


def user() -> Spec:
    """The options of rc_user."""
    fields = {name: {"type": "str"} for name in ("email", "first_name", "last_name", "department", "job_title")}
    return {
        **connection(),
        "user": {"type": "str"},
        **fields,
        "users": {
            "type": "list",
            "elements": "dict",
            "options": {"user": {"type": "str", "required": True}, **fields},
        },
    }


def _sending() -> Spec:
    """The options of the doc fragment ``sending``: which users may be invited, and how carefully."""
    return {
        "site": _strings(),
        "department": _strings(),
        "min_age": {"type": "str"},
        "type": _strings(choices=PERSON_TYPES, default=["user"]),
        **_addresses(),
        "exclude": _strings(default=[]),
        "correct_email": {"type": "bool", "default": False},
        "window": {
            "type": "dict",
            "options": {
                "days": _strings(choices=DAYS, default=DAYS[:5]),
                "start": {"type": "str", "default": "09:00"},
                "end": {"type": "str", "default": "17:00"},
                "holidays": _strings(default=[]),
                "timezone": {"type": "str", "default": "UTC"},
                "timezones": {"type": "dict", "default": {}},
            },
        },
        "waves": {
            "type": "list",
            "elements": "dict",
            "options": {"name": {"type": "str"}, "site": _strings(), "department": _strings()},
        },
        "wave_pause": {"type": "float", "default": 0},
        "limit": {"type": "int"},
        "max_invites": {"type": "int"},
        "canary": {"type": "int", "default": 0},
        "max_failures": {"type": "int", "default": 0},
        "force": {"type": "bool", "default": False},
        "transport": {"type": "str", "choices": ["auto", "bulk", "single", "portal"], "default": "auto"},
        "hand_over_batch_size": {"type": "int", "default": 50},
        "hand_over_max_age": {"type": "str", "default": "24h"},
        "transition": {
            "type": "dict",
            "apply_defaults": True,
            "options": {
                "send_welcome_emails_to_users": {"type": "bool", "default": True},
                "send_welcome_email": {"type": "bool", "default": True},
            },
        },
    }


def _addresses() -> Spec:
    """The options of the doc fragment ``addresses``."""
    return {
        "allowed_domains": _strings(default=[]),
        "placeholder_patterns": _strings(default=[]),
        "directory": {
            "type": "list",
            "elements": "dict",
            "options": {
                "email": {"type": "str"},
                "name": {"type": "str"},
                "extension_number": {"type": "str"},
                "employee_id": {"type": "str"},
                "enabled": {"type": "bool", "default": True},
                "aliases": _strings(),
                "logon_name": {"type": "str"},
                "status": {"type": "str"},
                "dn": {"type": "str"},
                "manager": {"type": "str"},
            },
        },
        "directory_csv": {
            "type": "dict",
            "options": {
                "path": {"type": "path", "required": True},
                "columns": {"type": "dict", "options": {name: _strings() for name in DIRECTORY_COLUMNS}},
                "delimiter": {"type": "str"},
                "encoding": {"type": "str", "default": "utf-8-sig"},
                "enabled_values": _strings(),
                "alias_separator": {"type": "str", "default": ";"},
            },
        },
        "directory_min_entries": {"type": "int", "default": 1},
        "match_by": _strings(choices=KEYS, default=["email", "extension_number", "name"]),
        "employee_id_field": {"type": "str"},
    }


def _ledger(*backends: str) -> Spec:
    return {
        "type": "dict",
        "options": {
            "backend": {"type": "str", "choices": list(backends), "default": "sqlite"},
            "path": {"type": "path"},
            "field": {"type": "str", "default": "Last invitation"},
            "must_exist": {"type": "bool", "default": False},
            "first_use": {"type": "bool", "default": False},
        },
    }


def _from_environment(variable: str, **more: Any) -> Spec:
    return {"type": "str", "fallback": (_environment, [variable]), **more}


def _environment(variable: str) -> str:
    """A variable's value for Ansible's ``fallback``. A blank one is not set: AWX passes empty fields on so."""
    value = str(env_fallback(variable)).strip()
    if not value:
        raise AnsibleFallbackNotFound
    return value


def _strings(**more: Any) -> Spec:
    return {"type": "list", "elements": "str", **{k: list(v) for k, v in more.items()}}
