"""Measures what retention costs PostgreSQL, as a fraction of the cost of writing the deleted rows.

    .venv/bin/python -m bench.retention

Joins write events into a partition and into the default partition, in the batches of one server process. The partition
is dropped; the rows of the default partition are deleted one by one, as without partitions. Deliveries, which are not
partitioned, are deleted one by one.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable
from pathlib import Path

from bench import engines
from bench.processes import Process
from heliograph import ids
from heliograph.background import Failures
from heliograph.domain import apps, conversations, participants, users
from heliograph.domain.batch import conversation_batch
from heliograph.domain.tenants import Tenant
from heliograph.domain.user_creation import creation_batch
from heliograph.domain.writes import BatchWrite
from heliograph.maintenance.retention import prune
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.opening import open_store
from heliograph.storage.rows.retention import RetentionMark
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire.apps import AppCreateBody
from heliograph.wire.conversations import ConversationCreateBody
from heliograph.wire.participants import ParticipantJoinBody
from heliograph.wire.users import UserCreateBody

_DAY = 24 * 3600 * 1000
_CONCURRENT = 64
_GROUPS = 100
_DELIVERIES = """INSERT INTO delivery (bucket, id, app_id, webhook_id, event_id, event_type, lane, in_full, status,
    tries, attempts, due_at, created_at, settled_at)
    SELECT bucket, id, app_id, app_id, id, type, conversation_id, 0, 'delivered', 1, 1, 0, 0, 0 FROM event"""


class Joins:
    """Users who join groups, each pair once."""

    def __init__(self, store: Store, tenant: Tenant, members: int) -> None:
        self._store = store
        self._tenant = tenant
        self._members = members

    async def run(self) -> int:
        """Perform the joins; returns their number."""
        body = ConversationCreateBody(type="sdkGroup")
        groups = [(await conversations.create(self._store, self._tenant, body, 10**6)).id for _ in range(_GROUPS)]
        added = [await self._new_user() for _ in range(self._members)]
        seats = iter([(group, user) for user in added for group in groups])

        async def call() -> None:
            for group, user in seats:
                body = ParticipantJoinBody(user_id=user)
                verb = participants.joining(self._tenant, group, body, 10**6)
                await BatchWrite(conversation_batch, verb, lambda outcome: outcome).perform(self._store)

        await asyncio.gather(*(call() for _ in range(_CONCURRENT)))
        return _GROUPS * self._members

    async def _new_user(self) -> str:
        created = await self._store.submit(creation_batch, users.new_user(self._tenant, UserCreateBody()))
        assert isinstance(created, StoredUser)
        return created.id


async def spent(server: Process, work: Awaitable[object]) -> float:
    """The processor time of the database during the work, in seconds."""
    before = server.cpu_seconds()
    await work
    return server.cpu_seconds() - before


async def add_deliveries(tx: Tx) -> None:
    """Add a finished delivery of each event."""
    await tx.execute(_DELIVERIES)


async def end_of_partition(reader: Reader) -> tuple[str, str]:
    """The first id of the partition, and the first one after it."""
    bounds = "substring(pg_get_expr(relpartbound, oid) FROM '{} \\(''(.*?)''\\)')"
    row = await reader.row(
        f"SELECT {bounds.format('FROM')}, {bounds.format('TO')} FROM pg_inherits JOIN pg_class ON oid = inhrelid "
        "WHERE inhparent = 'event'::regclass AND pg_get_expr(relpartbound, oid) <> 'DEFAULT'"
    )
    assert row is not None
    return row[0], row[1]


async def measure(url: str, server: Process, members: int) -> None:
    """Measure, and print the figures."""
    store = await open_store(url)
    app = await apps.create(store, AppCreateBody(display_name="Retention"))
    joins = Joins(store, Tenant(app.id, "app_key"), members)
    count = await joins.run()
    await store.partitions.add(_DAY)
    first, end = await store.read(end_of_partition)
    ids.follow(first)
    joining = await spent(server, joins.run())
    dropping = await spent(server, store.partitions.drop(end))
    old = RetentionMark(0, end)
    pruning = await spent(server, prune(store, old, _DAY, Failures()))
    vacuuming = await spent(server, asyncio.to_thread(engines.execute, url, "VACUUM event_rest"))
    await joins.run()
    await store.write(add_deliveries)
    pruning_both = await spent(server, prune(store, old, _DAY, Failures()))
    vacuuming_both = await spent(server, asyncio.to_thread(engines.execute, url, "VACUUM event_rest, delivery"))
    await store.close()
    print(f"{count:,} joins: {joining / count * 1e6:.0f} µs of the database for each")
    by_rows, both = pruning + vacuuming, pruning_both + vacuuming_both
    for name, seconds in (
        ("dropping the partition of their events", dropping),
        ("deleting as many events one by one, with VACUUM", by_rows),
        ("deleting as many deliveries one by one, with VACUUM", both - by_rows),
    ):
        print(f"{name}: {seconds * 1000:.0f} ms, {seconds / joining:.2%} of the joins")


def main() -> None:
    """Start a database, and measure."""
    parser = argparse.ArgumentParser(prog="bench.retention", description=__doc__)
    parser.add_argument("--joins", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, engines.own_postgresql(Path(folder)) as engine:
        assert engine.process is not None
        asyncio.run(measure(engine.create("retention"), engine.process, given.joins // _GROUPS))


if __name__ == "__main__":
    main()
