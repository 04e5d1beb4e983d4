# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the output of FreeIPA's ``ipa user-find --all --sizelimit=0`` as a table. Pure."""

from __future__ import annotations

import re

from ._addresses import visible
from ._csv import CsvError, Table, decoded

_BEGIN = re.compile(r"-{3,}\s*\n(\d+) users? matched\s*\n-{3,}\s*\n")
_END = re.compile(r"\n-{3,}\s*\nNumber of entries returned (\d+)\s*\n-{3,}\s*\Z")
_FIELD = re.compile(r"\s*([^:]+): (.*)")


def ipa_table(data: bytes, encoding: str) -> Table | None:
    """The users as a table with a column for each field; None if this is not such a text.

    CsvError if it was cut off: by default the server returns 100 users.
    """
    if not data.lstrip().startswith(b"---"):
        return None
    text = decoded(data, encoding).replace("\r\n", "\n").lstrip()
    begin, end = _BEGIN.match(text), _END.search(text)
    if not begin:
        return None
    if not end:
        raise CsvError("it is cut off: the line 'Number of entries returned' is missing")
    users = _users(text[begin.end() : end.start()], 4)
    counts = {"matched": int(begin[1]), "returned": int(end[1]), "listed": len(users)}
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{count} {what}" for what, count in counts.items())
        raise CsvError(f"it is cut off: {said}; run ipa user-find --all --sizelimit=0")
    header = list(dict.fromkeys(title for _line, fields in users for title in fields))
    rows = [(line, [fields.get(title, "") for title in header]) for line, fields in users]
    return Table(header, rows, ":", frozenset())


def _users(text: str, line: int) -> list[tuple[int, dict[str, str]]]:
    users = []
    for block in re.split(r"\n[ \t]*\n", text):
        fields = dict(_field(entry, line + at) for at, entry in enumerate(block.split("\n")) if entry.strip())
        if fields:
            users.append((line, fields))
        line += block.count("\n") + 2
    return users


def _field(entry: str, line: int) -> tuple[str, str]:
    match = _FIELD.fullmatch(entry)
    if not match:
        raise CsvError(f"line {line} is not a field of a user")
    return visible(match[1]), visible(match[2])
