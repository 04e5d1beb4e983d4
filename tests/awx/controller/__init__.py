# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX to configure: a stand-in of its REST API as far as awx.awx uses it here, in memory and on loopback alone."""

from __future__ import annotations

from .server import Controller

__all__ = ["Controller"]
