# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each feature of this collection needs of RingCentral, and whether it is there. Pure.

A permission is believed to be there only on positive evidence, and to be missing only on RingCentral's word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["can", "cannot", "unknown"]
Scopes = frozenset[str]

OTHERS = frozenset({"Account", "AllExtensions", "UserExtensions"})
"""The scopes of a permission that cover all users."""

ENABLED, FREE = "custom fields", "a free custom field"
"""What a feature needs beside permissions."""

SUBSTITUTES = {"EditUserInfo": "EditUserCredentials"}
"""Where RingCentral's description lets another permission stand in: it may cover credentials alone, so it proves
nothing."""


@dataclass(frozen=True)
class Need:
    """``kind`` says who grants it (see ``WHO``): app and ticket are permissions of the app, role one of the user. With
    ``others``, the permission must hold for all users, not just for the user's own extension."""

    name: str
    kind: Literal["app", "ticket", "role", "support", "portal"]
    others: bool = False


_GRANTED = ("app", "ticket", "role")
"""The kinds that are permissions."""


@dataclass(frozen=True)
class Feature:
    name: str
    needs: tuple[Need, ...]


_READ = Need("ReadAccounts", "app")
_WRITE = Need("EditExtensions", "app")
_EDIT_OTHERS = Need("EditUserInfo", "role", others=True)
_EDIT_OWN = Need("EditUserInfo", "role")
_FIELDS = Need(ENABLED, "support")

READ_USERS, INVITE_ONE, INVITE_MANY = "read users", "invite one user", "invite many users at once"
CORRECT, LEDGER, CREATE, LEASE = (
    "correct addresses",
    "keep the ledger in a custom field",
    "create the ledger's custom field",
    "keep the lease on the own extension",
)
AUDIT_TRAIL = "read the audit trail"
FEATURES = (
    Feature(READ_USERS, (_READ, Need("ReadCompanyInfo", "role"), Need("ReadExtensions", "role"))),
    Feature(INVITE_ONE, (_WRITE, _EDIT_OTHERS)),
    Feature(INVITE_MANY, (_WRITE, Need("EditExtensionInfo", "role", others=True))),
    Feature(CORRECT, (_WRITE, _EDIT_OTHERS)),
    Feature(
        LEDGER,
        (_READ, _WRITE, Need("ReadExtensions", "role"), Need("ReadUserInfo", "role"), _EDIT_OWN, _FIELDS),
    ),
    Feature(CREATE, (Need("EditAccounts", "ticket"), Need("Users", "role"), _FIELDS, Need(FREE, "portal"))),
    Feature(LEASE, (_WRITE, _EDIT_OWN, _FIELDS)),
    Feature(AUDIT_TRAIL, (Need("ReadAuditTrail", "app"),)),
)

WHO = {
    "app": "The app's owner adds it to the app in RingCentral's developer console.",
    "ticket": "RingCentral's developer support adds it to the app, on a ticket. Or an administrator creates the field: "
    "Admin Portal, Tools, Custom Fields.",
    "role": "An administrator of the account adds it to the role of the JWT's user: Admin Portal, Users, Roles.",
    "support": "RingCentral Support enables custom fields on request.",
    "portal": "An administrator removes a custom field that is not used: Admin Portal, Tools, Custom Fields.",
}
"""Who can grant each kind of need, and how."""


@dataclass(frozen=True)
class Fact:
    """Whether a need is met. ``own`` is the same for the user's own extension alone."""

    state: State
    finding: str
    own: State


@dataclass(frozen=True)
class Evidence:
    """What was learned about permissions.

    ``profile`` are those of the authorization profile with their scopes (None: not read), ``checked`` the answers to
    single questions, ``scope`` the app permissions of the session (empty: not known). ``worked`` and ``refused`` are
    the permissions that RingCentral's answers to requests prove to be there or missing.
    """

    profile: Mapping[str, Scopes] | None = None
    checked: Mapping[str, bool] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    worked: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ability:
    """Whether a feature can be used; ``missing`` and ``unproven`` are the needs that stand in the way."""

    feature: str
    state: State
    missing: tuple[Need, ...]
    unproven: tuple[Need, ...]


