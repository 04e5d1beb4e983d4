# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the stand-in differs from AWX 24.6.1 on purpose, and what it learned to take because AWX takes it.

What AWX ignores is most often a mistake in our own data, and what hangs it or never ends is one too.
"""

from __future__ import annotations

from typing import Any

from awx.refused import HOOK, NODE, QUESTION, RULE, SCHEDULE, SURVEY, env, mail

STRICTER: dict[str, tuple[str, str, Any, str, str]] = {
    "a field that is none": (
        "POST",
        "hosts/",
        {"name": "x", "inventory": 6, "colour": "red"},
        "no such field",
        "AWX ignores it, so that a misspelt field of the data would be lost without a word",
    ),
    "credentials as a field of a node": (
        "POST",
        "workflow_job_template_nodes/",
        {**NODE, "credentials": [3]},
        "no such field",
        "AWX ignores them, and the node's job would start without the account's credential",
    ),
    "a setting that the kind of notification has not": (
        "POST",
        "notification_templates/",
        mail(settings={"recipent": ["it@example.com"]}),
        "Unknown fields",
        "AWX keeps it and never uses it",
    ),
    "a message with a name that nothing here uses": (
        "POST",
        "notification_templates/",
        mail(messages={"error": {"body": "{{ job.elapsed }}"}}),
        "Field unavailable",
        "AWX knows some eighty names of a job, of which our messages use a few",
    ),
    "a rule that stands still": (
        "POST",
        "schedules/",
        {**SCHEDULE, "name": "still", "rrule": RULE.replace("INTERVAL=1", "INTERVAL=0")},
        "INTERVAL must be 1 or more",
        "AWX looks for the next time without an end, and the worker that does so hangs",
    ),
    "a circle of nodes that no node outside leads to": (
        "POST",
        "workflow_job_template_nodes/11/always_nodes/",
        {"id": 10},
        "Cycle detected",
        "AWX looks for circles from the nodes that nothing leads to, and here there is none",
    ),
}
"""What AWX takes and the stand-in refuses: method, path, body, its words, and why it does."""

ACCEPTED: dict[str, tuple[str, str, Any]] = {
    "a number as a name": ("POST", "hosts/", {"name": 1, "inventory": 6}),
    "a number as a limit": ("PATCH", "job_templates/8/", {"limit": 5}),
    "a rule that ends in UTC and begins in a time zone": (
        "POST",
        "schedules/",
        {**SCHEDULE, "name": "until", "rrule": f"{RULE};UNTIL=20270101T000000Z"},
    ),
    "variables of a schedule as text": ("POST", "schedules/", {**SCHEDULE, "name": "text", "extra_data": "after: 48h"}),
    "one choice of several": (
        "POST",
        "job_templates/8/survey_spec/",
        {**SURVEY, "spec": [{**QUESTION, "type": "multiplechoice", "choices": ["48h", "72h"]}]},
    ),
    "several choices, written as lines": (
        "POST",
        "job_templates/8/survey_spec/",
        {**SURVEY, "spec": [{**QUESTION, "type": "multiselect", "choices": "48h\n72h", "default": "48h\n72h"}]},
    ),
    "a notification by Slack": (
        "POST",
        "notification_templates/",
        mail(notification_type="slack", notification_configuration={"token": "x", "channels": ["it"]}),
    ),
    "a message with a job's artifacts": (
        "POST",
        "notification_templates/",
        mail(messages={"error": {"body": "{{ job.artifacts }}"}}),
    ),
    "a webhook without a method": (
        "POST",
        "notification_templates/",
        mail(notification_type="webhook", notification_configuration=HOOK),
    ),
    "an address that is not of the web": ("PATCH", "credentials/3/", {"inputs": {"server": "ftp://example.com"}}),
    "a rule of 999 times": ("POST", "schedules/", {**SCHEDULE, "name": "often", "rrule": f"{RULE};COUNT=999"}),
    "a git address by ssh": (
        "POST",
        "projects/",
        {"name": "ssh", "organization": 1, "scm_type": "git", "scm_url": "git@git.example.com:it/rc.git"},
    ),
    "an image of a registry with a port": (
        "POST",
        "execution_environments/",
        {"name": "ee", "organization": 1, "image": "registry.example.com:5000/a/b:1.0"},
    ),
    "a type's own variable": ("POST", "credential_types/", env(RC_EXPECT_ACCOUNT="{{ jwt }}")),
}
"""What both take."""
