#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_user_info
short_description: Read the users of a RingCentral account
version_added: 0.1.0
description:
  - Reads users with their status, address, site, department and more.
  - With O(details=false) it only counts them, which is a good start with a large account.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.selection
  - onboard.ringcentral.addresses
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
    details: The module only reads.
  diff_mode:
    support: none
  idempotent:
    support: full
  action_group:
    support: full
options:
  users:
    description:
      - Only these users, named by e-mail address, id or extension number. Quote numbers that begin with a zero.
      - The module reads the whole account to find them. That is how it detects unknown and ambiguous names.
    type: list
    elements: str
  details:
    description: Whether to return RV(users). An account can hold 50,000.
    type: bool
    default: true
  findings:
    description:
      - Audit each person and report problems, with the reasons that M(onboard.ringcentral.rc_send_invite) uses.
      - O(allowed_domains), O(placeholder_patterns), O(directory) and O(match_by) define what is right. The module reads
        the whole account.
      - A user whose status is V(disabled) has only one possible finding, V(disabled_in_directory), since the user still
        exists after the person has left.
    type: bool
    default: false
  ledger:
    description:
      - Add the invitations that this ledger of M(onboard.ringcentral.rc_send_invite) has on record to RV(users).
      - The V(custom_field) ledger can be read only for users who have not activated.
    type: dict
    suboptions:
      backend:
        description: Where the ledger is kept.
        type: str
        choices: [sqlite, custom_field]
        default: sqlite
      path:
        description: The file of the V(sqlite) ledger. The default is that of M(onboard.ringcentral.rc_send_invite).
        type: path
      field:
        description: The name of the custom field of the V(custom_field) ledger.
        type: str
        default: Last invitation
      must_exist:
        description: As for M(onboard.ringcentral.rc_send_invite), so that both take the same O(ledger). Not used here.
        type: bool
        default: false
      first_use:
        description: As for M(onboard.ringcentral.rc_send_invite).
        type: bool
        default: false
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_send_invite
"""

EXAMPLES = r"""
- name: Read the users who have not activated within two weeks
  onboard.ringcentral.rc_user_info:
    status: not_activated
    created_before: 14d
  register: pending

- name: Show their addresses
  ansible.builtin.debug:
    msg: "{{ pending.users | map(attribute='email') }}"

- name: Audit all users against the company directory
  onboard.ringcentral.rc_user_info:
    findings: true
    allowed_domains: [example.com]
    directory: "{{ people }}"
  register: audit

- name: Count the users by status
  onboard.ringcentral.rc_user_info:
    details: false
  register: account
"""

RETURN = r"""
users:
  description: The users, unless O(details=false).
  returned: when O(details=true)
  type: list
  elements: dict
  contains:
    id:
      description: The id of the extension.
      type: str
      sample: "62264425008"
    name:
      description: The name as RingCentral shows it.
      type: str
      sample: Ada Lovelace
    first_name:
      description: The first name.
      type: str
      sample: Ada
    last_name:
      description: The last name.
      type: str
      sample: Lovelace
    email:
      description: The e-mail address, empty if there is none.
      type: str
      sample: ada.lovelace@example.com
    email_as_login_name:
      description: Whether the user logs in with that address.
      type: bool
      sample: true
    extension_number:
      description: The extension number, empty if there is none.
      type: str
      sample: "101"
    status:
      description: V(enabled), V(disabled), V(frozen), V(not_activated) or V(unassigned).
      type: str
      sample: not_activated
    type:
      description: The type, see O(type).
      type: str
      sample: user
    site:
      description: The name of the site.
      type: str
      sample: Main Site
    department:
      description: The department.
      type: str
      sample: Sales
    job_title:
      description: The job title.
      type: str
      sample: Analyst
    employee_id:
      description: The user's id in the company directory, empty if RingCentral has none.
      type: str
      sample: E-1017
    roles:
      description: The names of the user's roles.
      type: list
      elements: str
      sample: [Standard]
    hidden:
      description: Whether the user is hidden from the company directory.
      type: bool
      sample: false
    created_at:
      description: The creation time in UTC, or null if RingCentral does not report one.
      type: str
      sample: "2026-01-31T09:00:00Z"
    last_invited_at:
      description: The time in UTC when the last invitation that certainly went out was requested, or null.
      returned: when O(ledger) is given
      type: str
      sample: "2026-02-02T09:00:00Z"
    attempts:
      description: The number of invitations that went out or may have gone out.
      returned: when O(ledger) is given
      type: int
      sample: 1
    in_doubt:
      description: Whether it is unknown if the last invitation went out.
      returned: when O(ledger) is given
      type: bool
      sample: false
    findings:
      description:
        - The problems that were found, each with its message. V(not_activated), V(no_email), V(placeholder_email),
          V(duplicate_email), V(domain_not_allowed), V(not_in_directory), V(disabled_in_directory), V(email_mismatch) or
          V(ambiguous).
      returned: for people, when O(findings=true)
      type: dict
      sample: {"email_mismatch": "the directory has ada@example.com for them, found by name"}
    directory_email:
      description:
        - The address that the O(directory) has for the user, if it identifies them beyond doubt and theirs is wrong, or
          null.
      returned: for people, when O(findings=true)
      type: str
      sample: ada@example.com
