# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each option, once. The doc fragments and the modules' documentation mirror it; ansible-test compares them."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.common.parameters import AnsibleFallbackNotFound

from ._directory import KEYS
from ._model import OTHER_TYPES, PERSON_TYPES, STATUSES
from ._window import DAYS

Spec = dict[str, Any]


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
                "users": {
                    "type": "list",
                    "elements": "dict",
                    "required": True,
                    "options": {"id": {"type": "str", "required": True}, "email": {"type": "str", "required": True}},
                },
            },
        },
        "site": _strings(),
        "department": _strings(),
        "min_age": {"type": "str"},
        "type": _strings(choices=PERSON_TYPES, default=["user"]),
        "resend_after": {"type": "str", "default": "48h"},
        "max_attempts": {"type": "int", "default": 0},
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
        "limit": {"type": "int", "default": 0},
        "max_invites": {"type": "int", "default": 0},
        "canary": {"type": "int", "default": 0},
        "max_failures": {"type": "int", "default": 0},
        "force": {"type": "bool", "default": False},
        "transport": {"type": "str", "choices": ["auto", "bulk", "single"], "default": "auto"},
        "transition": {
            "type": "dict",
            "apply_defaults": True,
            "options": {
                "send_welcome_emails_to_users": {"type": "bool", "default": True},
                "send_welcome_email": {"type": "bool", "default": True},
            },
        },
        "ledger": {**_ledger("sqlite", "custom_field", "none"), "apply_defaults": True},
    }


def user() -> Spec:
    """The options of rc_user."""
    return {
        **connection(),
        "user": {"type": "str", "required": True},
        **{name: {"type": "str"} for name in ("email", "first_name", "last_name", "department", "job_title")},
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
            },
        },
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
