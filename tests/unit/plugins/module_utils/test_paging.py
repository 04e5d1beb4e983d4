# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list is read whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _client as c
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import OutOfTime, UnusableAnswer
from ansible_collections.onboard.ringcentral.plugins.module_utils._paging import READINGS, read_whole
from scripted import LIST, REVOKE, Clock, ScriptedWire, answer, client, log_in

EVERYTHING = ("page", "perPage", "totalPages", "totalElements")
Ask = Callable[[int], dict[str, Any]]


def served(
    people: Sequence[int], page: int, *, size: int = 2, without: Sequence[str] = (), links: bool = True
) -> dict[str, Any]:
    """A page as RingCentral gives it."""
    records = [{"id": number} for number in people[(page - 1) * size : page * size]]
    pages = -(-len(people) // size)
    paging = {"page": page, "perPage": size, "totalPages": pages, "totalElements": len(people)}
    navigation = {"nextPage": {"uri": "https://elsewhere.example.net/steal"}} if page < pages else {}
    document = {"records": records, "paging": {key: value for key, value in paging.items() if key not in without}}
    return {**document, "navigation": navigation} if links else document


class Reading:
    """Reads a list, and counts the pages and the pauses."""

    def __init__(self, ask: Ask) -> None:
        self.asked: list[int] = []
        self.pauses: list[float] = []
        self._ask = ask

    def ids(self) -> list[str]:
        def ask(page: int) -> dict[str, Any]:
            self.asked.append(page)
            return self._ask(page)

        return list(read_whole(ask, self.pauses.append, "GET /x"))


@pytest.mark.parametrize("size", [1, 2, 5, 6, 1000])
def test_each_page_is_read_once_where_the_totals_agree(size: int) -> None:
    reading = Reading(lambda page: served(range(1, 6), page, size=size))
    assert reading.ids() == ["1", "2", "3", "4", "5"]
    assert reading.asked == list(range(1, -(-5 // size) + 1))
    assert reading.pauses == []


def test_an_empty_list_with_totals_is_empty() -> None:
    assert Reading(lambda page: served([], page)).ids() == []
    assert Reading(lambda _page: {"records": [], "paging": {"perPage": 1000}}).ids() == []


def test_a_user_who_moves_to_an_earlier_page_is_found_by_a_second_read() -> None:
    people = [1, 2, 3, 4, 5]
    left = iter([[], [1]])

    def ask(page: int) -> dict[str, Any]:
        document = served(people, page)
        for gone in next(left, []) if page == 1 else ():
            people.remove(gone)
        return document

    # the user leaves after the second reading's first page; before that nothing changes, and one reading is enough
    assert Reading(ask).ids() == ["1", "2", "3", "4", "5"]
    reading = Reading(ask)
    assert reading.ids() == ["2", "3", "4", "5"]
    assert reading.asked == [1, 2, 1, 2]


@pytest.mark.parametrize("without", [("totalElements",), ("totalElements", "totalPages"), ("totalElements", "page")])
def test_without_a_total_two_readings_have_to_agree(without: Sequence[str]) -> None:
    people = [1, 2, 3, 4, 5]

    def ask(page: int) -> dict[str, Any]:
        document = served(people, page, without=without)
        if page == 1 and 1 in people:
            people.remove(1)
        return document

    reading = Reading(ask)
    assert reading.ids() == ["2", "3", "4", "5"]
    assert reading.asked[-4:] == [1, 2, 1, 2]


@pytest.mark.parametrize("document", [{"records": [{"id": 1}]}, {"records": [{"id": 1}], "paging": {"totalPages": 1}}])
def test_a_single_page_of_an_older_description_is_read_once(document: Any) -> None:
    reading = Reading(lambda _page: document)
    assert reading.ids() == ["1"]
    assert reading.asked == [1]


def test_a_full_page_without_any_paging_has_a_next_one() -> None:
    people = range(1, 151)
    reading = Reading(lambda page: {"records": served(people, page, size=100)["records"]})
    assert len(reading.ids()) == 150
    assert reading.asked == [1, 2, 1, 2]


def growing(page: int) -> dict[str, Any]:
    return {"records": [{"id": page}], "paging": {"totalPages": page + 1, "totalElements": page + 1}}


def endless(page: int) -> dict[str, Any]:
    return {"records": [{"id": page}], "navigation": {"nextPage": {"uri": "x"}}}


def with_empty_second_page(page: int) -> dict[str, Any]:
    return {**served(range(1, 6), page), "records": []} if page == 2 else served(range(1, 6), page)


def with_total(total: int) -> Ask:
    def ask(page: int) -> dict[str, Any]:
        document = served(range(1, 6), page)
        return {**document, "paging": {**document["paging"], "totalElements": total}}

    return ask


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (growing, "it changed while it was read"),
        (with_empty_second_page, "it should have 5 records, but 2 came"),
        (with_total(4), "it should have 4 records, but 5 came"),
        (with_total(6), "it should have 6 records, but 5 came"),
        (lambda _page: served(range(1, 6), 1, without=EVERYTHING), "it has the same records twice"),
        (lambda _page: served(range(1, 6), 1), "page 1 came in place of page 2"),
        (lambda _page: served(range(1, 6), 1, without=["page"]), "it has the same records twice"),
        (lambda _page: {"records": []}, "it is empty and has no paging"),
        (lambda _page: {"records": [], "paging": {"totalPages": 3}}, "it should have 3 pages, but 1 came"),
        (lambda _page: {"records": [{"id": 1}], "paging": {"totalPages": 0}}, "it should have 0 pages, but 1 came"),
        (lambda _page: {"records": [{"id": 1}, {"id": 1}], "paging": {}}, "it has the same records twice"),
    ],
)
def test_a_list_that_never_fits_ends_with_an_error(ask: Ask, said: str) -> None:
    reading = Reading(ask)
    with pytest.raises(UnusableAnswer, match=f"the list GET /x could not be read whole: {said}. No mail was sent"):
        reading.ids()
    assert reading.pauses == [1, 2, 4, 8]
    assert reading.asked.count(1) == READINGS


def test_a_list_that_never_ends_is_an_error_at_once() -> None:
    reading = Reading(endless)
    with pytest.raises(UnusableAnswer, match=r"could not be read whole: it has more than 1000 pages. No mail was sent"):
        reading.ids()
    assert len(reading.asked) == 1000


@pytest.mark.parametrize(
    "malformed", [{}, {"records": None}, {"errorCode": "CMN-211", "message": "Internal"}, {"records": [{"id": None}]}]
)
def test_an_answer_that_is_not_a_page_is_an_error_at_once(malformed: Any) -> None:
    for bad_page in (1, 2):
        reading = Reading(lambda page, bad=bad_page: malformed if page == bad else served(range(1, 6), page))
        with pytest.raises(UnusableAnswer, match=r"the list GET /x could not be read whole: a page .*No mail was sent"):
            reading.ids()
        assert reading.asked == list(range(1, bad_page + 1))


def test_the_client_asks_for_pages_by_number_and_follows_no_link() -> None:
    pages = [(LIST, answer(body=served(range(1, 4), page))) for page in (1, 2)]
    wire = ScriptedWire([log_in(), *pages, (REVOKE, answer())])
    with client(wire, Clock()) as api:
        records = list(api.pages(c.LIST_EXTENSIONS, {"status": ["NotActivated"]}))
    assert [record["id"] for record in records] == [1, 2, 3]
    assert [request.params for request in wire.sent if str(request) == LIST] == [
        {"status": ["NotActivated"], "page": 1, "perPage": 1000},
        {"status": ["NotActivated"], "page": 2, "perPage": 1000},
    ]
    wire.done()


def test_a_search_has_its_page_in_its_body() -> None:
    search = f"POST {c.SEARCH_DIRECTORY.path.format(account='~')}"
    wire = ScriptedWire([log_in(), (search, answer(body=served([1], 1))), (REVOKE, answer())])
    with client(wire, Clock()) as api:
        assert list(api.pages(c.SEARCH_DIRECTORY, {}, json={"showFederated": False})) == [{"id": 1}]
    assert wire.sent[1].json == {"showFederated": False, "page": 1, "perPage": 1000}


def test_reading_again_waits_within_max_wait() -> None:
    moved = [(LIST, answer(body=with_total(9)(1))), (LIST, answer(body=with_total(9)(2)))]
    moved += [(LIST, answer(body=with_total(9)(3)))]
    wire = ScriptedWire([log_in(), *moved, (REVOKE, answer())])
    with client(wire, Clock(), max_wait=0) as api, pytest.raises(OutOfTime, match=r"reading the list GET .* again"):
        list(api.pages(c.LIST_EXTENSIONS, {}))
    wire.done()
