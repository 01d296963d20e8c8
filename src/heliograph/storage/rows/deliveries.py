"""Deliveries: one for each event and webhook that subscribes to it, with its state and its attempts.

`delivery_queue` decides which of them is attempted next.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from heliograph import ids
from heliograph.storage.buckets import BucketRanges
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import filtered_slice_of, slice_of
from heliograph.storage.rows import webhooks
from heliograph.storage.rows.log_rows import (
    DELIVERY_ROWS,
    FULL_SOURCE,
    FULL_USER,
    StoredAttempt,
    StoredDelivery,
    StoredEvent,
)
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.wire.deliveries import DeliveryStatus
from heliograph.wire.event_types import EventType
from heliograph.wire.paging import Page, Slice

PENDING: DeliveryStatus = "pending"
DELIVERED: DeliveryStatus = "delivered"
FAILED: DeliveryStatus = "failed"
ATTEMPT_COLUMNS = StoredAttempt.__struct_fields__


def lane_of(event: StoredEvent) -> str:
    """The id of the conversation that the event is about, or else of the user."""
    return event.conversation_id or event.user_id or ""


async def new_deliveries(
    tx: Tx, events: Sequence[StoredEvent], in_full: Container[str], withheld: Mapping[str, Container[str]]
) -> list[StoredDelivery]:
    """Deliveries for the events, one for each subscribed webhook; `add` stores them.

    `in_full` contains the ids of events that have a payload with full users. `withheld` maps event ids to the
    integrations whose webhooks do not get the event.
    """
    all_webhooks = await webhooks.of_apps(tx, {event.app_id for event in events})
    if not all_webhooks:
        return []
    subscribed = {
        (app_id, event_type): _subscribed(all_webhooks, app_id, event_type)
        for app_id, event_type in {(event.app_id, event.type) for event in events}
    }
    return [
        new_delivery(tx, event, webhook, _in_full(webhook, event, in_full))
        for event in events
        for webhook in subscribed[event.app_id, event.type]
        if webhook.integration_id not in withheld.get(event.id, ())
    ]


def new_delivery(tx: Tx, event: StoredEvent, webhook: StoredWebhook, in_full: int = 0) -> StoredDelivery:
    """A delivery of the event, which is due; `add` stores it."""
    return StoredDelivery(
        id=ids.new(),
        app_id=event.app_id,
        webhook_id=webhook.id,
        event_id=event.id,
        event_type=event.type,
        lane=lane_of(event),
        in_full=in_full,
        status=PENDING,
        tries=0,
        attempts=0,
        due_at=tx.now,
        created_at=tx.now,
    )


def _in_full(webhook: StoredWebhook, event: StoredEvent, in_full: Container[str]) -> int:
    user = FULL_USER if webhook.include_full_user and event.id in in_full else 0
    return user + (FULL_SOURCE if webhook.include_full_source and event.full_source is not None else 0)


def _subscribed(webhooks: Sequence[StoredWebhook], app_id: str, event_type: EventType) -> list[StoredWebhook]:
    return [one for one in webhooks if one.app_id == app_id and ("*" in one.triggers or event_type in one.triggers)]


async def add(tx: Tx, deliveries: Sequence[StoredDelivery]) -> None:
    """Store the deliveries, which are due."""
    buckets = [tx.bucket(one.lane) for one in deliveries]
    tx.effects.due.update((one.webhook_id, bucket) for one, bucket in zip(deliveries, buckets, strict=True))
    await tx.insert("delivery", ("bucket", *DELIVERY_ROWS.columns), DELIVERY_ROWS.dump_all(deliveries, buckets))


async def get(reader: Reader, app_id: str, delivery_id: str) -> StoredDelivery | None:
    """The app's delivery with this id, or None."""
    row = await reader.get("delivery", DELIVERY_ROWS.columns, ("app_id", "id"), (app_id, delivery_id))
    return DELIVERY_ROWS.load(row) if row else None


async def get_many(reader: Reader, app_id: str, ids: Sequence[str]) -> list[StoredDelivery]:
    """The app's deliveries with these ids."""
    keys = [(app_id, id) for id in ids]
    rows = await reader.get_many("delivery", DELIVERY_ROWS.columns, ("app_id", "id"), keys)
    return [DELIVERY_ROWS.load(row) for row in rows]


