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
  - Sends the activation e-mail again to users who never activated, and to each user only once while their link is
    valid.
  - First decides about each user, with a reason, and then sends. Only people whose status is C(NotActivated) are
    mailed.
  - RingCentral does not report when a user was last invited, so the module records it in a O(ledger).
notes:
  - Developed against RingCentral's published API description and an emulator of it, not against the live service. No
    published page shows an invitation being sent again to a user who is already C(NotActivated); the O(transition) of
    an extension update is the best documented way. Prove it on one test user first.
  - With O(users), the module reads the whole account. That is how it detects unknown and ambiguous names.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.sending
  - onboard.ringcentral.addresses
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
    details: Returns the same RV(results), and writes nothing to RingCentral or to the ledger.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: A second run within O(resend_after) mails no user again, if the O(ledger) is kept. With O(force=true) or
      the ledger V(none), each run mails again.
  action_group:
    support: full
options:
  users:
    description:
      - The users to invite, named by e-mail address, id or extension number. Quote numbers that begin with a zero.
      - Exactly one of O(users), O(all_pending), O(plan) and O(confirm) is required. An empty list is an error and never
        means all users.
    type: list
    elements: str
  all_pending:
    description: Consider all users who have not activated.
    type: bool
    default: false
  plan:
    description:
      - An approved plan, such as RV(plan) of a run in check mode. Only its users are mailed, so a plan without users
        mails no user.
      - Each of its users is decided about again, and left out with the reason if they have since activated, changed
        their address or left the O(directory).
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
        description: The users to mail.
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
            description: The user's name. It is not used, and helps the person who approves the plan.
            type: str
          site:
            description: The user's site. It is not used, and helps the person who approves the plan.
            type: str
          department:
            description: The user's department. It is not used, and helps the person who approves the plan.
            type: str
  plan_max_age:
    description: The greatest age of a O(plan) that has O(plan.made_at).
    type: str
    default: 48h
  confirm:
    description:
      - The id of a hand-over in RV(hand_overs), or of one of its batches, that a person has sent in RingCentral's admin
        portal. Records its users in the O(ledger) as invited now, and sends no mail.
      - Users who have activated or have another address since the hand-over are recorded as possibly mailed, and not
        counted as invited.
      - It is an error, and nothing is recorded, if the O(ledger) has no such hand-over of this account, or if it was
        confirmed already or is older than O(hand_over_max_age). If a task that confirms was interrupted, run it again.
      - Of the other options, only those of the connection, O(confirm_except), O(ledger), O(resend_after),
        O(hand_over_max_age) and O(max_failures) are used.
    type: str
  confirm_except:
    description:
      - The users of the hand-over, or of the batch, who were not sent, by e-mail address, id, extension number or glob.
        They are not recorded as invited, and the next run decides about them anew. V(*) takes the whole hand-over back.
      - A name that is none of these users is an error, and nothing is recorded.
    type: list
    elements: str
    default: []
  resend_after:
    description:
      - How long the link in an invitation is valid, such as V(48h), V(2d) or V(1d12h). A user is not mailed again
        before it has expired.
      - A RingCentral support page of 2019 says 48 hours.
    type: str
    default: 48h
  max_attempts:
    description: The most invitations that a user gets. There is no limit unless set. V(0) is refused.
    type: int
  ledger:
    description:
      - Where the module remembers who was invited, at which address, when, how often, and by which run and bulk task.
      - V({}) is the default, the V(sqlite) ledger in its default file.
    type: dict
    suboptions:
      backend:
        description:
          - V(sqlite) is one file that only its owner can read. Any number of accounts and of playbooks can share it.
          - V(custom_field) keeps the record in a custom field of the user in RingCentral. The request that mails the
            user also writes it. It needs only the credentials, so it suits AWX and teams. RingCentral has no atomic
            update, so run only one job of an account at a time, and leave a minute between runs.
          - V(none) remembers nothing, so each run mails all pending users again.
        type: str
        choices: [sqlite, custom_field, none]
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
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_user_info
"""

EXAMPLES = r"""
- name: Invite users at example.com who have not activated within three days
  onboard.ringcentral.rc_send_invite:
    all_pending: true
    min_age: 3d
    allowed_domains: [example.com]

- name: Invite one new starter
  onboard.ringcentral.rc_send_invite:
    users: ["{{ new_starter.email }}"]

- name: Invite at most 200 users in this run, and each user at most three times
  onboard.ringcentral.rc_send_invite:
    all_pending: true
    limit: 200
    max_attempts: 3
    exclude: ["svc-*@example.com", "front.desk@example.com"]
    ledger:
      path: /var/lib/onboarding/ledger.sqlite3

- name: List the users for a person who invites them in the portal
  onboard.ringcentral.rc_send_invite:
    all_pending: true
    transport: portal
    hand_over_batch_size: 25

- name: Record that the second batch was sent, but for one user
  onboard.ringcentral.rc_send_invite:
    confirm: h0123456789a-2
    confirm_except: [ada@example.com]
