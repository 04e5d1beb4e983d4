# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a module's parameters into a client, and the outcome into a result."""

from __future__ import annotations

import os
import random
import re
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from ansible.module_utils.basic import missing_required_lib

from ._client import Client
from ._credentials import credentials_of, destination
from ._errors import IncompleteDelivery, InvalidOption, RingCentralError
from ._guards import narrowed
from ._http import REQUESTS_IMPORT_ERROR, RequestsWire
from ._login import Credentials
from ._options import read_expected_account
from ._progress import Progress, silent
from ._signals import Signals
from ._times import utc_now

MOST_WORK = 3600.0
"""Seconds that a run may take beside what it waits: far more than any needs, so that each run ends."""


class Run(Protocol):
    """A module's work: parameters, client and time in, the return value out."""

    def __call__(
        self,
        params: Mapping[str, Any],
        api: Client,
        now: Callable[[], datetime],
        *,
        check_mode: bool,
        progress: Progress,
    ) -> dict[str, Any]:
        """Do the work."""


class Caller(Protocol):
    """Where a module's parameters come from, and its warnings go: an AnsibleModule, or an action on the controller."""

    params: Mapping[str, Any]
    check_mode: bool
    no_log_values: set[str]
    _diff: bool

    def warn(self, warning: str) -> None:
        """Show a warning."""


def perform(
    module: Caller,
    run: Run,
    progress: Progress = silent,
    *,
    credentials: Callable[[Mapping[str, Any]], Credentials] | None = None,
) -> dict[str, Any]:
    """Log in, run, log out. Errors become a result with ``failed``; what was achieved stays in it.

    SIGTERM, SIGINT and SIGHUP end the run at the next safe point, with its result. ``credentials`` reads
    them from the parameters (by default as the fragment ``connection`` says).
    """
    if REQUESTS_IMPORT_ERROR:
        return {"failed": True, "msg": missing_required_lib("requests"), "exception": REQUESTS_IMPORT_ERROR}
    signals = Signals()
    with signals:
        try:
            api = connect(
                module.params,
                on_secret=module.no_log_values.add,
                credentials=credentials or read_credentials,
                on_wait=lambda seconds, why: progress(f"waiting {seconds:.0f} s for {why}", lasts=seconds),
                on_page=lambda read, total: progress(f"read {read:,}{_of(total)}"),
                signals=signals,
            )
        except RingCentralError as error:
            return {**error.as_result(), "failed": True}
        result = _outcome(module, run, api, progress)
    if not module.params["validate_certs"]:
        module.warn("validate_certs is false: whoever answers for server_url receives the credentials")
    if not module._diff:  # noqa: SLF001  # the documented way to ask; a diff of thousands of users is large
        result.pop("diff", None)
    for warning in [*result.pop("warnings", []), *api.warnings]:
        module.warn(warning)
    return {**result, "api": api.stats()}


def _outcome(module: Caller, run: Run, api: Client, progress: Progress) -> dict[str, Any]:
    """The result of the run, whatever happens in it; the session has ended then."""
    try:
        with api:
            return run(
                narrowed(module.params, os.environ), api, utc_now, check_mode=module.check_mode, progress=progress
            )
    except RingCentralError as error:
        bug = error.cause.__cause__ if isinstance(error, IncompleteDelivery) and error.cause else None
        return {**error.as_result(), "failed": True, **_trace(api, bug)}
    except Exception as error:  # noqa: BLE001  # a traceback on stderr would lose the result and show secrets
        result = getattr(error, "result", None)
        return {
            **(result if isinstance(result, dict) else {}),
            "failed": True,
            "msg": f"unexpected {type(error).__name__}, a bug in this collection; mail may have been sent before it. "
            "The ledger holds users whose outcome is uncertain; please report the exception",
            "error": {"code": type(error).__name__},
            **_trace(api, error),
        }


def _of(total: object) -> str:
    return f" of {total:,}" if isinstance(total, int) else ""


def _trace(api: Client, bug: BaseException | None) -> dict[str, str]:
    """Where a bug is, without secrets."""
    if bug is None:
        return {}
    return {"exception": api.redact("".join(traceback.format_exception(type(bug), bug, bug.__traceback__)))}


def connect(
    params: Mapping[str, Any],
    *,
    on_secret: Callable[[str], object],
    credentials: Callable[[Mapping[str, Any]], Credentials] | None = None,
    on_wait: Callable[[float, str], None] = lambda _seconds, _why: None,
    on_page: Callable[[int, Any], None] = lambda _read, _total: None,
    signals: Signals | None = None,
) -> Client:
    """A client as the options of the fragment ``connection`` describe it; nothing is sent yet."""
    for option, least, most in (("timeout", 0.001, 86_400), ("max_wait", 0, 10_000_000)):
        if not params[option] >= least:  # NaN is not either
            raise InvalidOption(option, f"{params[option]:g} is too short a time; give seconds")
        if params[option] > most:
            raise InvalidOption(option, f"{params[option]:g} is too long a time; give at most {most} seconds")
    if not re.fullmatch(r"~|\d{1,20}", params["account_id"], re.ASCII):
        raise InvalidOption("account_id", "give the account's numeric id, or ~ for the account of the credential")
    read_expected_account("expect_account", params["expect_account"])
    login = (credentials or read_credentials)(params)
    to = destination(params, login, os.environ)
    if isinstance(to.verify, str) and not os.path.exists(to.verify):  # noqa: PTH110  # Path raises for long names
        raise InvalidOption("ca_path", f"{to.verify} does not exist")
    return Client(
        RequestsWire(to.server_url, verify=to.verify, timeout=params["timeout"]),
        login,
        account=params["account_id"],
        max_wait=params["max_wait"],
        clock=time.monotonic,
        sleep=signals.sleep if signals else time.sleep,
        on_secret=on_secret,
        now=utc_now,
        random=random.random,
        max_work=MOST_WORK,
        on_wait=on_wait,
        on_page=on_page,
        interrupted=signals.name if signals else lambda: "",
    )


def read_credentials(params: Mapping[str, Any]) -> Credentials:
    """The credentials of the fragment ``connection``."""
    return credentials_of(params, os.environ)
