# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds HTML. Text is escaped unless it is Markup, so that no name, address or message can become an element."""

from __future__ import annotations

from html import escape

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain

_VOID = frozenset({"input", "meta", "br"})


class Markup(str):
    """HTML that this collection has built."""

    __slots__ = ()


Child = object
"""Markup is kept, None is nothing, all else becomes text."""


def text(value: object) -> Markup:
    """The value as text: without control characters and marks that turn the direction, and escaped."""
    return value if isinstance(value, Markup) else Markup(escape(plain(value)))


def join(*children: Child) -> Markup:
    """The children one after the other."""
    return Markup("".join(map(text, children)))


def tag(element: str, /, *children: Child, **attributes: object) -> Markup:
    """An element. ``class_`` is the attribute class, ``data_x`` is data-x; None and False leave an attribute out."""
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(plain(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{element}{given}>" + ("" if element in _VOID else f"{join(*children)}</{element}>"))
