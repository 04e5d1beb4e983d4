# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment's guards hold whatever the options say; an option can only narrow them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import in_domains
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, WrongAccount
from ansible_collections.onboard.ringcentral.plugins.module_utils._guards import expected_accounts, narrowed
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import read_account

BLANKS: list[Any] = [None, "", " ", "\n"]
DOMAINS = ["example.com", "eu.example.com", "*.example.com", "example.org", "example.*", "*", "e?.org", "e[xy].org"]
PROBES = [*DOMAINS[:2], "us.example.com", "example.org", "example.net", "ex.org", "ey.org", "e.org", "evil.example"]


class Api:
    """An account that was opened."""

    def call(self, operation: Any, ids: Any = None, **more: Any) -> dict[str, Any]:
        return {"id": 400131426008, "mainNumber": "+16505550100"}


def domains(option: list[str] | None, environment: str) -> list[str]:
    found: list[str] = narrowed({"allowed_domains": option}, {"RC_ALLOWED_DOMAINS": environment})["allowed_domains"]
    return found


@pytest.mark.parametrize("option", [*BLANKS, "400131426008", "+1 650 555 0100"])
@pytest.mark.parametrize("variable", ["400131426008", " 400131426008\n", "+16505550100"])
def test_the_account_that_both_name_is_opened(option: str | None, variable: str) -> None:
    api: Any = Api()
    assert read_account(api, option, {"RC_EXPECT_ACCOUNT": variable}).id == "400131426008"


@pytest.mark.parametrize("option", [*BLANKS, "400131426008", "400131426009"])
@pytest.mark.parametrize("variable", ["400131426009", "acme", "-", "+16505550199"])
def test_no_option_opens_another_account_than_the_environment_names(option: str | None, variable: str) -> None:
    api: Any = Api()
    with pytest.raises(WrongAccount, match=r"400131426008.*No mail was sent"):
        read_account(api, option, {"RC_EXPECT_ACCOUNT": variable})


def test_the_message_names_who_expects_the_other_account() -> None:
    api: Any = Api()
    with pytest.raises(WrongAccount, match=r"^RC_EXPECT_ACCOUNT: "):
        read_account(api, "400131426008", {"RC_EXPECT_ACCOUNT": "1"})
    with pytest.raises(WrongAccount, match=r"^expect_account: "):
        read_account(api, "1", {"RC_EXPECT_ACCOUNT": "400131426008"})


@pytest.mark.parametrize("blank", BLANKS)
def test_a_blank_variable_leaves_the_option(blank: str | None) -> None:
    environment = {} if blank is None else {"RC_EXPECT_ACCOUNT": blank}
    assert expected_accounts("7", environment) == {"expect_account": "7"}
    assert expected_accounts(None, environment) == {}


@pytest.mark.parametrize(
    ("option", "environment", "allowed"),
    [
        (None, "example.com", ["example.com"]),
        ([], "example.com,example.org", ["example.com", "example.org"]),
        ([""], "example.com", ["example.com"]),
        ([" ", "\n"], "example.com example.org", ["example.com", "example.org"]),
        (["example.com"], "example.com; example.org", ["example.com"]),
        (["example.com", "evil.example"], "example.com", ["example.com"]),
        (["@Example.COM"], "example.com", ["@Example.COM"]),
        (["*"], "example.com,*.example.org", ["example.com", "*.example.org"]),
        (["eu.example.com"], "*.example.com", ["eu.example.com"]),
        (["*.example.com"], "eu.example.com", ["eu.example.com"]),
        (["example.com\nevil.example"], "example.com", ["example.com"]),
        (["example.org"], "", ["example.org"]),
    ],
)
def test_the_narrower_of_two_lists_of_domains_holds(
    option: list[str] | None, environment: str, allowed: list[str]
) -> None:
    assert domains(option, environment) == allowed


@pytest.mark.parametrize("option", [["evil.example"], ["e?ample.com"], ["example.com.evil.example"]])
def test_lists_with_no_domain_in_common_are_an_error(option: list[str]) -> None:
    with pytest.raises(InvalidOption, match=r"^allowed_domains: .*RC_ALLOWED_DOMAINS.*No mail was sent"):
        domains(option, "example.org,sub.example.com")


@pytest.mark.parametrize("variable", ["RC_ALLOWED_DOMAINS", "RC_EXCLUDE"])
@pytest.mark.parametrize("text", [",", " ; ", ",\n,"])
def test_a_guard_that_names_nothing_is_an_error(variable: str, text: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{variable}: .*names nothing.*No mail was sent"):
        narrowed({"allowed_domains": [], "exclude": []}, {variable: text})


@given(st.lists(st.sampled_from(DOMAINS), max_size=3), st.lists(st.sampled_from(DOMAINS), min_size=1, max_size=3))
def test_whatever_is_allowed_is_allowed_by_both(option: list[str], environment: list[str]) -> None:
    try:
        both = domains(option, ",".join(environment))
    except InvalidOption:
        return
    assert both or (set(environment) == {"*"} and not option)
    for probe in (f"a@{domain}" for domain in PROBES):
        if in_domains(probe, both):
            assert in_domains(probe, environment)
            assert not option or in_domains(probe, option)


def test_the_environment_excludes_as_well() -> None:
    params = {"exclude": ["ada@example.com"], "allowed_domains": ["example.com"]}
    found = narrowed(params, {"RC_EXCLUDE": "svc-*, 101"})
    assert found == {**params, "exclude": ["ada@example.com", "svc-*", "101"]}
    assert narrowed({"exclude": None}, {"RC_EXCLUDE": "101"}) == {"exclude": ["101"]}


def test_options_that_a_module_has_not_are_not_added() -> None:
    assert narrowed({"user": "101"}, {"RC_EXCLUDE": "101", "RC_ALLOWED_DOMAINS": "example.com"}) == {"user": "101"}


@pytest.mark.parametrize("wanted", [[], None, ["example.com"], ["*.example.org"]])
def test_a_star_in_the_environment_leaves_the_options_own_domains(wanted: list[str] | None) -> None:
    assert narrowed({"allowed_domains": wanted}, {"RC_ALLOWED_DOMAINS": " * "})["allowed_domains"] == wanted
