# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which e-mail addresses may be mailed, and how two of them compare. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from fnmatch import translate
from functools import lru_cache

from ._tlds import TOP_LEVEL_DOMAINS

_SHAPE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_NOBODY = re.compile(r"(no|do[-_.]?not)[-_.]?reply([-_.+\d].*)?")


def normalise(text: str) -> str:
    """One spelling for comparing: trimmed, Unicode composed, case folded."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def domain_of(email: str) -> str:
    """What follows the ``@``, normalised and in ASCII (IDNA) where that is possible; "" if there is none."""
    domain = normalise(email).rpartition("@")[2] if "@" in email else ""
    return _ascii(domain)


def canonical(email: str) -> str:
    """An address for comparing: normalised, without proxyAddresses' ``smtp:``, its domain in ASCII."""
    local, at, _domain = normalise(email).removeprefix("smtp:").rpartition("@")
    return f"{local}@{domain_of(email)}" if at else ""


def matches_any(text: str, patterns: Iterable[str]) -> bool:
    """Whether the text, case aside, is one of the patterns or matches it as a glob."""
    return bool(_globs(tuple(patterns)).fullmatch(normalise(text)))


def in_domains(email: str, domains: Iterable[str]) -> bool:
    """Whether the address is below one of the domains: exactly that domain, or a glob such as ``*.example.com``."""
    domain = domain_of(email)
    return bool(domain) and bool(_globs(tuple(_ascii(d.strip().removeprefix("@")) for d in domains)).fullmatch(domain))


@lru_cache(maxsize=64)
def _globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """All patterns as one expression: they are asked about 50,000 users."""
    return re.compile("|".join(translate(normalise(pattern)) for pattern in patterns) or r"(?!)")


def is_address(email: str) -> bool:
    """Whether the text has the shape of an e-mail address."""
    return bool(_SHAPE.fullmatch(normalise(email)))


def placeholder(email: str, patterns: Collection[str] = (), known_domains: Collection[str] = ()) -> str:
    """Why an address stands for nobody, as a phrase; "" if it seems real.

    Administrators park users on such addresses to keep mail from going out. ``patterns`` are the
    user's own globs; below ``known_domains`` the top-level domain is not doubted.
    """
    text = normalise(email)
    if not is_address(text):
        return "is not an e-mail address"
    local = text.partition("@")[0]
    top = domain_of(text).rpartition(".")[2]
    if _NOBODY.fullmatch(local):
        return "is an address that nobody reads"
    if matches_any(text, patterns):
        return "matches placeholder_patterns"
    if top not in TOP_LEVEL_DOMAINS and not in_domains(text, known_domains):
        return f"ends in .{top}, which does not exist"
    return ""


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return domain
