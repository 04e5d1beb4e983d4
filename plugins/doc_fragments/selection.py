# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that select the users to read."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  status:
    description: Only users with one of these statuses. By default, users of every status.
    type: list
    elements: str
    choices: [enabled, disabled, frozen, not_activated, unassigned]
  type:
    description:
      - Only extensions of these types. An empty list selects all types. Call queues have the type V(department).
    type: list
    elements: str
    default: [user]
    choices:
      - announcement
      - application_extension
      - bot
      - delegated_lines_group
      - department
      - digital_user
      - fax_user
      - flexible_user
      - group_call_pickup
      - ivr_menu
      - limited
      - paging_only
      - park_location
      - proxy_admin
      - room
      - room_connector
      - shared_lines_group
      - site
      - tie_line
      - unknown
      - user
      - virtual_user
      - voicemail
  site:
    description: Only users of these sites, by name. Case is ignored. An empty list is an error.
    type: list
    elements: str
  department:
    description: Only users of these departments, by name. Case is ignored. An empty list is an error.
    type: list
    elements: str
  created_before:
    description:
      - Only users who were created before this time. Give an ISO 8601 time, in UTC unless it has an offset, or an age
        such as V(14d).
      - Users without a creation time count as older than any time.
    type: str
  created_after:
    description: Only users who were created at or after this time, in the format of O(created_before).
    type: str
"""
