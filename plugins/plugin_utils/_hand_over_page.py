# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows a hand-over to the person who sends it in RingCentral's admin portal: as a page, as CSV, and in the table."""

from __future__ import annotations

import json
import shlex
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._tables import csv_text, group_lines
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._text import plain

COLUMNS = ("batch", "site", "department", "name", "extension_number", "email", "id")
_HEADERS = ("Sent", "Site", "Department", "Name", "Extension", "E-mail")

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 1rem auto; max-width: 70rem; padding: 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; }
th, td { border-bottom: 1px solid GrayText; padding: .25rem .5rem; text-align: left; overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; }
.important { border: 2px solid; padding: .5rem 1rem; }
@media print { section { break-before: page; } thead { display: table-header-group; } tr { break-inside: avoid; } }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Hand-over {id}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Hand-over {id}</h1>
<p>These {users} users of the RingCentral account {account} wait for an invitation from the admin portal. Batches:
{batches}. Made on {made_at}.</p>
<div class="important"><p><strong>Send and confirm by {confirm_by}.</strong> After that, send nothing from this list.
No user counts as invited before you confirm.</p></div>{hours}
<p>When all batches are sent, confirm them together:</p>
{confirm}
<p>If nothing was sent, take the hand-over back:</p>
{take_back}
<p>Run these commands with the inventory and variables of the run that made this page.</p>
{sections}
</main>
</body>
</html>
"""
_CSP = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"


def hand_over_csv(hand_over: Mapping[str, Any]) -> str:
    """The users in the portal's order, with the id of their batch, safe to open in a spreadsheet."""
    rows = ({**user, "batch": batch["id"]} for batch in hand_over["batches"] for user in batch["users"])
    return csv_text(COLUMNS, rows)


def hand_over_page(hand_over: Mapping[str, Any], account: Mapping[str, Any], host: str, hours: str = "") -> str:
    """The page: HTML that needs neither network nor script. ``hours`` says when mail may be sent."""
    batches = hand_over["batches"]
    number = f" ({_text(account['main_number'])})" if account.get("main_number") else ""
    return _PAGE.format(
        csp=_CSP,
        style=_STYLE,
        id=_text(hand_over["id"]),
        users=sum(len(batch["users"]) for batch in batches),
        account=_text(account["id"]) + number,
        batches=len(batches),
        made_at=_moment(hand_over["made_at"]),
        confirm_by=_moment(hand_over["confirm_by"]),
        hours=f"\n<p>Send only in these hours: {_text(hours)}.</p>" if hours else "",
        confirm=_command(hand_over["id"], host),
        take_back=_command(hand_over["id"], host, ["*"]),
        sections="\n".join(line for batch in batches for line in _section(batch, account, host)),
    )


def hand_over_lines(hand_overs: Iterable[Mapping[str, Any]], pages: Mapping[str, str]) -> Iterator[str]:
    """The lines of the table. Where there is no page of a hand-over, all of its users are listed."""
    for one in hand_overs:
        batches: Sequence[Mapping[str, Any]] = one["batches"]
        count = sum(len(batch["users"]) for batch in batches)
        if not one["id"]:
            yield f"WOULD BE HANDED OVER in {len(batches)} batches ({count})"
            continue
        state = "NEW HAND-OVER" if one["new"] else "OPEN HAND-OVER"
        page = f", {plain(pages[one['id']])}" if one["id"] in pages else ""
        yield f"{state} {one['id']}, send in the portal and confirm by {_moment(one['confirm_by'])} ({count}){page}"
        for batch in batches:
            about = " - ".join(filter(None, map(plain, (batch["name"], batch["note"]))))
            title = f"BATCH {batch['id']}" + (f" {about}" if about else "")
            if page:
                yield f"  {title} ({len(batch['users'])})"
            else:
                yield from group_lines(title, batch["users"], _place, len(batch["users"]), "")


def _place(user: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, [*(plain(user[key]) for key in ("site", "department")), _extension(user)]))


def _extension(user: Mapping[str, Any]) -> str:
    return f"extension {plain(user['extension_number'])}" if user["extension_number"] else ""


def _section(batch: Mapping[str, Any], account: Mapping[str, Any], host: str) -> Iterator[str]:
    users = batch["users"]
    heading = f"Batch {batch['number']}" + (f": {_text(batch['name'])}" if batch["name"] else "")
    yield f'<section aria-labelledby="batch-{batch["number"]}">'
    yield f'<h2 id="batch-{batch["number"]}">{heading} ({len(users)})</h2>'
    if batch["note"]:
        yield f"<p><strong>{_text(batch['note'])}</strong></p>"
    yield "<ol>"
    yield from (f"<li>{step}</li>" for step in _steps(batch, account, host))
    yield "</ol>"
    yield '<div class="scroll"><table>'
    yield f"<caption>{len(users)} users, in the order of the portal's list</caption>"
    yield "<thead><tr>" + "".join(f'<th scope="col">{title}</th>' for title in _HEADERS) + "</tr></thead>"
    yield "<tbody>"
    for user in users:
        cells = (user["site"], user["department"], user["name"], user["extension_number"], user["email"])
        tick = f'<input type="checkbox" aria-label="Sent to {_text(user["name"])}">'
        yield f"<tr><td>{tick}</td>" + "".join(f"<td>{_isolated(cell)}</td>" for cell in cells) + "</tr>"
    yield "</tbody></table></div>"
    yield "</section>"


def _steps(batch: Mapping[str, Any], account: Mapping[str, Any], host: str) -> Iterator[str]:
    sites, departments = (_names(batch, key) for key in ("site", "department"))
    yield f"In RingCentral's admin portal, open the list of users of the account {_text(account['id'])}."
    yield "Filter it: status <em>Not Activated</em>" + "".join(
        f", {what} {names}" for what, names in (("site", sites), ("department", departments)) if names
    )
    yield (
        f"Tick the {len(batch['users'])} users below and no others. Leave out a user who is not in that list, or has "
        "another e-mail address there."
    )
    yield "Choose <em>Send Invite</em> (or <em>Resend Invite</em>)."
    yield (
        f"Confirm it:{_command(batch['id'], host)}If you left users out, name them:"
        f"{_command(batch['id'], host, ['name@example.com'])}"
    )


def _names(batch: Mapping[str, Any], key: str) -> str:
    names = dict.fromkeys(user[key] for user in batch["users"])
    return " or ".join(_isolated(name) for name in names) if all(names) and len(names) <= 5 else ""


def _command(confirm: str, host: str, left_out: Sequence[str] = ()) -> str:
    """What to run, for a shell."""
    variables: dict[str, Any] = {"reinvite_confirm": confirm}
    if host != "localhost":
        variables["reinvite_hosts"] = host
    if left_out:
        variables["reinvite_confirm_except"] = list(left_out)
    line = shlex.join(["ansible-playbook", "onboard.ringcentral.handed_over", "-e", json.dumps(variables)])
    return f"<pre><code>{_text(line)}</code></pre>"


def _moment(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC"


def _text(value: object) -> str:
    return escape(plain(value))


def _isolated(value: object) -> str:
    """Text whose direction does not reach what is around it."""
    return f"<bdi>{_text(value)}</bdi>"
