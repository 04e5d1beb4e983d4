# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the answer of a company's directory into the option ``directory`` of rc_send_invite.

The content of a directory is data: it is never templated, and no message shows it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.onboard.ringcentral.plugins.module_utils._csv import CsvError
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_csv import entries_from_csv
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_ldap import (
    entries_from_ldap,
    ldap_attributes,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError

Entry = dict[str, Any]
Names = Mapping[str, Any]


def directory_from_csv(
    content: str,
    columns: Names | None = None,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8-sig",
    enabled_values: Iterable[object] | None = None,
    alias_separator: str = ";",
) -> list[Entry]:
    """The people of a CSV file with a header, which is given in base64. See entries_from_csv()."""
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise AnsibleFilterError("what is given is not a file in base64, as slurp reads it") from error
    try:
        entries, warnings = entries_from_csv(
            data,
            columns,
            delimiter=delimiter,
            encoding=encoding,
            enabled_values=enabled_values,
            alias_separator=alias_separator,
        )
    except (CsvError, RingCentralError) as error:
        raise AnsibleFilterError(str(error)) from error
    for warning in warnings:
        Display().warning(f"directory_from_csv: {warning}")
    return _safe(entries)


def directory_from_ldap(results: Iterable[Mapping[str, Any]], attributes: Names | None = None) -> list[Entry]:
    """The people among the results of community.general.ldap_search. See entries_from_ldap()."""
    try:
        return _safe(entries_from_ldap(results, attributes))
    except RingCentralError as error:
        raise AnsibleFilterError(f"directory_from_ldap: {error}") from error


def directory_ldap_attributes(attributes: Names | None = None) -> list[str]:
    """The names of all attributes to ask for, once each."""
    try:
        return ldap_attributes(attributes)
    except RingCentralError as error:
        raise AnsibleFilterError(f"directory_ldap_attributes: {error}") from error


def _safe(entries: list[Entry]) -> list[Entry]:
    """The entries, marked as unsafe so that Ansible never templates them."""
    safe: list[Entry] = wrap_var(entries)
    return safe


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters by name."""
        return {
            "directory_from_csv": directory_from_csv,
            "directory_from_ldap": directory_from_ldap,
            "directory_ldap_attributes": directory_ldap_attributes,
        }
