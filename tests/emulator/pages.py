# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of lists as RingCentral cuts them, and lists that are not whole although each page looks like one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from .faults import Fault

GROWTH = 3
"""By how many records the total of a list grows with each page that is read, or is wrong."""


REPEATING = {"page_repeats", "total_grows"}
"""Faults in which each page holds the records of the first one."""


def cut(page: int, size: int, fault: Fault | None) -> slice:
    """Which of all records a page has."""
    page = 1 if fault and fault.kind in REPEATING else page
    return slice((page - 1) * size, page * size)


def paging(page: int, size: int, total: int, shown: int) -> dict[str, int]:
    start = (page - 1) * size
    described = {"page": page, "perPage": size, "totalPages": math.ceil(total / size), "totalElements": total}
    return described | ({"pageStart": start, "pageEnd": start + shown - 1} if shown else {})


def navigation(described: dict[str, int], address: str, filters: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The links of a page; ``filters`` are the query's other parameters."""
    page, size = described["page"], described["perPage"]
    links = {"firstPage": 1, "lastPage": max(1, described["totalPages"])}
    if page > 1:
        links["previousPage"] = page - 1
    if page < described["totalPages"]:
        links["nextPage"] = page + 1
    return {
        name: {"uri": f"{address}?{urlencode([*filters, ('page', number), ('perPage', size)])}"}
        for name, number in links.items()
    }


def _null(document: dict[str, Any]) -> None:
    document["records"] = None


def _empty(document: dict[str, Any]) -> None:
    document["records"] = []


def _wrong(document: dict[str, Any]) -> None:
    described = document["paging"]
    described["totalElements"] += GROWTH


def _grows(document: dict[str, Any]) -> None:
    """There is always one page more, and it is never empty."""
    described = document["paging"]
    described["totalPages"] = described.get("page", 1) + 1
    described["totalElements"] = described["totalPages"] * described["perPage"]
    link = f"?page={described['totalPages']}"
    document.setdefault("navigation", {})["nextPage"] = {"uri": link}


SPOILED: dict[str, Callable[[dict[str, Any]], None]] = {
    "records_null": _null,
    "page_empty": _empty,
    "total_wrong": _wrong,
    "total_grows": _grows,
}
"""What is done to the page of a list, whose contents were right."""
