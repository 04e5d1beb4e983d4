# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the company's directory from a CSV export."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ._addresses import bare, is_address, visible
from ._csv import Cells, CsvError, Table, csv_column, is_total, no_column, read_table, words
from ._directory_entries import Entry, finished, is_somebody, mail_addresses, primary_address, without_logon_names
from ._errors import InvalidOption
from ._files import read_file
from ._ipa_text import ipa_table
from ._status import ACTIVE, FALSE, TRUE, Kind, kind_by_word, kind_of, looks_like_status, says_gone, word

COLUMNS: dict[str, list[str]] = {
    "email": [
        "E-Mail Address", "mail", "EmailAddress", "Email Address", "email", "Primary Email", "PrimarySmtpAddress",
        "WindowsEmailAddress", "Work Email", "E-Mail", "E-Mail-Adresse", "Adresse e-mail", "Adresse de messagerie",
        "Adresse électronique", "Courriel", "Correo electrónico", "Dirección de correo electrónico", "Correo",
    ],
    "name": [
        "Display Name", "DisplayName", "Full Name", "name.fullName", "Name", "User", "cn", "Anzeigename",
        "Vollständiger Name", "Nom complet", "Nom d'affichage", "Nombre completo", "Nombre para mostrar",
    ],
    "extension_number": [
        "ipPhone", "Extension Number", "Extension", "Business Phone", "Telephone Number", "telephoneNumber",
        "OfficePhone", "Phone number", "Work Phone", "BusinessPhones", "Rufnummer", "Telefonnummer",
        "Numéro de téléphone", "Número de teléfono",
    ],
    "employee_id": [
        "Employee ID", "EmployeeID", "Employee Number", "employeeNumber", "Personalnummer", "Matricule",
        "Número de empleado",
    ],
    "enabled": [],
    "aliases": ["proxyAddresses", "Proxy addresses", "EmailAddresses", "aliases"],
    "logon_name": [
        "userPrincipalName", "User principal name", "User Logon Name", "Login", "Username", "Okta username",
        "Benutzerprinzipalname", "Nom d'utilisateur principal", "Nombre principal de usuario", "SignInName",
    ],
    "manager": [
        "Manager", "Manager Email", "ManagerEmail", "Manager E-Mail", "Manager UPN", "Manager User Principal Name",
        "Vorgesetzter", "Responsable", "Supervisor",
    ],
    "dn": ["DistinguishedName", "dn"],
    "first_name": ["First Name", "GivenName", "Vorname", "Prénom", "Nombre", "name.givenName"],
    "last_name": ["Last Name", "Surname", "sn", "Nachname", "Nom", "Apellidos", "Apellido", "name.familyName"],
}  # fmt: skip
"""Titles by what they hold, the first that is there counts; columns of status are known by _status.KINDS."""

_TEXTS = ("extension_number", "employee_id")
_PROVES = ("email", "aliases", "logon_name")
_COLLECTION = re.compile(r"^(Microsoft\.|System\.)[\w.`+]+(Collection|List|\[\])|^System\.\w+\[\]$")
_SCIENTIFIC = re.compile(r"[\d.,]+E\+?\d+", re.IGNORECASE)
_SHOWN = 5


@dataclass(frozen=True)
class Layout:
    """The positions of the columns. ``statuses`` are the columns that say who has left."""

    places: Mapping[str, int]
    statuses: Sequence[tuple[int, Kind]]
    on: frozenset[str]
    separator: str


def read_directory_csv(options: Mapping[str, Any], now: datetime | None = None) -> tuple[list[Entry], list[str]]:
    """The people of the file that the option ``directory_csv`` names, and warnings.

    ``options`` has ``path``, and may have ``columns``, ``delimiter``, ``encoding``, ``enabled_values`` and
    ``alias_separator``; None means the default. InvalidOption names the line of a value that makes no sense.
    """
    data = read_file("directory_csv", options.get("path"))
    try:
        return entries_from_csv(
            data,
            options.get("columns"),
            delimiter=options.get("delimiter"),
            encoding=options.get("encoding") or "utf-8-sig",
            enabled_values=options.get("enabled_values"),
            alias_separator=options.get("alias_separator"),
            now=now,
        )
    except CsvError as error:
        raise InvalidOption("directory_csv", f"{options['path']}: {error}. No mail was sent.") from error


