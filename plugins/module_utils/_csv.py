# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads CSV files. No row is lost silently, and no message shows personal data. Pure."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ._addresses import normalise, visible

Cells = list[str]

DELIMITERS = ",;\t|"
"""Possible delimiters, the likeliest first."""

_UTF8 = codecs.BOM_UTF8
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WIDE = ("cp1252", "latin", "iso-8859", "iso8859", "windows-125", "cp85", "cp43")
_SEP = re.compile(r'"?sep=(.)"?[,;\t]*', re.IGNORECASE)


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


class CsvError(ValueError):
    """The file cannot be read; the text says why, and names the line."""


@dataclass(frozen=True)
class Table:
    """A header and the rows below it, each with the number of the line in which it begins.

    Each row has exactly as many cells as the header, trimmed and without invisible characters. ``short`` are the
    lines of rows that had fewer.
    """

    header: Cells
    rows: list[tuple[int, Cells]]
    delimiter: str
    short: frozenset[int]


def read_table(data: bytes, delimiter: str | None, encoding: str, names: Iterable[str] = ()) -> Table:
    """The table in a file; CsvError if there is none, or if a row would be lost or shifted.

    ``delimiter`` None takes the one of a line ``sep=``, or else the one at which the header splits into a column of
    ``names``, or else a comma.
    """
    text = decoded(data, encoding)
    body, skipped, stated = _preamble(text)
    if not body.strip():
        return Table([], [], delimiter or stated or ",", frozenset())
    split_at = stated or delimiter or _detected(body, names)
    lines = [(line + skipped, cells) for line, cells in _records(body, split_at, skipped)]
    _line, header = lines[0]
    while header and not header[-1]:
        header.pop()
    rows = [(line, cells) for line, cells in lines[1:] if any(cells) and cells[: len(header)] != header]
    short = frozenset(line for line, cells in rows if len(cells) < len(header))
    return Table(header, [(line, _fitted(line, cells, header)) for line, cells in rows], split_at, short)


def csv_lines(data: bytes, delimiter: str | None, encoding: str) -> list[tuple[int, Cells]]:
    """The header and the rows of a file, each with the number of the line in which it begins."""
    table = read_table(data, delimiter, encoding)
    return [(1, table.header), *table.rows] if table.header else []


def csv_column(header: Sequence[str], names: Iterable[str]) -> int | None:
    """The position of the first of these columns that exists; CsvError if it exists twice.

    Case, blanks, hyphens and a note in brackets, such as ``[Required]``, are ignored.
    """
    keys = [column_key(title) for title in header]
    for name in names:
        exact = [place for place, title in enumerate(header) if title.casefold() == visible(name).casefold()]
        found = exact or [place for place, key in enumerate(keys) if key and key == column_key(name)]
        if len(found) > 1:
            raise CsvError(f"the header has the column {header[found[0]]!r} {len(found)} times; remove all but one")
        if found:
            return found[0]
    return None


def column_key(title: str) -> str:
    """The title of a column for comparing: ``E-Mail Address [Required]`` → ``emailaddress``."""
    return re.sub(r"[\W_]+", "", re.sub(r"\[[^\]]*\]", "", normalise(title)))


def no_column(header: Cells, names: Iterable[str], what: str, delimiter: str) -> str:
    """The message if none of these columns exists."""
    # the first row of a file without a header is a person
    titles = ", ".join("(an address)" if "@" in title else repr(title[:40]) for title in header[:20])
    return (
        f"there is no column {' or '.join(map(repr, names))} for {what}; split at {delimiter!r}, "
        f"the columns are {titles}"
    )


_TOTALS = words(
    "total totals grandtotal subtotal sum count average summe gesamt gesamtsumme anzahl totalgeneral totaux "
    "somme nombre suma cuenta recuento totale conteggio"
)


