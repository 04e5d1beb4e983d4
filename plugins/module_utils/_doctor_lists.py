# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one page of each list shows: its size, the filters that hold, absent fields, and who is pending. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ._addresses import domain_of, normalise, placeholder
from ._answers import Page
from ._custom_fields import is_id
from ._doctor_model import LIST_SIZE, Line, Options, Readings, Verdict, count, unread
from ._errors import ApiError
from ._model import UNREADABLE, User
from ._permissions import Fact
from ._users import read_user

MOST_FIELDS = 5
"""Custom fields that an account can have."""

_FIELDS: dict[str, tuple[Verdict, str]] = {
    "contact": ("problem", "No address can be read, so every user is held. Ask RingCentral's developer support."),
    "creationTime": ("warning", "min_age, created_before and created_after cannot be used: do without them."),
    "site": ("warning", "Waves, filters and hours by site match no user: do without them."),
    "roles": ("warning", "rc_user_info shows no roles; nothing else uses them."),
    "hidden": ("warning", "Which users are hidden is not known; with a ledger in a custom field, run prove.yml first."),
    "extensionNumber": ("warning", "Name users by address or id, and leave extension_number out of match_by."),
    "references": ("ok", "To match users by employee id, use employee_id_field."),
}
"""The parts of a user's record that the collection uses: how bad it is if no user has one, and what to do."""


def list_lines(readings: Readings) -> Iterator[Line]:
    """Whether lists can be read, their pages and filters."""
    everybody, pending = readings.everybody.page, readings.pending.page
    if everybody is None:
        yield unread("lists", "users", readings.everybody, "problem")
    else:
        yield Line("lists", "users", "ok", f"{_total(everybody)} extensions in all")
        yield from _field_lines(everybody)
    if readings.directory.page is None:
        yield unread("lists", "directory", readings.directory, "warning")
    yield from _size_lines({"users": everybody, "directory": readings.directory.page})
    if everybody is not None and pending is not None:
        yield _status_line(everybody, pending, readings)


def _total(page: Page) -> str:
    if page.elements is None:
        return f"{len(page.ids):,} or more" if _is_cut(page) else f"{len(page.ids):,}"
    return f"{page.elements:,}"


def _is_cut(page: Page) -> bool:
    """Whether the list goes on after this page."""
    if page.elements is not None:
        return page.elements > len(page.ids)
    return page.has_next is not False and len(page.ids) >= (page.size or 100)


def _field_lines(page: Page) -> Iterator[Line]:
    have = Counter(key for record in page.records for key in _FIELDS if record.get(key) is not None)
    for name, (verdict, advice) in _FIELDS.items():
        finding = f"{have[name]:,} of {count(len(page.records), 'record')} have it"
        if have[name]:
            yield Line("fields", name, "ok", finding)
        elif page.records:
            yield Line("fields", name, verdict, "absent", advice)


def _size_lines(pages: Mapping[str, Page | None]) -> Iterator[Line]:
    sizes = {name: page.size for name, page in pages.items() if page is not None and page.size is not None}
    if not sizes:
        return
    finding = ", ".join(f"{size:,} ({name})" for name, size in sizes.items())
    if min(sizes.values()) >= LIST_SIZE:
        yield Line("lists", "page size", "ok", finding)
    else:
        more = LIST_SIZE // max(1, min(sizes.values()))
        yield Line(
            "lists",
            "page size",
            "warning",
            f"{finding}; {LIST_SIZE:,} were asked for",
            f"Reading takes about {more} times the requests. Raise max_wait for large accounts.",
        )


def _status_line(everybody: Page, pending: Page, readings: Readings) -> Line:
    area, check = "lists", "several statuses in one request"
    if any(record.get("status") != "NotActivated" for record in pending.records):
        return Line(area, check, "warning", "the filter status is ignored", _ONE_STATUS)
    enabled, both = readings.enabled.page, readings.both.page
    first, second = pending.elements, enabled.elements if enabled else None
    together, total = both.elements if both else None, everybody.elements
    if first is None or second is None or together is None:
        return Line(area, check, "unknown", "the answers name no totals to compare")
    if not first or not second:
        return Line(area, check, "unknown", "no account can show it without users of both statuses")
    if together == first + second:
        return Line(area, check, "ok", "honoured")
    if together in {first, second, total}:
        finding = f"not honoured: {first:,} and {second:,} users, but {together:,} together"
        return Line(area, check, "warning", finding, _ONE_STATUS)
    return Line(area, check, "unknown", "the totals changed while they were read", "Run again.")


