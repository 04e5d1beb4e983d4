# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a list completely or not at all: a user lost between two pages would be forgotten.

Pages are requested by number, and a list changes while it is read: a user who activates leaves the first page, and all
later users move up by one. So a read counts only if the records match the totals of each page. Where RingCentral gives
no totals, two reads in a row must agree. Otherwise the list is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ._answers import Page, parse_page
from ._errors import UnusableAnswer

READINGS = 5
"""How often a list is read before it counts as unreadable."""

MOST_PAGES = 1000
"""The highest page number that RingCentral documents."""

_SMALLEST_PAGE = 100
"""Records that a page has by default; a shorter one without any paging is the last one."""

Records = dict[str, dict[str, Any]]


def read_whole(ask: Callable[[int], Mapping[str, Any]], wait: Callable[[float], None], what: object) -> Records:
    """The records of a list by id, each once, in their order.

    ``ask`` gives the answer with a page of a number from 1 up; ``wait`` is called with seconds before another
    reading. Raises UnusableAnswer, which names ``what``, unless one of the readings is proven whole; at once where
    an answer has another shape than a page, since reading it again would not change that.
    """
    before: list[str] | None = None
    trouble = ""
    for reading in range(READINGS):
        if reading:
            wait(2.0 ** (reading - 1))
        try:
            found = _Reading(ask, what)
        except _NotWhole as error:
            before, trouble = None, str(error)
            continue
        if found.is_counted or list(found.records) == before:
            return found.records
        before, trouble = list(found.records), "it names no totals and changed between two readings"
    raise _unusable(what, trouble)


class _NotWhole(Exception):
    """A record may be missing from this read."""


def _unusable(what: object, trouble: str) -> UnusableAnswer:
    return UnusableAnswer(
        f"the list {what} could not be read whole: {trouble}. No mail was sent. Run again; if that does not "
        "help, check server_url and proxies"
    )


class _Reading:
    """All pages, read once. ``is_counted`` is whether totals prove that no record is missing."""

    def __init__(self, ask: Callable[[int], Mapping[str, Any]], what: object) -> None:
        self.records: Records = {}
        self._what = what
        self._ask = ask
        number, first = 1, self._page(1)
        page = first
        while self._take(page, number) and _has_next(page, number):
            number += 1
            if number > MOST_PAGES:
                raise _unusable(self._what, f"it has more than {MOST_PAGES} pages")
            page = self._page(number)
            if (page.pages, page.elements) != (first.pages, first.elements):
                raise _NotWhole("it changed while it was read")
        self._check(first, number)
        self.is_counted = first.elements is not None or number == 1

    def _page(self, number: int) -> Page:
        try:
            return parse_page(self._ask(number))
        except UnusableAnswer as error:
            raise _unusable(self._what, error.message) from None

    def _take(self, page: Page, number: int) -> bool:
        """Keep the records of a page; whether there are any."""
        if page.page not in {None, number}:
            raise _NotWhole(f"page {page.page} came in place of page {number}")
        before = len(self.records)
        self.records.update(zip(page.ids, page.records, strict=True))
        if len(self.records) != before + len(page.ids):
            raise _NotWhole("it has the same records twice")
        return bool(page.ids)

    def _check(self, first: Page, number: int) -> None:
        read = len(self.records)
        if first.elements not in {None, read}:
            raise _NotWhole(f"it should have {first.elements} records, but {read} came")
        if first.pages is not None and not (first.pages == number or (first.pages <= 1 and not read)):
            raise _NotWhole(f"it should have {first.pages} pages, but {number} came")
        if not read and first.size is first.pages is first.elements is None:
            raise _NotWhole("it is empty and has no paging")


def _has_next(page: Page, number: int) -> bool:
    if page.pages is not None:
        return number < page.pages
    if page.has_next is not None:
        return page.has_next
    return len(page.ids) >= (page.size or _SMALLEST_PAGE)
