"""Apps: the tenants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Columns, Lock, Reader, Row, Tx, parameters
from heliograph.storage.paging import slice_of
from heliograph.wire.apps import AppSettings
from heliograph.wire.paging import Page, Slice

# The tables whose rows are purged after their app was deleted, with the key of each table.
OWNED: dict[str, Columns] = {
    "attachment_use": ("bucket", "app_id", "conversation_id", "message_id", "attachment_id"),
    "message": ("bucket", "app_id", "conversation_id", "id"),
    "participant": ("bucket", "app_id", "conversation_id", "id"),
    "membership": ("bucket", "app_id", "user_id", "conversation_id"),
    "membership_change": ("bucket", "app_id", "conversation_id", "id"),
    "conversation": ("bucket", "app_id", "id"),
    "client": ("bucket", "app_id", "user_id", "id"),
    "device": ("bucket", "app_id", "user_id", "id"),
    "linked_address": ("bucket", "app_id", "integration_id", "address"),
    "outbound": ("bucket", "id"),
    "external_id": ("bucket", "app_id", "external_id", "brand_id"),
    "identifier": ("bucket", "app_id", "kind", "value", "brand_id"),
    "support_user": ("bucket", "app_id", "zendesk_id"),
    "search_term": ("bucket", "app_id", "kind", "term", "value", "id"),
    "app_user": ("bucket", "app_id", "id"),
    "request": ("bucket", "app_id", "id"),
    "repetition": ("bucket", "id"),
    "listener": ("bucket", "app_id", "id"),
    "merged_user": ("bucket", "app_id", "user_id", "merged_id"),
    "idempotency_key": ("bucket", "app_id", "key"),
}


class StoredApp(Struct):
    """A row of `app`. The fields are the columns, in this order."""

    id: str
    display_name: str
    settings: AppSettings
    metadata: dict[str, Any] | None
    requests_per_second: int | None
    created_at: int


_ROWS = RowCodec(StoredApp)
_SELECT = f"SELECT {', '.join(_ROWS.columns)} FROM app"
_CHANGEABLE = ("display_name", "settings", "metadata", "requests_per_second")


async def get(reader: Reader, app_id: str, *, lock: Lock = Lock.NONE) -> StoredApp | None:
    """The app, or None if it does not exist or was deleted."""
    row = await reader.get("app", (*_ROWS.columns, "deleted_at"), ("id",), (app_id,), lock=lock)
    return _ROWS.load(row[:-1]) if row and row[-1] is None else None


async def is_taken(reader: Reader, app_id: str) -> bool:
    """Whether an app has this id. A deleted app has its id until it is purged."""
    return await reader.get("app", ("id",), ("id",), (app_id,)) is not None


async def page(reader: Reader, page: Page) -> Slice[StoredApp]:
    """A page of apps, oldest first."""
    rows = await slice_of(reader, _ROWS.columns, "app WHERE deleted_at IS NULL", (), page)
    return rows.holding([_ROWS.load(row[:-1]) for row in rows.records])


async def every(reader: Reader) -> list[StoredApp]:
    """All apps of this server, oldest first."""
    return [_ROWS.load(row) for row in await reader.rows(f"{_SELECT} WHERE deleted_at IS NULL ORDER BY id")]


async def add(tx: Tx, app: StoredApp) -> None:
    """Create the app."""
    await tx.insert("app", _ROWS.columns, [_ROWS.dump(app)])


async def change(tx: Tx, app: StoredApp) -> None:
    """Store the fields of an app that can be changed."""
    await tx.update("app", _CHANGEABLE, ("id",), [(*_ROWS.dump_columns(app, _CHANGEABLE), app.id)])


async def mark_deleted(tx: Tx, app_id: str) -> None:
    """Hide the app from all callers; its rows are purged later."""
    await tx.execute("UPDATE app SET deleted_at = $1 WHERE id = $2", tx.now, app_id)


async def deleted(reader: Reader, before: int, now: int) -> list[str]:
    """The apps to purge: those deleted up to the time `before`, or after `now` by a clock that was ahead."""
    rows = await reader.rows(
        "SELECT id FROM app WHERE deleted_at IS NOT NULL AND (deleted_at <= $1 OR deleted_at > $2) "
        "ORDER BY deleted_at, id",
        before,
        now,
    )
    return [row[0] for row in rows]


async def forget(tx: Tx, app_id: str) -> None:
    """Delete the row of a purged app."""
    await tx.execute("DELETE FROM app WHERE id = $1", app_id)


async def purge_rows(tx: Tx, app_id: str, buckets: Sequence[int], limit: int) -> int:
    """Delete up to `limit` rows of the app in these buckets from each OWNED table; returns their number."""
    count = 0
    for table, key in OWNED.items():
        rows: list[Row] = await tx.rows(
            f"SELECT {', '.join(key)} FROM {table} WHERE app_id = $1 AND bucket IN ({parameters(buckets, 3)}) LIMIT $2",
            app_id,
            limit,
            *buckets,
        )
        await tx.delete(table, key, rows)
        if table == "conversation":
            tx.effects.changed_conversations.update(row[-1] for row in rows)
        count += len(rows)
    return count
