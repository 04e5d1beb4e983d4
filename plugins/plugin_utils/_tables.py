# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formats groups of users as the lines of a table, and rows as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import cell, cut, defused, plain, width

Row = Mapping[str, Any]
About = Callable[[Row], object]

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z\Z")

_NAME_WIDTH = 26
_EMAIL_WIDTH = 38
_ABOUT_WIDTH = 240


def group_lines(title: str, people: Sequence[Row], about: About, rows: int, report: str) -> list[str]:
    """The title with the number of users, and a line for each of the first ``rows``: name, email, and ``about``.

    Empty if there are no users. ``report`` is the file to name if the group is cut short.
    """
    if not people:
        return []
    shown = people if len(people) <= rows + 1 else people[:rows]  # never "and 1 more", which takes as many lines
    names = max(width(cut(plain(row["name"]), _NAME_WIDTH)) for row in shown)
    emails = max(width(cut(plain(row["email"]), _EMAIL_WIDTH)) for row in shown)
    lines = [
        f"  {cell(row['name'], names)}  {cell(row['email'], emails)}  {cut(plain(about(row)), _ABOUT_WIDTH)}".rstrip()
        for row in shown
    ]
    rest = len(people) - len(shown)
    more = [f"  and {rest} more" + (f", see {plain(report)}" if report else "")] if rest else []
    return [f"{title} ({len(people)})", *lines, *more]


def account_lines(account: Mapping[str, Any] | None) -> list[str]:
    """Which account it is about, if that is known."""
    if not account:
        return []
    number = plain(account.get("main_number"))
    return [f"ACCOUNT {plain(account.get('id'))}" + (f" ({number})" if number else "")]


def grid(lines: Sequence[Sequence[str]], words: int) -> list[str]:
    """Aligned columns: the first ``words`` of them text, aligned left, the others numbers, aligned right."""
    columns = [max(map(width, column)) for column in zip(*lines, strict=True)]
    return [
        "  "
        + "  ".join(
            cell(text, wide) if number < words else " " * (wide - width(text)) + text
            for number, (text, wide) in enumerate(zip(line, columns, strict=True))
        )
        for line in lines
    ]


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """The rows as CSV with a header, safe to open in a spreadsheet. Each row has all of the columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([defused(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def for_spreadsheets(text: str, delimiter: str) -> str:
    """The CSV as a spreadsheet opens it on a double click: with a byte order mark, the delimiter of its country, and
    times that it takes for such. They stay in UTC.
    """
    rows = csv.reader(io.StringIO(text))
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, delimiter=DELIMITERS[delimiter], lineterminator="\r\n")
    writer.writerows([_MOMENT.sub(r"\1 \2", one) if len(one) == 20 else one for one in row] for row in rows)
    return out.getvalue()
