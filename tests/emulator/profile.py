# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as somebody met it: the profile in a file that prove.yml writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .faces import read_faces

KEYS = {"faces": dict, "limits": dict, "lacking": list, "users": int, "pending": int, "window": int | float}


def read_profile(document: Mapping[str, Any]) -> dict[str, Any]:
    """The options of an ``Emulator`` that the ``profile`` of a file stands for. ValueError or TypeError for what
    is none."""
    profile = document.get("profile") if isinstance(document, dict) else None
    if not isinstance(profile, dict):
        raise TypeError("the file holds no object called profile")
    if unknown := profile.keys() - KEYS:
        raise ValueError(f"a profile has no {', '.join(sorted(unknown))}, only {', '.join(KEYS)}")
    for name, value in profile.items():
        if not isinstance(value, KEYS[name]) or isinstance(value, bool):
            raise TypeError(f"{name}: {value!r} is not what a profile has there")
    if wrong := [
        value
        for value in profile.get("limits", {}).values()
        if isinstance(value, bool) or not isinstance(value, int) or value < 0
    ]:
        raise TypeError(f"limits: {wrong[0]!r} is not a number of requests")
    options = dict(profile)
    if "faces" in options:
        options["faces"] = read_faces(options["faces"])
    if "users" in options:  # of the twelve that are pending by default, as many as there is room for
        options.setdefault("pending", min(12, options["users"]))
    return options


def load_profile(path: Path) -> dict[str, Any]:
    """The same from a file: ``Emulator(**load_profile(path))``."""
    return read_profile(json.loads(path.read_text(encoding="utf-8")))
