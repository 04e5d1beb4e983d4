# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""RingCentral over HTTP: login, limits, contract and faults around what the account does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from aiohttp import web

from . import contract, pages, spoiled
from .calls import Call, Operation, operations
from .faces import ANSWERS, LIMITS, REPLAYED
from .faults import Fault
from .handlers import Handlers, base_url, login_refused
from .refusals import Refused, in_style
from .streams import STREAMS
from .world import World


class RingCentral:
    """Serves the operations of the contract for one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.released = asyncio.Event()
        self.drops_held = False
        self.held: dict[str, Any] | None = None
        self._operations = operations()
        self._handlers = Handlers(world).by_operation()

    async def date_answer(self, request: web.Request, response: web.StreamResponse) -> None:
        """Give an answer the Date that this account's clock shows."""
        if self.world.faces.date == "none":
            response.headers.pop("Date", None)
        elif self.world.faces.date == "own":
            response.headers["Date"] = self.world.date()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, and log it whatever becomes of it."""
        body = await request.read()
        call = Call(request, body, *self._route(request))
        entry = call.entry(len(self.world.log) + 1, self.world.clock.iso(), self._label(request))
        self.world.log.append(entry)
        if call.operation:
            call.fault = self.world.faults.strike(
                call.operation.id, entry["number"], f"{request.method} {request.path}"
            )
            entry["fault"] = call.fault.kind if call.fault else None
        if early := await self._before(call, entry):
            return early
        self.world.account.request = entry["number"]
        status, document = self._answer(call, entry)
        entry["status"], entry["answer"] = status, _without_secrets(document)
        return await self._after(call, entry, document)

    def _route(self, request: web.Request) -> tuple[Operation | None, dict[str, str]]:
        for operation in self._operations:
            match = operation.pattern.fullmatch(request.path)
            if match and operation.method == request.method:
                return operation, match.groupdict()
        return None, {}

    def _label(self, request: web.Request) -> str | None:
        token = _token(request)
        return next((session.label for session in self.world.account.sessions if session.token == token), None)

    async def _before(self, call: Call, entry: dict[str, Any]) -> web.StreamResponse | None:
        """The faults that keep a request from being processed."""
        fault = call.fault
        kind = fault.kind if fault else ""
        if kind == "hold_before":
            await self._hold(entry)
        if kind == "reset_before" or (kind == "hold_before" and self.drops_held):
            entry["reset"] = True
            return spoiled.reset(call.request)
        if kind.startswith("echo"):
            entry["status"] = 400
            return web.Response(status=400, text=spoiled.echo(call, kind), content_type="application/json")
        if fault and kind in spoiled.INSTEAD:
            return _in_place(entry, *spoiled.INSTEAD[kind](fault))
        if kind in {"expired_token", "revoked_token"}:
            for session in self.world.account.sessions:
                session.expires_at = session.expires_at if kind == "revoked_token" else 0
                session.open = session.open and kind == "expired_token"
        return None

    async def _after(self, call: Call, entry: dict[str, Any], document: Any) -> web.StreamResponse:
        """The faults that spoil an answer after the request was processed."""
        fault, status = call.fault, entry["status"]
        kind = fault.kind if fault else ""
        entry["reset"] = kind in {"reset_after", "truncated"}
        if kind == "hold_after":
            await self._hold(entry)
        if kind == "reset_after":
            return spoiled.reset(call.request)
        if not fault or status == 429:
            return _response(status, call.headers, spoiled.text_of(document, ""))
        if kind == "slow":
            await asyncio.sleep(fault.seconds)
        if kind == "gateway_after":
            return _in_place(entry, *spoiled.gateway(fault))
        status, document = self._spoiled(call, fault, status, document)
        entry["status"] = status
        text = spoiled.text_of(document, kind)
        if kind in STREAMS:
            return await STREAMS[kind](call, status, text)
        if kind == "truncated":
            return await spoiled.truncated(call, status, text)
        return _response(status, call.headers, text)

    def _spoiled(self, call: Call, fault: Fault, status: int, document: Any) -> tuple[int, Any]:
        """Another answer than the one that belongs to the request; what is kept in the log is not touched."""
        if fault.kind == "window_tiny":
            call.headers.update({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Window": "0.000001"})
        if fault.kind == "foreign_next_page":
            spoiled.point_elsewhere(document, fault.host)
        if fault.kind in pages.SPOILED and status == 200:
            document = deepcopy(document)
            pages.SPOILED[fault.kind](document)
        people = self.world.account.extensions.values()
        others = (
            [person.record(base_url(call, self.world)) for person in people] if fault.kind == "another_record" else []
        )
        return spoiled.replaced(fault, status, document, others)

    async def _hold(self, entry: dict[str, Any]) -> None:
        self.held = {"number": entry["number"], "operation": entry["operation"]}
        self.drops_held = False
        self.released.clear()
        await self.released.wait()
        self.held = None

    def _answer(self, call: Call, entry: dict[str, Any]) -> tuple[int, Any]:
        operation = call.operation
        if operation is None:
            return 404, {"errorCode": "CMN-102", "message": "Resource is not found"}
        verdict = self.world.limits.admit(operation.group)
        if self.world.faces.limit_headers:
            call.headers.update(verdict.headers)
        if not verdict.allowed:
            return 429, {"errorCode": "CMN-301", "message": "Request rate exceeded"}
        try:
            status, document = 200, self._process(operation, call, entry)
        except Refused as refused:
            status, document = refused.status, in_style(refused.body, self.world.faces.errors)
        objection = contract.own().violation_of_answer(operation.method, operation.template, status, document)
        if objection:
            self._object(entry, "answer", objection)
            return 500, {"errorCode": "EMULATOR", "message": f"This answer breaks the contract: {objection}"}
        return status, document

    def _object(self, entry: dict[str, Any], what: str, objection: str) -> None:
        entry["contract_violations"].append(f"{what}: {objection}")
        self.world.violations.append(f"{what} {entry['number']}: {objection}")

    def _process(self, operation: Operation, call: Call, entry: dict[str, Any]) -> Any:
        objection = contract.own().violation_of_request(
            call.request.method, call.request.path, call.query, call.content_type, call.body
        )
        if operation.group != "Auth":
            self.world.account.session(_token(call.request))
            if call.ids["accountId"] not in {"~", str(self.world.account.id)}:
                raise Refused(403, "CMN-419", "In order to call this API endpoint, user needs to be of that account")
            if call.fault and call.fault.kind == "permission":
                raise Refused(403, "CMN-401", f"[{operation.app}] permission required")
            own = call.ids.get("extensionId") in {"~", str(self.world.account.own.id)}
            self.world.account.permissions.demand(operation.app, operation.user, own=own)
        if objection:
            self._object(entry, "request", objection)
            if operation.group == "Auth":
                raise login_refused(400, "invalid_request", "OAU-101", "The request breaks the contract")
            raise Refused(400, "CMN-101", "The request breaks the contract")
        code = self._imposed(operation, call)
        document = self._handlers[operation.id](call) if code in {"", REPLAYED} else None
        if code:
            status, words = ANSWERS[code]
            raise Refused(status, code, words)
        return document

    def _imposed(self, operation: Operation, call: Call) -> str:
        """The error code that a face gives to this operation, or ""."""
        answers = self.world.faces.answers
        code = answers.get(operation.id, "" if operation.group == "Auth" else answers.get("*", ""))
        if code in LIMITS and self.world.faces.limit_headers:
            call.headers["Retry-After"] = f"{self.world.limits.window:g}"
        return code


def _response(status: int, headers: Mapping[str, str], text: str) -> web.Response:
    kind = spoiled.content_type(text) if text else None
    return web.Response(status=status, headers=headers, text=text, content_type=kind)


def _in_place(entry: dict[str, Any], status: int, headers: Mapping[str, str], text: str) -> web.Response:
    """An answer that is not RingCentral's."""
    entry["status"] = status
    return _response(status, headers, text)


def _token(request: web.Request) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _without_secrets(document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    return document | {name: "***" for name in ("access_token", "refresh_token") if name in document}
