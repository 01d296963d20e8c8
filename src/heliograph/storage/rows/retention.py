"""Retention: the age of events, independent of the wall clock at the time they were written.

An id contains the time at which it was created, and a wall clock can be wrong: a server that once ran with a clock in
the future would delete new events, or keep old ones for years. So the database counts the time that has passed
(`Retention.age`), and a mark records the end of the event log at an age. Events before a mark that is old enough are
old.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import deliveries, meta

NAME = "retention"
"""The name of the state in `meta`."""
_MARKS = 48
"""Marks per retention time. Events may be kept this fraction of the retention time longer than configured."""
_JUMP = 8
"""The wall clock may advance the age by this fraction of the retention time, beyond what monotonic clocks show, each
time it is read."""


class RetentionMark(Struct, frozen=True):
    """A position in the event log: events up to this id existed at this age of the database, later ones did not."""

    age: int
    id: str


class Age(Struct):
    """A clock that does not depend on wall clocks: an age, and the trusted wall clock time, both in milliseconds."""

    wall: int
    age: int

    def advance(self, wall: int, least: int, keep: int) -> None:
        """Add the time since the last call. By the monotonic clock of this process, the age is at least `least`.

        The monotonic clock is trusted. A wall clock that is ahead is trusted in steps, since it may be wrong; one that
        is behind is ignored.
        """
        known = max(0, least - self.age)
        passed = max(known, min(wall - self.wall, known + keep // _JUMP))
        self.age += passed
        self.wall += passed


class Retention(Age):
    """The state of the retention clock: the age of the database, and its marks."""

    marks: list[RetentionMark] = []

    def mark(self, id: str, keep: int) -> RetentionMark | None:
        """Mark the end of the log; returns the newest mark that is at least `keep` old, and drops those before it."""
        if not self.marks or self.age - self.marks[-1].age >= keep // _MARKS:
            self.marks.append(RetentionMark(self.age, id))
        old = [mark for mark in self.marks if self.age - mark.age >= keep]
        self.marks = self.marks[max(0, len(old) - 1) :]
        return old[-1] if old else None


_decode = msgspec.json.Decoder(Retention).decode


async def clock(reader: Reader) -> int:
    """The time in milliseconds, by the clock that all servers of the database share."""
    row = await reader.row(f"SELECT {reader.clock}")
    assert row is not None
    now: int = row[0]
    return now


async def advance(
    tx: Tx, horizon: str, wall: int, least: int, keep: int, name: str = NAME
) -> tuple[int, RetentionMark | None]:
    """Advance the age of the database by the time that has passed. `horizon` is the end of the event stream.

    Returns the age of the database, and the mark before which events are older than `keep` milliseconds. Each retention
    time has a state of its own, which is stored as `name`.
    """
    known = await meta.get(tx, name)
    retention = _decode(known) if known else None
    if retention is None:
        retention = Retention(wall, 0)
    retention.advance(wall, least, keep)
    old = retention.mark(horizon, keep)
    await meta.put(tx, name, msgspec.json.encode(retention).decode())
    return retention.age, old


async def buckets(reader: Reader, table: str) -> list[int]:
    """The buckets in which a table, or a partition of one, has rows. On a distributed database, all buckets."""
    if reader.buckets == 1 or reader.parts(((0, reader.buckets - 1),))[0].apart:
        return list(range(reader.buckets))
    # LIMIT makes PostgreSQL search the index once for each bucket.
    is_filled = f"(SELECT 1 FROM {table} WHERE bucket = b LIMIT 1) = 1"
    rows = await reader.rows(f"SELECT b FROM generate_series(0, $1::bigint - 1) AS b WHERE {is_filled}", reader.buckets)
    return sorted(row[0] for row in rows)


async def prune_deliveries(tx: Tx, table: str, bucket: int, after: str, mark: RetentionMark, limit: int) -> str | None:
    """Delete the settled deliveries of old events among the next `limit` of the bucket.

    With a single writer their attempts are deleted too; otherwise they are in partitions.

    Returns the id to continue after, or None if none of the examined deliveries is old.
    """
    rows = await tx.rows(
        f"SELECT id, event_id, status FROM {table} WHERE bucket = $1 AND id > $2 ORDER BY id LIMIT $3",
        bucket,
        after,
        limit,
    )
    settled = [(bucket, id) for id, event_id, status in rows if event_id <= mark.id and status != "pending"]
    if tx.single_writer:
        await deliveries.remove(tx, settled)
    else:
        await tx.delete("delivery", ("bucket", "id"), settled)
    return rows[-1][0] if len(rows) == limit and any(row[1] <= mark.id for row in rows) else None


async def prune_attempts(tx: Tx, table: str, bucket: int, after: str, mark: RetentionMark, limit: int) -> str | None:
    """Delete the attempts of deleted deliveries among the next `limit` old ones of the bucket.

    Returns the delivery id to continue after, or None if there are no more old attempts.
    """
    rows = await tx.rows(
        f"""SELECT a.delivery_id, (SELECT 1 FROM delivery AS d WHERE d.bucket = $1 AND d.id = a.delivery_id) FROM (
            SELECT delivery_id FROM {table} WHERE bucket = $1 AND delivery_id > $2 AND delivery_id <= $3
            ORDER BY delivery_id LIMIT $4
        ) AS a ORDER BY a.delivery_id""",
        bucket,
        after,
        mark.id,
        limit,
    )
    gone = sorted({id for id, exists in rows if not exists})
    await tx.delete("attempt", ("bucket", "delivery_id"), [(bucket, id) for id in gone])
    return rows[-1][0] if len(rows) == limit else None


async def prune_events(tx: Tx, table: str, bucket: int, after: str, mark: RetentionMark, limit: int) -> str | None:
    """Delete the old events among the next `limit` of the bucket, except those with pending deliveries.

    Returns the id to continue after, or None if none of the examined events is old.
    """
    rows = await tx.rows(
        f"""SELECT e.id, (
            SELECT count(*) FROM delivery AS d WHERE d.bucket = $1 AND d.status = 'pending'
            AND d.lane = coalesce(e.conversation_id, e.user_id, '') AND d.event_id = e.id
        ) FROM (
            SELECT id, conversation_id, user_id FROM {table} WHERE bucket = $1 AND id > $2 AND id <= $3
            ORDER BY id LIMIT $4
        ) AS e ORDER BY e.id""",
        bucket,
        after,
        mark.id,
        limit,
    )
    await tx.delete("event", ("bucket", "id"), [(bucket, id) for id, pending in rows if not pending])
    return rows[-1][0] if len(rows) == limit else None


async def _delete_next(
    tx: Tx, kind: str, table: str, bucket: int, after: str, mark: RetentionMark, limit: int
) -> str | None:
    rows = await tx.rows(
        f"SELECT id FROM {table} WHERE bucket = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4",
        bucket,
        after,
        mark.id,
        limit,
    )
    await tx.delete(kind, ("bucket", "id"), [(bucket, id) for id, *_ in rows])
    return rows[-1][0] if len(rows) == limit else None


async def prune_outbound(tx: Tx, table: str, bucket: int, after: str, mark: RetentionMark, limit: int) -> str | None:
    """Delete the outbound rows from before the mark among the next `limit` rows of the bucket.

    Returns the id to continue after, or None if there are no more rows.
    """
    return await _delete_next(tx, "outbound", table, bucket, after, mark, limit)


async def prune_repetitions(tx: Tx, table: str, bucket: int, after: str, mark: RetentionMark, limit: int) -> str | None:
    """Delete the repetitions of events that are before the mark, among the next `limit` rows of the bucket.

    Returns the id to continue after, or None if there are no more.
    """
    return await _delete_next(tx, "repetition", table, bucket, after, mark, limit)


async def prune_requests(tx: Tx, table: str, bucket: int, after: str, mark: RetentionMark, limit: int) -> str | None:
    """Delete up to `limit` old requests of the next app of the bucket.

    Returns the app after which to continue, or None if there are no more apps.
    """
    row = await tx.row(
        f"SELECT app_id FROM {table} WHERE bucket = $1 AND app_id > $2 ORDER BY app_id LIMIT 1", bucket, after
    )
    if row is None:
        return None
    rows = await tx.rows(
        f"SELECT id FROM {table} WHERE bucket = $1 AND app_id = $2 AND id <= $3 ORDER BY id LIMIT $4",
        bucket,
        row[0],
        mark.id,
        limit,
    )
    await tx.delete("request", ("bucket", "app_id", "id"), [(bucket, row[0], id) for id, *_ in rows])
    if len(rows) == limit:
        return after
    next_app: str = row[0]
    return next_app
