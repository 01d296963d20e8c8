"""The outbox: events and their deliveries, stored in the same commit as the change that they report."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

import msgspec
from msgspec import Raw

from heliograph.storage.buckets import BucketRanges
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import deliveries
from heliograph.storage.rows.deliveries import lane_of
from heliograph.storage.rows.log_rows import EVENT_ROWS, FULL_USER, StoredDelivery, StoredEvent
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.wire.base import Response

WEBHOOKS_ONLY, STREAM_TOO = "webhooks", "stream"
"""The values of the column `synthetic`, which is NULL in the rows of real events: whether the event stream has it."""
STREAMED = f"(synthetic IS NULL OR synthetic <> '{WEBHOOKS_ONLY}')"
"""An SQL condition: whether the event stream has a row of `event`."""


async def add(
    tx: Tx,
    events: Sequence[StoredEvent],
    in_full: Mapping[str, Callable[[], Response]],
    withheld: Mapping[str, Container[str]],
    sessions: Mapping[str, str],
    without_webhooks: Container[str] = (),
) -> None:
    """Store the events, in this order, and their deliveries to the subscribed webhooks.

    `in_full` maps event ids to functions that build the payload with full users; they are called only for events that
    go to a webhook with `includeFullUser`. `withheld` maps event ids to the integrations that do not get the event.
    `sessions` maps event ids to the console session of the request, if there is one. `without_webhooks` contains the
    ids of apps that are known to have no webhooks.
    """
    tx.check_events(events[0].id)
    subscribable = [one for one in events if one.app_id not in without_webhooks]
    new = await deliveries.new_deliveries(tx, subscribable, in_full, withheld) if subscribable else []
    full_ids = {delivery.event_id for delivery in new if delivery.in_full & FULL_USER}
    for event in events:
        if event.id in full_ids:
            event.full_payload = Raw(msgspec.json.encode(in_full[event.id]()))
    columns = ("bucket", *EVENT_ROWS.columns)
    rows = EVENT_ROWS.dump_all(events, [tx.bucket(lane_of(one)) for one in events])
    if sessions:
        # Most transactions have none, and insert one column less.
        in_sessions = [(*row, sessions.get(one.id)) for row, one in zip(rows, events, strict=True)]
        await tx.insert("event", (*columns, "session_id"), in_sessions)
    else:
        await tx.insert("event", columns, rows)
    if new:
        await deliveries.add(tx, new)


async def add_synthetic(
    tx: Tx, app_id: str, event: StoredEvent, hooks: Sequence[StoredWebhook], session_id: str | None, *, streamed: bool
) -> list[str]:
    """Store an event of a sandbox tool, and a delivery to each of the webhooks; returns the ids of the deliveries.

    `session_id` is the session of the request, if it is one of the console. `streamed` is whether the event stream has
    the event.
    """
    tx.check_events(event.id)
    audience = STREAM_TOO if streamed else WEBHOOKS_ONLY
    row = (tx.bucket(lane_of(event)), *EVENT_ROWS.dump(event), audience, session_id)
    await tx.insert("event", ("bucket", *EVENT_ROWS.columns, "synthetic", "session_id"), [row])
    new = [deliveries.new_delivery(tx, event, one) for one in hooks]
    if new:
        await deliveries.add(tx, new)
    return [one.id for one in new]


async def synthetic(reader: Reader, app_id: str, of: Sequence[StoredDelivery]) -> set[str]:
    """The ids of the events of these deliveries that a sandbox tool stored."""
    keys = [(reader.bucket(one.lane), one.event_id) for one in of]
    rows = await reader.get_many("event", ("id", "synthetic"), ("bucket", "id"), keys)
    return {id for id, audience in rows if audience is not None}


async def after(reader: Reader, app_id: str, event_id: str = "", limit: int = 1000) -> list[StoredEvent]:
    """The app's events after this one, ordered by id."""
    rows = await reader.rows(
        f"SELECT {', '.join(EVENT_ROWS.columns)} FROM event WHERE app_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        app_id,
        event_id,
        limit,
    )
    return [EVENT_ROWS.load(row) for row in rows]


async def newest(reader: Reader, app_id: str) -> str | None:
    """The id of the app's newest event, or None."""
    row = await reader.row("SELECT id FROM event WHERE app_id = $1 ORDER BY id DESC LIMIT 1", app_id)
    return row[0] if row else None


async def purge(tx: Tx, app_id: str, ranges: BucketRanges, after: str, limit: int) -> str | None:
    """Delete the next events of the app in a shard after an id, at most `limit`.

    Returns the id after which to continue, or None if there are no more.
    """
    if not tx.single_writer:
        (part,) = tx.parts(ranges)
        keys = await tx.rows(
            f"SELECT bucket, id FROM event WHERE app_id = $1{part.of('event')} LIMIT $2", app_id, limit
        )
        await tx.delete("event", ("bucket", "id"), keys)
        return after if len(keys) == limit else None
    # No index separates the apps' events in a database with one bucket.
    row = await tx.row(
        "SELECT max(id) FROM (SELECT id FROM event WHERE bucket = 0 AND id > $1 ORDER BY id LIMIT $2) AS step",
        after,
        limit,
    )
    if row is None or row[0] is None:
        return None
    await tx.execute(
        "DELETE FROM event WHERE bucket = 0 AND id > $1 AND id <= $2 AND app_id = $3", after, row[0], app_id
    )
    last: str = row[0]
    return last
