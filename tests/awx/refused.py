# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX does not take: each rule of its objects, broken once."""

from __future__ import annotations

from typing import Any

from awx.controller.store import Record

TYPE = {
    "name": "app",
    "kind": "cloud",
    "inputs": {
        "fields": [
            {"id": "server", "label": "Server", "type": "string", "format": "url"},
            {"id": "jwt", "label": "JWT", "secret": True},
        ]
    },
    "injectors": {"env": {"RC_USER_JWT": "{{ jwt }}"}},
}
QUESTION = {"question_name": "After?", "variable": "after", "type": "text", "required": True, "default": "48h"}
SURVEY = {"name": "", "description": "", "spec": [QUESTION]}
RULE = "DTSTART;TZID=Europe/London:20260105T090000 RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO"
MAIL = {
    "host": "smtp.example.com",
    "port": 25,
    "username": "",
    "password": "",
    "use_tls": False,
    "use_ssl": False,
    "sender": "awx@example.com",
    "recipients": ["it@example.com"],
    "timeout": 30,
}
HOOK = {"url": "https://chat.example.com", "headers": {}}


def a_type(**changes: Any) -> Record:
    return {**TYPE, "name": "another", **changes}


def env(**templates: str) -> Record:
    return a_type(injectors={"env": templates})


def mail(**changes: Any) -> Record:
    return {
        "name": "mail",
        "organization": 1,
        "notification_type": "email",
        "notification_configuration": {**MAIL, **changes.pop("settings", {})},
        **changes,
    }


def project(**changes: Any) -> Record:
    return {"name": "x", "organization": 1, "scm_type": "git", **changes}


def image(name: str) -> Record:
    return {"name": "x", "organization": 1, "image": name}


TEMPLATE = {"name": "t", "project": 5, "inventory": 6, "playbook": "playbooks/reinvite.yml"}
SCHEDULE = {"name": "s", "unified_job_template": 7, "rrule": RULE, "extra_data": {"after": "48h"}}
NODE = {"identifier": "n", "workflow_job_template": 9, "unified_job_template": 8}

