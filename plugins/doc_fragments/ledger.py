# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that says where invitations are remembered."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ledger:
    description: Where it is remembered who was invited, when, how often, and by which run and bulk task.
    type: dict
    suboptions:
      backend:
        description:
          - V(sqlite) is one file that only its owner can read. Any number of accounts and of playbooks can share it.
          - V(custom_field) keeps the record in a custom field of the user in RingCentral, written by the request that
            mails. It needs nothing but the credentials, so it suits AWX and teams.
        type: str
        choices: [sqlite, custom_field]
        default: sqlite
      path:
        description:
          - The file of the V(sqlite) ledger. It must outlive the run, so it has to be given under AWX.
          - The default is C(onboard.ringcentral/ledger.sqlite3) below E(XDG_STATE_HOME), which is C(~/.local/state)
            unless set.
        type: path
      field:
        description:
          - The name of the custom field of the V(custom_field) ledger.
          - It is made if it is missing and the app may do that (C(EditAccounts)). An account has room for five.
        type: str
        default: Last invitation
      must_exist:
        description:
          - Whether the ledger has to know the account already. Set it once the first run is over, so that a run by
            another user or with another E(HOME), or after the field was deleted, fails and mails no user again.
          - With V(false), a new ledger beside users who have been pending for longer than two days is a warning.
        type: bool
        default: false
      first_use:
        description:
          - Say for one run that no user has a record in the V(custom_field) ledger yet.
          - Only needed where RingCentral shows no custom fields of its users, so that a missing record proves nothing.
        type: bool
        default: false
"""
