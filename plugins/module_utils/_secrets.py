# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes secrets from answers and errors, in every form in which a server can echo them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

SHORTEST_SECRET = 8
"""Characters; striking out something shorter would garble answers."""

STRUCK = "***"

_ROUNDS = 3
"""How often text is decoded in search of a secret: a proxy may quote an answer that quotes a request."""

_LONG = 64 * 1024
"""Characters; longer text is a list or an outcome rather than a quoted request, and is decoded once."""

_ESCAPE = re.compile(r"\\+(?:u00([0-9a-fA-F]{2})|([/\"\\]))")


class Redactor:
    """Knows the secrets of a run, and strikes them out: raw, escaped as in JSON, URLs and HTML, and in base64."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._forms: tuple[str, ...] = ()

    def add(self, *secrets: str) -> None:
        """Secrets to know from now on; empty and very short ones are passed over."""
        self._secrets.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)
        forms = {form for secret in self._secrets for form in _forms(secret)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def text(self, text: str) -> str:
        """The text without secrets; text that holds an escaped one comes back unescaped."""
        for _round in range(_ROUNDS):
            text = self._strike(text)
            leaking = self._leaking(text)
            if leaking is None:
                return text
            text = leaking
        text = self._strike(text)
        return text if self._leaking(text) is None else STRUCK

    def body(self, text: str) -> str:
        """The body of an answer without secrets; JSON stays JSON."""
        text = self._strike(text)
        if self._leaking(text) is None:
            return text
        try:
            return json.dumps(self._document(json.loads(text)))
        except (ValueError, RecursionError):
            return self.text(text)

    def _document(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._document(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self._document(item) for key, item in value.items()}
        return value

    def _leaking(self, text: str) -> str | None:
        """The text decoded until a secret shows, or None if none does."""
        views = [text]
        for _round in range(_ROUNDS if len(text) < _LONG else 1):
            views = [view for known in views for view in _views(known)]
            for view in views:
                if self._holds(view):
                    return view
        return None

    def _holds(self, text: str) -> bool:
        return any(form in text for form in self._forms)

    def _strike(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, STRUCK)
        return text


def _views(text: str) -> Iterator[str]:
    """The text decoded in each way that changes it."""
    decoders: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("\\", _unescaped),
        ("%", unquote),
        ("%", unquote_plus),
        ("&", unescape),
    )
    for mark, decode in decoders:
        if mark in text and (view := decode(text)) != text:
            yield view


def _unescaped(text: str) -> str:
    """Without the escapes of JSON strings, however often they were escaped themselves."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text)


def _forms(secret: str) -> Iterator[str]:
    """The secret as it is, quoted for a URL, and as it shows in base64 at each of the three possible offsets."""
    yield secret
    yield quote(secret, safe="")
    content = secret.encode("utf-8", "replace")
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + content).decode().rstrip("=")
        # the first characters mix with what stands before the secret, the last one with what comes after it
        core = encoded[(0, 2, 3)[offset] : len(encoded) - bool((offset + len(content)) % 3)]
        if len(core) >= SHORTEST_SECRET:
            yield core
            yield core.replace("+", "-").replace("/", "_")
