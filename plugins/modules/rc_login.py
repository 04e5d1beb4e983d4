#!/usr/bin/python
# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rc_login
short_description: Share one RingCentral session among several tasks
version_added: 0.1.0
description:
  - Logs in once and returns an access token that later tasks take as O(access_token), or ends that session.
  - Without it, each task logs in and out by itself. RingCentral allows five logins and logouts a minute, so a
    loop of tasks soon waits for them.
  - A single M(onboard.ringcentral.rc_send_invite) for many users needs no shared session. It logs in once anyway.
notes:
  - Developed against RingCentral's published API description and an emulator of it, not against the live service.
  - The task that logs in must have C(no_log=true), so that the token stays out of output and logs. The module fails
    without it, before it logs in. The registered result still holds the token.
  - Do not store the token in a fact that is cached, and do not print it. It acts as the JWT's user until the
    session ends.
  - Nothing in the account changes, so RV(ignore:changed) is always false.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.attributes
attributes:
  check_mode:
    support: full
    details: Sessions are opened and ended in check mode too, since the tasks between need one to read the account.
  diff_mode:
    support: none
    details: There is nothing to compare.
  idempotent:
    support: none
    details: Each run opens another session. Ending one twice does no harm.
  action_group:
    support: full
options:
  state:
    description:
      - V(present) logs in with O(client_id), O(client_secret) and O(jwt), and returns the token.
      - V(absent) ends the session of O(access_token), which needs O(client_id) and O(client_secret) too. O(jwt) is
        ignored. If the session cannot be ended, the module warns and succeeds, since the session expires by itself.
    type: str
    choices: [present, absent]
    default: present
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
seealso:
  - module: onboard.ringcentral.rc_send_invite
  - module: onboard.ringcentral.rc_user
  - module: onboard.ringcentral.rc_user_info
"""

EXAMPLES = r"""
- name: Invite site by site with one login
  block:
    - name: Log in
      onboard.ringcentral.rc_login:
      no_log: true
      register: session

    - name: Invite the users of each site
      onboard.ringcentral.rc_send_invite:
        access_token: "{{ session.access_token }}"
        jwt: "" # in case RC_USER_JWT is set
        all_pending: true
        site: ["{{ item }}"]
      loop: [London, Paris, Rome]
  always:
    - name: Log out
      onboard.ringcentral.rc_login:
        access_token: "{{ session.access_token }}"
        state: absent
      when: session.access_token is defined
"""

RETURN = r"""
access_token:
  description: The token of the session, for the option O(access_token) of later tasks. It is a secret.
  returned: success and O(state=present)
  type: str
  sample: U0pDMTFQMDFQQVM
expires_in:
  description: Seconds until the session ends by itself, or 0 if RingCentral does not say.
  returned: success and O(state=present)
  type: int
  sample: 3600
ended:
  description: Whether RingCentral ended the session. If not, a warning says why.
  returned: success and O(state=absent)
  type: bool
  sample: true
api:
  description: What it took of RingCentral's API.
  returned: always
  type: dict
  sample: {"requests": {"auth": 1}, "retries": 0, "waited_seconds": 0.0}
error:
  description: What went wrong, for a playbook to branch on. C(code) is RingCentral's error code where there is one.
  returned: failure
  type: dict
  sample: {"code": "invalid_grant", "status": 400, "message": "JWT is not valid"}
"""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec
from ansible_collections.onboard.ringcentral.plugins.module_utils._client import Client, Credentials
from ansible_collections.onboard.ringcentral.plugins.module_utils._credentials import LOGIN, demand
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._guards import expected_accounts
from ansible_collections.onboard.ringcentral.plugins.module_utils._login import check_credential
from ansible_collections.onboard.ringcentral.plugins.module_utils._progress import Progress, silent
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import perform, read_credentials
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import read_account

_LOGOUT = {
    "client_id": LOGIN["client_id"],
    "client_secret": LOGIN["client_secret"],
    "access_token": "RC_ACCESS_TOKEN",
}


def run(
    params: Mapping[str, Any],
    api: Client,
    now: Callable[[], datetime],  # noqa: ARG001
    *,
    check_mode: bool,  # noqa: ARG001  # the tasks between login and logout read in check mode too
    progress: Progress = silent,  # noqa: ARG001
) -> dict[str, Any]:
    """Open or end a session. Returns what RETURN documents, but for ``api`` and ``error``."""
    if params["state"] == "absent":
        return {"changed": False, "ended": api.end_session(check_credential("access_token", params["access_token"]))}
    session = api.open_session()
    try:
        if expected_accounts(params["expect_account"], os.environ):
            read_account(api, params["expect_account"])
    except RingCentralError:
        api.end_session(session.token)
        raise
    return {"changed": False, "access_token": session.token, "expires_in": session.expires_in}


def credentials(params: Mapping[str, Any]) -> Credentials:
    """What the state needs: a login everything but the token, a logout everything but the JWT."""
    if params["state"] == "present":
        if params["access_token"]:
            raise InvalidOption(
                "access_token", "is only for state=absent (RC_ACCESS_TOKEN counts too); there is a session already"
            )
        return read_credentials(params)
    given = {name: check_credential(name, params[name]) for name in _LOGOUT}
    demand(given, _LOGOUT)
    return Credentials(**given)


def main() -> None:
    module = AnsibleModule(argument_spec=_argspec.login(), supports_check_mode=True)
    if module.params["state"] == "present" and not module.no_log:
        module.fail_json(
            msg="no_log is not set on this task. Set no_log: true, so that the access token stays out of output and "
            "logs. No session was opened"
        )
    result = perform(module, run, credentials=credentials)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
