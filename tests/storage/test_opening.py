"""Opening a database: new, old, newer, foreign, served, locked up."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from heliograph.errors import UsageError
from heliograph.storage import meta, migrations
from heliograph.storage.sealing import MASTER_KEY_VARIABLE
from tests.storage.conftest import opened

OTHER_KEY = "bm90IHRoZSBtYXN0ZXIga2V5IG9mIHRoaXMgZGF0YWI="


async def touch(url: str, *, serve: bool = True) -> str | None:
    """Open the database and close it again; returns its schema version."""
    async with opened(url, serve=serve) as store:
        return await store.read(meta.get, "schema_version")


def test_a_new_database_is_migrated_and_its_files_are_for_its_owner_alone(url: str, tmp_path: Path) -> None:
    def modes() -> dict[str, int]:
        return {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}

    async def look() -> dict[str, int]:
        async with opened(url) as store:
            assert await store.read(meta.get, "schema_version") == str(migrations.LATEST)
            return modes()

    found = asyncio.run(look())
    assert {"heliograph.db", "heliograph.db-wal", "heliograph.db.key", "heliograph.db.lock"} <= set(found)
    assert set(found.values()) == {0o600}
    assert asyncio.run(touch(url)) == str(migrations.LATEST)


def test_a_newer_database_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    asyncio.run(touch(url))
    database = sqlite3.connect(tmp_path / "heliograph.db")
    database.execute("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    database.commit()
    with pytest.raises(UsageError, match=r"schema version 99.*newer Heliograph"):
        asyncio.run(touch(url))
    assert database.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone() == ("99",)
    database.close()


def test_a_second_server_is_refused_and_other_commands_are_not(url: str) -> None:
    async def work() -> str | None:
        async with opened(url):
            with pytest.raises(UsageError, match=rf"process {os.getpid()}\) serves"):
                await touch(url)
            return await touch(url, serve=False)

    assert asyncio.run(work()) == str(migrations.LATEST)
    assert asyncio.run(touch(url)) == str(migrations.LATEST), "the lock goes with the server"


def test_a_migration_waits_until_nobody_serves(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with opened(url):
            monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, ("CREATE TABLE later (id {text})",)))
            monkeypatch.setattr(migrations, "LATEST", 2)
            with pytest.raises(UsageError, match="serves"):
                await touch(url, serve=False)

    asyncio.run(work())
    assert asyncio.run(touch(url, serve=False)) == "2"


def test_a_migration_that_fails_changes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(touch(url))
    broken = ("CREATE TABLE later (id {text})", "CREATE TABLE later (id {text})")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", (*migrations.STEPS, broken))
        patch.setattr(migrations, "LATEST", 2)
        with pytest.raises(UsageError, match="already exists"):
            asyncio.run(touch(url))
    assert asyncio.run(touch(url)) == "1"


def test_the_database_of_another_program_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    path = tmp_path / "heliograph.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE thing (id)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="another program"):
        asyncio.run(touch(url))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database at all, " * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_database_is_refused(url: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "heliograph.db").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be opened"):
        asyncio.run(touch(url))
    assert (tmp_path / "heliograph.db").read_bytes() == content


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        asyncio.run(touch(f"sqlite:///{tmp_path}/nowhere/heliograph.db"))


@pytest.mark.parametrize("url", ["", "heliograph.db", "sqlite://", "sqlite:///", "mysql://root:hush@host/db"])
def test_what_is_no_database_url_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        asyncio.run(touch(url))
    assert "hush" not in str(refused.value)


def test_a_missing_master_key_is_never_replaced(url: str, tmp_path: Path) -> None:
    asyncio.run(touch(url))
    (tmp_path / "heliograph.db.key").unlink()
    with pytest.raises(UsageError, match="master key is missing: restore"):
        asyncio.run(touch(url))
    assert not (tmp_path / "heliograph.db.key").exists()


def test_another_master_key_does_not_fit(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(touch(url))
    with monkeypatch.context() as patch:
        patch.setenv(MASTER_KEY_VARIABLE, OTHER_KEY)
        with pytest.raises(UsageError, match="does not fit"):
            asyncio.run(touch(url))
        patch.setenv(MASTER_KEY_VARIABLE, "short")
        with pytest.raises(UsageError, match="32 bytes in base64"):
            asyncio.run(touch(url))
        patch.setenv(MASTER_KEY_VARIABLE, (tmp_path / "heliograph.db.key").read_text().strip())
        assert asyncio.run(touch(url)) == "1"
    (tmp_path / "heliograph.db.key").write_text("no key")
    with pytest.raises(UsageError, match="32 bytes in base64"):
        asyncio.run(touch(url))


def test_the_master_key_of_the_environment_leaves_no_file(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MASTER_KEY_VARIABLE, OTHER_KEY)
    assert asyncio.run(touch(url)) == "1"
    assert not (tmp_path / "heliograph.db.key").exists()


def test_a_database_in_memory_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert asyncio.run(touch("sqlite:///:memory:")) == "1"
    assert list(tmp_path.iterdir()) == []
