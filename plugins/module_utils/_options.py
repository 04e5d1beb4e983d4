# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads guards and filters. A value that makes no sense is refused by name and never turns a guard off.

People type these into surveys, spreadsheets and templates. AnsibleModule has turned values into text by then: a null
is ``None``, an unquoted NO is ``False``, 1e3 is ``1000.0``, and a text was split at its commas. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ._addresses import ascii_domain, ascii_pattern, bare, is_address, is_glob, look_alikes, shown, visible
from ._errors import InvalidOption

_NOT_TEXT = {
    "none": "is null",
    "null": "is null",
    "true": "is a boolean; YAML reads an unquoted yes, on or true so, so quote the name",
    "false": "is a boolean; YAML reads an unquoted no, off or false so, so quote the name",
}
_FLOAT = re.compile(r"\d+\.0+|\d+(\.\d+)?e[+-]?\d+", re.IGNORECASE)
_LINES = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_DOMAIN = re.compile(r"[a-z0-9_.*?-]+")
_CUT = 80


def read_domains(option: str, value: object) -> list[str]:
    """Domains such as ``example.com``, or globs such as ``*.example.com``, in ASCII. [] if the option is not given."""
    return [_domain(option, item) for item in _items(option, value, split_at=";, \t", empty_is_none=True)]


def read_exclude(option: str, value: object) -> list[str]:
    """Addresses, ids, extension numbers, and globs of addresses and extension numbers. [] if not given.

    A number that YAML may have read as octal is there in both spellings: 66 and 0102.
    """
    items = _items(option, value, split_at=";,\t", empty_is_none=True)
    return list(dict.fromkeys(one for item in items for one in _excluded(option, item)))


def read_patterns(option: str, value: object) -> list[str]:
    """Globs of addresses, such as ``parked-*@example.com``. [] if the option is not given."""
    return [_pattern(option, item) for item in _items(option, value, split_at=";,\t", empty_is_none=True)]


def read_names(option: str, value: object) -> list[str] | None:
    """Names such as those of sites, as they are written; None if the option is not given."""
    if value is None:
        return None
    names = _items(option, value, split_at="", empty_is_none=False)
    for name in names:
        if ";" in name:
            _refuse(option, name, "has a semicolon; write a list with an entry for each name")
        if "*" in name:
            _refuse(option, name, "has a wildcard, which is not understood here; write each name in full")
    return names


def read_users(option: str, value: object) -> list[str] | None:
    """E-mail addresses, ids and extension numbers; None if the option is not given.

    An entry that is blank or null becomes a name that no user has, so that it is reported and holds up no one else.
    """
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        if all(map(_is_blank, value)):
            raise InvalidOption(option, "is empty; name at least one user. No mail was sent.")
        value = [f"(entry {number}: blank)" if _is_blank(one) else one for number, one in enumerate(value, 1)]
    return list(dict.fromkeys(_items(option, value, split_at=";,\t", empty_is_none=False, is_user=True)))


def read_expected_account(option: str, value: object) -> str | None:
    """An account id or main number; None if the option is not given. A blank is an error, not any account."""
    if value is None:
        return None
    text = unicodedata.normalize("NFKC", _visible(value)) if _is_plain(value) else ""
    if not re.fullmatch(r"\+?[\d\s()./-]{1,40}", text) or _FLOAT.fullmatch(text) or not any(map(str.isdigit, text)):
        _refuse(option, value, "is not an account id or main number; quote it, or leave the option out")
    return text


def read_guard(option: str, value: object) -> int:
    """The most that a guard allows, from 1 on; 0 for none, which is written by leaving the option out.

    A survey or ``-e`` that says 0 may mean "none at all", so it is refused.
    """
    if value is None:
        return 0
    text = _visible(value) if _is_plain(value) else ""
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        _refuse(option, value, "is not a whole number")
    number = int(text)
    if number < 0:
        raise InvalidOption(option, f"{number} is negative; write 1 or more. No mail was sent.")
    if number == 0:
        raise InvalidOption(option, "0 could mean none or no limit; leave it out for no limit. No mail was sent.")
    return number


def octal_twin(number: str) -> str:
    """What may have been written where YAML read this number: ``0102`` for 66; "" if it cannot be."""
    return f"0{int(number):o}" if re.fullmatch(r"[1-9][0-9]{0,9}", number) else ""


def _items(option: str, value: object, *, split_at: str, empty_is_none: bool, is_user: bool = False) -> list[str]:
    """The entries of a list, or of a text with an entry in each line; InvalidOption for anything else."""
    if value is None and empty_is_none:
        return []
    if isinstance(value, (Mapping, set, frozenset, bytes, bool)) or not isinstance(value, (str, int, Sequence)):
        _refuse(option, value, "is not a list of text")
    entries: Sequence[Any] = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    if not entries and not empty_is_none:
        raise InvalidOption(option, "is an empty list, which would select no one; leave it out to select all")
    items: list[str] = []
    for entry in entries:
        items += _split(option, entry, split_at, is_user=is_user)
    return items


