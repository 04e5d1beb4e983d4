# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that selects the ledger."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ledger:
    description: Where the module remembers who was invited, when, how often, and by which run and bulk task.
    type: dict
    suboptions:
      backend:
        description:
          - V(sqlite) is one file that only its owner can read. Any number of accounts and of playbooks can share it.
          - V(custom_field) keeps the record in a custom field of the user in RingCentral. The request that mails the
            user also writes it. It needs only the credentials, so it suits AWX and teams.
        type: str
        choices: [sqlite, custom_field]
        default: sqlite
      path:
        description:
          - The file of the V(sqlite) ledger. It must outlive the run, so under AWX this option is required.
          - The default is C(onboard.ringcentral/ledger.sqlite3) below E(XDG_STATE_HOME), which is C(~/.local/state)
            unless set.
        type: path
      field:
        description:
          - The name of the custom field of the V(custom_field) ledger.
          - It is created if it is missing and the app has the permission C(EditAccounts). An account can have five.
        type: str
        default: Last invitation
      must_exist:
        description:
          - Whether the ledger must already know the account. Set it after the first run. A run by another user, with
            another E(HOME), or after the field was deleted then fails and mails no user again.
          - With V(false), the module warns if the ledger is new and users have been pending for longer than two days.
        type: bool
        default: false
      first_use:
        description:
          - Confirm, for one run, that no user has a record in the V(custom_field) ledger yet.
          - This is only needed if RingCentral shows no custom fields of any user, since a missing record then proves
            nothing.
        type: bool
        default: false
"""
