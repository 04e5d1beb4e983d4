# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of the contract, and one request on its way through."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from . import contract
from .faults import Fault


class Operation:
    """One operation of the contract, and how its paths look."""

    def __init__(self, template: str, method: str, definition: dict[str, Any]) -> None:
        self.template, self.method, self.id = template, method.upper(), definition["operationId"]
        self.group: str = definition["x-group"]
        self.app: str = definition.get("x-app", "")
        self.user: str = definition.get("x-user", "")
        self.pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


def operations() -> list[Operation]:
    return [
        Operation(template, method, definition)
        for template, item in contract.own().document["paths"].items()
        for method, definition in item.items()
        if method in {"get", "post", "put"}
    ]


class Call:
    """One request on its way through."""

    def __init__(self, request: web.Request, body: bytes, operation: Operation | None, ids: dict[str, str]) -> None:
        self.request, self.body, self.operation, self.ids = request, body, operation, ids
        self.query = list(request.rel_url.query.items())
        self.content_type = request.content_type
        self.headers: dict[str, str] = {}
        self.fault: Fault | None = None

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return {key: values[-1] for key, values in parse_qs(self.body.decode("utf-8", "replace")).items()}

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]

    def number(self, name: str, default: int) -> int:
        return int((self.values(name) or [str(default)])[-1])

    def entry(self, number: int, at: str, session: str | None) -> dict[str, Any]:
        """What the log keeps of it: everything but secrets. ``session`` is its login's label."""
        operation = self.operation
        login = operation is not None and operation.group == "Auth"
        shown = _SECRETS.sub(rb"\1=***", self.body) if login else self.body
        headers = {name: value for name, value in self.request.headers.items() if name.lower() != "authorization"}
        if "Authorization" in self.request.headers:
            scheme = self.request.headers["Authorization"].partition(" ")[0]
            headers["Authorization"] = "Basic ***" if scheme.lower() == "basic" else session or "unknown"
        return {
            "number": number,
            "at": at,
            "method": self.request.method,
            "path": self.request.path,
            "query": self.query,
            "operation": operation.id if operation else None,
            "template": operation.template if operation else None,
            "group": operation.group if operation else None,
            "session": session,
            "headers": headers,
            "content_type": self.content_type,
            "raw_body": shown,
            "body": shown.decode("utf-8", "replace"),
            "status": None,
            "answer": None,
            "fault": None,
            "reset": False,
            "contract_violations": [],
        }


_SECRETS = re.compile(rb"(assertion|token|client_secret|password)=[^&]*")
