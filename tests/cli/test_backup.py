"""`heliograph backup` and `heliograph restore`: under load, killed halfway, and with invalid files and keys."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from heliograph.cli.main import cli
from heliograph.domain.sandbox import SandboxApp, ensure
from heliograph.errors import UsageError
from heliograph.storage.sealing import MASTER_KEY_VARIABLE
from heliograph.storage.sqlite import backups
from tests.databases import execute_sqlite, rows
from tests.harness import Caller, Server, command, init, serving
from tests.proofs.ledger import Ledger, integrity
from tests.storage.conftest import opened

pytestmark = pytest.mark.one_engine
OTHER_KEY = "bm90IHRoZSBtYXN0ZXIga2V5IG9mIHRoaXMgZGF0YWI="


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with a sandbox."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "heliograph.db"
    sandbox_of(path)
    return path


def sandbox_of(database: Path) -> SandboxApp:
    """The sandbox of a database, created if needed."""

    async def work() -> SandboxApp:
        async with opened(f"sqlite:///{database}", serve=False) as store:
            return await ensure(store)

    return asyncio.run(work())


@contextmanager
def calling(server: Server) -> Iterator[Caller]:
    """A caller with the key of the sandbox's app."""
    sandbox = init(server.database_url)
    caller = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    with closing(caller.http):
        yield caller


def back_up(database: Path, target: Path, *, overwrite: bool = False, with_key: bool = True) -> backups.Backup:
    """Create a backup in this process."""
    return backups.back_up(
        str(database), target, overwrite=overwrite, with_key=with_key, advanced=lambda done, total: None
    )


def restore(backup: Path, database: Path) -> backups.Restored:
    """Restore a backup in this process."""
    return backups.restore(backup, str(database), advanced=lambda done, total: None)


def users(database: Path) -> set[str]:
    """The external ids of the users in a database."""
    return {name for (name,) in rows(f"sqlite:///{database}", "SELECT external_id FROM app_user")}


def add_user(database: Path, name: str) -> None:
    """Insert a user into a database that is not being served."""
    execute_sqlite(
        database,
        "INSERT INTO app_user (bucket, app_id, id, external_id, authenticated, signed_up_at, profile, metadata, "
        f"created_at) VALUES (0, 'a', '{name}', '{name}', 0, 0, '{{}}', '{{}}', 0)",
    )


def content(folder: Path) -> dict[str, bytes]:
    """The contents of all files in a folder, except lock files and temporary files of SQLite."""
    return {
        one.name: one.read_bytes()
        for one in folder.iterdir()
        if one.is_file() and not one.name.endswith(("-shm", "-wal", ".lock"))
    }


def test_a_backup_of_a_busy_server_is_complete_and_can_be_restored(database: Path, tmp_path: Path) -> None:
    target, env = tmp_path / "backup.db", {"HELIOGRAPH_DATABASE": f"sqlite:///{database}"}
    acknowledged: list[str] = []
    ended = threading.Event()

    def load(api: Caller) -> None:
        while not ended.is_set():
            api.new_user(name := f"user {len(acknowledged)}")
            acknowledged.append(name)

    with serving(database) as server, calling(server) as api:
        group = api.new_group(api.new_user("first"))
        writer = threading.Thread(target=load, args=(api,))
        writer.start()
        while len(acknowledged) < 20:
            time.sleep(0.01)
        before = set(acknowledged)
        done = command("backup", str(target), "--json", env=env)
        ended.set()
        writer.join()
        assert (done.returncode, done.stderr) == (0, "")
        made = json.loads(done.stdout)
        assert (made["file"], made["keyFile"]) == (str(target), f"{target}.key")
        assert made["bytes"] == target.stat().st_size
        assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.glob("backup.db*")} == {0o600}
        assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["backup.db", "backup.db.key"]
        assert integrity(f"sqlite:///{target}") == "ok"
        assert before <= users(target)
        with pytest.raises(UsageError, match="already exists"):
            back_up(database, target)
        with pytest.raises(UsageError, match=rf"process {server.process.pid}\) serves"):
            restore(target, database)
        server.kill()
    # The restore keeps the database of the crashed server, together with its WAL.
    kept = users(target)
    done = command("restore", str(target), env=env)
    assert (done.returncode, done.stderr) == (0, "")
    (replaced,) = database.parent.glob("heliograph.db.replaced-*Z")
    assert str(replaced) in done.stdout
    assert users(replaced) == {"first", *acknowledged}
    with serving(database) as server, calling(server) as api:
        assert users(database) == kept
        assert Ledger(server.database_url, api.app_id).faults() == []
        assert [one["userExternalId"] for one in api.participants(group)] == ["first"]
        api.new_user("later")
    back_up(database, target, overwrite=True)
    assert "later" in users(target)


