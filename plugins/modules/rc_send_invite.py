#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_send_invite
short_description: Invite RingCentral users who have not activated
version_added: 0.1.0
description:
  - Sends the activation e-mail again to users who never activated, to each at most once while their link lives.
  - Decides about each user first, with a reason, and sends then. Only users who are C(NotActivated) and behind whom a
    person sits are ever mailed.
  - RingCentral tells nobody when somebody was last invited, so the module keeps a O(ledger) of it.
notes:
  - Developed against RingCentral's published API description and an emulator of it, not against the live service. No
    published page shows an invitation sent again to somebody who is C(NotActivated) already; the O(transition) of an
    extension update is the best documented way. Prove it on one user of yours first.
  - When O(users) is given, the whole account is read, since only then a name can be told to be unknown or ambiguous.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.sending
  - onboard.ringcentral.addresses
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
    details: Gives the same RV(results), writes nothing, neither to RingCentral nor to the ledger.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: Within O(resend_after), and where the O(ledger) is kept. With O(force=true) or a ledger of V(none), each
      run mails again.
  action_group:
    support: full
options:
  users:
    description:
      - The users to invite, named by e-mail address, id or extension number. Quote numbers that begin with a zero.
      - Exactly one of O(users), O(all_pending) and O(plan) is needed. An empty list is an error, never everybody.
    type: list
    elements: str
  all_pending:
    description: Consider everybody who has not activated.
    type: bool
    default: false
  plan:
    description:
      - A plan that somebody has approved, such as RV(plan) of a run in check mode. Its users are mailed and no others,
        so no user at all if it holds none.
      - They are judged again, and left out with the reason if they have activated, changed their address or left the
        O(directory) since.
    type: dict
    suboptions:
      account:
        description: The id of the account that the plan was made for. No mail is sent in another account.
        type: str
        required: true
      made_at:
        description:
          - When the plan was made, ISO 8601. A plan that is older than O(plan_max_age), or dated in the future, is
            refused.
        type: str
      users:
        description: The users who were to be mailed.
        type: list
        elements: dict
        required: true
        suboptions:
          id:
            description: The id of the user.
            type: str
            required: true
          email:
            description: The address that the user was planned to be mailed at.
            type: str
            required: true
          name:
            description: The user's name, for people.
            type: str
          site:
            description: The user's site, for people.
            type: str
          department:
            description: The user's department, for people.
            type: str
  plan_max_age:
    description: How old a O(plan) with O(plan.made_at) may be.
    type: str
    default: 48h
  resend_after:
    description:
      - How long an invitation's link lives, such as V(48h), V(2d) or V(1d12h). Until then nobody is mailed again.
      - RingCentral spoke of 48 hours in 2019.
    type: str
    default: 48h
  max_attempts:
    description: Stop inviting somebody after this many invitations. There is no such limit unless set; V(0) is refused.
    type: int
  ledger:
    description:
      - Where the module remembers who was invited at which address, when, how often, and by which run and bulk task.
      - V({}) is the default, the V(sqlite) ledger in its default file.
    type: dict
    suboptions:
      backend:
        description:
          - V(sqlite) is one file that only its owner can read. Any number of accounts and of playbooks can share it.
          - V(custom_field) keeps the record in a custom field of the user in RingCentral, written by the request that
            mails. It needs nothing but the credentials, so it suits AWX and teams. RingCentral cannot compare and set,
            so let only one run of an account work at a time, and leave a minute between runs.
          - V(none) remembers nothing, so that each run mails everybody again.
        type: str
        choices: [sqlite, custom_field, none]
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
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_user_info
"""

EXAMPLES = r"""
- name: Invite everybody at example.com who has not activated within three days, but nobody twice
  onboard.ringcentral.rc_send_invite:
    all_pending: true
    min_age: 3d
    allowed_domains: [example.com]

- name: Invite one new starter
  onboard.ringcentral.rc_send_invite:
    users: ["{{ new_starter.email }}"]

- name: A wave of at most 200, and three attempts at most
  onboard.ringcentral.rc_send_invite:
    all_pending: true
    limit: 200
    max_attempts: 3
    exclude: ["svc-*@example.com", "front.desk@example.com"]
    ledger:
      path: /var/lib/onboarding/ledger.sqlite3
