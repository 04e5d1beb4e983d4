# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger's file: what is taken for a ledger, who may read it, and what a killed run or a full disk leave."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.onboard.ringcentral.plugins.module_utils import _ledger_file
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption, LedgerError
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_file import default_path
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SCHEMA_VERSION, SqliteLedger
from ansible_collections.onboard.ringcentral.plugins.module_utils._model import Record
from checkout import COLLECTIONS
from scripted import NOW, record, user

ROOT = Path(__file__).parents[4]


def claim(number: int = 1, run: str = "run-1") -> Record:
    return record(number, state="claimed", claimed_at=NOW, last_invited_at=None, run=run)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


def known(path: Path) -> list[Record]:
    with closing(SqliteLedger(path, "1", read_only=True)) as ledger:
        return ledger.everything()


def test_a_ledger_that_another_run_is_creating_is_accepted(path: Path) -> None:
    SqliteLedger(path, "1").close()
    path.unlink()
    queries: list[str] = []
    db = sqlite3.connect(path, isolation_level=None)

    class Connection:
        """Another run makes the ledger between any two of our looks."""

        def execute(self, query: str) -> sqlite3.Cursor:
            row = db.execute(query).fetchone()
            if not queries:
                SqliteLedger(path, "1").close()
            queries.append(query)
            return db.execute(f"SELECT {row[0]}")

    SqliteLedger(path, "1")._check_kind(Connection())  # type: ignore[arg-type]
    assert len(queries) == 3


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, and long enough to be taken for one" * 50)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE something (x)")


def _newer(path: Path) -> None:
    SqliteLedger(path, "1").close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _mutilated(path: Path) -> None:
    with closing(SqliteLedger(path, "1")) as ledger:
        ledger.claim([claim(n) for n in range(200)], {})
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def _link_to_a_foreign_file(path: Path) -> None:
    target = path.with_name("passwd")
    target.write_text("root:x:0:0\n", encoding="utf-8")
    path.symlink_to(target)


def _link_to_an_empty_file(path: Path) -> None:
    path.with_name("nologin").touch()
    path.symlink_to(path.with_name("nologin"))


def _link_to_nothing(path: Path) -> None:
    path.symlink_to(path.with_name("missing"))


def _link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/null")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


REFUSED = {
    "garbage": (_garbage, "not a database"),
    "foreign": (_foreign, "database of something else"),
    "newer": (_newer, "newer release"),
    "mutilated": (_mutilated, "cannot be used"),
    "folder": (Path.mkdir, "is a folder"),
    "link to a foreign file": (_link_to_a_foreign_file, "not a database"),
    "link to an empty file": (_link_to_an_empty_file, "is a link to an empty file"),
    "link to nothing": (_link_to_nothing, "is a link to a file that does not exist"),
    "link to a device": (_link_to_a_device, "is a device"),
    "pipe": (os.mkfifo, "is a named pipe"),
    "socket": (_socket, "is a socket"),
}


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_is_not_a_ledger_is_refused_and_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, read_only: bool
) -> None:
    spoil, said = REFUSED[kind]
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    path = Path("ledger.sqlite3")
    spoil(path)
    if path.exists() and not path.is_char_device():
        path.chmod(0o664)
    before = look_at(tmp_path)
    with pytest.raises(LedgerError, match=said) as raised:
        SqliteLedger(path, "1", read_only=read_only).history([user(1)])
    assert str(path) in raised.value.message
    assert kind == "mutilated" or raised.value.message.endswith("No mail was sent.")
    if kind != "mutilated":  # which is a ledger by its first page
        assert look_at(tmp_path) == before


def look_at(folder: Path) -> dict[str, object]:
    """Names, modes and contents of a folder's files."""
    return {
        one.name: (one.lstat().st_mode, one.lstat().st_mtime_ns, one.read_bytes() if one.is_file() else b"")
        for one in folder.iterdir()
    }


@pytest.mark.parametrize("read_only", [False, True])
def test_a_device_is_refused_and_keeps_its_mode(read_only: bool) -> None:
    mode = os.stat("/dev/null").st_mode  # noqa: PTH116
    with pytest.raises(LedgerError, match=r"/dev/null is a device; set ledger\.path to a file"):
        SqliteLedger(Path("/dev/null"), "1", read_only=read_only)
    assert os.stat("/dev/null").st_mode == mode  # noqa: PTH116


