# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts: each has its own, one that is dead fails alone, and the summary leaves nobody out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator import Emulator
from emulator.world import CLIENT_ID, CLIENT_SECRET, JWT
from integration.playing import NO_LIMITS, ROOT, Played, Player, mailed, writes

EXAMPLE = ROOT / "examples/estate"
ACCOUNTS = {
    "acme_europe": 400131426008,
    "acme_nordics": 400131426009,
    "acme_america": 400131426010,
    "bakery": 400131426011,
    "clinic": 400131426012,
}
SHOWN = "Show each account"


class Estate:
    """Accounts by the name of their host, and somebody who has the credentials of all of them."""

    def __init__(self, folder: Path, accounts: dict[str, Emulator], dead: tuple[str, ...] = ()) -> None:
        self.accounts = accounts
        self.folder = folder
        environment = {"ACME_CLIENT_ID": CLIENT_ID, "ACME_CLIENT_SECRET": CLIENT_SECRET}
        for host in accounts:
            environment |= {f"{host.upper()}_JWT": JWT if host not in dead else "revoked"}
            environment |= {f"{host.upper()}_CLIENT_ID": CLIENT_ID, f"{host.upper()}_CLIENT_SECRET": CLIENT_SECRET}
        self.player = Player(folder, environment)
        self.hosts = folder / "servers.yml"
        folder.mkdir(exist_ok=True)
        servers = {host: {"reinvite_server_url": rc.url, "reinvite_max_wait": 5} for host, rc in accounts.items()}
        self.hosts.write_text(json.dumps({"all": {"hosts": servers}}), encoding="utf-8")

    def play(self, *options: str, playbook: Any = EXAMPLE / "reinvite.yml", **variables: Any) -> Played:
        inventory = ("-i", str(EXAMPLE / "inventory"), "-i", str(self.hosts))
        return self.player.play(playbook, *inventory, *options, **variables)

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.player.reports / "estate.json").read_text(encoding="utf-8"))

    @property
    def states(self) -> dict[str, str]:
        return {one["host"]: one["state"] for one in self.summary["accounts"]}


@pytest.fixture
def accounts() -> Iterator[dict[str, Emulator]]:
    """Five accounts of different size, with the addresses that their policies allow."""
    with ExitStack() as stack:
        accounts = {}
        for number, (host, identity) in enumerate(ACCOUNTS.items(), start=1):
            rc = Emulator(users=20, pending=number, seed=number, odd=False, account_id=identity, limits=NO_LIMITS)
            accounts[host] = stack.enter_context(rc)
            if host in {"bakery", "clinic"}:
                for one in rc.account.extensions.values():
                    one.email = one.email.split("@")[0] + f"@{host}.example"
        yield accounts


def pending(rc: Emulator) -> list[str]:
    return sorted(
        str(one.id) for one in rc.account.extensions.values() if one.status == "NotActivated" and one.type == "User"
    )


def test_the_example_mails_everybody_once_and_adds_up(accounts: dict[str, Emulator], tmp_path: Path) -> None:
    estate = Estate(tmp_path, accounts)
    played = estate.play()
    assert played.code == 0, played.output
    for number, (host, rc) in enumerate(accounts.items(), start=1):
        assert sorted(mailed(rc)) == pending(rc), host
        assert len(mailed(rc)) == number
        assert rc.state()["open_sessions"] == []
        folder = estate.player.reports / host if host in {"bakery", "clinic"} else estate.player.reports
        assert len(json.loads((folder / f"{host}.json").read_text(encoding="utf-8"))["results"]) == number
    assert estate.summary["counts"]["invited"] == 15
    assert estate.summary["states"] == {"done": 5, "failed": 0, "not_run": 0}
    assert {one["host"]: one["account_id"] for one in estate.summary["accounts"]} == {
        host: str(identity) for host, identity in ACCOUNTS.items()
    }
    assert set(played.custom["_run"]["reinvite_counts"]) == set(ACCOUNTS)
    again = estate.play()
    assert again.code == again.changed == 0
    assert estate.summary["counts"]["skip"] == 15
    assert [len(mailed(rc)) for rc in accounts.values()] == [1, 2, 3, 4, 5]


