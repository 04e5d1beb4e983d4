# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source answers whatever it is sent within RingCentral's three seconds, and never with a crash."""

from __future__ import annotations

import asyncio
import gzip
import importlib.util
import json
import sys
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

PATH = Path(__file__).parents[3] / "extensions/eda/plugins/event_source/directory_webhook.py"
TOKEN = "a-token-of-this-test"
FILTER = "/restapi/v1.0/account/400131426008/directory/entries"


def load() -> Any:
    spec = importlib.util.spec_from_file_location("directory_webhook", PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


webhook = load()


def notification(*numbers: int) -> bytes:
    entries = [{"id": str(number), "type": "User", "status": "NotActivated"} for number in numbers]
    return json.dumps({"event": FILTER, "body": {"contacts": entries}}).encode()


def served(work: Callable[[Any, TestClient[Any, Any], asyncio.Queue[Any]], Awaitable[None]], size: int = 0) -> None:
    """Do something with a hook that is served as main() serves it; ``size`` is that of the rules' queue."""

    async def serve() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue(size)
        hook = webhook.Hook(queue, TOKEN)
        server = TestServer(webhook.application(hook, "/ringcentral"))
        await server.start_server(**webhook.RUNNER)
        async with TestClient(server) as client:
            await asyncio.wait_for(work(hook, client, queue), 20)

    asyncio.run(serve())


async def post(client: TestClient[Any, Any], body: bytes, **headers: str) -> int:
    given = {"Verification-Token": TOKEN, **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with client.post("/ringcentral", data=body, headers=given) as answer:
        await answer.read()
        return answer.status


WHOLE = notification(1)
REFUSED = {
    "lists in lists": (b"[" * 100_000 + b"]" * 100_000, "", 400),
    "objects in objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "", 400),
    "a gzip that is none": (b"no gzip at all", "gzip", 400),
    "a gzip with a wrong checksum": (gzip.compress(WHOLE)[:-8] + bytes(8), "gzip", 400),
    "a gzip that is cut off": (gzip.compress(WHOLE)[:-12], "gzip", 400),
    "a gzip of a gigabyte's kind": (gzip.compress(bytes(64 * 1024 * 1024)), "gzip", 400),
    "an empty gzip": (b"", "gzip", 400),
    "a broken deflate": (b"\x00\x01", "deflate", 400),
    "an encoding that is unknown": (WHOLE, "br", 400),
    "encodings upon each other": (gzip.compress(gzip.compress(WHOLE)), "gzip, gzip", 400),
    "a number of a million digits": (b'{"event": ' + b"9" * 1_000_000 + b"}", "", 400),
    "no text": (b"\xff\xfe\x00", "", 400),
    "nothing": (b"", "", 400),
    "too much": (b" " * (1024 * 1024 + 1), "", 413),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_and_crashes_nothing(case: tuple[bytes, str, int]) -> None:
    body, encoding, status = case

    async def work(hook: Any, client: TestClient[Any, Any], queue: asyncio.Queue[Any]) -> None:
        assert await post(client, body, **({"Content_Encoding": encoding} if encoding else {})) == status
        assert hook._waiting.empty()
        assert await post(client, WHOLE) == 200
        assert hook._waiting.qsize() == 1

    served(work)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(WHOLE)),
        ("deflate", zlib.compress(WHOLE)),
        ("identity", WHOLE),
        ("GZIP", gzip.compress(WHOLE)),
    ],
)
def test_a_packed_notification_is_read(encoding: str, packed: bytes) -> None:
    async def work(hook: Any, client: TestClient[Any, Any], queue: asyncio.Queue[Any]) -> None:
        assert await post(client, packed, Content_Encoding=encoding) == 200
        assert (await hook._waiting.get())["user_id"] == "1"

    served(work)


def test_ringcentral_is_answered_while_the_rules_are_busy() -> None:
    async def work(hook: Any, client: TestClient[Any, Any], queue: asyncio.Queue[Any]) -> None:
        passing = asyncio.create_task(hook.pass_on())
        for number in range(1, 6):
            assert await asyncio.wait_for(post(client, notification(number)), 3) == 200
        assert queue.full()
        assert [(await queue.get())["user_id"] for _number in range(5)] == ["1", "2", "3", "4", "5"]
        passing.cancel()

    served(work, size=1)


def test_what_no_longer_fits_is_refused_whole_so_that_it_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "MAX_WAITING", 3)

    async def work(hook: Any, client: TestClient[Any, Any], queue: asyncio.Queue[Any]) -> None:
        assert await post(client, notification(1, 2)) == 200
        assert await post(client, notification(3, 4)) == 503
        assert hook._waiting.qsize() == 2
        assert await post(client, notification(5)) == 200

    served(work)


def test_a_body_that_does_not_arrive_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.01)

    async def work(hook: Any, client: TestClient[Any, Any], queue: asyncio.Queue[Any]) -> None:
        async def dripping() -> Any:
            yield b"{"
            await asyncio.Event().wait()

        headers = {"Verification-Token": TOKEN}
        async with client.post("/ringcentral", data=dripping(), headers=headers) as answer:
            assert answer.status == 408

    served(work)


@pytest.mark.parametrize("token", ["", "x", TOKEN + "x"])
def test_without_the_token_no_body_is_looked_at(token: str) -> None:
    async def work(hook: Any, client: TestClient[Any, Any], queue: asyncio.Queue[Any]) -> None:
        assert await post(client, REFUSED["lists in lists"][0], Verification_Token=token) == 401
        assert await post(client, b"x", Verification_Token=token, Content_Encoding="gzip") == 401

    served(work)
