# SPDX-License-Identifier: GPL-3.0-or-later
"""Each question of examples/awx/survey.yml: what AWX hands on for an answer is what the person meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.onboard.ringcentral.plugins.module_utils import _argspec, _options
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from awx.controller import Controller, jobs, launches
from awx.controller.store import Refused
from integration.playing import ROOT

SURVEY = yaml.safe_load((ROOT / "examples/awx/survey.yml").read_text(encoding="utf-8"))["survey_spec"]
QUESTIONS: dict[str, dict[str, Any]] = {question["variable"]: question for question in SURVEY["spec"]}

# What somebody answers, and what the module reads then.
ANSWERS: dict[str, tuple[Any, Any]] = {
    "reinvite_users": ("ada@example.com,101,62264001", ["ada@example.com", "101", "62264001"]),
    "reinvite_site": ("West branch,Berlin", ["West branch", "Berlin"]),
    "reinvite_department": ("Sales", ["Sales"]),
    "reinvite_type": (["user", "fax_user"], ["user", "fax_user"]),
    "reinvite_min_age": ("12h", "12h"),
    "reinvite_resend_after": ("72h", "72h"),
    "reinvite_max_attempts": (2, 2),
    "reinvite_allowed_domains": ("example.com,*.example.org", ["example.com", "*.example.org"]),
    "reinvite_exclude": ("svc-*,42001", ["svc-*", "42001", "0122021"]),  # as text and as YAML reads octal
    "reinvite_placeholder_patterns": ("*@x.example.com", ["*@x.example.com"]),
    "reinvite_match_by": (["employee_id", "email"], ["employee_id", "email"]),
    "reinvite_correct_email": ("yes", True),
    "reinvite_force": ("no", False),
    "reinvite_limit": (25, 25),
    "reinvite_max_invites": (50, 50),
    "reinvite_canary": (5, 5),
    "reinvite_max_failures": (1, 1),
    "reinvite_transport": ("single", "single"),
    "reinvite_hand_over_batch_size": (25, 25),
    "reinvite_hand_over_max_age": ("36h", "36h"),
    "reinvite_max_wait": (12.5, 12.5),
}
# The same answers as people write them into an area of several lines, or paste them into a field.
WRITTEN: list[tuple[str, str]] = [
    ("reinvite_users", "ada@example.com\n101\n62264001"),
    ("reinvite_users", "ada@example.com\r\n101\r\n\r\n62264001\r\n"),
    ("reinvite_users", " Ada Lovelace <ada@example.com>; 101\n62264001"),
    ("reinvite_users", "ada@example.com\t101\t62264001"),
    ("reinvite_exclude", "svc-*\n42001"),
    ("reinvite_exclude", "svc-*\r\n\r\n 42001 \r\n"),
    ("reinvite_exclude", "svc-*;42001"),
    ("reinvite_allowed_domains", "@example.com *.example.org"),
    ("reinvite_allowed_domains", "EXAMPLE.com; *.example.org"),
    ("reinvite_site", " West branch , Berlin "),
]
READERS: dict[str, Callable[[str, Any], Any]] = {
    "reinvite_users": _options.read_users,
    "reinvite_site": _options.read_names,
    "reinvite_department": _options.read_names,
    "reinvite_type": _options.read_names,
    "reinvite_allowed_domains": _options.read_domains,
    "reinvite_exclude": _options.read_exclude,
    "reinvite_placeholder_patterns": _options.read_patterns,
    "reinvite_max_attempts": _options.read_guard,
    "reinvite_limit": _options.read_guard,
    "reinvite_max_invites": _options.read_guard,
    "reinvite_hand_over_batch_size": _options.read_guard,
}
"""What reads an option behind its type."""
# Belongs to the credential, the inventory or the template itself; the file says so.
NOT_ASKED = {
    *_argspec.connection(),
    "all_pending",
    "confirm",
    "confirm_except",
    "directory",
    "directory_csv",
    "directory_min_entries",
    "employee_id_field",
    "ledger",
    "plan",
    "plan_file",
    "plan_max_age",
    "transition",
    "waves",
    "wave_pause",
    "window",
} - {"max_wait"}


@pytest.fixture(scope="module")
def awx() -> Iterator[Controller]:
    """An AWX with one template for each question, which has the name of the question's variable."""
    controller = Controller(["playbooks/reinvite.yml"])
    store = controller.store
    project = store.add("projects", {"name": "p", "organization": 1, "scm_revision": "0"})
    inventory = store.add("inventories", {"name": "i", "organization": 1, "variables": ""})
    for name, question in QUESTIONS.items():
        template = {"name": name, "project": project["id"], "inventory": inventory["id"], "survey_enabled": True}
        template |= {"playbook": "playbooks/reinvite.yml", "job_type": "run", "limit": "", "extra_vars": ""}
        asked = dict.fromkeys(("ask_variables_on_launch", "ask_limit_on_launch"), False)
        number = store.add("job_templates", {**template, **asked})["id"]
        assert launches.survey_objection({**SURVEY, "spec": [question]}) == ""
        store.set_survey(number, {**SURVEY, "spec": [question]})
    yield controller
    controller._server.server_close()


