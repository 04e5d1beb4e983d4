# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the columns and attributes of a directory that say whether a person has left. Pure.

Each known name has a kind: how its values are read. A value that cannot be read never means "is there".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

from ._addresses import normalise, visible
from ._csv import column_key, words
from ._times import parse_iso

Kind = Literal["on", "off", "word", "bits", "lock_bits", "until", "gone", "days", "guest"]

TRUE = words("true yes 1 on y wahr ja vrai oui verdadero sí si vero sì sim verdadeiro waar prawda")
FALSE = words("false no 0 off n falsch nein faux non falso não nao onwaar nee fałsz never none notlocked unlocked")
ACTIVE = TRUE | words(
    "enabled active aktiv aktiviert actif active activé activée activo activa activado habilitado habilitada attivo "
    "abilitato ativo ingeschakeld actief employed current "
    # Okta, whose users stay when a password expires or is reset
    "passwordexpired passwordreset recovery provisioned pendinguseraction"
)

OUTSIDERS = words(
    "guest gast invité invitado contact kontakt contacto mailcontact mailuser guestmailuser sharedmailbox "
    "roommailbox equipmentmailbox schedulingmailbox"
)
"""Types of entries that are not a person of the company: an outside address, or a mailbox that several people read."""

_NAMES: dict[Kind, str] = {
    "on": "enabled accountenabled isenabled isactive active aktiv aktiviert kontoaktiviert activé actif compteactivé "
    "habilitado activo cuentahabilitada abilitato attivo loginenabled signinallowed",
    "off": "disabled accountdisabled isdisabled accountisdisabled deaktiviert kontodeaktiviert désactivé "
    "comptedésactivé deshabilitado cuentadeshabilitada disabilitato blockcredential blockcredentials "
    "credentialblocked signinblocked blocked suspended issuspended archived isarchived terminated isterminated "
    "deleted isdeleted preserveduser "
    "nsaccountlock nsaccountlocked lockedout islockedout accountlocked islocked locked gesperrt "
    "kontogesperrt verrouillé bloqueado logindisabled anmeldungblockiert anmeldeinformationenblockieren "
    "bloquerlesinformationsdidentification bloquearcredencial bloquearcredenciales inactive isinactive",
    "word": "status accountstatus userstatus employeestatus employmentstatus benutzerstatus kontostatus "
    "beschäftigungsstatus statut statutducompte estadodelusuario estadodelacuenta accountstate userstate",
    "bits": "useraccountcontrol",
    "lock_bits": "msdsuseraccountcontrolcomputed",
    "until": "accountexpires accountexpirationdate accountexpiry accountexpirydate accountexpiration "
    "krbprincipalexpiration principalexpiration kerberosprincipalexpiration "
    "loginexpirationtime terminationdate terminatedon employeeleavedatetime leavedate "
    "leavingdate dateofleaving enddate employmentenddate lastworkingday lastdayofwork austrittsdatum austritt "
    "datedesortie datededépart fechadebaja",
    "gone": "softdeletiontimestamp softdeletedon deletiontime deleteddatetime deletiontimestamp pwdaccountlockedtime "
    "suspensionreason",
    "days": "shadowexpire",
    "guest": "usertype type objectclass recipienttypedetails benutzertyp",
}
KINDS: dict[str, Kind] = {name: kind for kind, names in _NAMES.items() for name in names.split()}
"""The kind of each known name, as column_key() makes it."""

_NEGATIVE = re.compile(r"lock|disab|suspend|block|inactive|terminat|left|delet|archiv|retired|gesperrt|deaktiv|désact")
_LOOKS_LIKE = re.compile(
    r"status|statut|enabled|disabled|active|aktiv|activ|suspend|lock|gesperrt|expir|terminat|leaver|austritt|archived"
    r"|deleted|habilitad|blockiert|bloqu"
)
_HARMLESS = re.compile(
    r"password|passwort|contraseña|motdepasse|badlog|badpwd|lockouttime|newstatus|mfa|2sv|strongauth|license|lizenz"
    r"|advancedprotection|invitation|activationdate|dirsync|lastlog|lastsign|sync|marital|lockoutduration|oath|token"
    r"|objectclass|allowreversible|activity|protectedfromaccidental|creation"
)
_NEVER = {0, 0x7FFFFFFFFFFFFFFF}
_DISABLED_BIT, _LOCKED_BIT = 0x2, 0x10
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)
_DATE = re.compile(r"(\d{1,4})[./-]\s?(\d{1,2})[./-]\s?(\d{1,4})(?:\D.*)?")
_GENERALIZED = re.compile(r"(\d{4})(\d\d)(\d\d)\d{4,6}(?:[.,]\d+)?(?:Z|[+-]\d{4})")


