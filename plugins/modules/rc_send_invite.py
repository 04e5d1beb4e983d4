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
      - A plan that somebody has looked at, such as P(onboard.ringcentral.invite_plan#filter) makes of what check mode
        returned. Its users are mailed and nobody else, so nobody at all if it holds none.
      - They are judged anew, and left out with the reason if they have activated, changed their address or left the
        O(directory) since.
    type: dict
    suboptions:
      account:
        description: The id of the account that the plan was made for. Nothing is sent in another one.
        type: str
        required: true
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
  site:
    description: Only users of these sites, by name. Case is ignored.
    type: list
    elements: str
  department:
    description: Only users of these departments. Case is ignored.
    type: list
    elements: str
  min_age:
    description:
      - Leave out users who were created less than this time ago, such as V(3d). RingCentral mails new users itself.
      - Users without a creation time count as old enough.
    type: str
  type:
    description: Only users of these types.
    type: list
    elements: str
    default: [user]
    choices: [user, digital_user, flexible_user, virtual_user, fax_user]
  resend_after:
    description:
      - How long an invitation's link lives, such as V(48h), V(2d) or V(1d12h). Until then nobody is mailed again.
      - RingCentral spoke of 48 hours in 2019.
    type: str
    default: 48h
  max_attempts:
    description: Stop inviting somebody after this many invitations. V(0) never stops.
    type: int
    default: 0
  exclude:
    description:
      - Never mail these, which are e-mail addresses, ids, extension numbers, or globs of them.
      - Those in the environment variable E(RC_EXCLUDE), separated by commas or blanks, are excluded as well.
    type: list
    elements: str
    default: []
  correct_email:
    description:
      - Give users the address that the O(directory) has for them, before they are invited. By default they are held,
        and shown with that address.
      - Done only where the directory knows beyond doubt who they are, by employee id, or by another key and the same
        name, and where nobody else in RingCentral has the address. Everybody else is held as without it.
      - Each correction is a request of its own, of which RingCentral allows 40 a minute. The whole account is read.
      - Where the address is the login name, the user logs in by the new one.
    type: bool
    default: false
  window:
    description:
      - Mail people only in these hours. Outside of them nobody is mailed, and RV(results) say when they begin.
      - They are looked at once, when the plan is made.
    type: dict
    suboptions:
      days:
        description: The days of the week.
        type: list
        elements: str
        choices: [mon, tue, wed, thu, fri, sat, sun]
        default: [mon, tue, wed, thu, fri]
      start:
        description: When the window opens, such as V(09:00). Quote it in YAML.
        type: str
        default: "09:00"
      end:
        description: When it is over, such as V(17:00). Quote it in YAML.
        type: str
        default: "17:00"
      holidays:
        description: Days on which nobody is mailed, such as V(2026-12-25).
        type: list
        elements: str
        default: []
      timezone:
        description: The time zone of all this, such as V(Europe/Paris).
        type: str
        default: UTC
      timezones:
        description: The time zones of sites that have another one, by the name of the site.
        type: dict
        default: {}
  limit:
    description: Mail at most so many in this run, those who were created first. V(0) means no limit.
    type: int
    default: 0
  max_invites:
    description: A guard. If more would be mailed, the task fails and sends nothing. V(0) means no guard.
    type: int
    default: 0
  canary:
    description:
      - Send so many first, and go on only if RingCentral accepted all of them. V(0) means no canary.
    type: int
    default: 0
  max_failures:
    description:
      - Start no further batch once more than so many users failed, or may have. With more the task fails.
      - A batch is 500 users with O(transport=bulk), one user with O(transport=single). Whoever was refused the last
        time comes last in the next run.
    type: int
    default: 0
  force:
    description:
      - Ignore O(resend_after), O(max_attempts) and invitations that are in doubt.
      - Does not ignore status, type, address, O(allowed_domains), O(directory) or O(exclude).
    type: bool
    default: false
  transport:
    description:
      - V(bulk) sends up to 500 invitations in one request, V(single) one in each.
      - V(auto) takes V(bulk) for more than one user, and V(single) where the account may not use bulk.
    type: str
    choices: [auto, bulk, single]
    default: auto
  transition:
    description:
      - The two flags by which RingCentral is asked to mail. What they mean was swapped in its documentation of December
        2020, so both are sent by default.
    type: dict
    suboptions:
      send_welcome_emails_to_users:
        description: Send C(sendWelcomeEmailsToUsers).
        type: bool
        default: true
      send_welcome_email:
        description: Send C(sendWelcomeEmail).
        type: bool
        default: true
  ledger:
    description: Where is remembered who was invited when, how often, and by which run and bulk task.
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
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._corrections import (
    Correction,
    correct,
    corrected,
    corrections,
    told,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._custom_fields import with_employee_ids
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import (
    Decision,
    decide,
    judge_named,
    judge_planned,
    narrowed_to_nobody,
    select,
    tally,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._delivery import Delivery, settle_claims
from ansible_collections.onboard.ringcentral.plugins.module_utils._directory import read_directory
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import (
    GuardExceeded,
    IncompleteDelivery,
    InvalidOption,
    WrongAccount,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import check_ledger, open_ledger
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import PERSON_TYPES, User
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import for_people, parse_duration
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import Account, Api, list_users, read_account
from ansible_collections.onboard.ringcentral.plugins.module_utils._window import read_window

_POLICY_OPTIONS = (
    "max_attempts",
    "allowed_domains",
    "exclude",
    "placeholder_patterns",
    "limit",
    "canary",
    "max_failures",
    "force",
)


def run(params: Mapping[str, Any], api: Api, now: Callable[[], datetime], *, check_mode: bool) -> dict[str, Any]:
    """Plan, correct, then send. Returns what RETURN documents, but for ``api`` and ``error``."""
    policy = _policy(params, now())
    check_ledger(params["ledger"], os.environ)
    account = read_account(api, params["expect_account"])
    if params["plan"] and params["plan"]["account"] != account.id:
        raise WrongAccount(
            f"plan: was made for {params['plan']['account']}, not for the account {account.id}; nothing was sent"
        )
    ledger = open_ledger(params["ledger"], account, api, os.environ, read_only=check_mode)
    try:
        everybody, considered, absent = _read_users(params, policy, api)
        history = ledger.history(user.id for user in considered if user.is_pending_person)
        settled = settle_claims(api, history)
        history |= {record.user_id: record for record in settled}

        def plan_after(done: Sequence[Correction]) -> list[Decision]:
            users, others = corrected(considered, done), corrected(everybody, done)
            return told([*decide(policy, users, others, history, now()), *absent], done)

        uncorrected = plan_after([])
        proposed = corrections(uncorrected) if params["correct_email"] else []
        plan = plan_after(proposed) if proposed else uncorrected
        sends = _sends(plan)
        if params["max_invites"] and len(sends) > params["max_invites"]:
            raise GuardExceeded(
                f"max_invites: {len(sends)} users would be mailed, only {params['max_invites']} may; nothing was sent",
                result=_result(account, uncorrected, uncorrected),
            )
        warnings = narrowed_to_nobody(policy, everybody)
        if check_mode:
            return {**_result(account, plan, [_would_invite(decision) for decision in plan]), "warnings": warnings}
        ledger.settle(settled)
        done = correct(api, proposed)
        plan = plan_after(done) if done else plan
        delivery = Delivery(api, ledger, policy, params["transition"], run=uuid.uuid4().hex[:12], now=now)
        delivery.send(_sends(plan), params["transport"])
    finally:
        ledger.close()
    refused = sum(bool(correction.error) for correction in done)
    return {**_report(account, plan, delivery, policy.max_failures, refused), "warnings": warnings}


def _sends(plan: Iterable[Decision]) -> list[Decision]:
    return [decision for decision in plan if decision.verdict == "send"]


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
        raise InvalidOption("users", f"{said}; name somebody, or set all_pending to true for everybody")


def _policy(params: Mapping[str, Any], now: datetime) -> Policy:
    _check_whom(params)
    for option in ("max_attempts", "limit", "max_invites", "canary", "max_failures"):
        if params[option] < 0:
            raise InvalidOption(option, f"{params[option]} is negative; 0 means none")
    if not any(params["transition"].values()):
        raise InvalidOption("transition", "with both flags false RingCentral would mail nobody")
    if params["correct_email"] and params["directory"] is None:
        raise InvalidOption("correct_email", "needs a directory to take addresses from")
    return Policy(
        types=params["type"],
        sites=params["site"] or (),
        departments=params["department"] or (),
        min_age=timedelta(0) if params["min_age"] is None else parse_duration("min_age", params["min_age"]),
        resend_after=parse_duration("resend_after", params["resend_after"]),
        directory=read_directory(params["directory"], params["match_by"]),
        planned={entry["id"]: entry["email"] for entry in (params["plan"] or {}).get("users", ())},
        window=read_window(params["window"], now),
        **{option: params[option] for option in _POLICY_OPTIONS},
    )


def _read_users(
    params: Mapping[str, Any], policy: Policy, api: Api
) -> tuple[list[User], Sequence[User], list[Decision]]:
    """All users that matter, of these the ones to consider, and what is to be said of those who are not there."""
    if params["all_pending"] and not params["correct_email"]:
        users = list_users(api, statuses=["not_activated"], types=PERSON_TYPES)
    else:
        users = list_users(api)
    users = with_employee_ids(api, users, params["employee_id_field"])
    if params["all_pending"]:
        return users, select(policy, users), []
    if params["plan"] is not None:
        return users, [user for user in users if user.id in policy.planned], judge_planned(policy.planned, users)
    found = find_users(params["users"], users)
    return users, found.users, judge_named(found.not_found, found.ambiguous)


def _would_invite(decision: Decision) -> Decision:
    return replace(decision, outcome="would_invite") if decision.verdict == "send" else decision


def _report(
    account: Account, plan: Sequence[Decision], delivery: Delivery, max_failures: int, uncorrected: int
) -> dict[str, Any]:
    """The result of a real run; raises IncompleteDelivery with it unless as good as everybody was served."""
    reached = [delivery.done.get(decision.user.id, decision) if decision.user else decision for decision in plan]
    stopped = delivery.stopped
    if stopped:
        reached = [
            replace(decision, message="was not reached any more; the next run does it")
            if decision.verdict == "send" and not decision.outcome
            else decision
            for decision in reached
        ]
    result = _result(account, plan, reached, delivery.tasks)
    counts = result["counts"]
    troubles = {"failed": counts["failed"], "unknown": counts["unknown"], "not corrected": uncorrected}
    if stopped or sum(troubles.values()) > max_failures:
        served = f"{counts['invited']} of {counts['send']} users were invited"
        rest = ", ".join(f"{number} {trouble}" for trouble, number in troubles.items() if number)
        raise IncompleteDelivery(
            f"{served}{f' ({rest})' if rest else ''}"
            + (f"; stopped because {stopped.message}" if stopped else "; see results for each one's message"),
            result=result,
            cause=stopped,
        )
    return result


def _result(
    account: Account, plan: Sequence[Decision], reached: Sequence[Decision], tasks: Sequence[str] = ()
) -> dict[str, Any]:
    diff = _diff(plan, reached)
    return {
        "changed": bool(diff["after"]),
        "results": [decision.to_dict() for decision in reached],
        **tally(reached),
        "tasks": list(tasks),
        "account": asdict(account),
        "diff": diff,
    }


def _diff(plan: Sequence[Decision], reached: Sequence[Decision]) -> dict[str, dict[str, str]]:
    """Addresses before and after, and those who are mailed, as the ledger knew them before and as they come out."""
    diff: dict[str, dict[str, str]] = {"before": {}, "after": {}}
    for before, after in zip(plan, reached, strict=True):
        if after.user and after.corrected_from is not None:
            label = f"address of {after.user.name}, id {after.user.id}"
            diff["before"][label] = after.corrected_from or "none"
            diff["after"][label] = after.user.email
        if after.user and after.outcome in {"invited", "would_invite", "unknown"}:
            label = f"{after.user.email} ({after.user.name}, id {after.user.id})"
            asked_at = before.record.last_invited_at if before.record else None
            diff["before"][label] = f"last invited on {for_people(asked_at)}" if asked_at else "never invited"
            diff["after"][label] = "may have been invited" if after.outcome == "unknown" else "invited"
    return diff


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.send_invite(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
