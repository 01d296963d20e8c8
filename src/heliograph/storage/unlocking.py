"""Checks the master key of a database against a known text that was encrypted with it.

The file of an exported snapshot encloses its master key. The server that is started with it, or that imports it,
removes the key.
"""

from __future__ import annotations

import base64
from pathlib import Path

from msgspec import Struct

from heliograph.storage import sealing
from heliograph.storage.engine import Columns, Reader, Tx
from heliograph.storage.rows import meta, seeds
from heliograph.storage.sealing import Sealer


class Sealed(Struct, frozen=True):
    """The sealed column of a table, the columns that form the owner of a value, and the columns of the key."""

    column: str = "secret"
    owner: Columns = ("id",)
    key: Columns = ("id",)


SEALED = {
    "api_key": Sealed(),
    "oauth_client": Sealed(),
    "webhook": Sealed(),
    "idempotency_key": Sealed("body", ("app_id", "key"), ("bucket", "app_id", "key")),
}
"""The tables with sealed values."""
_CHECK_VALUE = "master_key_witness"
_ENCLOSED = "master_key"


async def sealer_of(tx: Tx, path: Path) -> Sealer:
    """The sealer with the master key in the environment or, without one, in the file. A new database gets a new key.

    Raises:
        UsageError: the key is wrong, or it is missing and the database is not new.
    """
    stored = await meta.get(tx, _CHECK_VALUE)
    if stored is None:
        await meta.lock(tx)  # the second of two concurrent processes finds the key of the first
        stored = await meta.get(tx, _CHECK_VALUE)
    enclosed = await _take_out(tx)
    if enclosed is not None and sealing.master_key_of_environment() is None:
        sealing.add_master_key(path, enclosed)
    key = sealing.master_key_of_environment() or sealing.master_key_of_file(path, may_create=stored is None)
    sealer = Sealer(key)
    if stored is None:
        await _put_check_value(tx, sealer)
    else:
        await check_master_key(tx, key)
    return sealer


async def check_master_key(reader: Reader, key: bytes) -> None:
    """Refuse a master key that does not decrypt the secrets of this database.

    Raises:
        UsageError: the key is wrong.
    """
    await check_sealer(reader, Sealer(key))


async def check_sealer(reader: Reader, sealer: Sealer) -> None:
    """Refuse a sealer that does not decrypt the secrets of this database.

    Raises:
        UsageError: it has another master key.
    """
    stored = await meta.get(reader, _CHECK_VALUE)
    if stored is not None:
        sealer.open(_CHECK_VALUE, base64.b64decode(stored))


async def enclose_master_key(tx: Tx, key: bytes) -> None:
    """Put the master key into a database that leaves this machine as one file."""
    await meta.put(tx, _ENCLOSED, sealing.text_of(key))


async def seal_again(tx: Tx, sealer: Sealer) -> None:
    """Seal all secrets of a database again, if it encloses its master key. Otherwise, check that `sealer` decrypts
    them.

    Raises:
        UsageError: the secrets cannot be decrypted.
    """
    key = await _take_out(tx)
    if key is None:
        await check_sealer(tx, sealer)
        return
    other = Sealer(key)
    await check_sealer(tx, other)

    def change(owner: str, secret: bytes) -> bytes:
        return sealer.seal(owner, other.open(owner, secret))

    for table, sealed in SEALED.items():
        names, width = (sealed.column, *sealed.owner, *sealed.key), 1 + len(sealed.owner)
        rows = await tx.rows(f"SELECT {', '.join(names)} FROM {table}")
        changed = [(change("/".join(row[1:width]), row[0]), *row[width:]) for row in rows]
        await tx.update(table, (sealed.column,), sealed.key, changed)
    await seeds.change_secrets(tx, change)
    await _put_check_value(tx, sealer)


async def _take_out(tx: Tx) -> bytes | None:
    """Remove the enclosed master key; returns it, or None."""
    text = await meta.get(tx, _ENCLOSED)
    if text is None:
        return None
    await meta.remove(tx, _ENCLOSED)
    return sealing.master_key_of_text(text, "the exported snapshot")


async def _put_check_value(tx: Tx, sealer: Sealer) -> None:
    await meta.put(tx, _CHECK_VALUE, base64.b64encode(sealer.seal(_CHECK_VALUE, _CHECK_VALUE)).decode())
