# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placeholder addresses, and how addresses compare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tldextract

from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import (
    domain_of,
    in_domains,
    matches_any,
    normalise,
    placeholder,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._tlds import TOP_LEVEL_DOMAINS


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.com",
        "Ada.Lovelace+rc@Sub.Example.ORG",
        "o'brien@example.co.uk",
        "noreplyson@example.com",
        "reply@example.com",
        "jörg@example.com",
        "ada@müller.de",
        "ada@почта.рф",
        "x@example.com",
    ],
)
def test_real_addresses(email: str) -> None:
    assert placeholder(email) == ""


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("ada", "is not an e-mail address"),
        ("ada.example.com", "is not an e-mail address"),
        ("ada@", "is not an e-mail address"),
        ("ada@example", "is not an e-mail address"),
        ("ada@example.com.", "is not an e-mail address"),
        ("a da@example.com", "is not an e-mail address"),
        ("ada@ex@example.com", "is not an e-mail address"),
        ("ada@example.comx", "ends in .comx, which does not exist"),
        ("ada@example.invalid", "ends in .invalid, which does not exist"),
        ("ada@corp.local", "ends in .local, which does not exist"),
        ("ada@server.test", "ends in .test, which does not exist"),
        ("noreply@example.com", "is a no-reply address"),
        ("NoReply-123@example.com", "is a no-reply address"),
        ("no-reply@example.com", "is a no-reply address"),
        ("do_not_reply+5@example.com", "is a no-reply address"),
        ("noreply42@example.com", "is a no-reply address"),
        ("parked.17@example.com", "matches placeholder_patterns"),
    ],
)
def test_placeholders(email: str, why: str) -> None:
    assert placeholder(email, ["PARKED.*@*"]) == why


def test_a_domain_that_the_user_names_is_not_doubted() -> None:
    assert placeholder("ada@corp.newtld", known_domains=["corp.newtld"]) == ""
    assert placeholder("ada@corp.newtld", known_domains=["example.com"]) == "ends in .newtld, which does not exist"


def test_comparing() -> None:
    assert normalise(" ADA@Example.COM ") == "ada@example.com"
    assert normalise("Jo\u0308rg") == normalise("JÖRG")
    assert domain_of("ada@Müller.example") == "xn--mller-kva.example"
    assert domain_of("nothing") == ""
    assert in_domains("ada@MÜLLER.example", ["müller.example"])
    assert not in_domains("nothing", ["*"])
    assert matches_any("100", ["1?0"])
    assert not matches_any("1000", ["100"])
    assert not matches_any("", [])
    assert not matches_any("a.b", ["a+b", "[", "a(b"])


def test_top_level_domains_are_those_that_exist() -> None:
    snapshot = Path(tldextract.__file__).with_name(".tld_set_snapshot").read_text(encoding="utf-8")
    icann = re.split(r"// ===BEGIN PRIVATE", snapshot)[0]
    suffixes = [line.strip() for line in icann.splitlines() if line.strip() and not line.startswith("//")]
    known = {suffix.rpartition(".")[2].encode("idna").decode() for suffix in suffixes} - {"onion"}
    # a few come and go each year; hundreds of missing ones would be a broken list
    assert len(known ^ TOP_LEVEL_DOMAINS) < 30
    assert not TOP_LEVEL_DOMAINS & {"invalid", "test", "example", "local", "localhost", "internal", "onion", "comx"}
