# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that pages are made of: key figures, sections, tables, and charts drawn from a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._markup import Markup, join, tag, text

Row = Mapping[str, Any]

_SEPARATOR = "|"
_CELLS = {"name": "font-weight:500", "date": "white-space:nowrap", "number": "text-align:right;white-space:nowrap"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Column:
    """A column of a table: its title, and the cell of a row. ``kind`` is text, name, number or date."""

    title: str
    cell: Callable[[Row], object]
    kind: str = "text"


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading. ``count`` stands beside it; ``wide`` gives the body the page's full width."""

    key: str
    title: str
    body: Markup
    about: str = ""
    count: int | None = None
    wide: bool = False


@dataclass(frozen=True)
class Figure:
    """A number at the top of the page. ``tone`` is good, hold, bad or empty."""

    value: object
    label: str
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its label, and a value for each series. ``more`` is text that stands in the table alone."""

    label: str
    values: Sequence[int]
    tone: str = ""
    more: str | None = None


def table(columns: Sequence[Column], rows: Iterable[Row], *, label: str, find: bool = False) -> Markup:
    """A table of people or things. ``find`` adds a field that narrows it, for pages that may run their script."""
    head = join(*(tag("th", column.title, scope="col", data_kind=column.kind) for column in columns))
    # bare cells, since a table can have 100,000 of them; table_style() says what each column looks like
    body = Markup(
        "".join(f"<tr>{''.join(f'<td>{text(one.cell(row))}</td>' for one in columns)}</tr>\n" for row in rows)
    )
    return tag(
        "div",
        tag(
            "table",
            tag("caption", label, class_="unseen"),
            tag("thead", tag("tr", head)),
            tag("tbody", body),
            data_columns=_SEPARATOR.join(f"{one.title}:{one.kind}" for one in columns),
        ),
        class_="rows",
        data_find=find,
    )


def table_style(body: Markup) -> str:
    """The style of the columns of each table() in it: how wide screens show them, and their titles on narrow ones."""
    wide, narrow = [], []
    for columns in dict.fromkeys(re.findall(r'<table data-columns="([^"]*)">', body)):
        for place, column in enumerate(columns.split(_SEPARATOR), 1):
            title, kind = column.split(":")
            cell = f'[data-columns="{columns}"] td:nth-child({place})'
            if kind != "text":
                wide.append(f"{cell}{{{_CELLS[kind]}}}")
            narrow.append(f'{cell}::before{{content:"{title}"}}')
    return f"@media (min-width:44rem),print{{{''.join(wide)}}}@media (max-width:43.99rem){{{''.join(narrow)}}}"


def chart(
    kind: str, title: str, series: Sequence[str], bars: Sequence[Bar], note: str = "", *, more: str = ""
) -> Markup:
    """A chart beside the table that it is drawn from, or above it if it has a column ``more``. ``kind`` is bars
    (across), columns or lines.
    """
    numbers = (tag("th", name, scope="col", class_="number") for name in series)
    head = tag("tr", tag("th", title, scope="col"), *numbers, tag("th", more, scope="col") if more else None)
    lines = (
        tag(
            "tr",
            tag("th", row.label, scope="row"),
            *(tag("td", _number(value), class_="number", data_value=value) for value in row.values),
            tag("td", row.more) if more else None,
            data_tone=row.tone or None,
        )
        for row in bars
    )
    return tag(
        "figure",
        tag("div", class_="plot", aria_hidden="true"),
        tag("table", tag("thead", head), tag("tbody", *lines)),
        tag("figcaption", note) if note else None,
        class_="chart tall" if more or kind == "lines" else "chart",
        data_chart=kind,
    )


def figures(shown: Iterable[Figure]) -> Markup:
    """The key figures in one line."""
    return tag(
        "dl",
        *(tag("div", tag("dt", one.label), tag("dd", _number(one.value)), class_=one.tone or None) for one in shown),
        class_="figures",
    )


def paragraphs(*lines: str) -> Markup:
    """Each line as a paragraph."""
    return join(*(tag("p", line) for line in lines if line))


def notice(message: str, tone: str) -> Markup:
    """A message that must not be missed; its lines are kept."""
    return tag("div", *(tag("p", line) for line in message.splitlines() if line.strip()), class_=f"notice {tone}")


def day(moment: object) -> str:
    """``2026-01-31``, from an ISO 8601 time."""
    return str(moment or "")[:10]


def weekday(day: str) -> str:
    """``Mon 30 Nov``, from an ISO 8601 date."""
    found = date.fromisoformat(day)
    return f"{_DAYS[found.weekday()]} {found.day} {_MONTHS[found.month - 1]}"  # not strftime, which knows locales


def minute(moment: object) -> str:
    """``2026-01-31 09:00``, from an ISO 8601 time; all are in UTC."""
    return str(moment or "")[:16].replace("T", " ")


def words(reason: object) -> str:
    """``not_in_directory`` as people read it."""
    return str(reason).replace("_", " ")


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "–" if value is None else str(value)
