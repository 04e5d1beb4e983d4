#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_onboard
short_description: Invite batches of starters, each from its day on
version_added: 0.1.0
description:
  - Invites the starters of each batch that is due, and reminds them until they activate.
  - All batches share one login and one read of the account, which is repeated after each pause between waves. They
    share bulk requests too, while O(canary), O(max_failures), O(limit) and O(max_invites) apply to each batch. A batch
    that fails does not stop the others.
  - Run it daily. The O(ledger) makes that safe.
notes:
  - Developed against RingCentral's published API description and an emulator of it, not against the live service. See
    M(onboard.ringcentral.rc_send_invite).
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.sending
  - onboard.ringcentral.addresses
  - onboard.ringcentral.ledger
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
    details: Returns the same result, and writes nothing to RingCentral or to the ledger.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: A second run on the same day invites no user again, unless O(force=true).
  action_group:
    support: full
options:
  batches:
    description:
      - The batches. A user can be in only one of them.
      - All mistakes are reported together, before the first request to RingCentral.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the batch. Each batch needs its own.
        type: str
        required: true
      users:
        description: The starters, by e-mail address, id or extension number. Quote numbers that begin with a zero.
        type: list
        elements: str
      users_csv:
        description: A CSV file of starters, such as an export from the HR system, in addition to O(batches[].users) or
          instead of it.
        type: path
      users_csv_column:
        description: The column with the addresses. Usual names such as C(E-Mail) and C(mail) are detected.
        type: list
        elements: str
      users_csv_delimiter:
        description: The character between two columns. The default is detected from the file, or else a comma.
        type: str
      users_csv_encoding:
        description: The encoding, such as V(cp1252). UTF-8, and UTF-16 with a byte order mark, are detected.
        type: str
      invite_on:
        description: The first day on which users are invited, such as V(2026-12-01). Each batch needs one.
        type: str
      until:
        description: The last day on which users are invited or reminded.
        type: str
      remind_every:
        description: How often to remind users who have not activated, such as V(3d). Without it there are no reminders.
        type: str
      max_attempts:
        description: The most mails that a user gets. V(3) with O(batches[].remind_every), V(1) without.
        type: int
      site:
        description: Only starters at these sites. The default is O(site).
        type: list
        elements: str
      department:
        description: Only starters in these departments. The default is O(department).
        type: list
        elements: str
      owner:
        description: The person or address to show with the batch, such as its manager.
        type: str
  timezone:
    description: The time zone in which days begin, such as V(Europe/Paris).
    type: str
    default: UTC
  unknown:
    description:
      - What to do if RingCentral does not know a starter. V(hold) reports the starter and invites the others. V(fail)
        sends no mail at all.
    type: str
    choices: [hold, fail]
    default: hold
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_send_invite
  - module: onboard.ringcentral.rc_user_info
"""

EXAMPLES = r"""
- name: Invite the starters of December, and remind them every three days
  onboard.ringcentral.rc_onboard:
    batches:
      - name: December
        users: [ada.lovelace@example.com, "101"]
        invite_on: 2026-12-01
        until: 2026-12-31
        remind_every: 3d
        owner: hr@example.com
    timezone: Europe/Paris
    allowed_domains: [example.com]
  register: onboarding

- name: Show the progress of each batch
  ansible.builtin.debug:
    msg: "{{ onboarding.funnels }}"
"""

RETURN = r"""
batches:
  description: The progress of each batch.
  returned: when users could be read
  type: list
  elements: dict
  contains:
    name:
      description: The name of the batch.
      type: str
      sample: December
    folder:
      description: The name of the batch as a folder name.
      type: str
      sample: December
    owner:
      description: The owner of the batch.
      type: str
      sample: hr@example.com
    state:
      description: V(due), V(early) or V(over).
      type: str
      sample: due
    invite_on:
      description: The first day.
      type: str
      sample: "2026-12-01"
    until:
      description: The last day, or empty.
      type: str
      sample: "2026-12-31"
    listed:
      description: The number of starters named.
      type: int
      sample: 40
    found:
      description: The number of them that RingCentral knows.
      type: int
      sample: 39
    invited:
      description: The number of them who were ever invited, or have activated.
      type: int
      sample: 39
    activated:
      description: The number of them who have activated.
      type: int
      sample: 12
    mailed:
      description: The number of invitations that RingCentral accepted in this run.
      type: int
      sample: 27
    would_be_mailed:
      description: The number of invitations that check mode would send.
      type: int
      sample: 0
    handed_over:
      description: The number of users that this run handed over to a person, who invites them in the portal.
      type: int
      sample: 0
    held:
      description: The number of users who are held for a person to check.
      type: int
      sample: 1
    unknown:
      description: The names that match no user or several, each with its message.
      type: list
      elements: dict
      sample: [{"name": "nobody@example.com", "message": "no user has this e-mail, id or extension number"}]
    failure:
      description: Why the batch failed, or empty.
      type: str
      sample: ""
