"""Events as operators look them up: by type, conversation, user, or the request that caused them."""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct

from heliograph import ids
from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader
from heliograph.storage.paging import ROWS_EXAMINED, filtered_slice_of, slice_of
from heliograph.wire import times
from heliograph.wire.event_records import EventRecordFilter
from heliograph.wire.event_types import EventType
from heliograph.wire.paging import Page, Slice

_CLOCK_DIFFERENCE = _MINUTE = 60_000
_NEWEST = 2_000
_QUIET = (
    "'conversation:typing', 'conversation:read', 'conversation:message:delivery:channel', "
    "'conversation:message:delivery:failure', 'conversation:message:delivery:user'"
)


class StoredRecord(Struct):
    """A row of `event` without the columns that only webhooks need. The fields are the columns, in this order."""

    id: str
    app_id: str
    type: EventType
    conversation_id: str | None
    user_id: str | None
    caller_key_id: str | None
    request_id: str | None
    created_at: int
    payload: Raw
    synthetic: str | None
    session_id: str | None


RECORD_ROWS = RowCodec(StoredRecord)


async def page(reader: Reader, app_id: str, filter: EventRecordFilter, page: Page) -> Slice[StoredRecord]:
    """A page of the app's events that the filter selects, oldest first.

    A filter examines a limited number of events, as `filtered_slice_of` documents. With one bucket no index separates
    the events of apps, so they are always filtered.
    """
    source, values, match = _selected(reader, app_id, filter)
    if not match:
        rows = await slice_of(reader, RECORD_ROWS.columns, source, values, page, spread=True)
        return rows.holding([RECORD_ROWS.load(row[:-1]) for row in rows.records])
    condition = " AND ".join(f"{column} = ${number}" for number, (column, _) in enumerate(match, len(values) + 1))
    wanted = tuple(value for _, value in match)
    rows = await filtered_slice_of(reader, RECORD_ROWS.columns, source, values, condition, wanted, _begun(filter, page))
    return rows.holding([RECORD_ROWS.load(row) for row in rows.records])


async def get(reader: Reader, app_id: str, event_id: str) -> StoredRecord | None:
    """The event of the app with this id, or None."""
    source = "event WHERE bucket = 0 AND app_id = $1" if reader.buckets == 1 else "event WHERE app_id = $1"
    row = await reader.row(f"SELECT {', '.join(RECORD_ROWS.columns)} FROM {source} AND id = $2", app_id, event_id)
    return RECORD_ROWS.load(row) if row else None


async def conversation_of(reader: Reader, app_id: str, id: str) -> str | None:
    """The conversation of a message or a participant, by the event of its creation.

    No index finds it: up to 1,000 events of the minute after the id was created are examined.
    """
    made = ids.milliseconds(id)
    # Ids can be ahead of the clock, because they are greater than imported ids.
    if made > times.now() + 2 * _MINUTE:
        return None
    source = "event WHERE bucket = 0" if reader.buckets == 1 else "event WHERE app_id = $1"
    row = await reader.row(
        f"SELECT conversation_id FROM (SELECT * FROM {source} AND id >= $2 AND id <= $3 ORDER BY id "
        f"LIMIT {ROWS_EXAMINED}) AS examined WHERE app_id = $1 AND conversation_id IS NOT NULL "
        "AND (replace(payload, $4, '') <> payload OR replace(members, $4, '') <> members) ORDER BY id LIMIT 1",
        app_id,
        ids.earliest(made),
        ids.earliest(made + _MINUTE),
        id,
    )
    return row[0] if row else None


async def newest_of_conversations(reader: Reader, app_id: str) -> list[tuple[str, str]]:
    """The conversations with an event among the newest 2,000 of the app, each with the id of its newest event, newest
    first. With one bucket, the newest 2,000 events of all apps are examined.

    Events that users cause by typing and reading, and those about deliveries to channels, do not count.
    """
    source = "event WHERE bucket = 0" if reader.buckets == 1 else "event WHERE app_id = $1"
    rows = await reader.rows(
        "SELECT conversation_id, max(id) AS newest FROM "
        f"(SELECT id, app_id, conversation_id, type FROM {source} ORDER BY id DESC LIMIT {_NEWEST}) AS examined "
        f"WHERE app_id = $1 AND conversation_id IS NOT NULL AND type NOT IN ({_QUIET}) "
        "GROUP BY conversation_id HAVING max(CASE WHEN type = 'conversation:remove' THEN 1 ELSE 0 END) = 0 "
        "ORDER BY newest DESC",
        app_id,
    )
    return [(row[0], row[1]) for row in rows]


async def of_request(
    reader: Reader, app_id: str, request_id: str, first: str, last: str, limit: int
) -> list[StoredRecord]:
    """The events of the app with this request id, and ids between `first` and `last`, oldest first."""
    source = "event WHERE bucket = 0 AND app_id = $1" if reader.single_writer else "event WHERE app_id = $1"
    rows = await reader.rows(
        f"SELECT {', '.join(RECORD_ROWS.columns)} FROM {source} AND request_id = $2 AND id >= $3 AND id <= $4 "
        "ORDER BY id LIMIT $5",
        app_id,
        request_id,
        first,
        last,
        limit,
    )
    return [RECORD_ROWS.load(row) for row in rows]


def _selected(
    reader: Reader, app_id: str, filter: EventRecordFilter
) -> tuple[str, tuple[Any, ...], list[tuple[str, str]]]:
    """The source of a page, its parameters, and the columns that must have a value."""
    named = (
        ("type", filter.type),
        ("conversation_id", filter.conversation_id),
        ("user_id", filter.user_id),
        ("request_id", filter.request_id),
    )
    match = [(column, value) for column, value in named if value is not None]
    if reader.single_writer:
        return "event WHERE bucket = 0", (), [("app_id", app_id), *match]
    if filter.conversation_id is not None:
        return "event WHERE bucket = $1 AND app_id = $2", (reader.bucket(filter.conversation_id), app_id), match
    return "event WHERE app_id = $1", (app_id,), match


def _begun(filter: EventRecordFilter, page: Page) -> Page:
    """The page without the events from before the request: a request id that a server created contains its time."""
    id = filter.request_id
    if id is None or not ids.is_id(id) or page.after is not None or page.before is not None:
        return page
    made = ids.milliseconds(id)
    return page if made > times.now() else Page(after=ids.earliest(max(0, made - _CLOCK_DIFFERENCE)), size=page.size)
