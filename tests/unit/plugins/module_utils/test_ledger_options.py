# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``ledger``: an empty one is the default one, and the defaults stand once."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import (
    LedgerOptions,
    check_ledger,
    read_ledger_options,
)

MODULES = {
    "send_invite": (_argspec.send_invite(), {"all_pending": True}),
    "user_info": (_argspec.user_info(), {}),
}


@pytest.mark.parametrize("module", MODULES)
def test_an_empty_option_is_the_default_one(module: str) -> None:
    spec, options = MODULES[module]
    validated = ArgumentSpecValidator(spec).validate({**options, "ledger": {}})
    assert not validated.error_messages
    assert read_ledger_options(validated.validated_parameters["ledger"]) == LedgerOptions()


@pytest.mark.parametrize("given", [None, {}, {"backend": None, "path": None}, {"path": ""}, {"backend": "sqlite"}])
def test_what_is_not_given_has_its_default(given: dict[str, Any] | None) -> None:
    assert read_ledger_options(given) == LedgerOptions(backend="sqlite", path="", field="Last invitation")


def test_the_defaults_are_those_of_the_modules() -> None:
    suboptions = _argspec.send_invite()["ledger"]["options"]
    defaults = {name: option.get("default", "") for name, option in suboptions.items()}
    assert defaults == vars(LedgerOptions())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"backend": "redis"}, "'redis' is not a backend"),
        ({"field": " "}, "field is blank"),
        ({"path": " \t"}, "path is blank"),
        ({"must_exist": True, "first_use": True}, "contradict each other"),
    ],
)
def test_values_that_make_no_sense_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        read_ledger_options(given)


@pytest.mark.parametrize("given", [None, {}, {"backend": "sqlite"}])
def test_the_default_file_is_refused_under_awx_however_it_is_said(given: dict[str, Any] | None) -> None:
    check_ledger(given, {})
    for variable in ("AWX_PRIVATE_DATA_DIR", "AWX_ISOLATED_DATA_DIR"):
        with pytest.raises(InvalidOption, match="would vanish"):
            check_ledger(given, {variable: "/runner"})
        check_ledger({"path": "/data/ledger"}, {variable: "/runner"})
        check_ledger({"backend": "custom_field"}, {variable: "/runner"})
