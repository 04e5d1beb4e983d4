# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""RingCentral over HTTP: login, limits, contract and faults around what the account does."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from aiohttp import web

from . import contract, pages, spoiled
from .account import Refused
from .calls import Call, Operation, operations
from .faults import Fault
from .streams import STREAMS
from .world import CLIENT_ID, CLIENT_SECRET, JWT, World


class RingCentral:
    """Serves the operations of the contract for one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.released = asyncio.Event()
        self.drops_held = False
        self.held: dict[str, Any] | None = None
        self._operations = operations()
        self._handlers: dict[str, Callable[[Call], Any]] = {
            "getToken": self._get_token,
            "revokeToken": self._revoke_token,
            "readAccountInfo": self._read_account,
            "listExtensions": self._list_extensions,
            "readExtension": self._read_extension,
            "updateExtension": self._update_extension,
            "extensionBulkUpdate": self._bulk_update,
            "getExtensionBulkUpdateTask": self._read_task,
            "listCustomFields": self._list_fields,
            "createCustomField": self._create_field,
            "searchDirectoryEntries": self._search_directory,
        }

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
        others = [person.record(self._base(call)) for person in people] if fault.kind == "another_record" else []
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
            status, document = refused.status, refused.body
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
            self.world.account.demand(operation.app, operation.user)
        if objection:
            self._object(entry, "request", objection)
            if operation.group == "Auth":
                raise _login_refused(400, "invalid_request", "OAU-101", "The request breaks the contract")
            raise Refused(400, "CMN-101", "The request breaks the contract")
        return self._handlers[operation.id](call)

    def _base(self, call: Call) -> str:
        return f"{call.request.url.origin()}/restapi/v1.0/account/{self.world.account.id}"

    def _check_app(self, call: Call) -> None:
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if call.request.headers.get("Authorization") != f"Basic {expected}":
            raise _login_refused(401, "invalid_client", "OAU-153", "Invalid client credentials")

    def _get_token(self, call: Call) -> Any:
        self._check_app(call)
        if call.form().get("assertion") != JWT:
            raise _login_refused(400, "invalid_grant", "OAU-251", "JWT is not valid")
        session = self.world.account.log_in()
        return {
            "access_token": session.token,
            "token_type": "bearer",
            "expires_in": 3600,
            "scope": "ReadAccounts EditExtensions EditAccounts",
            "owner_id": str(self.world.account.own.id),
            "session_id": session.label,
        }

    def _revoke_token(self, call: Call) -> None:
        self._check_app(call)
        token = call.form()["token"]
        for session in self.world.account.sessions:
            if session.token == token:
                session.open = False

    def _read_account(self, call: Call) -> Any:
        account = self.world.account
        return {"id": account.id, "mainNumber": account.main_number, "status": "Confirmed", "federated": False}

    def _list_extensions(self, call: Call) -> Any:
        account, faces = self.world.account, self.world.faces
        account.work()
        query = {name: call.values(name) for name, _value in call.query}
        if call.fault and call.fault.kind == "people_activate":
            for extension in account.listed(query)[:1]:
                extension.status = "Enabled"
        found = account.listed(query)
        page, size = call.number("page", 1), self._size(call.number("perPage", 100))
        base = self._base(call)
        records = [faces.without_absent(one.record(base)) for one in found[pages.cut(page, size, call.fault)]]
        described = pages.paging(page, size, len(found), len(records))
        filters = [(name, value) for name, value in call.query if name not in {"page", "perPage"}]
        links = pages.navigation(described, f"{base}/extension", filters)
        return {"uri": f"{base}/extension", "records": records, "paging": described, "navigation": links}

    def _size(self, asked: int) -> int:
        """How many records a page of this account has."""
        return min(asked, self.world.faces.most_per_page or asked)

    def _read_extension(self, call: Call) -> Any:
        extension = self.world.account.find(call.ids["extensionId"])
        names = {entry["id"]: entry["displayName"] for entry in self.world.account.fields}
        values = [
            {"id": key, "value": value, "displayName": names[key]} for key, value in extension.custom_fields.items()
        ]
        record = self.world.faces.without_absent(extension.record(self._base(call)))
        return {**record, "customFields": values}

    def _update_extension(self, call: Call) -> Any:
        extension = self.world.account.find(call.ids["extensionId"])
        self.world.account.update(extension, call.json())
        return self._read_extension(call)

    def _bulk_update(self, call: Call) -> Any:
        account = self.world.account
        return account.task_document(account.begin_bulk(call.json()["records"]), self._base(call))

    def _read_task(self, call: Call) -> Any:
        account = self.world.account
        return account.task_document(account.look(call.ids["taskId"]), self._base(call))

    def _list_fields(self, call: Call) -> Any:
        return {"records": self.world.account.fields}

    def _create_field(self, call: Call) -> Any:
        return self.world.account.create_field(call.json()["displayName"])

    def _search_directory(self, call: Call) -> Any:
        search = call.json()
        page, size = search.get("page", 1), self._size(search.get("perPage", 100))
        found = self.world.account.directory(search)
        records = found[pages.cut(page, size, call.fault)]
        return {"records": records, "paging": pages.paging(page, size, len(found), len(records))}


def _response(status: int, headers: Mapping[str, str], text: str) -> web.Response:
    return web.Response(status=status, headers=headers, text=text, content_type=spoiled.content_type(text))


def _in_place(entry: dict[str, Any], status: int, headers: Mapping[str, str], text: str) -> web.Response:
    """An answer that is not RingCentral's."""
    entry["status"] = status
    return _response(status, headers, text)


def _token(request: web.Request) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _login_refused(status: int, kind: str, code: str, message: str) -> Refused:
    refused = Refused(status, code, message)
    refused.body = {
        "error": kind,
        "error_description": message,
        "errors": [{"errorCode": code, "message": message}],
    }
    return refused


def _without_secrets(document: Any) -> Any:
    return (
        {**document, "access_token": "***"} if isinstance(document, dict) and "access_token" in document else document
    )
