# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives Ansible a collections path in which this checkout is onboard.ringcentral, whatever its folder is called.

Ansible finds a collection only below ``ansible_collections/<namespace>/<name>``. Git ignores ``build``, so the link
made there reaches no clone, artifact or AWX project. Run as a script, it prints that path.
"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
COLLECTIONS = ROOT / "build/collections"
LINK = COLLECTIONS / "ansible_collections/onboard/ringcentral"


def link(place: Path = LINK, root: Path = ROOT) -> None:
    """Make the link, or replace one that leads elsewhere. Several processes may do so at once.

    The link is relative, so it still holds after the checkout has moved.
    """
    target = os.path.relpath(root, place.parent)
    if place.is_symlink() and str(place.readlink()) == target:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f"{place.name}.{uuid4().hex}")
    new.symlink_to(target, target_is_directory=True)
    new.replace(place)  # in one step: no other process sees it missing


if __name__ == "__main__":
    link()
    print(COLLECTIONS)
