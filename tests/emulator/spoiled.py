# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as they come when something is wrong: in place of RingCentral's, broken off, or in no shape to be read."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from aiohttp import web

from .calls import Call
from .faults import Fault

LOGIN_PAGE = "<!DOCTYPE html><title>Sign in</title><p>Please sign in to continue."

RATE = '{"errorCode": "CMN-301", "message": "Request rate exceeded"}'
DOWN = '{"errorCode": "CMN-201", "message": "Unavailable"}'
INSTEAD: dict[str, Callable[[Fault], tuple[int, dict[str, str], str]]] = {
    "429": lambda f: (429, _retry_after(f), RATE),
    "429_bare": lambda _: (429, {}, RATE),
    "500": lambda _: (500, {}, '{"errorCode": "CMN-211", "message": "Internal error"}'),
    "503": lambda f: (503, _retry_after(f), DOWN),
    "503_bare": lambda _: (503, {}, DOWN),
    "502_html": lambda _: (502, {}, "<html><h1>502 Bad Gateway</h1></html>"),
    "portal": lambda _: (200, {}, LOGIN_PAGE),
    "redirect": lambda f: (302, {"Location": f"http://{f.host}/restapi"}, ""),
}
"""The faults that answer in RingCentral's place: status, headers and text."""


def _retry_after(fault: Fault) -> dict[str, str]:
    """Whole seconds, as HTTP has them."""
    return {"Retry-After": str(math.ceil(fault.seconds))}


def echo(call: Call) -> dict[str, str]:
    """An error of a server that says too much; ``error`` is where a login has its code."""
    text = call.body.decode("utf-8", "replace")
    said = f"Cannot process Authorization: {call.request.headers.get('Authorization')}; {text}"
    return {"error": "invalid_request", "error_description": said, "errorCode": "CMN-101", "message": said}


def point_elsewhere(document: Any, host: str) -> None:
    """Let the next page of a list be on another host."""
    navigation = document.get("navigation", {}) if isinstance(document, dict) else {}
    if "nextPage" in navigation:
        navigation["nextPage"]["uri"] = f"http://{host}/restapi/v1.0/account/~/extension?page=2"


def text_of(document: Any, kind: str) -> str:
    """The body to send, which some kinds of fault make unreadable."""
    unreadable = {"html": LOGIN_PAGE, "not_json": "OK"}
    return unreadable.get(kind) or ("" if document is None else json.dumps(document, ensure_ascii=False))


def content_type(text: str) -> str:
    return "text/html" if text.startswith("<") else "application/json"


async def truncated(call: Call, status: int, text: str) -> web.StreamResponse:
    """Half of an answer, and then no connection."""
    content = text.encode()
    response = web.StreamResponse(status=status, headers=call.headers)
    response.content_length = len(content) + 10
    response.content_type = "application/json"
    await response.prepare(call.request)
    await response.write(content[: len(content) // 2])
    return reset(call.request, response)


def reset(request: web.Request, response: web.StreamResponse | None = None) -> web.StreamResponse:
    """Break the connection without another byte."""
    if request.transport:
        request.transport.abort()
    return response or web.Response()
