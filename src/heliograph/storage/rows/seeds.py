"""The seed of an app, with the ids of the objects that it created, so that a reset can recreate the same objects."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta
from heliograph.wire.seeds import SeedBody

_PREFIX, _END = "seed/", "seed0"
"""The prefix of the names of seeds in `meta`, and the least text after all such names."""


class SeededIntegration(Struct):
    """An integration of a seed, with its webhook and the sealed secret of the webhook."""

    id: str
    webhook_id: str | None = None
    secret: bytes | None = None


class StoredSeed(Struct):
    """The last seed of an app, and the ids of its objects by name."""

    document: SeedBody
    users: dict[str, str] = {}
    conversations: dict[str, str] = {}
    integrations: dict[str, SeededIntegration] = {}


_DECODER = msgspec.json.Decoder(StoredSeed)


async def get(reader: Reader, app_id: str) -> StoredSeed | None:
    """The seed of the app, or None."""
    return await meta.get_struct(reader, _name(app_id), _DECODER)


async def put(tx: Tx, app_id: str, seed: StoredSeed) -> None:
    """Store the seed of the app."""
    await meta.put_struct(tx, _name(app_id), seed)


async def forget(tx: Tx, app_id: str) -> None:
    """Delete the seed of a deleted app."""
    await meta.remove(tx, _name(app_id))


async def change_secrets(tx: Tx, change: Callable[[str, bytes], bytes]) -> None:
    """Seal the secrets of all seeds again. `change` is called with the owner and the sealed secret of each."""
    rows = await tx.rows("SELECT name, value FROM meta WHERE name >= $1 AND name < $2", _PREFIX, _END)
    for name, value in rows:
        seed = _DECODER.decode(value)
        for one in seed.integrations.values():
            if one.webhook_id is not None and one.secret is not None:
                one.secret = change(one.webhook_id, one.secret)
        await meta.put_struct(tx, name, seed)


def _name(app_id: str) -> str:
    return _PREFIX + app_id
