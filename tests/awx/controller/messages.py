# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notification templates: which settings each type wants, and what a message may name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .store import ENCRYPTED, Record, Refused, Store, fits

SECRETS = ("password", "token")

_SETTINGS: dict[str, dict[str, tuple[type, Any]]] = {
    "email": {
        "host": (str, ...),
        "port": (int, ...),
        "username": (str, ...),
        "password": (str, ...),
        "use_tls": (bool, ...),
        "use_ssl": (bool, ...),
        "sender": (str, ...),
        "recipients": (list, ...),
        "timeout": (int, 30),
    },
    "webhook": {
        "url": (str, ...),
        "http_method": (str, "POST"),
        "disable_ssl_verification": (bool, False),
        "username": (str, ""),
        "password": (str, ""),
        "headers": (dict, ...),
    },
    "slack": {"token": (str, ...), "channels": (list, ...)},
}
_EVENTS = ("started", "success", "error", "workflow_approval")
_APPROVALS = ("running", "approved", "timed_out", "denied")
# Some of the names that AWX knows; a message with any other is refused here.
_KNOWN = {
    "job": {"id": 1, "name": "x", "status": "failed", "limit": "", "job_type": "run", "created": "", "artifacts": {}},
    "job_friendly_name": "Job",
    "url": "https://awx.example.com/#/jobs/1",
    "job_metadata": "{}",
    "approval_status": "approved",
    "approval_node_name": "x",
    "workflow_url": "https://awx.example.com/#/jobs/2",
}


def check_notification(_store: Store, new: Record, old: Record | None) -> None:
    settings = new["notification_configuration"]
    _check_settings(_SETTINGS[new["notification_type"]], settings)
    for name in SECRETS:
        if settings.get(name) == ENCRYPTED and old:
            settings[name] = old["notification_configuration"][name]
    for text in _texts(new["messages"] or {}):
        _check_text(text)


def _check_settings(wanted: dict[str, tuple[type, Any]], settings: Record) -> None:
    for name, (_type, default) in wanted.items():
        if name not in settings and default is not ...:
            settings[name] = default
    if missing := sorted(set(wanted) - set(settings)):
        raise Refused(400, detail=f"Missing required fields for Notification Configuration: {missing}.")
    if strange := sorted(set(settings) - set(wanted)):
        raise Refused(400, detail=f"Unknown fields in Notification Configuration: {strange}.")
    if wrong := [name for name, (kind, _default) in wanted.items() if not fits(settings[name], kind)]:
        raise Refused(400, detail=f"Configuration fields of an incorrect type: {wrong}.")
    if settings.get("recipients") == []:
        raise Refused(400, detail="No values specified for field 'recipients'")
    if settings.get("http_method", "post").lower() not in {"put", "post"}:
        raise Refused(400, detail="HTTP method must be either 'POST' or 'PUT'.")


def _texts(messages: Record) -> Iterator[str]:
    if strange := set(messages) - set(_EVENTS):
        raise Refused(400, messages=[f"Event {strange} invalid, must be one of {_EVENTS}"])
    for event, entry in messages.items():
        if event == "workflow_approval" and entry:
            if strange := set(entry) - set(_APPROVALS):
                raise Refused(400, messages=[f"Event {strange} invalid, must be one of {_APPROVALS}"])
            for approval in entry.values():
                yield from _parts(approval)
        else:
            yield from _parts(entry)


def _parts(entry: Record | None) -> Iterator[str]:
    for part, text in (entry or {}).items():
        if part not in {"message", "body"}:
            raise Refused(400, messages=[f"Message type '{part}' invalid, must be either 'message' or 'body'"])
        if part == "message" and "\n" in (text or ""):
            raise Refused(400, messages=["Messages cannot contain newlines"])
        if text:
            yield text


def _check_text(text: str) -> None:
    try:
        ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined).from_string(text).render(_KNOWN)
    except jinja2.UndefinedError as error:
        raise Refused(400, messages=[f"Field unavailable: {error}"]) from error
    except jinja2.TemplateError as error:
        raise Refused(400, messages=[f"Unable to render message: {error}"]) from error
