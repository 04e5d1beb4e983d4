# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the option ``ledger`` to a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._errors import InvalidOption
from ._ledger import ForgetfulLedger, Ledger
from ._ledger_custom_field import CustomFieldLedger
from ._ledger_sqlite import SqliteLedger, default_path
from ._users import Account, Api


def check_ledger(options: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """InvalidOption for a ledger that would not outlive the run.

    AWX and Automation Platform run each job in a container of its own, whose files vanish with it.
    """
    # ansible-runner sets the second one without a container too; in an execution environment it is below /runner.
    isolated = environment.get("AWX_ISOLATED_DATA_DIR", "")
    under_awx = bool(environment.get("AWX_PRIVATE_DATA_DIR")) or f"{isolated}/".startswith("/runner/")
    if under_awx and options["backend"] == "sqlite" and not options["path"]:
        raise InvalidOption(
            "ledger",
            "the default file would vanish with this job's container, and the next job would mail everybody again; use "
            "backend custom_field, or give the path of a file that stays; nothing was sent",
        )


def open_ledger(
    options: Mapping[str, Any], account: Account, api: Api, environment: Mapping[str, str], *, read_only: bool
) -> Ledger:
    """The ledger of this account. LedgerError if it cannot be used."""
    if options["backend"] == "none":
        return ForgetfulLedger()
    if options["backend"] == "custom_field":
        return CustomFieldLedger(api, options["field"])
    path = Path(options["path"]) if options["path"] else default_path(environment)
    return SqliteLedger(path, account.id, read_only=read_only)
