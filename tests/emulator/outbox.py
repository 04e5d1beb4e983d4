# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outbox as a page: who was mailed, when, and how often."""

from __future__ import annotations

from collections import Counter
from html import escape

from .world import World

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --bad: #c62828; --good: #2e7d32; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } p { margin: .25rem 0 1rem; opacity: .8; }
ul { display: flex; flex-wrap: wrap; gap: .75rem; list-style: none; padding: 0; }
li { background: var(--soft); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; }
li b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.bad, .twice td { color: var(--bad); } .good { color: var(--good); }
table { border-collapse: collapse; margin-top: 1.5rem; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; overflow-wrap: anywhere; }
th { font-weight: 600; } td.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
"""


def outbox_page(world: World) -> str:
    """Self-contained HTML; all that comes from the account is escaped."""
    mails = world.mails()
    times = Counter(mail["extension_id"] for mail in mails)
    twice = sum(count > 1 for count in times.values())
    tiles = [("invitations went out", len(mails), ""), ("people mailed", len(times), "good" if times else "")]
    tiles.append(("mailed more than once", twice, "bad" if twice else ""))
    tiles += [(f"users are {status}", count, "") for status, count in world.account.counts().items()]
    shown = "".join(f'<li><b class="{css}">{count:,}</b>{escape(label)}</li>' for label, count, css in tiles)
    rows = "".join(
        f"<tr{' class=twice' if times[mail['extension_id']] > 1 else ''}>"
        f'<td class="n">{escape(mail["at"][:19].replace("T", " "))}</td>'
        f"<td>{escape(_printable(mail['name']))}</td><td>{escape(_printable(mail['email']))}</td>"
        f'<td class="n">{escape(mail["extension_number"])}</td><td>{escape(mail["via"])}</td>'
        f'<td class="n">{times[mail["extension_id"]]}</td></tr>'
        for mail in reversed(mails)
    )
    table = (
        "<table><thead><tr><th>When (UTC)<th>Name<th>Address<th>Extension<th>Sent<th>Times</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        if mails
        else "<p>Nothing has gone out yet.</p>"
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Outbox of the RingCentral emulator</title>'
        f"<style>{_STYLE}</style></head><body><h1>Outbox</h1>"
        f"<p>What the emulated RingCentral account {world.account.id} has mailed. No mail leaves this machine.</p>"
        f"<ul>{shown}</ul>{table}</body></html>"
    )


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
