# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong values for each field of an answer, as literal JSON, since Python's own writer would refuse some of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

Path = tuple[str | int, ...]
"""Keys and indexes from the whole document to one field; () is the document itself."""

ABSENT = ""
"""In place of a literal: the field is left out."""

WRONG = {
    "absent": ABSENT,
    "null": "null",
    "object": "{}",
    "list": "[]",
    "empty": '""',
    "zero": "0",
    "negative": "-1",
    "fraction": "1.5",
    "infinite": "1e400",
    "not_a_number": "NaN",
    "huge": "1" + "0" * 40,
    "digits": "9" * 5000,
    "true": "true",
    "number_as_text": '"12"',
    "long": '"' + "x" * 20_000 + '"',
    "surrogate": r'"\ud800"',
    "control": r'"a\u0000\r\nb"',
    "path": '"../../extension?status=Enabled#"',
    "year": '"9999-12-31T23:59:59.999Z"',
    "nested": "[[[[{}]]]]",
    "list_of_null": "[null]",
    "objects": '[{"id": {"id": []}}]',
    "deep": "[" * 50_000 + "]" * 50_000,
}

UNREAD = {
    "uri", "firstPage", "lastPage", "previousPage", "scope", "owner_id", "session_id", "token_type", "federated",
    "lastModifiedTime",
}  # fmt: skip
"""Fields that no module looks at."""

_MARK = "the-place-of-the-wrong-value"


def paths(document: Any, path: Path = ()) -> Iterator[Path]:
    """All fields of a document that are read; of a list its first and last item."""
    yield path
    if isinstance(document, dict):
        for key, value in document.items():
            if key not in UNREAD:
                yield from paths(value, (*path, key))
    if isinstance(document, list) and document:
        for index in sorted({0, len(document) - 1}):
            yield from paths(document[index], (*path, index))


def spoiled(text: str, path: Path, literal: str) -> str:
    """The text of a JSON document with another value at a path; unchanged where there is no such path."""
    if not path:
        return literal
    document = json.loads(text)
    parent = _parent(document, path)
    if parent is None:
        return text
    if literal == ABSENT:
        del parent[path[-1]]
        return json.dumps(document)
    parent[path[-1]] = _MARK
    return json.dumps(document).replace(f'"{_MARK}"', literal)


def _parent(document: Any, path: Sequence[str | int]) -> Any:
    """What holds the field, or None if it is not there."""
    for key in path[:-1]:
        if not _holds(document, key):
            return None
        document = document[key]
    return document if _holds(document, path[-1]) else None


def _holds(document: Any, key: str | int) -> bool:
    if isinstance(key, int):
        return isinstance(document, list) and key < len(document)
    return isinstance(document, dict) and key in document
