# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards that the environment adds to the options. Pure: the environment is handed in.

A job's extra variables override those of its host, so a person who can start a job could loosen a guard in a variable.
AWX puts these environment variables into the job with the credential, where a launch cannot change them. An option can
narrow what they allow and never widens it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from ._errors import InvalidOption

EXPECT_ACCOUNT = "RC_EXPECT_ACCOUNT"
ALLOWED_DOMAINS = "RC_ALLOWED_DOMAINS"
EXCLUDE = "RC_EXCLUDE"
VARIABLES = (EXPECT_ACCOUNT, ALLOWED_DOMAINS, EXCLUDE)


def expected_accounts(option: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """The expected accounts, by option or variable. The credential must match all of them. A blank is no value."""
    named = {"expect_account": option or "", EXPECT_ACCOUNT: environment.get(EXPECT_ACCOUNT, "")}
    return {name: value.strip() for name, value in named.items() if value.strip()}


def narrowed(params: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """The options with the environment's guards added: fewer domains allowed, more users excluded.

    Raises InvalidOption if a guard holds no entry, or if the option and the environment allow no domain in common.
    """
    found = dict(params)
    # A star alone says that all domains are meant, so that the option's own hold.
    if "allowed_domains" in params and (allowed := _guard(environment, ALLOWED_DOMAINS)) not in ([], ["*"]):
        found["allowed_domains"] = _common(params["allowed_domains"], allowed)
    if "exclude" in params and (excluded := _guard(environment, EXCLUDE)):
        found["exclude"] = [*(params["exclude"] or ()), *excluded]
    return found


def _guard(environment: Mapping[str, str], variable: str) -> list[str]:
    text = environment.get(variable, "").strip()
    entries = _entries([text])
    if text and not entries:
        raise InvalidOption(
            variable, f"{text!r} in the environment names nothing; set it or unset it. No mail was sent"
        )
    return entries


def _common(option: Iterable[str] | None, allowed: list[str]) -> list[str]:
    wanted = _entries(option or ())
    if not wanted:
        return allowed
    common = [one for one in wanted if any(_within(one, other) for other in allowed)]
    inner = [other for other in allowed if any(_within(other, one) for one in wanted)]
    common += [other for other in inner if not any(_within(other, one) for one in common)]
    if not common:
        raise InvalidOption(
            "allowed_domains",
            f"{', '.join(wanted)} is outside {ALLOWED_DOMAINS} ({', '.join(allowed)}) in the environment, which an "
            "option can only narrow; correct the option. No mail was sent",
        )
    return common


def _within(domain: str, pattern: str) -> bool:
    """Whether every domain that matches the first also matches the pattern. False if that is uncertain."""
    domain, pattern = domain.casefold().removeprefix("@"), pattern.casefold().removeprefix("@")
    if domain == pattern:
        return True
    # A star in the pattern covers a glob's own wildcards. A question mark or a set would read them as characters.
    wild = re.search(r"[*?\[]", domain)
    return fnmatchcase(domain, pattern) and not (wild and re.search(r"[?\[]", pattern))


def _entries(texts: Iterable[str]) -> list[str]:
    """One entry for each word. Commas, semicolons, blanks and line breaks separate them."""
    return [entry for text in texts for entry in re.split(r"[\s,;]+", str(text)) if entry]
