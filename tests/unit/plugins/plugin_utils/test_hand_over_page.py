# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page and the CSV of a hand-over: what a person acts on, whatever the users are called."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import shlex
from html.parser import HTMLParser
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._hand_over_page import hand_over_csv, hand_over_page

HOSTILE = ("<script>alert(1)</script>", "{{ lookup('pipe', 'id') }}", "=cmd|' /C calc'!A0", "\u202eevil", "a\"b'c & d")
ACCOUNT = {"id": "37439510", "main_number": "+16505550100"}
HOST = "o'brien; rm -rf ~"


def user(number: int, name: str) -> dict[str, Any]:
    texts = dict.fromkeys(("site", "department"), name)
    return {
        **texts,
        "name": name,
        "extension_number": str(100 + number),
        "email": f"u{number}@example.com",
        "id": str(number),
    }


HAND_OVER = {
    "id": "h0123456789a",
    "made_at": "2026-11-26T08:00:00Z",
    "confirm_by": "2026-11-27T08:00:00Z",
    "new": True,
    "batches": [
        {
            "id": "h0123456789a-1",
            "number": 1,
            "name": HOSTILE[0],
            "note": HOSTILE[4],
            "users": [user(number, name) for number, name in enumerate(HOSTILE)],
        },
        {"id": "h0123456789a-2", "number": 2, "name": "", "note": "", "users": [user(9, "Ada Lovelace")]},
    ],
}


class Seen(HTMLParser):
    """The elements of a page, and the texts of its cells, commands and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: dict[str, list[str]] = {"td": [], "code": [], "style": []}
        self.attributes: list[tuple[str, str | None]] = []
        self._within = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag in self.texts:
            self._within = tag
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within:
            self.texts[self._within][-1] += data


def test_the_page_is_inert_and_complete() -> None:
    page = hand_over_page(HAND_OVER, ACCOUNT, HOST, "mon from 09:00 to 17:00")
    seen = Seen(page)
    assert "script" not in seen.tags
    assert not [name for name, _value in seen.attributes if name.startswith("on") or name in {"src", "href"}]
    (style,) = seen.texts["style"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert ("content", f"default-src 'none'; style-src 'sha256-{digest}'") in seen.attributes
    assert seen.tags.count("tr") == 2 + len(HOSTILE) + 1
    assert "\u202e" not in page
    for name in (*HOSTILE[:3], HOSTILE[4], "Ada Lovelace"):
        assert any(cell.startswith(name) for cell in seen.texts["td"]), name
    assert "mon from 09:00 to 17:00" in page


def test_its_commands_mean_what_they_say_in_a_shell() -> None:
    commands = [shlex.split(line) for line in Seen(hand_over_page(HAND_OVER, ACCOUNT, HOST)).texts["code"]]
    variables = [json.loads(command[3]) for command in commands]
    assert {" ".join(command[:3]) for command in commands} == {"ansible-playbook onboard.ringcentral.handed_over -e"}
    assert {one["reinvite_hosts"] for one in variables} == {HOST}
    assert [one["reinvite_confirm"] for one in variables] == [
        *("h0123456789a", "h0123456789a"),
        *("h0123456789a-1", "h0123456789a-1", "h0123456789a-2", "h0123456789a-2"),
    ]


def test_the_csv_has_the_same_users_and_no_formula() -> None:
    text = hand_over_csv(HAND_OVER)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["batch"], row["id"]) for row in rows] == [
        (part["id"], one["id"]) for part in HAND_OVER["batches"] for one in part["users"]
    ]
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if re.match(r"[=+@\t\r-]", cell)]
    assert "\u202e" not in text
