# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role: checked by the same specs that its documentation describes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_variables import (
    GUARDING,
    PREFIXES,
    empties_a_guard,
    known_variables,
    options_of,
    overruled_variables,
    spec_of,
    unknown_variables,
    unused_variables,
    validated,
)

ROLE = Path(__file__).parents[4] / "roles/reinvite"
DOCUMENTED = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
ENTRY_POINTS = ("main", "account", "batches", "batch", "audit", "doctor", "prove", "status", "report", "summary")
SECRETS = {
    "reinvite_client_id",
    "reinvite_client_secret",
    "reinvite_jwt",
    "reinvite_access_token",
    "reinvite_directory_ldap_bind_password",
}
_SAME = ("elements", "default")


def compared(options: Mapping[str, Any]) -> dict[str, Any]:
    """What counts of each option, with its suboptions. ``fallback`` and ``apply_defaults`` are the modules' alone."""
    return {
        name: {
            "type": option.get("type", "str"),
            **{key: option.get(key) for key in _SAME},
            "choices": list(option["choices"]) if option.get("choices") else None,
            "required": bool(option.get("required")),
            "no_log": bool(option.get("no_log")),
            "options": compared(option.get("options") or {}),
        }
        for name, option in options.items()
    }


def described(options: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, option in options.items():
        yield f"{path}{name}", option
        yield from described(option.get("options") or {}, f"{path}{name}.")


def test_every_entry_point_is_documented() -> None:
    assert set(DOCUMENTED) == set(ENTRY_POINTS)


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_the_documentation_matches_the_spec_that_is_enforced(entry_point: str) -> None:
    documented, enforced = compared(DOCUMENTED[entry_point]["options"]), compared(spec_of(entry_point))
    assert set(documented) == set(enforced)
    assert {name: one for name, one in documented.items() if one != enforced[name]} == {}


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_every_variable_and_suboption_has_a_description(entry_point: str) -> None:
    options = described(DOCUMENTED[entry_point]["options"])
    assert [path for path, option in options if not option.get("description")] == []


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_secrets_and_no_others_are_hidden(entry_point: str) -> None:
    spec = spec_of(entry_point)
    assert {name for name, option in spec.items() if option.get("no_log")} == SECRETS & set(spec)


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_every_variable_has_a_prefix_of_the_role_and_is_known(entry_point: str) -> None:
    names = set(spec_of(entry_point))
    assert all(name.startswith(PREFIXES) for name in names)
    assert names <= known_variables()


@pytest.mark.parametrize(
    ("entry_point", "module", "filled"),
    [
        ("main", _argspec.send_invite, {"plan"}),
        ("batches", _argspec.onboard, {"batches", "timezone", "unknown"}),
        ("batch", _argspec.onboard, {"batches", "timezone", "unknown"}),
        ("audit", _argspec.user_info, {"users", "status", "created_before", "created_after", "details", "findings"}),
        ("doctor", _argspec.doctor, set()),
    ],
)
def test_every_option_of_a_module_has_its_variable(entry_point: str, module: Any, filled: set[str]) -> None:
    """Without the options that the entry point sets itself."""
    names = {name.removeprefix("reinvite_") for name in spec_of(entry_point) if name.startswith("reinvite_")}
    assert set(module()) - names == filled


def test_variables_that_guard_exist() -> None:
    assert known_variables() >= GUARDING


def test_the_readme_names_every_variable() -> None:
    readme = (ROLE / "README.md").read_text(encoding="utf-8")
    names = {name for entry_point in ENTRY_POINTS for name in spec_of(entry_point)}
    assert {name for name in names if not re.search(rf"`{name}\b", readme)} == set()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("reinvite_allowed_domain", "reinvite_allowed_domains"),
        ("reinvite_max_invite", "reinvite_max_invites"),
        ("reinvite_excludes", "reinvite_exclude"),
        ("onboarding_batchs", "onboarding_batches"),
        ("audit_fails_on", "audit_fail_on"),
        ("reinvite_Limit", "reinvite_limit"),
        ("onboarding_ledger", "reinvite_ledger"),
        ("reinvite_batches", "onboarding_batches"),
        ("audit_site", "reinvite_site"),
    ],
)
def test_an_unknown_variable_is_reported_with_the_nearest_name(name: str, nearest: str) -> None:
    (said,) = unknown_variables([name, "reinvite_users"])
    assert said == f"{name} is not a variable of this role; did you mean {nearest}?"


def test_all_unknown_variables_are_reported_in_order() -> None:
    said = unknown_variables(["reinvite_zzz", "onboarding_x", "other_variable", "reinvitee", "ansible_host"])
    assert [one.split()[0] for one in said] == ["onboarding_x", "reinvite_zzz"]


def test_facts_that_the_role_leaves_are_no_unknown_variables() -> None:
    facts = ["reinvite_result", "reinvite_estate", "reinvite_counts", "onboarding_counts", "audit_counts"]
    assert (
        unknown_variables(
            [*facts, "reinvite_hosts", *(f"reinvite_{name}_result" for name in ("audit", "onboarding", "doctor"))]
        )
        == []
    )


