"""Mishandled files of a SQLite database: other names, removed, replaced, combined wrongly."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from heliograph.errors import ServiceUnavailable, UsageError
from heliograph.storage.rows import meta
from heliograph.storage.sealing import MASTER_KEY_VARIABLE
from tests.databases import rows
from tests.harness import Caller, Server, command, error_of, serving
from tests.proofs.load import UNAVAILABLE
from tests.storage.conftest import opened, put, touch
from tests.waiting import until

pytestmark = pytest.mark.one_engine
MASTER_KEY = "bm90IHRoZSBtYXN0ZXIga2V5IG9mIHRoaXMgZGF0YWI="


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The path of a future database, in its own folder."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "heliograph.db"


def caller_of(server: Server) -> Caller:
    """A caller with the app key of the sandbox, which a new server prints."""
    lines = "".join(server.output).splitlines()
    printed = dict(line.strip().split("=", 1) for line in lines if line.strip().startswith(("APP=", "KEY=")))
    key, secret = printed["KEY"].split(":")
    return Caller(server.url, (key, secret), printed["APP"].rpartition("/")[2])


@contextmanager
def filled(database: Path) -> Iterator[tuple[Server, Caller]]:
    """A server on a new database with one user."""
    with serving(database) as server:
        while not any("KEY=" in line for line in server.output):
            time.sleep(0.01)
        api = caller_of(server)
        api.new_user("ada")
        with closing(api.http):
            yield server, api


def refused(database: Path | str, *words: str) -> str:
    """The error that this process gets as a second server. It must contain the words."""
    with pytest.raises(UsageError) as refusal:
        asyncio.run(touch(f"sqlite:///{database}"))
    line = str(refusal.value)
    assert [word for word in words if word not in line] == [], line
    return line


def bind(source: Path, target: Path) -> bool:
    """Mount one file or folder over another; returns False if that is not allowed."""
    return subprocess.run(["mount", "--bind", source, target], capture_output=True, check=False).returncode == 0


def test_a_second_server_is_refused_under_any_name(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With the key in the environment, only the lock keeps a second server away.
    monkeypatch.setenv(MASTER_KEY_VARIABLE, MASTER_KEY)
    (tmp_path / "mounted").mkdir()
    mounted_file = tmp_path / "mounted.db"
    mounted_file.touch()
    (tmp_path / "folder").symlink_to(database.parent)
    (tmp_path / "linked.db").symlink_to(database)
    mounts: list[Path] = []
    with filled(database) as (server, api):
        descriptor = os.open(tmp_path, os.O_RDONLY)
        names = [
            tmp_path / "linked.db",
            tmp_path / "folder" / database.name,
            database.parent / ".." / database.parent.name / database.name,
            Path(f"/proc/{os.getpid()}/fd/{descriptor}") / database.parent.name / database.name,
            Path(f"/proc/{server.process.pid}/root{database}"),
        ]
        try:
            for source, target in ((database, mounted_file), (database.parent, tmp_path / "mounted")):
                if bind(source, target):
                    mounts.append(target)
            names += [mounted_file] if mounted_file in mounts else []
            names += [tmp_path / "mounted" / database.name] if tmp_path / "mounted" in mounts else []
            done = command("serve", "--port", "0", "--database", f"sqlite:///{names[0]}")
            assert (done.returncode, done.stderr.count("\n"), "serves" in done.stderr) == (2, 1, True)
            for name in names:
                line = refused(name)
                assert f"process {server.process.pid}) serves" in line or "mounted as a single file" in line
            hard_link = tmp_path / "hard.db"
            os.link(database, hard_link)
            refused(hard_link, "serves", "another name of the file")
            # Other commands would write to a separate log.
            with pytest.raises(UsageError, match="under another name"):
                asyncio.run(touch(f"sqlite:///{hard_link}", serve=False))
            hard_link.unlink()
            (database.parent / "heliograph.db.lock").unlink()
            refused(database, "serves")
        finally:
            os.close(descriptor)
            for target in mounts:
                subprocess.run(["umount", target], check=True)
        assert api.new_user()
        assert api.ok("GET", "/users/ada")
        server.kill()
    # The lock of a killed process is released.
    with serving(database) as server:
        os.link(database, tmp_path / "hard.db")
    refused(database, "2 names (hard links)")


def remove(database: Path) -> None:
    """rm."""
    database.unlink()


def replace(database: Path) -> None:
    """mv backup.db heliograph.db."""
    os.replace(database.with_name("backup.db"), database)


def overwrite(database: Path) -> None:
    """cp backup.db heliograph.db."""
    shutil.copyfile(database.with_name("backup.db"), database)


def truncate(database: Path) -> None:
    """: > heliograph.db."""
    os.truncate(database, 0)


def remove_log(database: Path) -> None:
    """rm heliograph.db-wal."""
    database.with_name("heliograph.db-wal").unlink()


def truncate_log(database: Path) -> None:
    """: > heliograph.db-wal."""
    os.truncate(database.with_name("heliograph.db-wal"), 0)


def remove_index(database: Path) -> None:
    """rm heliograph.db-shm."""
    database.with_name("heliograph.db-shm").unlink()


def move_folder(database: Path) -> None:
    """mv data elsewhere."""
    database.parent.rename(database.parent.with_name("elsewhere"))


@pytest.mark.parametrize("harm", [replace, overwrite, remove_log])
def test_a_server_whose_files_are_gone_says_so_and_acknowledges_nothing(
    database: Path, harm: Callable[[Path], None]
) -> None:
    with filled(database) as (server, api):
        vacuum_into(database)
        harm(database)
        until(lambda: not httpx_ready(server))
        for answer in (
            api("POST", "/users", {}),
            api("POST", "/conversations", {"type": "sdkGroup"}),
            api("GET", "/users/ada"),
            api.http.get(f"{server.url}/health/ready"),
        ):
            assert error_of(answer) == UNAVAILABLE
        assert api.http.get(f"{server.url}/health/live").status_code == 200

        def reports() -> list[str]:
            return [line for line in server.log if "while it was served" in line]

        until(reports)
        (line,) = reports()
        assert "error" in line
        assert database.name in line


def test_a_stopping_server_does_not_touch_the_files_of_its_successor(database: Path) -> None:
    async def succeed(server: Server) -> None:
        async with opened(f"sqlite:///{database}") as store:
            await store.write(put, "a", "1")
            log = database.with_name("heliograph.db-wal")
            before = log.stat().st_ino
            assert await asyncio.to_thread(server.stop) == 0
            assert log.stat().st_ino == before

    with filled(database) as (server, _):
        for one in database.parent.iterdir():
            one.unlink()
        asyncio.run(succeed(server))
    assert rows(f"sqlite:///{database}", "SELECT value FROM meta WHERE name = 'a'") == [("1",)]


@pytest.mark.parametrize(
    "harm", [remove, replace, overwrite, truncate, remove_log, truncate_log, remove_index, move_folder]
)
def test_every_way_to_lose_the_files_is_noticed(
    database: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with opened(f"sqlite:///{database}") as store:
            await store.write(put, "a", "1")
            vacuum_into(database)
            harm(database)
            async with asyncio.timeout(30):
                while "all requests fail with 503" not in caplog.text:  # noqa: ASYNC110 -- a timer checks
                    await asyncio.sleep(0.01)
            for call in (store.write(put, "a", "2"), store.snapshot(meta.get, "a"), store.read(meta.get, "a")):
                with pytest.raises(ServiceUnavailable):
                    await call

    asyncio.run(work())


def vacuum_into(database: Path) -> None:
    """Make a backup like SQLite's own tools."""
    with closing(sqlite3.connect(database)) as file:
        file.execute("VACUUM INTO ?", (str(database.with_name("backup.db")),))


