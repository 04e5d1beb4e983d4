# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWX that was configured once, two accounts that its jobs work on, and somebody who runs playbooks against it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest

from awx.controller import Controller
from awx.running import ACCOUNTS, Site
from emulator import Emulator
from integration.playing import NO_LIMITS, ROOT, Played

PLAYBOOKS = [f"playbooks/{path.name}" for path in (ROOT / "playbooks").glob("*.yml")]
SERVER = "https://platform.ringcentral.com"


@pytest.fixture(scope="session")
def estate() -> Iterator[dict[str, Emulator]]:
    """Two accounts. Both have the same app; which one a credential opens is told by its server."""
    options = {"users": 30, "odd": False, "seed": 7, "limits": NO_LIMITS}
    with (
        Emulator(account_id=ACCOUNTS["acme_europe"], pending=6, **options) as europe,
        Emulator(account_id=ACCOUNTS["acme_america"], pending=4, **options) as america,
    ):
        yield {"acme_europe": europe, "acme_america": america}


@pytest.fixture
def accounts(estate: dict[str, Emulator]) -> dict[str, Emulator]:
    """Both accounts in their initial state, with each address in a domain that the policy of awx/data allows."""
    for account in estate.values():
        account.reset()
        for person in account.account.extensions.values():
            person.email = person.email and f"{person.email.partition('@')[0]}@example.com"
            person.created = account.clock.now() - timedelta(days=30)
    return estate


@pytest.fixture(scope="session")
def data(estate: dict[str, Emulator], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """awx/data with the addresses of the emulated accounts in it."""
    folder = tmp_path_factory.mktemp("awx") / "data"
    shutil.copytree(ROOT / "awx/data", folder)
    path = folder / "credentials.yml"
    europe, america = path.read_text(encoding="utf-8").split("\n\n")
    europe, america = (
        text.replace(SERVER, estate[name].url) for name, text in zip(ACCOUNTS, (europe, america), strict=True)
    )
    path.write_text(f"{europe}\n\n{america}", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(estate: dict[str, Emulator], data: Path) -> Iterator[Site]:
    """A site that nothing was done for yet."""
    secrets = {
        name: {
            "client_id": account.env()["RC_APP_CLIENT_ID"],
            "client_secret": account.env()["RC_APP_CLIENT_SECRET"],
            "jwt": account.env()["RC_USER_JWT"],
        }
        for name, account in estate.items()
    }
    with Controller(PLAYBOOKS, page_size=1) as awx:
        yield Site(awx, data, secrets)


@pytest.fixture(scope="session")
def first(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The first run of apply.yml, which says all that it can say."""
    played = site.play(tmp_path_factory.mktemp("first"), "apply", "-vvv")
    assert played.code == 0, played.output[-5000:]
    return played


@pytest.fixture
def configured(site: Site, first: Played) -> Iterator[Site]:
    """A configured AWX of the test's own."""
    with Controller() as awx:
        awx.store = awx.api.store = deepcopy(site.awx.store)
        yield Site(awx, site.data, site.secrets)
