# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each operation of the contract answers, from what the account keeps."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Any

from . import pages
from .calls import Call
from .people import Extension
from .refusals import Refused
from .world import CLIENT_ID, CLIENT_SECRET, JWT, World

REFRESH_SECONDS = 604_799
COUNTRY = {"id": "1", "name": "United States"}
PLAN = {"id": "8853", "name": "RingEX Advanced"}


class Handlers:
    """One method for each operation, which gets the call and returns the answer's document."""

    def __init__(self, world: World) -> None:
        self.world = world

    def by_operation(self) -> dict[str, Callable[[Call], Any]]:
        return {
            "getToken": self._get_token,
            "revokeToken": self._revoke_token,
            "readAccountInfo": self._read_account,
            "readAccountServiceInfo": self._read_service,
            "readAuthorizationProfile": self._read_profile,
            "checkUserPermission": self._check_permission,
            "auditTrailSearch": self._search_trail,
            "listExtensions": self._list_extensions,
            "readExtension": self._read_extension,
            "updateExtension": self._update_extension,
            "extensionBulkUpdate": self._bulk_update,
            "getExtensionBulkUpdateTask": self._read_task,
            "listCustomFields": self._list_fields,
            "createCustomField": self._create_field,
            "searchDirectoryEntries": self._search_directory,
        }

    def _base(self, call: Call) -> str:
        return base_url(call, self.world)

    def _check_app(self, call: Call) -> None:
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if call.request.headers.get("Authorization") != f"Basic {expected}":
            raise login_refused(401, "invalid_client", "OAU-153", "Invalid client credentials")

    def _get_token(self, call: Call) -> Any:
        self._check_app(call)
        if call.form().get("assertion") != JWT:
            raise login_refused(400, "invalid_grant", "OAU-251", "JWT is not valid")
        session, faces = self.world.account.log_in(), self.world.faces
        answer: dict[str, Any] = {
            "access_token": session.token,
            "token_type": "bearer",
            "expires_in": faces.session_seconds,
            "scope": self.world.account.permissions.scopes(),
            "owner_id": str(self.world.account.own.id),
            "session_id": session.label,
        }
        if faces.refresh_tokens:
            answer |= {"refresh_token": secrets.token_urlsafe(24), "refresh_token_expires_in": REFRESH_SECONDS}
        return answer

    def _revoke_token(self, call: Call) -> None:
        self._check_app(call)
        token = call.form()["token"]
        for session in self.world.account.sessions:
            if session.token == token:
                session.open = False

    def _read_account(self, call: Call) -> Any:
        account = self.world.account
        base = self._base(call)
        return {
            "uri": base,
            "id": account.id,
            "mainNumber": account.main_number,
            "status": "Confirmed",
            "federated": False,
            "serviceInfo": {"uri": f"{base}/service-info", "brand": self._brand(), "servicePlan": PLAN},
        }

    def _brand(self) -> dict[str, Any]:
        return {"id": "1210", "name": self.world.faces.brand, "homeCountry": COUNTRY}

    def _read_service(self, call: Call) -> Any:
        features = {"UserManagement": True, "ExternalDirectoryIntegration": self.world.faces.external_directory}
        return {
            "uri": f"{self._base(call)}/service-info",
            "servicePlanName": PLAN["name"],
            "brand": self._brand(),
            "servicePlan": PLAN,
            "serviceFeatures": [{"featureName": name, "enabled": enabled} for name, enabled in features.items()],
        }

    def _read_profile(self, call: Call) -> Any:
        own = self._own(call)
        url = str(call.request.url.origin())
        permissions = self.world.account.permissions.profile(url)
        return {"uri": f"{self._base(call)}/extension/{own.id}/authz-profile", "permissions": permissions}

    def _check_permission(self, call: Call) -> Any:
        own = self._own(call)
        name = (call.values("permissionId") or [""])[-1]
        target = (call.values("targetExtensionId") or [str(own.id)])[-1]
        url = str(call.request.url.origin())
        verdict = self.world.account.permissions.check(name, url, own=self.world.account.find(target) is own)
        return {"uri": str(call.request.url), **verdict}

    def _own(self, call: Call) -> Extension:
        """The user's own extension, the only one whose profile is shown."""
        if self.world.account.find(call.ids["extensionId"]) is not self.world.account.own:
            raise Refused(403, "CMN-404", "Attempt to access another extension")
        return self.world.account.own

    def _search_trail(self, call: Call) -> Any:
        self.world.account.work()
        return self.world.account.trail.search(call.json() if call.body else {})

    def _list_extensions(self, call: Call) -> Any:
        account, faces = self.world.account, self.world.faces
        account.work()
        query = {name: call.values(name) for name, _value in call.query}
        if call.fault and call.fault.kind == "people_activate":
            for extension in account.listed(query)[:1]:
                extension.status = "Enabled"
        found = account.listed(query)
        page, size = call.number("page", 1), self._size(call.number("perPage", 100))
        base = self._base(call)
        records = [faces.without_absent(one.record(base)) for one in found[pages.cut(page, size, call.fault)]]
        described = pages.paging(page, size, len(found), len(records))
        filters = [(name, value) for name, value in call.query if name not in {"page", "perPage"}]
        links = pages.navigation(described, f"{base}/extension", filters)
        return {"uri": f"{base}/extension", "records": records, "paging": described, "navigation": links}

    def _size(self, asked: int) -> int:
        """How many records a page of this account has."""
        return min(asked, self.world.faces.most_per_page or asked)

    def _read_extension(self, call: Call) -> Any:
        account, faces = self.world.account, self.world.faces
        account.work()
        extension = account.find(call.ids["extensionId"])
        record = faces.without_absent(extension.record(self._base(call)))
        if not faces.custom_fields:
            return record
        names = account.custom_fields.names()
        values = [
            {"id": key, "value": value, "displayName": names[key]} for key, value in extension.custom_fields.items()
        ]
        return {**record, "customFields": values}

    def _update_extension(self, call: Call) -> Any:
        extension = self.world.account.find(call.ids["extensionId"])
        self.world.account.update(extension, call.json())
        return self._read_extension(call)

    def _bulk_update(self, call: Call) -> Any:
        account = self.world.account
        return account.begin_bulk(call.json()["records"]).document(self._base(call), account.clock)

    def _read_task(self, call: Call) -> Any:
        account = self.world.account
        return account.look(call.ids["taskId"]).document(self._base(call), account.clock)

    def _list_fields(self, call: Call) -> Any:
        return {"records": self.world.account.custom_fields.listed()}

    def _create_field(self, call: Call) -> Any:
        return self.world.account.create_field(call.json()["displayName"])

    def _search_directory(self, call: Call) -> Any:
        search = call.json()
        page, size = search.get("page", 1), self._size(search.get("perPage", 100))
        found = self.world.account.directory(search)
        records = found[pages.cut(page, size, call.fault)]
        return {"records": records, "paging": pages.paging(page, size, len(found), len(records))}


def base_url(call: Call, world: World) -> str:
    return f"{call.request.url.origin()}/restapi/v1.0/account/{world.account.id}"


def login_refused(status: int, kind: str, code: str, message: str) -> Refused:
    refused = Refused(status, code, message)
    refused.body = {
        "error": kind,
        "error_description": message,
        "errors": [{"errorCode": code, "message": message}],
    }
    return refused
