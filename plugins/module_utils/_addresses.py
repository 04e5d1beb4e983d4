# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one canonical form of an address, which addresses may be mailed, and which only look alike. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from fnmatch import translate
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from ._errors import RingCentralError
from ._tlds import TOP_LEVEL_DOMAINS

_LOCAL = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f＠﹫]{1,64}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NOBODY = re.compile(r"(no|do[-_.]?not)[-_.]?reply([-_.+\d].*)?")
_PREFIX = re.compile(r"(?:smtp|mailto):", re.IGNORECASE)
_JOINERS = "\u200c\u200d"
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_PARKED_BY_RINGCENTRAL = ".ps.ringcentral.com"

# Letters of other scripts that look like Latin ones, in lower case.
_LOOK_ALIKE = str.maketrans("аеорсухіјѕһԁԛԝѵӏορνικαυօսհցɑɡ", "aeopcyxijshdqwvlopvikauouhgag")
_OTHER_SCRIPTS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")


def visible(text: str) -> str:
    """The text without invisible characters, no-break spaces turned into blanks, trimmed.

    Invisible are zero-width and direction marks, soft hyphens, byte order marks, variation selectors and fillers.
    Control characters such as NUL stay, since they are nothing that a spreadsheet puts there.
    """
    if text.isascii():
        return text.strip()
    return "".join(" " if _is_space(char) else char for char in text if not _is_invisible(char)).strip()


def normalise(text: str) -> str:
    """One spelling of a name for comparing: visible, Unicode composed, case folded."""
    return unicodedata.normalize("NFC", visible(text)).casefold()


def bare(email: str) -> str:
    """The address as it may be written: visible, without ``smtp:`` or ``mailto:`` before it."""
    return _PREFIX.sub("", visible(email), count=1).strip()


@lru_cache(maxsize=1 << 17)
def canonical(email: str) -> str:
    """An address for comparing; "" if there is no ``@``. Everything that compares addresses compares this form.

    Its domain is in ASCII by IDNA 2008, so that both spellings are equal and ``straße.de`` is not ``strasse.de``.
    """
    local, at, _domain = bare(email).rpartition("@")
    return f"{_lower(local)}@{domain_of(email)}" if at else ""


def comparable(name: str) -> str:
    """An address in its canonical form, any other name normalised: a key for what may be either."""
    return canonical(name) or normalise(name)


def domain_of(email: str) -> str:
    """What follows the last ``@``, in ASCII where it is a domain; "" if there is no ``@``."""
    _local, at, domain = email.rpartition("@")
    return ascii_domain(domain) or _lower(visible(domain)) if at else ""


@lru_cache(maxsize=65_536)
def ascii_domain(domain: str) -> str:
    """A domain in ASCII and lower case; "" if it cannot be one. Unicode is read by IDNA 2008 and UTS 46."""
    text = visible(domain)
    if not text.isascii():
        text = _encoded(_with_joiners(domain)) or _encoded(text)
    labels = text.lower().split(".")
    fits = len(labels) > 1 and len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return ".".join(labels) if fits and not labels[-1].isdigit() else ""


def is_address(email: str) -> bool:
    """Whether the text is one e-mail address, and nothing else."""
    local, at, domain = bare(email).rpartition("@")
    return bool(at and _LOCAL.fullmatch(local) and ascii_domain(domain))


def matches_any(text: str, patterns: Iterable[str]) -> bool:
    """Whether the text, case aside, is one of the patterns or matches it as a glob.

    Of addresses the domain may be in either spelling, in the text and in the pattern.
    """
    globs = _globs(tuple(patterns))
    key = comparable(text)
    return bool(globs.fullmatch(key)) or ("xn--" in key and bool(globs.fullmatch(_in_unicode(key))))


def _in_unicode(address: str) -> str:
    """The address with its domain in Unicode, for globs that are written so."""
    idna = _idna()
    local, _at, domain = address.rpartition("@")
    try:
        return f"{local}@{_lower(idna.decode(domain))}"
    except (idna.IDNAError, UnicodeError, IndexError):
        return address


def in_domains(email: str, domains: Iterable[str]) -> bool:
    """Whether the address is below one of the domains: exactly that domain, or a glob such as ``*.example.com``."""
    if not is_address(email):
        return False
    return bool(_domain_globs(tuple(domains)).fullmatch(domain_of(email)))


def is_glob(text: str) -> bool:
    """Whether the text has a wildcard in it."""
    return any(char in text for char in "*?[")


