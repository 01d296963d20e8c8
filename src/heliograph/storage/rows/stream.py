"""The event stream: events in an order to which no event is ever added before the end.

Ids are not in the order of commits: of two transactions, the one that made its ids first may commit last. So events are
read in the order of (transaction number, id), and only up to the horizon, the number below which every transaction has
ended: no event can be added there. On SQLite there is one writer, ids are in the order of commits, and every
transaction number is 0.

Transaction numbers are valid within one database cluster. When a database that was restored into another cluster is
opened, it starts a new epoch and sets the numbers of its events to 0; so does a copy.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

from msgspec import Struct

from heliograph import ids
from heliograph.storage.engine import Reader, Tx, parameters
from heliograph.storage.rows import meta
from heliograph.storage.rows.log_rows import EVENT_ROWS, StoredEvent

_EPOCH = "epoch"
# A cursor of another epoch only gives the time of an event. No transaction is open for longer than this, so events that
# are older by this much were committed before it.
_OVERLAP_MILLISECONDS = 60_000
_EVENTS_EXAMINED = 1_000


class Cursor(Struct, frozen=True):
    """A position in the stream, after an event. `since`: ids up to here are skipped, for cursors of another epoch."""

    epoch: str
    tx: int
    id: str
    since: str = ids.FIRST


async def begin_epoch(tx: Tx, cluster: str) -> None:
    """Begin a new epoch if the database was last opened in another cluster."""
    known = await meta.get(tx, _EPOCH)
    if known is not None and known.partition("@")[2] == cluster:
        return
    if known is not None:
        for table in ("event", "outbound"):
            await tx.execute(f"UPDATE {table} SET tx = 0 WHERE tx <> 0")
    await meta.put(tx, _EPOCH, f"{secrets.token_hex(8)}@{cluster}")


async def end_epoch(tx: Tx) -> None:
    """Make the next process that opens the database begin a new epoch, because its events differ from those of the
    cursors that clients have."""
    await meta.remove(tx, _EPOCH)


async def end(reader: Reader, app_id: str) -> Cursor:
    """The current end of the stream."""
    if reader.single_writer:
        row = await reader.row("SELECT max(id) FROM event WHERE bucket = 0")
        return Cursor(await _epoch(reader), 0, (row[0] if row else None) or ids.FIRST)
    row = await reader.row(f"SELECT {reader.settled} - 1")
    assert row is not None
    return Cursor(await _epoch(reader), row[0], ids.LAST)


async def resume(reader: Reader, app_id: str, given: Cursor) -> Cursor:
    """The position from which to continue after a cursor: the same, or an earlier one if it is of another epoch."""
    epoch, number, id = await _epoch(reader), given.tx, given.id
    row = await reader.row(f"SELECT {reader.settled}")
    assert row is not None
    # A transaction number in the future was given out before a backup was restored.
    if given.epoch == epoch and number < row[0]:
        return Cursor(epoch, number, id)
    if id == ids.LAST:
        return Cursor(epoch, 0, ids.FIRST)
    return Cursor(epoch, 0, ids.FIRST, since=ids.earliest(max(0, ids.milliseconds(id) - _OVERLAP_MILLISECONDS)))


async def after(
    reader: Reader, app_id: str, cursor: Cursor, limit: int
) -> tuple[list[tuple[Cursor, StoredEvent]], Cursor]:
    """The next events of the app, each with its position, and the position from which to continue."""
    if reader.single_writer:
        return await _after_in_key_order(reader, app_id, cursor, limit)
    rows = await reader.rows(
        f"""SELECT tx, {", ".join(EVENT_ROWS.columns)} FROM event
        WHERE app_id = $1 AND (tx, id) > ($2, $3) AND tx < {reader.settled} AND id > $4 ORDER BY tx, id LIMIT $5""",
        app_id,
        cursor.tx,
        cursor.id,
        cursor.since,
        limit,
    )
    found = [(Cursor(cursor.epoch, row[0], row[1], cursor.since), EVENT_ROWS.load(row[1:])) for row in rows]
    return found, found[-1][0] if found else cursor


async def _after_in_key_order(
    reader: Reader, app_id: str, cursor: Cursor, limit: int
) -> tuple[list[tuple[Cursor, StoredEvent]], Cursor]:
    """`after` for a database with one bucket, whose key has the order of the stream.

    No index separates the apps' events, so each call examines up to `_EVENTS_EXAMINED` events of all apps.
    """
    last_event = await end(reader, app_id)
    since = max(cursor.since, cursor.id)
    rows = await reader.rows(
        f"""SELECT tx, {", ".join(EVENT_ROWS.columns)} FROM (
            SELECT * FROM event WHERE bucket = 0 AND id > $1 ORDER BY id LIMIT $2
        ) AS examined WHERE app_id = $3 ORDER BY id LIMIT $4""",
        since,
        _EVENTS_EXAMINED,
        app_id,
        limit,
    )
    found = [(Cursor(cursor.epoch, row[0], row[1], cursor.since), EVENT_ROWS.load(row[1:])) for row in rows]
    if len(found) == limit:
        return found, found[-1][0]
    last = await reader.row(
        "SELECT id FROM event WHERE bucket = 0 AND id > $1 ORDER BY id LIMIT 1 OFFSET $2", since, _EVENTS_EXAMINED - 1
    )
    if last is not None:
        return found, Cursor(cursor.epoch, 0, last[0], cursor.since)
    # Skip the events of other apps up to the end.
    if last_event.id > cursor.id:
        return found, last_event
    return found, found[-1][0] if found else cursor


async def horizon(reader: Reader) -> tuple[int, int]:
    """The number below which every transaction has ended, and the next number that will be assigned.

    Events of transactions from the first number on are not in the stream yet.
    """
    row = await reader.row(f"SELECT {reader.settled}, {reader.upcoming}")
    assert row is not None
    return row[0], row[1]


async def changed_apps(reader: Reader, since: int, app_ids: Collection[str]) -> tuple[int, list[str]]:
    """The number below which every transaction has ended, and those of the apps that have events from `since` to it."""
    settled, _ = await horizon(reader)
    if settled == since or not app_ids:
        return settled, []
    rows = await reader.rows(
        f"SELECT app_id FROM event WHERE app_id IN ({parameters(app_ids, 3)}) AND tx >= $1 AND tx < $2 GROUP BY app_id",
        since,
        settled,
        *app_ids,
    )
    return settled, [row[0] for row in rows]


async def _epoch(reader: Reader) -> str:
    return (await meta.get(reader, _EPOCH) or "").partition("@")[0]
