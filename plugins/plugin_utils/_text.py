# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes untrusted text safe for a terminal and a spreadsheet: no control codes, no formulas."""

from __future__ import annotations

import re
import unicodedata

# A cell that begins with one of these is a formula to a spreadsheet, in full width and after blanks too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LEADING = ("\t", "\r", "\n")
_LATER_FORMULA = re.compile(rf"(;\s*|(?<=\S)[\t\r\n\v\f\x85\u2028\u2029]\s*)([{re.escape(''.join(_FORMULA))}])")
# Characters that turn the direction of the text around them.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _plain_char(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    if category in {"Zl", "Zp"} or char in "\t\n\r":
        return " "
    return "" if category == "Cc" or char in _BIDI else char


def plain(value: object) -> str:
    """The value as one line of text without anything that a terminal would act on."""
    text = "" if value is None else str(value)
    return text if text.isascii() and text.isprintable() else "".join(map(_plain_char, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def width(text: str) -> int:
    """Columns that the text takes in a terminal."""
    return sum(map(_char_width, text))


def cut(text: str, columns: int) -> str:
    """The text, or its beginning and an ellipsis where it is wider than that."""
    if width(text) <= columns:
        return text
    kept, used = [], 1  # one column is the ellipsis's
    for char in text:
        used += _char_width(char)
        if used > columns:
            break
        kept.append(char)
    return "".join(kept) + "…"


def cell(value: object, columns: int) -> str:
    """The value as plain text of exactly that width."""
    text = cut(plain(value), columns)
    return text + " " * (columns - width(text))


def defused(value: object) -> str:
    """The value as plain text that no spreadsheet takes for a formula, also one that splits cells at semicolons."""
    given = "" if value is None else str(value)
    text = plain(_LATER_FORMULA.sub(r"\1'\2", given))
    risky = given.startswith(_LEADING) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text
