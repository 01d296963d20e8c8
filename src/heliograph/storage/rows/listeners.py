"""Listeners: the named event streams that are open in any process. The rows of an app are in the bucket of the app.

The process of a listener rewrites its row regularly. If the process is killed, the listener is listed until its row has
not been written for `EXPIRY_MILLISECONDS`.
"""

from __future__ import annotations

from msgspec import Struct

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import retention

EXPIRY_MILLISECONDS = 30_000
MOST_LISTED = 1_000


class StoredListener(Struct):
    """A row of `listener`, without the time at which it was written by the clock of the database.

    The fields are the columns, in this order.
    """

    app_id: str
    id: str
    name: str
    forward_to: str | None
    connected_at: int
    last_event_at: int | None = None


_COLUMNS = StoredListener.__struct_fields__


async def of_app(reader: Reader, app_id: str) -> list[StoredListener]:
    """The listeners of the app, in the order in which they connected."""
    rows = await reader.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM listener WHERE bucket = $1 AND app_id = $2 AND seen_at > $3 "
        "ORDER BY id LIMIT $4",
        reader.bucket(app_id),
        app_id,
        await retention.clock(reader) - EXPIRY_MILLISECONDS,
        MOST_LISTED,
    )
    return [StoredListener(*row) for row in rows]


async def put(tx: Tx, app_id: str, listener: StoredListener) -> None:
    """Write the listener, which is connected now, and delete the expired ones of its app."""
    now, bucket = await retention.clock(tx), tx.bucket(app_id)
    await tx.execute(
        "DELETE FROM listener WHERE bucket = $1 AND app_id = $2 AND (id = $3 OR seen_at <= $4)",
        bucket,
        app_id,
        listener.id,
        now - EXPIRY_MILLISECONDS,
    )
    row = (bucket, *(getattr(listener, column) for column in _COLUMNS), now)
    await tx.insert("listener", ("bucket", *_COLUMNS, "seen_at"), [row])


async def remove(tx: Tx, app_id: str, listener_id: str) -> None:
    """Delete the listener, which has disconnected."""
    await tx.delete("listener", ("bucket", "app_id", "id"), [(tx.bucket(app_id), app_id, listener_id)])


async def forget(tx: Tx) -> None:
    """Delete all listeners. The listeners of a snapshot are not connected."""
    await tx.execute("DELETE FROM listener")
