# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that guard or narrow: any mangled form protects at least as much, or is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import canonical, in_domains, placeholder
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import select
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._options import (
    octal_twin,
    read_domains,
    read_exclude,
    read_expected_account,
    read_guard,
    read_names,
    read_patterns,
    read_users,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from scripted import user

LISTS: dict[str, Callable[[str, object], Any]] = {
    "allowed_domains": read_domains,
    "exclude": read_exclude,
    "placeholder_patterns": read_patterns,
    "site": read_names,
    "department": read_names,
    "users": read_users,
}
NO_LISTS: list[object] = [
    {"example.com": None}, {"a": "b"}, True, False, 1.5, b"example.com", {"example.com"}, [["example.com"]],
    [{"domain": "example.com"}], [True], [1.0], [b"x@example.com"],
]  # fmt: skip
BLANKS: list[object] = [
    "",
    " ",
    "\n",
    "\u200b",
    "\ufeff",
    "\u00a0",
    [""],
    [" "],
    ["\u200b"],
    ";",
    [";"],
    [None],
    ["None"],
    ["null"],
]
YAMLS: list[object] = [["False"], ["True"], "False", ["1000.0"], ["1e3"], ["101.0"], "null"]

COUNT = len(LISTS) * (len(NO_LISTS) + len(BLANKS) + len(YAMLS))


@pytest.mark.parametrize("option", LISTS)
@pytest.mark.parametrize("value", [*NO_LISTS, *BLANKS, *YAMLS], ids=repr)
def test_what_no_list_can_mean_is_refused(option: str, value: object) -> None:
    with pytest.raises(InvalidOption) as caught:
        LISTS[option](option, value)
    assert caught.value.option == option
    assert str(caught.value).startswith(f"{option}: ")


def test_the_table_is_as_large_as_it_seems(capsys: pytest.CaptureFixture[str]) -> None:
    print(f"options x values that make no sense: {COUNT}")
    assert COUNT == 198
    assert "198" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["allowed_domains", "exclude", "placeholder_patterns"])
def test_not_given_is_an_empty_list(option: str) -> None:
    assert LISTS[option](option, None) == LISTS[option](option, []) == []


@pytest.mark.parametrize("option", ["site", "department"])
def test_an_empty_list_would_select_no_user_so_it_is_refused(option: str) -> None:
    assert read_names(option, None) is None
    with pytest.raises(InvalidOption, match="empty list"):
        read_names(option, [])


