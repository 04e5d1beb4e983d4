#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_prove
short_description: Prove on test users how a RingCentral account mails invitations
version_added: 0.1.0
description:
  - Invites one to five test users in each way that RingCentral documents, one mail at a time. Notes what RingCentral
    answers and what arrives.
  - Then writes the custom field of the ledger, measures how late the directory shows it, and reads what the audit trail
    records.
  - From that it derives the settings that work for this account, and a profile that reproduces the account in a test.
  - The playbook C(onboard.ringcentral.prove) asks before each mail. The module alone cannot ask, so it carries
    out the steps in O(confirm) and takes the counts in O(answers).
notes:
  - Developed against RingCentral's published API description and an emulator of it, not against the live service.
  - The users take turns, so with more users each of them gets fewer mails.
  - The step C(field) leaves a record of an invitation in the custom field of the first test user, and creates the field
    if it is missing.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
    details: Reads the account and shows the steps. Sends nothing and writes no file.
  diff_mode:
    support: none
    details: The steps are in RV(steps).
  idempotent:
    support: full
    details: A step that is in the file at O(path) is never carried out again.
  action_group:
    support: full
options:
  users:
    description:
      - The test users, named by e-mail address, id or extension number. At least one, at most five.
      - Each must be a person who has not activated, and whom M(onboard.ringcentral.rc_send_invite) would mail with the
        same O(allowed_domains), O(exclude) and O(placeholder_patterns).
    type: list
    elements: str
    required: true
  allowed_domains:
    description: Domains, or globs of domains. A user with an address in any other domain is refused.
    type: list
    elements: str
    default: []
  exclude:
    description: Users who are never mailed, as e-mail addresses, ids, extension numbers or globs.
    type: list
    elements: str
    default: []
  placeholder_patterns:
    description: Globs of addresses that are placeholders. A user with such an address is refused.
    type: list
    elements: str
    default: []
  path:
    description:
      - The file that holds the proof, with no name, address, id or secret in it. It is written before and after each
        step, and a later run goes on from it.
      - Only its owner can read it.
    type: path
    default: proof.json
  confirm:
    description:
      - The steps that may be carried out without a question. V(all) are all of them.
      - A step that is not confirmed, and that no one can be asked about, is left to a later run.
    type: list
    elements: str
    choices: [all, single_both, single_to_users, single_welcome, bulk_both, bulk_to_users, bulk_welcome, field]
    default: []
  answers:
    description:
      - What arrived after each step, for runs in which no one can be asked.
      - C(both) stands for both flags of O(onboard.ringcentral.rc_send_invite#module:transition), C(to_users) for
        C(send_welcome_emails_to_users) alone, C(welcome) for C(send_welcome_email) alone.
    type: dict
    suboptions:
      single_both:
        description: After an update of one user with both flags.
        type: dict
        suboptions: &arrived
          mails:
            description: The number of mails that arrived.
            type: int
            required: true
          links:
            description: The number of those mails that have a link to activate the account.
            type: int
            required: true
      single_to_users:
        description: After an update of one user with C(send_welcome_emails_to_users) alone.
        type: dict
        suboptions: *arrived
      single_welcome:
        description: After an update of one user with C(send_welcome_email) alone.
        type: dict
        suboptions: *arrived
      bulk_both:
        description: After a bulk update with both flags.
        type: dict
        suboptions: *arrived
      bulk_to_users:
        description: After a bulk update with C(send_welcome_emails_to_users) alone.
        type: dict
        suboptions: *arrived
      bulk_welcome:
        description: After a bulk update with C(send_welcome_email) alone.
        type: dict
        suboptions: *arrived
  field:
    description: The name of the custom field of the ledger.
    type: str
    default: Last invitation
  pause:
    description: Seconds between two mails that are not counted in between, so that their times tell them apart.
    type: float
    default: 60
  patience:
    description: The most seconds to wait until the directory shows the custom field.
    type: float
    default: 600
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_send_invite
"""

EXAMPLES = r"""
- name: Send the first mail to a test user
  onboard.ringcentral.rc_prove:
    users: [you+test@example.com]
    confirm: [single_both]

- name: Say what arrived, and get the settings
  onboard.ringcentral.rc_prove:
    users: [you+test@example.com]
    answers:
      single_both: {mails: 1, links: 1}
  register: proved
"""

RETURN = r"""
recommendation:
  description: The settings that the proof supports.
  returned: when users could be read
  type: dict
  contains:
    variables:
      description: Variables of the role reinvite to set. A setting that is not known yet is not among them.
      type: dict
      sample: {"reinvite_transport": "auto"}
    reasons:
      description: Why, in words.
      type: list
      elements: str
      sample: ["Sent one by one and in bulk, these flags bring one mail with a link."]
steps:
  description: Each step with the user it was for.
  returned: when users could be read
  type: list
  elements: dict
  contains:
    step:
      description: The name of the step.
      type: str
      sample: single_both
    what:
      description: What it does, in words.
      type: str
      sample: an update of one user, both flags
    state:
      description:
        - V(accepted) if RingCentral accepted it, V(refused), V(skipped), V(open) if it was not carried out yet, or
          V(in_doubt) if no answer says so. V(claimed) if the run that began it never ended.
        - For C(field) also V(kept), V(not_kept), V(forbidden) or V(no_room), for C(audit) V(read).
      type: str
      sample: accepted
    email:
      description: The address of the user that was mailed, or whose turn it is.
      type: str
      sample: you+test@example.com
    at:
      description: When the step began, in UTC.
      type: str
      sample: "2026-01-31T09:00:00Z"
    mails:
      description: How many mails arrived, or null if they were not counted.
      type: int
      sample: 1
    links:
      description: How many of them have a link, or null if they were not counted.
      type: int
      sample: 1
    seconds:
      description: The seconds until the directory showed the custom field, for the step C(field) alone.
      type: float
      sample: 2.1
complete:
  description: Whether each step was done or skipped, and the mails of each counted.
  returned: when users could be read
  type: bool
  sample: false
proof:
  description: What the file at O(path) holds, with placeholders for people, accounts and addresses.
  returned: when users could be read
  type: dict
  sample: {"format": 1, "steps": {}}
path:
  description: The file.
  returned: when users could be read
  type: str
  sample: /home/ada/proof.json
account:
  description: The account that was worked on.
  returned: when users could be read
  type: dict
  sample: {"id": "400131426008", "main_number": "+16505550100"}
api:
  description: How much of RingCentral's API the task used.
  returned: always
  type: dict
  sample: {"requests": {"auth": 1, "light": 9, "medium": 4}, "retries": 0, "waited_seconds": 3.5}
error:
  description: What went wrong, for a playbook to branch on. C(code) is RingCentral's error code where there is one.
  returned: failure
  type: dict
  sample: {"code": "InvalidOption", "option": "users"}
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import User
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import Progress, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._proof import (
    AUDIT,
    FIELD,
    MAIL_STEPS,
    STEPS,
    Proof,
    is_complete,
    is_sent,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._proof_file import ProofFile
from ansible_collections.onboard.ringcentral.plugins.module_utils._proof_questions import (
    Ask,
    Questions,
    no_one,
    read_counts,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._proof_users import (
    check_users,
    know_people,
    named_users,
    read_test_policy,
)
from ansible_collections.onboard.ringcentral.plugins.module_utils._proof_watch import ListeningApi, Watch
from ansible_collections.onboard.ringcentral.plugins.module_utils._proving import Proving, Setting
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import list_users, read_account

MAILS = [step.name for step in MAIL_STEPS]
WORDS = {
    **{step.name: step.words for step in MAIL_STEPS},
    FIELD: "the ledger's custom field",
    AUDIT: "the audit trail",
}
_LONGEST = 3600
"""Seconds that a proof may pause, or watch the directory."""


def run(
    params: Mapping[str, Any],
    api: ListeningApi,
    now: Callable[[], datetime],
    *,
    check_mode: bool,
    progress: Progress = silent,  # noqa: ARG001  # the client shows its waits
    ask: Ask = no_one,
) -> dict[str, Any]:
    """Read, prove, recommend. Returns what RETURN documents, but for ``api`` and ``error``."""
    names, policy = read_test_policy(params)
    questions = Questions(params["confirm"], read_counts("answers", params["answers"]), ask)
    pause, patience = (_seconds(name, params[name]) for name in ("pause", "patience"))
    account = read_account(api, params["expect_account"])
    watch = Watch(api, now)
    everybody = list_users(api)
    users = named_users(names, everybody)
    file = ProofFile(params["path"], saves=not check_mode)
    found = file.load(account.id, [user.id for user in users])
    check_users(users, policy, everybody, now(), may_have_activated=found is not None)
    know_people(watch.placeholders, account, everybody, users)
    proof = found or file.begin(account.id, [user.id for user in users], now())
    watch.recall(proof.get("seen"))
    setting = Setting(account, users, params["field"].strip(), pause, patience)
    proving = Proving(watch, setting, file, proof, questions)
    try:
        if not check_mode:
            proving.run()
    except RingCentralError as error:
        error.result = _result(proving, setting, file)
        raise
    for name in questions.counts:
        if not is_sent(proof, name) and not check_mode:
            api.warn(f"answers: {name} was not carried out, so its answer is of no use")
    return _result(proving, setting, file)


def _seconds(option: str, value: float) -> float:
    if not 0 <= value <= _LONGEST:
        raise InvalidOption(option, f"{value:g} is not a time from 0 to {_LONGEST} seconds. No mail was sent")
    return value


def _result(proving: Proving, setting: Setting, file: ProofFile) -> dict[str, Any]:
    proving.conclude()
    return {
        "changed": proving.changed,
        "steps": [_row(name, proving.proof, setting.users) for name in STEPS],
        "recommendation": proving.proof["recommendation"],
        "complete": is_complete(proving.proof),
        "proof": proving.proof,
        "path": file.path,
        "account": asdict(setting.account),
    }


def _row(name: str, proof: Proof, users: Sequence[User]) -> dict[str, Any]:
    entry = proof["steps"].get(name, {"state": "open"})
    arrived = entry.get("arrived") or {}
    emails = {f"<user-{number}>": user.email for number, user in enumerate(users, 1)}
    turn = f"<user-{MAILS.index(name) % len(users) + 1}>" if name in MAILS and entry["state"] == "open" else ""
    return {
        "step": name,
        "what": WORDS[name],
        "state": entry["state"],
        "email": emails.get(entry.get("user", turn), ""),
        "at": entry.get("at", ""),
        "mails": arrived.get("mails"),
        "links": arrived.get("links"),
        "seconds": entry.get("shown_after"),
    }


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.prove(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
