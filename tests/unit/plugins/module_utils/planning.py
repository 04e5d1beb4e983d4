# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches as tests write them, on one day."""

from __future__ import annotations

import base64
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.filter.batches import onboarding_plan

NOW = "2026-12-03T23:30:00Z"
LABELS = {False: "batch december: ", True: "batch number 1: "}


def batch(**keys: Any) -> dict[str, Any]:
    return {"name": "december", "users": ["ada@example.com"], "invite_on": "2026-12-01", **keys}


def plan(*batches: Any, files: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    listed = [{"item": path, **file} for path, file in (files or {}).items()]
    return onboarding_plan(list(batches), listed, NOW, **options)


def problems(*batches: Any, **options: Any) -> list[str]:
    return plan(*batches, **options)["problems"]


def one(**keys: Any) -> dict[str, Any]:
    """The only batch, in which nothing is wrong."""
    planned = plan(batch(**keys))
    assert planned["problems"] == []
    return planned["batches"][0]


def file(text: str, encoding: str = "utf-8") -> dict[str, str]:
    return {"content": base64.b64encode(text.encode(encoding)).decode()}