@pytest.mark.parametrize(
    ("given", "domains"),
    [
        (["example.com"], ["example.com"]),
        (["EXAMPLE.com."], ["example.com"]),
        (["@example.com"], ["example.com"]),
        (["*@example.com"], ["example.com"]),
        (["a.example\nb.example"], ["a.example", "b.example"]),
        (["a.example;b.example"], ["a.example", "b.example"]),
        ("a.example, b.example", ["a.example", "b.example"]),
        (["a.example b.example"], ["a.example", "b.example"]),
        (["*.Example.com"], ["*.example.com"]),
        (["bücher.net"], ["xn--bcher-kva.net"]),
        (["*.bücher.net"], ["*.xn--bcher-kva.net"]),
        (["straße.de"], ["xn--strae-oqa.de"]),
        (["exam\u00adple.com\u200b"], ["example.com"]),
        (["corp-demo.*"], ["corp-demo.*"]),
    ],
)
def test_domains(given: object, domains: list[str]) -> None:
    assert read_domains("allowed_domains", given) == domains


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("example", "is not a domain"),
        ("ada@example.com", "is an address; write the domain alone"),
        (".example.com", r"write \*.example.com for its subdomains"),
        ("*example.com", r"write example.com and \*.example.com"),
        ("*", "allows every domain"),
        ("*.*", "allows every domain"),
        ("https://example.com", "is not a domain"),
        ("example.com/mail", "is not a domain"),
        ("example..com", "is not a domain"),
        ("['example.com'", "is not a domain"),
        ("!example.com", "is not a domain"),
        ("ex\x00ample.com", "is not a domain"),
        ("exаmple.com", "look-alike letter а \\(CYRILLIC"),
        ("10.0.0.1", "is not a domain"),
        ("*.bü*.net", "is not a domain or a glob"),
    ],
)
def test_domains_that_are_refused(value: str, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        read_domains("allowed_domains", [value])


@pytest.mark.parametrize(
    ("given", "excluded"),
    [
        (["ada@example.com"], True),
        (["ADA@EXAMPLE.COM"], True),
        (["bob@example.com\nada@example.com"], True),
        (["bob@example.com; ada@example.com"], True),
        ("bob@example.com,ada@example.com", True),
        (["Ada Lovelace <ada@example.com>"], True),
        (["ada@example.com\u200b"], True),
        (["a\u00adda@example.com"], True),
        (["*@example.com"], True),
        (["ada@*"], True),
        (["101"], True),
        (["\u202d101\u202c"], True),
        (["１０１"], True),
        (["10?"], True),
        (["4001"], True),
        ([4001], True),
        (["400"], False),
        (["bob@example.com"], False),
    ],
)
def test_exclude(given: object, excluded: bool) -> None:
    ada = user(1, email="ada@example.com", extension_number="101")
    assert Policy(exclude=read_exclude("exclude", given)).excludes(ada) is excluded


def test_exclude_knows_both_spellings_of_a_domain() -> None:
    for written in (
        "zoë@bücher.net",
        "zoë@xn--bcher-kva.net",
        "*@bücher.net",
        "*@xn--bcher-kva.net",
        "*@*.net",
        "*@b?cher.net",
    ):
        for email in ("zoë@bücher.net", "ZOË@xn--bcher-kva.net", "zoe\u0308@bu\u0308cher.net"):
            assert Policy(exclude=read_exclude("exclude", [written])).excludes(user(1, email=email)), (written, email)


def test_an_octal_number_of_yaml_excludes_what_was_written() -> None:
    assert octal_twin("66") == "0102"
    assert Policy(exclude=read_exclude("exclude", [0o102])).excludes(user(1, extension_number="0102"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Ada Lovelace", "is neither an e-mail address, an id"),
        ("example.com", r"write \*@example.com for all"),
        ("@example.com", r"write \*@example.com for all"),
        ("ada@example", "is not an e-mail address"),
        ("*@example", "what follows the @ is not a domain"),
        ("4000-4099", "is neither"),
        ("ext. 101", "is neither"),
        ("аda@example.com", "look-alike"),
    ],
)
def test_an_entry_of_exclude_that_can_match_no_user_is_refused(value: str, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        read_exclude("exclude", [value])


@pytest.mark.parametrize(
    ("value", "said"),
    [("parked", r"write parked\*"), ("@parked.example", "is a domain"), ("parked-*@example", "not a domain")],
)
def test_a_pattern_that_can_match_no_address_is_refused(value: str, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        read_patterns("placeholder_patterns", [value])


def test_patterns() -> None:
    patterns = read_patterns("placeholder_patterns", ["parked-*\n*@PARKED.example; x@bücher.net"])
    for email in ("parked-1@example.com", "ada@parked.example", "x@xn--bcher-kva.net"):
        assert placeholder(email, patterns) == "matches placeholder_patterns"


@pytest.mark.parametrize(("value", "said"), [("Paris; Lyon", "has a semicolon"), ("Par*", "wildcard")])
def test_names_that_are_refused(value: str, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        read_names("site", [value])


def test_names() -> None:
    assert read_names("site", ["Paris\nLyon", " Main\u00a0Site ", "101"]) == ["Paris", "Lyon", "Main Site", "101"]


def test_a_blank_among_users_is_reported_by_itself() -> None:
    given = ["ada@example.com", "", None, "ada@example.com", "101"]
    assert read_users("users", given) == ["ada@example.com", "(entry 2: blank)", "(entry 3: blank)", "101"]


@pytest.mark.parametrize("value", ["", " ", "None", "False", True, "abc", "4.0E+11", "400.0", "~", [], {}, "\u200b"])
def test_an_account_that_makes_no_sense_is_refused(value: object) -> None:
    with pytest.raises(InvalidOption, match=r"^expect_account: "):
        read_expected_account("expect_account", value)


def test_an_account() -> None:
    assert read_expected_account("expect_account", None) is None
    assert read_expected_account("expect_account", " +1 (650) 555-0100\u200b") == "+1 (650) 555-0100"
    assert read_expected_account("expect_account", 400131426008) == "400131426008"


@pytest.mark.parametrize("value", [0, "0", "00", -1, "-1", "", "none", True, False, 1.5, "1.0", "1e3", [], "٣"])
def test_a_guard_that_makes_no_sense_is_refused(value: object) -> None:
    with pytest.raises(InvalidOption, match=r"^max_invites: "):
        read_guard("max_invites", value)


def test_a_guard() -> None:
    assert (read_guard("limit", None), read_guard("limit", 7), read_guard("limit", " 50 ")) == (0, 7, 50)


def outcome(option: str, value: object) -> tuple[Any, str]:
    """What was read, or the option that the error names."""
    try:
        return LISTS[option](option, value), ""
    except InvalidOption as error:
        return None, error.option


SENT = [
    "",
    "x",
    None,
    True,
    False,
    0,
    102,
    1e3,
    "NO",
    "a;b",
    "a\nb",
    "example.com",
    "ada@example.com",
    [],
    {},
    [None],
    [[]],
]


@pytest.mark.parametrize("value", SENT, ids=repr)
def test_whatever_reaches_a_module_is_read_or_refused(value: object) -> None:
    """Through the module's own argument spec, as AnsibleModule turns it into text."""
    spec = {name: one for name, one in _argspec.send_invite().items() if name in LISTS}
    for option in LISTS:
        checked = ArgumentSpecValidator(spec).validate({option: value})
        if checked.error_messages:
            continue
        items, refused = outcome(option, checked.validated_parameters[option])
        assert refused == option or items or value in (None, [])


NOISE = st.sampled_from(["", " ", "\u200b", "\ufeff", "\u00a0", "\t", "\n", "\u00ad", "\u202a"])
MANGLE = st.sampled_from([str, str.upper, str.title, str.capitalize, str.swapcase])
JOIN = st.sampled_from(["\n", ";", ",", "\r\n", " ; ", "\t"])


@given(NOISE, NOISE, MANGLE, JOIN, st.booleans())
def test_a_mangled_exclude_still_excludes(before: str, after: str, mangle: Any, join: str, first: bool) -> None:
    ada = user(1, email="ada@example.com", extension_number="101")
    entries = [f"{before}{mangle('ada@example.com')}{after}", "bob@example.org"]
    text = join.join(entries if first else entries[::-1])
    for given_as in (text, [text], text.split(",")):
        assert Policy(exclude=read_exclude("exclude", given_as)).excludes(ada)


@given(st.text(max_size=30))
def test_no_text_makes_allowed_domains_admit_another_domain(junk: str) -> None:
    try:
        domains = read_domains("allowed_domains", ["corp.example", f"{junk}corp.example{junk}"])
    except InvalidOption:
        return
    for email in ("eve@evil.net", "eve@corp.example.evil.net", "eve@evilcorp.example"):
        assert not in_domains(email, domains) or junk, (junk, domains)
        if in_domains(email, domains):  # only what was plainly written
            assert canonical(email).rpartition("@")[2] in domains or any("*" in one or "?" in one for one in domains)


@given(st.text(max_size=40), st.sampled_from(sorted(LISTS)))
def test_any_text_is_read_or_refused(text: str, option: str) -> None:
    items, refused = outcome(option, text)
    assert refused == option or items


@given(NOISE, NOISE, MANGLE, JOIN, st.booleans())
def test_mangled_placeholder_patterns_still_hold(before: str, after: str, mangle: Any, join: str, first: bool) -> None:
    entries = [f"{before}{mangle('parked-*@example.com')}{after}", "spare@example.org"]
    text = join.join(entries if first else entries[::-1])
    for given_as in (text, [text], text.split(",")):
        patterns = read_patterns("placeholder_patterns", given_as)
        assert placeholder("parked-17@example.com", patterns) == "matches placeholder_patterns"


@given(NOISE, NOISE, MANGLE, st.sampled_from(["sites", "departments"]), st.booleans())
def test_a_mangled_site_or_department_lets_no_other_one_in(
    before: str, after: str, mangle: Any, field: str, as_list: bool
) -> None:
    text = f"{before}{mangle('Paris')}{after}"
    names: dict[str, Any] = {field: read_names(field, [text] if as_list else text)}
    there = user(1, site="Paris", department="Paris")
    elsewhere = [user(2, site="Rome", department="Rome"), user(3, site="", department=""), user(4, site="Paris X")]
    assert select(Policy(**names), [there, *elsewhere]) == [there]


@given(st.lists(st.sampled_from([*"+ ()-.\u200b\u00a0", "\n"]), max_size=3), st.text(max_size=3))
def test_a_mangled_account_opens_no_other_one(marks: list[str], junk: str) -> None:
    given_as = "".join(marks) + "16505550100" + junk
    try:
        expected = read_expected_account("expect_account", given_as)
    except InvalidOption:
        return
    digits = "".join(filter(str.isdigit, expected or ""))
    assert digits.startswith("16505550100")  # never blank, and never a part of it
