"""Opening a database of either engine: new, older, newer, of another program, or with another master key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from heliograph.errors import UsageError
from heliograph.storage.migrations import schema
from heliograph.storage.migrations.step import Step
from heliograph.storage.rows import users
from heliograph.storage.sealing import MASTER_KEY_VARIABLE
from tests.databases import everything, key_file, new_database, rows, transaction
from tests.releases import earlier_release
from tests.storage.conftest import opened, touch

LATEST = str(schema.latest())
NEXT = str(schema.latest() + 1)
OTHER_KEY = "bm90IHRoZSBtYXN0ZXIga2V5IG9mIHRoaXMgZGF0YWI="


def add_step(patch: pytest.MonkeyPatch, *statements: str) -> None:
    """Add a migration step."""
    patch.setattr(schema, "STEPS", (*schema.STEPS, Step(schema.latest() + 1, statements)))


@pytest.fixture
def url(engine: str, tmp_path: Path) -> str:
    """The URL of an empty database."""
    return new_database(engine, tmp_path)


def test_a_new_database_is_migrated_once(url: str) -> None:
    assert asyncio.run(touch(url)) == LATEST
    before = everything(url)
    assert asyncio.run(touch(url)) == LATEST
    assert everything(url) == before


def test_an_older_database_is_migrated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        earlier_release(patch, 1)
        assert asyncio.run(touch(url)) == "1"
    assert asyncio.run(touch(url)) == LATEST
    assert rows(url, "SELECT newest_id FROM conversation") == []
    add_step(monkeypatch, "CREATE TABLE later (id {text})")
    assert asyncio.run(touch(url)) == NEXT
    assert everything(url)["later"] == []


def test_a_conversation_of_a_database_without_messages_has_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        earlier_release(patch, 2)
        asyncio.run(touch(url))
        columns = "bucket, app_id, id, type, is_default, participant_count, message_seq, last_updated_at, created_at"
        with transaction(url) as query:
            query(f"INSERT INTO conversation ({columns}) VALUES (0, 'a', 'c', 'sdkGroup', 0, 0, 0, 1, 1)")
    assert asyncio.run(touch(url)) == LATEST
    assert rows(url, "SELECT message_seq, message_count, floor_seq FROM conversation") == [(0, 0, 0)]


def test_long_external_ids_of_an_older_database_are_found_after_the_upgrade(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "\u4e2d" * 800
    with monkeypatch.context() as patch:
        earlier_release(patch, 5)
        asyncio.run(touch(url))
        with transaction(url) as query:
            query("INSERT INTO external_id VALUES (0, 'a', $1, '', 'u')", long)

    async def found() -> list[str | None]:
        async with opened(url) as store:
            return [await store.snapshot(users.id_of, "a", external_id) for external_id in (long, long[:-1])]

    assert asyncio.run(found()) == ["u", None]


def test_a_newer_database_is_refused_and_left_alone(url: str) -> None:
    asyncio.run(touch(url))
    with transaction(url) as query:
        query("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
        query("DELETE FROM meta WHERE name = 'least_version'")  # older programs did not store it
    before = everything(url)
    with pytest.raises(UsageError, match=r"schema version 99.*newer Heliograph.*must know version 99"):
        asyncio.run(touch(url))
    assert everything(url) == before


def test_a_migration_that_fails_changes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(touch(url))
    before = everything(url)
    with monkeypatch.context() as patch:
        add_step(patch, "CREATE TABLE later (id {text})", "INSERT INTO nowhere (id) VALUES ('1')")
        with pytest.raises(UsageError, match="nowhere"):
            asyncio.run(touch(url))
    assert everything(url) == before
    assert asyncio.run(touch(url)) == LATEST


@pytest.mark.parametrize("table", ["CREATE TABLE app (thing TEXT)", "CREATE TABLE app_user (id TEXT)"])
def test_the_database_of_another_program_is_refused_and_left_alone(url: str, table: str) -> None:
    with transaction(url) as query:
        query(table)
    before = everything(url)
    with pytest.raises(UsageError, match="another program"):
        asyncio.run(touch(url))
    assert everything(url) == before


@pytest.mark.parametrize(
    "url",
    [
        "",
        "heliograph.db",
        "sqlite://",
        "sqlite:///",
        "mysql://root:hush@host/db",
        "postgresql+psycopg://me:hush@host/d",
    ],
)
def test_an_invalid_database_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        asyncio.run(touch(url))
    assert "hush" not in str(refused.value)


def test_a_missing_master_key_is_never_replaced(url: str) -> None:
    asyncio.run(touch(url))
    file = key_file(url)
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()
    with pytest.raises(UsageError, match="master key is missing: restore"):
        asyncio.run(touch(url))
    assert not file.exists()


def test_another_master_key_does_not_fit(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(touch(url))
    file = key_file(url)
    with monkeypatch.context() as patch:
        patch.setenv(MASTER_KEY_VARIABLE, OTHER_KEY)
        with pytest.raises(UsageError, match="does not fit"):
            asyncio.run(touch(url))
        patch.setenv(MASTER_KEY_VARIABLE, "short")
        with pytest.raises(UsageError, match="32 bytes in base64"):
            asyncio.run(touch(url))
        patch.setenv(MASTER_KEY_VARIABLE, file.read_text().strip())
        assert asyncio.run(touch(url)) == LATEST
    file.write_text("no key")
    with pytest.raises(UsageError, match="32 bytes in base64"):
        asyncio.run(touch(url))


def test_the_master_key_of_the_environment_leaves_no_file(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MASTER_KEY_VARIABLE, OTHER_KEY)
    assert asyncio.run(touch(url)) == LATEST
    assert not key_file(url).exists()


def test_a_database_without_attachments_gets_their_tables(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(
        number for number, step in enumerate(schema.STEPS) if "CREATE TABLE attachment " in str(step.changes[0])
    )
    with monkeypatch.context() as patch:
        earlier_release(patch, first)
        asyncio.run(touch(url))
    assert asyncio.run(touch(url)) == LATEST
    tables = ("attachment", "attachment_chunk", "attachment_use", "attachment_removal")
    assert {name: everything(url)[name] for name in tables} == {name: [] for name in tables}
