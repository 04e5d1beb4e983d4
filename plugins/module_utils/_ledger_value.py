# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record as the text of a custom field, readable by people. Pure.

``invited 2026-03-02T09:00:00Z, attempt 1, run 0123456789ab, to 1a2b3c4d5e``: the last part is a mark of the
address, which tells two addresses apart and from which neither can be read. Releases before 0.1 wrote none.
A hand-over to the portal is ``handed over``, and has its batch at the end; ``left out`` is one that was not done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from ._ledger import read_attempts, read_moment, read_task
from ._model import Record, State
from ._times import to_iso

MARK_PREFIX = "#"
"""Begins the ``email`` of a record whose address is known by its mark alone."""
_MARK_LENGTH = 10
_LONGEST = 400
_VALUE = re.compile(
    r"(invited|asked|handed over|left out) ([0-9TZ:-]{1,30}), attempt (\d{1,7}), run (\w{1,64})"
    r"(?:, to ([0-9a-f]{10}))?(?:, task (\S{1,128}))?(?:, batch (\d{1,7}))?",
    re.ASCII,
)
VERBS: Mapping[State, str] = {
    "invited": "invited",
    "claimed": "asked",
    "handed_over": "handed over",
    "failed": "left out",
}
"""What is written for each state. A request that mails writes ``invited``; one that failed writes nothing."""


def mark(account_id: str, mailbox: str) -> str:
    """A short mark of a mailbox, another one in each account."""
    text = f"onboard.ringcentral\0{account_id}\0{mailbox}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK_LENGTH]


def write_value(account_id: str, verb: str, record: Record) -> str:
    """The text of a record. ``verb`` is one of VERBS, which follows from the state, or from what comes of it."""
    address = record.mailbox.removeprefix(MARK_PREFIX)
    if address and address == record.mailbox:
        address = mark(account_id, address)
    to = f", to {address}" if address else ""
    task = f", task {record.task}" if verb == "asked" and record.task else ""
    batch = f", batch {record.batch}" if record.batch else ""
    return f"{verb} {to_iso(record.claimed_at)}, attempt {record.attempts}, run {record.run}{to}{task}{batch}"


def is_record(value: str) -> bool:
    """Whether a text has the shape of a record."""
    return len(value) <= _LONGEST and bool(_VALUE.fullmatch(value.strip()))


def read_value(user_id: str, value: str, addresses: Mapping[str, str], unmarked: str) -> Record | None:
    """The record in a text: None if it is blank. ValueError for all else, which a person may have typed or planted.

    ``addresses`` are the possible addresses, by their mark; a record without a mark counts for ``unmarked``.
    """
    if not value.strip():
        return None
    match = _VALUE.fullmatch(value.strip()) if len(value) <= _LONGEST else None
    if not match:
        raise ValueError("is not a record of an invitation")
    verb, moment, attempts, run, address, task, batch = match.groups()
    email = addresses.get(address, f"{MARK_PREFIX}{address}") if address else unmarked
    asked = Record(
        user_id,
        next(state for state, written in VERBS.items() if written == verb),
        read_attempts(attempts),
        read_moment(moment),
        run=run,
        task=read_task(task or ""),
        email=email,
        batch=int(batch or 0),
    )
    return replace(asked, last_invited_at=asked.claimed_at, task="") if verb == "invited" else asked
