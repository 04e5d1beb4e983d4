# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a connection's options come from, and which of them may be combined. Pure: the environment is handed in.

A person who starts a job can often set its variables but not its environment, where AWX puts an account's credential.
So credentials in the environment go only to the server that the environment names.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ._errors import InvalidOption
from ._login import Credentials, check_credential

VARIABLES = {
    "server_url": "RC_SERVER_URL",
    "client_id": "RC_APP_CLIENT_ID",
    "client_secret": "RC_APP_CLIENT_SECRET",
    "jwt": "RC_USER_JWT",
    "access_token": "RC_ACCESS_TOKEN",
    "ca_path": "RC_CA_PATH",
    "validate_certs": "RC_VALIDATE_CERTS",
}
"""The environment variable of each option that has one."""

DEFAULT_SERVER = "https://platform.ringcentral.com"

LOGIN = {name: VARIABLES[name] for name in ("client_id", "client_secret", "jwt")}
"""What a login needs, and from which environment variables it comes if the options are not given."""

_SECRETS = (*LOGIN, "access_token")
_PORTS = {"https": 443, "http": 80}
_FALSE = {"0", "0.0", "f", "false", "n", "no", "off"}  # what Ansible takes for false


@dataclass(frozen=True)
class Destination:
    """A server, and whether (or by which CA) its certificate is verified."""

    server_url: str
    verify: bool | str


def destination(params: Mapping[str, Any], credentials: Credentials, environment: Mapping[str, str]) -> Destination:
    """Where the options send the credentials. A blank option counts as not given.

    Raises InvalidOption where credentials of the environment would go to a server, or be verified in a way, that the
    environment does not name.
    """
    ca_path, validate = _value(params, environment, "ca_path"), bool(params["validate_certs"])
    server_url = _value(params, environment, "server_url") or DEFAULT_SERVER
    if lent := _lent(credentials, environment):
        _check_destination(server_url, ca_path, validate=validate, lent=lent, environment=environment)
    return Destination(server_url, (ca_path or True) if validate else False)


def _is_blanked(option: object) -> bool:
    """Whether an option was set to a blank: beside a session's token, ``jwt: ""`` puts RC_USER_JWT aside."""
    return isinstance(option, str) and not option.strip()


def credentials_of(params: Mapping[str, Any], environment: Mapping[str, str]) -> Credentials:
    """The credentials of the options, or else of the environment. White space around a value is dropped.

    Raises InvalidOption where one is missing or holds what no header can hold.
    """
    values = {name: check_credential(name, _value(params, environment, name)) for name in _SECRETS}
    if values["access_token"]:
        if values["jwt"] and not _is_blanked(params["jwt"]):
            raise InvalidOption(
                "access_token", "is given together with jwt (RC_ACCESS_TOKEN and RC_USER_JWT count too); keep one"
            )
        return Credentials(access_token=values["access_token"])
    demand(values, LOGIN)
    return Credentials(**{name: values[name] for name in LOGIN})


def demand(given: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """InvalidOption unless all wanted options, here with their environment variables, have a value."""
    if missing := [name for name in wanted if not given[name]]:
        variables = ", ".join(wanted[name] for name in missing)
        raise InvalidOption(", ".join(missing), f"not given; set them, or {variables} in the environment")


def _value(params: Mapping[str, Any], environment: Mapping[str, str], name: str) -> str:
    return str(params.get(name) or "").strip() or _of_environment(environment, name)


def _of_environment(environment: Mapping[str, str], name: str) -> str:
    return environment.get(VARIABLES[name], "").strip()


def _lent(credentials: Credentials, environment: Mapping[str, str]) -> str:
    """The variable of a credential in use that is in the environment; "" if none is.

    Values are compared, because an option that repeats the environment hands on the same secret.
    """
    in_use = {name: getattr(credentials, name) for name in _SECRETS}
    found = (name for name in _SECRETS if in_use[name] and in_use[name] == _of_environment(environment, name))
    return next((VARIABLES[name] for name in found), "")


def _check_destination(
    server_url: str, ca_path: str, *, validate: bool, lent: str, environment: Mapping[str, str]
) -> None:
    named = {name: _of_environment(environment, name) for name in ("server_url", "validate_certs", "ca_path")}
    if named["server_url"] and not same_server(server_url, named["server_url"]):
        raise InvalidOption(
            "server_url",
            f"{lent} is in the environment, so it is sent to the server in RC_SERVER_URL and to no other; leave "
            "server_url out, or give credentials for that server. No request was sent",
        )
    # Without a server of its own, the environment still fixes what it names of the two others.
    if not validate and _fixes(named, "validate_certs") and named["validate_certs"].lower() not in _FALSE:
        raise InvalidOption(
            "validate_certs",
            f"{lent} is in the environment, so only RC_VALIDATE_CERTS there can turn verification off. "
            "No request was sent",
        )
    if _fixes(named, "ca_path") and ca_path not in {named["ca_path"], _expanded(named["ca_path"])}:
        raise InvalidOption(
            "ca_path",
            f"{lent} is in the environment, so RC_CA_PATH there names the CA to trust; set it to {ca_path} or leave "
            "ca_path out. No request was sent",
        )


def _fixes(named: Mapping[str, str], option: str) -> bool:
    return bool(named["server_url"] or named[option])


def _expanded(path: str) -> str:
    """A path as Ansible hands it to a module."""
    return os.path.expanduser(os.path.expandvars(path))  # noqa: PTH111  # the same functions, the same result


def same_server(one: str, other: str) -> bool:
    """Whether two URLs name the same server: scheme, host, port and path, with case and default ports aside."""
    return _parts(one) == _parts(other)


def _parts(url: str) -> tuple[object, ...]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # check_server_url explains it
        return (url,)
    user = (parts.username, parts.password, parts.query, parts.fragment)
    return parts.scheme, parts.hostname, port or _PORTS.get(parts.scheme), parts.path.rstrip("/"), user
