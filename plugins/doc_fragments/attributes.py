# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The behavior that a playbook can expect of each module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Predicts the result and changes nothing.
  diff_mode:
    description: Shows what changes, or what would change in check mode.
  idempotent:
    description: Running the task again with the same options changes nothing more.
  action_group:
    description: Takes connection options from C(module_defaults) for C(group/onboard.ringcentral.ringcentral).
    membership: [onboard.ringcentral.ringcentral]
"""
