# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""RingCentral's errors: permissions that are missing, and what it does not do."""

from __future__ import annotations

from typing import Any

_OLD_WORDS = {"CMN-401": "InsufficientPermissions", "CMN-408": "InsufficientPermissions"}
"""How errors named their code at the top, years ago; most of them used the code itself."""


class Refused(Exception):
    """RingCentral's answer to what it does not do."""

    def __init__(self, status: int, code: str, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "errorCode": code,
            "message": message,
            "errors": [{"errorCode": code, "message": message, **more}],
        }
        if "permissionName" in more:
            self.body["permissionName"] = more["permissionName"]


def not_found(parameter: str) -> Refused:
    return Refused(404, "CMN-102", f"Resource for parameter [{parameter}] is not found", parameterName=parameter)


def invalid(parameter: str, status: int = 400) -> Refused:
    return Refused(status, "CMN-101", f"Parameter [{parameter}] value is invalid", parameterName=parameter)


def in_style(body: dict[str, Any], style: str) -> dict[str, Any]:
    """An error's body as the account writes them (the face ``errors``); a login's error is always the same."""
    if style == "both" or "errorCode" not in body:
        return body
    if style == "list":
        return {"errors": body["errors"]}
    return {**body, "errorCode": _OLD_WORDS.get(body["errorCode"], body["errorCode"])}
