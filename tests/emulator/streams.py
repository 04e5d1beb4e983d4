# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies without an end or measure: they cost this side little, and whoever reads them all of their time or memory."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from functools import lru_cache

from aiohttp import web

from .calls import Call

BOMB = 200 * 1024**2
"""Bytes of the gzip bomb when unpacked; on the wire it is about 200 kB."""
ENDLESS = 1024**3
"""Bytes after which even the endless body ends, for the sake of the machine."""
NESTING = 200_000
_CHUNK = 1024**2
_PATIENCE = 600


async def drip(call: Call, status: int, text: str) -> web.StreamResponse:
    """The answer, a byte at a time, over ``fault.seconds``: no single read waits for long."""
    content = text.encode() or b" "
    response = web.StreamResponse(status=status, headers=call.headers)
    response.content_type = "application/json"
    response.content_length = len(content)
    await response.prepare(call.request)
    pause = (call.fault.seconds if call.fault else 0) / len(content)
    for byte in content:
        await response.write(bytes([byte]))
        await asyncio.sleep(pause)
    return response


async def continue_forever(call: Call, status: int, text: str) -> web.StreamResponse:
    """``100 Continue`` again and again for ``fault.seconds``, and never the answer."""
    transport = call.request.transport
    rounds = int((call.fault.seconds if call.fault else 0) / 0.02)
    for _round in range(rounds):
        if transport is None or transport.is_closing():
            break
        transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.02)
    if transport:
        transport.abort()
    return web.Response()


async def endless_body(call: Call, status: int, text: str) -> web.StreamResponse:
    """A JSON string that goes on and on."""
    response = web.StreamResponse(status=status, headers=call.headers)
    response.content_type = "application/json"
    await response.prepare(call.request)
    await response.write(b'{"records": "')
    filler = b"x" * _CHUNK
    for _chunk in range(ENDLESS // _CHUNK):
        await asyncio.wait_for(response.write(filler), _PATIENCE)
    return response


async def gzip_bomb(call: Call, status: int, text: str) -> web.StreamResponse:
    """A small body that unpacks to ``BOMB`` bytes."""
    headers = {**call.headers, "Content-Encoding": "gzip"}
    return web.Response(status=status, headers=headers, body=_bomb(), content_type="application/json")


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    filler = b" " * _CHUNK
    packed = [
        packer.compress(b"{"),
        *(packer.compress(filler) for _chunk in range(BOMB // _CHUNK)),
        packer.compress(b"}"),
    ]
    return b"".join([*packed, packer.flush()])


async def deep_nesting(call: Call, status: int, text: str) -> web.StreamResponse:
    """JSON with more levels than a recursive reader can follow."""
    body = '{"records": ' + "[" * NESTING + "]" * NESTING + "}"
    return web.Response(status=status, headers=call.headers, text=body, content_type="application/json")


STREAMS: dict[str, Callable[[Call, int, str], Awaitable[web.StreamResponse]]] = {
    "drip": drip,
    "continue_forever": continue_forever,
    "endless_body": endless_body,
    "gzip_bomb": gzip_bomb,
    "deep_nesting": deep_nesting,
}
