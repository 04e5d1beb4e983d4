# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catches signals that ask a run to end, so that no request is left in flight."""

from __future__ import annotations

import contextlib
import signal
import time
from types import FrameType, TracebackType
from typing import Any

_SLICE = 0.25
"""Seconds of sleep between two looks for a signal."""

_NAMES = ("SIGTERM", "SIGINT", "SIGHUP")


class Signals:
    """Catches SIGTERM, SIGINT and SIGHUP while it is entered; more than one changes nothing.

    A signal that is ignored already, as SIGHUP is below nohup, stays ignored. Only the main thread can catch any.
    """

    def __init__(self) -> None:
        self._name = ""
        self._before: dict[int, Any] = {}

    def name(self) -> str:
        """The first signal that came, or ""."""
        return self._name

    def sleep(self, seconds: float) -> None:
        """Sleep so long, or until a signal comes."""
        end = time.monotonic() + seconds
        while not self._name and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE))

    def __enter__(self) -> Signals:  # noqa: PYI034  # typing.Self came with Python 3.11
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            if signal.getsignal(number) is not signal.SIG_IGN:
                with contextlib.suppress(ValueError):
                    self._before[number] = signal.signal(number, self._remember)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _remember(self, number: int, _frame: FrameType | None) -> None:
        self._name = self._name or signal.Signals(number).name
