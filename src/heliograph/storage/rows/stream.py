"""The event stream: events in an order to which no event is ever added before the end.

The order is that of the ids. It is not the order of commits: of two transactions, the one that created its ids first
may commit last. So the stream ends at the horizon (`Store.horizon`), the id up to which every event has been committed.
Its position is an id.

On SQLite there is one writer, which creates ids in the order of commits. On PostgreSQL each process publishes a mark in
`stream_mark`, and the horizon is the least of them: see `storage/postgres/marks.py`.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from heliograph import ids
from heliograph.storage.engine import Columns, Reader, Row, Tx, parameters
from heliograph.storage.rows import meta
from heliograph.storage.rows.log_rows import EVENT_ROWS, StoredEvent
from heliograph.storage.rows.outbox import STREAMED

_OVERLAP_MILLISECONDS = 60_000
"""The span of events that are repeated after a position that is not valid in this database. No transaction is open for
longer than this."""
_EVENTS_EXAMINED = 1_000
_FORGOTTEN = "forgotten_positions"
"""The name in `meta` of the ranges of positions that restored snapshots have undone."""
_MOST_FORGOTTEN = 1_000
_decode = msgspec.json.Decoder(list[tuple[str, str]]).decode

PositionedEvents = list[tuple[str, StoredEvent]]
"""Events, each with its position."""


def earlier(position: str) -> str:
    """A position a minute before another one."""
    return ids.earliest(max(0, ids.milliseconds(position) - _OVERLAP_MILLISECONDS))


async def start(tx: Tx) -> None:
    """Let the stream continue after the existing events, before any process publishes a mark."""
    if tx.single_writer:
        return
    await tx.execute(
        """INSERT INTO stream_mark (process, mark, beat, active)
        SELECT '', coalesce(max(newest.id), $1), 0, 0 FROM app
        CROSS JOIN LATERAL (SELECT id FROM event WHERE app_id = app.id ORDER BY id DESC LIMIT 1) AS newest
        ON CONFLICT (process) DO UPDATE SET mark = excluded.mark""",
        ids.FIRST,
    )


async def newest(reader: Reader) -> str:
    """The id of the newest event or repetition of a database with one writer."""
    row = await reader.row(
        "SELECT max(id) FROM (SELECT max(id) AS id FROM event WHERE bucket = 0 "
        "UNION ALL SELECT max(id) FROM repetition WHERE bucket = 0) AS ends"
    )
    return (row[0] if row else None) or ids.FIRST


async def resume(reader: Reader, app_id: str, given: str) -> str:
    """The position from which to continue after a position that a client has kept: the same, or an earlier one."""
    if reader.single_writer:
        return given
    row = await reader.row("SELECT max(mark) FROM stream_mark")
    greatest: str = (row[0] if row else None) or ids.FIRST
    # A position after every mark was given out before a backup was restored.
    return given if given <= greatest else earlier(greatest)


async def forget_between(tx: Tx, since: str, until: str) -> None:
    """Invalidate the positions between these two: their events were undone when a snapshot was restored."""
    # The new range contains the ranges that began later, because it ends later.
    earlier = [one for one in await _forgotten(tx) if one[0] < since]
    ranges = [*earlier[1 - _MOST_FORGOTTEN :], (since, until)]
    await meta.put(tx, _FORGOTTEN, msgspec.json.encode(ranges).decode())


async def restored_after(reader: Reader, position: str) -> str | None:
    """The position from which a client restarts whose position was undone by restoring a snapshot; None if it was
    not."""
    ends = [until for since, until in await _forgotten(reader) if since < position < until]
    return max(ends) if ends else None


async def _forgotten(reader: Reader) -> list[tuple[str, str]]:
    stored = await meta.get(reader, _FORGOTTEN)
    return [] if stored is None else _decode(stored)


async def after(reader: Reader, app_id: str, position: str, horizon: str, limit: int) -> tuple[PositionedEvents, str]:
    """The next events of the app up to the horizon, and the position from which to continue.

    The horizon must have been read before, or in the same snapshot.
    """
    rows, _, end = await rows_after(reader, app_id, EVENT_ROWS.columns, STREAMED, position, horizon, limit)
    found = [(row[0], EVENT_ROWS.load(row)) for row in rows]
    if reader.single_writer:
        return found, end  # behind the events of other apps
    return found, found[-1][0] if found else position


async def rows_after(
    reader: Reader, app_id: str, columns: Columns, condition: str, position: str, horizon: str, limit: int
) -> tuple[list[Row], bool, str]:
    """The next rows of the app up to the horizon that meet a condition, with the id as the first column.

    Returns whether there may be more, and the position up to which there are no others.
    """
    if reader.single_writer:
        return await _after_in_key_order(reader, app_id, columns, condition, position, horizon, limit)
    rows = await reader.rows(
        f"""SELECT {", ".join(columns)} FROM event
        WHERE app_id = $1 AND id > $2 AND id <= $3 AND {condition} ORDER BY id LIMIT $4""",
        app_id,
        position,
        horizon,
        limit,
    )
    if len(rows) == limit:
        return rows, True, rows[-1][0]
    return rows, False, max(position, horizon)


async def _after_in_key_order(
    reader: Reader, app_id: str, columns: Columns, condition: str, position: str, horizon: str, limit: int
) -> tuple[list[Row], bool, str]:
    """`rows_after` for a database with one bucket, whose key has the order of the stream.

    No index separates the apps' events, so each call examines up to `_EVENTS_EXAMINED` events of all apps.
    """
    rows = await reader.rows(
        f"""SELECT {", ".join(columns)} FROM (
            SELECT * FROM event WHERE bucket = 0 AND id > $1 ORDER BY id LIMIT $2
        ) AS examined WHERE app_id = $3 AND {condition} ORDER BY id LIMIT $4""",
        position,
        _EVENTS_EXAMINED,
        app_id,
        limit,
    )
    if len(rows) == limit:
        return rows, True, rows[-1][0]
    last = await reader.row(
        "SELECT id FROM event WHERE bucket = 0 AND id > $1 ORDER BY id LIMIT 1 OFFSET $2",
        position,
        _EVENTS_EXAMINED - 1,
    )
    if last is not None:
        return rows, True, last[0]
    # Skip the events of other apps up to the end.
    return rows, False, max(position, horizon, *[row[0] for row in rows])


async def changed_apps(reader: Reader, since: str, horizon: str, app_ids: Collection[str]) -> list[str]:
    """The ids, out of `app_ids`, of the apps that have events after `since`, up to the horizon."""
    if not app_ids:
        return []
    rows = await reader.rows(
        f"SELECT app_id FROM event WHERE app_id IN ({parameters(app_ids, 3)}) AND id > $1 AND id <= $2 GROUP BY app_id",
        since,
        horizon,
        *app_ids,
    )
    return [row[0] for row in rows]
