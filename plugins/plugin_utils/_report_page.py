# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a page, made from the document that is saved as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page import Page, page
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_audit import (
    audit_figures,
    audit_headline,
    audit_sections,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_doctor import (
    doctor_figures,
    doctor_headline,
    doctor_sections,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_estate import (
    estate_figures,
    estate_headline,
    estate_sections,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_history import (
    ages,
    changes,
    conversion,
    forecast,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_invite import (
    attention,
    headline,
    key_figures,
    list_sections,
    user_sections,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_onboarding import (
    batch_sections,
    onboarding_figures,
    onboarding_headline,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._page_parts import minute, notice

Document = Mapping[str, Any]

FOOT = (
    "Made by the Ansible collection onboard.ringcentral. This page holds personal data. It loads nothing from the "
    "network."
)


def report_page(document: Document, before: Document | None = None) -> str:
    """The page of one document; ``before`` is the document of the run before, to compare with."""
    kind = kind_of(document)
    shown = _KINDS[kind](document, before)
    warnings = [notice(line, "hold") for line in document.get("notices") or ()]
    failed = [notice(str(document["msg"]), "bad")] if document.get("failed") and document.get("msg") else []
    return page(replace(shown, about=_about(document), notices=[*failed, *warnings], foot=FOOT))


def kind_of(document: Document) -> str:
    """Which kind of report the document is. ValueError if it is none."""
    keys = {"lines": "doctor", "accounts": "estate", "findings": "audit", "batches": "onboard", "results": "reinvite"}
    for key, kind in keys.items():
        if key in document:
            return kind
    raise ValueError("it is not a report of this collection")


def _about(document: Document) -> str:
    about = document.get("report") or {}
    account = document.get("account") or {}
    number = f" ({account['main_number']})" if account.get("main_number") else ""
    parts = [
        str(about.get("host") or ""),
        f"account {account['id']}{number}" if account.get("id") else "",
        f"{minute(about['made_at'])} UTC" if about.get("made_at") else "",
        "Planned with --check: no mail was sent, nothing was changed." if _planned(document) else "",
    ]
    return " · ".join(filter(None, parts))


def _planned(document: Document) -> bool:
    return bool((document.get("report") or {}).get("planned"))


def _reinvite(document: Document, before: Document | None) -> Page:
    planned = _planned(document)
    return Page(
        title="Invitations",
        kind=f"Invitations of the batch {document['batch']}" if document.get("batch") else "Invitations",
        headline=headline(document["counts"], planned=planned),
        figures=key_figures(document["counts"], planned=planned),
        sections=[
            *user_sections(document, planned=planned),
            *_around(document, before),
            *list_sections(document, planned=planned),
        ],
    )


def _onboard(document: Document, before: Document | None) -> Page:
    planned = _planned(document)
    return Page(
        title="Onboarding",
        kind=f"Onboarding on {document['today']} ({document['timezone']})",
        headline=onboarding_headline(document["counts"]),
        figures=onboarding_figures(document["counts"], planned=planned),
        sections=[
            *attention(list(document["results"])),
            *batch_sections(document, planned=planned),
            *_around(document, before),
            *list_sections(document, planned=planned),
        ],
    )


def _around(document: Document, before: Document | None) -> Iterable[Any]:
    return chain(changes(document["results"], before), forecast(document), conversion(document), ages(document))


def _audit(document: Document, _before: Document | None) -> Page:
    return Page(
        title="Audit",
        kind="Audit of the users",
        headline=audit_headline(document),
        figures=audit_figures(document),
        sections=[*audit_sections(document), *conversion(document), *ages(document)],
    )


def _estate(document: Document, _before: Document | None) -> Page:
    planned = _planned(document)
    return Page(
        title="Estate",
        kind="All accounts of the run",
        headline=estate_headline(document),
        figures=estate_figures(document, planned=planned),
        sections=list(estate_sections(document, planned=planned)),
    )


def _doctor(document: Document, _before: Document | None) -> Page:
    lines = list(document["lines"])
    return Page(
        title="Doctor",
        kind="Checks before the first invitation",
        headline=doctor_headline(lines),
        figures=doctor_figures(lines),
        sections=list(doctor_sections(lines)),
    )


_KINDS: Mapping[str, Callable[[Document, Document | None], Page]] = {
    "reinvite": _reinvite,
    "onboard": _onboard,
    "audit": _audit,
    "estate": _estate,
    "doctor": _doctor,
}
