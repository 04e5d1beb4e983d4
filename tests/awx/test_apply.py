# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX is configured by one play, again without a change, and rid of it by another."""

from __future__ import annotations

from pathlib import Path

from awx.controller import Controller
from awx.controller.store import Record
from awx.running import ACCOUNTS, Site
from integration.playing import Played

NAMES = {
    "credential_types": ["RingCentral app"],
    "credentials": ["RingCentral acme_america", "RingCentral acme_europe"],
    "execution_environments": ["RingCentral"],
    "projects": ["RingCentral"],
    "inventories": ["RingCentral accounts"],
    "hosts": sorted(ACCOUNTS),
    "notification_templates": [
        "RingCentral failures by e-mail",
        "RingCentral failures by webhook",
        "RingCentral held users",
    ],
    "job_templates": [
        "RingCentral anybody pending",
        "RingCentral audit",
        "RingCentral confirm hand-over",
        "RingCentral invite by name",
        "RingCentral onboarding",
        "RingCentral preview",
        "RingCentral re-invite",
        "RingCentral status",
    ],
    "workflow_job_templates": ["RingCentral re-invite after approval, acme_europe"],
    "schedules": [
        "RingCentral acme_america, weekdays 09:00",
        "RingCentral acme_europe, weekdays 09:00",
        "RingCentral audit acme_america, Mondays 08:00",
        "RingCentral audit acme_europe, Mondays 08:00",
        "RingCentral onboarding acme_america, weekdays 07:00",
        "RingCentral onboarding acme_europe, weekdays 07:00",
    ],
}


def kept(awx: Controller, kind: str) -> dict[str, Record]:
    return {record["name"]: record for record in awx.store.records(kind)}


def linked(awx: Controller, kind: str, record: Record, name: str) -> list[str]:
    return sorted(one.get("name") or one["identifier"] for one in awx.store.linked(kind, record["id"], name))


def test_the_first_run_creates_everything(configured: Site, first: Played) -> None:
    awx = configured.awx
    assert {kind: sorted(kept(awx, kind)) for kind in NAMES} == NAMES
    assert first.changed == len(NAMES)


def test_no_secret_is_printed_at_any_verbosity(configured: Site, first: Played) -> None:
    for account in configured.secrets.values():
        for secret in account.values():
            assert secret not in first.output
    inputs = kept(configured.awx, "credentials")["RingCentral acme_america"]["inputs"]
    assert {name: inputs[name] for name in ("client_id", "client_secret", "jwt")} == configured.secrets["acme_america"]


def test_no_job_template_has_a_credential_and_each_asks_for_it(configured: Site) -> None:
    awx = configured.awx
    for template in kept(awx, "job_templates").values():
        assert linked(awx, "job_templates", template, "credentials") == []
        asked = {name for name, value in template.items() if name.startswith("ask_") and value}
        assert asked == {"ask_credential_on_launch", "ask_limit_on_launch"}
        assert not template["allow_simultaneous"]
        assert template["timeout"] == 3600
    kinds = {name: template["job_type"] for name, template in kept(awx, "job_templates").items()}
    assert {name for name, kind in kinds.items() if kind == "check"} == {
        "RingCentral preview",
        "RingCentral anybody pending",
        "RingCentral status",
    }


def test_schedules_and_nodes_have_one_account_and_its_credential(configured: Site) -> None:
    awx = configured.awx
    of_schedules = {
        name: linked(awx, "schedules", schedule, "credentials") for name, schedule in kept(awx, "schedules").items()
    }
    assert of_schedules == {
        "RingCentral acme_america, weekdays 09:00": ["RingCentral acme_america"],
        "RingCentral acme_europe, weekdays 09:00": [],  # those of a workflow are at its nodes
        "RingCentral audit acme_america, Mondays 08:00": ["RingCentral acme_america"],
        "RingCentral audit acme_europe, Mondays 08:00": ["RingCentral acme_europe"],
        "RingCentral onboarding acme_america, weekdays 07:00": ["RingCentral acme_america"],
        "RingCentral onboarding acme_europe, weekdays 07:00": ["RingCentral acme_europe"],
    }
    enabled = {name for name, schedule in kept(awx, "schedules").items() if schedule["enabled"]}
    assert not any("onboarding" in name or name == "RingCentral acme_america, weekdays 09:00" for name in enabled)
    nodes = {node["identifier"]: node for node in awx.store.records("workflow_job_template_nodes")}
    kind = "workflow_job_template_nodes"
    for name in ("preview", "pending", "send"):
        assert linked(awx, kind, nodes[name], "credentials") == ["RingCentral acme_europe"]
        assert nodes[name]["limit"] == "acme_europe"
    paths = {
        (name, path): linked(awx, kind, node, path)
        for name, node in nodes.items()
        for path in ("success_nodes", "failure_nodes", "always_nodes")
    }
    assert {key: value for key, value in paths.items() if value} == {
        ("preview", "success_nodes"): ["pending"],
        ("pending", "failure_nodes"): ["approval"],
        ("approval", "success_nodes"): ["send"],
    }


