# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a module's parameters to a client, and from what happens then to a result."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from ansible.module_utils.basic import missing_required_lib

from ._client import Client, Credentials
from ._errors import InvalidOption, RingCentralError
from ._http import REQUESTS_IMPORT_ERROR, RequestsWire
from ._times import utc_now

Progress = Callable[[str], None]
"""Takes a line for people on what is being done now."""


def silent(_line: str) -> None:
    """A Progress that shows nothing."""


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
    ) -> dict[str, Any]: ...


class Caller(Protocol):
    """Where a module's parameters come from, and its warnings go: an AnsibleModule, or an action on the controller."""

    params: Mapping[str, Any]
    check_mode: bool
    no_log_values: set[str]
    _diff: bool

    def warn(self, warning: str) -> None: ...


def perform(module: Caller, run: Run, progress: Progress = silent) -> dict[str, Any]:
    """Log in, run, log out. Errors become a result with ``failed``; what was achieved stays in it."""
    if REQUESTS_IMPORT_ERROR:
        return {"failed": True, "msg": missing_required_lib("requests"), "exception": REQUESTS_IMPORT_ERROR}
    result: dict[str, Any]
    try:
        api = connect(module.params, on_secret=module.no_log_values.add)
    except RingCentralError as error:
        return {**error.as_result(), "failed": True}
    try:
        with api:
            result = run(module.params, api, utc_now, check_mode=module.check_mode, progress=progress)
    except RingCentralError as error:
        result = {**error.as_result(), "failed": True}
    if not module.params["validate_certs"]:
        module.warn("validate_certs is false: whoever answers for server_url receives the credentials")
    if not module._diff:  # noqa: SLF001  # the documented way to ask; a diff of thousands of users is large
        result.pop("diff", None)
    for warning in [*result.pop("warnings", []), *api.warnings]:
        module.warn(warning)
    return {**result, "api": api.stats()}


def connect(params: Mapping[str, Any], *, on_secret: Callable[[str], object]) -> Client:
    """A client as the options of the fragment ``connection`` describe it; nothing is sent yet."""
    for option, least in (("timeout", 0.001), ("max_wait", 0)):
        if params[option] < least:
            raise InvalidOption(option, f"{params[option]:g} is too short a time; give seconds")
    if not re.fullmatch(r"~|\d+", params["account_id"]):
        raise InvalidOption("account_id", "give the account's numeric id, or ~ for the account of the credential")
    if params["ca_path"] and not Path(params["ca_path"]).exists():
        raise InvalidOption("ca_path", f"{params['ca_path']} does not exist")
    verify = (params["ca_path"] or True) if params["validate_certs"] else False
    return Client(
        RequestsWire(params["server_url"], verify=verify, timeout=params["timeout"]),
        _credentials(params),
        account=params["account_id"],
        max_wait=params["max_wait"],
        clock=time.monotonic,
        sleep=time.sleep,
        on_secret=on_secret,
    )


def _credentials(params: Mapping[str, Any]) -> Credentials:
    login = {"client_id": "RC_APP_CLIENT_ID", "client_secret": "RC_APP_CLIENT_SECRET", "jwt": "RC_USER_JWT"}
    if params["access_token"]:
        if params["jwt"]:
            raise InvalidOption(
                "access_token", "is given together with jwt (RC_ACCESS_TOKEN and RC_USER_JWT count too); keep one"
            )
        return Credentials(access_token=params["access_token"])
    missing = [name for name in login if not params[name]]
    if missing:
        variables = ", ".join(login[name] for name in missing)
        raise InvalidOption(", ".join(missing), f"not given; set them, or {variables} in the environment")
    return Credentials(client_id=params["client_id"], client_secret=params["client_secret"], jwt=params["jwt"])
