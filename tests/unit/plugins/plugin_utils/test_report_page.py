# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report has the same facts as its JSON, and nothing that a name could bring in."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._advice import meaning
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import Column, table, table_style
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._report_page import report_page
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain
from report.samples import documents

KINDS = ("reinvite", "onboard", "audit", "estate", "doctor")
Documents = Mapping[str, Mapping[str, Any]]


class Seen(HTMLParser):
    """A page as it is read: the key figures, and the rows of each section's tables as texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.figures: dict[str, str] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self.sources: dict[str, list[str]] = {"style": [], "script": []}
        self._section, self._text, self._label = "", "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += attrs
        if tag == "section":
            self._section = str(dict(attrs)["id"])
        if tag == "tr":
            self.rows.setdefault(self._section, []).append([])
        if tag in {"td", "th", "dt", "dd", "h1", *self.sources}:
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.rows[self._section][-1].append(self._text)
        elif tag == "dt":
            self._label = self._text
        elif tag == "dd":
            self.figures[self._label] = self._text
        elif tag == "h1":
            self.headline = self._text
        elif tag in self.sources:
            self.sources[tag].append(self._text)

    def cells(self, section: str, *columns: int) -> Counter[tuple[str, ...]]:
        """The cells of these columns, below the titles."""
        return Counter(tuple(row[column] for column in columns) for row in self.rows[section][1:])

    def bars(self, section: str) -> dict[str, int]:
        """What the chart of a section is drawn from."""
        return {row[0]: int(row[1].replace(",", "")) for row in self.rows[section][1:]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    return documents(tmp_path_factory.mktemp("documents"))


def seen(made: Documents, kind: str) -> Seen:
    return Seen(report_page(made[kind], made["before"]))


def test_invitations_are_those_of_the_json(made: Documents) -> None:
    document, page = made["reinvite"], seen(made, "reinvite")
    counts = document["counts"]
    assert page.headline == f"{counts['invited']} of {counts['considered']} users were invited."
    shown = {"considered": "considered", "invited": "invited", "held for you to check": "hold", "failed": "failed"}
    assert {label: page.figures[label] for label in shown} == {label: str(counts[key]) for label, key in shown.items()}
    assert page.bars("funnel") == {
        "Considered": counts["considered"],
        "May be mailed": counts["send"],
        "Invited": counts["invited"],
    }
    assert page.bars("reasons") == {meaning(reason): count for reason, count in document["reasons"].items() if count}
    assert page.cells("people", 0, 1, 2) == Counter(
        (plain(row["name"]), plain(row["email"]), plain(row["extension_number"])) for row in document["results"]
    )
    urgent = [
        row for row in document["results"] if row["decision"] == "hold" or row["outcome"] in {"failed", "unknown"}
    ]
    assert page.cells("attention", 0, 3) == Counter((plain(row["name"]), plain(row["message"])) for row in urgent)
    assert sum(page.bars("ages").values()) == sum(document["pending_by_age"].values())


def test_earlier_invitations_and_the_days_to_come_are_those_of_the_json(made: Documents) -> None:
    document, page = made["reinvite"], seen(made, "reinvite")
    known = document["conversion"]
    assert (known["invited"], known["silent_domains"]) != (0, [])
    assert page.rows["conversion"][1:3] == [["Invited", str(known["invited"])], ["Activated", str(known["activated"])]]
    for group in known["by"]["domain"]:
        assert [group["name"], str(group["invited"]), str(group["activated"])] in [
            row[:3] for row in page.rows["conversion"]
        ]
    foretold: Counter[str] = Counter()
    for course in document["forecast"]:
        for date in course["dates"]:
            foretold[date] += len(course["users"])
    assert [int(row[1]) + int(row[2]) for row in page.rows["forecast"][1:]] == [
        count for _date, count in sorted(foretold.items())
    ]
    before = {row["id"]: row for row in made["before"]["results"]}
    gone = set(before) - {row["id"] for row in document["results"]}
    assert gone
    assert page.cells("changes", 3)[("No longer pending",)] == len(gone)


def test_batches_findings_accounts_and_checks_are_those_of_the_json(made: Documents) -> None:
    onboard = seen(made, "onboard")
    assert onboard.cells("batches", 0) == Counter((plain(one["name"]),) for one in made["onboard"]["batches"])
    assert onboard.cells("unknown", 0) == {("nobody@example.com",): 1}
    audit = seen(made, "audit")
    with_findings = [user for user in made["audit"]["users"] if user["findings"]]
    assert sum(audit.cells("people", 0).values()) == len(with_findings)
    estate = seen(made, "estate")
    assert estate.cells("accounts", 0, 1) == {
        ("localhost", "Done"): 1,
        ("acme_america", "Failed"): 1,
        ("<i>acme</i>", "Not run"): 1,
    }
    doctor = seen(made, "doctor")
    checks = [plain(line["check"]) for line in made["doctor"]["lines"] if line["area"] != "features"]
    texts = {cell for rows in doctor.rows.values() for row in rows for cell in row}
    assert set(checks) <= texts


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_data_becomes_an_element(kind: str, made: Documents) -> None:
    page = seen(made, kind)
    assert page.elements["script"] == 2
    assert not {"b", "i", "img", "iframe", "form", "object", "base", "link"} & set(page.elements)
    assert not [name for name, _value in page.attributes if name.startswith("on") or name in {"src", "style"}]
    assert all((value or "").startswith("#") for name, value in page.attributes if name == "href")
    text = report_page(made[kind], made["before"])
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", text.replace("\r", ""))


@pytest.mark.parametrize("kind", KINDS)
def test_the_policy_allows_its_own_script_and_style_alone(kind: str, made: Documents) -> None:
    page = seen(made, kind)
    policy = next(value for name, value in page.attributes if name == "content" and "default-src" in str(value)) or ""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'",) * 3
    hashes = {
        tag: {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}
        for tag, texts in page.sources.items()
    }
    assert set(rules["script-src"].split()) == hashes["script"]
    assert hashes["style"] < set(rules["style-src"].split())
    assert "unsafe-inline" not in policy


def test_the_style_names_each_column_once_for_tables_that_are_alike() -> None:
    columns = [Column("Name", lambda row: row["n"], "name"), Column("Times", lambda row: row["t"], "number")]
    body = table(columns, [{"n": "a", "t": 1}], label="x")
    style = table_style(type(body)(body + body))
    assert style.count('content:"Times"') == 1
    assert "td:nth-child(2){text-align:right" in style


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(ValueError, match="not a report"):
        report_page({"users": []})