funnels:
  description: Listed, found, invited and activated users of each batch, by its name.
  returned: when users could be read
  type: dict
  sample: {"December": {"listed": 40, "found": 39, "invited": 39, "activated": 12}}
counts:
  description: The counts of all batches together.
  returned: when users could be read
  type: dict
  sample: {"listed": 40, "found": 39, "invited": 39, "activated": 12, "mailed": 27, "would_be_mailed": 0,
    "handed_over": 0, "held": 1}
results:
  description:
    - One entry for each user of the batches that are due, as M(onboard.ringcentral.rc_send_invite) returns it, with the
      name of the C(batch).
  returned: when users could be read
  type: list
  elements: dict
  sample: [{"batch": "December", "id": "62264425008", "name": "Ada Lovelace", "decision": "send", "outcome": "invited"}]
reasons:
  description: The number of users with each reason.
  returned: when users could be read
  type: dict
  sample: {"not_activated": 27, "recently_invited": 12}
waves:
  description: How many users are in which wave. The entry without a name counts those who are in none.
  returned: when O(waves) is given
  type: list
  elements: dict
  sample: [{"name": "Lyon, Paris", "users": 120}, {"name": null, "users": 3}]
today:
  description: The day in O(timezone).
  returned: when users could be read
  type: str
  sample: "2026-12-03"
