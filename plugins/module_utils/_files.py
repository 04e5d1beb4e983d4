# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a file named in an option: a regular file of limited size."""

from __future__ import annotations

import stat
from pathlib import Path

from ._errors import InvalidOption

LARGEST = 256 * 1024 * 1024
"""Bytes. A directory of 1,000,000 people has about 100 MB."""


def read_file(option: str, path: object, *, largest: int = LARGEST) -> bytes:
    """The content of a file; InvalidOption names the option, the path and what is wrong with it."""
    if not isinstance(path, str) or not path.strip():
        raise InvalidOption(option, "needs the path of a file. No mail was sent.")
    try:
        file = Path(path).expanduser()
        mode = file.stat().st_mode
        # a pipe or a device may never end
        if not stat.S_ISREG(mode):
            raise InvalidOption(option, f"{path}: is not a regular file. No mail was sent.")
        with file.open("rb") as opened:
            data = opened.read(largest + 1)
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidOption(option, f"{path}: cannot be read: {why}. No mail was sent.") from None
    if len(data) > largest:
        raise InvalidOption(option, f"{path}: is larger than {largest // 1024 // 1024} MB. No mail was sent.")
    return data
