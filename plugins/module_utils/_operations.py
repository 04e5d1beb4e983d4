# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of RingCentral's API that are used here, as published. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """One operation of RingCentral's API, as published.

    ``group`` is its rate group in lower case; ``app`` and ``user`` the permissions that it needs;
    ``once`` marks a request that may send an e-mail, or create something twice, so it is never
    repeated blindly. ``proof`` is what the ``id`` in its answer must be (see ``_answers.prove``).
    """

    method: str
    path: str
    group: str
    app: str = ""
    user: str = ""
    once: bool = False
    proof: str = ""


_ACCOUNT = "/restapi/v1.0/account/{account}"
TOKEN = Operation("POST", "/restapi/oauth/token", "auth")
REVOKE = Operation("POST", "/restapi/oauth/revoke", "auth")
READ_ACCOUNT = Operation("GET", _ACCOUNT, "light", "ReadAccounts", "ReadCompanyInfo", proof="account")
LIST_EXTENSIONS = Operation("GET", _ACCOUNT + "/extension", "medium", "ReadAccounts", "ReadExtensions")
READ_EXTENSION = Operation(
    "GET", _ACCOUNT + "/extension/{extension}", "light", "ReadAccounts", "ReadExtensions", proof="extension"
)
UPDATE_EXTENSION = Operation(
    "PUT", _ACCOUNT + "/extension/{extension}", "medium", "EditExtensions", "EditUserInfo", once=True, proof="extension"
)
# The same request for contact values alone: it asks for no invitation, and doing it twice comes to the same as once.
CORRECT_CONTACT = Operation("PUT", UPDATE_EXTENSION.path, "medium", "EditExtensions", "EditUserInfo", proof="extension")
# And for one custom field.
WRITE_FIELD = Operation("PUT", UPDATE_EXTENSION.path, "medium", "EditExtensions", "EditUserInfo", proof="extension")
BULK_UPDATE = Operation(
    "POST",
    _ACCOUNT + "/extension-bulk-update",
    "heavy",
    "EditExtensions",
    "EditExtensionInfo",
    once=True,
    proof="new task",
)
BULK_SIZE = 500
"""Records that one bulk update takes at most."""
LIST_FIELDS = Operation("GET", _ACCOUNT + "/custom-fields", "light", "ReadAccounts", "ReadUserInfo")
CREATE_FIELD = Operation("POST", _ACCOUNT + "/custom-fields", "medium", "EditAccounts", "Users", once=True)
SEARCH_DIRECTORY = Operation("POST", _ACCOUNT + "/directory/entries/search", "heavy", "ReadAccounts", "ReadExtensions")
READ_TASK = Operation(
    "GET",
    _ACCOUNT + "/extension-bulk-update/tasks/{task}",
    "light",
    "EditExtensions",
    "EditExtensionInfo",
    proof="task",
)
READ_SERVICE = Operation("GET", _ACCOUNT + "/service-info", "light", "ReadAccounts", "ReadCompanyInfo")
# These two need no permission of their own.
READ_PROFILE = Operation("GET", _ACCOUNT + "/extension/~/authz-profile", "medium")
CHECK_PERMISSION = Operation("GET", READ_PROFILE.path + "/check", "light")
SEARCH_AUDIT = Operation("POST", _ACCOUNT + "/audit-trail/search", "heavy", "ReadAuditTrail")
