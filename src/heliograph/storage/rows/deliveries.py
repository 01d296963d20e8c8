"""Deliveries: one for each event and webhook that subscribes to it, with its state.

A lane is a conversation or a user. The deliveries of a lane to one webhook are made in order: the first pending one is
the head, and the others wait for it. Deliveries that wait behind a head that is not due, or that hide other heads from
the search, are parked: they become due later, or when those before them are settled. So finding the heads costs the
same, however many deliveries wait.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Sequence

from msgspec import Raw, Struct
from msgspec.structs import astuple

from heliograph import ids
from heliograph.storage.engine import Reader, Row, Tx
from heliograph.storage.rows import webhooks
from heliograph.storage.rows.log_rows import DELIVERY_ROWS, StoredAttempt, StoredDelivery, StoredEvent
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.wire.deliveries import DeliveryStatus
from heliograph.wire.events import EventType

PENDING: DeliveryStatus = "pending"
DELIVERED: DeliveryStatus = "delivered"
FAILED: DeliveryStatus = "failed"
Ranges = tuple[tuple[int, int], ...]
"""Ranges of buckets, each with its first and its last bucket."""

_LOOK = 256
"""How many due deliveries one search for heads examines."""
_PARKED_MILLISECONDS = 300_000
"""How long a delivery is parked at most. Usually it becomes due as soon as it is the head; this limit is for the case
that a process dies or loses its lease just then."""
MOST_COUNTED = 10_000
"""The number at which the count of pending deliveries stops."""
_ATTEMPT = StoredAttempt.__struct_fields__


# From one webhook to the next on the index, however much is pending for each.
_WAITS = """waits (id) AS (
    SELECT min(webhook_id) FROM delivery WHERE status = 'pending'
    UNION ALL
    SELECT (SELECT min(webhook_id) FROM delivery WHERE status = 'pending' AND webhook_id > waits.id)
    FROM waits WHERE waits.id IS NOT NULL
)"""
# Of the lane of a delivery d, what is pending.
_LANE = "f.bucket = d.bucket AND f.lane = d.lane AND f.webhook_id = d.webhook_id AND f.status = 'pending'"


class Due(Struct):
    """A delivery to attempt now, and the payload of its event. `parks`: the delivery after it is parked."""

    bucket: int
    delivery: StoredDelivery
    created_at: int
    payload: Raw
    parks: bool = False


class Found(Struct):
    """The result of a search: heads that are due, and deliveries that wait for others and should be parked."""

    heads: list[Due]
    waiting: list[tuple[int, str]]
    """By bucket and id."""


class Backlog(Struct):
    """The number of pending deliveries, up to `MOST_COUNTED`, and how long the oldest head has been due."""

    pending: int
    overdue_milliseconds: int


class Settled(Struct):
    """The outcome of an attempt.

    `lease` and `owner` name the lease of the bucket and its owner; empty without leases. `parks` says whether the
    delivery after this one is parked. `cause` is the reason why an attempt has no response, for observers; it is not
    stored.
    """

    bucket: int
    delivery: StoredDelivery
    attempt: StoredAttempt
    lease: str = ""
    owner: str = ""
    parks: bool = False
    cause: str | None = None


Observe = Callable[[Settled], None]
"""Called after each attempt is recorded."""


def lane_of(event: StoredEvent) -> str:
    """The id of the conversation that the event is about, or else of the user."""
    return event.conversation_id or event.user_id or ""


async def due(tx: Tx, events: Sequence[StoredEvent], in_full: Container[str]) -> list[StoredDelivery]:
    """New deliveries of the events, not stored yet. Events whose ids are `in_full` have a payload with full users."""
    every = await webhooks.of_apps(tx, {event.app_id for event in events})
    if not every:
        return []
    subscribed = {
        (app_id, event_type): _subscribed(every, app_id, event_type)
        for app_id, event_type in {(event.app_id, event.type) for event in events}
    }
    return [
        StoredDelivery(
            id=ids.new(),
            app_id=event.app_id,
            webhook_id=webhook.id,
            event_id=event.id,
            event_type=event.type,
            lane=lane_of(event),
            in_full=webhook.include_full_user and event.id in in_full,
            status=PENDING,
            tries=0,
            attempts=0,
            due_at=tx.now,
            created_at=tx.now,
        )
        for event in events
        for webhook in subscribed[event.app_id, event.type]
    ]


def _subscribed(webhooks: Sequence[StoredWebhook], app_id: str, event_type: EventType) -> list[StoredWebhook]:
    return [one for one in webhooks if one.app_id == app_id and ("*" in one.triggers or event_type in one.triggers)]


async def add(tx: Tx, due: Sequence[StoredDelivery]) -> None:
    """Store the deliveries."""
    await tx.insert(
        "delivery", ("bucket", *DELIVERY_ROWS.columns), [(tx.bucket(one.lane), *DELIVERY_ROWS.dump(one)) for one in due]
    )


async def waiting(reader: Reader, now: int) -> list[str]:
    """The ids of webhooks with due deliveries, and of deleted webhooks with pending ones."""
    rows = await reader.rows(
        f"""WITH RECURSIVE {_WAITS} SELECT id FROM waits WHERE id IS NOT NULL
        AND ((SELECT min(due_at) FROM delivery WHERE webhook_id = waits.id AND status = 'pending') <= $1
            OR NOT EXISTS (SELECT 1 FROM webhook WHERE webhook.id = waits.id))""",
        now,
    )
    return [row[0] for row in rows]


async def backlog(reader: Reader, now: int) -> Backlog:
    """The number of pending deliveries, and how long the oldest head has been due."""
    row = await reader.row(
        f"""WITH RECURSIVE {_WAITS} SELECT
            (SELECT count(*) FROM (SELECT 1 FROM delivery WHERE status = 'pending' LIMIT $2) AS counted),
            (SELECT min(
                (SELECT min(d.due_at) FROM (
                    SELECT * FROM delivery WHERE webhook_id = waits.id AND status = 'pending' AND due_at <= $1
                    ORDER BY due_at, event_id LIMIT $3
                ) AS d WHERE d.event_id = (SELECT min(f.event_id) FROM delivery AS f WHERE {_LANE}))
            ) FROM waits WHERE id IS NOT NULL)""",
        now,
        MOST_COUNTED,
        _LOOK,
    )
    assert row is not None
    return Backlog(pending=row[0], overdue_milliseconds=0 if row[1] is None else now - row[1])


async def heads(
    reader: Reader, webhook_id: str, ranges: Ranges, now: int, limit: int, leaving_out: Collection[str] = ()
) -> Found:
    """The due heads of the webhook's lanes in these buckets, the longest due first.

    `leaving_out` are lanes with outcomes that are not settled yet.
    """
    # Deliveries of a lane are ordered by the ids of their events, which ascend in a conversation on all machines.
    columns = ", ".join(f"d.{name}" for name in DELIVERY_ROWS.columns)
    others = ", ".join(f"${number}" for number, _ in enumerate(leaving_out, 4))
    rows = await reader.rows(
        f"""SELECT d.bucket, {columns}, e.created_at,
            CASE d.in_full WHEN 1 THEN coalesce(e.full_payload, e.payload) ELSE e.payload END,
            CASE WHEN e.id IS NULL THEN 0 ELSE (
                SELECT f.due_at FROM delivery AS f WHERE {_LANE} AND f.event_id > d.event_id ORDER BY f.event_id LIMIT 1
            ) END
        FROM (
            SELECT * FROM delivery WHERE webhook_id = $1 AND status = 'pending' AND due_at <= $2
            AND {_within(ranges)}{f" AND lane NOT IN ({others})" if others else ""}
            ORDER BY due_at, event_id LIMIT $3
        ) AS d
        LEFT JOIN event AS e ON e.bucket = d.bucket AND e.id = d.event_id
        AND d.event_id = (SELECT min(f.event_id) FROM delivery AS f WHERE {_LANE})
        ORDER BY d.due_at, d.event_id""",
        webhook_id,
        now,
        _LOOK,
        *leaving_out,
    )
    found = [
        Due(row[0], DELIVERY_ROWS.load(row[1:-3]), row[-3], Raw(row[-2]), parks=(row[-1] or 0) > now)
        for row in rows
        if row[-3] is not None
    ]
    behind = [DELIVERY_ROWS.load(row[1:-3]) for row in rows if row[-3] is None]
    if len(rows) < _LOOK or len(found) >= limit:
        # Nothing hides more heads. So what is next after a head that is found may stay.
        lanes = {one.delivery.lane for one in found}
        behind = [one for one in behind if one.lane not in lanes]
    return Found(found[:limit], [(reader.bucket(one.lane), one.id) for one in behind])


def _within(ranges: Ranges) -> str:
    # CASE keeps planners from starting with the buckets and from underestimating their rows: the rows should be read
    # in the order of due times, and the first few are enough.
    inside = " OR ".join(f"bucket BETWEEN {one} AND {end}" for one, end in ranges) or "1 = 0"
    return f"CASE WHEN {inside} THEN 1 = 1 ELSE 1 = 0 END"


async def park(tx: Tx, keys: Sequence[tuple[int, str]], now: int) -> None:
    """Park deliveries that wait behind others, given by bucket and id. No attempt may be under way in their lanes.

    The outcome of the delivery before such a one must be settled with `parks`.
    """
    until = now + _PARKED_MILLISECONDS
    await tx.update("delivery", ("due_at",), ("bucket", "id"), [(until, *key) for key in keys])


async def hasten(tx: Tx, now: int, delays: Sequence[int]) -> None:
    """Make deliveries due that are due later than any delay allows: a wall clock was ahead, or has stepped back.

    `delays` are the longest delays in milliseconds after the first failed attempt, the second, and so on.
    """
    longest = " ".join(f"WHEN {tries} THEN {delay}" for tries, delay in enumerate(delays, 1))
    await tx.execute(
        "UPDATE delivery SET due_at = $1 WHERE status = 'pending' "
        f"AND due_at - CASE tries {longest} ELSE {_PARKED_MILLISECONDS} END > $1",
        now,
    )


async def settle(tx: Tx, outcomes: Sequence[Settled]) -> list[None]:
    """Record the outcomes of attempts, each attempt once: a batch. Skips buckets that another process leases now."""
    names = {one.lease for one in outcomes if one.lease}
    rows = await tx.get_many("lease", ("name", "owner"), ("name",), [(name,) for name in sorted(names)])
    owners = {name: owner for name, owner in rows}
    keys = [(one.bucket, one.delivery.id) for one in outcomes]
    rows = await tx.get_many("delivery", ("bucket", "id", "attempts"), ("bucket", "id"), keys)
    known = {(bucket, id): attempts for bucket, id, attempts in rows}
    valid = []
    for one in outcomes:
        # A delivery that is gone was purged. One that has this attempt already was recorded by a commit that was not
        # answered, or by an earlier outcome of this batch.
        key = one.bucket, one.delivery.id
        if known.get(key, one.attempt.number) >= one.attempt.number:
            continue
        if not one.lease or owners.get(one.lease) == one.owner:
            known[key] = one.attempt.number
            valid.append(one)
    await tx.insert("attempt", ("bucket", *_ATTEMPT), [(one.bucket, *astuple(one.attempt)) for one in valid])
    latest = {(one.bucket, one.delivery.id): one for one in valid}  # of two rows with one key an UPDATE takes any
    await tx.update(
        "delivery",
        ("status", "tries", "attempts", "due_at", "settled_at"),
        ("bucket", "id"),
        [_changed(one.bucket, one.delivery) for one in latest.values()],
    )
    for one in outcomes:
        if one.parks and one.delivery.status != PENDING:
            await _make_due(tx, one.bucket, one.delivery)
    return [None] * len(outcomes)


async def _make_due(tx: Tx, bucket: int, settled: StoredDelivery) -> None:
    """Make the head of the lane due, unless it waits for another attempt."""
    # By its key: SQLite would rather go through everything in the bucket than believe that an index finds one row.
    await tx.execute(
        """UPDATE delivery SET due_at = created_at WHERE bucket = $1 AND tries = 0 AND id = (
            SELECT id FROM delivery WHERE bucket = $1 AND lane = $2 AND webhook_id = $3 AND status = 'pending'
            ORDER BY event_id LIMIT 1
        )""",
        bucket,
        settled.lane,
        settled.webhook_id,
    )


def _changed(bucket: int, it: StoredDelivery) -> Row:
    return it.status, it.tries, it.attempts, it.due_at, it.settled_at, bucket, it.id


async def drop(tx: Tx, webhook_id: str, limit: int) -> bool:
    """Delete up to `limit` pending deliveries of a deleted webhook; returns whether there are more."""
    keys = await tx.rows(
        "SELECT bucket, id FROM delivery WHERE webhook_id = $1 AND status = 'pending' LIMIT $2", webhook_id, limit
    )
    await _remove(tx, keys)
    return len(keys) == limit


async def purge(tx: Tx, app_id: str, limit: int) -> bool:
    """Delete up to `limit` deliveries of the app with their attempts; returns whether there are more."""
    keys = await tx.rows("SELECT bucket, id FROM delivery WHERE app_id = $1 LIMIT $2", app_id, limit)
    await _remove(tx, keys)
    return len(keys) == limit


async def _remove(tx: Tx, keys: Sequence[Sequence[object]]) -> None:
    await tx.delete("attempt", ("bucket", "delivery_id"), keys)
    await tx.delete("delivery", ("bucket", "id"), keys)


async def get(reader: Reader, app_id: str, delivery_id: str) -> StoredDelivery | None:
    """The delivery of the app, or None."""
    row = await reader.get("delivery", DELIVERY_ROWS.columns, ("app_id", "id"), (app_id, delivery_id))
    return DELIVERY_ROWS.load(row) if row else None


async def attempts(reader: Reader, app_id: str, delivery: StoredDelivery) -> list[StoredAttempt]:
    """The attempts of a delivery, oldest first."""
    rows = await reader.rows(
        f"SELECT {', '.join(_ATTEMPT)} FROM attempt WHERE bucket = $1 AND delivery_id = $2 AND app_id = $3 "
        "ORDER BY number",
        reader.bucket(delivery.lane),
        delivery.id,
        app_id,
    )
    return [StoredAttempt(*row) for row in rows]


async def retry(tx: Tx, app_id: str, delivery: StoredDelivery) -> None:
    """Make a delivery pending again, unless it is."""
    await tx.execute(
        "UPDATE delivery SET status = 'pending', tries = 0, due_at = $1, settled_at = NULL "
        "WHERE bucket = $2 AND id = $3 AND app_id = $4 AND status <> 'pending'",
        tx.now,
        tx.bucket(delivery.lane),
        delivery.id,
        app_id,
    )
