"""Metadata of the database itself: values by name."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct
from msgspec.json import Decoder

from heliograph.storage.codec import encode
from heliograph.storage.engine import Lock, Reader, Tx

S = TypeVar("S", bound=Struct)


async def get(reader: Reader, name: str) -> str | None:
    """The value, or None."""
    row = await reader.get("meta", ("value",), ("name",), (name,))
    return row[0] if row else None


async def get_struct(reader: Reader, name: str, decoder: Decoder[S]) -> S | None:
    """The value with several fields, or None."""
    value = await get(reader, name)
    return None if value is None else decoder.decode(value)


async def lock(tx: Tx) -> None:
    """Lock the metadata of this database until the transaction ends."""
    await tx.get("meta", ("value",), ("name",), ("schema_version",), lock=Lock.CHANGE)


async def remove(tx: Tx, name: str) -> None:
    """Delete the value."""
    await tx.execute("DELETE FROM meta WHERE name = $1", name)


async def put(tx: Tx, name: str, value: str) -> None:
    """Set the value."""
    await tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value,
    )


async def put_struct(tx: Tx, name: str, value: Struct) -> None:
    """Set a value with several fields."""
    await put(tx, name, encode(value))


async def add(tx: Tx, name: str, value: str) -> None:
    """Set the value, unless it is set already."""
    await tx.execute("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, value)