"""

RETURN = r"""
results:
  description: One entry for each user considered. Users to mail come first, the oldest of them at the top.
  returned: when users could be read
  type: list
  elements: dict
  contains:
    id:
      description: The id of the extension, or null if a name matches no user or several.
      type: str
      sample: "62264425008"
    name:
      description: The user's name, or the name as given in O(users) if it matches no user or several.
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
          V(recently_invited), V(awaiting_confirmation), V(left_out), V(too_new), V(attempts_exhausted),
          V(over_limit), V(outside_window) or V(filtered).
        - For V(hold) it is V(no_email), V(placeholder_email), V(duplicate_email), V(domain_not_allowed),
          V(not_in_directory), V(disabled_in_directory), V(email_mismatch), V(ambiguous), V(changed_since_plan),
          V(not_found) or V(in_doubt).
      type: str
      sample: not_activated
    outcome:
      description:
        - V(invited) if RingCentral accepted the invitation, which does not mean that the mail was read.
        - V(handed_over) if a person is asked to invite the user in the portal. The user is not invited yet.
        - V(would_invite) or V(would_hand_over) in check mode, V(failed), or V(unknown) if mail may have been sent, or
          if it is not known whether the ledger has the record.
        - Null for a user who is skipped or held, or was left out by an early stop.
      type: str
      sample: invited
    message:
      description: The reason or the error in words.
      type: str
      sample: ""
    last_invited_at:
      description: When the last invitation was requested, in UTC, as far as the ledger knows.
      type: str
      sample: "2026-01-31T09:00:00Z"
    next_invite_after:
      description: The time in UTC from which the user can be mailed again.
      type: str
      sample: "2026-02-02T09:00:00Z"
    attempts:
      description: The number of invitations that went out or may have gone out, as far as the ledger knows.
      type: int
      sample: 1
    directory_email:
      description: The address in the O(directory), if it identifies a held user beyond doubt and theirs is wrong.
      type: str
      sample: null
    corrected_from:
      description:
        - The address that the user had before this run corrected it, or would correct it in check mode. Empty if they
          had none, null if nothing was corrected.
      type: str
      sample: null
    manager:
      description: The address of the user's manager in the O(directory), if it is clear who both are.
      type: str
      sample: null
counts:
  description: The number of users with each decision and outcome.
  returned: when users could be read
  type: dict
  sample:
    {considered: 14, send: 12, skip: 1, hold: 1, invited: 12, would_invite: 0, handed_over: 0, would_hand_over: 0,
     failed: 0, unknown: 0}
reasons:
  description: The number of users with each reason.
  returned: when users could be read
  type: dict
  sample: {"no_email": 1, "not_activated": 12, "recently_invited": 1}
pending_by_age:
  description: The number of users of the account who have not activated, by the time since they were created.
  returned: when users could be read
  type: dict
  sample: {"under_7_days": 3, "7_to_30_days": 5, "30_to_90_days": 2, "over_90_days": 0, "unknown": 0}
conversion:
  description:
    - How many of the users who were invited earlier have activated. With the ledger V(sqlite) only; others count none.
    - C(median_days) are the days from the last invitation to the first run that found the user active. RingCentral does
      not report when a user activated.
    - C(by) holds the same for each site, department, mail domain and wave. C(silent_domains) are domains where at
      least five users were invited, twice or at least two days ago, and none activated.
  returned: when users could be read
  type: dict
  sample: {"invited": 40, "activated": 31, "median_days": 1.5, "by": {"domain": []}, "silent_domains": []}
forecast:
  description:
    - The C(dates) of the next 14 days on which users will be mailed, with the addresses of these C(users).
    - It assumes a run each day at this time, that RingCentral accepts each invitation, and that no user activates.
  returned: when users could be read
  type: list
  elements: dict
  sample: [{"dates": ["2026-02-02"], "users": ["ada@example.com"]}]
tasks:
  description: The ids of the bulk tasks that were started.
  returned: when users could be read
  type: list
  elements: str
  sample: ["8c1f2b"]
plan:
  description: The users who would be invited, for the option O(plan) of a later run.
  returned: in check mode
  type: dict
  sample: {"account": "400131426008", "made_at": "2026-01-31T09:00:00Z", "users": []}
waves:
  description: The number of users in each wave. The entry without a name counts the users in no wave.
  returned: when O(waves) is given
  type: list
  elements: dict
  sample: [{"name": "Lyon, Paris", "users": 120}, {"name": null, "users": 3}]
