"""Facts about the database itself, by name."""

from __future__ import annotations

from heliograph.storage.engine import Reader, Tx


async def get(reader: Reader, name: str) -> str | None:
    """The value, if there is one."""
    row = await reader.one("SELECT value FROM meta WHERE name = $1", name)
    return row[0] if row else None


async def put(tx: Tx, name: str, value: str) -> None:
    """Set the value."""
    await tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value,
    )