"""

RETURN = r"""
results:
  description: One entry for each user who was considered, those to be mailed first, the oldest of them first.
  returned: when users could be read
  type: list
  elements: dict
  contains:
    id:
      description: The id of the extension, or null where a name means nobody or several users.
      type: str
      sample: "62264425008"
    name:
      description: The user's name, or what was named.
      type: str
      sample: Ada Lovelace
    email:
      description: The user's address.
      type: str
      sample: ada.lovelace@example.com
    extension_number:
      description: The extension number.
      type: str
      sample: "101"
    status:
      description: The status in RingCentral.
      type: str
      sample: not_activated
    site:
      description: The name of the site.
      type: str
      sample: Main Site
    department:
      description: The department.
      type: str
      sample: Sales
    decision:
      description: V(send), V(skip), or V(hold) for a person to look at.
      type: str
      sample: send
    reason:
      description:
        - Why. For V(send) this is V(not_activated).
        - For V(skip) it is V(already_activated), V(disabled), V(frozen), V(unassigned), V(not_a_person), V(excluded),
          V(recently_invited), V(too_new), V(attempts_exhausted), V(over_limit), V(outside_window) or V(filtered).
        - For V(hold) it is V(no_email), V(placeholder_email), V(duplicate_email), V(domain_not_allowed),
          V(not_in_directory), V(disabled_in_directory), V(email_mismatch), V(ambiguous), V(changed_since_plan),
          V(not_found) or V(in_doubt).
      type: str
      sample: not_activated
    outcome:
      description:
        - V(invited), V(would_invite) in check mode, V(failed), or V(unknown) where mail may have been sent.
        - Null for who was not to be mailed, or was not reached any more.
      type: str
      sample: invited
    message:
      description: The reason or the error in words.
      type: str
      sample: ""
    last_invited_at:
      description: When the last invitation was asked for, in UTC, as far as the ledger knows.
      type: str
      sample: "2026-01-31T09:00:00Z"
    next_invite_after:
      description: From when the user would be mailed again, in UTC.
      type: str
      sample: "2026-02-02T09:00:00Z"
    attempts:
      description: How many invitations went out or may have, as far as the ledger knows.
      type: int
      sample: 1
    directory_email:
      description: The address that the O(directory) has for the user beyond doubt, if they are held for their own.
      type: str
      sample: null
    corrected_from:
      description:
        - The address that the user had until this run corrected it, or would correct it in check mode. Empty if they
          had none, null if nothing was corrected.
      type: str
      sample: null
counts:
  description: How many users there are of each decision and outcome.
  returned: when users could be read
  type: dict
  sample:
    {considered: 14, send: 12, skip: 1, hold: 1, invited: 12, would_invite: 0, failed: 0, unknown: 0}
reasons:
  description: How many users there are of each reason.
  returned: when users could be read
  type: dict
  sample: {"no_email": 1, "not_activated": 12, "recently_invited": 1}
tasks:
  description: The ids of the bulk tasks that were begun.
  returned: when users could be read
  type: list
  elements: str
  sample: ["8c1f2b"]
plan:
  description: What a later run takes as O(plan), the users who would be invited.
  returned: in check mode
  type: dict
  sample: {"account": "400131426008", "made_at": "2026-01-31T09:00:00Z", "users": []}
waves:
  description: How many users are in which wave. The entry without a name counts those who are in none.
  returned: when O(waves) is given
  type: list
  elements: dict
  sample: [{"name": "Lyon, Paris", "users": 120}, {"name": null, "users": 3}]
account:
  description: The account that was worked on.
  returned: when users could be read
  type: dict
  sample: {"id": "400131426008", "main_number": "+16505550100"}
api:
  description: What it took of RingCentral's API.
  returned: always
  type: dict
  sample: {"requests": {"auth": 1, "heavy": 1, "light": 2, "medium": 1}, "retries": 0, "waited_seconds": 0.8}
