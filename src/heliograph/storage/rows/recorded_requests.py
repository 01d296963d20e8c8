"""Recorded requests. The requests of an app are in the bucket of the app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Raw, Struct

from heliograph import ids
from heliograph.storage.codec import RowCodec, encode
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import ROWS_EXAMINED, filtered_slice_of, slice_of
from heliograph.storage.rows import event_records
from heliograph.storage.rows.event_records import StoredRecord
from heliograph.wire import times
from heliograph.wire.paging import Page, Slice
from heliograph.wire.recorded_requests import RecordedRequestFilter

_EVENTS = 100
_MARGIN = 5000
"""Milliseconds that a request may have waited before it got its id."""
_AFTER_EVERY_PATH = "\U0010ffff"


class StoredSummary(Struct):
    """A row of `request` without headers and bodies, with the id first for pages.

    The id is created when the request is stored, after its response was sent.
    """

    id: str
    app_id: str
    request_id: str
    received_at: int
    microseconds: int
    method: str
    path: str
    status: int
    operation: str | None
    key_id: str | None
    session_id: str | None
    error_code: str | None
    error_title: str | None


class StoredRequest(StoredSummary):
    """A row of `request`. The fields are the columns, in this order.

    `sent` is what the client sent, and `received` what it received.
    """

    sent: Raw
    received: Raw


SUMMARY_ROWS = RowCodec(StoredSummary)
_ROWS = RowCodec(StoredRequest)
_OF_APP = "request WHERE bucket = $1 AND app_id = $2"


async def page(reader: Reader, app_id: str, filter: RecordedRequestFilter, page: Page) -> Slice[StoredSummary]:
    """A page of the app's requests that the filter selects, oldest first.

    A filter examines a limited number of requests, as `filtered_slice_of` documents.
    """
    values = (reader.bucket(app_id), app_id)
    conditions, wanted = _conditions(filter, len(values) + 1)
    if not conditions:
        rows = await slice_of(reader, SUMMARY_ROWS.columns, _OF_APP, values, page)
        return rows.holding([SUMMARY_ROWS.load(row[:-1]) for row in rows.records])
    rows = await filtered_slice_of(
        reader, SUMMARY_ROWS.columns, _OF_APP, values, " AND ".join(conditions), wanted, page
    )
    return rows.holding([SUMMARY_ROWS.load(row) for row in rows.records])


def _conditions(filter: RecordedRequestFilter, number: int) -> tuple[list[str], tuple[Any, ...]]:
    """The conditions of a filter, and their parameters from this number on."""
    found: list[tuple[str, Any]] = []
    if filter.statuses is not None:
        found += [("status >=", filter.statuses[0]), ("status <=", filter.statuses[1])]
    if filter.operation is not None:
        found.append(("operation =", filter.operation))
    if filter.key_id is not None:
        found.append(("key_id =", filter.key_id))
    if filter.path is not None:
        found += [("path >=", filter.path), ("path <", filter.path + _AFTER_EVERY_PATH)]
    conditions = [f"{condition} ${position}" for position, (condition, _) in enumerate(found, number)]
    return conditions, tuple(value for _, value in found)


async def get(reader: Reader, app_id: str, id: str) -> StoredRequest | None:
    """The app's request with this id, or None."""
    key = (reader.bucket(app_id), app_id, id)
    row = await reader.get("request", _ROWS.columns, ("bucket", "app_id", "id"), key)
    return _ROWS.load(row) if row else None


async def with_request_id(reader: Reader, app_id: str, request_id: str, limit: int) -> list[StoredRequest]:
    """The app's requests with this X-Request-Id, up to `limit`.

    No index finds them. An id that a server created contains its time, and the 1,000 requests since then are examined;
    otherwise the newest 1,000.
    """
    made = ids.milliseconds(request_id) if ids.is_id(request_id) else None
    since, order = (ids.FIRST, "DESC") if made is None or made > times.now() else (request_id, "ASC")
    rows = await reader.rows(
        f"SELECT id FROM (SELECT id, request_id FROM {_OF_APP} AND id > $3 ORDER BY id {order} "
        f"LIMIT {ROWS_EXAMINED}) AS examined WHERE request_id = $4 LIMIT $5",
        reader.bucket(app_id),
        app_id,
        since,
        request_id,
        limit,
    )
    found = [await get(reader, app_id, row[0]) for row in rows]
    return [one for one in found if one is not None]


async def caused(reader: Reader, app_id: str, request: StoredRequest) -> list[StoredRecord]:
    """The first events that a request caused. Their ids were created between its beginning and its own id."""
    began = ids.milliseconds(request.id) - request.microseconds // 1000 - _MARGIN
    first, last = ids.earliest(max(0, began)), request.id
    return await event_records.of_request(reader, app_id, request.request_id, first, last, _EVENTS)


async def newest(reader: Reader) -> str:
    """The greatest id of a request in a database with one bucket."""
    row = await reader.row("SELECT max((SELECT max(id) FROM request WHERE bucket = 0 AND app_id = app.id)) FROM app")
    return (row[0] if row else None) or ids.FIRST


async def add(tx: Tx, requests: Sequence[StoredRequest]) -> None:
    """Store requests, in this order, and give each an id in the order of the activity stream."""
    for one in requests:
        one.id = ids.new()
    tx.check_events(requests[0].id)
    rows = [(tx.bucket(one.app_id), *_ROWS.dump(one)) for one in requests]
    await tx.insert("request", ("bucket", *_ROWS.columns), rows)


async def keep_newest(tx: Tx, app_id: str, count: int) -> None:
    """Delete all requests of the app but the newest ones."""
    bucket = tx.bucket(app_id)
    row = await tx.row(f"SELECT id FROM {_OF_APP} ORDER BY id DESC LIMIT 1 OFFSET $3", bucket, app_id, count)
    if row is not None:
        await tx.execute("DELETE FROM request WHERE bucket = $1 AND app_id = $2 AND id <= $3", bucket, app_id, row[0])


async def remove_about(tx: Tx, app_id: str, user_id: str, external_id: str | None) -> None:
    """Delete the requests of the app that mention the user."""
    texts = [encode(user_id), f"/users/{user_id}"]
    if external_id is not None:
        texts += [encode(external_id), f"/users/{quote(external_id, safe='')}", f"={quote(external_id, safe='')}"]
    # SQLite and PostgreSQL have no function in common that finds a text in another one.
    mentions = [f"replace({column}, ${number}, '') <> {column}"
                for number, _ in enumerate(texts, 3) for column in ("path", "sent", "received")]  # fmt: skip
    await tx.execute(
        f"DELETE FROM request WHERE bucket = $1 AND app_id = $2 AND ({' OR '.join(mentions)})",
        tx.bucket(app_id),
        app_id,
        *texts,
    )
