# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Receives RingCentral's notifications of directory changes, and passes on only what rules need."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any

from aiohttp import web

DOCUMENTATION = r"""
---
short_description: Changes in RingCentral's company directory, by webhook
description:
  - Listens for the notifications of RingCentral's event filter C(/restapi/v1.0/account/~/directory/entries).
  - Answers the handshake with which RingCentral makes sure of an address, by sending C(Validation-Token) back.
  - What has not the header C(Verification-Token) with the right token is refused and makes no event.
  - RingCentral wants HTTPS, so a proxy that has the certificate belongs in front of it.
options:
  verification_token:
    description: The C(verificationToken) of the subscription, a secret of your own. It must be given.
    type: str
    required: true
  host:
    description: The address to listen on.
    type: str
    default: 127.0.0.1
  port:
    description: The port to listen on.
    type: int
    default: 5000
  path:
    description: The only path that is served.
    type: str
    default: /ringcentral
"""

EXAMPLES = r"""
- name: New users of RingCentral
  hosts: all
  sources:
    - onboard.ringcentral.directory_webhook:
        verification_token: "{{ verification_token }}"
  rules:
    - name: A user has not activated
      condition: event.type == "user" and event.status == "not_activated" and event.change != "delete"
      action:
        debug:
          msg: "{{ event.user_id }} of the account {{ event.account_id }}"
"""

MAX_BODY = 1024 * 1024
"""Bytes of a notification, packed or not."""
MAX_WAITING = 10_000
"""Events that wait for rules. Beyond that a notification is refused, so that RingCentral sends it again."""
BODY_SECONDS = 2.0
"""How long a body may take to arrive: RingCentral waits three seconds for an answer."""
DIRECTORY = re.compile(r"/restapi/v1\.0/account/([0-9]+|~)/directory/entries(\?|$)")
# RingCentral takes no answer of more than 1024 bytes.
HANDSHAKE = re.compile(r"[\x21-\x7e]{1,512}")
HEADERS = {"Content-Type": "application/json"}
logger = logging.getLogger(__name__)


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Serve until cancelled."""
    token = args.get("verification_token")
    if not isinstance(token, str) or not token:
        raise ValueError("directory_webhook: verification_token must be given")
    hook = Hook(queue, token)
    runner = web.AppRunner(application(hook, str(args.get("path", "/ringcentral"))), **RUNNER)
    await runner.setup()
    try:
        await web.TCPSite(runner, str(args.get("host", "127.0.0.1")), int(args.get("port", 5000))).start()
        await hook.pass_on()
    finally:
        await runner.cleanup()


# Bodies are unpacked here, where their size is limited.
RUNNER: dict[str, Any] = {"access_log": None, "auto_decompress": False}


def application(hook: Hook, path: str) -> web.Application:
    """The application that serves a hook on one path."""
    served = web.Application(client_max_size=MAX_BODY)
    served.router.add_post(path, hook.answer)
    return served


class Hook:
    """The endpoint for RingCentral."""

    def __init__(self, queue: asyncio.Queue[Any], token: str) -> None:
        self._queue, self._token = queue, token.encode()
        self._waiting: asyncio.Queue[dict[str, str]] = asyncio.Queue(MAX_WAITING)

    async def pass_on(self) -> None:
        """Hand events to the rules for ever. Rules that are busy hold up no answer to RingCentral."""
        while True:
            await self._queue.put(await self._waiting.get())

    async def answer(self, request: web.Request) -> web.Response:
        """Accept or refuse a request, at once: what rules make of it comes later."""
        handshake = request.headers.get("Validation-Token")
        if handshake is not None:
            return _shake_hands(handshake)
        given = request.headers.get("Verification-Token", "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._token):
            logger.warning("refused a notification without the right Verification-Token")
            return web.json_response({}, status=401)
        try:
            body = await asyncio.wait_for(request.read(), BODY_SECONDS)
            notification = json.loads(unpacked(body, request.headers.get("Content-Encoding", "")))
        except asyncio.TimeoutError:
            return web.json_response({}, status=408)
        except (ValueError, RecursionError):  # RecursionError: lists in lists, thousands deep
            return web.json_response({}, status=400)
        found = list(events(notification))
        if self._waiting.qsize() + len(found) > MAX_WAITING:
            logger.error("refused a notification: %d events wait for rules already", self._waiting.qsize())
            return web.json_response({}, status=503)
        for event in found:
            self._waiting.put_nowait(event)
        return web.json_response({})


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding. ValueError if it is broken, too large or of an unknown encoding."""
    if encoding.strip().lower() in {"", "identity"}:
        return body
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        raise ValueError("unknown Content-Encoding")
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        content = unpacker.decompress(body, MAX_BODY + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(content) > MAX_BODY or not unpacker.eof:
        raise ValueError("a packed body that is too large or cut off")
    return content


def _shake_hands(token: str) -> web.Response:
    """Return the validation token. The sender is not verified yet, so this makes no event."""
    if not HANDSHAKE.fullmatch(token):
        return web.json_response({}, status=400)
    return web.json_response({}, headers={"Validation-Token": token})


def events(notification: Any) -> Iterator[dict[str, str]]:
    """One for each entry that changed. Names, addresses and telephone numbers stay out of rules, logs and jobs."""
    if not isinstance(notification, dict):
        return
    directory = DIRECTORY.match(str(notification.get("event")))
    body = notification.get("body")
    if not directory or not isinstance(body, dict):
        return
    # The published schema has one entry as the body, the published example a list of them in it.
    entries = body.get("contacts", [body])
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and re.fullmatch("[0-9]+", str(entry.get("id"))):
            yield {
                "account_id": directory[1],
                "user_id": str(entry["id"]),
                "change": _snake_case(entry.get("eventType")),
                "status": _snake_case(entry.get("status")),
                "type": _snake_case(entry.get("type")),
            }


def _snake_case(word: Any) -> str:
    """NotActivated as not_activated, as the modules say it; empty unless it is one word."""
    if not isinstance(word, str) or not re.fullmatch("[A-Za-z]{1,40}", word):
        return ""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower()
