# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The company's directory from the answer of LDAP or a web API. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ._addresses import is_address, visible
from ._directory_entries import Entry, finished, is_somebody, mail_addresses, primary_address, without_logon_names
from ._errors import InvalidOption
from ._status import Kind, kind_by_word, kind_of, says_gone

ATTRIBUTES: dict[str, list[str]] = {
    "email": ["mail", "primaryEmail", "email"],
    "name": ["displayName", "cn", "fullName"],
    "extension_number": ["ipPhone", "telephoneNumber", "businessPhones"],
    "employee_id": ["employeeID", "employeeNumber"],
    "enabled": [],
    "aliases": ["proxyAddresses", "mailAlternateAddress", "aliases"],
    "logon_name": ["userPrincipalName", "login"],
    "manager": ["manager", "managerEmail"],
    "first_name": ["givenName", "firstName"],
    "last_name": ["sn", "lastName", "familyName"],
}
"""Attributes of Active Directory, FreeIPA, Entra ID, Google Workspace and Okta by what they hold.

The first that an entry has counts, but of aliases all. Attributes of status are known by _status.KINDS.
"""

STATUS = (
    "userAccountControl",
    "accountExpires",
    "msDS-User-Account-Control-Computed",
    "nsAccountLock",
    "krbPrincipalExpiration",
    "pwdAccountLockedTime",
    "loginDisabled",
    "shadowExpire",
)
"""The attributes of status that LDAP is asked for."""

_LDAP = ("mail", "displayName", "cn", "ipPhone", "telephoneNumber", "employeeID", "employeeNumber", "proxyAddresses",
         "mailAlternateAddress", "userPrincipalName", "givenName", "sn", "manager")  # fmt: skip
_TEXTS = ("extension_number", "employee_id")
_MANAGER = ("mail", "email", "userPrincipalName", "displayName")
_DECISIVE = {"on", "off", "word", "bits"}
_OPTION = "directory"


def entries_from_ldap(
    results: Iterable[Mapping[str, Any]], attributes: Mapping[str, Any] | None = None, now: datetime | None = None
) -> list[Entry]:
    """The people among the results of community.general.ldap_search, or among the records of a web API.

    ``attributes`` names attributes in place of ATTRIBUTES; ``attributes.enabled`` adds attributes of status, or leaves
    them all out if it is empty. An entry of Active Directory without userAccountControl is not
    enabled; elsewhere an attribute that is absent says nothing. InvalidOption if this is not an answer of a directory.
    """
    named = _named(attributes or {})
    moment = now or datetime.now(timezone.utc)
    if isinstance(results, (str, bytes, Mapping)) or not isinstance(results, Iterable):
        raise InvalidOption(_OPTION, "needs a list of entries, such as the results of community.general.ldap_search")
    entries = [_entry(result, named, moment) for result in results]
    return [entry for entry in entries if is_somebody(entry)]


def ldap_attributes(attributes: Mapping[str, Any] | None = None) -> list[str]:
    """The names of all attributes to ask LDAP for, once each."""
    named = _named(attributes or {})
    asked = [
        name for key, known in ATTRIBUTES.items() for name in named.get(key, [one for one in known if one in _LDAP])
    ]
    statuses = STATUS if named.get("enabled") != [] else ()
    return list(dict.fromkeys([*asked, *statuses, "objectClass"]))


def _named(attributes: Mapping[str, Any]) -> dict[str, list[str]]:
    if not isinstance(attributes, Mapping):
        raise InvalidOption(_OPTION, "attributes must be a dictionary, such as {email: mail}")
    if unknown := sorted(set(map(str, attributes)) - set(ATTRIBUTES)):
        raise InvalidOption(
            _OPTION, f"attributes: {', '.join(unknown)} is not known; known are {', '.join(ATTRIBUTES)}"
        )
    named = {}
    for key, value in attributes.items():
        values = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
        if not all(isinstance(one, str) for one in values):
            raise InvalidOption(_OPTION, f"attributes: {key}: {value!r} is not the name of an attribute; quote it")
        named[str(key)] = [one.strip() for one in values if one.strip()]
    return without_logon_names(named, ["userPrincipalName"])


