"""Which master key opens the secrets of a database: a word that was sealed with it tells."""

from __future__ import annotations

import base64
from pathlib import Path

from heliograph.storage import sealing
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta
from heliograph.storage.sealing import Sealer

_WITNESS = "master_key_witness"


async def sealer_of(tx: Tx, path: Path) -> Sealer:
    """The sealer with the master key of the environment, or else of the file, made if nothing depends on one yet.

    Raises:
        UsageError: the key does not fit, or is missing although secrets were sealed with one.
    """
    word = await meta.get(tx, _WITNESS)
    if word is None:
        await meta.hold(tx)  # of two that begin at once, the second finds the key of the first
        word = await meta.get(tx, _WITNESS)
    key = sealing.master_key_of_environment() or sealing.master_key_of_file(path, may_create=word is None)
    sealer = Sealer(key)
    if word is None:
        await meta.put(tx, _WITNESS, base64.b64encode(sealer.seal(_WITNESS, _WITNESS)).decode())
    else:
        await refuse_misfit(tx, key)
    return sealer


async def refuse_misfit(reader: Reader, key: bytes) -> None:
    """Refuse a master key with which the secrets of this database cannot be opened.

    Raises:
        UsageError: the key does not fit.
    """
    word = await meta.get(reader, _WITNESS)
    if word is not None:
        Sealer(key).open(_WITNESS, base64.b64decode(word))