CASES: dict[str, tuple[str, str, Any, int, str]] = {
    # Custom credential types
    "a type's variable that is Ansible's": (
        "POST",
        "credential_types/",
        env(ANSIBLE_CONFIG="x"),
        400,
        "ANSIBLE_CONFIG is not allowed",
    ),
    "a type's variable that is AWX's": ("POST", "credential_types/", env(PATH="x"), 400, "PATH is not allowed"),
    "a type's variable that is no name": ("POST", "credential_types/", env(**{"RC-JWT": "x"}), 400, "no name"),
    "a type that injects a field it has not": ("POST", "credential_types/", env(X="{{ jtw }}"), 400, "undefined field"),
    "a type that knows awx.filename": (
        "POST",
        "credential_types/",
        a_type(injectors={"file": {"template": "{{ jwt }}"}, "env": {"X": "{{ awx.filename }}"}}),
        400,
        "'awx' is undefined",
    ),
    "tower.filename without a file": (
        "POST",
        "credential_types/",
        env(X="{{ tower.filename }}"),
        400,
        "undefined field",
    ),
    "a type's template that cannot be read": ("POST", "credential_types/", env(X="{{ jwt "), 400, "Syntax error"),
    "an injector of no known sort": (
        "POST",
        "credential_types/",
        a_type(injectors={"environment": {}}),
        400,
        "environment",
    ),
    "a type of the kind ssh": ("POST", "credential_types/", a_type(kind="ssh"), 400, "Must be 'cloud' or 'net'"),
    "a field that is asked at runtime": (
        "POST",
        "credential_types/",
        a_type(inputs={"fields": [{"id": "jwt", "label": "JWT", "ask_at_runtime": True}]}),
        400,
        "ask_at_runtime",
    ),
    "two fields of one id": (
        "POST",
        "credential_types/",
        a_type(inputs={"fields": [TYPE["inputs"]["fields"][1]] * 2}),
        400,
        "twice",
    ),
    "a type twice": ("POST", "credential_types/", TYPE, 400, "already exists"),
    "other inputs for a type in use": (
        "PATCH",
        "credential_types/2/",
        {"inputs": {"fields": []}, "injectors": {}},
        403,
        "in use",
    ),
    "a type in use deleted": ("DELETE", "credential_types/2/", None, 403, "in use"),
    "a secret that is no text": (
        "POST",
        "credential_types/",
        a_type(inputs={"fields": [{"id": "jwt", "label": "JWT", "type": "boolean", "secret": True}]}, injectors={}),
        400,
        "secret must be False",
    ),
    "a field of an unknown format": (
        "POST",
        "credential_types/",
        a_type(inputs={"fields": [{"id": "jwt", "label": "JWT", "format": "email"}]}),
        400,
        "is not one of",
    ),
    "a type's variable that is AWX's own address": (
        "POST",
        "credential_types/",
        env(AWX_HOST="x"),
        400,
        "AWX_HOST is not allowed",
    ),
    # Credentials
    "a credential of nobody": ("POST", "credentials/", {"name": "x", "credential_type": 2}, 400, "organization"),
    "an input that the type has not": (
        "PATCH",
        "credentials/3/",
        {"inputs": {"token": "x"}},
        400,
        "'token' was unexpected",
    ),
    "an input of another type": ("PATCH", "credentials/3/", {"inputs": {"jwt": 1}}, 400, "not of type string"),
    "an address that is none": ("PATCH", "credentials/3/", {"inputs": {"server": "platform"}}, 400, "not a url"),
    "an address without a host": ("PATCH", "credentials/3/", {"inputs": {"server": "https://"}}, 400, "not a url"),
    "a new secret that stands for an old one": (
        "POST",
        "credentials/",
        {"name": "x", "organization": 1, "credential_type": 2, "inputs": {"jwt": "$encrypted$"}},
        400,
        "reserved keyword",
    ),
    # Projects, inventories, hosts, images
    "a git project without an address": ("POST", "projects/", project(), 400, "required"),
    "a git project with an address that is none": ("POST", "projects/", project(scm_url="x y"), 400, "Invalid SCM URL"),
    "an inventory of no organization": ("POST", "inventories/", {"name": "x"}, 400, "required"),
    "a smart inventory without a filter": (
        "POST",
        "inventories/",
        {"name": "x", "organization": 1, "kind": "smart"},
        400,
        "host_filter",
    ),
    "a host twice, once with a port": ("POST", "hosts/", {"name": "here:22", "inventory": 6}, 400, "already exists"),
    "an image with a scheme": ("POST", "execution_environments/", image("http://x/y:1"), 400, "image name"),
    "an image with a blank": ("POST", "execution_environments/", image("a b"), 400, "image name"),
    # Job templates
    "a playbook that is not in the project": (
        "POST",
        "job_templates/",
        {**TEMPLATE, "playbook": "x.yml"},
        400,
        "Playbook not found",
    ),
    "a template without a playbook": (
        "POST",
        "job_templates/",
        {**TEMPLATE, "playbook": ""},
        400,
        "Must select playbook",
    ),
    "a template without a project": ("POST", "job_templates/", {**TEMPLATE, "project": None}, 400, "project assigned"),
    "a template without an inventory": (
        "POST",
        "job_templates/",
        {**TEMPLATE, "inventory": None},
        400,
        "prompt on launch",
    ),
    "a branch that the project does not allow": (
        "POST",
        "job_templates/",
        {**TEMPLATE, "scm_branch": "x"},
        400,
        "overriding branch",
    ),
    "variables that are no dictionary": (
        "POST",
        "job_templates/",
        {**TEMPLATE, "extra_vars": "- x"},
        400,
        "dictionary",
    ),
    "a template twice": ("POST", "job_templates/", {**TEMPLATE, "name": "plain"}, 400, "already exists"),
    "a survey without a description": (
        "POST",
        "job_templates/8/survey_spec/",
        {"name": "", "spec": [QUESTION]},
        400,
        "description",
    ),
    "a survey without a question": ("POST", "job_templates/8/survey_spec/", {**SURVEY, "spec": []}, 400, "any items"),
    "a question asked twice": (
        "POST",
        "job_templates/8/survey_spec/",
        {**SURVEY, "spec": [QUESTION] * 2},
        400,
        "duplicated",
    ),
    "a default of another type": (
        "POST",
        "job_templates/8/survey_spec/",
        {**SURVEY, "spec": [{**QUESTION, "type": "integer"}]},
        400,
        "expected to be integer",
    ),
    "several choices without a choice": (
        "POST",
        "job_templates/8/survey_spec/",
        {**SURVEY, "spec": [{**QUESTION, "type": "multiselect"}]},
        400,
        "has no choices",
    ),
    "a default that is no choice": (
        "POST",
        "job_templates/8/survey_spec/",
        {**SURVEY, "spec": [{**QUESTION, "type": "multiplechoice", "choices": ["24h", "72h"]}]},
        400,
        "choices listed",
    ),
    # Schedules
    "a required question left to its default": (
        "POST",
        "schedules/",
        {**SCHEDULE, "extra_data": {}},
        400,
        "'after' value missing",
    ),
    "an answer of another type": (
        "POST",
        "schedules/",
        {**SCHEDULE, "extra_data": {"after": 48}},
        400,
        "expected to be str",
    ),
    "a limit that is not asked for": (
        "POST",
        "schedules/",
        {**SCHEDULE, "limit": "x"},
        400,
        "not configured to prompt",
    ),
    "a variable that is not asked for": (
        "POST",
        "schedules/",
        {**SCHEDULE, "extra_data": {"after": "48h", "other": 1}},
        400,
        "Variables other are not allowed",
    ),
    "a rule without a start": (
        "POST",
        "schedules/",
        {**SCHEDULE, "rrule": RULE.split()[1]},
        400,
        "DTSTART is required",
    ),
    "a start in no time zone": (
        "POST",
        "schedules/",
        {**SCHEDULE, "rrule": RULE.replace(";TZID=Europe/London", "")},
        400,
        "naive",
    ),
    "a time zone that is none": (
        "POST",
        "schedules/",
        {**SCHEDULE, "rrule": RULE.replace("London", "Nowhere")},
        400,
        "parsing failed",
    ),
    "a rule without an interval": (
        "POST",
        "schedules/",
        {**SCHEDULE, "rrule": RULE.replace("INTERVAL=1;", "")},
        400,
        "INTERVAL required",
    ),
    "a rule that ends twice": (
        "POST",
        "schedules/",
        {**SCHEDULE, "rrule": f"{RULE};COUNT=1;UNTIL=20270101T000000Z"},
        400,
        "both COUNT",
    ),
    "a rule that comes due too often": (
        "POST",
        "schedules/",
        {**SCHEDULE, "rrule": f"{RULE};COUNT=1000"},
        400,
        "COUNT > 999",
    ),
    "variables of a schedule that are no dictionary": (
        "POST",
        "schedules/",
        {**SCHEDULE, "extra_data": "- x"},
        400,
        "dictionary",
    ),
    "a rule that is none": (
        "POST",
        "schedules/",
        {**SCHEDULE, "rrule": RULE.replace("WEEKLY", "OFTEN")},
        400,
        "parsing failed",
    ),
    "a schedule of nothing": ("POST", "schedules/", {**SCHEDULE, "unified_job_template": 999}, 400, "does not exist"),
    "a credential where none is asked for": (
        "POST",
        "schedules/14/credentials/",
        {"id": 3},
        400,
        "not configured to accept credentials",
    ),
    # Workflows
    "a node's limit that is not asked for": (
        "POST",
        "workflow_job_template_nodes/",
        {**NODE, "limit": "x"},
        400,
        "not configured to prompt",
    ),
    "a node's variables that are not asked for": (
        "POST",
        "workflow_job_template_nodes/",
        {**NODE, "extra_data": {"x": 1}},
        400,
        "not allowed",
    ),
    "a node twice": ("POST", "workflow_job_template_nodes/", {**NODE, "identifier": "a"}, 400, "already exists"),
    "a node's credential where none is asked for": (
        "POST",
        "workflow_job_template_nodes/12/credentials/",
        {"id": 3},
        400,
        "not configured to accept credentials",
    ),
    "a node that leads to itself": ("POST", "workflow_job_template_nodes/10/success_nodes/", {"id": 10}, 400, "Cycle"),
    # Notifications
    "a mail without a server": (
        "POST",
        "notification_templates/",
        mail(notification_configuration={}),
        400,
        "Missing required",
    ),
    "a mail to nobody": ("POST", "notification_templates/", mail(settings={"recipients": []}), 400, "No values"),
    "a port that is a text": ("POST", "notification_templates/", mail(settings={"port": "25"}), 400, "incorrect type"),
    "a message of two lines": (
        "POST",
        "notification_templates/",
        mail(messages={"error": {"message": "a\nb"}}),
        400,
        "newlines",
    ),
    "a message that names what is not there": (
        "POST",
        "notification_templates/",
        mail(messages={"error": {"body": "{{ held }}"}}),
        400,
        "unavailable",
    ),
    "a message at no known moment": ("POST", "notification_templates/", mail(messages={"held": {}}), 400, "invalid"),
    "a webhook that reads": (
        "POST",
        "notification_templates/",
        mail(notification_type="webhook", notification_configuration={**HOOK, "http_method": "GET"}),
        400,
        "HTTP method",
    ),
    # Anything
    "a field of another type": ("POST", "hosts/", {"name": ["x"], "inventory": 6}, 400, "not a valid"),
    "a name that is too long": ("POST", "hosts/", {"name": "x" * 513, "inventory": 6}, 400, "no more than 512"),
    "a name that is missing": ("POST", "hosts/", {"inventory": 6}, 400, "required"),
    "a filter that is none": ("GET", "hosts/?colour=red", None, 400, "filter"),
    "an object that is none": ("GET", "hosts/999/", None, 404, "Not found"),
    "a kind that is none": ("GET", "hostesses/", None, 404, "not be found"),
    "an attachment that is none": ("POST", "schedules/13/credentials/", {"id": 999}, 400, "does not exist"),
    "an attachment without a number": ("POST", "schedules/13/credentials/", {"id": "3"}, 400, "integer"),
}