def _entry(result: Mapping[str, Any], named: Mapping[str, list[str]], now: datetime) -> Entry:
    if not isinstance(result, Mapping):
        raise InvalidOption(_OPTION, "holds what is not an entry; give the results of community.general.ldap_search")
    flat = _flat(result)
    values = {key.casefold(): texts(value) for key, value in flat.items()}

    def found(key: str) -> list[str]:
        names = named.get(key, ATTRIBUTES[key])
        return [text for name in names for text in values.get(name.casefold(), [])]

    def first(key: str) -> str:
        return next(iter(found(key)), "")

    emails, aliases = [text for text in found("email") if is_address(text)], found("aliases")
    entry = {
        "email": emails[0] if emails else primary_address(aliases),
        "name": first("name") or f"{first('first_name')} {first('last_name')}".strip(),
        **{key: first(key) for key in _TEXTS},
        **{key: value for key, value in (("dn", _dn(values)), ("manager", first("manager"))) if value},
    }
    said = _said(values, list(flat), named.get("enabled"), now)
    return finished(entry, mail_addresses([*emails[1:], *aliases]), first("logon_name"), said)


def _dn(values: Mapping[str, list[str]]) -> str:
    return next((text for name in ("dn", "distinguishedname") for text in values.get(name, [])), "")


def _flat(result: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with what lies one level deeper, such as the profile of Okta and the name of Google Workspace."""
    flat = {str(key): value for key, value in result.items() if not isinstance(value, Mapping)}
    for key, value in result.items():
        if str(key).casefold() == "manager" and isinstance(value, Mapping):  # another person, whose mail is not theirs
            flat["manager"] = next((value[name] for name in _MANAGER if value.get(name)), "")
        elif isinstance(value, Mapping):
            flat = {**{str(key): inner for key, inner in value.items() if not isinstance(inner, Mapping)}, **flat}
    return flat


def _said(values: Mapping[str, list[str]], names: Sequence[str], own: Sequence[str] | None, now: datetime) -> list[str]:
    """The attributes that mark a leaver. ``names`` are all attributes, ``own`` those named in the options."""
    if own is not None and not own:
        return []
    kinds = {name.casefold(): (name, kind) for name in names if (kind := kind_of(name))}
    kinds |= {name.casefold(): (name, kind_by_word(name)) for name in own or ()}
    said = [
        f"{name} is {', '.join(values.get(key, []))[:40] or 'absent'}"
        for key, (name, kind) in kinds.items()
        if _says_gone(kind, values.get(key, []), now)
    ]
    if not any(kind in _DECISIVE for _name, kind in kinds.values()) and not _is_elsewhere(values):
        said.append("userAccountControl is absent")
    return said


def _says_gone(kind: Kind, present: list[str], now: datetime) -> bool:
    if not present:  # an attribute that only marks leavers may be absent
        return kind in {"on", "word", "bits"}
    return any(says_gone(kind, value, now) for value in present)


def _is_elsewhere(values: Mapping[str, list[str]]) -> bool:
    """Whether an entry is surely not of Active Directory, which always keeps userAccountControl."""
    classes = {value.casefold() for value in values.get("objectclass", [])}
    return bool(classes) and not classes & {"user", "group", "computer"}


def texts(value: object) -> list[str]:
    """None, one value or several, as a list of what is not blank."""
    if value is None:
        return []
    values = value if isinstance(value, (list, tuple)) else [value]
    found = (
        one.decode("utf-8", "replace") if isinstance(one, (bytes, bytearray)) else str(one)
        for one in values
        if one is not None
    )
    return [text for text in map(visible, found) if text]
