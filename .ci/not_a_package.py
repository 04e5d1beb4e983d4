# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip asks when somebody tries to install the checkout: it answers at once with the command that does it.

Without a build backend, setuptools would search every folder here for packages and install nothing useful.
"""

from __future__ import annotations

from typing import NoReturn


def _refuse(*_arguments: object, **_settings: object) -> NoReturn:
    raise SystemExit(
        "onboard.ringcentral is an Ansible collection, not a Python package. "
        "Install it with: ansible-galaxy collection install ."
    )


get_requires_for_build_editable = get_requires_for_build_sdist = get_requires_for_build_wheel = _refuse
build_editable = build_sdist = build_wheel = _refuse