def test_a_link_to_a_ledger_is_followed(path: Path, tmp_path: Path) -> None:
    with closing(SqliteLedger(path, "1")) as ledger:
        ledger.claim([claim()], {})
    path.chmod(0o644)
    link = tmp_path / "link"
    link.symlink_to(path)
    with closing(SqliteLedger(link, "1")) as ledger:
        assert ledger.everything() == [claim()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@contextmanager
def masked(umask: int) -> Iterator[None]:
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("umask", [0, 0o022, 0o277])
def test_file_and_new_folders_are_the_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "a" / "b" / "ledger.sqlite3"
    with masked(umask), closing(SqliteLedger(path, "1")) as ledger:
        ledger.claim([claim()], {})
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, path.parent.parent)}
    assert modes == {"ledger.sqlite3": 0o600, "b": 0o700, "a": 0o700}


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for read_only in (False, True):
        with pytest.raises(LedgerError, match=r"file/ledger\.sqlite3 cannot be used: Not a directory\. No mail"):
            SqliteLedger(tmp_path / "file" / "ledger.sqlite3", "1", read_only=read_only)


def test_a_full_disk_shows_before_the_claim_returns_and_by_its_name(path: Path) -> None:
    with closing(SqliteLedger(path, "1")) as ledger:
        pages = ledger._db.execute("PRAGMA page_count").fetchone()[0]
        ledger._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LedgerError, match="the disk is full; free some space, then run again") as raised:
            ledger.claim([claim(n) for n in range(500)], {})
        assert "rollback" not in raised.value.message
        assert known(path) == []
        ledger._db.execute("PRAGMA max_page_count = 100000")
        ledger.claim([claim()], {})
    assert known(path) == [claim()]


