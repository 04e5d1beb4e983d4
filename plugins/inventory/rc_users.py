# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: rc_users
short_description: The users of a RingCentral account as hosts
version_added: 0.1.0
author:
  - onboard.ringcentral contributors (@onboard-ringcentral)
description:
  - Makes each user of one account an inventory host. Variables that begin with C(rc_) describe the user.
  - Use it for playbooks that do something for each user, such as a message to their manager. To invite users, use
    P(onboard.ringcentral.reinvite#role), where a host is an account.
  - The name of its configuration file ends in C(rc_users.yml) or C(rc_users.yaml).
notes:
  - Ansible cannot log in to these hosts. Use C(connection=local) in plays for them.
  - If an inventory source fails, Ansible warns and continues without it. Set C(any_unparsed_is_failed=true) in the
    section C([inventory]) of C(ansible.cfg) to make an account that cannot be read an error.
  - Variables hold what RingCentral sent, and are never templated.
  - The cache holds names and addresses, so restrict access to its folder.
extends_documentation_fragment:
  - onboard.ringcentral.connection
  - onboard.ringcentral.selection
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Marks the file as one of this plugin.
    type: str
    required: true
    choices: [onboard.ringcentral.rc_users]
  server_url:
    env: [{name: RC_SERVER_URL}]
  client_id:
    env: [{name: RC_APP_CLIENT_ID}]
  client_secret:
    env: [{name: RC_APP_CLIENT_SECRET}]
  jwt:
    env: [{name: RC_USER_JWT}]
  access_token:
    env: [{name: RC_ACCESS_TOKEN}]
  validate_certs:
    env: [{name: RC_VALIDATE_CERTS}]
  ca_path:
    env: [{name: RC_CA_PATH}]
  hostname:
    description:
      - The attribute that names the hosts.
      - Only V(id) is present and unique for every user. A user is named by id if the other attribute is missing, if
        another user has the same value, also in another account of the same inventory, or if the address is invalid or
        contains anything but ASCII letters, digits and C(._+-@). So two users never share a host.
    type: str
    default: id
    choices: [id, email, extension_number]
  cache:
    description:
      - Whether to cache the users. Until the cache expires, no request is sent to RingCentral.
      - A cached result is used only for the same file with the same credential, account and filters.
seealso:
  - module: onboard.ringcentral.rc_user_info
"""

EXAMPLES = r"""
# pending.rc_users.yml, with RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT in the environment.
# ansible-inventory -i pending.rc_users.yml --graph
plugin: onboard.ringcentral.rc_users
status: [not_activated]
hostname: email
keyed_groups:
  - key: rc_site
    prefix: site
  - key: rc_department
    prefix: department
    default_value: none
groups:
  managers: "'Manager' in rc_job_title"
compose:
  greeting: "'Hello ' ~ rc_first_name"
  ansible_connection: "'local'"

# One read an hour.
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/rc_users
cache_timeout: 3600

# Credentials from lookups in place of the environment, for one account.
# client_id: "{{ lookup('ansible.builtin.env', 'ACME_CLIENT_ID') }}"
# client_secret: "{{ lookup('ansible.builtin.file', '/run/secrets/acme_client_secret') }}"
# jwt: "{{ lookup('ansible.builtin.file', '/run/secrets/acme_jwt') }}"
# expect_account: "+16505550100"
"""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.onboard.ringcentral.plugins.module_utils._addresses import normalise
from ansible_collections.onboard.ringcentral.plugins.module_utils._credentials import VARIABLES
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import RingCentralError
from ansible_collections.onboard.ringcentral.plugins.module_utils._guards import EXPECT_ACCOUNT
from ansible_collections.onboard.ringcentral.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.onboard.ringcentral.plugins.module_utils._run import connect
from ansible_collections.onboard.ringcentral.plugins.module_utils._selection import user_filter
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import list_users, read_account

TEMPLATABLE = (
    "server_url",
    "client_id",
    "client_secret",
    "jwt",
    "access_token",
    "account_id",
    "expect_account",
    "ca_path",
)
FILTERS = ("status", "type", "site", "department", "created_before", "created_after")
WIRE = ("validate_certs", "timeout", "max_wait")

# An address can hold other characters; host patterns would read those as wildcards, ranges and lists.
_SAFE_NAME = re.compile(r"\d+|[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9.-]+")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """What Ansible looks for in this file."""

    NAME = "onboard.ringcentral.rc_users"

    def verify_file(self, path: str) -> bool:
        """Whether the file name belongs to this plugin."""
        return super().verify_file(path) and path.endswith(("rc_users.yml", "rc_users.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:  # noqa: FBT001, FBT002
        """Read the users, or take them from the cache, and add them as hosts."""
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        params = self._params(config)
        keep = self.get_option("cache")
        key = f"{self.get_cache_key(path)}_{_digest(params)}"
        account = self._recall(key) if keep and cache else None
        if account is None:
            account = self._read(params)
            if keep:
                self._cache[key] = account
        self._add_hosts(account)

    def _params(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The options that describe what is read; templates in the file's connection options are resolved."""
        params = {name: self.get_option(name) for name in (*TEMPLATABLE, *FILTERS, *WIRE)}
        self.templar.available_variables = self._vars if self.get_option("use_extra_vars") else {}
        for name in TEMPLATABLE:
            if name in config and config[name] is not None:
                try:
                    params[name] = str(self.templar.template(config[name]))
                except AnsibleError as error:
                    raise AnsibleParserError(f"{name}: {error}") from None
        return params

    def _recall(self, key: str) -> Any:
        try:
            return self._cache[key]
        except KeyError:
            return None

    def _read(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The account and its users, in a session that has ended when this returns."""
        if REQUESTS_IMPORT_ERROR:
            raise AnsibleParserError(missing_required_lib("requests"))
        if not params["validate_certs"]:
            self.display.warning("validate_certs is false: whoever answers for server_url receives the credentials")
        try:
            matches = user_filter(params, datetime.now(timezone.utc))
            with connect(params, on_secret=lambda _: None) as api:
                account = read_account(api, params["expect_account"])
                users = list_users(api, statuses=params["status"] or (), types=params["type"])
        except RingCentralError as error:
            raise AnsibleParserError(error.message) from None
        for warning in api.warnings:
            self.display.warning(warning)
        return {"account": asdict(account), "users": [user.to_dict() for user in users if matches(user)]}

    def _add_hosts(self, account: Mapping[str, Any]) -> None:
        strict = self.get_option("strict")
        about = {f"rc_account_{key}": value for key, value in account["account"].items()}
        elsewhere = {name: str(host.vars.get("rc_id", "")) for name, host in self.inventory.hosts.items()}
        for name, user in name_hosts(account["users"], self.get_option("hostname"), elsewhere):
            variables = wrap_var({**about, **{f"rc_{key}": value for key, value in user.items()}})
            host = self.inventory.add_host(name)
            for key, value in variables.items():
                self.inventory.set_variable(host, key, value)
            self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)


def name_hosts(
    users: Iterable[Mapping[str, Any]], key: str, elsewhere: Mapping[str, str]
) -> list[tuple[str, Mapping[str, Any]]]:
    """Each user with a unique host name: unique here, and among the names ``elsewhere`` (ids by name)."""
    users = list(users)
    ids = {user["id"] for user in users}
    owners = Counter(normalise(user[key]) for user in users)

    def is_theirs(name: str, user: Mapping[str, Any]) -> bool:
        return (
            owners[normalise(name)] == 1
            and bool(_SAFE_NAME.fullmatch(name))
            and (name == user["id"] or name not in ids)
            and elsewhere.get(name, user["id"]) in {"", user["id"]}
        )

    return [(user[key] if is_theirs(user[key], user) else user["id"], user) for user in users]


def _digest(params: Mapping[str, Any]) -> str:
    """Tells readings of different accounts, or of different users, apart; nothing can be read out of it.

    The environment is part of it: beside options of the file, it can refuse a reading.
    """
    named = [os.environ.get(name) for name in (*VARIABLES.values(), EXPECT_ACCOUNT)]
    identity = [*(params[name] for name in (*TEMPLATABLE, *FILTERS)), *named]
    return hashlib.sha256(json.dumps(identity, default=str).encode()).hexdigest()[:16]
