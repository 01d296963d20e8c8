"""Repetitions: events that are in the event stream again, because one of their deliveries was retried by request.

A repetition has an id of its own, and its place in the order of the stream. It is in the bucket of its event.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import astuple

from heliograph import ids
from heliograph.storage.engine import Reader, Tx, parameters
from heliograph.storage.rows import stream
from heliograph.storage.rows.log_rows import EVENT_ROWS
from heliograph.storage.rows.outbox import STREAMED
from heliograph.storage.rows.stream import PositionedEvents

_EVENT = ", ".join(f"e.{column}" for column in EVENT_ROWS.columns)


class StoredRepetition(Struct):
    """A row of `repetition`. The lane is the lane of the event.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    event_id: str
    lane: str


async def add(tx: Tx, app_id: str, event_id: str, lane: str) -> None:
    """Repeat the event at the end of the stream."""
    if tx.single_writer:
        # A command may write while a server runs, whose ids can be ahead of the clock.
        ids.follow(await stream.newest(tx))
    one = StoredRepetition(ids.new(), app_id, event_id, lane)
    tx.check_events(one.id)
    await tx.insert("repetition", ("bucket", *StoredRepetition.__struct_fields__), [(tx.bucket(lane), *astuple(one))])


async def after(reader: Reader, app_id: str, position: str, horizon: str, limit: int) -> tuple[PositionedEvents, str]:
    """`stream.after` with the repetitions, in the order of their ids, which are their positions."""
    events, end = await stream.after(reader, app_id, position, horizon, limit)
    if not reader.single_writer and len(events) < limit:
        end = max(end, horizon)
    repeated = await _between(reader, app_id, position, end, limit)
    if len(repeated) == limit:
        end = repeated[-1][0]
    found = sorted([*(one for one in events if one[0] <= end), *repeated], key=lambda one: one[0])
    # On PostgreSQL the position is not the horizon, which may be the id of an event of another app.
    return found, end if reader.single_writer else found[-1][0] if found else position


async def _between(reader: Reader, app_id: str, position: str, end: str, limit: int) -> PositionedEvents:
    rows = await reader.rows(
        f"""SELECT r.id AS position, {_EVENT} FROM repetition AS r
        JOIN event AS e ON e.bucket = r.bucket AND e.id = r.event_id
        WHERE r.app_id = $1 AND e.app_id = $1 AND r.id > $2 AND r.id <= $3 AND {STREAMED}
        ORDER BY position LIMIT $4""",
        app_id,
        position,
        end,
        limit,
    )
    return [(row[0], EVENT_ROWS.load(row[1:])) for row in rows]


async def changed_apps(reader: Reader, since: str, horizon: str, app_ids: Collection[str]) -> list[str]:
    """The ids, out of `app_ids`, of the apps that have repetitions after `since`, up to the horizon."""
    if not app_ids:
        return []
    rows = await reader.rows(
        f"SELECT app_id FROM repetition WHERE app_id IN ({parameters(app_ids, 3)}) AND id > $1 AND id <= $2 "
        "GROUP BY app_id",
        since,
        horizon,
        *app_ids,
    )
    return [row[0] for row in rows]
