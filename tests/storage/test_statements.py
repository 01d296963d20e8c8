"""The number of statements that PostgreSQL receives for the verbs of a lone caller. Each is a round trip."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
import pytest

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.store import Store
from heliograph.wire.messages import MessagePost
from tests.databases import POSTGRESQL
from tests.delivery.site import new_site
from tests.storage.conftest import Run

_IN_BACKGROUND = ("stream_mark", "set_config")
"""Words in statements that no verb sends: the marks of the process, and the settings of a new connection."""
SENDING = ("execute", "fetch", "fetchrow")
TEXT = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are sent, in their order."""
    found: list[str] = []

    def recording(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def record(connection: asyncpg.Connection[Any], sql: str, *values: Any, **options: Any) -> Any:
            if not any(name in sql for name in _IN_BACKGROUND):
                found.append(sql)
            return await send(connection, sql, *values, **options)

        return record

    for name in SENDING:
        monkeypatch.setattr(asyncpg.Connection, name, recording(getattr(asyncpg.Connection, name)))
    return found


@pytest.mark.one_engine(POSTGRESQL)
def test_the_statements_of_each_verb(run: Run, sent: list[str]) -> None:
    async def go(store: Store) -> dict[str, int]:
        site = await new_site(store)
        group, here, there = await site.group(), await site.user(), await site.user()

        async def post() -> None:
            await site.post(group, msgspec.convert(TEXT, MessagePost))

        # The first calls also read the types of the columns.
        await site.join(group, here)
        await post()
        await site.leave(group, here)
        await site.join(group, here)
        counts = {}
        for name, call in (
            ("join", lambda: site.join(group, there)),
            ("post", post),
            ("leave", lambda: site.leave(group, there)),
            ("create user", site.user),
        ):
            sent.clear()
            await call()
            assert (sent[0], sent[-1]) == ("BEGIN", "COMMIT")
            counts[name] = len(sent)
        return counts

    # BEGIN, all reads, all writes, COMMIT.
    assert run(go) == {"join": 4, "post": 4, "leave": 4, "create user": 3}


def test_a_transaction_reads_its_own_writes(run: Run) -> None:
    """Writes of single rows are sent before all statements that could see them, and in order within a table."""
    table, columns = "meta", ("name", "value")

    async def value(tx: Reader, name: str) -> Any:
        row = await tx.get(table, ("value",), ("name",), (name,))
        return row and row[0]

    async def work(tx: Tx) -> list[Any]:
        found = []
        await tx.insert(table, columns, [("mine", "1")])
        found.append(await value(tx, "mine"))
        await tx.delete(table, ("name",), [("mine",)])
        await tx.insert(table, columns, [("mine", "2")])
        await tx.update(table, ("value",), ("name",), [("3", "mine")])
        found.append(await tx.row("SELECT value FROM meta WHERE name = $1", "mine"))
        await tx.update(table, ("value",), ("name",), [("4", "mine")])
        found.append(await tx.execute("UPDATE meta SET value = value || '!' WHERE value = '4'"))
        await tx.insert(table, columns, [("other", "1")])
        await tx.insert(table, columns, [("a", "1"), ("b", "1")])
        await tx.delete(table, ("name",), [("other",)])
        return [*map(_plain, found)]

    async def go(store: Store) -> tuple[list[Any], dict[str, Any]]:
        found = await store.write(work)
        return found, {name: await store.read(value, name) for name in ("mine", "a", "other")}

    assert run(go) == (["1", ("3",), 1], {"mine": "4!", "a": "1", "other": None})


def _plain(found: Any) -> Any:
    return tuple(found) if isinstance(found, asyncpg.Record) else found
