"""The delivery queue: finds the deliveries to attempt now, and records the outcomes of attempts.

A lane is a conversation or a user. The deliveries of a lane to one webhook are made in order: the first pending one is
the head, and the others wait for it. Deliveries that wait behind a head that is not due, or that hide other heads from
the search, are parked: their due time is postponed until those before them are settled. So the cost of finding heads
does not depend on the number of waiting deliveries.

Its functions work for all tenants.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import Raw, Struct
from msgspec.structs import astuple

from heliograph.storage.buckets import BucketRanges, Part
from heliograph.storage.engine import Reader, Row, Tx, parameters
from heliograph.storage.rows.deliveries import ATTEMPT_COLUMNS, PENDING, remove
from heliograph.storage.rows.log_rows import DELIVERY_ROWS, FULL_SOURCE, FULL_USER, StoredAttempt, StoredDelivery

DELIVERIES_EXAMINED = 256
"""The number of due deliveries that a search for heads examines."""
_PARKED_MILLISECONDS = 300_000
"""The longest time for which a delivery is parked. Usually it becomes due as soon as it is the head; the limit covers a
process that dies or loses its lease at that point."""
MAX_COUNTED = 10_000
"""The count of pending deliveries stops at this number."""

# Webhooks with pending deliveries. Skips from one webhook to the next on the index, instead of reading every delivery.
_WAITS = """waits (id) AS (
    SELECT min(webhook_id) FROM delivery WHERE status = 'pending'{0}
    UNION ALL
    SELECT (SELECT min(webhook_id) FROM delivery WHERE status = 'pending' AND webhook_id > waits.id{0})
    FROM waits WHERE waits.id IS NOT NULL
)"""
# The condition for f to be a pending delivery of the same lane as d.
_LANE = "f.bucket = d.bucket AND f.lane = d.lane AND f.webhook_id = d.webhook_id AND f.status = 'pending'{0}"


class DueDelivery(Struct):
    """A delivery to attempt now, with the payload of its event. `parks`: whether the delivery after it is parked.

    `full_source` is what to add to the source of the payload.
    """

    bucket: int
    delivery: StoredDelivery
    created_at: int
    payload: Raw
    full_source: Raw | None = None
    parks: bool = False

    @property
    def order(self) -> tuple[int, str]:
        """Of two due deliveries of a webhook, the one with the lower order is attempted first."""
        return self.delivery.due_at, self.delivery.event_id


class HeadSearch(Struct):
    """The result of a search for heads: those that are due, and deliveries behind heads that should be parked."""

    heads: list[DueDelivery]
    waiting: list[tuple[int, str]]
    """Each as its bucket and id."""


class Backlog(Struct):
    """The number of pending deliveries, up to `MAX_COUNTED`, and how long the oldest head has been due."""

    pending: int
    overdue_milliseconds: int


class AttemptOutcome(Struct):
    """The outcome of an attempt.

    `delivery` is the delivery after the attempt. `lease` and `owner` name the lease of the bucket and its owner, and
    are empty without leases. `parks`: whether the delivery after this one is parked. `cause` is the reason why the
    attempt got no response; it is passed to observers and not stored.
    """

    bucket: int
    delivery: StoredDelivery
    attempt: StoredAttempt
    lease: str = ""
    owner: str = ""
    parks: bool = False
    cause: str | None = None


AttemptObserver = Callable[[AttemptOutcome], None]
"""Called after each attempt is recorded."""


async def due_webhooks(reader: Reader, ranges: BucketRanges, now: int) -> list[str]:
    """The ids of webhooks with due deliveries in these buckets, and of deleted webhooks with pending deliveries in
    them."""
    found: dict[str, None] = {}
    for part in reader.parts(ranges):
        # LIMIT makes PostgreSQL read the index up to the first row. It could read all due deliveries for EXISTS.
        pending = f"SELECT 1 FROM delivery WHERE webhook_id = waits.id AND status = 'pending' AND {part.searched}"
        rows = await reader.rows(
            f"""WITH RECURSIVE {_WAITS.format(part.of("delivery"))} SELECT id FROM waits WHERE id IS NOT NULL
            AND (({pending} AND due_at <= $1 LIMIT 1) = 1
                OR (NOT EXISTS (SELECT 1 FROM webhook WHERE webhook.id = waits.id) AND ({pending} LIMIT 1) = 1))""",
            now,
        )
        found.update(dict.fromkeys(row[0] for row in rows))
    return list(found)


async def backlog(reader: Reader, now: int) -> Backlog:
    """The number of pending deliveries, and how long the oldest head has been due."""
    backlogs = [await _backlog_of(reader, part, now) for part in reader.parts(((0, reader.buckets - 1),))]
    pending = min(sum(one.pending for one in backlogs), MAX_COUNTED)
    return Backlog(pending, max(one.overdue_milliseconds for one in backlogs))


async def _backlog_of(reader: Reader, part: Part, now: int) -> Backlog:
    of_delivery, lane = part.of("delivery"), _LANE.format(part.of("f"))
    row = await reader.row(
        f"""WITH RECURSIVE {_WAITS.format(of_delivery)} SELECT
            (SELECT count(*) FROM (SELECT 1 FROM delivery WHERE status = 'pending'{of_delivery} LIMIT $2) AS counted),
            (SELECT min(
                (SELECT min(d.due_at) FROM (
                    SELECT * FROM delivery WHERE webhook_id = waits.id AND status = 'pending' AND due_at <= $1
                    {of_delivery} ORDER BY due_at, event_id LIMIT $3
                ) AS d WHERE d.event_id = (SELECT min(f.event_id) FROM delivery AS f WHERE {lane}))
            ) FROM waits WHERE id IS NOT NULL)""",
        now,
        MAX_COUNTED,
        DELIVERIES_EXAMINED,
    )
    assert row is not None
    return Backlog(pending=row[0], overdue_milliseconds=0 if row[1] is None else now - row[1])


async def heads(
    reader: Reader, webhook_id: str, ranges: BucketRanges, now: int, limit: int, leaving_out: Collection[str] = ()
) -> HeadSearch:
    """The due heads of the webhook's lanes in these buckets, longest due first.

    `leaving_out` are lanes with a call in flight.
    """
    found = [await _heads_of(reader, webhook_id, part, now, limit, leaving_out) for part in reader.parts(ranges)]
    if len(found) == 1:
        return found[0]
    heads = sorted([head for one in found for head in one.heads], key=lambda head: head.order)
    return HeadSearch(heads[:limit], [key for one in found for key in one.waiting])


async def _heads_of(
    reader: Reader, webhook_id: str, part: Part, now: int, limit: int, leaving_out: Collection[str]
) -> HeadSearch:
    # A lane is ordered by event ids, which ascend within a conversation, whichever machine creates them.
    lane = _LANE.format(part.of("f"))
    columns = ", ".join(f"d.{name}" for name in DELIVERY_ROWS.columns)
    others = parameters(leaving_out, 4)
    rows = await reader.rows(
        f"""SELECT d.bucket, {columns}, e.created_at,
            CASE WHEN d.in_full & {FULL_USER} <> 0 THEN coalesce(e.full_payload, e.payload) ELSE e.payload END,
            CASE WHEN d.in_full & {FULL_SOURCE} <> 0 THEN e.full_source END,
            CASE WHEN e.id IS NULL THEN 0 ELSE (
                SELECT f.due_at FROM delivery AS f WHERE {lane} AND f.event_id > d.event_id ORDER BY f.event_id LIMIT 1
            ) END
        FROM (
            SELECT * FROM delivery WHERE webhook_id = $1 AND status = 'pending' AND due_at <= $2
            AND {part.searched}{f" AND lane NOT IN ({others})" if others else ""}
            ORDER BY due_at, event_id LIMIT $3
        ) AS d
        LEFT JOIN event AS e ON e.bucket = d.bucket AND e.id = d.event_id{part.of("e")}
        AND d.event_id = (SELECT min(f.event_id) FROM delivery AS f WHERE {lane})
        ORDER BY d.due_at, d.event_id""",
        webhook_id,
        now,
        DELIVERIES_EXAMINED,
        *leaving_out,
    )
    found = [
        DueDelivery(
            row[0],
            DELIVERY_ROWS.load(row[1:-4]),
            created_at,
            Raw(payload),
            None if full_source is None else Raw(full_source),
            parks=(next_due_at or 0) > now,
        )
        for row in rows
        for created_at, payload, full_source, next_due_at in (row[-4:],)
        if created_at is not None
    ]
    behind = [DELIVERY_ROWS.load(row[1:-4]) for row in rows if row[-4] is None]
    if len(rows) < DELIVERIES_EXAMINED or len(found) >= limit:
        # No more heads can be hidden, so deliveries directly behind a found head need not be parked.
        lanes = {one.delivery.lane for one in found}
        behind = [one for one in behind if one.lane not in lanes]
    return HeadSearch(found[:limit], [(reader.bucket(one.lane), one.id) for one in behind])


async def park(tx: Tx, keys: Sequence[tuple[int, str]], now: int) -> None:
    """Park deliveries that wait behind others, given by bucket and id. Their lanes must not have a call in flight.

    The outcome of the delivery before each of them must be recorded with `parks`.
    """
    until = now + _PARKED_MILLISECONDS
    await tx.update("delivery", ("due_at",), ("bucket", "id"), [(until, *key) for key in keys])


async def release(tx: Tx, keys: Sequence[tuple[int, str]]) -> None:
    """Make deliveries due that were never attempted, given by bucket and id, because the deliveries before them were
    deleted."""
    waiting = "bucket = $1 AND id = $2 AND status = 'pending' AND tries = 0"
    for key in keys:
        await tx.execute(f"UPDATE delivery SET due_at = created_at WHERE {waiting}", *key)


async def hasten(tx: Tx, ranges: BucketRanges, now: int, delays: Sequence[int]) -> None:
    """Make deliveries due whose due time is further ahead than any delay allows, because a wall clock was wrong.

    Only in these buckets.

    `delays` are the longest delays in milliseconds after the first failed attempt, the second, and so on.
    """
    longest = " ".join(f"WHEN {tries} THEN {delay}" for tries, delay in enumerate(delays, 1))
    for part in tx.parts(ranges):
        await tx.execute(
            f"UPDATE delivery SET due_at = $1 WHERE status = 'pending' AND ({part.inside}) "
            f"AND due_at - CASE tries {longest} ELSE {_PARKED_MILLISECONDS} END > $1",
            now,
        )


async def settle(tx: Tx, outcomes: Sequence[AttemptOutcome]) -> list[None]:
    """Record a batch of outcomes, each attempt once. Skips buckets that another process leases now."""
    names = {one.lease for one in outcomes if one.lease}
    rows = await tx.get_many("lease", ("name", "owner"), ("name",), [(name,) for name in sorted(names)])
    owners = {name: owner for name, owner in rows}
    keys = [(one.bucket, one.delivery.id) for one in outcomes]
    rows = await tx.get_many("delivery", ("bucket", "id", "attempts"), ("bucket", "id"), keys)
    known = {(bucket, id): attempts for bucket, id, attempts in rows}
    valid = []
    for one in outcomes:
        # A missing delivery was purged. One that already has this attempt was recorded by a commit whose result was
        # lost, or by an earlier outcome of this batch.
        key = one.bucket, one.delivery.id
        if known.get(key, one.attempt.number) >= one.attempt.number:
            continue
        if not one.lease or owners.get(one.lease) == one.owner:
            known[key] = one.attempt.number
            valid.append(one)
    await tx.insert("attempt", ("bucket", *ATTEMPT_COLUMNS), [(one.bucket, *astuple(one.attempt)) for one in valid])
    latest = {(one.bucket, one.delivery.id): one for one in valid}  # given two rows with one key, UPDATE uses either
    await tx.update(
        "delivery",
        ("status", "tries", "attempts", "due_at", "settled_at"),
        ("bucket", "id"),
        [_state(one.bucket, one.delivery) for one in latest.values()],
    )
    for one in outcomes:
        if one.parks and one.delivery.status != PENDING:
            await _make_due(tx, one.bucket, one.delivery)
    return [None] * len(outcomes)


async def _make_due(tx: Tx, bucket: int, settled: StoredDelivery) -> None:
    """Make the head of the lane due, unless it waits for a retry."""
    # Selected by key: otherwise SQLite reads the whole bucket, because it does not expect the index to find one row.
    await tx.execute(
        """UPDATE delivery SET due_at = created_at WHERE bucket = $1 AND tries = 0 AND id = (
            SELECT id FROM delivery WHERE bucket = $1 AND lane = $2 AND webhook_id = $3 AND status = 'pending'
            ORDER BY event_id LIMIT 1
        )""",
        bucket,
        settled.lane,
        settled.webhook_id,
    )


def _state(bucket: int, delivery: StoredDelivery) -> Row:
    state = delivery.status, delivery.tries, delivery.attempts, delivery.due_at, delivery.settled_at
    return *state, bucket, delivery.id


async def drop(tx: Tx, webhook_id: str, ranges: BucketRanges, limit: int) -> bool:
    """Delete up to `limit` pending deliveries of a deleted webhook in these buckets; returns whether there are more."""
    for part in tx.parts(ranges):
        of_webhook = f"webhook_id = $1 AND status = 'pending' AND {part.searched}"
        keys = await tx.rows(f"SELECT bucket, id FROM delivery WHERE {of_webhook} LIMIT $2", webhook_id, limit)
        await remove(tx, keys)
        if len(keys) == limit:
            return True
    return False
