"""Upgrading a database that other processes use: which programs can use it afterwards, and what they wait for."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from heliograph.errors import UsageError
from heliograph.storage.migrations import schema
from heliograph.storage.postgres import migrating
from heliograph.storage.sqlite import backups
from tests.commands import Running, command
from tests.databases import POSTGRESQL, SQLITE, everything, execute, new_database, rows
from tests.releases import CONTRACTED, EXPANDED, INDEX, PRESENT, UNPARTITIONED, expanding_release
from tests.storage.conftest import touch, until_true

PATIENCE_SECONDS = 30
WRITE = (
    "INSERT INTO participant (bucket, app_id, conversation_id, id, user_id, client_associations, seen_seq) "
    "SELECT 0, 'a', 'c', gen_random_uuid(), 'u', '[1]', 0"
)
BUILDING = f"SELECT count(*) > 0 FROM pg_stat_progress_create_index WHERE index_relid = to_regclass('{INDEX.name}')"
VALID = f"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{INDEX.name}')"
IDENTITY = f"SELECT to_regclass('{INDEX.name}')::oid::bigint"
READY = "DELETE FROM meta WHERE name = ''"
READ = "SELECT id FROM conversation"
WAITING = (
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE conversation%' "
    "AND wait_event_type = 'Lock'"
)


LOCKING = "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE event%' AND wait_event_type = 'Lock'"
PARTITIONED = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'event'::regclass"
INDEXES = (
    "SELECT indexrelid::oid::bigint, pg_relation_filenode(indexrelid)::bigint, indisvalid FROM pg_index "
    "WHERE indrelid = to_regclass('{0}') ORDER BY 1"
)
GRANTED = (
    "SELECT has_table_privilege('pg_monitor', 'event', what) FROM unnest('{SELECT,INSERT,DELETE}'::text[]) AS what"
)


@pytest.fixture
def shared(tmp_path: Path) -> str:
    """The URL of a PostgreSQL database with the present schema."""
    url = new_database(POSTGRESQL, tmp_path)
    asyncio.run(touch(url))
    return url


@contextlib.asynccontextmanager
async def transaction(url: str, *statements: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A transaction that holds the locks of these statements until the block ends."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
            yield connection
    finally:
        await connection.close()


def test_a_program_uses_a_newer_schema_that_has_only_been_expanded(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", EXPANDED)
        assert asyncio.run(touch(url)) == str(len(EXPANDED))
    before = everything(url)
    with caplog.at_level("INFO", "heliograph.storage"):
        assert asyncio.run(touch(url)) == str(len(EXPANDED))
    assert everything(url) == before
    (line,) = [record.getMessage() for record in caplog.records]
    assert f"schema version {len(EXPANDED)}, which this program can use" in line


def test_a_program_refuses_a_schema_without_what_it_needs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for steps in (EXPANDED, CONTRACTED, EXPANDED):  # the release before the contracting one can still use it
        monkeypatch.setattr(schema, "STEPS", steps)
        asyncio.run(touch(url))
    monkeypatch.setattr(schema, "STEPS", PRESENT)
    before = everything(url)
    needed = rf"{len(CONTRACTED)}.*newer Heliograph.*version {len(EXPANDED)}, .*up to {len(PRESENT)}"
    with pytest.raises(UsageError, match=needed):
        asyncio.run(touch(url))
    assert everything(url) == before


def test_a_copy_does_not_lose_what_only_a_newer_program_knows(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", EXPANDED)
        asyncio.run(touch(url))
    done = command("copy", "--from", url, "--to", f"sqlite:///{tmp_path / 'copy.db'}")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"schema version {len(EXPANDED)}" in done.stderr


@pytest.mark.one_engine
def test_a_backup_of_a_newer_schema_is_made_and_restored_if_the_program_can_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, copy = new_database(SQLITE, tmp_path), tmp_path / "copy.db"

    def saved(steps: tuple[Any, ...]) -> int:
        """Back up the database of a release with these steps, and restore the copy."""
        with monkeypatch.context() as patch:
            patch.setattr(schema, "STEPS", steps)
            asyncio.run(touch(url))
        path = url.removeprefix("sqlite:///")
        backups.back_up(path, copy, overwrite=True, with_key=True, advanced=lambda *_: None)
        return backups.restore(copy, path, advanced=lambda *_: None).schema_version

    assert saved(EXPANDED) == len(EXPANDED)
    asyncio.run(touch(url))
    with pytest.raises(UsageError, match="newer Heliograph"):
        saved(CONTRACTED)


def test_statements_continue_while_a_step_waits_for_a_lock(shared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "STEPS", EXPANDED)

    async def work() -> str | None:
        async with transaction(shared, READ):
            upgrade = asyncio.create_task(touch(shared))
            for _ in range(3):
                await until_true(shared, WAITING)
                async with asyncio.timeout(PATIENCE_SECONDS), transaction(shared, READ):
                    assert not upgrade.done()
        return await upgrade

    assert asyncio.run(work()) == str(len(EXPANDED))


def test_a_step_that_gets_no_lock_changes_nothing(shared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "STEPS", EXPANDED)
    monkeypatch.setattr(migrating, "PATIENCE_SECONDS", 0.5)

    async def work() -> None:
        async with transaction(shared, READ):
            with pytest.raises(UsageError, match=r"locks on its tables .*lock timeout.* changed nothing"):
                await touch(shared)

    before = everything(shared)
    asyncio.run(work())
    assert everything(shared) == before


def test_an_index_is_built_while_others_write(
    shared: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(schema, "STEPS", EXPANDED)
    caplog.set_level("INFO", "heliograph.storage")

    async def work() -> None:
        async with transaction(shared, WRITE) as writer:
            upgrades = [asyncio.create_task(touch(shared)) for _ in range(2)]
            await until_true(shared, BUILDING)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while "waiting for another" not in caplog.text:  # noqa: ASYNC110 -- as the log is written
                    await asyncio.sleep(0.01)
            await writer.execute(WRITE)  # a lock against writes would make this transaction and the index deadlock
            # Neither other writes nor those to `meta`, which /health/ready makes, wait for the migration.
            async with (
                asyncio.timeout(PATIENCE_SECONDS),
                transaction(shared, WRITE, "DELETE FROM meta WHERE name = ''"),
            ):
                assert not any(upgrade.done() for upgrade in upgrades)
        assert await asyncio.gather(*upgrades) == [str(len(EXPANDED))] * 2

    asyncio.run(work())
    assert rows(shared, VALID) == [(True,)]
    # The other process waited, and found nothing left to do.
    messages = [record.getMessage() for record in caplog.records]
    assert [len([line for line in messages if what in line]) for what in ("waiting for another", "building")] == [1, 1]


@pytest.mark.parametrize(("lock", "step"), [(READ, WAITING), (WRITE, BUILDING)], ids=["a change", "an index"])
def test_a_migration_that_was_killed_is_resumed(shared: str, lock: str, step: str) -> None:
    async def work() -> list[tuple[Any, ...]]:
        async with transaction(shared, lock):
            process = Running("migrate", "--database", shared, prepare=expanding_release)
            await until_true(shared, step)
            process.send_signal(signal.SIGKILL)
            with process.stdout, process.stderr:
                assert await asyncio.to_thread(process.wait, PATIENCE_SECONDS) == -signal.SIGKILL
            # PostgreSQL continues, because it does not notice that its client is gone.
            assert await asyncio.to_thread(rows, shared, VALID) == ([(False,)] if step == BUILDING else [])
            return await asyncio.to_thread(rows, shared, IDENTITY)

    begun = asyncio.run(work())
    done = command("migrate", "--database", shared, prepare=expanding_release)
    assert done.stdout.endswith(f" has schema version {len(EXPANDED)}\n"), done.stderr
    assert f"building the index {INDEX.name}\n" in done.stderr
    assert done.stderr.endswith(f": migrated to schema version {len(EXPANDED)}\n")
    assert rows(shared, VALID) == [(True,)]
    assert step != BUILDING or rows(shared, IDENTITY) == begun != [(None,)], "the index was built twice"


def test_an_index_that_was_not_finished_is_built_again(shared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "STEPS", EXPANDED)

    async def work() -> None:
        async with transaction(shared, WRITE) as connection:
            upgrade = asyncio.create_task(touch(shared))
            await until_true(shared, BUILDING)
            await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index")
            with pytest.raises(UsageError, match="cannot be opened"):
                await upgrade

    asyncio.run(work())
    assert rows(shared, VALID) == [(False,)]
    assert asyncio.run(touch(shared)) == str(len(EXPANDED))
    assert rows(shared, VALID) == [(True,)]


def test_tables_with_rows_are_partitioned_after_the_migration_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither rows nor indexes are rewritten, and roles keep their privileges."""
    url = new_database(POSTGRESQL, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", UNPARTITIONED)
        asyncio.run(touch(url))
    execute(
        url,
        "INSERT INTO event (bucket, id, app_id, type, created_at, payload) "
        "SELECT n % 1024, lpad(n::text, 24, '0'), 'a', 'user:update', 0, '{}' FROM generate_series(1, 2000) AS n",
        "GRANT SELECT, INSERT ON event, attempt TO pg_monitor",
    )
    before, indexes = everything(url), rows(url, INDEXES.format("event"))

    async def work() -> None:
        async with transaction(url, "SELECT id FROM event LIMIT 1"):
            process = Running("migrate", "--database", url)
            await until_true(url, LOCKING)
            process.send_signal(signal.SIGKILL)
            with process.stdout, process.stderr:
                assert await asyncio.to_thread(process.wait, PATIENCE_SECONDS) == -signal.SIGKILL

    asyncio.run(work())
    assert rows(url, PARTITIONED) == [(False,)]
    assert command("migrate", "--database", url).stdout.endswith(f" has schema version {len(PRESENT)}\n")
    assert rows(url, PARTITIONED) == [(True,)]
    assert [row[:-3] for row in everything(url)["event"]] == before["event"]  # later steps add columns
    assert rows(url, INDEXES.format("event_rest")) == indexes
    assert all(valid for *_, valid in rows(url, INDEXES.format("event")))
    assert rows(url, GRANTED) == [(True,), (True,), (False,)]