def is_total(cells: Iterable[str]) -> bool:
    """Whether a row sums up the others: a cell is ``Total`` or the like, and the others hold numbers at most."""
    filled = [cell for cell in cells if cell]
    if any("@" in cell for cell in filled):
        return False
    totals = [cell for cell in filled if column_key(re.sub(r"[\d.,:\s]+$", "", cell)) in _TOTALS]
    return bool(totals) and all(cell in totals or re.fullmatch(r"[\d.,:%\s-]+", cell) for cell in filled)


def decoded(data: bytes, encoding: str) -> str:
    """The text of a file. A byte order mark wins over ``encoding``."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise CsvError(f"{encoding!r} is not an encoding that Python knows") from None
    if data.startswith(_UTF16):
        return _strictly(data, "utf-16")
    if data.startswith(_UTF8):
        return _strictly(data, "utf-8-sig")
    text = _strictly(data, encoding).removeprefix("\ufeff")
    if "\x00" in text:
        raise CsvError("it holds NUL characters, as a file in UTF-16 without a mark does; set the encoding utf-16-le")
    if not data.isascii() and encoding.lower().startswith(_WIDE) and _is_utf8(data):
        raise CsvError(f"it is in UTF-8, not in {encoding}; leave the encoding out")
    return text.rstrip("\x1a")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        line = data[: getattr(error, "start", 0)].count(b"\n") + 1
        raise CsvError(
            f"line {line} is not in the encoding {encoding}; Excel also writes cp1252 and utf-16, so name the encoding"
        ) from None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeError:
        return False
    return True


def _preamble(text: str) -> tuple[str, int, str | None]:
    """The text from the header on, how many lines stood before it, and the delimiter that one of them states.

    Windows PowerShell 5.1 writes ``#TYPE …`` first, and Excel reads ``sep=;``.
    """
    stated, skipped, rest = None, 0, text
    while rest:
        first = re.split(r"\r\n|\r|\n", rest, maxsplit=1)
        line = visible(first[0])
        separator = _SEP.fullmatch(first[0].strip("\ufeff "))
        if separator:
            stated = separator[1]
        elif line and not line.strip('"').upper().startswith("#TYPE "):
            break
        rest, skipped = (first[1] if len(first) > 1 else ""), skipped + 1
    return rest, skipped, stated


def _detected(body: str, names: Iterable[str]) -> str:
    wanted = {column_key(name) for name in names}
    first = re.split(r"\r\n|\r|\n", body, maxsplit=1)[0]
    for delimiter in DELIMITERS:
        if delimiter in first and wanted & {
            column_key(title) for title in next(csv.reader([first], delimiter=delimiter))
        }:
            return delimiter
    return ","


def _records(body: str, delimiter: str, skipped: int) -> list[tuple[int, Cells]]:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise CsvError(f"the delimiter must be one character, and {delimiter!r} is not")
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    records, begin = [], 1
    try:
        for row in reader:
            if reader.line_num > begin:  # a cell has a line break
                _no_swallowed_lines(row, delimiter, begin + skipped)
            records.append((begin, [visible(cell) for cell in row]))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise CsvError(
            f"line {begin + skipped} has a quotation mark that does not end where a cell ends ({error}); double it, "
            "or remove it"
        ) from None
    return records


def _no_swallowed_lines(row: Cells, delimiter: str, line: int) -> None:
    """A quotation mark that is closed in a later row has swallowed the rows between."""
    for cell in row:
        later = re.split(r"\r\n|\r|\n", cell)[1:]
        if any(delimiter in part and "@" in part for part in later):
            raise CsvError(
                f"line {line} has a quotation mark that is closed only {len(later)} lines later, with other rows "
                "between; double it, or remove it"
            )


def _fitted(line: int, cells: Cells, header: Cells) -> Cells:
    if any(cells[len(header) :]):
        raise CsvError(
            f"line {line} has {len(cells)} cells, and the header has {len(header)}; quote the cell that holds the "
            "delimiter"
        )
    return [*cells[: len(header)], *[""] * (len(header) - len(cells))]
