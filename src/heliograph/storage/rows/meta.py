"""Facts about the database itself, by name."""

from __future__ import annotations

from heliograph.storage.engine import Lock, Reader, Tx


async def get(reader: Reader, name: str) -> str | None:
    """The value, if there is one."""
    row = await reader.get("meta", ("value",), ("name",), (name,))
    return row[0] if row else None


async def hold(tx: Tx) -> None:
    """Wait until nobody else holds this database's facts, and hold them until the transaction ends."""
    await tx.get("meta", ("value",), ("name",), ("schema_version",), lock=Lock.CHANGE)


async def remove(tx: Tx, name: str) -> None:
    """Forget the value."""
    await tx.execute("DELETE FROM meta WHERE name = $1", name)


async def put(tx: Tx, name: str, value: str) -> None:
    """Set the value."""
    await tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value,
    )


async def add(tx: Tx, name: str, value: str) -> None:
    """Set the value, unless there is one."""
    await tx.execute("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, value)
