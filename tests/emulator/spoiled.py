# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as they come when something is wrong: in place of RingCentral's, broken off, or in no shape to be read."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from aiohttp import web

from .calls import Call
from .faults import Fault

LOGIN_PAGE = "<!DOCTYPE html><title>Sign in</title><p>Please sign in to continue."

RATE = '{"errorCode": "CMN-301", "message": "Request rate exceeded"}'
DOWN = '{"errorCode": "CMN-201", "message": "Unavailable"}'


def gateway(fault: Fault) -> tuple[int, dict[str, str], str]:
    """What something in front of RingCentral answers in its own name, whether or not the request went through."""
    headers = {"Location": f"http://{fault.host}/login"} if 300 <= fault.status < 400 else {}
    words = {
        "page": f"<html><title>{fault.status}</title><h1>The gateway answers {fault.status}</h1></html>",
        "json": json.dumps({"message": f"The gateway answers {fault.status}", "requestId": "a-gateway-s-own"}),
        "empty": "",
    }
    return fault.status, headers, words[fault.style]


INSTEAD: dict[str, Callable[[Fault], tuple[int, dict[str, str], str]]] = {
    "429": lambda f: (429, _retry_after(f), RATE),
    "429_bare": lambda _: (429, {}, RATE),
    "500": lambda _: (500, {}, '{"errorCode": "CMN-211", "message": "Internal error"}'),
    "503": lambda f: (503, _retry_after(f), DOWN),
    "503_bare": lambda _: (503, {}, DOWN),
    "502_html": lambda _: (502, {}, "<html><h1>502 Bad Gateway</h1></html>"),
    "portal": lambda _: (200, {}, LOGIN_PAGE),
    "redirect": lambda f: (302, {"Location": f"http://{f.host}/restapi"}, ""),
    "429_tiny": lambda _: (429, {"Retry-After": "0", "X-Rate-Limit-Window": "0.000001"}, RATE),
    "gateway_before": gateway,
    "refused": lambda f: (f.status, {}, json.dumps(f.document)),
}
"""The faults that answer in RingCentral's place: status, headers and text."""


def _retry_after(fault: Fault) -> dict[str, str]:
    """Whole seconds, as HTTP has them."""
    return {"Retry-After": str(math.ceil(fault.seconds))}


def echo(call: Call, kind: str) -> str:
    """An error of a server that says too much; ``error`` is where a login has its code."""
    body = call.body.decode("utf-8", "replace")
    said = f"Cannot process Authorization: {call.request.headers.get('Authorization')}; {body}"
    said = quote(said, safe=" ,:;") if kind == "echo_encoded" else said
    text = json.dumps({"error": "invalid_request", "error_description": said, "errorCode": "CMN-101", "message": said})
    return text.replace("=", "\\u003d").replace("/", "\\/") if kind == "echo_escaped" else text


def point_elsewhere(document: Any, host: str) -> None:
    """Let the next page of a list be on another host."""
    navigation = document.get("navigation", {}) if isinstance(document, dict) else {}
    if "nextPage" in navigation:
        navigation["nextPage"]["uri"] = f"http://{host}/restapi/v1.0/account/~/extension?page=2"


def replaced(fault: Fault, status: int, document: Any, others: list[dict[str, Any]]) -> tuple[int, Any]:
    """Status and document of an answer that is not about what was asked; ``others`` are records of all users."""
    if fault.kind == "answered":
        return fault.status, fault.document
    if fault.kind == "another_record" and isinstance(document, dict):
        return status, next((record for record in others if record["id"] != document.get("id")), document)
    return status, document


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
