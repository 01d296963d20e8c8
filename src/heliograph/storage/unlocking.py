"""Checks the master key of a database against a known text that was encrypted with it."""

from __future__ import annotations

import base64
from pathlib import Path

from heliograph.storage import sealing
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta
from heliograph.storage.sealing import Sealer

_CHECK_VALUE = "master_key_witness"


async def sealer_of(tx: Tx, path: Path) -> Sealer:
    """The sealer with the master key in the environment or, without one, in the file. A new database gets a new key.

    Raises:
        UsageError: the key is wrong, or it is missing and the database is not new.
    """
    stored = await meta.get(tx, _CHECK_VALUE)
    if stored is None:
        await meta.lock(tx)  # the second of two concurrent processes finds the key of the first
        stored = await meta.get(tx, _CHECK_VALUE)
    key = sealing.master_key_of_environment() or sealing.master_key_of_file(path, may_create=stored is None)
    sealer = Sealer(key)
    if stored is None:
        await meta.put(tx, _CHECK_VALUE, base64.b64encode(sealer.seal(_CHECK_VALUE, _CHECK_VALUE)).decode())
    else:
        await check_master_key(tx, key)
    return sealer


async def check_master_key(reader: Reader, key: bytes) -> None:
    """Refuse a master key that does not decrypt the secrets of this database.

    Raises:
        UsageError: the key is wrong.
    """
    stored = await meta.get(reader, _CHECK_VALUE)
    if stored is not None:
        Sealer(key).open(_CHECK_VALUE, base64.b64decode(stored))