total:
  description: The number of users.
  returned: success
  type: int
  sample: 42
counts:
  description: The number of users with each status.
  returned: success
  type: dict
  sample: {"enabled": 28, "disabled": 1, "frozen": 0, "not_activated": 12, "unassigned": 1}
findings:
  description: The number of users with each finding.
  returned: when O(findings=true)
  type: dict
  sample:
    not_activated: 12
    no_email: 1
    placeholder_email: 2
    duplicate_email: 2
    domain_not_allowed: 0
    not_in_directory: 3
    disabled_in_directory: 1
    email_mismatch: 4
    ambiguous: 0
pending_by_age:
  description: The number of users who have not activated, by age.
  returned: when O(findings=true)
  type: dict
  sample: {"under_7_days": 3, "7_to_30_days": 5, "30_to_90_days": 4, "over_90_days": 0, "unknown": 0}
conversion:
  description:
    - How many of the users who were invited earlier have activated, in all and C(by) site, department and mail domain.
      M(onboard.ringcentral.rc_send_invite) describes it.
  returned: when O(findings=true) and O(ledger) is given
  type: dict
  sample: {"invited": 40, "activated": 31, "median_days": 1.5, "by": {"domain": []}, "silent_domains": []}
not_found:
  description: The names in O(users) that match no user.
  returned: success
  type: list
  elements: str
  sample: [unknown@example.com]
account:
  description: The account that was read.
  returned: success
  type: dict
  sample: {"id": "400131426008", "main_number": "+16505550100"}
