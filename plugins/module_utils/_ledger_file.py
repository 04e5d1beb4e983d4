# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of the SQLite ledger: where it is, what may be taken for it, and reading it without changing it.

Nothing is changed before it is known to be a ledger of ours: a path can be a link, a device, or the file of
another program, and the playbook can run as root.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ._errors import InvalidOption, LedgerError

try:
    import sqlite3
except ImportError:  # a Python that was built without it; the other ledgers work
    sqlite3 = None  # type: ignore[assignment]

NO_MAIL = "No mail was sent."
_ATTEMPTS = 5
"""How often a file is read that other runs keep changing between two looks."""
_LITTLE = 1 << 16
"""Bytes; with less than this free, SQLite's vaguer errors mean a full disk."""

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def require_sqlite() -> None:
    """LedgerError if this Python cannot use SQLite."""
    if sqlite3 is None:
        raise LedgerError(
            f"ledger: {sys.executable} was built without sqlite3. Use a Python that has it, or ledger.backend "
            f"custom_field. {NO_MAIL}"
        )


def default_path(environment: Mapping[str, str]) -> Path:
    """``onboard.ringcentral/ledger.sqlite3`` in the XDG state folder, ``~/.local/state`` by default.

    A relative folder counts as unset, as the XDG specification has it: it would be another ledger in each folder.
    """
    state = Path(environment.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():
        state = _home(environment) / ".local" / "state"
    return state / "onboard.ringcentral" / "ledger.sqlite3"


def _home(environment: Mapping[str, str]) -> Path:
    home = Path(environment.get("HOME", ""))
    if not home.is_absolute():
        with contextlib.suppress(KeyError):
            home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    if not home.is_absolute():
        raise InvalidOption("ledger", f"this user has no home folder for the default file; set ledger.path. {NO_MAIL}")
    return home


def look(path: Path) -> os.stat_result | None:
    """The regular file at ``path``, None if there is nothing. LedgerError for anything else."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    is_link = stat.S_ISLNK(found.st_mode)
    if is_link:
        try:
            found = path.stat()
        except FileNotFoundError:
            raise LedgerError(f"ledger: {path} is a link to a file that does not exist. {NO_MAIL}") from None
    if not stat.S_ISREG(found.st_mode):
        kind = next((words for test, words in _KINDS if test(found.st_mode)), "no regular file")
        raise LedgerError(f"ledger: {path} is {kind}; set ledger.path to a file. {NO_MAIL}")
    if is_link and not found.st_size:
        raise LedgerError(f"ledger: {path} is a link to an empty file, not to a ledger. {NO_MAIL}")
    return found


def create(path: Path) -> None:
    """An empty file for its owner alone, whatever the umask, in folders for their owner alone."""
    for folder in reversed([one for one in path.parents if not one.exists()]):
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            folder.chmod(0o700)
    with contextlib.suppress(FileExistsError):  # another run was quicker
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)


def protect(path: Path) -> None:
    """Make a ledger of ours readable by its owner alone.

    By its path: closing a second descriptor of the file would end this process's locks on it.
    """
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)


def connect(target: str, timeout: float) -> sqlite3.Connection:
    """A connection in which each statement stands alone. ``timeout`` is in seconds."""
    db = sqlite3.connect(target, timeout=timeout, isolation_level=None)
    # a commit is on disk when it returns, the folder's entry for the journal included
    db.execute("PRAGMA synchronous = EXTRA")
    return db


def open_read_only(path: Path, timeout: float) -> sqlite3.Connection:
    """A connection that changes neither the file nor its folder.

    A run that was killed in a transaction leaves a journal, from which the next one repairs the file. Here a copy is
    repaired.
    """
    for _attempt in range(_ATTEMPTS):
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=timeout, isolation_level=None, uri=True)
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            db.close()
            if "locked" in str(error) or not _journal(path).exists():
                raise
        else:
            return db
        if copy := _repaired_copy(path, timeout):
            return copy
    raise LedgerError(f"ledger: {path} was left in the middle of a change and is being repaired now; run again.")


def private_copy(source: sqlite3.Connection) -> sqlite3.Connection:
    """A temporary database with the same content, which SQLite deletes when it is closed."""
    copy = sqlite3.connect("", isolation_level=None)
    source.backup(copy)
    return copy


def _repaired_copy(path: Path, timeout: float) -> sqlite3.Connection | None:
    """A copy of the file as its journal repairs it, None if either was changed meanwhile."""
    journal = _journal(path)
    with tempfile.TemporaryDirectory(prefix="onboard.ringcentral-") as folder:
        copy = Path(folder, "ledger.sqlite3")
        try:
            before = _identity(path), _identity(journal)
            shutil.copyfile(journal, _journal(copy))
            shutil.copyfile(path, copy)
            if before != (_identity(path), _identity(journal)):
                return None
        except FileNotFoundError:
            return None
        with contextlib.closing(connect(str(copy), timeout)) as repaired:
            return private_copy(repaired)


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _identity(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


@contextlib.contextmanager
def explained(path: Path, timeout: float, consequence: str = "") -> Iterator[None]:
    """What SQLite or the system say of the file, as LedgerError. ``consequence`` is a sentence to add."""
    try:
        yield
    except (OSError, sqlite3.Error, ValueError) as error:
        words = f"ledger: {path} cannot be used: {_reason(error, path, timeout)}"
        raise LedgerError(f"{words}. {consequence}".rstrip(". ") + "." if consequence else words) from None


def _reason(error: Exception, path: Path, timeout: float) -> str:
    said = str(getattr(error, "strerror", None) or error)
    if "locked" in said:
        return f"another process has kept it locked for {timeout:g} s; let that run end, then run again"
    if "disk is full" in said or (("I/O error" in said or "unable to open" in said) and _is_full(path.parent)):
        return "the disk is full; free some space, then run again"
    return said


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LITTLE
    except OSError:
        return False
