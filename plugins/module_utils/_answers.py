# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads answers, once their types and shape are proven. Pure.

An answer that is wrong as a whole raises UnusableAnswer. A wrong entry is left out, so the user it is about stays in
doubt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._errors import UnusableAnswer

_ID = re.compile(r"[1-9]\d{0,19}", re.ASCII)
_TASK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)
_CODE = re.compile(r"[A-Za-z][\w .:-]{0,63}", re.ASCII)
_MOST_WORDS = 500
"""Characters of an error's own words that are kept."""

_TASK_STATUSES = ("Accepted", "InProgress", "Completed", "Failed")


def identifier(value: object) -> str:
    """The id of an account or an extension, which is a number or its digits; "" if it is neither."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**20:
        return str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def task_identifier(value: object) -> str:
    """The id of a bulk task, an opaque word; "" if it is none."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**20 else value
    return text if isinstance(text, str) and _TASK_ID.fullmatch(text) else ""


def error_codes(document: Mapping[str, Any]) -> tuple[str, ...]:
    """All of RingCentral's error codes in an error body, the most precise one first; none in another body."""
    entries = [*_listed_errors(document), document]
    codes = [code for entry in entries if isinstance(code := entry.get("errorCode"), str) and _CODE.fullmatch(code)]
    return tuple(dict.fromkeys(codes))


def error_words(document: Mapping[str, Any]) -> tuple[str, str]:
    """The error code and the words of an error body: the first of ``errors`` is the most precise."""
    entry = next(iter(_listed_errors(document)), document)
    code = next(iter(error_codes(document)), "") or _words(document.get("error"))
    return code, _words(entry.get("message") or document.get("message") or document.get("error_description"))


def is_error(document: Mapping[str, Any]) -> bool:
    """Whether this is an error body, whatever its status."""
    return bool(document.get("errorCode") or document.get("errors") or document.get("error"))


def _listed_errors(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = document.get("errors")
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _words(value: object) -> str:
    return value[:_MOST_WORDS] if isinstance(value, str) else ""


def prove(proof: str, asked: str, document: Mapping[str, Any], request: object) -> None:
    """Raise UnusableAnswer unless an answer is about what was asked for.

    ``proof`` is what its ``id`` must be: of the ``extension`` or the ``task`` that ``asked`` names, of an ``account``,
    or of a ``new task``. "" proves only that it is not an error.
    """
    if is_error(document):
        code, words = error_words(document)
        raise UnusableAnswer(f"{request} was answered with success and an error at once: [{code}] {words}")
    found = task_identifier(document.get("id")) if proof.endswith("task") else identifier(document.get("id"))
    if proof == "new task" and (not found or document.get("status", "Accepted") not in _TASK_STATUSES):
        raise UnusableAnswer(f"{request} was accepted without naming its task; check server_url and proxies")
    if proof and not found:
        raise UnusableAnswer(f"{request} was answered without JSON that has a usable id; check server_url and proxies")
    if proof in {"extension", "task"} and asked not in {found, "~"}:
        raise UnusableAnswer(f"{request} was answered for {proof} {found} instead; check server_url and proxies")


@dataclass(frozen=True)
class TaskItem:
    """A bulk task's result for one user. ``status`` is Success, Fail, or "" if it contradicts itself."""

    status: str
    code: str = ""
    words: str = ""


@dataclass(frozen=True)
class Task:
    """A bulk task; ``items`` by user id once it has ended, and the error of the whole."""

    id: str
    status: str
    items: Mapping[str, TaskItem] = field(default_factory=dict)
    code: str = ""
    words: str = ""

    @property
    def has_ended(self) -> bool:
        return self.status in {"Completed", "Failed"}


def parse_task(document: Mapping[str, Any]) -> Task:
    """A bulk task's answer. ``affectedItems`` was a list itself in descriptions of before 2022."""
    task_id, status, result = task_identifier(document.get("id")), document.get("status"), document.get("result")
    if not task_id or not isinstance(status, str) or status not in _TASK_STATUSES:
        raise UnusableAnswer("RingCentral described a bulk task without its id or a known status")
    task = Task(task_id, status)
    if not task.has_ended or result is None:
        return task
    items = result.get("affectedItems") if isinstance(result, dict) else result
    items = items.get("result") if isinstance(items, dict) else items
    if not isinstance(result, dict) or not isinstance(items, list | None):
        raise UnusableAnswer(f"RingCentral described the outcome of the bulk task {task_id} in an unknown way")
    code, words = error_words(result)
    return Task(task_id, status, _task_items(items or []), code, words)


def _task_items(entries: list[Any]) -> dict[str, TaskItem]:
    items: dict[str, TaskItem] = {}
    for entry in entries:
        user_id = identifier(entry.get("extensionId")) if isinstance(entry, dict) else ""
        if user_id:
            status = entry.get("status") if entry.get("status") in ("Success", "Fail") else ""
            item = TaskItem(status) if status == "Success" else TaskItem(status, *error_words(entry))
            items[user_id] = item if items.get(user_id, item).status == item.status else TaskItem("")
    return items


@dataclass(frozen=True)
class Page:
    """One page of a list. A total that RingCentral does not name is None; ``has_next`` is what the links say."""

    records: list[dict[str, Any]]
    ids: list[str]
    page: int | None
    size: int | None
    pages: int | None
    elements: int | None
    has_next: bool | None


def parse_page(document: Mapping[str, Any]) -> Page:
    """One page of a list whose records have ids."""
    records = document.get("records")
    if is_error(document) or not isinstance(records, list):
        code, words = error_words(document)
        said = f": [{code}] {words}" if code or words else ""
        raise UnusableAnswer(f"a page has no list of records{said}")
    ids = [identifier(record.get("id")) if isinstance(record, dict) else "" for record in records]
    if not all(ids):
        raise UnusableAnswer("a page holds a record without a usable id")
    paging, navigation = document.get("paging"), document.get("navigation")
    if not isinstance(paging, dict | None) or not isinstance(navigation, dict | None):
        raise UnusableAnswer("a page describes its paging in an unknown way")
    numbers = {name: _count(name, (paging or {}).get(name)) for name in _PAGING}
    return Page(
        records=records,
        ids=ids,
        has_next=None if navigation is None else bool(navigation.get("nextPage")),
        **{_PAGING[name]: number for name, number in numbers.items()},
    )


_PAGING = {"page": "page", "perPage": "size", "totalPages": "pages", "totalElements": "elements"}


def _count(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        raise UnusableAnswer(f"a page has a {name} that is not a count")
    return value
