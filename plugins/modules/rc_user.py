#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_user
short_description: Correct users of a RingCentral account
version_added: 0.1.0
description:
  - Sets the e-mail address, name, department or job title of existing users. Attributes that you leave out keep their
    values.
  - Takes one user, or a list of users that share one login and one read of the account.
  - Never creates or deletes a user, never changes a status or a password, and never asks for an invitation.
notes:
  - Developed against RingCentral's published API description and an emulator of it, not against the live service.
  - The module reads the whole account first. That is how it detects unknown and ambiguous names, and addresses that are
    already in use.
  - If the address is the login name, a new address changes how the user logs in.
  - The ledger of M(onboard.ringcentral.rc_send_invite) is not touched.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows only the attributes that change. With O(users), there is one diff for each user that changes.
  idempotent:
    support: full
  action_group:
    support: full
options:
  user:
    description:
      - The user to correct, by e-mail address, id or extension number. Quote a number that begins with a zero.
      - Only people can be corrected. Call queues, rooms and the like are refused.
      - To change O(email), name the user by id or extension number. The old address identifies no user afterwards.
      - Give either O(user), with the attributes beside it, or O(users).
    type: str
  email:
    description:
      - The new e-mail address. Case is ignored when it is compared with the present one.
      - Refused if it is not an e-mail address, or if another person of the account has it.
      - Give at least one of O(email), O(first_name), O(last_name), O(department) and O(job_title).
    type: str
  first_name:
    description: The new first name.
    type: str
  last_name:
    description: The new last name.
    type: str
  department:
    description: The new department. An empty value removes it.
    type: str
  job_title:
    description: The new job title. An empty value removes it.
    type: str
  users:
    description:
      - Users to correct in one task, each with the attributes to change.
      - All entries are checked before the first change. If one of them is refused, the task fails, the message names
        every problem, and no user is changed.
      - An entry is refused for the same reasons as O(user), if it contradicts another entry about the same user, or if
        two entries ask for the same address. An entry that repeats another one counts once.
      - An address may pass from one listed user to the next. The user who gives it up is changed first. Two users
        cannot swap addresses in one task.
      - RingCentral allows about 40 changes a minute by default, so more than 600 of them need a larger O(max_wait).
      - If RingCentral refuses a user, the task continues with the others and fails at the end. A failed login, a
        missing permission, or three users in a row without a usable answer end it early. RV(users) has the outcome
        of every user in each case.
    type: list
    elements: dict
    suboptions:
      user:
        description: The user to correct, as in O(user).
        type: str
        required: true
      email:
        description: The new e-mail address, as in O(email).
        type: str
      first_name:
        description: The new first name.
        type: str
      last_name:
        description: The new last name.
        type: str
      department:
        description: The new department. An empty value removes it.
        type: str
      job_title:
        description: The new job title. An empty value removes it.
        type: str
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_user_info
  - module: onboard.ringcentral.rc_send_invite
"""

EXAMPLES = r"""
- name: Correct an address
  onboard.ringcentral.rc_user:
    user: "101"
    email: ada.lovelace@example.com

- name: Preview a new name
  onboard.ringcentral.rc_user:
    user: ada.lovelace@example.com
    last_name: King
    job_title: Countess
  check_mode: true
  diff: true

- name: Correct several users with one login
  onboard.ringcentral.rc_user:
    users:
      - {user: "101", email: ada.lovelace@example.com}
      - {user: "102", last_name: Babbage, department: Engines}
      - {user: "62264425008", email: mary.somerville@example.com}

- name: Read corrections from a CSV file with the columns user, email and department
  community.general.read_csv:
    path: corrections.csv
  register: corrections

- name: Apply them, where an empty cell leaves the attribute as it is
  onboard.ringcentral.rc_user:
    users: >-
      {{ corrections.list | map('dict2items') | map('rejectattr', 'value', 'equalto', '') | map('list')
         | map('items2dict') }}
"""

RETURN = r"""
user:
  description: The user after the change. In check mode, the user as they would be.
  returned: success, with O(user)
  type: dict
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
      description: The type, as in M(onboard.ringcentral.rc_user_info).
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
users:
  description: The outcome of each user, in the order of O(users).
  returned: with O(users), on success, and on failure once all entries were accepted
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
    email:
      description: The e-mail address after the task.
      type: str
      sample: ada.lovelace@example.com
    extension_number:
      description: The extension number, empty if there is none.
      type: str
      sample: "101"
    before:
      description: The attributes that differ from what was asked for, with their values before the task.
      type: dict
      sample: {"email": "ada@example.com"}
    after:
      description:
        - The same attributes with their values after the task, which equal RV(users[].before) if the user was not
          changed.
      type: dict
      sample: {"email": "ada.lovelace@example.com"}
    changed:
      description: Whether the user was, would be, or may have been changed.
      type: bool
      sample: true
    outcome:
      description:
        - V(corrected), or V(would_correct) in check mode.
        - V(unchanged) if the user had these values already.
        - V(failed) if RingCentral refused the change, or the request could not be sent.
        - V(unknown) if no usable answer arrived, so the user may have been changed. Run the task again to find out.
        - V(not_attempted) if the task ended early, or if another user still has the address.
      type: str
      sample: corrected
    message:
      description: Why the user was not corrected, or empty.
      type: str
      sample: ""