def user_permissions() -> list[str]:
    """Each permission of the user that a feature needs, or that could stand in for one."""
    names = dict.fromkeys(need.name for feature in FEATURES for need in feature.needs if need.kind == "role")
    return [*names, *SUBSTITUTES.values()]


def needs() -> list[Need]:
    """Each permission once."""
    found: dict[str, Need] = {}
    for need in (need for feature in FEATURES for need in feature.needs if need.kind in _GRANTED):
        found.setdefault(need.name, need)  # the first one that edits a user edits others
    return list(found.values())


def read_profile(document: Mapping[str, Any]) -> dict[str, Scopes] | None:
    """The permissions in an authorization profile with their scopes; None unless all of it can be read."""
    entries = document.get("permissions")
    if not isinstance(entries, list):
        return None
    found: dict[str, Scopes] = {}
    for entry in entries:
        permission = entry.get("permission") if isinstance(entry, dict) else None
        name = permission.get("id") if isinstance(permission, dict) else None
        if not isinstance(name, str):
            return None
        found[name] = found.get(name, frozenset()) | _scopes(entry)
    return found


def _scopes(entry: Mapping[str, Any]) -> Scopes:
    """Today a list, in older descriptions one word."""
    listed = entry.get("scopes", entry.get("scope"))
    listed = [listed] if isinstance(listed, str) else listed
    return frozenset(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else frozenset()


def judge(need: Need, evidence: Evidence) -> Fact:
    """Whether a permission is there."""
    if need.name in evidence.refused:
        return Fact("cannot", f"missing: RingCentral refused {evidence.refused[need.name]}", "cannot")
    if need.kind == "role":
        return _of_user(need, evidence)
    if need.name in evidence.worked:
        return Fact("can", "granted: a request that needs it worked", "can")
    if need.name in evidence.scope:
        return Fact("can", "granted, by the scope of the session", "can")
    # the scope is documented with names of another kind too, so it must hold one that is known
    if any(one.name in evidence.scope for one in needs() if one.kind != "role"):
        return Fact("cannot", "missing in the scope of the session", "cannot")
    return Fact("unknown", "not known: the session names no such permissions, and no read shows it", "unknown")


def _of_user(need: Need, evidence: Evidence) -> Fact:
    held = _held(need.name, evidence)
    if held:
        return _within(evidence.profile or {}, need)
    if held is None and need.name not in evidence.worked:
        return Fact("unknown", "not known: the authorization profile could not be read", "unknown")
    if need.name in evidence.worked:
        return Fact("can", "granted: a request that needs it worked", "can")
    substitute = SUBSTITUTES.get(need.name, "")
    if substitute and _held(substitute, evidence):
        return Fact("unknown", f"missing; the user has {substitute}, which may not suffice", "unknown")
    return Fact("cannot", "missing in the authorization profile", "cannot")


def _held(name: str, evidence: Evidence) -> bool | None:
    """Whether the user has a permission; None if RingCentral did not say."""
    if name in (evidence.profile or {}):
        return True
    return evidence.checked.get(name, None if evidence.profile is None else False)


def _within(profile: Mapping[str, Scopes], need: Need) -> Fact:
    scopes = profile.get(need.name, frozenset())
    if not need.others or not scopes or scopes & OTHERS:
        return Fact("can", "granted", "can")
    if scopes <= {"Self"}:
        return Fact("cannot", "granted for the user's own extension alone", "can")
    return Fact("unknown", f"granted for some users alone ({', '.join(sorted(scopes))})", "unknown")


def abilities(facts: Mapping[str, Fact]) -> list[Ability]:
    """Each feature with what stands in its way."""
    return [_ability(feature, facts) for feature in FEATURES]


def _ability(feature: Feature, facts: Mapping[str, Fact]) -> Ability:
    def those(state: State) -> tuple[Need, ...]:
        return tuple(need for need in feature.needs if _state(need, facts[need.name]) == state)

    missing, unproven = those("cannot"), those("unknown")
    state: State = "cannot" if missing else "unknown" if unproven else "can"
    return Ability(feature.name, state, missing, unproven)


def _state(need: Need, fact: Fact) -> State:
    return fact.own if need.name == _EDIT_OWN.name and not need.others else fact.state