def placeholder(
    email: str,
    patterns: Collection[str] = (),
    known_domains: Collection[str] = (),
    domains_of_others: Collection[str] = (),
) -> str:
    """Why an address is a placeholder, as a phrase; "" if it seems real.

    Administrators give users such addresses to suppress mail. ``patterns`` are the administrator's own globs;
    ``known_domains`` allow an unknown top-level domain, but a wildcard in them does not.
    ``domains_of_others`` are those of the account's other users: one of them with an x behind it is parked.
    """
    if not is_address(email):
        return "is not an e-mail address"
    if matches_any(email, patterns):
        return "matches placeholder_patterns"
    if twins := look_alikes(email):
        return f"has {twins}"
    if _NOBODY.fullmatch(canonical(email).rpartition("@")[0]):
        return "is a no-reply address"
    return _parked(email, known_domains, domains_of_others)


def _parked(email: str, known_domains: Collection[str], domains_of_others: Collection[str]) -> str:
    """Why a domain is a placeholder; "" if it seems real."""
    domain = domain_of(email)
    top = domain.rpartition(".")[2]
    if f".{domain}".endswith(_PARKED_BY_RINGCENTRAL):
        return f"ends in {_PARKED_BY_RINGCENTRAL}, where RingCentral parks users"
    named = in_domains(email, [one for one in known_domains if not is_glob(one.rpartition(".")[2])])
    if top not in TOP_LEVEL_DOMAINS and not named:
        return f"ends in .{top}, which does not exist"
    if domain.endswith("x") and domain[:-1] in domains_of_others and not named:
        return f"is parked: other users are at {domain[:-1]}, without the x"
    return ""


def look_alikes(email: str) -> str:
    """Which letters only look like Latin ones, as a phrase such as ``the look-alike letter а (CYRILLIC …)``."""
    text = _lower(bare(email))
    if text.isascii():
        return ""
    for part in re.split(r"[@.]", text):
        foreign = [char for char in part if unicodedata.name(char, "").startswith(_OTHER_SCRIPTS)]
        like = [char for char in part if char.translate(_LOOK_ALIKE) != char] or foreign
        plain = unicodedata.normalize("NFKC", part).translate(_LOOK_ALIKE)
        if like and (plain.isascii() or (foreign and re.search(r"[a-z]", part))):
            return f"the look-alike letter {like[0]} ({unicodedata.name(like[0], 'unnamed')})"
    return ""


def shown(text: str) -> str:
    """The text for a message: invisible characters are written as ``\\u200b``."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


@lru_cache(maxsize=64)
def _globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """All patterns as one expression, since up to 50,000 users are matched."""
    spellings = {spelling for one in patterns if visible(one) for spelling in (_pattern(one), _lower(bare(one)))}
    return re.compile("|".join(map(translate, sorted(spellings))) or r"(?!)")


def _pattern(pattern: str) -> str:
    if "@" not in pattern:
        return normalise(pattern)
    local, _at, domain = bare(pattern).rpartition("@")
    return f"{_lower(local)}@{ascii_pattern(domain)}"


@lru_cache(maxsize=64)
def _domain_globs(domains: tuple[str, ...]) -> re.Pattern[str]:
    patterns = [ascii_pattern(domain.rpartition("@")[2]) for domain in domains]
    return re.compile("|".join(translate(pattern) for pattern in patterns if pattern) or r"(?!)")


def ascii_pattern(domain: str) -> str:
    """A domain, or a glob of domains, label by label in ASCII where that is possible."""
    labels = _lower(visible(domain)).split(".")
    return ascii_domain(domain) or ".".join(
        label if label.isascii() or is_glob(label) else _encoded(label) or label for label in labels
    )


def _lower(text: str) -> str:
    """Lower case, which keeps ß and ss apart as mailboxes do."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _is_space(char: str) -> bool:
    return unicodedata.category(char) == "Zs"


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) == "Cf" or char in _FILLERS or "\ufe00" <= char <= "\ufe0f"


def _with_joiners(domain: str) -> str:
    """Visible but for joiners, which Persian and Indic domains need."""
    return "".join(char for char in domain if char in _JOINERS or not _is_invisible(char)).strip()


def _encoded(domain: str) -> str:
    """The domain by IDNA 2008 after UTS 46 mapping; "" if that is not possible."""
    if any(char in domain for char in ";,/:<>@＠﹫ \t") or not domain:
        return ""
    idna = _idna()
    try:
        return str(idna.encode(domain, uts46=True, transitional=False, std3_rules=True), "ascii")
    except (idna.IDNAError, UnicodeError, IndexError):
        return ""


def _idna() -> ModuleType:
    """The package that reads domains in Unicode. Without it, such domains are not guessed."""
    try:
        return import_module("idna")
    except ImportError:
        raise RingCentralError(
            "An address has a domain in Unicode, which needs the Python package idna. It comes with requests; install "
            "it where this runs. No mail was sent."
        ) from None
