# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the emulator's outbox to what the demonstration says about it.

outbox.py URL empty            no user was mailed
outbox.py URL invited REPORT   the users that the report calls invited were mailed once each, and no other user
outbox.py URL save FILE        the outbox as a page
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import urlopen


def main(url: str, wanted: str, file: str = "") -> None:
    if wanted == "save":
        Path(file).write_bytes(_get(url))
        return
    mails = Counter(str(mail["extension_id"]) for mail in json.loads(_get(f"{url}/_emulator/outbox.json")))
    people = {str(one["id"]): one for one in json.loads(_get(f"{url}/_emulator/people.json"))}
    if wanted == "empty":
        _claim(not mails, "The outbox is empty.")
        return
    report: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
    invited = {one["id"] for one in report["results"] if one["outcome"] == "invited"}
    _claim(set(mails) == invited, f"The outbox holds mail to {len(mails)} people, the ones that the report names,")
    _claim(set(mails.values()) == {1}, "to each of them once,")
    pending = {one for one in mails if (people[one]["status"], people[one]["type"]) == ("NotActivated", "User")}
    _claim(set(mails) == pending, "and all of them are people who had not activated.")


def _get(url: str) -> bytes:
    with urlopen(url, timeout=10) as answer:
        return answer.read()


def _claim(true: object, sentence: str) -> None:
    if not true:
        sys.exit(f"    NOT TRUE: {sentence}")
    print(f"  > {sentence}")


if __name__ == "__main__":
    main(*sys.argv[1:])
