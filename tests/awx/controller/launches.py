# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a template lets a launch, a schedule or a node say: the answers to its survey, variables and prompts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from .kinds import ASKED, KINDS
from .store import Record, Store, fits


def objections(store: Store, kind: str, template: Record, given: Mapping[str, Any], *, may_lack: bool) -> Record:
    """Why the template would not take what is given, by field. A node may lack answers: a launch can bring them."""
    if kind not in {"job_templates", "workflow_job_templates"}:
        return {}
    answers = given.get("extra_data") or {}
    questions = store.questions(template)
    found: Record = {}
    if wrong := [why for question in questions if (why := _wrong(question, answers, may_lack=may_lack))]:
        found["variables_needed_to_start"] = wrong
    own = variables(template)
    strange = set(answers) - {question["variable"] for question in questions}
    strange = {name for name in strange if name not in own or own[name] != answers[name]}
    if strange and not template["ask_variables_on_launch"]:
        found["extra_data"] = [f"Variables {', '.join(sorted(strange))} are not allowed on launch."]
    for name, ask in ASKED.items():
        value = given.get(name)
        said = name in KINDS["schedules"].fields and value is not None and value != template.get(name)
        if said and not template.get(ask):
            found[name] = ["Field is not configured to prompt on launch."]
    return found


def variables(template: Record) -> Record:
    """The extra variables of a template itself, which it keeps as JSON or YAML."""
    return yaml.safe_load(template["extra_vars"] or "{}") or {}


def answered(store: Store, template: Record, given: Record) -> Record:
    """A job's extra variables: the template's own, then the survey's defaults, then what was given."""
    defaults = {
        question["variable"]: question["default"]
        for question in store.questions(template)
        if question.get("default") not in (None, "")
    }
    return {**variables(template), **defaults, **given}


def _wrong(question: Record, answers: Record, *, may_lack: bool) -> str:
    name, kind = question["variable"], question["type"]
    if name not in answers:
        # A default does not help: it is for the form in the web interface.
        return f"'{name}' value missing" if question["required"] and not may_lack else ""
    answer = answers[name]
    expected = int if kind == "integer" else str
    if not fits(answer, expected):
        return f"Value {answer} for '{name}' expected to be {expected.__name__}."
    size = answer if isinstance(answer, int) else len(answer)
    low, high = question.get("min"), question.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        return f"'{name}' value {answer} is too small or too large."
    return ""


def survey_objection(survey: object) -> str:
    """What is wrong with a survey itself."""
    if not isinstance(survey, dict):
        return "a survey is an object"
    for name, expected in (("name", str), ("description", str), ("spec", list)):
        if not isinstance(survey.get(name), expected):
            return f"Field '{name}' is missing from survey spec."
    if not survey["spec"]:
        return "'spec' doesn't contain any items."
    variables = [question.get("variable") for question in survey["spec"]]
    if len(variables) != len(set(variables)):
        return "'variable' duplicated in survey."
    return next((why for question in survey["spec"] if (why := _question_objection(question))), "")


def _question_objection(question: Record) -> str:
    for name, expected in (("type", str), ("question_name", str), ("variable", str), ("required", bool)):
        if not isinstance(question.get(name), expected):
            return f"'{name}' missing from survey question {json.dumps(question)}"
    types = {"text": str, "textarea": str, "password": str, "integer": int, "float": float}
    if question["type"] not in types:
        return f"'{question['type']}' is not one of the question types that this stand-in knows."
    default = question.get("default", "")
    if default != "" and not fits(default, types[question["type"]]):
        return f"Default value {default} expected to be {question['type']}."
    if not all(fits(question.get(name) or 0, int) for name in ("min", "max")):
        return "The limit is expected to be integer."
    return ""