@pytest.mark.parametrize(
    ("entry_point", "name", "advice"),
    [
        ("batches", "reinvite_max_attempts", "set max_attempts in each batch instead"),
        ("batch", "reinvite_users", "set users in each batch instead"),
        ("batches", "reinvite_plan_file", "remove it"),
        ("batches", "onboarding_batch", "remove it"),
        ("main", "onboarding_batches", "remove it"),
        ("account", "audit_fail_on", "remove it"),
        ("audit", "reinvite_users", "remove it"),
    ],
)
def test_a_variable_of_this_run_that_would_be_ignored_is_reported(entry_point: str, name: str, advice: str) -> None:
    (said,) = unused_variables(entry_point, [name])
    assert said.startswith(f"{name} is set for this run, ")
    assert said.endswith(f", but the entry point {entry_point} does not use it; {advice}")


@pytest.mark.parametrize("entry_point", ["main", "account", "batches", "batch", "audit", "doctor"])
def test_variables_that_an_entry_point_uses_and_others_are_not_reported(entry_point: str) -> None:
    names = {*spec_of(entry_point), "reinvite_hosts", "reinvite_counts", "audit_counts", "ansible_host", "users"}
    assert unused_variables(entry_point, names) == []


@pytest.mark.parametrize("option", ["site", "department"])
def test_a_narrowing_of_this_run_beside_that_of_a_batch_is_reported(option: str) -> None:
    batches = [{"name": "one", option: None}, {"name": "two", option: ["Paris"]}]
    (said,) = overruled_variables({"onboarding_batches": batches}, [f"reinvite_{option}"])
    assert said.startswith(f"reinvite_{option} is set for this run, ")
    assert said.endswith(f", but batch two has its own {option}; remove one of them")
    assert len(overruled_variables({"onboarding_batch": batches[1]}, [f"reinvite_{option}"])) == 1
    assert overruled_variables({"onboarding_batches": batches[:1]}, [f"reinvite_{option}"]) == []
    assert overruled_variables({"onboarding_batches": batches}, []) == []
    assert overruled_variables({"reinvite_users": ["101"]}, [f"reinvite_{option}"]) == []


def test_values_get_their_types_and_defaults() -> None:
    given = {"reinvite_canary": "5", "reinvite_site": "Paris,Rome", "reinvite_window": {"end": "12:00"}}
    variables, errors, secrets = validated(spec_of("main"), given)
    assert (errors, secrets) == ([], set())
    assert (variables["reinvite_canary"], variables["reinvite_site"]) == (5, ["Paris", "Rome"])
    assert variables["reinvite_window"]["start"] == "09:00"
    assert variables["reinvite_transition"] == {"send_welcome_emails_to_users": True, "send_welcome_email": True}
    assert variables["reinvite_ledger"] == {
        "backend": "sqlite",
        "path": None,
        "field": "Last invitation",
        "must_exist": False,
        "first_use": False,
    }
    assert variables["reinvite_all_pending"] is None
    assert variables["reinvite_report_formats"] == ["json", "csv", "html"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"reinvite_transport": "carrier pigeon"}, "reinvite_transport"),
        ({"reinvite_canary": "many"}, "reinvite_canary"),
        ({"reinvite_waves": [{"sites": ["Paris"]}]}, "sites"),
        ({"reinvite_window": {"begin": "09:00"}}, "begin"),
        ({"reinvite_directory_source": "excel"}, "reinvite_directory_source"),
        ({"reinvite_report_formats": ["pdf"]}, "reinvite_report_formats"),
        ({"reinvite_ledger": {"backend": "redis"}}, "backend"),
    ],
)
def test_a_value_that_makes_no_sense_is_an_error_that_names_it(given: dict[str, Any], name: str) -> None:
    _variables, errors, _secrets = validated(spec_of("main"), given)
    assert len(errors) == 1
    assert name in errors[0]


def test_all_errors_are_returned_together() -> None:
    given = {"reinvite_canary": "many", "reinvite_limit": "few"}
    assert len(validated(spec_of("main"), given)[1]) == 2


def test_secrets_are_returned_to_be_hidden() -> None:
    given = {"reinvite_jwt": "eyJ-secret-1", "reinvite_directory_ldap_bind_password": "secret-2"}
    assert validated(spec_of("main"), given)[2] == {"eyJ-secret-1", "secret-2"}


def test_options_come_from_the_variables_named_after_them() -> None:
    variables, _errors, _secrets = validated(spec_of("audit"), {"reinvite_site": ["Paris"]})
    options = options_of(variables, _argspec.user_info())
    assert set(options) == set(_argspec.user_info())
    assert (options["site"], options["details"], options["status"]) == (["Paris"], True, None)


@pytest.mark.parametrize("name", sorted(GUARDING))
@pytest.mark.parametrize(("value", "said"), [(None, "null"), ("", "blank"), (" \n", "blank")])
def test_an_empty_value_never_switches_a_guard_off(name: str, value: object, said: str) -> None:
    assert empties_a_guard(name, value) == said


@pytest.mark.parametrize(
    ("name", "value"),
    [("reinvite_plan_file", "plan.json"), ("reinvite_exclude", []), ("reinvite_max_invites", 0), ("reinvite_jwt", "")],
)
def test_values_are_not_empty_guards(name: str, value: object) -> None:
    assert empties_a_guard(name, value) == ""
