"""API keys."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import astuple

from heliograph.storage.engine import Reader, Tx


class StoredKey(Struct):
    """A row of `api_key`. A key of the account has no app; only a key of an integration has an integration id.

    The secret is sealed. `last_used` is when the key was last used, with the precision of a minute.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str | None
    scope: str
    display_name: str
    secret: bytes
    created_at: int
    integration_id: str | None = None
    last_used: int | None = None


_COLUMNS = StoredKey.__struct_fields__
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM api_key"
_IS_LISTED = (
    "(integration_id IS NULL OR EXISTS (SELECT 1 FROM integration AS i WHERE i.id = integration_id AND i.listed = 1))"
)


async def find(reader: Reader, key_id: str) -> StoredKey | None:
    """The key of any tenant. Authentication finds the tenant of a caller by it."""
    row = await reader.get("api_key", _COLUMNS, ("id",), (key_id,))
    return StoredKey(*row) if row else None


async def of_app(reader: Reader, app_id: str) -> list[StoredKey]:
    """The keys of the app itself, oldest first."""
    rows = await reader.rows(f"{_SELECT} WHERE app_id = $1 AND integration_id IS NULL ORDER BY id", app_id)
    return [StoredKey(*row) for row in rows]


async def of_integration(reader: Reader, app_id: str, integration_id: str) -> list[StoredKey]:
    """The keys of an integration, oldest first."""
    rows = await reader.rows(f"{_SELECT} WHERE app_id = $1 AND integration_id = $2 ORDER BY id", app_id, integration_id)
    return [StoredKey(*row) for row in rows]


async def every(reader: Reader) -> list[StoredKey]:
    """All keys of this server, oldest first, except those that sign the tokens of OAuth integrations."""
    rows = await reader.rows(f"{_SELECT} WHERE {_IS_LISTED} ORDER BY created_at, id")
    return [StoredKey(*row) for row in rows]


async def add(tx: Tx, key: StoredKey) -> None:
    """Create the key."""
    await tx.insert("api_key", _COLUMNS, [astuple(key)])


async def set_last_used(tx: Tx, uses: Mapping[str, int]) -> None:
    """Set the times of the last uses of keys, by their ids. An older time is ignored."""
    # In one order, so that processes that do the same do not deadlock.
    for key_id, at in sorted(uses.items()):
        await tx.execute(
            "UPDATE api_key SET last_used = $1 WHERE id = $2 AND (last_used IS NULL OR last_used < $1)", at, key_id
        )


async def remove(tx: Tx, key_id: str) -> bool:
    """Delete the key; returns whether it existed."""
    return await tx.execute("DELETE FROM api_key WHERE id = $1", key_id) > 0


async def remove_of_integration(tx: Tx, app_id: str, integration_id: str) -> None:
    """Delete every key of the integration."""
    await tx.execute("DELETE FROM api_key WHERE app_id = $1 AND integration_id = $2", app_id, integration_id)


async def remove_of_integrations(tx: Tx, app_id: str) -> None:
    """Delete every key of every integration of the app."""
    await tx.execute("DELETE FROM api_key WHERE app_id = $1 AND integration_id IS NOT NULL", app_id)


async def remove_of_app(tx: Tx, app_id: str) -> None:
    """Delete every key of the app and of its integrations."""
    await tx.execute("DELETE FROM api_key WHERE app_id = $1", app_id)
