# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes files with personal data: complete or not at all, readable by their owner only."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

MOST_BYTES = 256 * 1024 * 1024
"""Of a file that is read; a plan of 300,000 users has 60 MB."""

_LONGEST_NAME = 240
"""Bytes of a file's name, with room for that of the file that becomes it."""


def absolute(path: str) -> Path:
    """The path, below the folder in which ansible-playbook was started unless it is absolute."""
    return Path(path).expanduser().absolute()


def file_name(host: str) -> str:
    """A unique file name for a host: characters that do not fit are percent-encoded."""
    return quote(host, safe="")


def make_folder(folder: Path) -> None:
    """Make the folder, and those above it, for their owner alone. OSError if no file can be written there."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)  # mkdir(parents=True) would leave the upper ones open to all users
    check_writable(folder / "report")


def check_writable(path: Path) -> None:
    """OSError if the file could not be written, as far as that can be known without making anything."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    folder = next(parent for parent in path.parents if os.path.lexists(parent))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if len(os.fsencode(path.name)) > _LONGEST_NAME:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def write_text(path: Path, text: str) -> None:
    """Replace the file in one step."""
    make_folder(path.parent)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def write_json(path: Path, document: Any) -> None:
    """The document, indented and in a stable order. Half a pair of surrogates, which UTF-8 has not, stays an escape."""
    text = json.dumps(document, indent=4, sort_keys=True, ensure_ascii=False) + "\n"
    write_text(path, text.encode("utf-8", "backslashreplace").decode())


def read_json(path: Path) -> Any:
    """A document. OSError or ValueError if there is none."""
    if not path.is_file():
        raise FileNotFoundError(2, "No such file", str(path))
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("it is too large")
    return json.loads(path.read_text(encoding="utf-8"))
