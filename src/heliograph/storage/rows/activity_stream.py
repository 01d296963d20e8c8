"""The activity of an app: its events and recorded requests, in the order of the event stream.

A request gets its id in the transaction that stores it, as an event does, so that both end at the same horizon
(`storage/rows/stream.py`), and one id is a position in both tables.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from heliograph.storage.engine import Reader, parameters
from heliograph.storage.rows import stream
from heliograph.storage.rows.event_records import RECORD_ROWS, StoredRecord
from heliograph.storage.rows.recorded_requests import SUMMARY_ROWS, StoredSummary

MOST_BEHIND = 1_000
"""The number of events, and of requests, after which a position is too old to continue."""
_ALL = "1 = 1"


class ActivityPage(Struct):
    """The next entries of an app, in their order; whether there may be more, and the position after them."""

    entries: list[StoredRecord | StoredSummary]
    has_more: bool
    position: str


async def newest(reader: Reader, app_id: str, horizon: str) -> str:
    """The position after all activity of the app so far. The horizon must have been read before."""
    if not reader.single_writer:
        return horizon
    # With one writer, the horizon is the newest event.
    row = await reader.row("SELECT max(id) FROM request WHERE bucket = 0 AND app_id = $1", app_id)
    return max(horizon, (row[0] if row else None) or horizon)


async def is_behind(reader: Reader, app_id: str, position: str) -> bool:
    """Whether more than `MOST_BEHIND` events or requests follow a position. On a database with one bucket, the events
    of all apps count, because no index separates them."""
    if reader.single_writer:
        event = await reader.row(
            "SELECT id FROM event WHERE bucket = 0 AND id > $1 ORDER BY id LIMIT 1 OFFSET $2", position, MOST_BEHIND
        )
    else:
        event = await reader.row(
            "SELECT id FROM event WHERE app_id = $1 AND id > $2 ORDER BY id LIMIT 1 OFFSET $3",
            app_id,
            position,
            MOST_BEHIND,
        )
    if event is not None:
        return True
    request = await reader.row(
        "SELECT id FROM request WHERE bucket = $1 AND app_id = $2 AND id > $3 ORDER BY id LIMIT 1 OFFSET $4",
        reader.bucket(app_id),
        app_id,
        position,
        MOST_BEHIND,
    )
    return request is not None


async def after(reader: Reader, app_id: str, position: str, horizon: str, limit: int) -> ActivityPage:
    """The next entries up to the horizon, which must have been read before; at most `limit` of each table."""
    rows, more_events, events_end = await stream.rows_after(
        reader, app_id, RECORD_ROWS.columns, _ALL, position, horizon, limit
    )
    events = [RECORD_ROWS.load(row) for row in rows]
    requests = await _requests_after(reader, app_id, position, horizon, limit)
    more_requests = len(requests) == limit
    entries: list[StoredRecord | StoredSummary] = [*events, *requests]
    entries.sort(key=lambda one: one.id)
    if not more_events and not more_requests:
        return ActivityPage(entries, False, max([events_end, *[one.id for one in entries]]))
    ends = [events_end] if more_events else []
    ends += [requests[-1].id] if more_requests else []
    end = min(ends)
    return ActivityPage([one for one in entries if one.id <= end], True, end)


async def _requests_after(reader: Reader, app_id: str, position: str, horizon: str, limit: int) -> list[StoredSummary]:
    # With one writer, the horizon is the newest event, and everything that is visible is before what will be written.
    bound, values = ("", ()) if reader.single_writer else (" AND id <= $5", (horizon,))
    rows = await reader.rows(
        f"SELECT {', '.join(SUMMARY_ROWS.columns)} FROM request "
        f"WHERE bucket = $1 AND app_id = $2 AND id > $3{bound} ORDER BY id LIMIT $4",
        reader.bucket(app_id),
        app_id,
        position,
        limit,
        *values,
    )
    return [SUMMARY_ROWS.load(row) for row in rows]


async def changed_apps(reader: Reader, since: str, horizon: str, app_ids: Collection[str]) -> list[str]:
    """The ids, out of `app_ids`, of the apps that have requests after `since`, up to the horizon."""
    if not app_ids:
        return []
    rows = await reader.rows(
        f"SELECT app_id FROM request WHERE {_among(app_ids)} AND id > $1 AND id <= $2 GROUP BY app_id",
        since,
        horizon,
        *[reader.bucket(app_id) for app_id in app_ids],
        *app_ids,
    )
    return [row[0] for row in rows]


def _among(app_ids: Collection[str]) -> str:
    """The condition for the requests of apps: their buckets are the parameters from $3 on, followed by their ids."""
    buckets = parameters(app_ids, 3)
    return f"bucket IN ({buckets}) AND app_id IN ({parameters(app_ids, 4 + buckets.count(','))})"
