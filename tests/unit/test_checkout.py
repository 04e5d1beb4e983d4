# SPDX-License-Identifier: GPL-3.0-or-later
"""The link by which Ansible finds a checkout, whatever its folder is called."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import checkout

PLACE = "build/collections/ansible_collections/onboard/ringcentral"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "any name"
    root.mkdir()
    (root / "galaxy.yml").touch()
    return root


def test_the_link_leads_to_the_checkout(root: Path) -> None:
    checkout.link(root / PLACE, root)
    assert (root / PLACE).resolve() == root
    assert [path.name for path in (root / PLACE).parent.iterdir()] == ["ringcentral"]


def test_the_link_still_holds_after_the_checkout_has_moved(root: Path) -> None:
    checkout.link(root / PLACE, root)
    moved = root.rename(root.with_name("moved"))
    assert (moved / PLACE).resolve() == moved


def test_a_link_that_leads_elsewhere_is_replaced(root: Path, tmp_path: Path) -> None:
    (root / PLACE).parent.mkdir(parents=True)
    (root / PLACE).symlink_to(tmp_path)
    checkout.link(root / PLACE, root)
    assert (root / PLACE).resolve() == root


def test_a_correct_link_is_kept(root: Path) -> None:
    checkout.link(root / PLACE, root)
    before = (root / PLACE).lstat()
    checkout.link(root / PLACE, root)
    assert (root / PLACE).lstat() == before


def test_several_processes_may_make_the_link_at_once(root: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: checkout.link(root / PLACE, root), range(64)))
    assert (root / PLACE).resolve() == root
    assert [path.name for path in (root / PLACE).parent.iterdir()] == ["ringcentral"]


def test_this_checkout_is_found_as_the_collection() -> None:
    checkout.link()
    assert checkout.LINK.resolve() == checkout.ROOT
    assert (checkout.COLLECTIONS / "ansible_collections/onboard/ringcentral/galaxy.yml").is_file()
