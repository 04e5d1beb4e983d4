#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_doctor
short_description: Check whether invitations will work with a RingCentral account
version_added: 0.1.0
description:
  - Reads one page of each list that the other modules use, and asks RingCentral which permissions the user has. Says
    which features will work, what is missing, who can grant it, and what the account does differently.
  - Changes nothing and mails no user. It takes about 20 requests.
  - Some things cannot be found out by reading, such as whether an invitation is mailed. They are V(unknown) here.
  - The result names no user but the one that the JWT belongs to.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
    details: The module only reads.
  diff_mode:
    support: none
    details: Nothing changes.
  idempotent:
    support: full
  action_group:
    support: full
options:
  ledger:
    description:
      - The ledger that M(onboard.ringcentral.rc_send_invite) will use. With V(custom_field), whatever that ledger needs
        and does not get is a problem, otherwise a warning.
    type: dict
    suboptions:
      backend:
        description: Where the ledger is kept.
        type: str
        choices: [sqlite, custom_field, none]
        default: sqlite
      path:
        description: As for M(onboard.ringcentral.rc_send_invite). No file is opened here.
        type: path
      field:
        description: The name of the custom field of the V(custom_field) ledger.
        type: str
        default: Last invitation
      must_exist:
        description: As for M(onboard.ringcentral.rc_send_invite). Not used here.
        type: bool
        default: false
      first_use:
        description: As for M(onboard.ringcentral.rc_send_invite). Not used here.
        type: bool
        default: false
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_send_invite
  - module: onboard.ringcentral.rc_user_info
"""

EXAMPLES = r"""
- name: Check the account
  onboard.ringcentral.rc_doctor:
  register: doctor

- name: Check the account for a ledger in a custom field
  onboard.ringcentral.rc_doctor:
    ledger:
      backend: custom_field
  register: doctor
  failed_when: false

- name: Show what needs attention
  ansible.builtin.debug:
    msg: "{{ doctor.lines | selectattr('verdict', 'in', ['problem', 'warning']) }}"
"""

RETURN = r"""
lines:
  description: One entry for each check.
  returned: when RingCentral was asked
  type: list
  elements: dict
  contains:
    area:
      description: What the check is about, such as V(permissions) or V(directory).
      type: str
      sample: permissions
    check:
      description: The name of the check.
      type: str
      sample: EditUserInfo
    verdict:
      description:
        - V(problem) keeps users from being invited. V(warning) limits something. V(unknown) could not be found out by
          reading.
      type: str
      sample: warning
    finding:
      description: What was found.
      type: str
      sample: missing in the authorization profile
    advice:
      description: What to do, or an empty string.
      type: str
      sample: "An administrator of the account adds it to the role of the JWT's user: Admin Portal, Users, Roles."
features:
  description: Each feature of the collection, and whether it can be used.
  returned: when RingCentral was asked
  type: list
  elements: dict
  contains:
    feature:
      description: The feature.
      type: str
      sample: invite one user
    state:
      description: V(can), V(cannot) or V(unknown).
      type: str
      sample: cannot
    missing:
      description: The permissions, and what else it needs, that are missing.
      type: list
      elements: str
      sample: [EditUserInfo]
    unproven:
      description: Those of which it is not known.
      type: list
      elements: str
      sample: []
    who:
      description: Who can grant what is missing, and how.
      type: list
      elements: str
      sample: ["An administrator of the account adds it to the role of the JWT's user: Admin Portal, Users, Roles."]
counts:
  description: The number of RV(lines) with each verdict, without those about features, which follow from others.
  returned: when RingCentral was asked
  type: dict
  sample: {"problem": 0, "warning": 2, "unknown": 3, "ok": 31}
users:
  description:
    - The number of pending people, and of those among them who are parked on a placeholder address, have no address,
      are hidden or have an unreadable record. Counted on the first page of the list, which has 1,000 records at most.
  returned: when RingCentral was asked
  type: dict
  sample: {"pending": 12, "parked": 1, "without_address": 1, "hidden": 0, "unreadable": 0}
account:
  description: The account, empty if it could not be read.
  returned: when RingCentral was asked
  type: dict
  sample: {"id": "400131426008", "main_number": "+16505550100"}
failure:
  description: The problems in one sentence, or an empty string. The task fails if there are any.
  returned: when RingCentral was asked
  type: str
  sample: ""
api:
  description: How much of RingCentral's API the task used.
  returned: always
  type: dict
  sample: {"requests": {"auth": 2, "heavy": 2, "light": 5, "medium": 5}, "retries": 0, "waited_seconds": 0.0}
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client
from ansible_collections.onboard.ringcentral.plugins.module_utils._doctor import diagnose
from ansible_collections.onboard.ringcentral.plugins.module_utils._doctor_model import Options
from ansible_collections.onboard.ringcentral.plugins.module_utils._doctor_reads import read_all
from ansible_collections.onboard.ringcentral.plugins.module_utils._options import read_expected_account
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import Progress, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform


def run(
    params: Mapping[str, Any],
    api: Client,
    now: Callable[[], datetime],
    *,
    check_mode: bool = False,  # noqa: ARG001
    progress: Progress = silent,
) -> dict[str, Any]:
    """Read, then judge. Returns what RETURN documents, but for ``api``."""
    read_expected_account("expect_account", params["expect_account"])
    options = Options(
        server_url=params["server_url"],
        client_id=params["client_id"] or "",
        expect_account=params["expect_account"],
        backend=params["ledger"]["backend"],
        field=params["ledger"]["field"],
    )
    report = diagnose(read_all(api, options, now, progress), options)
    failed = {"failed": True, "msg": report["failure"]} if report["failure"] else {}
    return {"changed": False, **report, **failed}


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.doctor(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
