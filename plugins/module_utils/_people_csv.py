# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the starters in a CSV file."""

from __future__ import annotations

from collections.abc import Sequence

from ._addresses import bare, is_address
from ._csv import CsvError, csv_column, is_total, no_column, read_table
from ._files import read_file

COLUMNS = (
    "E-Mail Address",
    "Email Address",
    "E-Mail",
    "Email",
    "EmailAddress",
    "mail",
    "E-Mail-Adresse",
    "Adresse e-mail",
    "Correo electrónico",
)
"""The titles of a column of addresses, the first that is there counts."""

_SHOWN = 5


def read_people_csv(
    path: str, columns: Sequence[str] | None = None, delimiter: str | None = None, encoding: str = "utf-8-sig"
) -> list[str]:
    """The people in a file of starters, in its order.

    Without ``columns`` a column of COLUMNS is read, which takes e-mail addresses only. A column that was named takes
    ids and extension numbers too. A cell without a usable value becomes a name that no user has, such as
    ``(line 7: no address)``, so that this person is held and reported. CsvError or InvalidOption name the line of a
    total, a shifted row, or a stray quotation mark.
    """
    return people_from_csv(read_file("users_csv", path), columns, delimiter, encoding)


def people_from_csv(
    data: bytes, columns: Sequence[str] | None = None, delimiter: str | None = None, encoding: str = "utf-8-sig"
) -> list[str]:
    """The same from the content of a file."""
    names = columns or COLUMNS
    table = read_table(data, delimiter, encoding, names)
    place = csv_column(table.header, names)
    if place is None:
        raise CsvError(f"{no_column(table.header, names, 'addresses', table.delimiter)}; name it in users_csv_column")
    if not table.rows:
        raise CsvError("there is no person below its header")
    _refuse("is a total, not a person; remove it", [line for line, cells in table.rows if is_total(cells)])
    shifted = [line for line, cells in table.rows if not _is_name(cells[place], columns) and _elsewhere(cells, place)]
    _refuse(f"has its address in another column than {table.header[place]!r}; look for a shifted cell", shifted)
    return [_person(line, cells[place], columns) for line, cells in table.rows]


def _is_name(cell: str, columns: Sequence[str] | None) -> bool:
    """Whether a cell can name a user. Digits do only in a column that was named."""
    return is_address(cell) or bool(columns and cell.isascii() and cell.isdigit())


def _elsewhere(cells: Sequence[str], place: int) -> bool:
    return any(is_address(cell) for at, cell in enumerate(cells) if at != place)


def _person(line: int, cell: str, columns: Sequence[str] | None) -> str:
    if _is_name(cell, columns):
        return bare(cell)
    return f"(line {line}: {cell[:60]!r} is not an address)" if cell else f"(line {line}: no address)"


def _refuse(what: str, lines: Sequence[int]) -> None:
    if not lines:
        return
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    raise CsvError(f"line {', '.join(map(str, lines[:_SHOWN]))}{more} {what}")