hand_overs:
  description:
    - What a person is asked to send in the portal, in the order in which the portal lists users. This is the new
      hand-over of this run, and the earlier ones that wait for their confirmation, if this run considered all
      of their users.
    - In check mode the new one has no id.
  returned: with O(transport=portal), when users could be read
  type: list
  elements: dict
  contains:
    id:
      description: The id for O(confirm).
      type: str
      sample: h0123456789a
    made_at:
      description: When it was made, in UTC.
      type: str
      sample: "2026-01-31T09:00:00Z"
    confirm_by:
      description: When it expires, in UTC.
      type: str
      sample: "2026-02-01T09:00:00Z"
    new:
      description: Whether this run made it.
      type: bool
      sample: true
    batches:
      description: Its batches that are not confirmed yet, each with the C(id) for O(confirm), C(number), C(name) of the
        wave or onboarding batch, a C(note), and C(users) with C(site), C(department), C(name), C(extension_number),
        C(email) and C(id).
      type: list
      elements: dict
      sample: [{"id": "h0123456789a-1", "number": 1, "name": "", "note": "", "users": []}]
confirmed:
  description: The hand-over that was confirmed, the number of the batch or null for all of it, and when it was made.
  returned: with O(confirm)
  type: dict
  sample: {"id": "h0123456789a", "batch": 2, "made_at": "2026-01-31T09:00:00Z"}
account:
  description: The account that was worked on.
  returned: when users could be read
  type: dict
  sample: {"id": "400131426008", "main_number": "+16505550100"}
api:
  description: How much of RingCentral's API the task used.
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
from ansible_collections.onboard.ringcentral.plugins.module_utils._confirmation import confirm
from ansible_collections.onboard.ringcentral.plugins.module_utils._custom_fields import with_employee_ids
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import (
    excluding_nobody,
    judge_named,
    judge_planned,
    narrowed_to_nobody,
    select,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import IncompleteDelivery, InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._forecast import Course
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import check_ledger
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import User
from ansible_collections.onboard.ringcentral.plugins.module_utils._options import read_guard, read_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._outcomes import approval_of, failure_of, result_of
from ansible_collections.onboard.ringcentral.plugins.module_utils._outlook import outlook
from ansible_collections.onboard.ringcentral.plugins.module_utils._plans import check_account, check_age
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy_options import read_policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import Progress, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users, refuse_strangers
from ansible_collections.onboard.ringcentral.plugins.module_utils._stages import (
    Outcome,
    Plan,
    Selection,
    Sending,
    foresee,
    ledger_of,
    make_plan,
    offers,
    recall,
    sends,
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
    _check_whom(params)
    if params["confirm"] is not None:
        return confirm(params, api, now, check_mode=check_mode, progress=progress)
    policy, warnings = _policy(params, now())
    waves = read_waves(params["waves"])
    account = read_account(api, params["expect_account"])
    check_account(params["plan"], account)
    with ledger_of(params["ledger"], account, api, os.environ, read_only=check_mode, now=now) as ledger:
        everybody, selection = _read(params, policy, api)
        situation = recall(params, ledger, api, account=account, everybody=everybody, selections=[selection], now=now())
        plan = make_plan([selection], situation, now(), correct_email=params["correct_email"])
        if check_mode or plan.guards:
            outcome = foresee(plan, waves, params["transport"])
        else:
            outcome = Sending(params, api, ledger, now, progress).carry_out(plan, waves)
        result = result_of(account, outcome) | {"warnings": []}
        if params["transport"] == "portal":
            result |= offers(plan, outcome, waves, ledger, now(), check_mode=check_mode)
    result["warnings"] += [
        *warnings,
        *situation.warnings,
        *narrowed_to_nobody(policy, everybody),
        *excluding_nobody(policy, everybody),
    ]
    courses = [] if params["plan"] else [Course(policy, outcome.after[0])]  # an approved plan is for one run
    result |= outlook(situation, courses, waves, now(), check_mode=check_mode)
    if waves:
        result["waves"] = sizes(waves, (one.user for one in sends(plan.decisions[0]) if one.user))
    if check_mode:
        result["plan"] = approval_of(account, outcome.after[0], now())
    return _checked(plan, outcome, policy, result)


def _policy(params: Mapping[str, Any], now: datetime) -> tuple[Policy, list[str]]:
    """The policy, and warnings; whatever cannot be meant is refused before RingCentral is asked anything."""
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
        for option in ("users", "plan", "all_pending", "confirm")
        if params[option] is not None and params[option] is not False
    ]
    if params["confirm_except"] and "confirm" not in given:
        raise InvalidOption("confirm_except", "needs confirm, the id of the hand-over. No mail was sent.")
    if len(given) > 1:
        raise InvalidOption(given[-1], f"cannot be combined with {given[0]}; give one of them")
    if not given or (given == ["users"] and not any(name.strip() for name in params["users"])):
        said = "is empty" if given else "is not given"
        raise InvalidOption("users", f"{said}; name the users, or set all_pending to true for all of them")


def _read(params: Mapping[str, Any], policy: Policy, api: Api) -> tuple[list[User], Selection]:
    """All users that matter, and those of them to consider."""
    # the whole account: an address that another user has is not this user's alone, and no type is left out unseen
    users = list_users(api)
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
