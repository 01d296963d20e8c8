"""Cursors of the event stream as clients see them: the text of `Last-Event-ID`.

A cursor reveals the activity of the whole database: the number of a transaction on PostgreSQL, the newest event of any
app on SQLite. So clients see it encrypted, and bound to their app.
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

KEY_NAME = "cursor_key"
"""The name of the encryption key in `meta`. Copies of the database keep it, so that cursors stay valid."""
_NONCE_BYTES, _EPOCH_BYTES, _TX_BYTES, _ID_BYTES = 12, 8, 8, 12


class CursorCodec:
    """Encrypts and decrypts the cursors of one app."""

    def __init__(self, key: bytes, app_id: str) -> None:
        self._cipher = AESGCM(key)
        self._app = app_id.encode()

    def encode(self, cursor: Cursor) -> str:
        """The encrypted cursor: 75 characters."""
        position = bytes.fromhex(cursor.epoch) + cursor.tx.to_bytes(_TX_BYTES) + bytes.fromhex(cursor.id)
        nonce = os.urandom(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, position, self._app)).rstrip(b"=").decode()

    def decode(self, text: str) -> Cursor | None:
        """The cursor, or None if the text is not one of this app."""
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            position = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._app)
        except (ValueError, InvalidTag):
            return None
        epoch, tx, id = position[:_EPOCH_BYTES], position[_EPOCH_BYTES:-_ID_BYTES], position[-_ID_BYTES:]
        return Cursor(epoch.hex(), int.from_bytes(tx), id.hex())


async def cursor_codec(reader: Reader, app_id: str) -> CursorCodec:
    """The codec of the app's cursors."""
    return CursorCodec(bytes.fromhex(await meta.get(reader, KEY_NAME) or ""), app_id)


async def prepare(tx: Tx) -> None:
    """Generate the encryption key if the database has none."""
    await meta.add(tx, KEY_NAME, secrets.token_hex(16))
