# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says of itself while it works."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears what a run is doing now; ``lasts`` are the seconds that it takes at the least, where they are known."""

    def __call__(self, line: str, /, *, lasts: float = 0) -> None:
        """Hear one line."""


def silent(line: str, /, *, lasts: float = 0) -> None:
    """A Progress that shows nothing."""
