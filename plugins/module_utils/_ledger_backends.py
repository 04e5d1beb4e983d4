# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the ledger that the option ``ledger`` describes."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ._errors import InvalidOption
from ._ledger import ForgetfulLedger, Ledger
from ._ledger_custom_field import CustomFieldLedger
from ._ledger_field_care import CaredForField
from ._ledger_file import default_path
from ._ledger_sqlite import SqliteLedger
from ._model import Record
from ._times import utc_now
from ._users import Account, Api

BACKENDS = ("sqlite", "custom_field", "none")


@dataclass(frozen=True)
class LedgerOptions:
    """The option ``ledger`` as the modules document it; these are its defaults."""

    backend: str = "sqlite"
    path: str = ""
    field: str = "Last invitation"
    must_exist: bool = False
    first_use: bool = False


def read_ledger_options(options: Mapping[str, Any] | None) -> LedgerOptions:
    """The option, with its default for all that is not given; ``{}`` and None are all defaults.

    InvalidOption for values that make no sense.
    """
    given = {name: value for name, value in (options or {}).items() if value is not None}
    read = LedgerOptions(**given)
    if read.backend not in BACKENDS:
        raise InvalidOption("ledger", f"{read.backend!r} is not a backend; use one of {', '.join(BACKENDS)}")
    if not read.field.strip():
        raise InvalidOption("ledger", "field is blank; name a custom field, or leave field out. No mail was sent.")
    if read.path and not read.path.strip():
        raise InvalidOption("ledger", "path is blank; name a file, or leave path out. No mail was sent.")
    if read.must_exist and read.first_use:
        raise InvalidOption("ledger", "must_exist and first_use contradict each other; keep one. No mail was sent.")
    return read


def check_ledger(options: Mapping[str, Any] | None, environment: Mapping[str, str]) -> None:
    """InvalidOption for a ledger that would not outlive the run.

    AWX and Automation Platform run each job in a container of its own, whose files vanish with it.
    """
    read = read_ledger_options(options)
    # ansible-runner sets the second one without a container too; in an execution environment it is below /runner.
    isolated = environment.get("AWX_ISOLATED_DATA_DIR", "")
    under_awx = bool(environment.get("AWX_PRIVATE_DATA_DIR")) or f"{isolated}/".startswith("/runner/")
    if under_awx and read.backend == "sqlite" and not read.path:
        raise InvalidOption(
            "ledger",
            "the default file would vanish with this job's container, and the next job would mail all users again; use "
            "backend custom_field, or give the path of a file that stays. No mail was sent.",
        )


def open_ledger(
    options: Mapping[str, Any] | None,
    account: Account,
    api: Api,
    environment: Mapping[str, str],
    *,
    read_only: bool,
    now: Callable[[], datetime] = utc_now,
) -> Ledger:
    """The ledger of this account. LedgerError if it cannot be used. ``now`` gives the time in UTC."""
    read = read_ledger_options(options)
    if read.backend == "none":
        return ForgetfulLedger()
    return _open(CustomFieldLedger, read, account, api, environment, read_only=read_only, now=now)


class CaredFor(Protocol):
    """A ledger that an administrator inspects and repairs."""

    place: str

    def everything(self, names: Iterable[str] = ()) -> list[Record]:
        """All records; those of the named users for certain."""

    def amend(self, changes: Sequence[tuple[Record, Record | None]]) -> None:
        """Replace records, or delete them for None. LedgerError if one has changed meanwhile."""

    def close(self) -> None:
        """Let go of it."""


def open_for_care(
    options: Mapping[str, Any] | None,
    account: Account,
    api: Api,
    environment: Mapping[str, str],
    *,
    read_only: bool,
    now: Callable[[], datetime],
) -> CaredFor:
    """The ledger of this account, for maintenance. LedgerError if it cannot be used."""
    read = read_ledger_options(options)
    return _open(CaredForField, read, account, api, environment, read_only=read_only, now=now)


_Kind = TypeVar("_Kind", bound=CustomFieldLedger)


def _open(
    in_field: type[_Kind],
    read: LedgerOptions,
    account: Account,
    api: Api,
    environment: Mapping[str, str],
    *,
    read_only: bool,
    now: Callable[[], datetime],
) -> _Kind | SqliteLedger:
    if read.backend == "custom_field":
        return in_field(
            api,
            account.id,
            read.field.strip(),
            must_exist=read.must_exist,
            first_use=read.first_use,
            read_only=read_only,
            host=platform.node(),
            now=now,
        )
    path = Path(read.path) if read.path else default_path(environment)
    return SqliteLedger(path, account.id, read_only=read_only)
