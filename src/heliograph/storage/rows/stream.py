"""Events in an order to which no event is added late, for streams.

Ids are not in the order of commits: of two transactions the one that made its ids first may commit last. So events are
read in the order of (number of the transaction, id), and only those below the number under which every transaction has
ended: no event can appear there any more. On SQLite there is one writer, ids are in the order of commits, and every
number is 0.

Numbers mean something in one database cluster only. A database that was restored into another gets a new epoch when it
is opened, and its events the number 0; so does a copy.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

from msgspec import Struct

from heliograph import ids
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta
from heliograph.storage.rows.log_rows import EVENT_ROWS, StoredEvent

_EPOCH = "epoch"
# A cursor of another epoch tells the time of an event, and not what was committed before it; more than this before it
# nothing was still open.
_OVERLAP_MILLISECONDS = 60_000
_EVENTS_EXAMINED = 1_000
_FIRST, _LAST = "0" * 24, "f" * 24


class Cursor(Struct, frozen=True):
    """A place in the stream: after an event. `since` leaves out what is known from another epoch."""

    epoch: str
    tx: int
    id: str
    since: str = _FIRST


async def begin_epoch(tx: Tx, cluster: str) -> None:
    """Make sure that the numbers of transactions are those of this cluster."""
    known = await meta.get(tx, _EPOCH)
    if known is not None and known.partition("@")[2] == cluster:
        return
    if known is not None:
        await tx.execute("UPDATE event SET tx = 0 WHERE tx <> 0")
    await meta.put(tx, _EPOCH, f"{secrets.token_hex(8)}@{cluster}")


async def end_epoch(tx: Tx) -> None:
    """Let the next process that opens the database begin a new epoch: what comes is not what cursors were about."""
    await meta.remove(tx, _EPOCH)


async def present(reader: Reader, app_id: str) -> Cursor:
    """The end of the stream: what comes after it happens from now on."""
    if reader.single_writer:
        row = await reader.row("SELECT max(id) FROM event WHERE bucket = 0")
        return Cursor(await _epoch(reader), 0, (row[0] if row else None) or _FIRST)
    row = await reader.row(f"SELECT {reader.settled} - 1")
    assert row is not None
    # Below this number everything has ended, so it is behind.
    return Cursor(await _epoch(reader), row[0], _LAST)


async def resumed(reader: Reader, app_id: str, given: Cursor) -> Cursor:
    """Where to go on from a place that was given out before: there, or earlier if it is of another epoch."""
    epoch, number, id = await _epoch(reader), given.tx, given.id
    row = await reader.row(f"SELECT {reader.settled}")
    assert row is not None
    # A number that is still to come is of a time that is gone: from before a backup was restored.
    if given.epoch == epoch and number < row[0]:
        return Cursor(epoch, number, id)
    if id == _LAST:
        return Cursor(epoch, 0, _FIRST)
    return Cursor(epoch, 0, _FIRST, since=ids.earliest(max(0, ids.milliseconds(id) - _OVERLAP_MILLISECONDS)))


async def after(
    reader: Reader, app_id: str, cursor: Cursor, limit: int
) -> tuple[list[tuple[Cursor, StoredEvent]], Cursor]:
    """The next events of the app, each with its place; and where to go on."""
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
    """`after` with one bucket, whose key has the order of the stream. No index separates the events of the apps, so at
    most `_EVENTS_EXAMINED` events are examined; the next call goes on behind them.
    """
    end = await present(reader, app_id)
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
    # The events of other apps up to the end need not be examined again.
    if end.id > cursor.id:
        return found, end
    return found, found[-1][0] if found else cursor


async def horizon(reader: Reader) -> tuple[int, int]:
    """The number below which every transaction has ended, and the next number that will be given.

    Events of transactions from the first number on are not shown yet.
    """
    row = await reader.row(f"SELECT {reader.settled}, {reader.upcoming}")
    assert row is not None
    return row[0], row[1]


async def written(reader: Reader, since: int, app_ids: Collection[str]) -> tuple[int, list[str]]:
    """The number below which every transaction has ended, and which of the apps have events from `since` up to it."""
    settled, _ = await horizon(reader)
    if settled == since or not app_ids:
        return settled, []
    places = ", ".join(f"${number}" for number, _ in enumerate(app_ids, 3))
    rows = await reader.rows(
        f"SELECT app_id FROM event WHERE app_id IN ({places}) AND tx >= $1 AND tx < $2 GROUP BY app_id",
        since,
        settled,
        *app_ids,
    )
    return settled, [row[0] for row in rows]


async def _epoch(reader: Reader) -> str:
    return (await meta.get(reader, _EPOCH) or "").partition("@")[0]
