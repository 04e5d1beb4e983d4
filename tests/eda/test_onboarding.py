# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook that ships, run by ansible-rulebook: who launches a job, and what reaches nobody.

Its rule waits minutes for more of the same. Where that is not what is tried, each event launches a job of its own here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from checkout import ROOT
from eda.listening import TOKEN, Rulebook, listening

SHIPPED = ROOT / "extensions/eda/rulebooks/onboarding.yml"
VARIABLES = {"ringcentral_account": "acme_europe", "ringcentral_credentials": [7]}
FILTER = "/restapi/v1.0/account/400131426008/directory/entries"
NUMBERS = count(62264001)


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rulebook]:
    """The rule without its wait, and with the user's id for whom each job is launched."""
    folder = tmp_path_factory.mktemp("eda")
    document = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    (rule,) = document[0]["rules"]
    del rule["throttle"]
    rule["action"]["run_job_template"]["job_args"]["extra_vars"] = {"reinvite_users": " {{ event.user_id }}"}
    (folder / "at_once.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    with listening(folder, "at_once.yml", VARIABLES) as running:
        yield running


def entry(**changes: Any) -> dict[str, Any]:
    """As published, with all that RingCentral says of somebody."""
    return {
        "id": str(next(NUMBERS)),
        "eventType": "Create",
        "type": "User",
        "status": "NotActivated",
        "firstName": "Greta",
        "lastName": "Garboldi",
        "name": "Greta Garboldi",
        "department": "Secret Sauces",
        "email": "greta.garboldi@example.com",
        "extensionNumber": "4711",
        "account": {"id": "400131426008"},
        "phoneNumbers": [{"phoneNumber": "+16505550199", "usageType": "DirectNumber", "type": "VoiceFax"}],
        "profileImage": {"etag": "a-picture"},
        "site": {"id": "12345678", "name": "West branch"},
        **changes,
    }


def notification(*entries: dict[str, Any], event: str = FILTER) -> dict[str, Any]:
    return {
        "uuid": "4d7ad1b6-0000-4000-8000-000000000000",
        "event": event,
        "timestamp": "2026-03-02T09:00:00.000Z",
        "subscriptionId": "a-subscription",
        "body": {"contacts": list(entries)},
    }


def test_the_handshake_is_answered_and_launches_nothing(rulebook: Rulebook) -> None:
    before = len(rulebook.awx.launched)
    status, headers, body = rulebook.send(Validation_Token="0f4c-as-RingCentral-sends-it")
    assert (status, headers["Validation-Token"]) == (200, "0f4c-as-RingCentral-sends-it")
    assert headers["Content-Type"].startswith("application/json")
    assert len(body) + sum(len(name) + len(value) + 4 for name, value in headers.items()) < 1024
    # not even with a notification in it
    assert rulebook.send(notification(entry()), Validation_Token="abc", Verification_Token=TOKEN)[0] == 200
    assert rulebook.send(Validation_Token="x" * 600)[0] == 400
    only_the_last(rulebook, before)


def test_a_new_user_launches_the_onboarding_of_their_account(rulebook: Rulebook) -> None:
    before = len(rulebook.awx.launched)
    new = entry()
    assert rulebook.notify(notification(new)) == 200
    assert rulebook.launched(before + 1)[before:] == [
        {"limit": "acme_europe", "credentials": [7], "extra_vars": {"reinvite_users": f" {new['id']}"}}  # text, for AWX
    ]


def test_those_who_come_together_launch_one_job(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count("once_after: 5 minutes") == 1
    (tmp_path / "soon.yml").write_text(text.replace("5 minutes", "2 seconds"), encoding="utf-8")
    with listening(tmp_path, "soon.yml", VARIABLES) as rulebook:
        new = entry()
        for change in ("Create", "Update", "Update"):
            assert rulebook.notify(notification({**new, "eventType": change}, entry(), entry())) == 200
        assert rulebook.launched(1) == [{"limit": "acme_europe", "credentials": [7], "extra_vars": {}}]
        assert rulebook.notify(notification(entry())) == 200
        assert len(rulebook.launched(2)) == 2


def test_it_runs_by_its_name(tmp_path: Path) -> None:
    with listening(tmp_path, "onboard.ringcentral.onboarding", VARIABLES) as rulebook:
        assert rulebook.send(Validation_Token="abc")[0] == 200
        assert rulebook.notify(notification(entry())) == 200


def test_each_of_several_launches_one(rulebook: Rulebook) -> None:
    before = len(rulebook.awx.launched)
    several = [entry() for _number in range(3)]
    assert rulebook.notify(notification(*several)) == 200
    assert launched_for(rulebook, before, 3) == {one["id"] for one in several}


def test_the_body_may_be_the_entry_itself(rulebook: Rulebook) -> None:
    before = len(rulebook.awx.launched)
    new = entry()
    assert rulebook.notify({**notification(), "body": new}) == 200
    assert launched_for(rulebook, before, 1) == {new["id"]}


@pytest.mark.parametrize(
    "other",
    [
        notification(entry(status="Enabled"), entry(status="Disabled"), entry(status=None)),
        notification(entry(eventType="Delete")),
        notification(entry(type="Department"), entry(type="IvrMenu")),
        notification(entry(id="../../etc"), entry(id=None), entry(id="{{ 7 * 7 }}")),
        notification(entry(), event="/restapi/v1.0/account/400131426008/extension"),
        notification(entry(), event="/restapi/v1.0/subscription/~?threshold=60&interval=15"),
        {**notification(), "body": {"contacts": "everybody"}},
        {**notification(), "body": None},
        {},
        [],
    ],
)
def test_what_is_no_new_user_is_accepted_and_launches_nothing(rulebook: Rulebook, other: Any) -> None:
    before = len(rulebook.awx.launched)
    assert rulebook.notify(other) == 200
    only_the_last(rulebook, before)


@pytest.mark.parametrize("headers", [{}, {"Verification_Token": ""}, {"Verification_Token": f"{TOKEN}x"}])
def test_without_the_token_nothing_is_believed(rulebook: Rulebook, headers: dict[str, str]) -> None:
    before = len(rulebook.awx.launched)
    assert rulebook.send(notification(entry()), **headers)[0] == 401
    only_the_last(rulebook, before)


def test_what_is_too_large_or_no_json_is_refused(rulebook: Rulebook) -> None:
    before = len(rulebook.awx.launched)
    large = notification(entry(department="x" * 1024 * 1024))
    assert rulebook.notify(large) == 413
    assert rulebook.notify(b"{") == 400
    assert rulebook.notify(b"\xff\xfe") == 400
    only_the_last(rulebook, before)


def test_nothing_personal_and_no_secret_went_further(rulebook: Rulebook) -> None:
    before = len(rulebook.awx.launched)
    new = entry()
    assert rulebook.notify(notification(new)) == 200
    log = rulebook.log
    text = json.dumps(rulebook.launched(before + 1)) + log.read_text(encoding="utf-8")
    assert new["id"] in text
    for private in ("Greta", "Garboldi", "Secret Sauces", "greta.garboldi", "4711", "16505550199", TOKEN):
        assert private not in text


def only_the_last(rulebook: Rulebook, before: int) -> None:
    """Nothing was launched since but for a new user who comes now."""
    last = entry()
    assert rulebook.notify(notification(last)) == 200
    assert launched_for(rulebook, before, 1) == {last["id"]}


def launched_for(rulebook: Rulebook, before: int, number: int) -> set[str]:
    launches = rulebook.launched(before + number)[before:]
    # Launches arrive in any order, but are begun in that of the events.
    assert rulebook.log.read_text(encoding="utf-8").count("running job template: ") == before + len(launches)
    assert len(launches) == number
    return {launch["extra_vars"]["reinvite_users"].strip() for launch in launches}


def test_without_a_verification_token_it_does_not_start(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="verification_token must be given"),
        listening(
            tmp_path,
            "onboard.ringcentral.onboarding",
            {"ringcentral_verification_token": "", "ringcentral_account": "a", "ringcentral_credentials": []},
        ),
    ):
        pass
