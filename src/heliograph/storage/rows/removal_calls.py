"""Calls to make after the integration of a partner was removed from an app. Its functions work for all tenants."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import astuple

from heliograph.storage.engine import Reader, Tx


class RemovalCall(Struct):
    """A row of `removal_call`. `tries` counts the attempts that have been started.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    integration_id: str
    url: str
    tries: int
    due_at: int


_COLUMNS = RemovalCall.__struct_fields__


async def add(tx: Tx, call: RemovalCall) -> None:
    """Store a call that is to be made."""
    await tx.insert("removal_call", _COLUMNS, [astuple(call)])


async def is_any_due(reader: Reader, now: int) -> bool:
    """Whether a call is due."""
    return await reader.row("SELECT 1 FROM removal_call WHERE due_at <= $1 LIMIT 1", now) is not None


async def claim(tx: Tx, now: int, until: int, limit: int) -> list[RemovalCall]:
    """Due calls, with `tries` increased. They are not due for another process before `until`."""
    rows = await tx.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM removal_call WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2", now, limit
    )
    claimed = []
    for row in rows:
        call = RemovalCall(*row)
        # Another process may have claimed it since it was read.
        if await tx.execute(
            "UPDATE removal_call SET due_at = $1, tries = tries + 1 WHERE id = $2 AND due_at = $3",
            until,
            call.id,
            call.due_at,
        ):
            call.tries += 1
            claimed.append(call)
    return claimed


async def postpone(tx: Tx, call_id: str, due_at: int) -> None:
    """Make a call due at another time."""
    await tx.update("removal_call", ("due_at",), ("id",), [(due_at, call_id)])


async def remove(tx: Tx, call_id: str) -> None:
    """Delete a call that was made or given up."""
    await tx.delete("removal_call", ("id",), [(call_id,)])