def dying(work: Callable[[], object], step: int) -> bool:
    """Call `work` in a child that is killed after `step` file operations; returns whether it finished."""
    child = os.fork()
    if child == 0:
        left = iter(range(step))

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                if next(left, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **kwargs)

            return call

        for name in ("rename", "replace", "fsync", "fdatasync"):
            setattr(os, name, counted(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return not os.WIFSIGNALED(status)


def test_a_backup_that_is_killed_leaves_the_old_one(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    back_up(database, target)
    add_user(database, "new")
    for step in range(100):
        ended = dying(lambda: back_up(database, target, overwrite=True), step)
        assert integrity(f"sqlite:///{target}") == "ok"
        assert users(target) in (set(), {"new"})
        if ended:
            break
    assert step > 3
    assert users(target) == {"new"}


def test_a_restore_that_is_killed_never_opens_a_wrong_database(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With the key in the environment, only the draft shows that a database is missing.
    monkeypatch.setenv(MASTER_KEY_VARIABLE, database.with_name("heliograph.db.key").read_text().strip())
    database.with_name("heliograph.db.key").unlink()
    target, interrupted = tmp_path / "backup.db", 0
    back_up(database, target)
    for step in range(100):
        if users(database) == set():
            add_user(database, "new")
        ended = dying(lambda: restore(target, database), step)
        if database.exists():
            sandbox_of(database)
            assert users(database) in ({"new"}, set())
        else:
            with pytest.raises(UsageError, match="a restore was interrupted"):
                sandbox_of(database)
            interrupted += 1
            restore(target, database)
        if ended:
            break
    assert interrupted
    assert users(database) == set()


def test_invalid_sources_and_targets_are_not_changed(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    own = [database, *(database.with_name(f"heliograph.db{suffix}") for suffix in (".key", ".lock", "-wal", "-shm"))]
    before = content(database.parent)
    for one in own:
        with pytest.raises(UsageError, match="belongs to the database itself"):
            back_up(database, one, overwrite=True)
    (tmp_path / "link.db").symlink_to(database)
    with pytest.raises(UsageError, match="belongs to the database itself"):
        back_up(database, tmp_path / "link.db", overwrite=True)
    with pytest.raises(UsageError, match="is a folder"):
        back_up(database, tmp_path)
    with pytest.raises(UsageError, match=r"folder .* does not exist"):
        back_up(database, tmp_path / "nowhere" / "backup.db")
    with pytest.raises(UsageError, match=r"database .* does not exist"):
        back_up(tmp_path / "nothing.db", target)
    (tmp_path / "other").mkdir()
    sandbox_of(other := tmp_path / "other" / "heliograph.db")
    with closing(sqlite3.connect(other)) as file:
        file.execute("SELECT 1 FROM meta").fetchall()
        with pytest.raises(UsageError, match="database that is in use"):
            back_up(database, other, overwrite=True)
    foreign = tmp_path / "foreign.db"
    execute_sqlite(foreign, "CREATE TABLE thing (id)")
    for path in (foreign, tmp_path / "empty.db"):
        path.touch()
        with pytest.raises(UsageError, match=r"another program|nothing to back up"):
            back_up(path, target)
    assert content(database.parent) == before
    assert not list(tmp_path.glob("*backup.db*"))


def test_the_master_key_of_a_backup(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, key = tmp_path / "backup.db", database.with_name("heliograph.db.key")
    assert back_up(database, target).key == tmp_path / "backup.db.key"
    assert (tmp_path / "backup.db.key").read_text() == key.read_text()
    # The database did not exist, so the key of the backup is used.
    elsewhere = tmp_path / "elsewhere.db"
    assert restore(target, elsewhere).replaced is None
    assert (tmp_path / "elsewhere.db.key").read_text() == key.read_text()
    assert sandbox_of(elsewhere) == sandbox_of(database)
    # The database has another key: both are kept under other names.
    other = tmp_path / "other.db"
    sandbox_of(other)
    replaced = restore(target, other).replaced
    assert replaced is not None
    assert sandbox_of(other) == sandbox_of(database) != sandbox_of(replaced)
    # Without the key nothing is restored and no file is changed.
    lone = back_up(database, tmp_path / "lone.db", with_key=False)
    assert lone.key is None
    with pytest.raises(UsageError, match=r"put it at .*lone.db.key"):
        restore(tmp_path / "lone.db", tmp_path / "third.db")
    assert not list(tmp_path.glob("third.db*[!k]"))
    key.rename(tmp_path / "key")
    with pytest.raises(UsageError, match="master key is missing"):
        back_up(database, tmp_path / "second.db")
    monkeypatch.setenv(MASTER_KEY_VARIABLE, OTHER_KEY)
    with pytest.raises(UsageError, match="does not fit"):
        back_up(database, tmp_path / "second.db")
    with pytest.raises(UsageError, match="does not fit"):
        restore(target, database)
    monkeypatch.setenv(MASTER_KEY_VARIABLE, (tmp_path / "key").read_text().strip())
    assert back_up(database, tmp_path / "second.db").key is None
    assert not (tmp_path / "second.db.key").exists()


def damage(backup: Path) -> None:
    """Overwrite pages in the middle."""
    with backup.open("r+b") as file:
        file.seek(backup.stat().st_size // 2)
        file.write(b"\xff" * 8192)


def shorten(backup: Path) -> None:
    """Truncate the file, like an interrupted download."""
    os.truncate(backup, backup.stat().st_size // 2)


def renew(backup: Path) -> None:
    """Set the schema version to a later one."""
    execute_sqlite(backup, "UPDATE meta SET value = '99' WHERE name IN ('schema_version', 'least_version')")


def blank(backup: Path) -> None:
    """Empty the file."""
    backup.write_bytes(b"")


def scribble(backup: Path) -> None:
    """Overwrite the file with other content."""
    backup.write_bytes(b"this is no database at all, " * 1000)


@pytest.mark.parametrize("harm", [damage, shorten, renew, blank, scribble])
def test_an_invalid_backup_is_refused_and_no_file_is_changed(database: Path, tmp_path: Path, harm: object) -> None:
    target = tmp_path / "backup.db"
    back_up(database, target)
    assert callable(harm)
    harm(target)
    before = content(database.parent)
    with pytest.raises(UsageError, match=r"damaged|malformed|newer|empty|not a database|I/O error"):
        restore(target, database)
    assert content(database.parent) == before
    assert not database.with_name("heliograph.db.restoring").exists()


def test_a_database_that_is_open_cannot_be_replaced(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    back_up(database, target)
    with closing(sqlite3.connect(database)) as file:
        file.execute("SELECT 1 FROM meta").fetchall()
        with pytest.raises(UsageError, match=r"another program has .* open"):
            restore(target, database)
    with pytest.raises(UsageError, match="from itself"):
        restore(database, database)
    with pytest.raises(UsageError, match=r"file .* does not exist"):
        restore(tmp_path / "nothing.db", database)
    assert restore(target, database).replaced


def test_for_postgresql_the_command_names_the_tool_and_no_password() -> None:
    url = "postgresql://me:hush@db:5/h?search_path=s&sslmode=require&password=hush"
    options = "--dbname='postgresql://me@db:5/h?sslmode=require' --schema=s"
    for verb, expected in (
        ("backup", f"pg_dump --format=custom --file=x.dump {options}"),
        ("restore", f"pg_restore --clean --if-exists {options} x.dump"),
    ):
        done = CliRunner().invoke(cli, [verb, "x.dump", "--database", url])
        assert expected in str(done.exception)
        assert "hush" not in str(done.exception)
        done = CliRunner().invoke(cli, [verb, "x.db", "--database", "sqlite:///:memory:"])
        assert "in memory" in str(done.exception)
