# SPDX-License-Identifier: GPL-3.0-or-later
"""`nox` does what `make` does: a session for each target, and those of antsibull-nox.toml (`nox --list`)."""

# /// script
# dependencies = ["antsibull-nox>=1.9", "nox>=2025.02.09"]
# ///

from __future__ import annotations

import re
from pathlib import Path

import antsibull_nox
import nox

TARGETS = re.findall(r"^([a-z-]+):.*## (.*)", Path("Makefile").read_text("utf-8"), re.MULTILINE)

antsibull_nox.load_antsibull_nox_toml()


def add_session(target: str, description: str) -> None:
    """Run one target, in the environment that the Makefile makes for it."""

    def session(session: nox.Session) -> None:
        session.run("make", "--no-print-directory", target, *session.posargs, external=True)

    session.__doc__ = description
    nox.session(session, name=target, venv_backend="none", default=target == "check")


for name, text in TARGETS:
    add_session(name, text)

if __name__ == "__main__":
    nox.main()
