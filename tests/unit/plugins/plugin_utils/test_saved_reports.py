# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Saved reports are combined into a page; other files are skipped and named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _saved_reports
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused, Task
from report.samples import documents

from .hosts import ACCOUNT, invited, row

ADA = row(1, name="Ada Lovelace", email="ada@example.com")
HELD = row(2, name="Bob Held", decision="hold", reason="no_email", outcome=None, message="has no e-mail address")


def document(made_at: str, *rows: dict[str, Any], host: str = "acme", planned: bool = False, **more: Any) -> Any:
    report = {"host": host, "made_at": made_at, "planned": planned}
    return {**invited(*rows), "needs_password_reset": [], "corrected": [], "notices": [], "report": report, **more}


PLAN = document("2026-01-07T09:00:00Z", {**ADA, "outcome": "would_invite"}, planned=True)


def save(path: Path, what: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(what if isinstance(what, str) else json.dumps(what), encoding="utf-8")
    return path


def make(folder: Path, *files: str, host: str = "localhost") -> tuple[dict[str, Any], str]:
    """What the entry point says, and the page."""
    variables = {"reinvite_report_dir": str(folder), "reinvite_report_files": list(files) or None}

    def nothing(*_given: Any) -> dict[str, Any]:
        raise AssertionError("no request is expected")

    task = Task(host, False, False, variables, nothing, nothing)
    result = _saved_reports.report(task)
    return result, Path(result["path"]).read_text(encoding="utf-8")


def test_runs_of_several_accounts_come_together(tmp_path: Path) -> None:
    first = document("2026-01-05T09:00:00Z", ADA, HELD)
    second = document("2026-01-06T09:00:00Z", HELD)
    other = document("2026-01-06T10:00:00Z", row(3, name="Eve", email="eve@example.net"), host="umbrella")
    save(tmp_path / "history/acme.2026-01-05T090000Z.json", first)
    save(tmp_path / "history/acme.2026-01-06T090000Z.json", second)
    save(tmp_path / "acme.json", second)  # the latest lies in both places
    save(tmp_path / "umbrella.json", other)
    save(tmp_path / "plan/acme.json", PLAN)
    result, page = make(tmp_path)
    assert result["left_out"] == []
    assert result["table"] == [f"Wrote {tmp_path}/report.html from 5 of 5 files"]
    assert "2 invitations in 3 runs." in page
    assert page.count("<td>2026-01-06 09:00</td>") == 1
    assert "Invitations, planned" in page
    assert page.count(">Bob Held<") == 2  # to check, and among all: as of the last run
    assert page.count(">Ada Lovelace<") == 0  # no longer considered in it
    assert page.count(">Eve<") == 1
    assert Path(result["path"]).stat().st_mode & 0o777 == 0o600


def test_a_plan_takes_the_place_of_no_run(tmp_path: Path) -> None:
    save(tmp_path / "plan/acme.json", PLAN)
    save(tmp_path / "acme.json", document("2026-01-06T09:00:00Z", HELD))
    assert ">Bob Held<" in make(tmp_path)[1]
    save(tmp_path / "acme.json", document("2026-01-08T09:00:00Z", HELD))
    assert ">Bob Held<" in make(tmp_path)[1]


def test_a_single_file_gives_the_page_of_its_run(tmp_path: Path) -> None:
    path = save(tmp_path / "acme.json", document("2026-01-06T09:00:00Z", ADA, HELD))
    assert "1 of 2</span> users was invited." in make(tmp_path, str(path))[1]


GOOD = document("2026-01-06T09:00:00Z", ADA)
SPOILED = {
    "text": "no JSON",
    "half": json.dumps(GOOD)[:-20],
    "deep": "[" * 100_000,
    "list": "[]",
    "number": "7",
    "null": "null",
    "of something else": {"users": []},
    "doctor": {"lines": [], "report": {}},
    "estate": {"accounts": []},
    "one batch": {**GOOD, "batch": "London"},
    "no account": {**GOOD, "account": None},
    "account without id": {**GOOD, "account": {}},
    "no report": {key: value for key, value in GOOD.items() if key != "report"},
    "no time": {**GOOD, "report": {**GOOD["report"], "made_at": "today"}},
    "time of another type": {**GOOD, "report": {**GOOD["report"], "made_at": 7}},
    "planned as text": {**GOOD, "report": {**GOOD["report"], "planned": "no"}},
    "rows as text": {**GOOD, "results": "rows"},
    "rows as numbers": {**GOOD, "results": [1]},
    "a row without a name": {**GOOD, "results": [{key: value for key, value in ADA.items() if key != "name"}]},
    "a name that is a list": {**GOOD, "results": [{**ADA, "name": ["Ada"]}]},
    "a count that is a text": {**GOOD, "results": [{**ADA, "attempts": "1"}]},
    "conversion as text": {**GOOD, "conversion": "much"},
    "conversion without numbers": {**GOOD, "conversion": {"invited": "7", "activated": None}},
}


@pytest.mark.parametrize("what", SPOILED.values(), ids=SPOILED)
def test_what_no_run_has_saved_is_left_out_by_name(what: Any, tmp_path: Path) -> None:
    save(tmp_path / "acme.json", document("2026-01-06T09:00:00Z", HELD))
    save(tmp_path / "bad.json", what)
    result, page = make(tmp_path)
    assert [line.partition(": ")[0] for line in result["left_out"]] == [str(tmp_path / "bad.json")]
    assert "from 1 of 2 files" in result["table"][0]
    assert f"Skipped: {tmp_path / 'bad.json'}" in page
    assert ">Bob Held<" in page
    assert ">Ada Lovelace<" not in page


def test_a_file_that_is_named_and_not_there_is_told(tmp_path: Path) -> None:
    good = [str(save(tmp_path / f"{name}.json", document(f"2026-01-0{name}T09:00:00Z", ADA))) for name in "12"]
    result, _page = make(tmp_path, *good, str(tmp_path / "gone.json"))
    assert result["left_out"] == [f"{tmp_path / 'gone.json'}: No such file"]


@pytest.mark.parametrize("files", [[], ["*.json"], ["gone.json", "gone2.json"]])
def test_without_a_report_there_is_no_page(files: list[str], tmp_path: Path) -> None:
    with pytest.raises(Refused, match="reinvite_report_files"):
        make(tmp_path, *(str(tmp_path / one) for one in files))
    assert list(tmp_path.iterdir()) == []


def test_too_many_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_saved_reports, "MOST_FILES", 2)
    for number in range(3):
        save(tmp_path / f"{number}.json", GOOD)
    with pytest.raises(Refused, match="more than 2 files"):
        make(tmp_path)


def test_the_page_of_a_host_of_that_name_is_kept(tmp_path: Path) -> None:
    own = save(tmp_path / "report.html", "the host's own")
    save(tmp_path / "report.json", document("2026-01-06T09:00:00Z", ADA, host="report", account=ACCOUNT))
    result, _page = make(tmp_path, host="report")
    assert result["path"] == str(tmp_path / "report+.html")
    assert own.read_text(encoding="utf-8") == "the host's own"


def test_what_runs_save_is_read(tmp_path: Path) -> None:
    """The documents of an account with odd users, as the role would save them."""
    for kind, made in documents(tmp_path).items():
        save(tmp_path / f"reports/{kind}.json", made)
    result, page = make(tmp_path / "reports")
    told = {Path(line.partition(": ")[0]).stem: line.partition(": ")[2] for line in result["left_out"]}
    assert told == {
        kind: f"it is a report of kind {kind}, not of invitations" for kind in ("audit", "estate", "doctor")
    }
    assert "Onboarding, planned" in page
    assert "Earlier invitations by account" in page
    assert "<script>alert" not in page
    assert page.count("<td>Tara Twin</td>") == 2  # once to check, once among all: it is one person in both documents