def kind_of(name: str) -> Kind | None:
    """How the values of a column or attribute are read; None if it is not known."""
    return KINDS.get(column_key(name))


def kind_by_word(name: str) -> Kind:
    """How the values of a column named in the options are read: as a known column, or by its name."""
    return kind_of(name) or ("off" if _NEGATIVE.search(column_key(name)) else "word")


def looks_like_status(name: str) -> bool:
    """Whether a column that is not known seems to say who has left."""
    key = column_key(name)
    return bool(_LOOKS_LIKE.search(key)) and not _HARMLESS.search(key)


@lru_cache(maxsize=4096)
def says_gone(kind: Kind, value: str, now: datetime, on: frozenset[str] = ACTIVE) -> bool:
    """Whether a value says that the person has left, or cannot be read. ``on`` are the words that mean "is there"."""
    return _READERS[kind](visible(value), now, on)


def word(value: object) -> str:
    """A status for comparing, without blanks, hyphens, underscores and case: ``PASSWORD_EXPIRED``, a boolean."""
    return re.sub(r"[\s_-]+", "", normalise(str(value)))


def expired(value: str, now: datetime) -> bool:
    """Whether a date is in the past in any reading of it, or is none. Blank, 0 and "never" do not expire."""
    if not value or word(value) in {*FALSE, "niemals", "nie", "jamais", "nunca", "(never)"}:
        return False
    if re.fullmatch(r"-?\d+", value):
        return _filetime_expired(int(value), now)
    moments = _moments(value)
    # what tools make of 0, which is never, by adding it to 1601
    unset = any(moment.year in {1600, 1601} for moment in moments)
    return not unset and (not moments or any(moment <= now for moment in moments))


def _filetime_expired(ticks: int, now: datetime) -> bool:
    """Active Directory counts steps of 100 ns since 1601."""
    if ticks in _NEVER:
        return False
    try:
        return _FILETIME_EPOCH + timedelta(microseconds=ticks // 10) <= now
    except OverflowError:
        return ticks < 0


def _moments(value: str) -> list[datetime]:
    """What a date can mean: 01/02/2026 is in January or in February."""
    if generalized := _GENERALIZED.fullmatch(value):
        return _dates(*map(int, generalized.groups()))
    try:
        return [parse_iso(value)]
    except ValueError:
        pass
    match = _DATE.fullmatch(value)
    if not match:
        return []
    first, second, third = map(int, match.groups())
    if len(match[1]) == 4:
        return _dates(first, second, third)
    year = third if len(match[3]) == 4 else 2000 + third
    return [*_dates(year, second, first), *([] if "." in value.split(maxsplit=1)[0] else _dates(year, first, second))]


def _dates(year: int, month: int, day: int) -> list[datetime]:
    try:
        return [datetime(year, month, day, tzinfo=timezone.utc)]
    except ValueError:
        return []


def _bits(mask: int) -> Callable[[str, datetime, Collection[str]], bool]:
    def is_set(value: str, _now: datetime, _on: Collection[str]) -> bool:
        return not re.fullmatch(r"-?\d{1,12}", value) or bool(int(value) & mask)

    return is_set


def _days_expired(value: str, now: datetime, _on: Collection[str]) -> bool:
    """shadowExpire counts days since 1970; blank and -1 mean never."""
    if value in {"", "-1"}:
        return False
    return not re.fullmatch(r"\d{1,7}", value) or int(value) * 86_400 <= now.timestamp()


_READERS: dict[Kind, Callable[[str, datetime, Collection[str]], bool]] = {
    "on": lambda value, _now, on: word(value) not in on,
    "word": lambda value, _now, on: word(value) not in on,
    "off": lambda value, _now, _on: bool(value) and word(value) not in FALSE,
    "bits": _bits(_DISABLED_BIT),
    "lock_bits": lambda value, now, on: bool(value) and _bits(_LOCKED_BIT)(value, now, on),
    "until": lambda value, now, _on: expired(value, now),
    "gone": lambda value, _now, _on: bool(value),
    "days": _days_expired,
    "guest": lambda value, _now, _on: word(value) in OUTSIDERS,
}