def test_check_mode_shows_the_table_and_writes_what_it_plans(accounts: dict[str, Emulator], tmp_path: Path) -> None:
    estate = Estate(tmp_path, accounts, dead=("clinic",))
    played = estate.play("--check")
    assert played.code == 2
    table = played.result(SHOWN)["msg"]
    assert table[-1].startswith("SUMMARY 5 accounts, 4 done, 1 failed, 0 not run: ")
    assert "10 would be invited" in table[-1]
    assert table[0] == "FAILED (1)"
    written = {path.relative_to(estate.player.reports).parts for path in estate.player.reports.rglob("*.json")}
    assert written
    assert all("plan" in parts[:2] for parts in written)
    assert [writes(rc) + mailed(rc) for rc in accounts.values()] == [[]] * 5


def test_a_limit_leaves_the_others_alone_and_out(accounts: dict[str, Emulator], tmp_path: Path) -> None:
    estate = Estate(tmp_path, accounts)
    played = estate.play("--limit", "customers:!clinic:europe")
    assert played.code == 0, played.output
    assert estate.states == {"acme_europe": "done", "acme_nordics": "done", "bakery": "done"}
    assert [len(mailed(rc)) for rc in accounts.values()] == [1, 2, 0, 4, 0]
    assert accounts["clinic"].log == accounts["acme_america"].log == []


def test_dead_accounts_fail_alone_even_as_a_whole_batch(accounts: dict[str, Emulator], tmp_path: Path) -> None:
    estate = Estate(tmp_path, accounts, dead=("acme_america", "acme_europe", "acme_nordics"))
    plays = yaml.safe_load((EXAMPLE / "reinvite.yml").read_text(encoding="utf-8"))
    plays[0]["serial"] = 1
    played = estate.play(playbook=plays)
    assert played.code == 2
    assert [len(mailed(rc)) for rc in accounts.values()] == [0, 0, 0, 4, 5]
    failed = {one["host"]: one["failure"] for one in estate.summary["accounts"] if one["state"] == "failed"}
    assert set(failed) == {"acme_america", "acme_europe", "acme_nordics"}
    assert all("OAU-251" in why and "check jwt" in why for why in failed.values())
    assert {host: stats["failures"] for host, stats in played.stats.items()} == {
        host: int(host in failed) for host in accounts
    }
    with (estate.player.reports / "estate.csv").open(encoding="utf-8-sig") as file:
        rows = {row["host"]: row for row in csv.DictReader(file)}
    assert (rows["clinic"]["invited"], rows["clinic"]["state"]) == ("5", "done")
    assert "OAU-251" in rows["acme_europe"]["failure"]
    assert JWT not in played.output


def test_the_shipped_playbook_sums_up_also_where_every_account_is_dead(
    accounts: dict[str, Emulator], tmp_path: Path
) -> None:
    estate = Estate(tmp_path, {**accounts, "estate": accounts["clinic"]})
    login = {f"reinvite_{name}": "x" for name in ("client_id", "client_secret", "jwt")}
    down = {"reinvite_hosts": "europe,estate", "reinvite_server_url": "http://127.0.0.1:9"}
    played = estate.play(playbook="onboard.ringcentral.reinvite", **down, **login)
    assert played.code == 2
    # the name without the plus is that of an account's own report
    assert sorted(path.name for path in estate.player.reports.iterdir()) == [
        "estate+.csv",
        "estate+.html",
        "estate+.json",
        "history",
    ]
    report = estate.player.reports / "estate+.json"
    assert report.stat().st_mode & 0o777 == 0o600
    summary = json.loads(report.read_text(encoding="utf-8"))
    assert summary["states"] == {"done": 0, "failed": 3, "not_run": 0}
    assert all("cannot be reached" in one["failure"] for one in summary["accounts"])


