# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# The documentation of the action plugin plugins/action/rc_run.py, which runs on the controller.

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_run
short_description: Run an entry point of the role reinvite for one account
version_added: 0.1.0
description:
  - Does the work of the role P(onboard.ringcentral.reinvite#role) in one task. It checks the role's variables, runs
    M(onboard.ringcentral.rc_send_invite), M(onboard.ringcentral.rc_onboard), M(onboard.ringcentral.rc_user_info),
    M(onboard.ringcentral.rc_doctor) or M(onboard.ringcentral.rc_prove) with one login, writes the reports, and passes
    the counts to C(set_stats).
  - A variable that begins with C(reinvite_), C(onboarding_), C(audit_) or C(prove_) and is not a variable of the role
    is an error.
  - A problem with the account does not fail this task. RV(failure) holds the reason, and the last task of the role
    fails with it, so that a failure does not print every user.
notes:
  - Runs on the controller. If the host is local and uses the same Python, the module's code runs in the task's
    process. Otherwise the module runs on the host.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
    details: Writes no report, except that of V(doctor), which only reads. With C(reinvite_plan_file), it writes the
      plan and no other file.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: Like the module that it runs.
  action_group:
    support: full
options:
  entry_point:
    description: The entry point of the role.
    type: str
    required: true
    choices: [main, account, batches, batch, audit, doctor, prove, status, summary]
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_send_invite
  - module: onboard.ringcentral.rc_onboard
  - module: onboard.ringcentral.rc_user_info
  - module: onboard.ringcentral.rc_doctor
  - module: onboard.ringcentral.rc_prove
"""

EXAMPLES = r"""
- name: Invite users who have not activated
  onboard.ringcentral.rc_run:
    entry_point: main
  register: reinvite_result
"""

RETURN = r"""
failure:
  description: The reason why the account failed, or an empty string.
  returned: always
  type: str
  sample: ""
table:
  description: The lines of the table that the role shows.
  returned: always
  type: list
  elements: str
  sample: ["SUMMARY 14 considered, 12 invited, 1 held, 1 skipped, 0 failed"]
notices:
  description: The warnings of the module, which stand at the top of RV(table) too.
  returned: when the module was run
  type: list
  elements: str
  sample: []
notified:
  description:
    - The mails, posts and uploads about the run. C(by) is V(mail), V(webhook) or V(upload), C(to) the addresses or
      the kind, C(state) is V(sent), V(would_send), V(skipped) or V(failed), and C(message) has the title or the reason.
  returned: if the variable C(reinvite_notify) asks for any
  type: list
  elements: dict
  sample: [{"by": "mail", "to": "it@example.com", "state": "sent", "message": "RingCentral invitations: 12 invited"}]
needs_password_reset:
  description: The RV(results) of users who have activated already, each with C(what_to_tell).
  returned: unless O(entry_point) is V(audit), V(doctor), V(prove) or V(summary)
  type: list
  elements: dict
  sample: []
corrected:
  description: The RV(results) of users whose address was corrected, each with C(corrected_from).
  returned: unless O(entry_point) is V(audit), V(doctor), V(prove) or V(summary)
  type: list
  elements: dict
  sample: []
results:
  description: The results of the module. Its other return values are here too.
  returned: when users could be read
  type: list
  elements: dict
  sample: []
"""
