# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A word as the body of a post, for each kind of webhook. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_words import Word, text_of

Json = dict[str, Any]

# What the Markdown of cards takes for links, code or templates. Names and reasons come from elsewhere.
_MARKDOWN = str.maketrans({"[": "(", "]": ")", "<": "(", ">": ")", "`": "'", "*": "·", "{": "(", "}": ")", "\\": "/"})
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LONGEST = 2900
"""Characters; a section of Slack takes 3,000, and a card of Teams 28 KB in all."""


def card(word: Word) -> Json:
    """An Adaptive Card 1.3 of elements that RingCentral, too, shows: text, facts and a button that opens the link."""
    items: list[Json] = [_block(word.title, weight="Bolder", size="Medium")]
    if word.facts:
        items.append({"type": "FactSet", "facts": [{"title": name, "value": str(count)} for name, count in word.facts]})
    if word.failure:
        items.append(_block(f"It failed: {word.failure}", color="Attention"))
    items += [_block(line) for line in word.people]
    found: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.3",
        "fallbackText": _inert(text_of(word)),
        "body": [{"type": "Container", "items": items}],
    }
    if word.link:
        found["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": word.link}]
    return found


def _block(text: str, **style: str) -> Json:
    return {"type": "TextBlock", "text": _inert(text), "wrap": True, **style}


def _inert(text: str) -> str:
    return text.translate(_MARKDOWN)


def _ringcentral(word: Word) -> Json:
    return {"attachments": [card(word)]}


def _teams(word: Word) -> Json:
    content_type = "application/vnd.microsoft.card.adaptive"
    return {
        "type": "message",
        "attachments": [{"contentType": content_type, "contentUrl": None, "content": card(word)}],
    }


def _slack(word: Word) -> Json:
    text = text_of(word)
    return {
        "text": word.title.translate(_SLACK),
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": text[:_LONGEST], "emoji": False}}],
        "unfurl_links": False,
    }


def _json(word: Word) -> Json:
    return {
        "title": word.title,
        "text": text_of(word),
        "host": word.host,
        "entry_point": word.entry_point,
        "happened": sorted(word.happened - {"always"}),
        "counts": dict(word.facts),
        "failure": word.failure,
        "people": list(word.people),
        "link": word.link,
    }


KINDS: dict[str, Callable[[Word], Json]] = {
    "ringcentral": _ringcentral,
    "teams": _teams,
    "slack": _slack,
    "json": _json,
}


def body_of(kind: str, word: Word) -> bytes:
    """The body for this kind of webhook."""
    return json.dumps(KINDS[kind](word)).encode()


def refusal_in(kind: str, answer: bytes) -> bool:
    """Whether an answer with the status 200 says that the post was refused, as RingCentral's can."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return kind == "ringcentral" and isinstance(said, dict) and str(said.get("status", "")).casefold() == "error"
