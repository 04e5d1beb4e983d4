# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the company's directory from the source that the role's variables name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._directory_ldap import (
    entries_from_ldap,
    ldap_attributes,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._files import absolute
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import UNSENT, Refused, Task


def directory_options(task: Task) -> dict[str, Any]:
    """The options with the company's directory, from the source in reinvite_directory_source."""
    variables = task.variables
    inventory, csv = variables["reinvite_directory"], variables["reinvite_directory_csv"]
    source = variables["reinvite_directory_source"]
    if source is None:
        if csv or variables["reinvite_directory_ldap_server"]:
            raise Refused(
                "reinvite_directory_source is not set, but reinvite_directory_csv or "
                "reinvite_directory_ldap_server is; "
                f"set it to csv, ldap or none. {UNSENT}"
            )
        source = "none" if inventory is None else "inventory"
    if source == "csv":
        return {"directory": None, "directory_csv": _csv(variables)}
    if source == "ldap":
        return {"directory": _ldap(task), "directory_csv": None}
    return {"directory": (inventory or []) if source == "inventory" else None, "directory_csv": None}


def _csv(variables: Mapping[str, Any]) -> dict[str, Any]:
    if not (variables["reinvite_directory_csv"] or "").strip():
        raise Refused(f"reinvite_directory_csv must name the file. {UNSENT}")
    names = ("columns", "delimiter", "encoding", "enabled_values", "alias_separator")
    return {
        "path": str(absolute(variables["reinvite_directory_csv"])),
        **{name: variables[f"reinvite_directory_csv_{name}"] for name in names},
    }


def _ldap(task: Task) -> list[dict[str, Any]]:
    """The people that the LDAP server lists."""
    given = {name.removeprefix("reinvite_directory_ldap_"): value for name, value in task.variables.items()}
    attributes = {name: value for name, value in (given["attributes"] or {}).items() if value is not None}
    if not (given["server"] or "").startswith("ldaps://"):
        raise Refused(f"reinvite_directory_ldap_server must be an address that begins with ldaps://. {UNSENT}")
    if not (given["base"] or "").strip():
        raise Refused(
            f"reinvite_directory_ldap_base must name the entry above the people, such as DC=example,DC=com. {UNSENT}"
        )
    answer = task.search_ldap(
        {
            "server_uri": given["server"],
            "dn": given["base"],
            "scope": "children",
            "filter": given["filter"],
            "attrs": ldap_attributes(attributes),
            "page_size": given["page_size"],
            "bind_dn": given["bind_dn"],
            "bind_pw": given["bind_password"],
            "sasl_class": given["sasl_class"],
            "validate_certs": given["validate_certs"],
            "ca_path": str(absolute(given["ca_path"])) if given["ca_path"] else None,
            "referrals_chasing": "disabled",  # do not query other domains, and never without TLS
            "xorder_discovery": "disable",
        }
    )
    if "results" not in answer:
        said = " ".join(str(answer[key]) for key in ("msg", "details") if answer.get(key)) or "no answer"
        raise Refused(f"reinvite_directory_ldap_server, {given['server']}: {said} {UNSENT}")
    return entries_from_ldap(answer["results"], attributes)
