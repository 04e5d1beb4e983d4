# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's own pages and switches, below /_emulator."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from aiohttp import web

from .app import RingCentral
from .faces import Faces, read_faces
from .outbox import outbox_page
from .people import Extension


def make_app(ringcentral: RingCentral) -> web.Application:
    """RingCentral below /restapi, the outbox at /, and the switches."""
    app = web.Application(client_max_size=64 * 1024**2)
    app.on_response_prepare.append(ringcentral.date_answer)
    switches = Switches(ringcentral)
    app.router.add_route("*", r"/restapi/{rest:[\s\S]*}", ringcentral.handle)
    app.router.add_get("/", switches.page)
    app.router.add_get("/outbox", switches.page)
    for name in ("outbox", "log", "state", "people", "held", "faults"):
        app.router.add_get(f"/_emulator/{name}.json", getattr(switches, name))
    app.router.add_post("/_emulator/clock", switches.clock)
    app.router.add_post("/_emulator/faults", switches.add_fault)
    app.router.add_delete("/_emulator/faults", switches.clear_faults)
    app.router.add_post("/_emulator/release", switches.release)
    app.router.add_post("/_emulator/reset", switches.reset)
    app.router.add_post("/_emulator/sessions", switches.log_in)
    app.router.add_post("/_emulator/account", switches.account)
    app.router.add_post("/_emulator/faces", switches.faces)
    app.router.add_post("/_emulator/extensions/{id}", switches.extension)
    return app


_CHANGEABLE = {entry.name for entry in fields(Extension)} - {"id", "created"}


class Switches:
    """What tests and people may look at and change from outside."""

    def __init__(self, ringcentral: RingCentral) -> None:
        self._ringcentral = ringcentral
        self._world = ringcentral.world

    async def page(self, request: web.Request) -> web.Response:
        self._world.account.work()
        return web.Response(text=outbox_page(self._world), content_type="text/html")

    async def outbox(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.mails())

    async def log(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.shown_log())

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.state())

    async def people(self, request: web.Request) -> web.Response:
        base = str(request.url.origin())
        return web.json_response([person.record(base) for person in self._world.account.extensions.values()])

    async def held(self, request: web.Request) -> web.Response:
        return web.json_response(self._ringcentral.held)

    async def release(self, request: web.Request) -> web.Response:
        self._ringcentral.drops_held = request.query.get("drop") == "true"
        self._ringcentral.released.set()
        return web.json_response({})

    async def clock(self, request: web.Request) -> web.Response:
        self._world.clock.advance(float((await request.json())["advance"]))
        return web.json_response({"now": self._world.clock.iso()})

    async def reset(self, request: web.Request) -> web.Response:
        self._world.reset()
        return web.json_response({})

    async def log_in(self, request: web.Request) -> web.Response:
        """A token as somebody else would hand it in."""
        session = self._world.account.log_in()
        return web.json_response({"access_token": session.token, "session": session.label})

    async def faults(self, request: web.Request) -> web.Response:
        faults = self._world.faults
        return web.json_response({"planned": [asdict(fault) for fault in faults.planned], "happened": faults.happened})

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            self._world.faults.add(**await request.json())
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._world.faults.clear()
        return web.json_response({})

    async def account(self, request: web.Request) -> web.Response:
        """Set lacking, reject, allowed_domains, task_script or task_seconds."""
        account = self._world.account
        for name, value in (await request.json()).items():
            if name == "lacking":
                account.permissions.lacking = set(value)
            elif name == "allowed_domains":
                account.allowed_domains = set(value)
            elif name == "reject":
                account.reject = {int(key): message for key, message in value.items()}
            elif name in {"task_script", "task_seconds"}:
                setattr(account, name, value)
            else:
                return web.json_response({"error": f"no switch {name}"}, status=400)
        return web.json_response({})

    async def faces(self, request: web.Request) -> web.Response:
        """Make the account unkind, or kind again with {}; see ``Faces``."""
        try:
            wanted = read_faces(await request.json())
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        for entry in fields(Faces):
            setattr(self._world.faces, entry.name, getattr(wanted, entry.name))
        return web.json_response({})

    async def extension(self, request: web.Request) -> web.Response:
        """Change somebody, as life does: {"status": "Enabled"}, {"email": …}."""
        number = request.match_info["id"]
        person = self._world.account.extensions.get(int(number)) if number.isdecimal() else None
        change: dict[str, Any] = await request.json()
        if person is None or not change.keys() <= _CHANGEABLE:
            return web.json_response({"error": f"no extension {number} with {', '.join(change)}"}, status=404)
        for name, value in change.items():
            setattr(person, name, value)
        return web.json_response(person.record(""))
