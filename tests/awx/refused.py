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

# Bodies that are answered with 400, and words of the answer, by the path that they are sent to.
_POSTED: dict[str, dict[str, tuple[Any, str]]] = {
    "credential_types/": {
        "a type's variable that is Ansible's": (env(ANSIBLE_CONFIG="x"), "ANSIBLE_CONFIG is not allowed"),
        "a type's variable that is AWX's": (env(PATH="x"), "PATH is not allowed"),
        "a type's variable that is no name": (env(**{"RC-JWT": "x"}), "no name"),
        "a type that injects a field it has not": (env(X="{{ jtw }}"), "undefined field"),
        "a type that knows awx.filename": (
            a_type(injectors={"file": {"template": "{{ jwt }}"}, "env": {"X": "{{ awx.filename }}"}}),
            "'awx' is undefined",
        ),
        "tower.filename without a file": (env(X="{{ tower.filename }}"), "undefined field"),
        "a type's template that cannot be read": (env(X="{{ jwt "), "Syntax error"),
        "an injector of no known sort": (a_type(injectors={"environment": {}}), "environment"),
        "a type of the kind ssh": (a_type(kind="ssh"), "Must be 'cloud' or 'net'"),
        "a field that is asked at runtime": (
            a_type(inputs={"fields": [{"id": "jwt", "label": "JWT", "ask_at_runtime": True}]}),
            "ask_at_runtime",
        ),
        "two fields of one id": (a_type(inputs={"fields": [TYPE["inputs"]["fields"][1]] * 2}), "twice"),
        "a type twice": (TYPE, "already exists"),
        "a secret that is no text": (
            a_type(inputs={"fields": [{"id": "jwt", "label": "JWT", "type": "boolean", "secret": True}]}, injectors={}),
            "secret must be False",
        ),
        "a field of an unknown format": (
            a_type(inputs={"fields": [{"id": "jwt", "label": "JWT", "format": "email"}]}),
            "is not one of",
        ),
        "a type's variable that is AWX's own address": (env(AWX_HOST="x"), "AWX_HOST is not allowed"),
    },
    "credentials/": {
        "a credential without an owner": ({"name": "x", "credential_type": 2}, "organization"),
        "a new secret that stands for an old one": (
            {"name": "x", "organization": 1, "credential_type": 2, "inputs": {"jwt": "$encrypted$"}},
            "reserved keyword",
        ),
    },
    "projects/": {
        "a git project without an address": (project(), "required"),
        "a git project with an address that is none": (project(scm_url="x y"), "Invalid SCM URL"),
    },
    "inventories/": {
        "an inventory of no organization": ({"name": "x"}, "required"),
        "a smart inventory without a filter": ({"name": "x", "organization": 1, "kind": "smart"}, "host_filter"),
    },
    "hosts/": {
        "a host twice, once with a port": ({"name": "here:22", "inventory": 6}, "already exists"),
        "a field of another type": ({"name": ["x"], "inventory": 6}, "not a valid"),
        "a name that is too long": ({"name": "x" * 513, "inventory": 6}, "no more than 512"),
        "a name that is missing": ({"inventory": 6}, "required"),
    },
    "execution_environments/": {
        "an image with a scheme": (image("http://x/y:1"), "image name"),
        "an image with a blank": (image("a b"), "image name"),
    },
    "job_templates/": {
        "a playbook that is not in the project": ({**TEMPLATE, "playbook": "x.yml"}, "Playbook not found"),
        "a template without a playbook": ({**TEMPLATE, "playbook": ""}, "Must select playbook"),
        "a template without a project": ({**TEMPLATE, "project": None}, "project assigned"),
        "a template without an inventory": ({**TEMPLATE, "inventory": None}, "prompt on launch"),
        "a branch that the project does not allow": ({**TEMPLATE, "scm_branch": "x"}, "overriding branch"),
        "variables that are no dictionary": ({**TEMPLATE, "extra_vars": "- x"}, "dictionary"),
        "a template twice": ({**TEMPLATE, "name": "plain"}, "already exists"),
    },
    "job_templates/8/survey_spec/": {
        "a survey without a description": ({"name": "", "spec": [QUESTION]}, "description"),
        "a survey without a question": ({**SURVEY, "spec": []}, "any items"),
        "a question asked twice": ({**SURVEY, "spec": [QUESTION] * 2}, "duplicated"),
        "a default of another type": ({**SURVEY, "spec": [{**QUESTION, "type": "integer"}]}, "expected to be integer"),
        "several choices without a choice": (
            {**SURVEY, "spec": [{**QUESTION, "type": "multiselect"}]},
            "has no choices",
        ),
        "a default that is no choice": (
            {**SURVEY, "spec": [{**QUESTION, "type": "multiplechoice", "choices": ["24h", "72h"]}]},
            "choices listed",
        ),
    },
    "schedules/": {
        "a required question left to its default": ({**SCHEDULE, "extra_data": {}}, "'after' value missing"),
        "an answer of another type": ({**SCHEDULE, "extra_data": {"after": 48}}, "expected to be str"),
        "a limit that is not asked for": ({**SCHEDULE, "limit": "x"}, "not configured to prompt"),
        "a variable that is not asked for": (
            {**SCHEDULE, "extra_data": {"after": "48h", "other": 1}},
            "Variables other are not allowed",
        ),
        "a rule without a start": ({**SCHEDULE, "rrule": RULE.split()[1]}, "DTSTART is required"),
        "a start in no time zone": ({**SCHEDULE, "rrule": RULE.replace(";TZID=Europe/London", "")}, "naive"),
        "a time zone that is none": ({**SCHEDULE, "rrule": RULE.replace("London", "Nowhere")}, "parsing failed"),
        "a rule without an interval": ({**SCHEDULE, "rrule": RULE.replace("INTERVAL=1;", "")}, "INTERVAL required"),
        "a rule that ends twice": ({**SCHEDULE, "rrule": f"{RULE};COUNT=1;UNTIL=20270101T000000Z"}, "both COUNT"),
        "a rule that comes due too often": ({**SCHEDULE, "rrule": f"{RULE};COUNT=1000"}, "COUNT > 999"),
        "variables of a schedule that are no dictionary": ({**SCHEDULE, "extra_data": "- x"}, "dictionary"),
        "a rule that is none": ({**SCHEDULE, "rrule": RULE.replace("WEEKLY", "OFTEN")}, "parsing failed"),
        "a schedule of nothing": ({**SCHEDULE, "unified_job_template": 999}, "does not exist"),
    },
    "schedules/14/credentials/": {
        "a credential where none is asked for": ({"id": 3}, "not configured to accept credentials")
    },
    "workflow_job_template_nodes/": {
        "a node's limit that is not asked for": ({**NODE, "limit": "x"}, "not configured to prompt"),
        "a node's variables that are not asked for": ({**NODE, "extra_data": {"x": 1}}, "not allowed"),
        "a node twice": ({**NODE, "identifier": "a"}, "already exists"),
    },
    "workflow_job_template_nodes/12/credentials/": {
        "a node's credential where none is asked for": ({"id": 3}, "not configured to accept credentials")
    },
    "workflow_job_template_nodes/10/success_nodes/": {"a node that leads to itself": ({"id": 10}, "Cycle")},
    "notification_templates/": {
        "a mail without a server": (mail(notification_configuration={}), "Missing required"),
        "a mail to nobody": (mail(settings={"recipients": []}), "No values"),
        "a port that is a text": (mail(settings={"port": "25"}), "incorrect type"),
        "a message of two lines": (mail(messages={"error": {"message": "a\nb"}}), "newlines"),
        "a message that names what is not there": (mail(messages={"error": {"body": "{{ held }}"}}), "unavailable"),
        "a message at no known moment": (mail(messages={"held": {}}), "invalid"),
        "a webhook that reads": (
            mail(notification_type="webhook", notification_configuration={**HOOK, "http_method": "GET"}),
            "HTTP method",
        ),
    },
    "schedules/13/credentials/": {
        "an attachment that is none": ({"id": 999}, "does not exist"),
        "an attachment without a number": ({"id": "3"}, "integer"),
    },
}

CASES: dict[str, tuple[str, str, Any, int, str]] = {
    **{
        name: ("POST", path, body, 400, words)
        for path, cases in _POSTED.items()
        for name, (body, words) in cases.items()
    },
    "other inputs for a type in use": (
        "PATCH",
        "credential_types/2/",
        {"inputs": {"fields": []}, "injectors": {}},
        403,
        "in use",
    ),
    "a type in use deleted": ("DELETE", "credential_types/2/", None, 403, "in use"),
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
    "a filter that is none": ("GET", "hosts/?colour=red", None, 400, "filter"),
    "an object that is none": ("GET", "hosts/999/", None, 404, "Not found"),
    "a kind that is none": ("GET", "hostesses/", None, 404, "not be found"),
}
