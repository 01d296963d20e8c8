"""The text by which a client names its place in the stream of events: `Last-Event-ID`.

The place itself tells how much happens in the whole database: the number of a transaction on PostgreSQL, the newest
event of any app on SQLite. So clients see it encrypted, and bound to the app that it was given to.
"""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta
from heliograph.storage.rows.stream import Cursor

FACT = "cursor_key"
"""The name of the fact that holds the key; it goes along with a copy of the database, so that places stay good."""
_NONCE_BYTES, _EPOCH_BYTES, _TX_BYTES, _ID_BYTES = 12, 8, 8, 12


class Places:
    """Encrypts and decrypts the places of one app."""

    def __init__(self, key: bytes, app_id: str) -> None:
        self._cipher = AESGCM(key)
        self._owner = app_id.encode()

    def text(self, cursor: Cursor) -> str:
        """The text that names the place: 75 characters."""
        place = bytes.fromhex(cursor.epoch) + cursor.tx.to_bytes(_TX_BYTES) + bytes.fromhex(cursor.id)
        nonce = os.urandom(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, place, self._owner)).rstrip(b"=").decode()

    def cursor(self, text: str) -> Cursor | None:
        """The place that the text names; None if this app was never given it."""
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            place = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._owner)
        except (ValueError, InvalidTag):
            return None
        epoch, tx, id = place[:_EPOCH_BYTES], place[_EPOCH_BYTES:-_ID_BYTES], place[-_ID_BYTES:]
        return Cursor(epoch.hex(), int.from_bytes(tx), id.hex())


async def places_of(reader: Reader, app_id: str) -> Places:
    """What encrypts the places of the app."""
    return Places(bytes.fromhex(await meta.get(reader, FACT) or ""), app_id)


async def prepare(tx: Tx) -> None:
    """Draw the key of a database that has none."""
    await meta.add(tx, FACT, secrets.token_hex(16))
