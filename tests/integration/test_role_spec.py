# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's variables are the module's options, no more and no fewer."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ROLE = ROOT / "roles/reinvite"
MODULE_NAME = "onboard.ringcentral.rc_send_invite"
OWN = {
    "reinvite_fail_if_pending",
    "reinvite_login_url",
    "reinvite_plan_file",
    "reinvite_plan_max_age",
    "reinvite_wave_pause",
    "reinvite_waves",
    "reinvite_password_reset_text",
    "reinvite_report_dir",
    "reinvite_directory_source",
    "reinvite_directory_min_entries",
    "reinvite_directory_csv",
    "reinvite_directory_csv_alias_separator",
    "reinvite_directory_csv_columns",
    "reinvite_directory_csv_delimiter",
    "reinvite_directory_csv_enabled_values",
    "reinvite_directory_csv_encoding",
    "reinvite_directory_ldap_attributes",
    "reinvite_directory_ldap_base",
    "reinvite_directory_ldap_bind_dn",
    "reinvite_directory_ldap_bind_password",
    "reinvite_directory_ldap_ca_path",
    "reinvite_directory_ldap_filter",
    "reinvite_directory_ldap_page_size",
    "reinvite_directory_ldap_sasl_class",
    "reinvite_directory_ldap_server",
    "reinvite_directory_ldap_validate_certs",
}
# What a variable of the role says about itself as the option of the module does; defaults are the module's alone.
SAME = ("type", "elements", "choices")


def _documentation(path: Path) -> dict[str, Any]:
    """The DOCUMENTATION of a plugin, without importing it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            return yaml.safe_load(ast.literal_eval(node.value))
    raise AssertionError(f"{path} has no DOCUMENTATION")


def _options(module: str) -> dict[str, Any]:
    """A module's options, with those of its fragments."""
    documentation = _documentation(ROOT / f"plugins/modules/{module}.py")
    options = dict(documentation["options"])
    for fragment in documentation["extends_documentation_fragment"]:
        options |= _documentation(ROOT / f"plugins/doc_fragments/{fragment.rpartition('.')[2]}.py")["options"]
    return options


MODULE = {name: option for name, option in _options("rc_send_invite").items() if name != "plan"}  # comes from a file
SPEC = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"][
    "options"
]


def test_the_names_are_the_modules() -> None:
    assert set(SPEC) == {f"reinvite_{name}" for name in MODULE} | OWN


@pytest.mark.parametrize("name", sorted(MODULE))
def test_each_takes_what_the_module_takes(name: str) -> None:
    variable, option = SPEC[f"reinvite_{name}"], MODULE[name]
    assert {key: variable.get(key) for key in SAME} == {key: option.get(key) for key in SAME}
    assert "default" not in variable, "the role must leave defaults to module_defaults, the environment and the module"
    nested = {
        key: {k: v for k, v in value.items() if k != "description"}
        for key, value in option.get("suboptions", {}).items()
    }
    assert {
        k: {x: y for x, y in v.items() if x != "description"} for k, v in variable.get("options", {}).items()
    } == nested


@pytest.mark.parametrize("name", ["client_secret", "jwt", "access_token", "directory_ldap_bind_password"])
def test_secrets_are_marked(name: str) -> None:
    assert SPEC[f"reinvite_{name}"]["no_log"] is True


def test_all_of_them_are_passed_on() -> None:
    tasks = yaml.safe_load((ROLE / "tasks/main.yml").read_text(encoding="utf-8"))
    task = next(filter(None, (one.get("onboard.ringcentral.rc_send_invite") for one in tasks)))
    names = yaml.safe_load((ROLE / "vars/main.yml").read_text(encoding="utf-8"))
    passed_on = [*names["__reinvite_reading"], *names["__reinvite_sending"]]
    assert sorted([*passed_on, *task, "directory", "window"]) == sorted([*MODULE, "plan"])


def test_an_audit_passes_on_what_reading_takes() -> None:
    names = yaml.safe_load((ROLE / "vars/main.yml").read_text(encoding="utf-8"))
    both = set(MODULE) & set(_options("rc_user_info"))
    assert set(names["__reinvite_reading"]) == both - {"users", "directory", "ledger"}


def test_the_defaults_are_the_documented_ones() -> None:
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text(encoding="utf-8"))
    assert defaults == {name: SPEC[name]["default"] for name in OWN if "default" in SPEC[name]}


def test_the_readme_names_every_variable() -> None:
    readme = (ROLE / "README.md").read_text(encoding="utf-8")
    assert [name for name in SPEC if f"`{name}`" not in readme] == []
