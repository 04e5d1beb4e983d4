# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role reinvite: their names, their types, and the module options that they become.

``meta/argument_specs.yml`` documents them; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._audit import FINDINGS
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import PERSON_TYPES
from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _notify_options

Spec = dict[str, Any]

PREFIXES = ("reinvite_", "onboarding_", "audit_", "prove_")

GUARDING = {
    f"reinvite_{name}"
    for name in (
        *("site", "department", "min_age", "type", "allowed_domains", "exclude", "placeholder_patterns"),
        *("directory", "directory_source", "directory_min_entries", "expect_account", "plan_file", "window"),
        *("max_invites", "max_attempts", "limit", "canary", "confirm"),
    )
}
"""Variables that narrow or protect: null and blank are no way to switch them off."""

# Left by the role for later tasks and later jobs of a workflow, or read by the playbooks.
_OTHERS = (
    "reinvite_result",
    "reinvite_onboarding_result",
    "reinvite_audit_result",
    "reinvite_doctor_result",
    "reinvite_status_result",
    "reinvite_page",
    "reinvite_estate",
    "reinvite_counts",
    "onboarding_counts",
    "audit_counts",
    "reinvite_prove_result",
    "prove_recommendation",
    "reinvite_hosts",
)

_REPORT: Spec = {
    "reinvite_report_dir": {"type": "str", "default": "reinvite-reports"},
    "reinvite_report_formats": {
        "type": "list",
        "elements": "str",
        "choices": ["json", "csv", "html"],
        "default": ["json", "csv", "html"],
    },
    "reinvite_report_csv_delimiter": {"type": "str", "choices": ["comma", "semicolon", "tab"], "default": "comma"},
    "reinvite_report_keep": {"type": "int", "default": 30},
    "reinvite_notify": _notify_options.SPEC,
}
_SAVED: Spec = {
    "reinvite_report_dir": _REPORT["reinvite_report_dir"],
    "reinvite_report_files": {"type": "list", "elements": "str"},
}
_ADVICE: Spec = {
    "reinvite_login_url": {"type": "str", "default": "https://app.ringcentral.com"},
    "reinvite_password_reset_text": {
        "type": "str",
        "default": (
            'Active already. To set a new password, open {login_url}, enter {email} and choose "Forgot password"; '
            "with single sign-on, log in as to everything else."
        ),
    },
}
_COLUMNS: Spec = {name: {"type": "list", "elements": "str"} for name in _argspec.DIRECTORY_COLUMNS}
_SOURCE: Spec = {
    "reinvite_directory_source": {"type": "str", "choices": ["none", "inventory", "csv", "ldap"]},
    "reinvite_directory_csv": {"type": "path"},
    "reinvite_directory_csv_columns": {"type": "dict", "options": _COLUMNS},
    "reinvite_directory_csv_delimiter": {"type": "str"},
    "reinvite_directory_csv_encoding": {"type": "str", "default": "utf-8-sig"},
    "reinvite_directory_csv_enabled_values": {"type": "list", "elements": "str"},
    "reinvite_directory_csv_alias_separator": {"type": "str", "default": ";"},
    "reinvite_directory_ldap_server": {"type": "str"},
    "reinvite_directory_ldap_base": {"type": "str"},
    "reinvite_directory_ldap_filter": {"type": "str", "default": "(&(objectCategory=person)(objectClass=user))"},
    "reinvite_directory_ldap_attributes": {"type": "dict", "options": _COLUMNS},
    "reinvite_directory_ldap_page_size": {"type": "int", "default": 500},
    "reinvite_directory_ldap_bind_dn": {"type": "str"},
    "reinvite_directory_ldap_bind_password": {"type": "str", "no_log": True},
    "reinvite_directory_ldap_sasl_class": {"type": "str", "choices": ["external", "gssapi"]},
    "reinvite_directory_ldap_validate_certs": {"type": "bool", "default": True},
    "reinvite_directory_ldap_ca_path": {"type": "path"},
}
_PLAN: Spec = {
    "reinvite_plan_file": {"type": "path"},
    "reinvite_fail_if_pending": {"type": "bool", "default": False},
}
_AUDIT: Spec = {
    "audit_fail_on": {"type": "list", "elements": "str", "choices": list(FINDINGS), "default": []},
}

_PROVE: Spec = {
    f"prove_{name}": _argspec.prove()[name] for name in ("users", "confirm", "answers", "pause", "patience")
}
_PROVE["prove_file"] = {"type": "path"}


def _prefixed(options: Mapping[str, Any], *without: str) -> Spec:
    return {f"reinvite_{name}": option for name, option in options.items() if name not in without}


def _main() -> Spec:
    options = _prefixed(_argspec.send_invite(), "plan", "directory_csv")
    options["reinvite_all_pending"] = {"type": "bool"}  # true unless users are named
    return {**options, **_REPORT, **_ADVICE, **_SOURCE, **_PLAN}


def _onboarding(batches: Spec) -> Spec:
    options = _prefixed(_argspec.onboard(), "batches", "timezone", "unknown", "directory_csv")
    ours = {f"onboarding_{name}": _argspec.onboard()[name] for name in ("timezone", "unknown")}
    return {**options, **batches, **ours, **_REPORT, **_ADVICE, **_SOURCE}


