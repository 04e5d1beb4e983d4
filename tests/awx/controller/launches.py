# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a template lets a launch, a schedule or a node say: the answers to its survey, variables and prompts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from .kinds import ASKED, KINDS
from .store import Record, Refused, Store, fits

_TEXTS = ("text", "textarea", "password")
_CHOICES = ("multiplechoice", "multiselect")


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


def accepted(store: Store, template: Record, given: Mapping[str, Any]) -> tuple[Record, Record]:
    """What a launch may say, and what AWX ignores of it. Refused if answers to the survey are missing or wrong."""
    answers = given.get("extra_data") or {}
    questions = store.questions(template)
    if wrong := [why for question in questions if (why := _wrong(question, answers, may_lack=False))]:
        raise Refused(400, variables_needed_to_start=wrong)
    asked = {question["variable"] for question in questions}
    free = bool(template["ask_variables_on_launch"])
    taken: Record = {"extra_data": {name: value for name, value in answers.items() if free or name in asked}}
    ignored: Record = {}
    if strange := {name: value for name, value in answers.items() if name not in taken["extra_data"]}:
        ignored["extra_vars"] = strange
    for name, ask in ASKED.items():
        if name != "extra_vars" and given.get(name) is not None:
            (taken if template.get(ask) else ignored)[name] = given[name]
    return taken, ignored


def parsed(name: str, text: str) -> Record:
    """Variables that were given as text, in JSON or YAML."""
    try:
        found = yaml.safe_load(text or "{}")
    except yaml.YAMLError as error:
        raise Refused(400, **{name: [f"Cannot parse as JSON or YAML: {error}"]}) from error
    if not isinstance(found, dict):
        raise Refused(400, **{name: ["Variables must be a dictionary."]})
    return found


def variables(template: Record) -> Record:
    """The extra variables of a template itself, which it keeps as JSON or YAML."""
    return yaml.safe_load(template["extra_vars"] or "{}") or {}


def answered(store: Store, template: Record, given: Record) -> Record:
    """A job's extra variables: the template's own, then the survey's defaults, then what was given."""
    # A text that is not answered is passed on as its default, also an empty one. An empty number is left out.
    defaults = {
        question["variable"]: chosen(question, question["default"])
        for question in store.questions(template)
        if question.get("default") is not None and (question["default"] != "" or question["type"] in _TEXTS)
    }
    return {**variables(template), **defaults, **given}


def _wrong(question: Record, answers: Record, *, may_lack: bool) -> str:
    name, kind = question["variable"], question["type"]
    if name not in answers:
        # A default does not help: it is for the form in the web interface.
        return f"'{name}' value missing" if question["required"] and not may_lack else ""
    answer = answers[name]
    if kind in _CHOICES:
        return _wrong_choice(question, answer)
    expected = {"integer": int, "float": float}.get(kind, str)
    if expected is float and fits(answer, int):
        answer = float(answer)
    if not fits(answer, expected):
        return f"Value {answer} for '{name}' expected to be {expected.__name__}."
    size = len(answer) if isinstance(answer, str) else answer
    if answer == "" and not question["required"]:
        return ""
    low, high = question.get("min"), question.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        return f"'{name}' value {answer} is too small or too large."
    return ""


def _wrong_choice(question: Record, answer: object) -> str:
    several = question["type"] == "multiselect"
    chosen = answer if isinstance(answer, list) else [answer]
    if several != isinstance(answer, list) and not (answer == "" and not question["required"]):
        return f"'{question['variable']}' value is expected to be {'a list' if several else 'one choice'}."
    if question["required"] and not chosen:
        return f"'{question['variable']}' value missing"
    offered = _offered(question)
    strange = [one for one in chosen if one not in offered and not (one == "" and not question["required"])]
    return f"Value {strange} for '{question['variable']}' is not one of {offered}." if strange else ""


def _offered(question: Record) -> list[str]:
    """The choices, which the web interface keeps as a list and older surveys as lines."""
    choices = question["choices"]
    return choices.splitlines() if isinstance(choices, str) else choices


def chosen(question: Record, default: Any) -> Any:
    """A default as a job gets it: several choices are kept as lines and passed on as a list."""
    return default.splitlines() if question["type"] == "multiselect" and isinstance(default, str) else default


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
    types = {**dict.fromkeys((*_TEXTS, *_CHOICES), str), "integer": int, "float": float}
    if question["type"] not in types:
        return f"'{question['type']}' in survey question is not one of {sorted(types)}."
    if question["type"] in _CHOICES:
        return _choices_objection(question)
    default = question.get("default", "")
    kinds = (int, float) if question["type"] == "float" else (types[question["type"]],)
    if default != "" and not any(fits(default, kind) for kind in kinds):
        return f"Default value {default} expected to be {question['type']}."
    if not all(fits(question.get(name) or 0, int) for name in ("min", "max")):
        return "The limit is expected to be integer."
    return ""


def _choices_objection(question: Record) -> str:
    if not question.get("choices") or not isinstance(question["choices"], (list, str)):
        return f"'{question['variable']}' has no choices."
    defaults = str(question.get("default") or "").splitlines()
    if question["type"] == "multiplechoice" and len(defaults) > 1:
        return "Default choice must be one."
    strange = [one for one in defaults if one not in _offered(question)]
    return f"Default choice {strange} must be answered from the choices listed." if strange else ""