_ONE_STATUS = "Give rc_user_info and rc_users no status, and filter their results. Invitations do not depend on it."


def custom_field_facts(readings: Readings, options: Options) -> tuple[Fact, Fact]:
    """Whether custom fields are enabled, and whether the ledger's field is there or can be created."""
    names = _field_names(readings)
    if names is None:
        error = readings.fields.error
        refused = isinstance(error, ApiError) and (error.concerns_one or error.lacks_permission)
        if refused and not readings.fields.permission:
            return Fact("cannot", readings.fields.trouble, "cannot"), Fact("cannot", "not enabled", "cannot")
        return Fact("unknown", "not read", "unknown"), Fact("unknown", "not read", "unknown")
    if not names:
        empty = "the list can be read and is empty; only a first field proves that they are enabled"
        return Fact("unknown", empty, "unknown"), Fact("can", f"{MOST_FIELDS} left", "can")
    left = max(0, MOST_FIELDS - len(names))
    has_room = left or normalise(options.field) in names
    enabled = Fact("can", f"enabled: {count(len(names), 'field')}", "can")
    return enabled, Fact("can" if has_room else "cannot", f"{left} of {MOST_FIELDS} left", "can")


_INTEGRATION = "ExternalDirectoryIntegration"
_NOT_BESIDE = "RingCentral does not support custom fields beside it. Prefer the sqlite ledger."


def _integration_line(readings: Readings) -> Line:
    """Whether the account takes its users from another directory, such as Okta or Google."""
    area, check = "custom fields", "directory integration"
    listed = (readings.service.answer or {}).get("serviceFeatures")
    if not isinstance(listed, list):
        return unread(area, check, readings.service, "unknown")
    features = [one for one in listed if isinstance(one, dict) and one.get("featureName") == _INTEGRATION]
    if any(one.get("enabled") is True for one in features):
        return Line(area, check, "warning", "enabled", _NOT_BESIDE)
    return Line(area, check, *(("ok", "not enabled") if features else ("unknown", "not in the answer")))


def _field_names(readings: Readings) -> list[str] | None:
    """The names of the custom fields; None unless all of them can be read."""
    records = (readings.fields.answer or {}).get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        return None
    names = [record.get("displayName") for record in records if is_id(record.get("id"))]
    readable = [normalise(name) for name in names if isinstance(name, str)]
    return readable if len(readable) == len(records) else None


def custom_field_lines(readings: Readings, options: Options) -> Iterator[Line]:
    """Custom fields: enabled, left, the ledger's own, and shown in the directory."""
    area, names = "custom fields", _field_names(readings)
    bad: Verdict = "problem" if options.needs_field else "warning"
    yield _integration_line(readings)
    enabled, free = custom_field_facts(readings, options)
    if enabled.state == "cannot":
        yield Line(area, "enabled", bad, enabled.finding, "Ask RingCentral Support to enable custom fields.")
        return
    if names is None:
        yield unread(area, "enabled", readings.fields, bad)
        return
    by_hand = "Look for Admin Portal, Tools, Custom Fields. If it is not there, ask RingCentral Support to enable it."
    yield Line(area, "enabled", *(("ok", enabled.finding) if names else ("unknown", enabled.finding, by_hand)))
    same = names.count(normalise(options.field))
    if same > 1:
        yield Line(area, "ledger's field", bad, f"{same} fields have this name", "Rename all but one of them.")
    elif same:
        yield Line(area, "ledger's field", "ok", "it exists")
    if free.state == "cannot":
        yield Line(area, "left", bad, free.finding, "Remove a field, or let ledger.field name one that is free.")
    else:
        yield Line(area, "left", "ok", free.finding)
    if names:
        yield from _shown_lines(readings)


