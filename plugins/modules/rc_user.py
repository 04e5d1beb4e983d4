#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_user
short_description: Correct a user of a RingCentral account
version_added: 0.1.0
description:
  - Sets the address, name, department or job title of a user who exists. Whatever is not given stays as it is.
  - Never creates or deletes anybody, and never touches a status or a password.
notes:
  - Developed against RingCentral's published API description and an emulator of it, not against the live service.
  - The whole account is read first, so that a name can be told to be unknown or ambiguous, and an address to be taken.
  - Where the address is the login name, a new address changes how the user logs in.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Holds the attributes that change, and no others.
  idempotent:
    support: full
  action_group:
    support: full
options:
  user:
    description:
      - The user, named by e-mail address, id or extension number. Quote a number that begins with a zero.
      - Only users behind whom a person sits can be corrected.
      - Where O(email) is to change, name the user by id or extension number. The old address means nobody afterwards.
    type: str
    required: true
  email:
    description:
      - The address that mail is to go to. Case is ignored when it is compared with the one that the user has.
      - Refused if it is no e-mail address, or if another person of the account has it.
      - At least one of O(email), O(first_name), O(last_name), O(department) and O(job_title) is needed.
    type: str
  first_name:
    description: The first name.
    type: str
  last_name:
    description: The last name.
    type: str
  department:
    description: The department. An empty one takes it away.
    type: str
  job_title:
    description: The job title. An empty one takes it away.
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

- name: See what a new name would change
  onboard.ringcentral.rc_user:
    user: ada.lovelace@example.com
    last_name: King
    job_title: Countess
  check_mode: true
  diff: true
"""

RETURN = r"""
user:
  description: The user after the change, or as they would be in check mode.
  returned: success
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
      description: The address that mail goes to; empty if there is none.
      type: str
      sample: ada.lovelace@example.com
    email_as_login_name:
      description: Whether the user logs in by that address.
      type: bool
      sample: true
    extension_number:
      description: The extension number; empty if there is none.
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
      description: The id in the company's directory, if RingCentral keeps one; empty if not.
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
      description: When the user was created, in UTC, or null if RingCentral does not say.
      type: str
      sample: "2026-01-31T09:00:00Z"
account:
  description: The account that was worked on.
  returned: success
  type: dict
  sample: {"id": "400131426008", "main_number": "+16505550100"}
api:
  description: What it took of RingCentral's API.
  returned: always
  type: dict
  sample: {"requests": {"auth": 1, "light": 1, "medium": 2}, "retries": 0, "waited_seconds": 0.0}
error:
  description: What went wrong, for a playbook to branch on. C(code) is RingCentral's error code where there is one.
  returned: failure
  type: dict
  sample: {"code": "InvalidOption", "option": "email"}
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import canonical, is_address, visible
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import CORRECT_CONTACT
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import PERSON_TYPES, User, describe
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import find_users
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import Api, list_users, read_account

# Each attribute that can be corrected, and what RingCentral calls it in a contact.
_CONTACT = {
    "email": "email",
    "first_name": "firstName",
    "last_name": "lastName",
    "department": "department",
    "job_title": "jobTitle",
}


def run(
    params: Mapping[str, Any],
    api: Api,
    now: Callable[[], datetime],  # noqa: ARG001
    *,
    check_mode: bool,
) -> dict[str, Any]:
    """Compare, then write what differs. Returns what RETURN documents, but for ``api`` and ``error``."""
    wanted = _wanted(params)
    account = read_account(api, params["expect_account"])
    everybody = list_users(api)
    user = _named(params["user"], everybody)
    changes = {name: value for name, value in wanted.items() if _differs(name, getattr(user, name), value)}
    if "email" in changes:
        _refuse_taken(changes["email"], user, everybody)
    if changes and not check_mode:
        contact = {_CONTACT[name]: value for name, value in changes.items()}
        api.call(CORRECT_CONTACT, {"extension": user.id}, json={"contact": contact})
    return {
        "changed": bool(changes),
        "user": _corrected(user, changes).to_dict(),
        "account": asdict(account),
        "diff": {"before": {name: getattr(user, name) for name in changes}, "after": changes},
    }


def _wanted(params: Mapping[str, Any]) -> dict[str, str]:
    """The attributes that are given, as they shall be."""
    wanted = {name: visible(params[name]) for name in _CONTACT if params[name] is not None}
    if not params["user"].strip():
        raise InvalidOption("user", "is empty; name somebody by e-mail, id or extension number")
    if not wanted:
        raise InvalidOption(", ".join(_CONTACT), "none of them is given, so there is nothing to correct")
    if "email" in wanted and not is_address(wanted["email"]):
        raise InvalidOption("email", f"{params['email']!r} is not an e-mail address")
    return wanted


def _named(name: str, everybody: Iterable[User]) -> User:
    """The one person whom the name means."""
    found = find_users([name], everybody)
    if found.not_found:
        raise InvalidOption("user", f"no user has the e-mail, id or extension number {name}; nothing was changed")
    for candidates in found.ambiguous.values():
        raise InvalidOption("user", f"{name} means {describe(candidates)}; name one in another way")
    user = found.users[0]
    if user.type not in PERSON_TYPES:
        raise InvalidOption("user", f"{describe([user])} is of the type {user.type}; only people are corrected")
    return user


def _differs(name: str, present: str, wanted: str) -> bool:
    if name == "email":
        return canonical(present) != canonical(wanted)
    return present != wanted


def _refuse_taken(email: str, user: User, everybody: Iterable[User]) -> None:
    """An address is one person's: they log in by it."""
    others = [
        other
        for other in everybody
        if other.id != user.id and other.type in PERSON_TYPES and canonical(other.email) == canonical(email)
    ]
    if others:
        raise InvalidOption("email", f"{email} is the address of {describe(others)} already; nothing was changed")


def _corrected(user: User, changes: Mapping[str, str]) -> User:
    """The user with the changes; RingCentral makes the name that it shows of the first and the last one."""
    corrected: dict[str, Any] = dict(changes)
    user = replace(user, **corrected)
    if {"first_name", "last_name"} & changes.keys():
        user = replace(user, name=f"{user.first_name} {user.last_name}".strip())
    return user


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.user(), supports_check_mode=True)
    result = perform(module, run)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
