#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_ledger
short_description: Show, forget and release records of the ledger
version_added: 0.1.0
description:
  - Shows what the ledger remembers of the users of one account, forgets a person on request, and releases invitations
    that are in doubt once an administrator knows that they were not mailed.
  - Mails no user. It logs in to learn which account the records belong to.
  - With V(custom_field), all records are listed from RingCentral's company directory, which can lag behind. Up to 50
    users can be named. Each of them is read, changed and verified individually, and no other run can work on the
    account meanwhile. A user has a single record, for one address.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  action_group:
    support: full
options:
  action:
    description:
      - V(show) returns the records and changes nothing.
      - V(forget) deletes all records of the users in O(users). A person who was or may have been invited less than
        O(resend_after) ago is kept until then, since without the record the next run could mail them a second time.
        The task fails for them and says when to forget them.
      - V(release) lets the next run invite the users in O(users) whose invitation is in doubt, and deletes records of
        theirs that cannot be read. It needs O(confirm_not_mailed). Records of the last four hours are kept, since a run
        may still be at work.
    type: str
    choices: [show, forget, release]
    default: show
  users:
    description:
      - E-mail addresses or ids of users. They need not be in RingCentral any more. All addresses of a user count.
      - Required by V(forget) and V(release). Without it, V(show) returns all records of the account.
    type: list
    elements: str
  confirm_not_mailed:
    description: Whether you know that the doubtful invitations of all O(users) were not mailed.
    type: bool
    default: false
  resend_after:
    description: How long a link is valid. Use the value of M(onboard.ringcentral.rc_send_invite).
    type: str
    default: 48h
  ledger:
    description: The ledger.
    type: dict
    suboptions:
      backend:
        description: Where the ledger is kept.
        type: str
        choices: [sqlite, custom_field]
        default: sqlite
      path:
        description: As for M(onboard.ringcentral.rc_send_invite).
        type: path
      field:
        description: As for M(onboard.ringcentral.rc_send_invite).
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
- name: Show what is remembered of one person
  onboard.ringcentral.rc_ledger:
    users: [ada@example.com]
  register: remembered

- name: Forget a person on request
  onboard.ringcentral.rc_ledger:
    action: forget
    users: [ada@example.com]
  register: receipt

- name: Let the next run invite a user whose doubtful invitation did not arrive
  onboard.ringcentral.rc_ledger:
    action: release
    users: ["62264425008"]
    confirm_not_mailed: true
"""

RETURN = r"""
people:
  description: What became of each of O(users). For V(forget), this is the receipt.
  returned: when the ledger was read
  type: list
  elements: dict
  contains:
    name:
      description: The name in O(users).
      type: str
      sample: ada@example.com
    state:
      description:
        - V(shown), V(forgotten), V(released), V(unchanged), V(kept) with the reason in C(message), or V(unknown) if
          there is no record.
      type: str
      sample: forgotten
    user_ids:
      description: The ids of the users that the records belong to.
      type: list
      elements: str
      sample: ["62264425008"]
    records:
      description: The number of records.
      type: int
      sample: 1
    message:
      description: Why nothing was done, or an empty string.
      type: str
      sample: ""
    until:
      description: When to try again, in UTC, or null.
      type: str
      sample: null
records:
  description: The records as they were found, of O(users) or of all users.
  returned: when O(action=show)
  type: list
  elements: dict
  sample:
    - user_id: "62264425008"
      email: ada@example.com
      state: invited
      attempts: 1
      claimed_at: "2026-03-02T09:00:00Z"
      last_invited_at: "2026-03-02T09:00:00Z"
      run: 0123456789ab
      task: ""
      message: ""
      batch: 0
at:
  description: When this was done, in UTC.
  returned: when the ledger was read
  type: str
  sample: "2026-03-02T09:00:00Z"
ledger:
  description: The file of the ledger, or the name of the custom field.
  returned: when the ledger was read
  type: str
  sample: /home/ada/.local/state/onboard.ringcentral/ledger.sqlite3
account:
  description: The account.
  returned: when the ledger was read
  type: dict
  sample: {"id": "400131426008", "main_number": "+16505550100"}
api:
  description: How much of RingCentral's API the task used.
  returned: always
  type: dict
  sample: {"requests": {"auth": 1, "light": 1}, "retries": 0, "waited_seconds": 0.0}
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import check_ledger, open_for_care
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_care import Person, decide, diff_of, row_of
from ansible_collections.onboard.ringcentral.plugins.module_utils._options import read_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import Progress, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import parse_duration, to_iso
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import Api, read_account


def run(
    params: Mapping[str, Any],
    api: Api,
    now: Callable[[], datetime],
    *,
    check_mode: bool = False,
    progress: Progress = silent,  # noqa: ARG001
) -> dict[str, Any]:
    """Read, decide, write. Returns what RETURN documents, but for ``api``."""
    action, names = params["action"], _named(params)
    resend_after = parse_duration("resend_after", params["resend_after"])
    check_ledger(params["ledger"], os.environ)
    account = read_account(api, params["expect_account"])
    found = partial(open_for_care, params["ledger"], account, api, os.environ, now=now)
    with closing(found(read_only=True)) as ledger:
        records, place = ledger.everything(names or ()), ledger.place
    people = [decide(action, name, records, resend_after, now()) for name in names or ()]
    # two names can mean one person
    changes = list(dict.fromkeys(change for person in people for change in person.changes))
    if changes and not check_mode:
        with closing(found(read_only=False)) as ledger:
            ledger.amend(changes)
    result: dict[str, Any] = {
        "changed": bool(changes),
        "people": [person.to_dict() for person in people],
        "account": asdict(account),
        "ledger": place,
        "at": to_iso(now()),
        "diff": diff_of(changes),
    }
    if action == "show":
        shown = records if names is None else dict.fromkeys(one for person in people for one in person.records)
        result["records"] = [row_of(record) for record in shown]
    return {**result, **_failure(people)}


def _named(params: Mapping[str, Any]) -> Sequence[str] | None:
    names = read_users("users", params["users"])
    if params["action"] != "show" and not names:
        raise InvalidOption("users", f"{params['action']} needs the users that are meant; nothing was changed")
    if params["action"] == "release" and not params["confirm_not_mailed"]:
        raise InvalidOption(
            "confirm_not_mailed",
            "release needs it: say true only if you know that none of these users was mailed, otherwise they are "
            "mailed twice; without it they are invited again once resend_after has passed. Nothing was changed",
        )
    return names


def _failure(people: Sequence[Person]) -> dict[str, Any]:
    kept = [f"{person.name}: {person.message}" for person in people if person.state == "kept"]
    if not kept:
        return {}
    return {
        "failed": True,
        "msg": f"{len(kept)} of {len(people)} users were kept. {'; '.join(kept)}. No mail was sent.",
    }


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.ledger_care(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