api:
  description: How much of RingCentral's API the task used.
  returned: always
  type: dict
  sample: {"requests": {"auth": 1, "light": 1, "medium": 1}, "retries": 0, "waited_seconds": 0.0}
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._audit import find, pending_by_age, tally_findings
from ansible_collections.onboard.ringcentral.plugins.module_utils._conversion import PLACES, Asked, convert
from ansible_collections.onboard.ringcentral.plugins.module_utils._custom_fields import with_employee_ids
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import open_ledger
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import STATUSES, User, describe
from ansible_collections.onboard.ringcentral.plugins.module_utils._options import (
    read_domains,
    read_patterns,
    read_users,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy_options import directory_of
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import Progress, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users, user_filter
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import to_iso
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import Account, Api, list_users, read_account


@dataclass(frozen=True)
class Reading:
    """What was read: the ``account``, the users that match the filters as ``everybody``, and the named ``users``."""

    account: Account
    everybody: list[User]
    users: list[User]
    not_found: list[str]
    warnings: list[str]


def run(
    params: Mapping[str, Any],
    api: Api,
    now: Callable[[], datetime],
    *,
    check_mode: bool = False,  # noqa: ARG001
    progress: Progress = silent,  # noqa: ARG001
) -> dict[str, Any]:
    """Read, narrow, report. Returns what RETURN documents, but for ``api``, and ``warnings``."""
    matches = user_filter(params, now())
    policy, warnings = _policy(params)
    reading = _read(params, api)
    users = [user for user in reading.users if matches(user)]
    return {
        "changed": False,
        **_counts(users),
        "not_found": reading.not_found,
        "account": asdict(reading.account),
        "warnings": [*warnings, *reading.warnings, *_left_out(params, reading.users, users)],
        **_report(params, api, reading, users, policy=policy, now=now()),
    }


def _read(params: Mapping[str, Any], api: Api) -> Reading:
    """The account, and as much of its users as the options need."""
    account = read_account(api, params["expect_account"])
    narrow = params["users"] is None and not params["findings"]
    everybody = list_users(api, statuses=params["status"] or (), types=params["type"]) if narrow else list_users(api)
    everybody = with_employee_ids(api, everybody, params["employee_id_field"])
    if params["users"] is None:
        return Reading(account, everybody, everybody, [], [])
    found = find_users(read_users("users", params["users"]) or (), everybody)
    users = {user.id: user for who in (found.users, *found.ambiguous.values()) for user in who}
    warnings = [f"users: {name} means {describe(who)}" for name, who in found.ambiguous.items()]
    return Reading(account, everybody, list(users.values()), list(found.not_found), warnings)


def _left_out(params: Mapping[str, Any], named: Sequence[User], users: Sequence[User]) -> list[str]:
    """A warning if the other options exclude users who were named."""
    if params["users"] is None or len(users) == len(named):
        return []
    return [f"users: the other options, such as type, exclude {len(named) - len(users)} of the users that were found"]


def _counts(users: Sequence[User]) -> dict[str, Any]:
    by_status = Counter(user.status for user in users)
    statuses = (*STATUSES, *sorted(by_status.keys() - set(STATUSES)))
    return {"total": len(users), "counts": {status: by_status[status] for status in statuses}}


def _report(
    params: Mapping[str, Any],
    api: Api,
    reading: Reading,
    users: Sequence[User],
    *,
    policy: Policy | None,
    now: datetime,
) -> dict[str, Any]:
    """The findings and the users, as far as they are asked for."""
    report: dict[str, Any] = {}
    found: dict[str, dict[str, Any]] = {}
    if policy:
        found = find(policy, users, reading.everybody)
        report["findings"] = tally_findings(found.values())
        report["pending_by_age"] = pending_by_age(users, now)
    if params["details"]:
        recall, asked = _recall(params["ledger"], reading.account, api, users, now)
        if policy and asked is not None:
            report["conversion"] = convert(users, asked, now, PLACES)
        report["users"] = [{**user.to_dict(), **recall(user), **found.get(user.id, {})} for user in users]
    return report


def _policy(params: Mapping[str, Any]) -> tuple[Policy | None, list[str]]:
    """How addresses are judged, if findings are asked for, and warnings."""
    directory, warnings = directory_of(params)
    if not params["findings"]:
        if directory:
            raise InvalidOption("directory", "is for findings only; set findings to true")
        return None, []
    policy = Policy(
        allowed_domains=read_domains("allowed_domains", params["allowed_domains"]),
        placeholder_patterns=read_patterns("placeholder_patterns", params["placeholder_patterns"]),
        directory=directory,
    )
    return policy, warnings


def _recall(
    options: Mapping[str, Any] | None, account: Account, api: Api, users: Sequence[User], now: datetime
) -> tuple[Callable[[User], dict[str, Any]], Mapping[str, Asked] | None]:
    """What the ledger says of a user, and all earlier invitations; nothing without one."""
    if options is None:
        return lambda _: {}, None
    ledger = open_ledger(options, account, api, os.environ, read_only=True)
    try:
        history = ledger.history(user for user in users if user.is_pending_person)
        asked = ledger.asked([user.id for user in users if user.status == "enabled"], now)
    finally:
        ledger.close()

    def recall(user: User) -> dict[str, Any]:
        record = history.at(user.id, user.mailbox).record
        return {
            "last_invited_at": to_iso(record.last_invited_at) if record else None,
            "attempts": record.attempts if record else 0,
            "in_doubt": record is not None and record.state in {"claimed", "unreadable"},
        }

    return recall, asked


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.user_info(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
