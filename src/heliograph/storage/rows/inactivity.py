"""The limits of inactivity of apps, and since when their conversations are inactive.

Times are ages of the limit, in milliseconds, not times of a wall clock: see `retention`. When a conversation is
checked, the number of messages that were ever posted in it shows whether it was active since the last check.
"""

from __future__ import annotations

from collections.abc import Sequence

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import retention
from heliograph.storage.rows.retention import Age


class StoredLimit(Age):
    """A row of `inactivity_limit`: how long messages are kept without a new one. The fields are the columns.

    `milliseconds` is None while the setting of the app is off. The row remains, because the conversations refer to its
    age.
    """

    app_id: str
    milliseconds: int | None


_ROWS = RowCodec(StoredLimit)
_SELECT = f"SELECT {', '.join(_ROWS.columns)} FROM inactivity_limit"


async def set_limit(tx: Tx, app_id: str, milliseconds: int | None) -> None:
    """Set the limit of an app, or turn it off."""
    await tx.execute(
        "INSERT INTO inactivity_limit (app_id, milliseconds, wall, age) VALUES ($1, $2, $3, 0) "
        "ON CONFLICT (app_id) DO UPDATE SET milliseconds = excluded.milliseconds",
        app_id,
        milliseconds,
        await retention.clock(tx),
    )


async def get(reader: Reader, app_id: str) -> StoredLimit | None:
    """The limit of an app; None if it has none."""
    row = await reader.row(f"{_SELECT} WHERE app_id = $1 AND milliseconds IS NOT NULL", app_id)
    return _ROWS.load(row) if row else None


async def page(reader: Reader, after: str, limit: int) -> list[StoredLimit]:
    """The limits of the next apps that have one, in the order of their ids."""
    rows = await reader.rows(
        f"{_SELECT} WHERE milliseconds IS NOT NULL AND app_id > $1 ORDER BY app_id LIMIT $2", after, limit
    )
    return [_ROWS.load(row) for row in rows]


async def advance(tx: Tx, app_id: str, wall: int, least: int) -> StoredLimit | None:
    """Advance the age of a limit by the time that has passed, like the age of the database in `retention`."""
    row = await tx.get("inactivity_limit", _ROWS.columns, ("app_id",), (app_id,), lock=Lock.CHANGE)
    if row is None or (limit := _ROWS.load(row)).milliseconds is None:
        return None
    limit.advance(wall, least, limit.milliseconds)
    await tx.update("inactivity_limit", ("wall", "age"), ("app_id",), [(limit.wall, limit.age, app_id)])
    return limit


async def add_age(tx: Tx, app_id: str, milliseconds: int) -> StoredLimit | None:
    """Advance the age of a limit by this time."""
    await tx.execute("UPDATE inactivity_limit SET age = age + $2 WHERE app_id = $1", app_id, milliseconds)
    return await get(tx, app_id)


async def checked_before(reader: Reader, app_id: str, age: int, limit: int) -> Sequence[str]:
    """Conversations with messages that were last checked at this age or before, at most `limit`."""
    rows = await reader.rows(
        "SELECT id FROM conversation WHERE app_id = $1 AND checked_at <= $2 ORDER BY checked_at LIMIT $3",
        app_id,
        age,
        limit,
    )
    return [row[0] for row in rows]


async def forget(tx: Tx, app_id: str) -> None:
    """Delete the limit of a deleted app."""
    await tx.execute("DELETE FROM inactivity_limit WHERE app_id = $1", app_id)