def httpx_ready(server: Server) -> bool:
    """Whether the server is ready."""
    with closing(Caller(server.url, None).http) as http:
        return http.get(f"{server.url}/health/ready").status_code == 200


def test_checkpoints_and_other_commands_raise_no_alarm(database: Path) -> None:
    with filled(database) as (server, api):
        for _ in range(5):
            asyncio.run(touch(server.database_url, serve=False))
            api.new_user()
            with closing(sqlite3.connect(database)) as file:
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                api.new_user()
                file.execute("VACUUM")
        time.sleep(0.3)
        assert httpx_ready(server)
        assert [line for line in server.log if "while it was served" in line] == []


def test_missing_files_are_not_recreated(database: Path) -> None:
    key, log = (database.with_name(f"heliograph.db{suffix}") for suffix in (".key", "-wal"))
    with filled(database) as (server, _):
        # A copy of the file without its log has no tables yet.
        copied = database.read_bytes()
        server.kill()
    whole = {one: one.read_bytes() for one in database.parent.iterdir()}
    database.unlink()
    refused(database, "is missing", "heliograph.db.key", "heliograph.db-wal", "heliograph restore")
    log.unlink()
    refused(database, "is missing", "move heliograph.db.key away")
    for content in (b"", copied):
        database.write_bytes(content)
        refused(database, "is empty", "heliograph.db.key", "heliograph restore")
        assert database.read_bytes() == content
    # A database that is not empty and has lost its key.
    for path, content in sorted(whole.items()):  # the log after the database, as a server writes them
        path.write_bytes(content)
    key.unlink()
    refused(database, "master key is missing")
    # After moving the files away, as the message says, a server creates a new database.
    for one in database.parent.iterdir():
        one.unlink()
    with filled(database):
        pass


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_only_a_regular_file_is_accepted(database: Path, kind: str) -> None:
    if kind == "folder":
        database.mkdir()
    elif kind == "pipe":
        os.mkfifo(database)
    else:
        database = Path("/dev/null")
    refused(database, "is a folder" if kind == "folder" else "is not a regular file")


def test_a_child_does_not_keep_the_lock_of_its_parent(database: Path) -> None:
    script = (
        "import asyncio, os, sys, time\n"
        "from heliograph.storage.opening import open_store\n"
        "async def main():\n"
        f"    store = await open_store('sqlite:///{database}', serve=True)\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        time.sleep(60)\n"
        "    print(child, flush=True)\n"
        "    time.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    try:
        refused(database, f"process {parent.pid}) serves")
        parent.kill()
        parent.wait()
        with serving(database) as server:
            assert httpx_ready(server)
    finally:
        os.kill(child, signal.SIGKILL)
        parent.stdout.close()
