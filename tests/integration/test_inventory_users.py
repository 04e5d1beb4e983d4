# SPDX-License-Identifier: GPL-3.0-or-later
"""The users of an account as hosts, as ansible-inventory and a playbook see them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator.people import Extension
from emulator.world import CLIENT_SECRET, JWT
from integration.playing import CONNECTION, ROOT, Player, requests

PLUGIN = "onboard.ringcentral.rc_users"
ONE_SESSION = {"getToken": 1, "readAccountInfo": 1, "listExtensions": 1, "revokeToken": 1}
HOSTILE = ("{{ 7*7 }}", "{% for x in y %}", "two\nlines", "Zoë \u202eŁ", "!unsafe x", "'\"\\")


def source(player: Player, name: str = "rc_users.yml", **options: Any) -> str:
    """Writes a configuration file and returns its path."""
    path = player.folder / name
    path.write_text(json.dumps({"plugin": PLUGIN, **options}), encoding="utf-8")
    return str(path)


def login(rc: Emulator) -> dict[str, str]:
    """The options of a connection to that account."""
    return {option: rc.env()[variable] for option, variable in CONNECTION.items()}


def shown(player: Player, *arguments: str, **environment: str) -> str:
    ended = player.run("ansible-inventory", *arguments, stderr=subprocess.PIPE, **environment)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def listed(player: Player, *arguments: str, **environment: str) -> dict[str, Any]:
    return json.loads(shown(player, *arguments, "--list", **environment))


def hosts(player: Player, *arguments: str, **environment: str) -> set[str]:
    return set(listed(player, *arguments, **environment).get("_meta", {}).get("hostvars", {}))


def people(rc: Emulator, **wanted: str) -> list[Extension]:
    found = [
        one
        for one in rc.account.extensions.values()
        if one.type == "User" and all(getattr(one, name) == value for name, value in wanted.items())
    ]
    assert found
    return found


def ids(found: list[Extension]) -> set[str]:
    return {str(one.id) for one in found}


def test_everybody_is_a_host_in_one_session(rc: Emulator, player: Player) -> None:
    inventory = listed(player, "-i", source(player))
    assert set(inventory["_meta"]["hostvars"]) == ids(people(rc))
    assert requests(rc) == ONE_SESSION
    assert rc.state()["open_sessions"] == []
    assert rc.state()["violations"] == []


def test_variables_are_what_rc_user_info_returns(rc: Emulator, player: Player) -> None:
    path = source(player)
    info = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [{"name": "Read", PLUGIN.replace("rc_users", "rc_user_info"): {}}],
        }
    ]
    users = player.play(info).result("Read")["users"]
    hostvars = listed(player, "-i", path)["_meta"]["hostvars"]
    for user in users:
        variables = unmarked(hostvars[user["id"]])
        assert {
            key.removeprefix("rc_"): variables[key] for key in variables if not key.startswith("rc_account")
        } == user
        assert variables["rc_account_id"] == str(rc.account.id)
        assert variables["rc_account_main_number"] == rc.account.main_number


def test_filters_and_groups(rc: Emulator, player: Player) -> None:
    path = source(
        player,
        status=["not_activated", "enabled"],
        site="paris",
        keyed_groups=[{"key": "rc_status", "prefix": "status"}, {"key": "rc_site", "prefix": "site"}],
        groups={"testers": "rc_department == 'Sales'"},
        compose={"greeting": "'Hello ' ~ rc_first_name"},
    )
    pending, enabled = (ids(people(rc, site="Paris", status=status)) for status in ("NotActivated", "Enabled"))
    inventory = listed(player, "-i", path)
    assert set(inventory["status_not_activated"]["hosts"]) == pending
    assert set(inventory["status_enabled"]["hosts"]) == enabled
    assert set(inventory["site_Paris"]["hosts"]) == pending | enabled == set(inventory["_meta"]["hostvars"])
    sales = {one for one in pending | enabled if rc.account.extensions[int(one)].department == "Sales"}
    assert set(inventory.get("testers", {}).get("hosts", [])) == sales
    for one, variables in inventory["_meta"]["hostvars"].items():
        first = rc.account.extensions[int(one)].first_name
        assert unmarked(variables)["greeting"] == f"Hello {first}"
    assert f"  |--@status_not_activated:\n  |  |--{inventory['status_not_activated']['hosts'][0]}" in shown(
        player, "-i", path, "--graph"
    )


def test_only_those_of_an_age_and_type(rc: Emulator, player: Player) -> None:
    oldest = min(people(rc), key=lambda one: one.created or rc.clock.now())
    assert oldest.created
    before = oldest.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert hosts(player, "-i", source(player, created_before="1990-01-01")) & ids(people(rc)) == set()
    assert str(oldest.id) in hosts(player, "-i", source(player, created_after=before))
    queues = {str(one.id) for one in rc.account.extensions.values() if one.type == "Department"}
    assert queues
    assert hosts(player, "-i", source(player, type="department")) == queues


def test_people_who_share_an_address_do_not_share_a_host(rc: Emulator, player: Player) -> None:
    first, second, third, *_others = people(rc, status="NotActivated")
    first.email, second.email = "twins@example.com", "Twins@Example.com"
    third.email = "a,b@example.com"
    found = hosts(player, "-i", source(player, hostname="email", status=["not_activated"]))
    assert len(found) == len(people(rc, status="NotActivated"))
    assert {str(first.id), str(second.id), str(third.id)} <= found
    assert not any("twins" in name.lower() or "," in name for name in found)
    assert sum("@" in name for name in found) > 3


def test_two_accounts_in_one_inventory_stay_apart(rc: Emulator, player: Player) -> None:
    with Emulator(users=40, pending=12, seed=7, account_id=500) as other:
        for extension in list(other.account.extensions.values()):
            other.account.extensions[extension.id + 1] = other.account.extensions.pop(extension.id)
            extension.id += 1
        player = Player(player.folder)  # credentials of an environment are for the one server that it names
        path, second = (
            source(player, f"{name}.rc_users.yml", hostname="extension_number", **login(account))
            for name, account in (("one", rc), ("two", other))
        )
        found = listed(player, "-i", path, "-i", second)["_meta"]["hostvars"]
    owners = [(unmarked(variables)["rc_account_id"], unmarked(variables)["rc_id"]) for variables in found.values()]
    assert len(owners) == len(set(owners)) == 2 * len(people(rc))


def test_what_ringcentral_sent_is_never_a_template(rc: Emulator, player: Player) -> None:
    pending = people(rc, status="NotActivated")
    for one, text in zip(pending, HOSTILE, strict=False):
        one.first_name, one.last_name, one.department, one.job_title = text, "", text, "x"
    path = source(
        player,
        status="not_activated",
        compose={"composed": "rc_first_name"},
        keyed_groups=[{"key": "rc_department", "prefix": "department", "default_value": "none"}],
        strict=True,
    )
    play = [
        {
            "hosts": "all",
            "connection": "local",
            "gather_facts": False,
            "tasks": [
                {"name": "Show", "ansible.builtin.debug": {"msg": "{{ [rc_first_name, composed, rc_department] }}"}}
            ],
        }
    ]
    played = player.play(play, "-i", path)
    assert played.code == 0, played.output
    said = {task["host"]: task["result"]["msg"] for task in played.tasks}
    for one, text in zip(pending, HOSTILE, strict=False):
        assert said[str(one.id)] == [text] * 3
    assert "49" not in {word for words in said.values() for text in words for word in text.split()}


def kept(player: Player, **options: Any) -> str:
    """A configuration file whose users are kept on disk."""
    cache = {"cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(player.folder / "cache")}
    return source(player, cache=True, **cache, **options)


def test_a_second_run_within_the_hour_asks_nothing(rc: Emulator, player: Player) -> None:
    path = kept(player, status="not_activated", groups={"pending": "rc_status == 'not_activated'"})
    first = listed(player, "-i", path)
    before = len(rc.log)
    assert listed(player, "-i", path) == first
    assert len(rc.log) == before
    rc.account.extensions[int(next(iter(first["_meta"]["hostvars"])))].status = "Enabled"
    assert player.play([{"hosts": "all", "gather_facts": False}], "-i", path, "--flush-cache").code == 0
    assert requests(rc, since=before) == ONE_SESSION
    assert len(hosts(player, "-i", path)) == len(first["_meta"]["hostvars"]) - 1
    assert requests(rc, since=before) == ONE_SESSION


def test_what_is_kept_is_of_one_account_and_one_filter(rc: Emulator, player: Player) -> None:
    pending = hosts(player, "-i", kept(player, status="not_activated"))
    everybody = hosts(player, "-i", kept(player))
    assert pending < everybody
    with Emulator(users=10, pending=3, seed=1, odd=False) as other:
        assert len(hosts(player, "-i", kept(player), RC_SERVER_URL=other.url)) < len(everybody)
    guarded = player.run("ansible-inventory", "-i", kept(player), "--list", RC_EXPECT_ACCOUNT="1")
    assert "RC_EXPECT_ACCOUNT: the credential opens the account" in guarded.stdout
    refused = player.run("ansible-inventory", "-i", kept(player), "--list", RC_USER_JWT="another")
    assert "OAU-251" in refused.stdout
    files = "".join(path.read_text(encoding="utf-8") + path.name for path in (player.folder / "cache").iterdir())
    assert JWT not in files
    assert CLIENT_SECRET not in files


def test_what_is_kept_is_not_shown_where_a_reading_is_refused(rc: Emulator, player: Player) -> None:
    path = kept(player, server_url=rc.url)
    assert hosts(player, "-i", path)
    refused = player.run("ansible-inventory", "-i", path, "--list", RC_SERVER_URL="https://elsewhere.example.com")
    assert "RC_SERVER_URL" in refused.stdout
    assert "rc_id" not in refused.stdout


def test_credentials_come_from_vault_lookups_and_extra_vars(rc: Emulator, tmp_path: Path) -> None:
    login = rc.env()
    player = Player(tmp_path, {"ACME_JWT": login["RC_USER_JWT"]})
    password = tmp_path / "password"
    password.write_text("open sesame", encoding="utf-8")
    secret = player.run(
        "ansible-vault", "encrypt_string", "--vault-password-file", str(password), login["RC_APP_CLIENT_SECRET"],
        stderr=subprocess.PIPE,
    )  # fmt: skip
    path = tmp_path / "rc_users.yml"
    path.write_text(
        f"plugin: {PLUGIN}\n"
        f"client_secret: {secret.stdout}\n"
        "jwt: \"{{ lookup('ansible.builtin.env', 'ACME_JWT') }}\"\n"
        'server_url: "{{ url }}"\n'
        'client_id: "{{ app }}"\n'
        "use_extra_vars: true\n",
        encoding="utf-8",
    )
    extra = json.dumps({"url": rc.url, "app": login["RC_APP_CLIENT_ID"]})
    found = hosts(player, "-i", str(path), "--vault-password-file", str(password), "-e", extra)
    assert found == ids(people(rc))


def test_a_session_that_was_handed_in_is_left_open(rc: Emulator, player: Player) -> None:
    login = {"RC_USER_JWT": "", "RC_ACCESS_TOKEN": rc.new_access_token()}
    assert hosts(player, "-i", source(player), **login) == ids(people(rc))
    assert requests(rc) == {"readAccountInfo": 1, "listExtensions": 1}
    assert len(rc.state()["open_sessions"]) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"jwt": "wrong.jwt.of-somebody"}, "OAU-251"),
        ({"client_secret": "wrong-secret-of-an-app"}, "check client_id and client_secret"),
        ({"server_url": "http://127.0.0.1:9"}, "it cannot be reached"),
        ({"server_url": "http://platform.example.com"}, "must be reached by https"),
        ({"expect_account": "+441632960000"}, "expect_account: the credential opens the account 400131426008"),
        ({"created_after": "soon"}, "created_after"),
        ({"status": ["asleep"]}, "asleep"),
        ({"jwt": "{{ nowhere }}"}, "jwt: "),
        ({"timeout": 0}, "timeout"),
        ({"keyed_groups": [{"key": "rc_status.nothing.there"}], "strict": True}, "Could not generate group for host"),
    ],
)
def test_what_goes_wrong_is_said_and_is_an_error_where_that_is_wanted(
    rc: Emulator, player: Player, options: dict[str, Any], said: str
) -> None:
    wanted = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
    if "server_url" in options:
        wanted["RC_SERVER_URL"] = options["server_url"]
    ended = player.run("ansible-inventory", "-i", source(player, **options, max_wait=0), "--list", "-vvvv", **wanted)
    assert ended.returncode != 0, ended.stdout
    assert said in " ".join(ended.stdout.split())
    for secret in (JWT, CLIENT_SECRET, "wrong.jwt.of-somebody", "wrong-secret-of-an-app"):
        assert secret not in ended.stdout
    assert rc.state()["open_sessions"] == []
    if "expect_account" in options:
        assert "listExtensions" not in requests(rc)


@pytest.mark.parametrize("operation", ["getToken", "listExtensions", "revokeToken"])
def test_no_secret_is_shown_where_the_server_repeats_it(rc: Emulator, player: Player, operation: str) -> None:
    rc.faults.add("echo", operation)
    always = {"ANSIBLE_DISPLAY_TRACEBACK": "always", "ANSIBLE_DEBUG": "false"}
    ended = player.run("ansible-inventory", "-i", source(player), "--list", "-vvvv", **always)
    tokens = {session.token for session in rc.account.sessions}
    assert rc.state()["faults"], "the fault did not happen"
    for secret in (JWT, CLIENT_SECRET, *tokens):
        assert secret not in ended.stdout


def test_without_requests_it_says_what_to_install(rc: Emulator, player: Player) -> None:
    (player.folder / "requests.py").write_text("raise ImportError", encoding="utf-8")
    path = {"PYTHONPATH": str(player.folder)}
    ended = player.run("ansible-inventory", "-i", source(player), "--list", **path)
    assert "Failed to import the required Python library (requests)" in " ".join(ended.stdout.split())
    assert rc.log == []


def test_a_file_of_another_name_is_not_taken(rc: Emulator, player: Player) -> None:
    enabled = {"ANSIBLE_INVENTORY_ENABLED": PLUGIN}
    ended = player.run("ansible-inventory", "-i", source(player, "hosts.yml"), "--list", "-vvv", **enabled)
    assert requests(rc) == {}
    assert f"declined parsing {player.folder / 'hosts.yml'}" in ended.stdout
    assert hosts(player, "-i", source(player, "acme.rc_users.yaml"), **enabled) == ids(people(rc))


def test_the_examples_can_be_read(rc: Emulator, player: Player) -> None:
    ended = player.run(
        "ansible-doc", "--type", "inventory", "--json", PLUGIN, stderr=subprocess.PIPE, ANSIBLE_CONFIG=str(ROOT / "x")
    )
    examples = json.loads(ended.stdout)[PLUGIN]["examples"]
    path = player.folder / "rc_users.yml"
    path.write_text(examples, encoding="utf-8")
    inventory = listed(player, "-i", str(path))
    assert len(inventory["_meta"]["hostvars"]) == len(people(rc, status="NotActivated"))
    managers = {one.email for one in people(rc, status="NotActivated", job_title="Manager")}
    assert set(inventory["managers"]["hosts"]) == managers


def unmarked(value: Any) -> Any:
    """Without the marks by which --list says that something is no template."""
    if isinstance(value, dict):
        return value["__ansible_unsafe"] if "__ansible_unsafe" in value else {k: unmarked(v) for k, v in value.items()}
    return [unmarked(one) for one in value] if isinstance(value, list) else value
