"""Compacts a database: rewrites it without the free space, which may contain deleted values."""

from __future__ import annotations

from contextlib import aclosing

from msgspec import Struct

from heliograph.errors import UsageError
from heliograph.storage.opening import open_store
from heliograph.storage.urls import MEMORY, embedded_path


class Compaction(Struct, frozen=True):
    """A database that was compacted, and its size in bytes before and after."""

    name: str
    before: int
    after: int


async def compact(url: str) -> Compaction:
    """Rewrite all tables. A SQLite file must not be served meanwhile; on PostgreSQL requests wait for each table.

    Raises:
        UsageError: the database cannot be opened or written, is in memory, or its file is being served.
        ServiceUnavailable: it cannot be written now.
    """
    if embedded_path(url) == MEMORY:
        raise UsageError("a database in memory has no file: nothing of it is kept")
    async with aclosing(await open_store(url, serve=True)) as store:
        before = await store.size()
        await store.compact()
        return Compaction(store.name, before, await store.size())
