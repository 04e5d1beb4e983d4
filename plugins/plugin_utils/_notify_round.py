# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails owners and managers, each at most once a day."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._guards import narrowed
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_claims import ClaimError, Claims, state_path
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_mail import MailError, Postman, letter
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_options import Mail
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_people import Reader, Rules

Told = tuple[str, str, str]
"""The address, how it went, and why."""


def rules_of(variables: Mapping[str, Any]) -> Rules:
    """The rules for users' addresses, with the environment's guards."""
    names = ("allowed_domains", "exclude", "placeholder_patterns")
    found = narrowed({name: variables.get(f"reinvite_{name}") or [] for name in names}, os.environ)
    return Rules(**found)


def deliver(mail: Mail, readers: Sequence[Reader], now: datetime) -> Iterator[Told]:
    """Write to each of them who had no mail today. Without a usable state file to no one."""
    if not readers:
        return
    try:
        claims = Claims(state_path(mail.state_file), now)
        with Postman(mail) as postman:
            yield from _round(mail, readers, postman, claims, now)
    except (ClaimError, MailError) as error:
        yield "owners and managers", "failed", str(error)


def _round(mail: Mail, readers: Sequence[Reader], postman: Postman, claims: Claims, now: datetime) -> Iterator[Told]:
    for place, reader in enumerate(readers):
        try:
            if not claims.claim(reader.address):
                yield reader.address, "skipped", "had mail within the last day"
                continue
            message = letter(sender=mail.sender, to=[reader.address], subject=reader.subject, text=reader.text, now=now)
            refused = postman.send(message, [reader.address])
        except (ClaimError, MailError) as error:
            if isinstance(error, MailError) and not error.sent:
                claims.release(reader.address)
            yield reader.address, "failed", str(error)
            if rest := len(readers) - place - 1:
                yield "owners and managers", "failed", f"{rest} more mails were not attempted; the next run sends them"
            return
        if refused:
            claims.release(reader.address)
            yield reader.address, "failed", "the mail server refused this address"
        else:
            yield reader.address, "sent", reader.subject
