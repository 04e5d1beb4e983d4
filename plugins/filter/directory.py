# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns what a company's directory answers into what rc_send_invite takes as its option ``directory``.

Whatever a directory holds is data here: it is never templated, and no message shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.onboard.ringcentral.plugins.module_utils._csv import CsvError, csv_column, csv_lines, no_column

Entry = dict[str, Any]
Names = Mapping[str, Any]

COLUMNS: dict[str, list[str]] = {
    "email": ["E-Mail Address", "mail", "EmailAddress", "email"],
    "name": ["Display Name", "DisplayName", "Name"],
    "extension_number": ["ipPhone", "Business Phone", "Telephone Number", "telephoneNumber", "OfficePhone"],
    "employee_id": ["Employee ID", "EmployeeID"],
    "enabled": ["Enabled"],
    "aliases": ["proxyAddresses"],
}
"""As Active Directory Users and Computers and Get-ADUser export them; the first that is there counts."""

ATTRIBUTES: dict[str, list[str]] = {
    "email": ["mail", "userPrincipalName"],
    "name": ["displayName"],
    "extension_number": ["ipPhone", "telephoneNumber"],
    "employee_id": ["employeeID"],
    "enabled": ["userAccountControl"],
    "aliases": ["proxyAddresses"],
}
"""The attributes of Active Directory; the first that an entry has counts, but of aliases all."""

ENABLED = ("true", "yes", "1", "enabled", "active")

_DISABLED_BIT = 2  # of userAccountControl
_TEXTS = ("email", "name", "extension_number", "employee_id")


def directory_from_csv(
    content: str,
    columns: Names | None = None,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
    enabled_values: Iterable[object] = ENABLED,
    alias_separator: str = ";",
) -> list[Entry]:
    """The people of a CSV file with a header, which is given in base64.

    ``columns`` names columns in place of COLUMNS, one or several to choose from; each that is named must be there.
    Without a column ``enabled`` everybody is; with it, only those with one of ``enabled_values``.
    """
    try:
        rows = [row for _line, row in csv_lines(content, delimiter, encoding)]
    except CsvError as error:
        raise AnsibleFilterError(str(error)) from error
    if not rows:
        return []
    places = _places(rows[0], columns or {}, delimiter)
    on = {str(value).strip().casefold() for value in enabled_values}
    return _safe(_from_row(row, places, on, alias_separator) for row in rows[1:])


def directory_from_ldap(results: Iterable[Mapping[str, Any]], attributes: Names | None = None) -> list[Entry]:
    """The people among the results of community.general.ldap_search.

    ``attributes`` names attributes in place of ATTRIBUTES. The one of ``enabled`` holds the bits of Active Directory's
    userAccountControl; without any name everybody is enabled, with one nobody is whose bits cannot be read.
    """
    names = _merged(ATTRIBUTES, attributes or {})
    try:
        return _safe(_from_ldap(result, names) for result in results)
    except (AttributeError, TypeError) as error:
        raise AnsibleFilterError("directory_from_ldap needs the results of community.general.ldap_search") from error


def directory_ldap_attributes(attributes: Names | None = None) -> list[str]:
    """The names of all attributes to ask for, once each."""
    return list(dict.fromkeys(name for names in _merged(ATTRIBUTES, attributes or {}).values() for name in names))


def _safe(entries: Iterable[Entry]) -> list[Entry]:
    """Those entries that say anything of a person, marked so that Ansible never takes their text for a template."""
    known = [entry for entry in entries if entry["aliases"] or any(entry[key] for key in _TEXTS)]
    safe: list[Entry] = wrap_var(known)
    return safe


def _merged(defaults: Mapping[str, list[str]], given: Names) -> dict[str, list[str]]:
    if unknown := sorted(set(map(str, given)) - set(defaults)):
        raise AnsibleFilterError(f"{', '.join(unknown)} is nothing that is known of a person: {', '.join(defaults)}")
    return {**defaults, **{key: _texts(value) for key, value in given.items()}}


def _places(header: list[str], given: Names, delimiter: str) -> dict[str, int]:
    """In which column each thing stands, as far as there is one."""
    places = {}
    for key, names in _merged(COLUMNS, given).items():
        found = csv_column(header, names)
        if found is not None:
            places[key] = found
        elif names and (key in given or key == "email"):
            raise AnsibleFilterError(no_column(header, names, key, delimiter))
    return places


def _from_row(row: list[str], places: Mapping[str, int], on: set[str], separator: str) -> Entry:
    def cell(key: str) -> str:
        return row[places[key]] if key in places and places[key] < len(row) else ""

    aliases = cell("aliases").split(separator) if separator else [cell("aliases")]
    return {
        **{key: cell(key) for key in _TEXTS},
        "enabled": "enabled" not in places or cell("enabled").casefold() in on,
        "aliases": _addresses(aliases),
    }


def _from_ldap(result: Mapping[str, Any], names: Mapping[str, list[str]]) -> Entry:
    values = {key.casefold(): _texts(value) for key, value in result.items()}
    found = {key: [text for name in names[key] for text in values.get(name.casefold(), [])] for key in names}
    return {
        **{key: next(iter(found[key]), "") for key in _TEXTS},
        "enabled": not names["enabled"] or _is_on(found["enabled"]),
        "aliases": _addresses(found["aliases"]),
    }


def _is_on(bits: list[str]) -> bool:
    try:
        return not int(bits[0]) & _DISABLED_BIT
    except (IndexError, ValueError):
        return False


def _addresses(values: Iterable[str]) -> list[str]:
    """The addresses for mail among proxyAddresses, which hold those of other services too, each behind its prefix."""
    addresses = []
    for value in values:
        prefix, colon, rest = value.strip().partition(":")
        if not colon or prefix.casefold() == "smtp":
            addresses.append((rest if colon else prefix).strip())
    return [address for address in addresses if address]


def _texts(value: object) -> list[str]:
    """None, one value or several, as a list of what is not blank."""
    if value is None:
        return []
    values = value if isinstance(value, (list, tuple)) else [value]
    texts = (
        one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in values if one is not None
    )
    return [text.strip() for text in texts if text.strip()]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters by name."""
        return {
            "directory_from_csv": directory_from_csv,
            "directory_from_ldap": directory_from_ldap,
            "directory_ldap_attributes": directory_ldap_attributes,
        }