def _split(option: str, entry: object, split_at: str, *, is_user: bool) -> list[str]:
    if not _is_plain(entry):
        _refuse(option, entry, "is not text; quote it")
    text = str(entry)
    separators = f"[{re.escape(split_at)}]" if split_at else r"(?!)"
    lines = [part for line in _LINES.split(text) for part in _parts(line, separators)]
    parts = [part for part in map(visible, lines) if part]
    if not parts:
        raise InvalidOption(option, "has a blank entry, which protects no one; remove it, or leave the option out")
    for part in parts:
        if why := _NOT_TEXT.get(part.casefold()):
            _refuse(option, part, why)
        if _FLOAT.fullmatch(part):
            _refuse(option, part, "is a number with a fraction; quote it as it is written")
    return parts if not is_user else [_user(part) for part in parts]


def _parts(line: str, separators: str) -> list[str]:
    """The parts of a line. ``Lovelace, Ada <ada@example.com>`` is one address, with a name before it."""
    if named := re.findall(r"<\s*([^<>\s]+@[^<>\s]+)\s*>", line):
        rest = re.sub(r"[^<>;]*<[^<>]*>", "", line)
        return [*named, *re.split(separators, rest)]
    parts = re.split(separators, line)
    words = line.split()
    if len(words) > 1 and separators != r"(?!)" and all(is_address(word.strip(";,")) for word in words):
        return [word.strip(";,") for word in words]
    return parts


def _user(text: str) -> str:
    return bare(text) if "@" in text else unicodedata.normalize("NFKC", text)


def _domain(option: str, item: str) -> str:
    text = visible(item).casefold().removesuffix(".") if "ß" not in item else visible(item).lower().removesuffix(".")
    text = text.removeprefix("*@").removeprefix("@")
    if "@" in text:
        _refuse(option, item, "is an address; write the domain alone")
    if text.startswith("."):
        _refuse(option, item, f"is not a domain; write *{text} for its subdomains")
    if twins := look_alikes(f"a@{text}"):
        _refuse(option, item, f"has {twins}")
    if not is_glob(text):
        if not ascii_domain(text):
            _refuse(option, item, "is not a domain, such as example.com")
        return ascii_domain(text)
    return _domain_glob(option, item, text)


def _domain_glob(option: str, item: str, text: str) -> str:
    pattern = ascii_pattern(text)
    if not any(label.strip("*?") for label in pattern.split(".")):
        _refuse(option, item, "allows every domain; leave the option out if that is meant")
    if not _DOMAIN.fullmatch(pattern) or "." not in pattern or ".." in pattern:
        _refuse(option, item, "is not a domain or a glob of domains, such as *.example.com")
    if re.match(r"\*[^.*?]", pattern):
        name = pattern.lstrip("*").lstrip("-")
        _refuse(option, item, f"matches other people's domains too; write {name} and *.{name}")
    return pattern


def _excluded(option: str, item: str) -> list[str]:
    text = unicodedata.normalize("NFKC", bare(item)) if "@" not in item else bare(item)
    if is_glob(text):
        return [_pattern(option, item)]
    if "@" in text:
        return [_address(option, item, text)]
    if text.isdigit() and text.isascii():
        return [text, *filter(None, [octal_twin(text)])]
    hint = f"; write *@{text} for all of its addresses" if ascii_domain(text) else ""
    return _refuse(option, item, f"is neither an e-mail address, an id, an extension number nor a glob{hint}")


def _pattern(option: str, item: str) -> str:
    text = bare(item)
    if not is_glob(text):
        if "@" not in text:
            _refuse(option, item, f"can match no address; write {text}*, or the address in full")
        return _address(option, item, text)
    local, at, domain = text.rpartition("@")
    if at and not is_glob(domain) and not ascii_domain(domain):
        _refuse(option, item, "can match no address: what follows the @ is not a domain")
    if (at and not local) or re.search(r"[\s\"'<>]", text) or text.startswith("!"):
        _refuse(option, item, "is not a glob of addresses, such as parked-*@example.com")
    return text


def _address(option: str, item: str, text: str) -> str:
    if not text.partition("@")[0] and ascii_domain(text.rpartition("@")[2]):
        _refuse(option, item, f"is a domain; write *{text} for all of its addresses")
    if not is_address(text):
        _refuse(option, item, "is not an e-mail address")
    if twins := look_alikes(text):
        _refuse(option, item, f"has {twins}")
    return text


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _is_blank(value: object) -> bool:
    return value is None or _visible(value).casefold() in {"", "none", "null"}


def _visible(value: object) -> str:
    return visible(str(value))


def _refuse(option: str, value: object, why: str) -> NoReturn:
    text = shown(str(value))
    text = text if len(text) <= _CUT else f"{text[:_CUT]}…"
    raise InvalidOption(option, f"{text!r} {why}. No mail was sent.")
