"""The seed of an app, with the ids of what it created, so that a reset can recreate the same."""

from __future__ import annotations

from msgspec import Struct

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta
from heliograph.wire.seeds import SeedBody


class SeededIntegration(Struct):
    """An integration of a seed, with its webhook and the sealed secret of that."""

    id: str
    webhook_id: str | None = None
    secret: bytes | None = None


class StoredSeed(Struct):
    """The last seed of an app, and the ids of its objects by name."""

    document: SeedBody
    users: dict[str, str] = {}
    conversations: dict[str, str] = {}
    integrations: dict[str, SeededIntegration] = {}


async def get(reader: Reader, app_id: str) -> StoredSeed | None:
    """The seed of the app, or None."""
    return await meta.get_struct(reader, _name(app_id), StoredSeed)


async def put(tx: Tx, app_id: str, seed: StoredSeed) -> None:
    """Store the seed of the app."""
    await meta.put_struct(tx, _name(app_id), seed)


async def forget(tx: Tx, app_id: str) -> None:
    """Delete the seed of a deleted app."""
    await meta.remove(tx, _name(app_id))


def _name(app_id: str) -> str:
    return f"seed/{app_id}"
