# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that keeps a proof between two runs. It is on disk before each request that may send mail."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ._errors import InvalidOption
from ._files import read_file
from ._proof import AUDIT, FIELD, MAIL_STEPS, MOST_MAILS, STATES, Proof, recommend
from ._proof_profile import profile_of
from ._times import to_iso

FORMAT = 1
OPTION = "path"
_LARGEST = 4 * 2**20
_UNSENT = "No mail was sent."
_FIELD_STATES = {"claimed", "skipped", "refused", "forbidden", "no_room", "in_doubt", "kept", "not_kept"}
_AUDIT_STATES = {"read", "refused", "in_doubt"}


def fingerprint(salt: str, account_id: str, user_ids: Iterable[str]) -> str:
    """Tells whether two runs are about the same account and users. Too short to find out which."""
    text = "\0".join([salt, account_id, *sorted(user_ids)])
    return f"{salt}:{hashlib.sha256(text.encode()).hexdigest()[:8]}"


class ProofFile:
    """One proof at ``path``. ``saves`` false changes nothing on disk."""

    def __init__(self, path: str, *, saves: bool) -> None:
        self._path = Path(path).expanduser()
        self._saves = saves
        self._content: bytes | None = None

    @property
    def path(self) -> str:
        return str(self._path)

    def load(self, account_id: str, user_ids: Iterable[str]) -> Proof | None:
        """The proof that an earlier run began for these users; None if there is no file."""
        if not os.path.lexists(self._path):
            return None
        self._content = read_file(OPTION, self.path, largest=_LARGEST)
        proof = _checked(self._content)
        if proof is None:
            raise InvalidOption(OPTION, f"{self.path} is not a proof. Name another file. {_UNSENT}")
        if proof["fingerprint"] != fingerprint(proof["fingerprint"].partition(":")[0], account_id, user_ids):
            raise InvalidOption(
                OPTION,
                f"{self.path} is the proof of another account or of other users. Name the users that it was begun "
                f"with, or another file. {_UNSENT}",
            )
        return proof

    def begin(self, account_id: str, user_ids: Iterable[str], now: datetime) -> Proof:
        """A new proof, which is not on disk yet."""
        mark = fingerprint(secrets.token_hex(4), account_id, user_ids)
        return {"format": FORMAT, "fingerprint": mark, "begun_at": to_iso(now), "steps": {}}

    def save(self, proof: Proof) -> None:
        """Replace the file in one step, and wait until it is on disk. InvalidOption if another run has changed it."""
        if not self._saves:
            return
        text = json.dumps(proof, indent=2) + "\n"
        try:
            if (self._path.read_bytes() if os.path.lexists(self._path) else None) != self._content:
                raise InvalidOption(OPTION, f"{self.path} was changed by another run meanwhile. This run stopped")
            _replace(self._path, text)
        except OSError as error:
            raise InvalidOption(OPTION, f"{self.path}: {error.strerror}. This run stopped") from None
        self._content = text.encode()


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(part).unlink()
        raise


def _checked(content: bytes) -> Proof | None:
    """The proof in a file; None if it is none, or was changed so that it cannot be one."""
    try:
        document = json.loads(content)
        is_proof = (
            document["format"] == FORMAT
            and isinstance(document["fingerprint"], str)
            and isinstance(document["begun_at"], str)
            and _is_seen(document["seen"])
            and _are_steps(document["steps"])
            and bool(recommend(document, late=0) and profile_of(document))  # all that is read of it is there
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return document if is_proof else None


def _is_seen(seen: Mapping[str, Any]) -> bool:
    numbers = seen["limits"].values()
    return all(map(_is_count, numbers)) and all(isinstance(one, str) for one in seen["absent"])


def _are_steps(steps: Mapping[str, Any]) -> bool:
    mails = {step.name for step in MAIL_STEPS}
    others = {FIELD: _FIELD_STATES, AUDIT: _AUDIT_STATES}
    return all(_is_mail(entry) if name in mails else entry["state"] in others[name] for name, entry in steps.items())


def _is_mail(entry: Mapping[str, Any]) -> bool:
    arrived = entry.get("arrived")
    return entry["state"] in STATES and (arrived is None or is_arrival(arrived))


def is_arrival(arrived: Mapping[str, Any]) -> bool:
    """Whether a count of mails and links can be."""
    mails, links = arrived["mails"], arrived["links"]
    return _is_count(mails) and _is_count(links) and links <= mails <= MOST_MAILS


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