def test_failures_and_held_users_are_told_to_somebody(configured: Site) -> None:
    awx = configured.awx
    told = {
        name: linked(awx, "job_templates", template, "notification_templates_error")
        for name, template in kept(awx, "job_templates").items()
    }
    both = ["RingCentral failures by e-mail", "RingCentral failures by webhook"]
    assert told == {
        "RingCentral anybody pending": [],  # its failing is no failure
        "RingCentral audit": ["RingCentral held users"],
        "RingCentral confirm hand-over": [],
        "RingCentral invite by name": both,
        "RingCentral onboarding": both,
        "RingCentral preview": [],
        "RingCentral re-invite": both,
        "RingCentral status": [],
    }
    (workflow,) = kept(awx, "workflow_job_templates").values()
    assert linked(awx, "workflow_job_templates", workflow, "notification_templates_error") == both
    assert linked(awx, "workflow_job_templates", workflow, "notification_templates_approvals") == both[:1]


def test_the_second_run_changes_nothing_but_what_awx_awx_always_reports(configured: Site, tmp_path: Path) -> None:
    before = configured.awx.store.snapshot()
    second = configured.play(tmp_path, "apply")
    assert second.code == 0, second.output
    assert configured.awx.store.snapshot() == before
    reported = [task["name"] for task in second.tasks if task["result"].get("changed")]
    assert reported == ["Workflows"]
    # An approval is sent what belongs to its node, and never has it.
    assert [(one.method, one.path.split("/")[3], one.status) for one in configured.awx.writes()] == [
        ("PATCH", "workflow_approval_templates", 200)
    ]
    assert configured.awx.tokens == {}


def test_a_project_whose_first_sync_failed_is_synced_by_the_next_run(configured: Site, tmp_path: Path) -> None:
    store = configured.awx.store
    project = store.named("projects", "RingCentral")
    project.update(_sync="failed", scm_revision="")
    for kind in ("workflow_job_templates", "job_templates"):
        for template in list(store.records(kind)):
            store.delete(kind, template["id"])
    store.unreachable.add(project["scm_url"])
    failed = configured.play(tmp_path, "apply")
    assert failed.code == 2
    assert "could not sync the project RingCentral" in failed.failure
    for name in NAMES["job_templates"]:
        assert name in failed.failure
    store.unreachable.clear()
    mended = configured.play(tmp_path, "apply")
    assert mended.code == 0, mended.output
    assert sorted(kept(configured.awx, "job_templates")) == NAMES["job_templates"]
    assert sorted(kept(configured.awx, "schedules")) == NAMES["schedules"]


def test_an_organizations_administrator_applies_all_but_the_credential_type(site: Site, tmp_path: Path) -> None:
    with Controller(site.awx.store.playbooks) as awx:
        awx.add_user("telephony", administers=frozenset({1}))
        here = Site(awx, site.data, site.secrets)
        refused = here.play(tmp_path, "apply", user="telephony")
        assert refused.code == 2
        explained = refused.result("Explain who may make a credential type")["msg"]
        assert "Only a system administrator may make or change one" in explained
        assert [one.status for one in awx.writes()] == [403]
        assert here.play(tmp_path, "credential_types").code == 0
        applied = here.play(tmp_path, "apply", user="telephony")
        assert applied.code == 0, applied.output
        assert {kind: sorted(kept(awx, kind)) for kind in NAMES} == NAMES
        assert awx.tokens == {}
        removed = here.play(tmp_path, "remove", user="telephony")
        assert removed.code == 0, removed.output
        assert "The credential type is left" in removed.output
        assert {kind: sorted(kept(awx, kind)) for kind in NAMES} == {
            **{kind: [] for kind in NAMES},
            "credential_types": ["RingCentral app"],
        }


def test_the_password_of_the_mail_server_is_printed_at_no_verbosity(configured: Site, tmp_path: Path) -> None:
    password = "made-up-password-of-the-mail-server"
    played = configured.play(tmp_path, "apply", "-vvv", ringcentral_smtp_password=password)
    assert played.code == 0, played.output[-3000:]
    assert password not in played.output
    for record in configured.awx.store.records("notification_templates"):
        if record["notification_type"] == "email":
            assert record["notification_configuration"]["password"] == password


def test_a_denied_approval_says_that_no_mail_was_sent(configured: Site) -> None:
    awx = configured.awx
    workflow = awx.store.named("workflow_job_templates", NAMES["workflow_job_templates"][0])
    (mail,) = awx.store.linked("workflow_job_templates", workflow["id"], "notification_templates_approvals")
    approval = mail["messages"]["workflow_approval"]
    assert set(approval) == {"running", "approved", "denied", "timed_out"}
    for event in ("denied", "timed_out"):
        assert approval[event]["body"].startswith("No mail was sent.")


def test_removing_leaves_nothing_and_removing_again_is_no_error(configured: Site, tmp_path: Path) -> None:
    removed = configured.play(tmp_path, "remove")
    assert removed.code == 0, removed.output
    assert "The history of the jobs is left" in removed.output
    with Controller() as empty:
        assert configured.awx.store.snapshot() == empty.store.snapshot()
    again = configured.play(tmp_path, "remove")
    assert again.code == 0, again.output
    assert again.changed == 0
