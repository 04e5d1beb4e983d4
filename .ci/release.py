# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""release.py owner | check | fill <folder>: what release.yml says goes into an artifact's galaxy.yml, nothing else

`owner` names what release.yml lacks, and `check` everything that keeps this checkout from being a release. `fill`
writes the owner's values into the copy of galaxy.yml in <folder>. RELEASE_FILE names another file than release.yml.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ADDRESSES = ("repository", "issues", "documentation", "homepage")
KEYS = (*ADDRESSES, "contact")


def read(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text("utf-8"))
    return content if isinstance(content, dict) else {}


def owner_problems(owner: dict[str, Any]) -> list[str]:
    """Say what release.yml lacks, a line for each value."""
    problems = [f"release.yml: {key} is unknown" for key in owner if key not in KEYS]
    for key in KEYS:
        value = str(owner.get(key) or "").strip()
        if not value:
            problems.append(f"release.yml: {key} is empty")
        elif key in ADDRESSES and not re.fullmatch(r"https://[^\s/]+\.[^\s/]+(/\S*)?", value):
            problems.append(f"release.yml: {key} is not an https address: {value}")
        elif key == "contact" and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+", value):
            problems.append(f"release.yml: contact is not an e-mail address: {value}")
    return problems


def changelog_problems(root: Path, version: str) -> list[str]:
    fragments = sorted(path.name for path in (root / "changelogs/fragments").glob("*.y*ml"))
    problems = [f"changelogs/fragments: not released yet: {', '.join(fragments)}"] if fragments else []
    if version not in read(root / "changelogs/changelog.yaml").get("releases", {}):
        problems.append(f"changelogs/changelog.yaml does not have {version}: run antsibull-changelog release")
    return problems


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(  # noqa: S603  # the arguments are ours
        ["git", *arguments],  # noqa: S607
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def commit_problems(root: Path, version: str) -> list[str]:
    problems = ["git: there are changes that are not committed"] if git(root, "status", "--porcelain") else []
    if not {version, f"v{version}"} & set(git(root, "tag", "--points-at", "HEAD").split()):
        problems.append(f"git: HEAD does not have the tag {version}")
    return problems


def fill(galaxy: str, owner: dict[str, Any]) -> str:
    """Put the owner's values where galaxy.yml leaves them empty."""
    for key in ADDRESSES:
        galaxy, places = re.subn(rf'^{key}: ""$', f"{key}: {json.dumps(owner[key])}", galaxy, flags=re.MULTILINE)
        if places != 1:
            raise SystemExit(f"galaxy.yml needs one line '{key}: \"\"', which release.yml fills")
    return re.sub(r"^( +- .+ contributors)$", rf"\1 <{owner['contact']}>", galaxy, flags=re.MULTILINE)


def main(action: str, folder: str = "") -> None:
    root, owner = Path(), read(Path(os.environ.get("RELEASE_FILE", "release.yml")))
    problems = owner_problems(owner)
    if action == "check":
        version = str(read(root / "galaxy.yml")["version"])
        problems += changelog_problems(root, version) + commit_problems(root, version)
    if problems:
        raise SystemExit("\n".join(["This is no release, nothing was built:", *(f"  {line}" for line in problems)]))
    if action == "fill":
        galaxy = Path(folder) / "galaxy.yml"
        galaxy.write_text(fill(galaxy.read_text("utf-8"), owner), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
