# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the collection in a headless Chromium that has no network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._report_page import report_page
from checkout import ROOT
from report.samples import account, documents, saved

KINDS = ("reinvite", "onboard", "audit", "estate", "doctor")
MANY = 12_000
SCREENSHOTS = ROOT / "build/screenshots"

# What Chromium does on its own would be refused without a network, over and over.
_QUIET = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each kind of report, as a file."""
    folder = tmp_path_factory.mktemp("pages")
    made = documents(folder)
    for kind in KINDS:
        (folder / f"{kind}.html").write_text(report_page(made[kind], made["before"]), encoding="utf-8")
    return {kind: folder / f"{kind}.html" for kind in KINDS}


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run that would invite 12,000 users."""
    with account(odd=False, users=MANY + 100, pending=MANY) as (_rc, machine):
        document: dict[str, Any] = saved(machine.invite(check_mode=True), "2026-01-05T09:00:00Z", planned=True)
    path = tmp_path_factory.mktemp("many") / "many.html"
    path.write_text(report_page(document), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "make test-browser needs Chromium (Debian: apt install chromium)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_QUIET, chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Opens a page as a person would. Whatever it asks for, complains of or pops up fails the test."""
    contexts, trouble = [], []

    def load(path: Path, *, width: int = 1280, dark: bool = False, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            bypass_csp=False,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: trouble.append(request.url) if request.url != path.as_uri() else None)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.goto(path.as_uri())
        return page

    yield load
    for context in contexts:
        context.close()
    assert trouble == []
