"""Events: what happened, written in the same commit as the change itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec.structs import astuple

from heliograph.storage import deliveries
from heliograph.storage.deliveries import lane_of
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.logged import StoredEvent
from heliograph.wire.base import Answer

__all__ = ["StoredEvent", "add", "after", "purge"]

_COLUMNS = StoredEvent.__struct_fields__


async def add(tx: Tx, events: Sequence[StoredEvent], in_full: Mapping[str, Callable[[], Answer]]) -> None:
    """Record the events, in this order, and for each of them the deliveries to the webhooks that subscribe to it.

    `in_full` makes, by event id, the payload for webhooks that ask for full users. It is called only where one does.
    """
    due = await deliveries.due(tx, events, in_full)
    wanted = {one.event_id for one in due if one.in_full}
    for event in events:
        if event.id in wanted:
            event.full_payload = msgspec.json.encode(in_full[event.id]()).decode()
    await tx.insert(
        "event",
        ("bucket", *_COLUMNS),
        [(tx.bucket(lane_of(one)), *astuple(one)) for one in events],
    )
    if due:
        await deliveries.add(tx, due)


async def after(reader: Reader, app_id: str, event_id: str = "", limit: int = 1000) -> list[StoredEvent]:
    """The app's events after the given one, in the order of their ids."""
    rows = await reader.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM event WHERE app_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        app_id,
        event_id,
        limit,
    )
    return [StoredEvent(*row) for row in rows]


async def purge(tx: Tx, app_id: str, bucket: int, after: str, limit: int) -> str | None:
    """Delete the app's events among the next `limit` of the bucket; returns the last one looked at, None at the end."""
    row = await tx.row(
        "SELECT max(id) FROM (SELECT id FROM event WHERE bucket = $1 AND id > $2 ORDER BY id LIMIT $3) AS step",
        bucket,
        after,
        limit,
    )
    if row is None or row[0] is None:
        return None
    await tx.execute(
        "DELETE FROM event WHERE bucket = $1 AND id > $2 AND id <= $3 AND app_id = $4", bucket, after, row[0], app_id
    )
    last: str = row[0]
    return last
