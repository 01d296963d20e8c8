"""Cursors of the event stream as clients see them: the text of `Last-Event-ID`.

A cursor is a position of the stream, which may be the id of an event of any app. So clients see it encrypted, and bound
to their app.
"""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from heliograph import ids
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta, stream

KEY_NAME = "cursor_key"
"""The name of the encryption key in `meta`. Copies of the database keep it, so that cursors stay valid."""
_NONCE_BYTES, _ID_BYTES = 12, 12


class CursorCodec:
    """Encrypts and decrypts the cursors of one app."""

    def __init__(self, key: bytes, app_id: str) -> None:
        self._cipher = AESGCM(key)
        self._app = app_id.encode()

    def encode(self, position: str) -> str:
        """The encrypted cursor: 54 characters."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, bytes.fromhex(position), self._app)
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def decode(self, text: str) -> str | None:
        """The position, or None if the text is not a cursor of this app."""
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            position = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._app)
        except (ValueError, InvalidTag):
            return None
        id = position[-_ID_BYTES:].hex()
        if len(position) == _ID_BYTES:
            return id
        # Cursors of earlier versions have another order. On PostgreSQL, a cursor without an event has no time.
        return ids.FIRST if id == ids.LAST else stream.earlier(id)


async def cursor_codec(reader: Reader, app_id: str) -> CursorCodec:
    """The codec of the app's cursors."""
    return CursorCodec(bytes.fromhex(await key(reader)), app_id)


async def key(reader: Reader) -> str:
    """The encryption key."""
    return await meta.get(reader, KEY_NAME) or ""


async def set_key(tx: Tx, key: str) -> None:
    """Replace the encryption key of another database, so that the cursors of this one stay valid."""
    await meta.put(tx, KEY_NAME, key)


async def prepare(tx: Tx) -> None:
    """Generate the encryption key if the database has none."""
    await meta.add(tx, KEY_NAME, secrets.token_hex(16))