problems:
  description: The reasons why entries of O(users) were refused. No user was changed.
  returned: when an entry of O(users) is refused
  type: list
  elements: dict
  contains:
    entry:
      description: The position of the entry in O(users), counted from 1.
      type: int
      sample: 2
    user:
      description: The user as the entry names them, or a description of the user that was found.
      type: str
      sample: ada@example.com
    option:
      description: The part of the entry that is wrong.
      type: str
      sample: user
    message:
      description: What is wrong with it.
      type: str
      sample: no user has the e-mail, id or extension number ada@example.com
account:
  description: The account of the users.
  returned: success, and failure with RV(users)
  type: dict
  sample: {"id": "400131426008", "main_number": "+16505550100"}
api:
  description: How much of RingCentral's API the task used.
  returned: always
  type: dict
  sample: {"requests": {"auth": 1, "light": 1, "medium": 2}, "retries": 0, "waited_seconds": 0.0}
error:
  description: What went wrong, for a playbook to branch on. C(code) is RingCentral's error code if there is one.
  returned: failure
  type: dict
  sample: {"code": "InvalidOption", "option": "email"}
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import describe
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import Progress, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform
from ansible_collections.onboard.ringcentral.plugins.module_utils._user_changes import (
    Change,
    Problem,
    judge,
    malformed,
    read_entries,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._user_writes import (
    IncompleteCorrection,
    Outcome,
    carry_out,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import (
    Account,
    Api,
    list_users,
    read_account,
)

SHOWN = 25
"""Users or entries that a message names at most; the result has them all."""


def run(
    params: Mapping[str, Any],
    api: Api,
    now: Callable[[], datetime],  # noqa: ARG001
    *,
    check_mode: bool,
    progress: Progress = silent,  # noqa: ARG001
) -> dict[str, Any]:
    """Read, compare, then write what differs. Returns what RETURN documents, but for ``api`` and ``error``."""
    entries = read_entries(params)
    single = params["users"] is None
    if single and (problems := malformed(entries)):  # of a list, the account may show more problems
        raise _refuse_one(problems)
    account = read_account(api, params["expect_account"])
    changes, problems = judge(entries, list_users(api))
    if problems:
        raise _refuse_one(problems) if single else _refuse(problems, len(entries))
    outcomes, cause = carry_out(api, changes, check_mode=check_mode)
    return _report_one(outcomes[0], account) if single else _report(outcomes, cause, account)


def _refuse_one(problems: Sequence[Problem]) -> InvalidOption:
    first, *others = problems
    words = "; ".join([first.message, *(f"{other.option}: {other.message}" for other in others)])
    return InvalidOption(first.option, f"{words}. No user was changed.")


def _refuse(problems: Sequence[Problem], entries: int) -> InvalidOption:
    """Every problem of a list at once."""
    wrong = len({problem.entry for problem in problems})
    words = _some([f"entry {one.entry} ({one.user}): {one.option}: {one.message}" for one in problems])
    error = InvalidOption("users", f"{wrong} of {entries} entries cannot be applied: {words}. No user was changed.")
    error.result["problems"] = [asdict(problem) for problem in problems]
    return error


def _report_one(outcome: Outcome, account: Account) -> dict[str, Any]:
    """The result of the single form."""
    if outcome.error:
        raise outcome.error
    return {
        "changed": outcome.changed,
        "user": outcome.change.corrected().to_dict(),
        "account": asdict(account),
        "diff": _diff(outcome.change),
    }


def _report(outcomes: Sequence[Outcome], cause: RingCentralError | None, account: Account) -> dict[str, Any]:
    """The result of the list form; IncompleteCorrection, with that result, unless every user is right now."""
    result = {
        "changed": any(outcome.changed for outcome in outcomes),
        "users": [_as_dict(outcome) for outcome in outcomes],
        "account": asdict(account),
        "diff": [_titled_diff(outcome.change) for outcome in outcomes if outcome.changed],
    }
    failures = [outcome for outcome in outcomes if not outcome.succeeded]
    if failures:
        words = _some([f"{describe([failure.change.user])}: {failure.message}" for failure in failures])
        message = f"{len(failures)} of {len(outcomes)} users were not corrected, or may not have been: {words}"
        raise IncompleteCorrection(message, result=result, cause=cause)
    return result


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    diff = _diff(outcome.change)
    user = outcome.change.corrected() if outcome.changed else outcome.change.user
    return {
        **{name: getattr(user, name) for name in ("id", "name", "email", "extension_number")},
        **(diff if outcome.changed else {**diff, "after": diff["before"]}),
        "changed": outcome.changed,
        "outcome": outcome.word,
        "message": outcome.message,
    }


def _diff(change: Change) -> dict[str, dict[str, str]]:
    return {"before": {name: getattr(change.user, name) for name in change.fields}, "after": dict(change.fields)}


def _titled_diff(change: Change) -> dict[str, Any]:
    title = describe([change.user])
    return {"before_header": title, "after_header": title, **_diff(change)}


def _some(sentences: Sequence[str]) -> str:
    more = [f"and {len(sentences) - SHOWN} more"] if len(sentences) > SHOWN else []
    return "; ".join([*sentences[:SHOWN], *more])


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.user(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
