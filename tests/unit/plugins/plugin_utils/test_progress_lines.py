# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person who waits sees what for; a short run says nothing."""

from __future__ import annotations

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._progress_lines import ProgressLines


def test_a_line_each_few_seconds_and_each_long_wait() -> None:
    now, shown = [0.0], list[str]()
    tell = ProgressLines(shown.append, clock=lambda: now[-1])
    for second in range(13):
        now.append(float(second))
        tell(f"sent {second}")
    tell("waiting 2 s", lasts=2)
    tell("waiting 42 s", lasts=42)
    assert shown == ["sent 5", "sent 10", "waiting 42 s"]
