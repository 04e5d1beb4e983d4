# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""RingCentral to run against: an emulator of the published API, in memory and on loopback alone."""

from __future__ import annotations

from .faces import Faces
from .server import Emulator

__all__ = ["Emulator", "Faces"]
