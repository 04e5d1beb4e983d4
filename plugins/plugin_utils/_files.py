# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes files with personal data: complete or not at all, readable by their owner only."""

from __future__ import annotations

import errno
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

MOST_BYTES = 256 * 1024 * 1024
"""Of a file that is read; a plan of 300,000 users has 60 MB."""

HISTORY = "history"

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


def keep_earlier(path: Path, moment: str, most: int) -> None:
    """Keep the file under its time as well, and no more than so many of its kind, in the folder history beside it."""
    if most <= 0:
        return
    folder = path.parent / HISTORY
    make_folder(folder)
    kept = folder / f"{path.stem}.{moment.replace(':', '')}{path.suffix}"
    kept.unlink(missing_ok=True)
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        write_text(kept, path.read_text(encoding="utf-8"))
    same = re.compile(re.escape(path.stem) + r"\.\d{4}-\d\d-\d\dT\d{6}Z" + re.escape(path.suffix))
    for old in sorted(one for one in folder.iterdir() if same.fullmatch(one.name))[:-most]:
        old.unlink(missing_ok=True)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """The document in a stable order, each key and each object of a list on a line of its own. Half a pair of
    surrogates, which UTF-8 has not, stays an escape.
    """
    lines = ",\n".join(f"    {_dumps(key)}: {_laid_out(document[key])}" for key in sorted(document))
    write_text(path, f"{{\n{lines}\n}}\n".encode("utf-8", "backslashreplace").decode())


def _laid_out(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return "[\n" + ",\n".join(f"        {_dumps(one)}" for one in value) + "\n    ]"
    return json.dumps(value, indent=4, sort_keys=True, ensure_ascii=False).replace("\n", "\n    ")


def _dumps(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)  # without indent it is several times as fast


def read_bytes(path: Path) -> bytes:
    """A file's content. OSError if there is none, ValueError if it is too large."""
    if not path.is_file():
        raise FileNotFoundError(2, "No such file", str(path))
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("it is too large")
    return path.read_bytes()


def read_json(path: Path) -> Any:
    """A document. OSError or ValueError if there is none."""
    return json.loads(read_bytes(path).decode("utf-8"))
