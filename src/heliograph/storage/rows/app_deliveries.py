"""The deliveries and events of one app by time, for the clock of a sandbox. Reads all pending deliveries of the app."""

from __future__ import annotations

from msgspec import Struct

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import deliveries
from heliograph.storage.rows.retention import RetentionMark


class NextHeads(Struct):
    """When the next heads are due: those that were never attempted, and those that wait for a retry."""

    first: int | None
    retry: int | None
    webhook_ids: list[str]
    """The webhooks with heads."""


class PastAttempt(Struct, frozen=True):
    """An attempt, and the time at which it began."""

    at: int
    delivery_id: str
    number: int
    status: int | None


async def next_heads(reader: Reader, app_id: str) -> NextHeads:
    """The heads of the lanes of an app. Only for a database with one bucket."""
    rows = await reader.rows(
        """SELECT d.webhook_id, min(CASE WHEN d.tries = 0 THEN d.due_at END),
            min(CASE WHEN d.tries > 0 THEN d.due_at END)
        FROM delivery AS d WHERE d.bucket = 0 AND d.app_id = $1 AND d.status = 'pending' AND d.event_id = (
            SELECT min(f.event_id) FROM delivery AS f
            WHERE f.bucket = 0 AND f.lane = d.lane AND f.webhook_id = d.webhook_id AND f.status = 'pending'
        ) GROUP BY d.webhook_id""",
        app_id,
    )
    return NextHeads(
        min((row[1] for row in rows if row[1] is not None), default=None),
        min((row[2] for row in rows if row[2] is not None), default=None),
        [row[0] for row in rows],
    )


async def attempts_between(reader: Reader, app_id: str, after: int, until: int) -> list[PastAttempt]:
    """The attempts of an app that began after a time, up to another one, in the order of their times."""
    rows = await reader.rows(
        """SELECT started_at, delivery_id, number, status FROM attempt
        WHERE bucket = 0 AND app_id = $1 AND started_at > $2 AND started_at <= $3
        ORDER BY started_at, delivery_id, number""",
        app_id,
        after,
        until,
    )
    return [PastAttempt(*row) for row in rows]


async def prune(tx: Tx, app_id: str, mark: RetentionMark) -> tuple[int, int]:
    """Delete the events of an app up to a mark, and their settled deliveries; returns the numbers of both."""
    settled = await tx.rows(
        "SELECT bucket, id FROM delivery WHERE bucket = 0 AND app_id = $1 AND event_id <= $2 AND status <> 'pending'",
        app_id,
        mark.id,
    )
    await deliveries.remove(tx, settled)
    events = await tx.execute(
        """DELETE FROM event WHERE bucket = 0 AND app_id = $1 AND id <= $2 AND NOT EXISTS (
            SELECT 1 FROM delivery AS d WHERE d.bucket = 0 AND d.status = 'pending' AND d.event_id = event.id
            AND d.lane = coalesce(event.conversation_id, event.user_id, '')
        )""",
        app_id,
        mark.id,
    )
    return events, len(settled)
