# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX would start is started: with the environment that the credential type makes, against emulated accounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from awx.controller import jobs
from awx.controller.store import Refused
from awx.running import ACCOUNTS, Site, run, walk
from emulator import Emulator
from integration.playing import mailed, writes

Accounts = dict[str, Emulator]

WORKFLOW = "RingCentral re-invite after approval, acme_europe"
ANSWERS = {
    "reinvite_allowed_domains": "example.com",
    "reinvite_resend_after": "48h",
    "reinvite_limit": 100,
    "reinvite_max_invites": 500,
}


def test_the_credential_type_makes_what_the_modules_read(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.scheduled(configured.awx.store, "RingCentral acme_america, weekdays 09:00", tmp_path)
    assert job.environment == {**accounts["acme_america"].env(), "AWX_PRIVATE_DATA_DIR": "/runner"}
    assert not any(secret in str(job.variables) for secret in configured.secrets["acme_america"].values())


def test_a_schedule_mails_the_users_of_its_account_once(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.scheduled(configured.awx.store, "RingCentral acme_america, weekdays 09:00", tmp_path)
    assert run(job, tmp_path / "monday").code == 0
    assert len(mailed(accounts["acme_america"])) == 4
    tuesday = run(job, tmp_path / "tuesday")
    assert tuesday.code == 0, tuesday.output
    assert len(mailed(accounts["acme_america"])) == 4  # the ledger is in RingCentral, not in the container
    assert accounts["acme_europe"].log == []


def test_the_credential_of_another_account_sends_nothing(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.launched(
        configured.awx.store,
        "RingCentral re-invite",
        tmp_path,
        credentials=["RingCentral acme_america"],
        limit="acme_europe",
        extra_data=ANSWERS,
    )
    played = run(job, tmp_path / "job")
    assert played.code == 2
    assert str(ACCOUNTS["acme_america"]) in played.failure
    assert [writes(account) for account in accounts.values()] == [[], []]


def test_a_launch_that_names_no_account_starts_nothing(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.launched(
        configured.awx.store,
        "RingCentral re-invite",
        tmp_path,
        credentials=["RingCentral acme_america"],
        extra_data=ANSWERS,
    )
    played = run(job, tmp_path / "job")
    assert played.code != 0
    assert "no hosts to target" in played.output
    assert [account.log for account in accounts.values()] == [[], []]


def test_a_preview_mails_nobody(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.launched(
        configured.awx.store,
        "RingCentral preview",
        tmp_path,
        credentials=["RingCentral acme_europe"],
        limit="acme_europe",
        extra_data=ANSWERS,
    )
    played = run(job, tmp_path / "job")
    assert played.code == 0, played.output
    assert played.invitations["counts"]["would_invite"] == 6
    assert writes(accounts["acme_europe"]) == []


def test_a_launch_without_the_required_answers_is_not_started(configured: Site, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="'reinvite_resend_after' value missing"):
        jobs.launched(configured.awx.store, "RingCentral re-invite", tmp_path, extra_data={})


def test_the_domains_of_the_survey_hold_everybody_else(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.launched(
        configured.awx.store,
        "RingCentral re-invite",
        tmp_path,
        credentials=["RingCentral acme_europe"],
        limit="acme_europe",
        extra_data={**ANSWERS, "reinvite_allowed_domains": "example.net,example.org"},
    )
    played = run(job, tmp_path / "job")
    assert played.invitations["reasons"]["domain_not_allowed"] == 6, played.output
    assert mailed(accounts["acme_europe"]) == []


def test_the_workflow_mails_after_an_approval_and_asks_for_none_if_nobody_is_pending(
    configured: Site, accounts: Accounts, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    walked = walk(configured.awx, WORKFLOW, tmp_path / "one", approve=True)
    assert walked.outcomes == {"preview": True, "pending": False, "approval": True, "send": True}
    assert not walked.failed
    assert len(mailed(accounts["acme_europe"])) == 6
    assert accounts["acme_america"].log == []
    (tmp_path / "two").mkdir()
    again = walk(configured.awx, WORKFLOW, tmp_path / "two", approve=True)
    assert again.outcomes == {"preview": True, "pending": True}
    assert not again.failed
    assert len(mailed(accounts["acme_europe"])) == 6


def test_a_workflow_that_is_denied_mails_nobody(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    walked = walk(configured.awx, WORKFLOW, tmp_path, approve=False)
    assert walked.outcomes == {"preview": True, "pending": False, "approval": False}
    assert walked.failed
    assert writes(accounts["acme_europe"]) == []


def test_a_preview_that_cannot_be_made_leads_to_no_approval(
    configured: Site, accounts: Accounts, tmp_path: Path
) -> None:
    configured.awx.store.named("hosts", "acme_europe")["variables"] = '{"reinvite_expect_account": "1"}'
    walked = walk(configured.awx, WORKFLOW, tmp_path, approve=True)
    assert walked.outcomes == {"preview": False}
    assert walked.failed
    assert writes(accounts["acme_europe"]) == []


def test_held_users_fail_the_audit(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.scheduled(configured.awx.store, "RingCentral audit acme_europe, Mondays 08:00", tmp_path)
    assert run(job, tmp_path / "well").code == 0
    people = accounts["acme_europe"].account.extensions.values()
    next(one for one in people if (one.status, one.type) == ("NotActivated", "User")).email = "noreply@example.com"
    played = run(job, tmp_path / "amiss")
    assert played.failure == "audit_fail_on: 1 placeholder_email"
    assert writes(accounts["acme_europe"]) == []
