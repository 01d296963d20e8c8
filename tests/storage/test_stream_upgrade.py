"""The upgrade of the event stream from transaction numbers to ids."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from heliograph import ids
from heliograph.storage.migrations import schema
from heliograph.storage.rows import stream
from tests.databases import POSTGRESQL, execute, new_database, rows
from tests.storage.conftest import opened, touch

EVENT = """INSERT INTO event (bucket, id, app_id, type, key_id, created_at, payload)
    VALUES (7, '{id}', 'app', 'conversation:create', 'key', 0, '{{}}')"""


@pytest.mark.one_engine(POSTGRESQL)
def test_the_stream_continues_after_the_existing_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, id = new_database(POSTGRESQL, tmp_path), ids.new()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", schema.STEPS[:14])
        asyncio.run(touch(url))
    execute(
        url,
        "INSERT INTO app (id, display_name, settings, metadata, created_at) VALUES ('app', 'App', '{}', '{}', 0)",
        EVENT.format(id=id),
        "INSERT INTO meta (name, value) VALUES ('retention', '{}'), ('epoch', 'x@y')",
    )

    async def position() -> tuple[str, str]:
        async with opened(url) as store:
            return await store.horizon(), await store.read(stream.resume, "app", ids.LAST)

    assert asyncio.run(position()) == (id, stream.earlier(id))
    assert rows(url, "SELECT caller_key_id FROM event") == [("key",)]
    assert rows(url, "SELECT 1 FROM meta WHERE name IN ('retention', 'epoch')") == []
    named = "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema()"
    assert rows(url, f"{named} AND column_name = 'tx'") == [(0,)]
    with pytest.raises(asyncpg.UndefinedColumnError):  # as in a server of the previous release, which responds with 503
        execute(url, EVENT.format(id=ids.new()))
