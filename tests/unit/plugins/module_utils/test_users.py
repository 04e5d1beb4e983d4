# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the account, and finding the users in ``users``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import TransportError, WrongAccount
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import (
    OTHER_TYPES,
    PERSON_TYPES,
    camel_case,
    snake_case,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import (
    Account,
    list_users,
    parse_user,
    read_account,
)
from scripted import extension, user


class Api:
    """Answers one read and one list; remembers the parameters."""

    def __init__(
        self, document: dict[str, object] | None = None, records: list[dict[str, object]] | None = None
    ) -> None:
        self.document, self.records, self.params = document or {}, records or [], None
        self.warnings: list[str] = []

    def call(self, operation: object, ids: object = None, **_: object) -> dict[str, object]:
        return self.document

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def pages(self, operation: object, params: object) -> Iterator[dict[str, object]]:
        self.params = params
        yield from self.records


def test_a_record_of_the_list_becomes_a_user() -> None:
    parsed = parse_user(
        extension(
            1,
            status="NotActivated",
            type="DigitalUser",
            site={"id": "1", "name": "Main Site"},
            roles=[{"id": "7", "displayName": "Standard"}, {"id": "8"}],
            hidden=True,
            references=[{"ref": "P1", "type": "PartnerId"}, {"ref": "E-17", "type": "CustomerDirectoryId"}],
            creationTime="2024-06-06T07:01:14.123Z",
            contact={"firstName": "Ada", "lastName": "Lovelace", "email": " ada@example.com", "emailAsLoginName": True},
        )
    )
    assert parsed.to_dict() == {
        "id": "4001",
        "name": "Person 1",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.com",
        "email_as_login_name": True,
        "extension_number": "101",
        "status": "not_activated",
        "type": "digital_user",
        "site": "Main Site",
        "department": "",
        "job_title": "",
        "employee_id": "E-17",
        "roles": ["Standard"],
        "hidden": True,
        "created_at": "2024-06-06T07:01:14Z",
    }


def test_a_record_may_hold_next_to_nothing() -> None:
    bare = parse_user({"id": 5, "contact": None, "site": None, "creationTime": "at some time"})
    assert (bare.id, bare.name, bare.email, bare.status, bare.created_at) == ("5", "", "", "", None)


def test_names_of_types_go_to_and_fro() -> None:
    for name in PERSON_TYPES + OTHER_TYPES:
        assert snake_case(camel_case(name)) == name
    assert camel_case("paging_only") == "PagingOnly"
    assert snake_case("IvrMenu") == "ivr_menu"


def test_ringcentral_applies_the_filters_and_no_user_is_listed_twice() -> None:
    api = Api(records=[extension(1), extension(2), extension(1)])
    assert [who.id for who in list_users(api, statuses=["not_activated"], types=PERSON_TYPES)] == ["4001", "4002"]
    assert api.params == {
        "status": ["NotActivated"],
        "type": ["User", "DigitalUser", "FlexibleUser", "VirtualUser", "FaxUser"],
    }
    list_users(api)
    assert api.params == {}


@pytest.mark.parametrize("expected", [None, "400131426008", "+16505550100", "16505550100", "+1 (650) 555-0100"])
def test_the_expected_account(expected: str | None) -> None:
    api = Api({"id": 400131426008, "mainNumber": "+16505550100"})
    assert read_account(api, expected) == Account("400131426008", "+16505550100")


@pytest.mark.parametrize("expected", ["400131426009", "6505550100", "main", "400131426008x1"])
def test_another_account_is_refused(expected: str) -> None:
    with pytest.raises(WrongAccount, match=r"opens the account 400131426008 \(\+16505550100\), not .*No mail was sent"):
        read_account(Api({"id": 400131426008, "mainNumber": "+16505550100"}), expected)


def test_an_account_without_main_number_does_not_match_what_has_no_digits() -> None:
    with pytest.raises(WrongAccount, match="no main number"):
        read_account(Api({"id": 1}), "headquarters")


@pytest.mark.parametrize("account_id", [None, "", 0, -1, 1.0, True, [], {}, "1 ", "01", "x", "../1", 10**30, "١"])
def test_an_id_of_another_shape_opens_no_other_ledger(account_id: Any) -> None:
    with pytest.raises(TransportError, match="without its id"):
        read_account(Api({"id": account_id}), None)


def test_an_id_is_the_same_as_number_and_as_text() -> None:
    assert read_account(Api({"id": "1", "mainNumber": 16505550100}), None) == Account("1", "")
    assert read_account(Api({"id": 1}), "1").id == "1"


WRONG: list[Any] = [[], {}, "x" * 3, 0, -1, 1.5, float("inf"), True, [[]], [None], [1], {"name": {}}, 10**40]
TEXTS = ["name", "extensionNumber", "status", "type", "creationTime"]
CONTACT = ["firstName", "lastName", "email", "department", "jobTitle"]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_part_of_an_unknown_type_holds_that_user_and_says_so(wrong: Any) -> None:
    is_text = isinstance(wrong, str) or (isinstance(wrong, int) and not isinstance(wrong, bool) and abs(wrong) < 10**20)
    is_texts = [{key: wrong} for key in TEXTS] + [{"contact": {key: wrong}} for key in CONTACT]
    parts: list[dict[str, Any]] = [] if is_text else [*is_texts, {"site": {"name": wrong}}]
    parts += [] if isinstance(wrong, dict) else [{"contact": wrong}, {"site": wrong}]
    parts += [] if wrong == [] else [{"roles": wrong}, {"references": wrong}]
    parts += [] if wrong is True else [{"hidden": wrong}, {"contact": {"emailAsLoginName": wrong}}]
    for part in parts:
        api = Api(records=[extension(1, **part), extension(2)])
        held, other = list_users(api)
        assert (held.id, held.status, other.status) == ("4001", "unreadable", "not_activated"), part
        assert not held.is_pending_person
        (warning,) = api.warnings
        assert warning.startswith("RingCentral's record of the user 4001 cannot be read: ")
        assert warning.endswith(" of an unknown type. No mail is sent to this user")
        json.dumps(held.to_dict())


def test_the_warning_names_each_part() -> None:
    api = Api(records=[extension(1, site=7, contact={"email": ["x"], "department": None}, roles=[{"displayName": {}}])])
    (held,) = list_users(api)
    assert "cannot be read: contact.email, site, roles.displayName of an unknown type" in api.warnings[0]
    assert (held.email, held.site, held.roles) == ("", "", ())


def test_numbers_in_place_of_texts_are_read() -> None:
    (user_,) = list_users(Api(records=[extension(1, extensionNumber=101, id="4001")]))
    assert (user_.id, user_.extension_number, user_.status) == ("4001", "101", "not_activated")


ACCOUNT = [
    user(1),
    user(2, email="Shared@example.com"),
    user(3, email="shared@example.com"),
    user(4, extension_number="4001"),
    user(5, email="boss@example.com"),
    user(6, email="boss@example.com", type="department"),
    user(7, email="queue@example.com", type="department"),
]


def test_people_are_found_by_any_of_their_names_and_once() -> None:
    found = find_users(["PERSON1@example.com ", "101", "person1@example.com", "104", "4005"], ACCOUNT)
    assert [who.id for who in found.users] == ["4001", "4005"]
    assert (found.not_found, found.ambiguous) == (("104",), {})


def test_an_address_means_the_person_even_where_a_queue_has_it_too() -> None:
    found = find_users(["boss@example.com", "queue@example.com"], ACCOUNT)
    assert [who.id for who in found.users] == ["4005", "4007"]


def test_digits_that_are_an_id_and_an_extension_number_are_ambiguous() -> None:
    found = find_users(["4001", "shared@example.com", "Ada", ""], ACCOUNT)
    assert found.users == ()
    assert {name: {who.id for who in users} for name, users in found.ambiguous.items()} == {
        "4001": {"4001", "4004"},
        "shared@example.com": {"4002", "4003"},
    }
    assert found.not_found == ("Ada", "")