timezone:
  description: O(timezone).
  returned: when users could be read
  type: str
  sample: Europe/Paris
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
    - C(by) holds the same for each site, department, mail domain, batch and wave. C(silent_domains) are domains where
      at least five users were invited, twice or at least two days ago, and none activated.
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
hand_overs:
  description: As M(onboard.ringcentral.rc_send_invite) returns it, and confirms it.
  returned: with O(transport=portal), when users could be read
  type: list
  elements: dict
  sample: []
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
  sample: {"code": "InvalidOption", "option": "batches"}
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._batches import (
    Batch,
    problems_with,
    read_batches,
    same_user_twice,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._custom_fields import with_employee_ids
from ansible_collections.onboard.ringcentral.plugins.module_utils._decisions import (
    decide,
    judge_named,
    narrowed_to_nobody,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import IncompleteDelivery
from ansible_collections.onboard.ringcentral.plugins.module_utils._forecast import Course
from ansible_collections.onboard.ringcentral.plugins.module_utils._funnel import Progress as BatchProgress
from ansible_collections.onboard.ringcentral.plugins.module_utils._funnel import summarize
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import check_ledger
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import User
from ansible_collections.onboard.ringcentral.plugins.module_utils._outcomes import failure_of, result_of
from ansible_collections.onboard.ringcentral.plugins.module_utils._outlook import outlook
from ansible_collections.onboard.ringcentral.plugins.module_utils._people_csv import read_people_csv
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy import Policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._policy_options import read_policy
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import Progress, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._stages import (
    Outcome,
    Selection,
    Sending,
    Situation,
    foresee,
    ledger_of,
    make_plan,
    offers,
    recall,
    sends,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import Api, list_users, read_account
from ansible_collections.onboard.ringcentral.plugins.module_utils._waves import read_waves, sizes
from ansible_collections.onboard.ringcentral.plugins.module_utils._window import read_zone


def run(
    params: Mapping[str, Any],
    api: Api,
    now: Callable[[], datetime],
    *,
    check_mode: bool,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Read, plan, carry out. Returns what RETURN documents, but for ``api`` and ``error``."""
    today, batches, policy, warnings = _options(params, now())
    waves = read_waves(params["waves"])
    account = read_account(api, params["expect_account"])
    with ledger_of(params["ledger"], account, api, os.environ, read_only=check_mode, now=now) as ledger:
        everybody, selections = _read(params, policy, batches, api)
        situation = recall(params, ledger, api, account=account, everybody=everybody, selections=selections, now=now())
        due = [one for batch, one in zip(batches, selections, strict=True) if batch.state == "due"]
        plan = make_plan(due, situation, now(), correct_email=params["correct_email"])
        if check_mode:
            outcome = foresee(plan, waves, params["transport"])
        else:
            outcome = Sending(params, api, ledger, now, progress).carry_out(plan, waves)
        result = _result(params, batches, selections, situation, outcome) | {"today": str(today), "warnings": []}
        if params["transport"] == "portal":
            result |= offers(plan, outcome, waves, ledger, now(), check_mode=check_mode)
    batch_of = {user.id: one.name for one in selections for user in one.users}
    result |= outlook(
        situation,
        _courses(zip(batches, selections, strict=True), situation, outcome, today, now()),
        waves,
        now(),
        check_mode=check_mode,
        groups={"batch": lambda user: batch_of.get(user.id)},
    )
    if waves:
        result["waves"] = sizes(waves, (one.user for one in sends(chain.from_iterable(plan.decisions)) if one.user))
    result["warnings"] += [*warnings, *situation.warnings, *narrowed_to_nobody(policy, everybody)]
    return _checked(result, outcome)


def _options(params: Mapping[str, Any], now: datetime) -> tuple[date, list[Batch], Policy, list[str]]:
    """Today, the batches, what holds for all of them, and warnings; RingCentral is asked nothing before that."""
    check_ledger(params["ledger"], os.environ)
    today = now.astimezone(read_zone("timezone", params["timezone"])).date()
    batches = read_batches(params["batches"], today, read_people_csv)
    return today, batches, *read_policy(params, now)


def _read(
    params: Mapping[str, Any], policy: Policy, batches: Sequence[Batch], api: Api
) -> tuple[list[User], list[Selection]]:
    """All users of the account, and those of each batch; InvalidOption if they cannot be meant."""
    users = with_employee_ids(api, list_users(api), params["employee_id_field"])
    selections = []
    for batch in batches:
        found = find_users(batch.users, users)
        own = replace(
            policy,
            resend_after=batch.resend_after,
            max_attempts=batch.max_attempts,
            sites=batch.site or policy.sites,
            departments=batch.department or policy.departments,
        )
        selections.append(
            Selection(own, found.users, judge_named(found.not_found, found.ambiguous, found.suggestions), batch.name)
        )
    met = list(zip(batches, selections, strict=True))
    problems = same_user_twice((batch, one.users) for batch, one in met)
    if params["unknown"] == "fail":
        absent = [(batch.name, one) for batch, found in met if batch.state == "due" for one in found.absent]
        problems += [f"batch {name}: users: {one.name}: {one.message}" for name, one in absent]
    if problems:
        raise problems_with(problems)
    return users, selections


def _result(
    params: Mapping[str, Any],
    batches: Sequence[Batch],
    selections: Sequence[Selection],
    situation: Situation,
    outcome: Outcome,
) -> dict[str, Any]:
    """What RETURN documents of the batches and of their users."""
    due = [batch.name for batch in batches if batch.state == "due"]
    progress = []
    for batch, one in zip(batches, selections, strict=True):
        place = due.index(batch.name) if batch.name in due else None
        decisions = None if place is None else outcome.after[place]
        failure = "" if place is None else failure_of(outcome, place, one.policy.max_failures)
        progress.append(BatchProgress(batch, one.users, one.absent, decisions, failure))
    names = [name for name, decisions in zip(due, outcome.after, strict=True) for _decision in decisions]
    result = result_of(situation.account, outcome)
    return {
        **result,
        "results": [{"batch": name, **row} for name, row in zip(names, result["results"], strict=True)],
        **summarize(progress, situation.history, params["timezone"]),
    }


def _courses(
    met: Iterable[tuple[Batch, Selection]],
    situation: Situation,
    outcome: Outcome,
    today: date,
    now: datetime,
) -> list[Course]:
    """The users of each batch that is due or will be, as this run leaves them."""
    after = iter(outcome.after)
    courses = []
    for batch, one in met:
        last = date.fromisoformat(batch.until) if batch.until else None
        if batch.state == "due":
            courses.append(Course(one.policy, next(after), last=last))
        elif batch.state == "early":
            first = date.fromisoformat(batch.invite_on)
            begun = decide(one.policy, one.users, situation.everybody, situation.history, now + (first - today))
            courses.append(Course(one.policy, begun, first, last))
    return courses


def _checked(result: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    """The result; raised with an error if a batch failed."""
    failed = [batch for batch in result["batches"] if batch["failure"]]
    if failed:
        listed = [f"- {batch['name']}: {batch['failure']}" for batch in failed]
        raise IncompleteDelivery(
            "\n".join([f"{len(failed)} of {len(result['batches'])} batches failed:", *listed]),
            result=result,
            cause=next(iter(outcome.stopped.values()), None),
        )
    return result


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.onboard(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