def read(variable: str, value: Any) -> Any:
    """What a variable means to the module. InvalidOption for what the module refuses."""
    option = variable.removeprefix("reinvite_")
    outcome = ArgumentSpecValidator({option: _argspec.send_invite()[option]}).validate({option: value})
    assert not outcome.error_messages
    value = outcome.validated_parameters[option]
    return READERS[variable](option, value) if variable in READERS else value


def handed_on(awx: Controller, variable: str, folder: Path, **answers: Any) -> Any:
    return jobs.launched(awx.store, variable, folder, extra_data=answers).variables[variable]


def test_each_option_has_a_question_or_a_place_of_its_own() -> None:
    options = {f"reinvite_{name}" for name in _argspec.send_invite() if name not in NOT_ASKED}
    assert options == set(QUESTIONS) == set(ANSWERS)


@pytest.mark.parametrize("variable", QUESTIONS)
def test_an_answer_means_what_was_answered(awx: Controller, variable: str, tmp_path: Path) -> None:
    answer, meant = ANSWERS[variable]
    assert read(variable, handed_on(awx, variable, tmp_path, **{variable: answer})) == meant


@pytest.mark.parametrize(("variable", "answer"), WRITTEN)
def test_an_answer_may_be_written_in_lines(awx: Controller, variable: str, answer: str, tmp_path: Path) -> None:
    assert read(variable, handed_on(awx, variable, tmp_path, **{variable: answer})) == ANSWERS[variable][1]


@pytest.mark.parametrize("variable", [name for name, reader in READERS.items() if reader is _options.read_guard])
def test_a_zero_starts_no_job_and_the_module_refuses_it_too(awx: Controller, variable: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=variable):
        jobs.launched(awx.store, variable, tmp_path, extra_data={variable: 0})
    with pytest.raises(InvalidOption, match="leave it out"):
        read(variable, 0)


@pytest.mark.parametrize("variable", QUESTIONS)
def test_a_default_is_an_answer_that_the_module_takes(awx: Controller, variable: str, tmp_path: Path) -> None:
    question = QUESTIONS[variable]
    if question["default"] == "":
        return  # there is none: the form shows an empty field, which it does not take
    default = launches.chosen(question, question["default"])
    several = [default] if question["type"] == "multiselect" and not isinstance(default, list) else default
    value = read(variable, handed_on(awx, variable, tmp_path, **{variable: several}))
    spec = _argspec.send_invite()[variable.removeprefix("reinvite_")]
    assert isinstance(value, {"list": list, "bool": bool, "int": int, "float": float, "str": str}[spec["type"]])


@pytest.mark.parametrize("variable", QUESTIONS)
@pytest.mark.parametrize("blank", ["", [], None, "missing"])
def test_a_blank_starts_no_job(awx: Controller, variable: str, blank: Any, tmp_path: Path) -> None:
    answers = {} if blank == "missing" else {variable: blank}
    with pytest.raises(Refused):
        jobs.launched(awx.store, variable, tmp_path, extra_data=answers)


@pytest.mark.parametrize("variable", [name for name, one in QUESTIONS.items() if one["type"] in {"integer", "float"}])
def test_a_number_that_is_text_or_out_of_bounds_starts_no_job(awx: Controller, variable: str, tmp_path: Path) -> None:
    for wrong in ("10", "", True, -1, 10**9):
        with pytest.raises(Refused, match=variable):
            jobs.launched(awx.store, variable, tmp_path, extra_data={variable: wrong})


@pytest.mark.parametrize("variable", [name for name, one in QUESTIONS.items() if "choices" in one])
def test_only_what_is_offered_can_be_chosen(awx: Controller, variable: str, tmp_path: Path) -> None:
    several = QUESTIONS[variable]["type"] == "multiselect"
    for wrong in ("nonsense", "all"):
        with pytest.raises(Refused, match="is not one of"):
            jobs.launched(awx.store, variable, tmp_path, extra_data={variable: [wrong] if several else wrong})


def test_an_optional_text_that_is_left_blank_is_passed_on_as_blank(awx: Controller, tmp_path: Path) -> None:
    template = awx.store.named("job_templates", "reinvite_min_age")
    optional = {**QUESTIONS["reinvite_min_age"], "required": False, "default": ""}
    number = {**QUESTIONS["reinvite_limit"], "required": False, "default": ""}
    kept = awx.store.survey(template["id"])
    awx.store.set_survey(template["id"], {**SURVEY, "spec": [optional, number]})
    try:
        assert jobs.launched(awx.store, template["name"], tmp_path, extra_data={}).variables == {
            "reinvite_min_age": "",
            "awx_job_id": 17,
        }
    finally:
        awx.store.set_survey(template["id"], kept)
