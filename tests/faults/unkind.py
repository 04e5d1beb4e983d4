# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that look like answers: gateways, lists that are not whole, late fields, wrong clocks, bodies without end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faults.kinds import (
    FIELD,
    FIRST,
    FIRST_LASTING,
    LISTING,
    MAIL,
    READ_TASK,
    SECOND,
    SECOND_LASTING,
    SETTLING,
    SETTLING_LASTING,
    Fault,
    Group,
)

STATUSES = (302, 303, 400, 401, 403, 404, 407, 409, 413, 421, 423, 425, 429, 451, 499)
"""With which something in front of RingCentral may answer in its own name."""
STYLES = ("page", "json", "empty")
DAYS = 86400
ERROR = {"errorCode": "CMN-101", "message": "Parameter [x] value is invalid"}


def _gateways(kind: str) -> dict[str, Fault]:
    return {
        f"{kind}_{status}": Fault(
            loses=True, kind=kind, options={"status": status, "style": STYLES[number % len(STYLES)]}
        )
        for number, status in enumerate(STATUSES)
    }


def _some(faults: Mapping[str, Fault], *statuses: int) -> dict[str, Fault]:
    return {name: fault for name, fault in faults.items() if fault.options["status"] in statuses}


def _answered(status: int, document: Any, **more: Any) -> Fault:
    return Fault(loses=True, kind="answered", options={"status": status, "document": document}, **more)


def _refused(status: int, code: str, **more: Any) -> Fault:
    document = {"errorCode": code, "message": "No"}
    return Fault(kind="refused", options={"status": status, "document": document}, **more)


DONE = _gateways("gateway_after")
NOT_DONE = _gateways("gateway_before")

OTHERWISE = {
    "answered_empty": _answered(200, {}),
    "answered_null": _answered(200, None),
    "answered_list": _answered(200, []),
    "answered_error": _answered(200, ERROR),
    "answered_202": _answered(202, ERROR),
    "answered_207": _answered(207, {"records": []}),
    "answered_204": _answered(204, None),
    "duplicate_request": _answered(429, {"errorCode": "CMN-304", "message": "Duplicate concurrent request"}),
    "another_record": Fault(loses=True),
}
"""What was done is answered with something that does not say so."""

UNREADABLE_TASKS = {
    "task_400": _refused(400, "CMN-101", loses=True),
    "task_404": _refused(404, "CMN-102", loses=True),
    "task_410": _refused(410, "CMN-102", loses=True),
    "task_500": _refused(500, "CMN-211", loses=True),
    "task_empty": _answered(200, {}),
    "task_error": _answered(200, ERROR),
}

PAGES = {
    "list_empty": _answered(200, {}),
    "list_error": _answered(200, ERROR),
    "records_null": Fault(),
    "page_empty": Fault(),
    "total_wrong": Fault(),
    "total_grows": Fault(),
    "page_repeats": Fault(),
}

LISTS = {**PAGES, "people_activate": Fault()}

RATES = {
    "429_tiny": Fault(),
    "window_tiny": Fault(),
    "limits_undefined": _refused(429, "CMN-303"),
}

FIELDS = {"fields_empty": _answered(200, {}), "fields_none": _answered(200, {"records": []})}

LATE = {
    "lag_90": Fault(loses=True, faces={"directory_lag": 90}, stays=True),
    "lag_600": Fault(loses=True, faces={"directory_lag": 600}, stays=True),
    "fields_not_shown": Fault(loses=True, faces={"shows_fields": False}),
}

FORGOTTEN = {"values_not_kept": Fault(loses=True, faces={"keeps_values": False})}
RENAMED = {"field_renamed": Fault(renames=True)}

RECORDS = {
    "fields_absent": Fault(faces={"absent": ["creationTime", "site", "roles", "references"]}, stays=True),
    "small_pages": Fault(faces={"most_per_page": 2}, stays=True),
    "limits_not_shown": Fault(faces={"limit_headers": False}, stays=True),
    "no_date": Fault(faces={"date": "none"}, stays=True),
}

CLOCKS = {
    "clock_ahead": Fault(skew=3 * DAYS),
    "clock_behind": Fault(skew=-3 * DAYS),
}

REFUSALS = {"one_refused": _refused(403, "CMN-101", refuses=True)}
POISON = {"one_refuses_all": Fault(refuses=True, faces={"poison": []}, stays=True)}

SLOW = {
    "drip": Fault(loses=True, options={"seconds": 20}),
    "continue_forever": Fault(loses=True, options={"seconds": 20}),
}
DEEP = {"deep_nesting": Fault(loses=True)}

_BULK = ("bulk",)
_FILE = ("sqlite",)
_FIELD = ("custom_field",)

GROUPS = (
    Group(DONE, (MAIL,), (FIRST, SECOND)),
    Group(NOT_DONE, (MAIL,), (FIRST_LASTING,)),
    Group(_some(NOT_DONE, 302, 401, 403, 429, 404), (*LISTING, READ_TASK), (FIRST, FIRST_LASTING), _FILE, _BULK),
    Group(_some(NOT_DONE, 302, 401, 403, 404), FIELD[::2], (SECOND, SECOND_LASTING), _FIELD, _BULK),
    Group(OTHERWISE, (MAIL,), (FIRST, SECOND)),
    Group(UNREADABLE_TASKS, (READ_TASK,), (FIRST, FIRST_LASTING), transports=_BULK),
    Group(UNREADABLE_TASKS, (READ_TASK,), (SETTLING, SETTLING_LASTING), _FILE, _BULK),
    Group(LISTS, ("listExtensions",), (FIRST, FIRST_LASTING, SECOND), _FILE),
    Group(PAGES, ("searchDirectoryEntries",), (SECOND, SECOND_LASTING), _FIELD),
    Group(RATES, (MAIL, "listExtensions"), (FIRST, FIRST_LASTING), _FILE),
    Group(FIELDS, ("listCustomFields",), (SECOND, SECOND_LASTING), _FIELD),
    Group(LATE, (MAIL,), (FIRST, SECOND), _FIELD),
    Group(FORGOTTEN, (MAIL,), (FIRST, SECOND), _FIELD),
    Group(RENAMED, (MAIL,), (SECOND,), _FIELD),
    Group(RECORDS, (MAIL,), (FIRST,)),
    Group(CLOCKS, (MAIL,), (FIRST, SECOND)),
    Group(REFUSALS, (MAIL,), (FIRST_LASTING,), transports=("single",)),
    Group(POISON, (MAIL,), (FIRST_LASTING,), transports=_BULK),
    Group(SLOW, ("listExtensions", MAIL), (FIRST,), _FILE),
    Group(DEEP, (*LISTING, MAIL), (FIRST, FIRST_LASTING), _FILE),
    Group(DEEP, (READ_TASK,), (FIRST,), transports=_BULK),
)
"""Where each of them is tried."""
