# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages know what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import _VERDICTS

REASONS = Path(__file__).parents[2] / "docs/reasons.md"


def test_each_reason_is_explained_under_its_verdict() -> None:
    _head, skipped, held = REASONS.read_text(encoding="utf-8").split("\n## ")
    for verdict, section in (("skip", skipped), ("hold", held)):
        explained = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        assert sorted(explained) == sorted(reason for reason, of in _VERDICTS.items() if of == verdict)