def entries_from_csv(
    data: bytes,
    columns: Mapping[str, Any] | None = None,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8-sig",
    enabled_values: Iterable[object] | None = None,
    alias_separator: str | None = None,
    now: datetime | None = None,
) -> tuple[list[Entry], list[str]]:
    """The people of a CSV file with a header, and warnings; CsvError if a row could be lost or misread.

    ``columns`` names columns in place of COLUMNS, one or several to choose from; each that is named must be there.
    All columns that are known to say who has left count; ``columns.enabled`` adds some, or none if it is empty.
    """
    named = _named(columns or {})
    wanted = {**COLUMNS, **{key: names for key, names in named.items() if key != "enabled"}}
    titles = [name for key in _PROVES for name in wanted[key]]
    table = ipa_table(data, encoding) or read_table(data, delimiter, encoding, titles)
    if not table.header:
        return [], []
    places = _places(table, wanted, named)
    layout = Layout(
        places, _statuses(table, named), _words(enabled_values), ";" if alias_separator is None else alias_separator
    )
    entries = [_entry(line, cells, table, layout, now or datetime.now(timezone.utc)) for line, cells in table.rows]
    known = [entry for entry in entries if is_somebody(entry)]
    if known and layout.statuses and not any(entry["enabled"] for entry in known):
        raise CsvError(_nobody_enabled(table, layout))
    return known, _warnings(table, layout, named)


def _named(columns: Mapping[str, Any]) -> dict[str, list[str]]:
    if not isinstance(columns, Mapping):
        raise CsvError("columns must be a dictionary, such as {email: E-Mail Address}")
    if unknown := sorted(set(map(str, columns)) - set(COLUMNS)):
        raise CsvError(f"columns: {', '.join(unknown)} is not known; known are {', '.join(COLUMNS)}")
    named = {}
    for key, value in columns.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        if value is None:
            continue
        if not all(isinstance(one, str) for one in values):
            raise CsvError(f"columns: {key}: {value!r} is not the title of a column; quote it")
        named[str(key)] = [visible(one) for one in values if visible(one)]
    return without_logon_names(named, COLUMNS["logon_name"])


def _places(table: Table, wanted: Mapping[str, list[str]], named: Mapping[str, list[str]]) -> dict[str, int]:
    places = {}
    for key, names in wanted.items():
        found = csv_column(table.header, names) if names else None
        if found is not None:
            places[key] = found
        elif key in named and names:
            raise CsvError(no_column(table.header, names, key, table.delimiter))
    if not any(key in places for key in _PROVES):
        raise CsvError(no_column(table.header, wanted["email"], "email", table.delimiter))
    return places


def _statuses(table: Table, named: Mapping[str, list[str]]) -> list[tuple[int, Kind]]:
    own = named.get("enabled")
    if own == []:
        return []
    found: dict[int, Kind] = {}
    for name in own or ():
        if (place := csv_column(table.header, [name])) is not None:
            found[place] = kind_by_word(name)
    if own and not found:
        raise CsvError(no_column(table.header, own, "enabled", table.delimiter))
    for place, title in enumerate(table.header):
        kind = kind_of(title)
        if kind and place not in found and (kind != "off" or _is_filled(table, place)):
            found[place] = kind
    return list(found.items())


def _is_filled(table: Table, place: int) -> bool:
    return any(cells[place] for _line, cells in table.rows)


def _words(enabled_values: Iterable[object] | None) -> frozenset[str]:
    """The words that mean enabled. YAML makes True of an unquoted yes."""
    if enabled_values is None:
        return ACTIVE
    if isinstance(enabled_values, (str, bytes, Mapping)):
        raise CsvError("enabled_values must be a list, such as [Active]")
    given = {word(value) for value in enabled_values} - {"", word(None)}
    if not given:
        raise CsvError("enabled_values is empty, so every user would be held; leave it out for the built-in words")
    return frozenset(given | (TRUE if "true" in given else set()) | (FALSE if "false" in given else set()))


def _entry(line: int, cells: Cells, table: Table, layout: Layout, now: datetime) -> Entry:
    def cell(key: str) -> str:
        return cells[layout.places[key]] if key in layout.places else ""

    _refuse_lost(line, cells, table, layout)
    first, *others = _split(cell("email")) or [""]
    aliases = mail_addresses([*others, *_alias_cells(cell("aliases"), layout.separator)])
    entry = {
        "email": bare(first) if is_address(first) else primary_address(_alias_cells(cell("aliases"), layout.separator)),
        "name": cell("name") or f"{cell('first_name')} {cell('last_name')}".strip(),
        **{key: cell(key) for key in _TEXTS},
        **{key: cell(key) for key in ("dn", "manager") if cell(key)},
    }
    said = _said(cells, table.header, layout, now)
    return finished(entry, aliases, cell("logon_name"), said)


def _refuse_lost(line: int, cells: Cells, table: Table, layout: Layout) -> None:
    """Raise an error for rows that would lose people or mix them up."""
    if is_total(cells):
        raise CsvError(f"line {line} is a total, not a person; remove it")
    proofs = [layout.places[key] for key in _PROVES if key in layout.places]
    if line in table.short and not any("@" in cells[place] for place in proofs):
        raise CsvError(f"line {line} has fewer cells than the header, and no address; look for a line break in a cell")
    place = layout.places.get("email")
    if place is None:
        return
    email = cells[place]
    if email and not any(map(is_address, _split(email))):
        theirs = {*proofs, layout.places.get("manager")}
        shifted = [table.header[at] for at, cell in enumerate(cells) if at not in theirs and is_address(cell)]
        if shifted or "@" in email:
            raise CsvError(
                f"line {line} has no address in the column {table.header[place]!r}"
                f"{f', but one in {shifted[0]!r}: its cells are shifted' if shifted else ''}"
            )


