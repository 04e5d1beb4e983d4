# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves the time of each Python that has this folder in PYTHONPATH by MOVE_CLOCK_BY seconds; it goes on running."""

from __future__ import annotations

import os
import time

if offset := float(os.environ.get("MOVE_CLOCK_BY", "0")):
    import time_machine

    time_machine.travel(time.time() + offset, tick=True).start()
