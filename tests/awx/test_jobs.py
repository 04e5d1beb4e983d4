# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX would start is started: with the environment that the credential type makes, against emulated accounts."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from awx.controller import Controller, jobs
from awx.controller.store import Refused
from awx.running import ACCOUNTS, Site, changes, run, walk
from emulator import Emulator
from integration.listener import Listener
from integration.playing import mailed
from mailbox_server import PASSWORD, Mailbox

Accounts = dict[str, Emulator]

WORKFLOW = "RingCentral re-invite after approval, acme_europe"
ANSWERS = {
    "reinvite_resend_after": "48h",
    "reinvite_limit": 100,
    "reinvite_max_invites": 500,
}


def test_the_credential_type_makes_what_the_modules_read(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.scheduled(configured.awx.store, "RingCentral acme_america, weekdays 09:00", tmp_path)
    assert job.environment == {
        **accounts["acme_america"].env(),
        "RC_EXPECT_ACCOUNT": str(ACCOUNTS["acme_america"]),
        "RC_ALLOWED_DOMAINS": "example.com",
        "RC_EXCLUDE": "svc-*,reception@example.com",
        "AWX_PRIVATE_DATA_DIR": "/runner",
    }
    assert not any(secret in str(job.variables) for secret in configured.secrets["acme_america"].values())


def ask(awx: Controller, user: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """A request of somebody who is not the administrator."""
    pair = base64.b64encode(f"{user}:{awx.users[user].password}".encode()).decode()
    return awx.answer(method, f"/api/v2/{path}", f"Basic {pair}", body)


def test_a_schedule_mails_the_users_of_its_account_once(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.scheduled(configured.awx.store, "RingCentral acme_america, weekdays 09:00", tmp_path)
    assert run(job, tmp_path / "monday").code == 0
    assert len(mailed(accounts["acme_america"])) == 4
    tuesday = run(job, tmp_path / "tuesday")
    assert tuesday.code == 0, tuesday.output
    assert len(mailed(accounts["acme_america"])) == 4  # the ledger is in RingCentral, not in the container
    assert accounts["acme_europe"].log == []


def test_the_report_leaves_the_job_by_mail(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.scheduled(configured.awx.store, "RingCentral acme_america, weekdays 09:00", tmp_path)
    with Mailbox(tmp_path) as box:
        host = job.inventory["all"]["hosts"]["acme_america"]
        host |= {"reinvite_notify": {"mail": box.options}, "reinvite_report_dir": "reports"}
        played = run(job, tmp_path / "monday")
    assert played.code == 0, played.output
    (mail,) = box.mails
    assert f"{len(mailed(accounts['acme_america']))} invited" in mail.message["Subject"]
    assert b"<h1>" in mail.files["acme_america.html"]
    assert PASSWORD not in played.output


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
    assert [changes(account) for account in accounts.values()] == [[], []]


def test_an_operators_launch_with_a_foreign_server_gets_nothing(
    configured: Site, accounts: Accounts, tmp_path: Path
) -> None:
    awx = configured.awx
    template = awx.store.named("job_templates", "RingCentral re-invite")
    credential = awx.store.named("credentials", "RingCentral acme_europe")
    awx.add_user(
        "operator",
        roles=frozenset({("job_templates", template["id"], "execute"), ("credentials", credential["id"], "use")}),
    )
    with Listener() as foreign:
        planted = {
            "reinvite_server_url": foreign.url,
            "reinvite_expect_account": "",
            "reinvite_allowed_domains": [],
            "ansible_python_interpreter": "/tmp/planted",
        }
        body = {"limit": "acme_europe", "credentials": [credential["id"]], "extra_vars": {**ANSWERS, **planted}}
        status, answer = ask(awx, "operator", "POST", f"job_templates/{template['id']}/launch/", body)
        assert (status, answer["ignored_fields"]) == (201, {"extra_vars": planted})
        job = jobs.started(awx.store, answer["job"], tmp_path)
        assert run(job, tmp_path / "first").code == 0
        assert len(mailed(accounts["acme_europe"])) == 6
        # Where somebody lets a template prompt for variables, the collection itself keeps the secrets.
        template["ask_variables_on_launch"] = True
        status, answer = ask(awx, "operator", "POST", f"job_templates/{template['id']}/launch/", body)
        assert (status, answer["ignored_fields"]) == (201, {})
        job = jobs.started(awx.store, answer["job"], tmp_path)
        del job.variables["ansible_python_interpreter"]  # only AWX can keep a program from being replaced
        del job.variables["reinvite_expect_account"]  # a blank guard is refused before any server is looked at
        played = run(job, tmp_path / "second")
        assert played.code == 2
        assert "RC_SERVER_URL" in played.failure
        assert foreign.heard == []
    assert not any(secret in played.output for secret in configured.secrets["acme_europe"].values())


def test_no_launch_widens_the_credentials_guards(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    template = configured.awx.store.named("job_templates", "RingCentral re-invite")
    template["ask_variables_on_launch"] = True
    credential = configured.awx.store.named("credentials", "RingCentral acme_europe")
    credential["inputs"].update(allowed_domains="example.net", expect_account=str(ACCOUNTS["acme_europe"]))
    options = {"credentials": ["RingCentral acme_europe"], "limit": "acme_europe"}
    opened: dict[str, Any] = {"reinvite_allowed_domains": [], "reinvite_exclude": []}
    job = jobs.launched(configured.awx.store, template["name"], tmp_path, extra_data={**ANSWERS, **opened}, **options)
    played = run(job, tmp_path / "domains")
    assert played.invitations["reasons"]["domain_not_allowed"] == 6, played.output
    credential["inputs"].update(allowed_domains="*", expect_account="1")
    job = jobs.launched(configured.awx.store, template["name"], tmp_path, extra_data={**ANSWERS, **opened}, **options)
    played = run(job, tmp_path / "account")
    assert played.failure.startswith("RC_EXPECT_ACCOUNT: ")
    opened["reinvite_expect_account"] = ""  # a blank switches nothing off
    job = jobs.launched(configured.awx.store, template["name"], tmp_path, extra_data={**ANSWERS, **opened}, **options)
    played = run(job, tmp_path / "blank")
    assert played.failure.startswith("reinvite_expect_account is blank; ")
    assert mailed(accounts["acme_europe"]) == []


def test_an_operator_can_neither_read_nor_change_nor_borrow(configured: Site) -> None:
    awx = configured.awx
    template = awx.store.named("job_templates", "RingCentral re-invite")
    credential, other = (awx.store.named("credentials", f"RingCentral {name}") for name in ACCOUNTS)
    awx.add_user(
        "operator",
        roles=frozenset({("job_templates", template["id"], "execute"), ("credentials", credential["id"], "use")}),
    )
    path = f"job_templates/{template['id']}/"
    shown = ask(awx, "operator", "GET", f"credentials/{credential['id']}/")[1]["inputs"]
    assert {shown[name] for name in ("client_id", "client_secret", "jwt")} == {"$encrypted$"}
    assert ask(awx, "operator", "PATCH", path, {"ask_variables_on_launch": True})[0] == 403
    assert ask(awx, "operator", "GET", f"credentials/{other['id']}/")[0] == 404
    launch = {"credentials": [other["id"]], "limit": "acme_america", "extra_vars": ANSWERS}
    assert ask(awx, "operator", "POST", f"{path}launch/", launch)[0] == 403
    preview = awx.store.named("job_templates", "RingCentral preview")["id"]
    assert ask(awx, "operator", "POST", f"job_templates/{preview}/launch/", launch)[0] == 404


def test_the_help_desk_asks_about_one_person_and_no_one_is_mailed(
    configured: Site, accounts: Accounts, tmp_path: Path
) -> None:
    people = accounts["acme_europe"].account.extensions.values()
    who = next(one for one in people if (one.status, one.type) == ("NotActivated", "User"))
    before = mailed(accounts["acme_europe"])
    job = jobs.launched(
        configured.awx.store,
        "RingCentral status",
        tmp_path,
        credentials=["RingCentral acme_europe"],
        limit="acme_europe",
        extra_data={"reinvite_users": str(who.id)},
    )
    played = run(job, tmp_path / "job")
    assert played.code == 0, played.output
    assert f"id {who.id}" in played.output
    assert "tell them" in played.output
    assert mailed(accounts["acme_europe"]) == before


def test_people_are_invited_by_name_in_a_template_of_their_own(
    configured: Site, accounts: Accounts, tmp_path: Path
) -> None:
    people = accounts["acme_europe"].account.extensions.values()
    pending = [one for one in people if (one.status, one.type) == ("NotActivated", "User")]
    job = jobs.launched(
        configured.awx.store,
        "RingCentral invite by name",
        tmp_path,
        credentials=["RingCentral acme_europe"],
        limit="acme_europe",
        extra_data={"reinvite_users": f"{pending[0].email},{pending[1].id}"},
    )
    played = run(job, tmp_path / "job")
    assert played.code == 0, played.output
    assert sorted(mailed(accounts["acme_europe"])) == sorted(str(one.id) for one in pending[:2])


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


def test_a_preview_sends_no_mail(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
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
    assert changes(accounts["acme_europe"]) == []


def test_a_launch_without_the_required_answers_is_not_started(configured: Site, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="'reinvite_resend_after' value missing"):
        jobs.launched(configured.awx.store, "RingCentral re-invite", tmp_path, extra_data={})


def test_the_workflow_mails_after_an_approval_and_asks_for_none_if_no_user_is_pending(
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


def test_a_workflow_that_is_denied_sends_no_mail(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    walked = walk(configured.awx, WORKFLOW, tmp_path, approve=False)
    assert walked.outcomes == {"preview": True, "pending": False, "approval": False}
    assert walked.failed
    assert changes(accounts["acme_europe"]) == []


def test_a_preview_that_cannot_be_made_leads_to_no_approval(
    configured: Site, accounts: Accounts, tmp_path: Path
) -> None:
    configured.awx.store.named("hosts", "acme_europe")["variables"] = '{"reinvite_expect_account": "1"}'
    walked = walk(configured.awx, WORKFLOW, tmp_path, approve=True)
    assert walked.outcomes == {"preview": False}
    assert walked.failed
    assert changes(accounts["acme_europe"]) == []


def test_held_users_fail_the_audit(configured: Site, accounts: Accounts, tmp_path: Path) -> None:
    job = jobs.scheduled(configured.awx.store, "RingCentral audit acme_europe, Mondays 08:00", tmp_path)
    assert run(job, tmp_path / "well").code == 0
    people = accounts["acme_europe"].account.extensions.values()
    next(one for one in people if (one.status, one.type) == ("NotActivated", "User")).email = "noreply@example.com"
    played = run(job, tmp_path / "held")
    assert played.failure == "audit_fail_on: 1 placeholder_email"
    assert changes(accounts["acme_europe"]) == []