def _said(cells: Cells, header: Cells, layout: Layout, now: datetime) -> list[str]:
    return [
        f"{header[place]} is {cells[place][:40] or 'blank'}"
        for place, kind in layout.statuses
        if says_gone(kind, cells[place], now, layout.on)
    ]


def _split(cell: str) -> list[str]:
    """The addresses of a cell that may hold several; the cell itself unless all of its parts are addresses."""
    parts = [part for part in re.split(r"[;,\s]+", cell) if part]
    return parts if len(parts) > 1 and all(map(is_address, parts)) else [cell] if cell else []


def _alias_cells(cell: str, separator: str) -> list[str]:
    """Microsoft 365 joins proxy addresses with a plus sign, which an address may hold too."""
    parts = cell.split(separator) if separator else [cell]
    return [one for part in parts for one in re.split(r"\+(?=[A-Za-z0-9]+:)", part.strip())]


def _nobody_enabled(table: Table, layout: Layout) -> str:
    seen = [
        f"{table.header[place]!r} has {_values(table, place)}"
        for place, kind in layout.statuses
        if kind in {"on", "word", "bits"} or _is_filled(table, place)
    ]
    return (
        f"no row means enabled, so every user would be held: {'; '.join(seen)}. Name the words that mean enabled in "
        "enabled_values, or export the column with its values"
    )


def _values(table: Table, place: int) -> str:
    counts = Counter(cells[place] for _line, cells in table.rows)
    shown = [
        f"{'(an address)' if '@' in value else repr(value[:40]) if value else 'blank'} ({count})"
        for value, count in counts.most_common(_SHOWN)
    ]
    return ", ".join(shown) + (f" and {len(counts) - _SHOWN} more values" if len(counts) > _SHOWN else "")


def _warnings(table: Table, layout: Layout, named: Mapping[str, list[str]]) -> list[str]:
    used = {place for place, _kind in layout.statuses} | set(layout.places.values())
    unused = [
        title
        for place, title in enumerate(table.header)
        if place not in used and (kind_of(title) or looks_like_status(title)) and _is_filled(table, place)
    ]
    warnings = [
        f"the column {title!r} looks as if it says who has left, and is not used; name it in columns.enabled, or "
        "remove it"
        for title in unused
    ]
    if not layout.statuses and not unused and named.get("enabled") != []:
        warnings.append("no column says who has left, so every person in the file counts as still there")
    return [*warnings, *_content_warnings(table, layout)]


def _content_warnings(table: Table, layout: Layout) -> list[str]:
    warnings = []
    for place, kind in layout.statuses:
        strange = sorted({cells[place] for _line, cells in table.rows if kind == "word"} - {""})
        strange = [value for value in strange if word(value) not in {*layout.on, *FALSE, *_GONE_WORDS}]
        if strange:
            values = ", ".join(repr(value[:40]) if "@" not in value else "(an address)" for value in strange[:_SHOWN])
            warnings.append(f"the column {table.header[place]!r} has {values}, which counts as having left")
    for key in ("aliases", "extension_number", "email"):
        at = layout.places.get(key)
        if at is not None and (why := _oddity(key, table, at)):
            warnings.append(f"the column {table.header[at]!r} {why}")
    return warnings


def _is_no_address(cell: str) -> bool:
    return bool(cell) and not any(map(is_address, _split(cell)))


def _oddity(key: str, table: Table, at: int) -> str:
    title = table.header[at]
    if any(_COLLECTION.search(cells[at]) for _line, cells in table.rows):
        hint = f"@{{n='{title}';e={{$_.{title} -join ';'}}}}"
        return f"holds the name of a list, not its values; export it with {hint} in Select-Object"
    if key == "extension_number" and (lines := _lines(table, at, lambda cell: bool(_SCIENTIFIC.fullmatch(cell)))):
        return f"has numbers that a spreadsheet rounded, in {lines}"
    if key == "email" and (lines := _lines(table, at, _is_no_address)):
        return f"has no address in {lines}; these people have none"
    return ""


_GONE_WORDS = words(
    "disabled inactive suspended archived deactivated deprovisioned lockedout staged blocked terminated left "
    "deleted retired resigned former inaktiv deaktiviert gesperrt ausgeschieden désactivé inactif suspendu "
    "deshabilitado inactivo suspendido bloqueado"
)


def _lines(table: Table, place: int, is_odd: Callable[[str], bool]) -> str:
    lines = [str(line) for line, cells in table.rows if is_odd(cells[place])]
    if not lines:
        return ""
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(lines[:_SHOWN])}{more}"