async def page(reader: Reader, app_id: str, match: Sequence[tuple[str, str]], page: Page) -> Slice[StoredDelivery]:
    """A page of the app's deliveries whose columns have these values, oldest first.

    A filter examines a limited number of deliveries, as `filtered_slice_of` documents.
    """
    source = "delivery WHERE app_id = $1"
    if not match:
        rows = await slice_of(reader, DELIVERY_ROWS.columns, source, (app_id,), page, spread=True)
        return rows.holding([DELIVERY_ROWS.load(row[:-1]) for row in rows.records])
    if ("status", FAILED) in match:
        source += f" AND status = '{FAILED}'"  # a literal: with a parameter the partial index is not used
    condition = " AND ".join(f"{column} = ${number}" for number, (column, _) in enumerate(match, 2))
    rows = await filtered_slice_of(
        reader, DELIVERY_ROWS.columns, source, (app_id,), condition, tuple(value for _, value in match), page
    )
    return rows.holding([DELIVERY_ROWS.load(row) for row in rows.records])


async def attempts(reader: Reader, app_id: str, delivery: StoredDelivery) -> list[StoredAttempt]:
    """The attempts of a delivery, oldest first."""
    rows = await reader.rows(
        f"SELECT {', '.join(ATTEMPT_COLUMNS)} FROM attempt WHERE bucket = $1 AND delivery_id = $2 AND app_id = $3 "
        "ORDER BY number",
        reader.bucket(delivery.lane),
        delivery.id,
        app_id,
    )
    return [StoredAttempt(*row) for row in rows]


async def last_attempts(reader: Reader, app_id: str, delivered: Sequence[StoredDelivery]) -> dict[str, StoredAttempt]:
    """The last attempt of each of these deliveries, by the id of the delivery, without the response of the endpoint."""
    keys = [(reader.bucket(one.lane), one.id, one.attempts, app_id) for one in delivered if one.attempts]
    if not keys:
        return {}
    rows = await reader.get_many("attempt", ATTEMPT_COLUMNS[:-1], ("bucket", "delivery_id", "number", "app_id"), keys)
    return {row[0]: StoredAttempt(*(*row, None)) for row in rows}


async def retry(tx: Tx, app_id: str, delivery: StoredDelivery) -> bool:
    """Make a settled delivery pending again; returns False if it is pending, or if its event is gone."""
    tx.effects.due.add((delivery.webhook_id, tx.bucket(delivery.lane)))
    changed = await tx.execute(
        "UPDATE delivery SET status = 'pending', tries = 0, due_at = $1, settled_at = NULL "
        "WHERE bucket = $2 AND id = $3 AND app_id = $4 AND status <> 'pending' "
        "AND EXISTS (SELECT 1 FROM event WHERE event.bucket = $2 AND event.id = $5)",
        tx.now,
        tx.bucket(delivery.lane),
        delivery.id,
        app_id,
        delivery.event_id,
    )
    return changed > 0


async def hasten(tx: Tx, app_id: str, delivery: StoredDelivery) -> None:
    """Make a pending delivery due now, with new attempts; does nothing if it is settled."""
    tx.effects.due.add((delivery.webhook_id, tx.bucket(delivery.lane)))
    await tx.execute(
        "UPDATE delivery SET tries = 0, due_at = $1 "
        "WHERE bucket = $2 AND id = $3 AND app_id = $4 AND status = 'pending'",
        tx.now,
        tx.bucket(delivery.lane),
        delivery.id,
        app_id,
    )


async def purge(tx: Tx, app_id: str, ranges: BucketRanges, limit: int) -> bool:
    """Delete up to `limit` deliveries of the app in a shard with their attempts; returns whether there are more."""
    (part,) = tx.parts(ranges)
    keys = await tx.rows(
        f"SELECT bucket, id FROM delivery WHERE app_id = $1{part.of('delivery')} LIMIT $2", app_id, limit
    )
    await remove(tx, keys)
    return len(keys) == limit


async def remove(tx: Tx, keys: Sequence[Sequence[object]]) -> None:
    """Delete deliveries with their attempts, given by bucket and id."""
    await tx.delete("attempt", ("bucket", "delivery_id"), keys)
    await tx.delete("delivery", ("bucket", "id"), keys)
