# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator is not tuned to our client: clients of others work with its kind and its unkind face."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from ringcentral import SDK

from emulator import Emulator
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT

Node = Callable[..., str]
ACCOUNT = "/restapi/v1.0/account/~"


def mails(rc: Emulator) -> Counter[str]:
    rc.clock.advance(60)
    return Counter(str(mail["extension_id"]) for mail in rc.outbox)


def is_at_rest(rc: Emulator) -> bool:
    return rc.state()["open_sessions"] == rc.state()["violations"] == []


def pending(rc: Emulator) -> list[str]:
    people = (one for one in rc.account.extensions.values() if (one.status, one.type) == ("NotActivated", "User"))
    return [str(one.id) for one in people if one.email.endswith("@example.com")]


def test_the_javascript_sdk_invites_in_bulk(rc: Emulator, node: Node) -> None:
    invited = json.loads(node("sdk.js", env=rc.env()))["invited"]
    assert len(invited) > 3
    assert mails(rc) == Counter(invited)
    assert is_at_rest(rc)


def test_the_python_sdk_invites_in_bulk(rc: Emulator) -> None:
    platform = SDK(CLIENT_ID, CLIENT_SECRET, rc.url).platform()
    platform.login(jwt=JWT)
    chosen = pending(rc)[:5]
    records = [{"id": number, "transition": {"sendWelcomeEmail": True}} for number in chosen]
    task = platform.post(f"{ACCOUNT}/extension-bulk-update", {"records": records}).json()
    assert mails(rc) == Counter(chosen)
    done = platform.get(f"{ACCOUNT}/extension-bulk-update/tasks/{task.id}").json()
    assert [item.extensionId for item in done.result.affectedItems.result] == chosen
    platform.logout()
    assert is_at_rest(rc)


def test_the_extensible_sdk_invites_one_by_one(rc: Emulator, node: Node) -> None:
    chosen = pending(rc)[:3]
    said = json.loads(node("core.js", *chosen, env=rc.env()))
    assert said == {"account": str(rc.account.id), "invited": chosen}
    assert mails(rc) == Counter(chosen)
    assert is_at_rest(rc)
