"""Integrations: the channels of an app, and the programs that use its API and webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.paging import filtered_slice_of, slice_of
from heliograph.wire.paging import Page, Slice


class StoredIntegration(Struct):
    """A row of `integration`; the settings are those of its type, as responses show them.

    Integrations of types that the API document does not have are not `listed`.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    type: str
    display_name: str | None
    settings: dict[str, Any]
    created_at: int
    listed: bool = True


_ROWS = RowCodec(StoredIntegration)
_CHANGEABLE = ("display_name", "settings")


async def get(reader: Reader, app_id: str, integration_id: str, *, lock: Lock = Lock.NONE) -> StoredIntegration | None:
    """The integration of the app, or None."""
    row = await reader.get("integration", _ROWS.columns, ("app_id", "id"), (app_id, integration_id), lock=lock)
    return _ROWS.load(row) if row else None


async def unlisted(reader: Reader, app_id: str, type: str) -> StoredIntegration | None:
    """The oldest integration of a type that is not listed, or None."""
    row = await reader.row(
        f"SELECT {', '.join(_ROWS.columns)} FROM integration WHERE app_id = $1 AND listed = 0 AND type = $2 "
        "ORDER BY id LIMIT 1",
        app_id,
        type,
    )
    return _ROWS.load(row) if row else None


async def unlisted_everywhere(reader: Reader, type: str) -> list[StoredIntegration]:
    """The integrations of a type that is not listed, in all apps, in the order of the apps."""
    rows = await reader.rows(
        f"SELECT {', '.join(_ROWS.columns)} FROM integration WHERE listed = 0 AND type = $1 ORDER BY app_id, id", type
    )
    return [_ROWS.load(row) for row in rows]


async def of_app(reader: Reader, app_id: str) -> list[StoredIntegration]:
    """All listed integrations of the app, oldest first."""
    columns = ", ".join(_ROWS.columns)
    rows = await reader.rows(f"SELECT {columns} FROM integration WHERE app_id = $1 AND listed = 1 ORDER BY id", app_id)
    return [_ROWS.load(row) for row in rows]


async def page(reader: Reader, app_id: str, types: Sequence[str], page: Page) -> Slice[StoredIntegration]:
    """A page of the app's listed integrations of these types, or of all types if there are none; oldest first."""
    source = "integration WHERE app_id = $1 AND listed = 1"
    if types:
        condition = f"type IN ({', '.join(f'${number}' for number in range(2, len(types) + 2))})"
        rows = await filtered_slice_of(reader, _ROWS.columns, source, (app_id,), condition, tuple(types), page)
        return rows.holding([_ROWS.load(row) for row in rows.records])
    rows = await slice_of(reader, _ROWS.columns, source, (app_id,), page)
    return rows.holding([_ROWS.load(row[:-1]) for row in rows.records])


async def add(tx: Tx, app_id: str, integration: StoredIntegration) -> None:
    """Create the integration."""
    await tx.insert("integration", _ROWS.columns, [_ROWS.dump(integration)])


async def change(tx: Tx, app_id: str, integration: StoredIntegration) -> None:
    """Store the fields of an integration that can be changed."""
    row = (*_ROWS.dump_columns(integration, _CHANGEABLE), app_id, integration.id)
    await tx.update("integration", _CHANGEABLE, ("app_id", "id"), [row])


async def remove(tx: Tx, app_id: str, integration_id: str) -> None:
    """Delete the integration with its webhooks."""
    await tx.execute("DELETE FROM webhook WHERE app_id = $1 AND integration_id = $2", app_id, integration_id)
    await tx.delete("integration", ("app_id", "id"), [(app_id, integration_id)])


async def purge(tx: Tx, app_id: str) -> None:
    """Delete all integrations of the app with their webhooks."""
    await tx.execute("DELETE FROM webhook WHERE app_id = $1", app_id)
    await tx.execute("DELETE FROM integration WHERE app_id = $1", app_id)