def test_the_shipped_playbook_takes_partial_failures_and_bad_variables_for_failures(
    accounts: dict[str, Emulator], tmp_path: Path
) -> None:
    estate = Estate(tmp_path, accounts)
    nordics = accounts["acme_nordics"]
    rejected, other = pending(nordics)
    nordics.account.reject = {int(rejected): "The mailbox is on fire"}
    bad = tmp_path / "bad.yml"
    bad.write_text("{all: {hosts: {acme_europe: {reinvite_limit: many}}}}", encoding="utf-8")
    played = estate.play("-i", str(bad), playbook="onboard.ringcentral.reinvite", reinvite_hosts="accounts")
    assert played.code == 2
    rows = {one["host"]: one for one in estate.summary["accounts"]}
    assert {host: row["state"] for host, row in rows.items()} == dict.fromkeys(ACCOUNTS, "done") | {
        "acme_nordics": "failed",
        "acme_europe": "failed",
    }
    assert "reinvite_limit" in rows["acme_europe"]["failure"]
    assert rows["acme_nordics"]["failure"].startswith("1 of 2 users were invited (1 failed)")
    assert (rows["acme_nordics"]["invited"], rows["acme_nordics"]["failed"]) == (1, 1)
    assert mailed(nordics) == [other]
    assert [len(mailed(rc)) for rc in accounts.values()] == [0, 1, 3, 4, 5]


def test_hosts_that_failed_elsewhere_or_never_ran_are_named(accounts: dict[str, Emulator], tmp_path: Path) -> None:
    estate = Estate(tmp_path, accounts)
    plays = yaml.safe_load((EXAMPLE / "reinvite.yml").read_text(encoding="utf-8"))
    plays[0]["strategy"] = "linear"
    leave = {"name": "Leave one out", "ansible.builtin.meta": "end_host", "when": "inventory_hostname == 'clinic'"}
    fail = {"name": "Fail", "ansible.builtin.fail": {"msg": "x"}, "when": "inventory_hostname == 'bakery'"}
    plays[0]["tasks"] = [leave, *plays[0]["tasks"], fail]
    played = estate.play("--check", playbook=plays)
    assert played.code == 2
    table = played.result(SHOWN)["msg"]
    assert table[:4] == [
        "FAILED (1)",
        "  bakery  a task failed that is not the role's; its own output says why",
        "NOT RUN (1)",
        "  clinic",
    ]
    assert table[-1].startswith("SUMMARY 5 accounts, 3 done, 1 failed, 1 not run: 10 considered")
    assert accounts["clinic"].log == []


def test_the_role_alone_can_be_summed_up_as_well(accounts: dict[str, Emulator], tmp_path: Path) -> None:
    estate = Estate(tmp_path, accounts, dead=("acme_europe",))
    plays = yaml.safe_load((EXAMPLE / "reinvite.yml").read_text(encoding="utf-8"))
    del plays[0]["serial"], plays[0]["tasks"]
    plays[0]["roles"] = ["onboard.ringcentral.reinvite"]
    played = estate.play("--check", "--limit", "europe:americas", playbook=plays)
    assert played.code == 2
    table = played.result(SHOWN)["msg"]
    assert table[0] == "FAILED (1)"
    assert table[1].startswith("  acme_europe  RingCentral refused the login")
    assert table[-1].startswith("SUMMARY 3 accounts, 2 done, 1 failed, 0 not run: 5 considered")
    assert "OAU-251" in played.failure


def test_slices_as_awx_makes_them_come_to_the_whole(accounts: dict[str, Emulator], tmp_path: Path) -> None:
    count = 3
    sliced: dict[str, Any] = {}
    variables = {"reinvite_ledger": {"backend": "custom_field"}, "reinvite_report_dir": ""}
    checked = Estate(tmp_path, accounts).play("--check", **variables)
    whole = checked.custom["_run"]["reinvite_counts"]
    for number in range(1, count + 1):
        mine = sorted(ACCOUNTS)[number - 1 :: count]  # all that AWX leaves of the inventory, which it orders by name
        played = Estate(tmp_path / f"job-{number}", accounts).play(
            "--limit",
            ",".join(mine),
            awx_job_id=number,
            **variables,
        )
        assert played.code == 0, played.output
        part = played.custom["_run"]["reinvite_counts"]
        assert set(part) == set(mine)
        assert not set(part) & set(sliced)
        sliced |= part
    assert {host: counts["invited"] for host, counts in sliced.items()} == {
        host: counts["would_invite"] for host, counts in whole.items()
    }
    assert [sorted(mailed(rc)) for rc in accounts.values()] == [pending(rc) for rc in accounts.values()]