def _audit() -> Spec:
    options = _prefixed(
        _argspec.user_info(),
        *("users", "status", "created_before", "created_after", "details", "findings", "directory_csv"),
    )
    options["reinvite_type"] = {
        **options["reinvite_type"],
        "choices": list(PERSON_TYPES),
        "default": list(PERSON_TYPES),
    }
    # an account's variables can say none, and an audit then shows no invitations
    backend = _argspec.send_invite()["ledger"]["options"]["backend"]
    ledger = options["reinvite_ledger"]
    options["reinvite_ledger"] = {**ledger, "options": {**ledger["options"], "backend": backend}}
    return {**options, **_REPORT, **_SOURCE, **_AUDIT}


def _prove() -> Spec:
    guards = ("allowed_domains", "exclude", "placeholder_patterns")
    options = _prefixed({**_argspec.connection(), **{name: _argspec.prove()[name] for name in guards}})
    return {**options, "reinvite_ledger": _main()["reinvite_ledger"], **_PROVE}


def spec_of(entry_point: str) -> Spec:
    """The variables of an entry point, as an argument spec."""
    makers: dict[str, Callable[[], Spec]] = {
        "main": _main,
        "account": _main,
        "batches": lambda: _onboarding({"onboarding_batches": _argspec.onboard()["batches"]}),
        "batch": lambda: _onboarding(
            {"onboarding_batch": {"type": "dict", "required": True, "options": _argspec.batch()}}
        ),
        "audit": _audit,
        "doctor": lambda: {**_prefixed(_argspec.doctor()), **_REPORT},
        "prove": _prove,
        "status": _main,
        "report": lambda: dict(_SAVED),
        "summary": lambda: dict(_REPORT),
    }
    return makers[entry_point]()


def enforced(spec: Spec) -> Spec:
    """The spec that variables are checked against. Batches are checked by read_batches, which reports all mistakes in
    them together, and in fewer words.
    """
    read_later = {"onboarding_batches", "onboarding_batch"}
    return {
        name: {key: value for key, value in option.items() if key != "options"} if name in read_later else option
        for name, option in spec.items()
    }


def known_variables() -> set[str]:
    """Every variable with one of PREFIXES that the role or a playbook uses."""
    names = {
        name
        for entry_point in ("main", "batches", "batch", "audit", "prove", "report")
        for name in spec_of(entry_point)
    }
    return names | set(_OTHERS)


def unknown_variables(names: Iterable[str]) -> list[str]:
    """A message for each variable that has one of PREFIXES and is unknown, most often because it is misspelled."""
    known = known_variables()
    return [
        f"{name} is not a variable of this role; did you mean {_nearest(name, known)}?"
        for name in sorted(names)
        if name.startswith(PREFIXES) and name not in known
    ]


_WHERE = "with -e or where the role is included"


def unused_variables(entry_point: str, names: Iterable[str]) -> list[str]:
    """What to say about each variable that was set for this run, while this entry point would ignore it. Those of an
    inventory are for all entry points, so they are not meant here.
    """
    unused = known_variables() - spec_of(entry_point).keys() - set(_OTHERS)
    in_batch = _argspec.batch() if entry_point in {"batches", "batch"} else {}
    return [
        f"{name} is set for this run, {_WHERE}, but the entry point {entry_point} does not use it; "
        + (f"set {option} in each batch instead" if option in in_batch else "remove it")
        for name in sorted(unused.intersection(names))
        for option in [name.removeprefix("reinvite_")]
    ]


def overruled_variables(variables: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """What to say about each variable that was set for this run, while a batch sets the same for itself."""
    batches = variables.get("onboarding_batches") or [variables.get("onboarding_batch") or {}]
    return [
        f"reinvite_{option} is set for this run, {_WHERE}, but batch {batch.get('name')} has its own {option}; "
        "remove one of them"
        for option in ("site", "department")
        if f"reinvite_{option}" in names
        for batch in batches
        if batch.get(option) is not None
    ]


def _nearest(name: str, known: Iterable[str]) -> str:
    """The closest known variable: the same word with another prefix, or the most similar name."""
    words = [name.removeprefix(prefix) for prefix in PREFIXES]
    same = [prefix + word for prefix in PREFIXES for word in words if prefix + word in known]
    return same[0] if same else get_close_matches(name, known, n=1, cutoff=0)[0]


def empties_a_guard(name: str, value: object) -> str:
    """ "null" or "blank" if that is all that a guarding variable holds, "" otherwise."""
    if name not in GUARDING:
        return ""
    if value is None:
        return "null"
    return "blank" if isinstance(value, str) and not value.strip() else ""


def validated(spec: Spec, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str], set[str]]:
    """The variables with their types and defaults, what is wrong with them, and the secrets among them."""
    result = ArgumentSpecValidator(spec).validate(dict(given))
    errors = [_notify_options.scrubbed(message) for message in result.error_messages]
    return dict(result.validated_parameters), errors, set(result._no_log_values)  # noqa: SLF001


def options_of(variables: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """A module's options from the variables that are named after them; None where there is no such variable."""
    return {name: variables.get(f"reinvite_{name}", option.get("default")) for name, option in spec.items()}