error:
  description: What went wrong, for a playbook to branch on. C(code) is RingCentral's error code where there is one.
  returned: failure
  type: dict
  sample: {"code": "CMN-408", "status": 403, "message": "In order to call this API endpoint, ..."}
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._custom_fields import with_employee_ids
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import (
    excluding_nobody,
    judge_named,
    judge_planned,
    narrowed_to_nobody,
    select,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import IncompleteDelivery, InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import check_ledger
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import PERSON_TYPES, User
from ansible_collections.onboard.ringcentral.plugins.module_utils._options import read_guard, read_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._outcomes import approval_of, failure_of, result_of
from ansible_collections.onboard.ringcentral.plugins.module_utils._plans import check_account, check_age
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy_options import read_policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import Progress, perform, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users, refuse_strangers
from ansible_collections.onboard.ringcentral.plugins.module_utils._stages import (
    Outcome,
    Plan,
    Selection,
    Sending,
    foresee,
    ledger_of,
    make_plan,
    recall,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import parse_duration
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import Api, list_users, read_account
from ansible_collections.onboard.ringcentral.plugins.module_utils._waves import read_waves, sizes


def run(
    params: Mapping[str, Any],
    api: Api,
    now: Callable[[], datetime],
    *,
    check_mode: bool,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Read, plan, carry out. Returns what RETURN documents, but for ``api`` and ``error``."""
    policy, warnings = _policy(params, now())
    waves = read_waves(params["waves"])
    account = read_account(api, params["expect_account"])
    check_account(params["plan"], account)
    with ledger_of(params["ledger"], account, api, os.environ, read_only=check_mode, now=now) as ledger:
        everybody, selection = _read(params, policy, api)
        situation = recall(params, ledger, api, account=account, everybody=everybody, selections=[selection], now=now())
        plan = make_plan([selection], situation, now(), correct_email=params["correct_email"])
        if check_mode or plan.guards:
            outcome = foresee(plan, waves)
        else:
            outcome = Sending(params, api, ledger, now, progress).carry_out(plan, waves)
    result = result_of(account, outcome) | {
        "warnings": [
            *warnings,
            *situation.warnings,
            *narrowed_to_nobody(policy, everybody),
            *excluding_nobody(policy, everybody),
        ]
    }
    if waves:
        result["waves"] = sizes(waves, (one.user for one in plan.decisions[0] if one.user and one.verdict == "send"))
    if check_mode:
        result["plan"] = approval_of(account, outcome.after[0], now())
    return _checked(plan, outcome, policy, result)


def _policy(params: Mapping[str, Any], now: datetime) -> tuple[Policy, list[str]]:
    """The policy, and warnings; whatever cannot be meant is refused before RingCentral is asked anything."""
    _check_whom(params)
    check_ledger(params["ledger"], os.environ)
    check_age(params["plan"], params["plan_max_age"], now)
    policy, warnings = read_policy(params, now)
    policy = replace(
        policy,
        resend_after=parse_duration("resend_after", params["resend_after"]),
        max_attempts=read_guard("max_attempts", params["max_attempts"]),
        planned={entry["id"]: entry["email"] for entry in (params["plan"] or {}).get("users", ())},
    )
    return policy, warnings


def _check_whom(params: Mapping[str, Any]) -> None:
    given = [
        option
        for option in ("users", "plan", "all_pending")
        if params[option] is not None and params[option] is not False
    ]
    if len(given) > 1:
        raise InvalidOption(given[-1], f"cannot be combined with {given[0]}; give one of them")
    if not given or (given == ["users"] and not any(name.strip() for name in params["users"])):
        said = "is empty" if given else "is not given"
        raise InvalidOption("users", f"{said}; name the users, or set all_pending to true for all of them")


def _read(params: Mapping[str, Any], policy: Policy, api: Api) -> tuple[list[User], Selection]:
    """All users that matter, and those of them to consider."""
    # all people, since an address that another user has, active or not, is not this user's alone
    users = list_users(api, types=PERSON_TYPES if params["all_pending"] else ())
    users = with_employee_ids(api, users, params["employee_id_field"])
    if params["all_pending"]:
        return users, Selection(policy, select(policy, users))
    if params["plan"] is not None:
        planned = [user for user in users if user.id in policy.planned]
        return users, Selection(policy, planned, judge_planned(policy.planned, users))
    found = find_users(read_users("users", params["users"]) or (), users)
    refuse_strangers("users", found)
    return users, Selection(policy, found.users, judge_named(found.not_found, found.ambiguous, found.suggestions))


def _checked(plan: Plan, outcome: Outcome, policy: Policy, result: dict[str, Any]) -> dict[str, Any]:
    """The result; raised with an error if the guard holds, or if more users failed than may."""
    for guard in plan.guards.values():
        guard.result = result
        raise guard
    if failure := failure_of(outcome, 0, policy.max_failures):
        raise IncompleteDelivery(failure, result=result, cause=outcome.stopped.get(0))
    return result


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.send_invite(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
