# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For each Python with this folder in PYTHONPATH: sleeping moves a shared clock, and rows read from SQLite are counted.

BENCH_SHARED names a file of sixteen bytes, which ``bench.measuring.Shared`` makes: the seconds slept, then the rows.
A play runs in several processes, one after the other, so the clock must outlive each of them.
"""

from __future__ import annotations

import mmap
import os
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

SHORTEST = 0.1
"""Seconds. Ansible waits for its own processes in shorter steps, which need real time."""


def begin(path: str) -> None:
    with open(path, "r+b") as file:  # noqa: PTH123  # pathlib would slow the start of each Python
        shared = mmap.mmap(file.fileno(), 16)
    move_time(shared)
    count_rows(shared)


def move_time(shared: mmap.mmap) -> None:
    sleep, clock, monotonic = time.sleep, time.time, time.monotonic

    def moved() -> float:
        return float(struct.unpack_from("d", shared, 0)[0])

    def sleep_on_the_shared_clock(seconds: float) -> None:
        if seconds < SHORTEST:
            sleep(seconds)
        else:
            struct.pack_into("d", shared, 0, moved() + seconds)

    time.sleep = sleep_on_the_shared_clock
    time.time = lambda: clock() + moved()
    time.monotonic = lambda: monotonic() + moved()


def count_rows(shared: mmap.mmap) -> None:
    connect: Callable[..., Any] = sqlite3.connect

    def count(rows: int) -> None:
        struct.pack_into("q", shared, 8, struct.unpack_from("q", shared, 8)[0] + rows)

    class Cursor(sqlite3.Cursor):
        def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
            while (row := self.fetchone()) is not None:
                yield row

        def fetchone(self) -> Any:
            row = super().fetchone()
            count(row is not None)
            return row

        def fetchmany(self, size: int | None = None) -> list[Any]:
            rows = super().fetchmany(self.arraysize if size is None else size)
            count(len(rows))
            return rows

        def fetchall(self) -> list[Any]:
            rows = super().fetchall()
            count(len(rows))
            return rows

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, *arguments: Any) -> Any:
            return self.cursor().execute(*arguments)  # sqlite3's own makes a cursor that does not count

    sqlite3.connect = lambda *args, **options: connect(*args, **{"factory": Connection, **options})  # type: ignore[assignment]


if path := os.environ.get("BENCH_SHARED"):
    begin(path)
