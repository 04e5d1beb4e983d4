# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV files as people export them: with a header, in whatever encoding. No message shows what is in them."""

from __future__ import annotations

import base64
import binascii
import codecs
import csv
import io
from collections.abc import Iterable

Cells = list[str]


class CsvError(ValueError):
    """The file cannot be read; the text says why."""


_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def csv_lines(content: str, delimiter: str, encoding: str) -> list[tuple[int, Cells]]:
    """The rows of a file that is given in base64, each with the number of the line in which it ends."""
    if len(delimiter) != 1:
        raise CsvError(f"the delimiter must be one character, and {delimiter!r} is not")
    reader = csv.reader(io.StringIO(_decoded(content, encoding), newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise CsvError(f"line {reader.line_num} is no CSV: {error}") from error


def csv_column(header: Iterable[str], names: Iterable[str]) -> int | None:
    """Where the first of these columns stands that is there. Case is ignored."""
    at: dict[str, int] = {}
    for place, title in enumerate(header):
        at.setdefault(title.casefold(), place)
    return next((at[name.casefold()] for name in names if name.casefold() in at), None)


def no_column(header: Cells, names: Iterable[str], what: str, delimiter: str) -> str:
    """What to say if none of these columns is there."""
    # a file without a header would show a person
    titles = ", ".join("(an address)" if "@" in title else repr(title[:40]) for title in header[:20])
    return (
        f"there is no column {' or '.join(map(repr, names))} for {what}; split at {delimiter!r}, "
        f"the columns are {titles}"
    )


def _decoded(content: str, encoding: str) -> str:
    try:
        data = base64.b64decode(content)
        if data.startswith(_UTF16):
            return data.decode("utf-16")
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError as error:
        raise CsvError(f"{encoding!r} is no encoding that Python knows") from error
    except UnicodeError as error:
        raise CsvError(f"it is not in the encoding {encoding}; Excel writes cp1252 or utf-16 too") from error
    except (binascii.Error, ValueError, TypeError) as error:
        raise CsvError("what is given is no file in base64, as slurp reads it") from error
