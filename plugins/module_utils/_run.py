# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a module's parameters to a client, and from what happens then to a result."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ansible.module_utils.basic import missing_required_lib

from ._client import Client
from ._credentials import destination, read_credentials, secrets
from ._errors import InvalidOption, RingCentralError
from ._guards import narrowed
from ._http import REQUESTS_IMPORT_ERROR, RequestsWire

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule


class Run(Protocol):
    """A module's work: parameters, client and time in, the return value out."""

    def __call__(
        self, params: Mapping[str, Any], api: Client, now: Callable[[], datetime], *, check_mode: bool
    ) -> dict[str, Any]: ...


def perform(module: AnsibleModule, run: Run) -> dict[str, Any]:
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
            params = narrowed(module.params, os.environ)
            result = run(params, api, lambda: datetime.now(timezone.utc), check_mode=module.check_mode)
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
    credentials = read_credentials(params, os.environ)
    for secret in secrets(credentials):
        on_secret(secret)
    to = destination(params, credentials, os.environ)
    if isinstance(to.verify, str) and not Path(to.verify).exists():
        raise InvalidOption("ca_path", f"{to.verify} does not exist")
    return Client(
        RequestsWire(to.server_url, verify=to.verify, timeout=params["timeout"]),
        credentials,
        account=params["account_id"],
        max_wait=params["max_wait"],
        clock=time.monotonic,
        sleep=time.sleep,
        on_secret=on_secret,
    )
