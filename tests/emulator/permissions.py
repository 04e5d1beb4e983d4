# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions of the app and of the user: which are missing, and what the authorization profile says of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from .calls import operations
from .faces import Faces
from .refusals import Refused

ROLE = {"id": "1", "domain": "Account"}


class Permissions:
    """All that the API knows, but for those in ``lacking``; a face limits some to the user's own extension."""

    def __init__(self, faces: Faces, lacking: Iterable[str] = ()) -> None:
        self._faces = faces
        self.lacking: set[str] = set(lacking)
        if unknown := self.lacking - app_permissions() - user_permissions():
            known = ", ".join(sorted(app_permissions() | user_permissions()))
            raise ValueError(f"lacking: {', '.join(sorted(unknown))} is none of {known}")

    def demand(self, app: str, user: str, *, own: bool = True) -> None:
        """Refused if the app, or then the user, lacks its permission; "A OR B" needs either. "" asks for none.

        ``own`` tells whether the request is about the user's own extension.
        """
        names = app.split(" OR ")
        if app and self.lacking.issuperset(names):
            words = f"In order to call this API endpoint, application needs to have [{names[0]}] permission"
            raise Refused(403, "CMN-401", words, permissionName=names[0])
        names = user.split(" OR ")
        if user and not any(self._has(name, own=own) for name in names):
            words = f"In order to call this API endpoint, user needs to have [{names[0]}] permission"
            raise Refused(403, "CMN-408", f"{words} for requested resource.", permissionName=names[0])

    def _has(self, name: str, *, own: bool) -> bool:
        return name not in self.lacking and (own or name not in self._faces.self_only)

    def scopes(self) -> str:
        """What the app may do, as a login says it."""
        return " ".join(sorted(app_permissions() - self.lacking))

    def profile(self, url: str) -> list[dict[str, Any]]:
        """What the user may do; permissions of the app are not in it."""
        return [self._entry(name, url) for name in sorted(user_permissions() - self.lacking)]

    def check(self, name: str, url: str, *, own: bool) -> dict[str, Any]:
        """Whether the user has one permission for an extension."""
        if name not in user_permissions() or not self._has(name, own=own):
            return {"successful": False}
        return {"successful": True, "details": self._entry(name, url)}

    def _entry(self, name: str, url: str) -> dict[str, Any]:
        dictionary = f"{url}/restapi/v1.0/dictionary"
        return {
            "permission": {
                "uri": f"{dictionary}/permission/{name}",
                "id": name,
                "assignable": True,
                "readOnly": False,
                "siteCompatible": "Independent",
            },
            "effectiveRole": {"uri": f"{dictionary}/user-role/{ROLE['id']}", **ROLE},
            "scopes": ["Self"] if name in self._faces.self_only else ["AllExtensions", "Self"],
        }


@lru_cache(maxsize=1)
def app_permissions() -> frozenset[str]:
    return frozenset(name for operation in operations() for name in operation.app.split(" OR ") if name)


@lru_cache(maxsize=1)
def user_permissions() -> frozenset[str]:
    return frozenset(name for operation in operations() for name in operation.user.split(" OR ") if name)