@pytest.mark.parametrize("words", ["disk I/O error", "unable to open database file"])
def test_what_sqlite_says_of_a_full_disk_in_other_words(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    for free, said in ((0, "the disk is full"), (10**9, words)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder, free=free: SimpleNamespace(free=free))
        with pytest.raises(LedgerError, match=said), _ledger_file.explained(Path("/x/ledger"), 60):
            raise sqlite3.OperationalError(words)


def test_a_lock_that_is_never_given_up_ends_with_its_name(path: Path) -> None:
    with closing(SqliteLedger(path, "1", lock_timeout=0.01)) as ledger:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(LedgerError, match=r"another process has kept it locked for 0\.01 s; let that run end"):
                ledger.claim([claim()], {})
            for read_only in (False, True):
                with pytest.raises(LedgerError, match="kept it locked"):
                    SqliteLedger(path, "1", read_only=read_only, lock_timeout=0.01)
        ledger.claim([claim()], {})
    assert known(path) == [claim()]


def test_where_the_ledger_is_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    below = "onboard.ringcentral/ledger.sqlite3"
    home = pwd.getpwuid(os.getuid()).pw_dir
    for environment, folder in (
        ({"XDG_STATE_HOME": "/x"}, "/x"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/home/ada"}, "/x"),
        ({"HOME": "/home/ada"}, "/home/ada/.local/state"),
        ({"XDG_STATE_HOME": "", "HOME": "/home/ada"}, "/home/ada/.local/state"),
        ({"XDG_STATE_HOME": "state", "HOME": "/home/ada"}, "/home/ada/.local/state"),
        ({"HOME": ""}, f"{home}/.local/state"),
        ({"HOME": "here"}, f"{home}/.local/state"),
        ({}, f"{home}/.local/state"),
    ):
        assert default_path(environment) == Path(folder, below), environment

    def unknown(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(InvalidOption, match=r"no home folder for the default file; set ledger\.path"):
        default_path({"HOME": ""})


KILLED = """
import os, signal, sys
from pathlib import Path
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from scripted import record
path, = sys.argv[1:]
ledger = SqliteLedger(Path(path), "1")
ledger._db.execute("PRAGMA cache_size = 2")  # so that pages reach the file before the commit
claims = [record(n, state="claimed", last_invited_at=None, run="killed") for n in range(1, 2000)]
with ledger._transaction():
    ledger._put(claims)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_in_a_transaction(path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}:{COLLECTIONS}"}
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], env=environment, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path.with_name(f"{path.name}-journal").stat().st_size > 0


def test_a_ledger_whose_run_was_killed_in_a_transaction_can_be_read_and_is_left_as_it_is(path: Path) -> None:
    with closing(SqliteLedger(path, "1")) as ledger:
        ledger.claim([claim(1, "before")], {})
    killed_in_a_transaction(path)
    before = look_at(path.parent)
    assert known(path) == [claim(1, "before")]
    assert look_at(path.parent) == before
    with closing(SqliteLedger(path, "1")) as ledger:
        assert ledger.everything() == [claim(1, "before")]
        assert ledger.claim([claim(2)], {}) == {}
    assert known(path) == [claim(1, "before"), claim(2)]


def test_a_ledger_that_keeps_changing_while_it_is_repaired_for_reading(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SqliteLedger(path, "1").close()
    killed_in_a_transaction(path)
    copies: list[object] = []
    copyfile = shutil.copyfile

    def copying(source: Path, target: Path) -> None:
        copyfile(source, target)
        copies.append(source)
        os.utime(path, ns=(len(copies), len(copies)))

    monkeypatch.setattr(shutil, "copyfile", copying)
    with pytest.raises(LedgerError, match="is being repaired now; run again"):
        SqliteLedger(path, "1", read_only=True)
    assert len(copies) == 10


STEPS = {
    "claim": "ledger.claim([claim(2)], {})",
    "settle": "ledger.settle([invited(claim(1))])",
    "release": "ledger.release([claim(1)], {})",
    "open": "SqliteLedger(Path(path), '2')",
}
KILLED_AT = """
import os, signal, sqlite3, sys
from pathlib import Path
from ansible_collections.onboard.ringcentral.plugins.module_utils import _ledger_file
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger import invited
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite import SqliteLedger
from scripted import NOW, record
path, step, kind = sys.argv[1:]
def claim(number):
    return record(number, state="claimed", claimed_at=NOW, last_invited_at=None, run="run-1")
ledger = SqliteLedger(Path(path), "1")
ledger.claim([claim(1)], {})
ledger.close()
for number in range(10_000):
    pid = os.fork()
    if not pid:
        left = number
        connect = sqlite3.connect
        def connect_watched(*arguments, **options):
            db = connect(*arguments, **options)
            db.set_trace_callback(strike) if kind == "statement" else db.set_progress_handler(strike, 7)
            return db
        def strike(*_):
            global left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return 0
        sqlite3.connect = connect_watched
        ledger = SqliteLedger(Path(path), "1")
        exec(step)
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    before = SqliteLedger(Path(path), "1", read_only=True).everything()
    after = SqliteLedger(Path(path), "1").everything()
    assert before == after, (number, before, after)
    print(number, [(one.user_id, one.state) for one in after])
    if not status:
        break
"""


@pytest.mark.parametrize("kind", ["statement", "opcode"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_anywhere_in_a_step_it_was_done_or_not(path: Path, step: str, kind: str) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}:{COLLECTIONS}"}
    command = [sys.executable, "-W", "ignore", "-c", KILLED_AT, str(path), STEPS[step], kind]
    ended = subprocess.run(command, env=environment, timeout=300, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    states = [line.partition(" ")[2] for line in ended.stdout.splitlines()]
    undone = "[('4001', 'claimed')]"
    done = {
        "claim": "[('4001', 'claimed'), ('4002', 'claimed')]",
        "settle": "[('4001', 'invited')]",
        "release": "[]",
        "open": undone,
    }[step]
    assert len(states) > 5, "it was killed at several places"
    assert set(states) == {undone, done}
    assert states[-1] == done


def _older(path: Path, version: int, rows: int = 3) -> None:
    """A ledger as an earlier release left it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mailbox, key = {1: ("", "user_id"), 2: ("mailbox TEXT NOT NULL,", "user_id, mailbox")}[version]
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            f"CREATE TABLE invitation (account_id TEXT NOT NULL, user_id TEXT NOT NULL, {mailbox} state TEXT NOT NULL "
            "CHECK (state IN ('claimed', 'invited', 'failed')), attempts INTEGER NOT NULL, claimed_at TEXT NOT NULL, "
            "last_invited_at TEXT, run TEXT NOT NULL, task TEXT NOT NULL, email TEXT NOT NULL, message TEXT NOT NULL, "
            f"PRIMARY KEY (account_id, {key})) WITHOUT ROWID"
        )
        if version == 2:
            db.execute("CREATE INDEX invitation_by_mailbox ON invitation (account_id, mailbox)")
        db.execute("PRAGMA application_id = 0x52434F42")
        db.execute(f"PRAGMA user_version = {version}")
        db.executemany(
            "INSERT INTO invitation VALUES ('1', ?1, "
            + ("lower(?4), " if version == 2 else "")
            + "'invited', 2, ?2, ?3, 'old', '', ?4, '')",
            [
                (str(4000 + n), "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z", f"Person{n}@Example.com")
                for n in range(1, rows + 1)
            ],
        )
        db.commit()


def _old_record(number: int) -> Record:
    return record(number, attempts=2, run="old", email=f"Person{number}@Example.com")


@pytest.mark.parametrize("version", [1, 2])
def test_a_ledger_of_an_earlier_version_is_migrated_in_place(path: Path, version: int) -> None:
    _older(path, version)
    with closing(SqliteLedger(path, "1")) as ledger:
        assert ledger.everything() == [_old_record(1), _old_record(2), _old_record(3)]
        past = ledger.history([user(1)]).at("4001", "person1@example.com")
        assert past.own == _old_record(1)
        again = record(1, state="claimed", attempts=3, claimed_at=NOW, run="new")
        assert ledger.claim([again], {"4001": past}) == {}
        assert {one.run for one in ledger.everything() if one.user_id == "4001"} == {"new"}
        assert ledger._db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        tables = {name for (name,) in ledger._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == {"invitation"}
        handed = replace(again, state="handed_over", run="hand-over", batch=2)
        past = ledger.history([user(1)]).at("4001", "person1@example.com")
        assert ledger.claim([handed], {"4001": past}) == {}
        assert ledger.of_hand_over("hand-over", []).records == (handed,)


@pytest.mark.parametrize("version", [1, 2])
def test_a_ledger_of_an_earlier_version_is_read_without_being_migrated(path: Path, version: int) -> None:
    _older(path, version)
    before = look_at(path.parent)
    with closing(SqliteLedger(path, "1", read_only=True)) as ledger:
        assert ledger.history([user(2)]).at("4002", "person2@example.com").own == _old_record(2)
        assert not ledger.is_new
        with pytest.raises(LedgerError, match="readonly"):
            ledger.claim([claim()], {})
    assert look_at(path.parent) == before


@pytest.mark.parametrize("version", [1, 2])
def test_a_migration_that_is_killed_leaves_the_earlier_version(
    path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _older(path, version)

    def broken(_email: str) -> str:
        raise RuntimeError

    module = "ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_sqlite.mailbox"
    with monkeypatch.context() as patch:
        patch.setattr(module, broken)
        with pytest.raises(LedgerError, match="cannot be used"):
            SqliteLedger(path, "1")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (version,)
        assert db.execute("SELECT count(*) FROM invitation").fetchone() == (3,)
    assert [one.user_id for one in known(path)] == ["4001", "4002", "4003"]


def test_without_sqlite3_only_the_file_is_out_of_reach(tmp_path: Path) -> None:
    code = """
import sys
sys.modules["sqlite3"] = None
from pathlib import Path
from ansible_collections.onboard.ringcentral.plugins.module_utils import _ledger_custom_field
from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import LedgerError
from ansible_collections.onboard.ringcentral.plugins.module_utils._ledger_backends import open_ledger
from ansible_collections.onboard.ringcentral.plugins.module_utils._users import Account
_ledger_custom_field.field_ids = lambda api: {}
account = Account("1", "")
print(open_ledger({"backend": "custom_field"}, account, None, {}, read_only=False).place)
print(repr(open_ledger({"backend": "none"}, account, None, {}, read_only=False).place))
try:
    open_ledger({"path": "ledger.sqlite3"}, account, None, {}, read_only=False)
except LedgerError as error:
    print(error.message)
"""
    environment = {**os.environ, "PYTHONPATH": f"{COLLECTIONS}"}
    command = [sys.executable, "-c", code]
    ended = subprocess.run(
        command, env=environment, cwd=tmp_path, timeout=60, check=True, capture_output=True, text=True
    )
    field, nothing, said = ended.stdout.splitlines()
    assert (field, nothing) == ("the custom field Last invitation", "''")
    assert said.endswith(
        "was built without sqlite3. Use a Python that has it, or ledger.backend custom_field. No mail was sent."
    )
    assert not list(tmp_path.iterdir())
