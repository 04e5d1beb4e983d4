# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook can rely on in each module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Says what would be done, and does nothing.
  diff_mode:
    description: Shows what changes, or would change.
  idempotent:
    description: Doing it twice comes to the same as doing it once.
  action_group:
    description: Takes its connection from C(module_defaults) of the group C(onboard.ringcentral.ringcentral).
    membership: [onboard.ringcentral.ringcentral]
"""
