# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ten lines about one person."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused
from unit.plugins.plugin_utils.hosts import ACTIVE, Host, invited, row

DUE = row(1, outcome="would_invite")
RECENT = row(
    2,
    decision="skip",
    reason="recently_invited",
    outcome=None,
    message="invited on 2026-03-02 09:00 UTC; the link is good until 2026-03-04 09:00 UTC",
    last_invited_at="2026-03-02T09:00:00Z",
    next_invite_after="2026-03-04T09:00:00Z",
    attempts=2,
)
MISSING = row(3, decision="hold", reason="not_in_directory", outcome=None, message="is not in the directory")
UNKNOWN = {
    **dict.fromkeys(row(4)),
    "name": "\x1b[31mada@example.org",
    "email": "ada@example.org",
    "decision": "hold",
    "reason": "not_found",
    "message": "no user has this address",
    "attempts": 0,
}


def shown(host: Host, one: dict[str, Any], **variables: Any) -> dict[str, str]:
    """The lines about one person, by their first word or words."""
    host.answer = invited(one)
    table = host.status(reinvite_users=["101"], **variables)["table"]
    assert len(table) <= 11
    return {line[2:15].strip(): line[15:] for line in table[2:]}


def test_a_user_who_is_due_would_be_mailed(host: Host) -> None:
    lines = shown(host, DUE)
    assert lines["status"] == "not activated (Paris)"
    assert lines["address"] == "p1@example.com"
    assert lines["directory"] == "none is set, so it was not asked"
    assert lines["invitations"] == "the ledger has none"
    assert (lines["now"], lines["because"]) == ("would be mailed by a run", "Not activated")
    assert lines["tell them"].startswith("You will get the invitation with the next run.")


def test_a_user_with_a_live_link_is_shown_with_both_dates(host: Host) -> None:
    lines = shown(host, RECENT, reinvite_directory=[{"email": "p2@example.com"}])
    assert lines["directory"] == "knows this person at this address"
    assert lines["invitations"] == "2 by the ledger, the last that surely went out on 2026-03-02T09:00:00Z"
    assert lines["now"] == "would not be mailed"
    assert lines["because"] == f"Link still valid - {RECENT['message']}"
    assert lines["next"] == "not before 2026-03-04T09:00:00Z"
    assert "spam" in lines["tell them"]


def test_the_directory_has_its_word(host: Host) -> None:
    lines = shown(host, MISSING, reinvite_directory=[{"email": "p2@example.com"}])
    assert lines["directory"] == "is not in the directory"
    assert lines["now"] == "held: would not be mailed, a person has to look"
    assert lines["to do"].startswith("Ask HR")
    assert "looks into it first" in lines["tell them"]


def test_an_active_user_is_told_how_to_get_a_password(host: Host) -> None:
    lines = shown(host, ACTIVE, reinvite_ledger={"backend": "none"})
    assert "Forgot password" in lines["tell them"]
    assert lines["invitations"] == "no ledger is kept"


def test_a_name_that_no_user_has_is_no_terminal_command(host: Host) -> None:
    lines = shown(host, UNKNOWN)
    assert lines["status"] == "unknown"
    assert lines["to do"].startswith("Check the spelling")
    assert not [line for line in host.status(reinvite_users=["101"])["table"] if "\x1b" in line]


def test_the_decision_is_that_of_a_run_with_the_same_variables(host: Host) -> None:
    variables = {"reinvite_resend_after": "3d", "reinvite_allowed_domains": ["example.com"]}
    host.answer = invited(DUE)
    result = host.status(reinvite_users=["101"], reinvite_confirm="h0123456789a", **variables)
    asked = dict(host.options)
    host.asked.clear()
    host.invite(check_mode=True, reinvite_users=["101"], **variables)
    assert asked == host.options
    assert (result["changed"], result["failure"]) == (False, "")


@pytest.mark.parametrize("variables", [{}, {"reinvite_users": []}])
def test_without_a_name_no_module_is_run(host: Host, variables: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="who names no user"):
        host.status(**variables)
    assert host.asked == []


def test_it_never_runs_outside_check_mode(host: Host) -> None:
    with pytest.raises(Refused, match="check mode alone"):
        host.status(reinvite_users=["101"], check_mode=False)
    assert host.asked == []
