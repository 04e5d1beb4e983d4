# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Ansible community package and Automation Hub ask of a collection, as far as files can show it.

Each point is printed with its state (`pytest -rP tests/unit/test_inclusion.py`). What only people can settle is not
here: reviews, a namespace, a public repository, answers to issues.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SECTIONS = (
    *("Use Cases", "Requirements", "Installation", "Testing", "Support", "Communication", "Release Notes and Roadmap"),
    *("Related Information", "Code of Conduct", "License"),
)


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def data(path: str) -> Any:
    return yaml.safe_load(read(path))


def documented(path: Path) -> dict[str, Any]:
    """A plugin's DOCUMENTATION."""
    text = re.search(r'^DOCUMENTATION = r?"""(.*?)"""', path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert text, path
    found: dict[str, Any] = yaml.safe_load(text[1])
    return found


def modules() -> list[dict[str, Any]]:
    return [documented(path) for path in sorted((ROOT / "plugins/modules").glob("rc_*.py"))]


def has_sections() -> bool:
    headings = set(re.findall(r"^## (.+)$", read("README.md"), re.MULTILINE))
    return headings.issuperset(SECTIONS)


def needs_are_said() -> bool:
    """The modules' own requirements, or those of the fragment that they all have."""
    fragment = read("plugins/doc_fragments/connection.py")
    return all(
        "onboard.ringcentral.connection" in one.get("extends_documentation_fragment", ()) or one.get("requirements")
        for one in modules()
    ) and all(need in fragment for need in ("python >= 3.10", "requests >= 2.28"))


MUST: dict[str, Callable[[], object]] = {
    "a code of conduct": lambda: "code_of_conduct" in read("CODE_OF_CONDUCT.md"),
    "a README with the sections of a certified collection": has_sections,
    "a way to report weaknesses in private": lambda: "in private" in read("SECURITY.md"),
    "the licence's text": lambda: "GNU GENERAL PUBLIC LICENSE" in read("COPYING"),
    "GPL-3.0-or-later said in galaxy.yml": lambda: data("galaxy.yml")["license"] == ["GPL-3.0-or-later"],
    "semantic versioning said": lambda: "Semantic Versioning" in read("README.md"),
    "a version that semantic versioning knows": lambda: re.fullmatch(r"\d+\.\d+\.\d+", data("galaxy.yml")["version"]),
    "changes by antsibull-changelog": lambda: data("changelogs/config.yaml")["changes_format"] == "combined",
    "requires_ansible": lambda: re.match(r">=2\.\d+\.0", data("meta/runtime.yml")["requires_ansible"]),
    "the tested releases of ansible-core said": lambda: re.search(r"ansible-core 2\.16", read("README.md")),
    "CI for changes and each night, on each core": lambda: (
        {"pull_request", "schedule"} <= data(".github/workflows/ci.yml")["on"].keys()
        and ".ci/run" in read(".github/workflows/ci.yml")
        and "2.16" in read(".github/workflows/ci.yml")
    ),
    "execution-environment files in meta/": lambda: all(
        name.startswith("meta/") and (ROOT / name).is_file()
        for name in data("meta/execution-environment.yml")["dependencies"].values()
    ),
    "they need what the modules need": lambda: read("requirements.txt").endswith(
        read("meta/ee-requirements.txt").split("\n", 1)[1]
    ),
    "ansible-lint's production profile without a skip": lambda: (
        data(".ansible-lint")["profile"] == "production" and "skip_list" not in data(".ansible-lint")
    ),
    "each module says what it needs": needs_are_said,
    "each module says since when it exists": lambda: all(one.get("version_added") for one in modules()),
    "no sanity check is ignored": lambda: not list((ROOT / "tests/sanity").glob("ignore-*")),
    "an owner fills in the links": lambda: (
        {"repository", "issues", "documentation", "homepage"} <= data("release.yml").keys()
    ),
    "tests, and what builds, are not in the artifact": lambda: (
        {"tests", "Makefile"} <= set(data("galaxy.yml")["build_ignore"])
    ),
    "issues ask for doctor's and prove's files": lambda: re.search(
        r"doctor/localhost\.json.*proof\.json", read(".github/ISSUE_TEMPLATE/report.md"), re.DOTALL
    ),
}


@pytest.mark.parametrize("point", MUST)
def test_the_collection_has(point: str) -> None:
    settled = bool(MUST[point]())
    print(f"{'settled' if settled else 'OPEN'}: {point}")
    assert settled