def _shown_lines(readings: Readings) -> Iterator[Line]:
    page = readings.directory.page
    if page is None or not page.records:
        return
    if any(isinstance(record.get("customFields"), list) for record in page.records):
        yield Line("custom fields", "shown in the directory", "ok", "records have customFields")
    else:
        yield Line(
            "custom fields",
            "shown in the directory",
            "warning",
            "no record has customFields",
            "A ledger in a custom field then reads each pending user by itself. Prefer the sqlite ledger.",
        )


@dataclass(frozen=True)
class Pending:
    """The pending people on the first page of their list; ``total`` counts all pending extensions, None if unknown."""

    people: list[User]
    unreadable: int
    parked: int
    without_address: int
    total: int | None
    is_cut: bool

    def counts(self) -> dict[str, int]:
        return {
            "pending": len(self.people),
            "parked": self.parked,
            "without_address": self.without_address,
            "hidden": sum(user.hidden for user in self.people),
            "unreadable": self.unreadable,
        }


def find_pending(readings: Readings) -> Pending | None:
    """Who is pending; None if the list was not read."""
    page = readings.pending.page
    if page is None:
        return None
    users = [read_user(record)[0] for record in page.records]
    people = [user for user in users if user.is_pending_person]
    everybody = readings.everybody.page
    domains = {
        domain_of(user.email)
        for user, _unknown in (map(read_user, everybody.records) if everybody else ())
        if user.email and user.status == "enabled"
    }
    parked = [user for user in people if user.email and placeholder(user.email, domains_of_others=domains)]
    return Pending(
        people=people,
        unreadable=sum(user.status == UNREADABLE for user in users),
        parked=len(parked),
        without_address=sum(not user.email for user in people),
        total=page.elements,
        is_cut=_is_cut(page),
    )


def user_lines(readings: Readings) -> Iterator[Line]:
    """How many are pending, parked, without an address, and hidden. No names."""
    found = find_pending(readings)
    if found is None:
        yield unread("users", "pending", readings.pending, "problem")
        return
    cut = f" on the first page of {found.total:,}" if found.is_cut and found.total else ""
    yield Line("users", "pending", "ok", f"{count(len(found.people), 'user')}{cut}", "" if found.people else _NONE)
    for check, number, advice in (
        ("parked on a placeholder address", found.parked, "They are held. Correct the addresses: run audit.yml."),
        ("without an address", found.without_address, "They are held. Give them an address: run audit.yml."),
        ("unreadable records", found.unreadable, "They are never mailed. Please report it."),
    ):
        yield Line("users", check, "warning" if number else "ok", f"{number:,}{cut}", advice if number else "")


_NONE = "No user is waiting for an invitation, so only a test user can show that one is mailed: run prove.yml."


def directory_lines(readings: Readings) -> Iterator[Line]:
    """Whether the search of the directory lists pending and hidden users."""
    page, found = readings.directory.page, find_pending(readings)
    if page is None or found is None:
        return
    listed = set(page.ids)
    for check, users, advice in (
        ("lists pending users", [user for user in found.people if not user.hidden], _SLOW),
        ("lists hidden users", [user for user in found.people if user.hidden], _HIDDEN),
    ):
        yield _directory_line(check, users, listed, is_whole=not _is_cut(page), advice=advice)


_SLOW = "A ledger in a custom field then reads these users one by one. Prefer the sqlite ledger."
_HIDDEN = "RingCentral documents it so. A ledger in a custom field reads these users one by one."


def _directory_line(check: str, users: list[User], listed: set[str], *, is_whole: bool, advice: str) -> Line:
    shown = sum(user.id in listed for user in users)
    finding = f"{shown:,} of {len(users):,}"
    if not users:
        return Line("directory", check, "unknown", "no such user is pending")
    if shown == len(users) or (shown and not is_whole):
        return Line("directory", check, "ok", finding)
    if not is_whole:
        return Line("directory", check, "unknown", f"{finding} on its first page")
    return Line("directory", check, "warning", finding, advice)
