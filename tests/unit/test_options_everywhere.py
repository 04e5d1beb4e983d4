# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An option of rc_send_invite has all its places: see "Add an option" in CONTRIBUTING.md."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from checkout import ROOT

ARGUMENT_SPECS = "roles/reinvite/meta/argument_specs.yml"
ROLE_README = "roles/reinvite/README.md"
MODULE = "plugins/modules/rc_send_invite.py"
VARIABLES = {"plan": "reinvite_plan_file"}  # where the role's variable is something else than the option


def text(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def documented() -> set[str]:
    """The options in the module's documentation and in its fragments."""
    source = re.search(r'DOCUMENTATION = r"""\n(.*?)"""', text(MODULE), re.DOTALL)
    assert source
    own = yaml.safe_load(source[1])
    names = set(own["options"])
    for fragment in own["extends_documentation_fragment"]:
        found = re.search(
            r'"""\n(options:.*?)"""', text(f"plugins/doc_fragments/{fragment.split('.')[2]}.py"), re.DOTALL
        )
        assert found, fragment
        names |= set(yaml.safe_load(found[1])["options"])
    return names


def forgotten(option: str) -> list[str]:
    """The places that a new option still lacks."""
    role = yaml.safe_load(text(ARGUMENT_SPECS))["argument_specs"]["main"]["options"]
    variable = VARIABLES.get(option, f"reinvite_{option}")
    places = {
        f"{MODULE} or its doc fragments: documentation": option in documented(),
        f"{ARGUMENT_SPECS}: {variable} in main": variable in role,
        f"{ROLE_README}: {variable}": variable in text(ROLE_README),
    }
    return [place for place, has in places.items() if not has]


@pytest.mark.parametrize("option", sorted(_argspec.send_invite()))
def test_the_option_has_all_its_places(option: str) -> None:
    assert forgotten(option) == []


def test_a_forgotten_place_is_named() -> None:
    assert len(forgotten("never_heard_of")) == 3
    assert forgotten("never_heard_of")[1] == f"{ARGUMENT_SPECS}: reinvite_never_heard_of in main"


def test_contributing_names_the_places() -> None:
    section = text("CONTRIBUTING.md").split("## Add an option\n")[1].split("\n## ")[0]
    assert [path for path in re.findall(r"`([\w/]+\.(?:py|yml|md))`", section) if not (ROOT / path).is_file()] == []
    assert {ARGUMENT_SPECS, ROLE_README, MODULE} <= set(re.findall(r"`([^`]+)`", section))
