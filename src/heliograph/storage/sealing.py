"""Encrypts secrets at rest with a master key. Hashes are not enough: JWT signatures and the keys API need the
secrets."""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from heliograph.errors import UsageError

MASTER_KEY_VARIABLE = "HELIOGRAPH_MASTER_KEY"
MASTER_KEY_FILE_VARIABLE = "HELIOGRAPH_MASTER_KEY_FILE"
"""The name of a file with the master key, because container platforms provide secrets as files."""
_KEY_BYTES = 32
_NONCE_BYTES = 12


class Sealer:
    """Encrypts secrets with AES-256-GCM, each bound to the id of its owner."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, owner: str, secret: str) -> bytes:
        """The encrypted secret of `owner`."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())

    def open(self, owner: str, sealed: bytes) -> str:
        """The secret of `owner`.

        Raises:
            UsageError: it was encrypted with another master key.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode()).decode()
        except InvalidTag:
            raise UsageError("the master key does not fit this database: it does not decrypt its secrets") from None


def new_master_key() -> bytes:
    """A random master key."""
    return os.urandom(_KEY_BYTES)


def master_key_of_environment() -> bytes | None:
    """The master key in the environment, 32 bytes in base64, or in the file that the environment names; or None.

    Raises:
        UsageError: the variable or the file is not a master key, or the file cannot be read.
    """
    if text := os.environ.get(MASTER_KEY_VARIABLE):
        return _parse(text.encode(), f"the environment variable {MASTER_KEY_VARIABLE}")
    if name := os.environ.get(MASTER_KEY_FILE_VARIABLE):
        return master_key_of_file(Path(name), may_create=False)
    return None


def master_key_of_file(path: Path, *, may_create: bool) -> bytes:
    """The master key in a file that only its owner can read. With `may_create`, creates the file if it is missing.

    Raises:
        UsageError: the file is missing, cannot be read, or is not a master key.
    """
    try:
        return _parse(path.read_bytes().strip(), f"the file {path}")
    except FileNotFoundError:
        if not may_create:
            raise UsageError(
                f"the master key is missing: restore {path}, or set {MASTER_KEY_VARIABLE} to its content"
            ) from None
    except OSError as error:
        raise UsageError(f"the master key cannot be read: {path}: {error.strerror}") from None
    try:
        return _create(path)
    except OSError as error:
        raise UsageError(f"the master key cannot be written: {path}: {error.strerror}") from None


def put_master_key(path: Path, key: bytes) -> None:
    """Write the master key to a file that only its owner can read. Replaces an existing file.

    Raises:
        OSError: it cannot be written.
    """
    with _drafted(path, key) as draft:
        os.replace(draft, path)


def add_master_key(path: Path, key: bytes) -> None:
    """Write the master key to a file that only its owner can read, unless the file exists.

    Raises:
        OSError: it cannot be written.
    """
    with _drafted(path, key) as draft, suppress(FileExistsError):
        os.link(draft, path)


def text_of(key: bytes) -> str:
    """A master key as text, as it is in its file."""
    return base64.urlsafe_b64encode(key).decode()


def master_key_of_text(text: str, where: str) -> bytes:
    """The master key in a text. `where` is the place of the text, for the error.

    Raises:
        UsageError: it is not a master key.
    """
    return _parse(text.encode(), where)


def _create(path: Path) -> bytes:
    key = new_master_key()
    with _drafted(path, key) as draft:
        try:
            os.link(draft, path)  # unlike a rename, this never replaces an existing key
        except FileExistsError:
            return master_key_of_file(path, may_create=False)
    return key


@contextmanager
def _drafted(path: Path, key: bytes) -> Iterator[str]:
    """A complete temporary file in the same folder, so that the key can be put in place atomically."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".master-key-")
    try:
        with open(descriptor, "w") as draft:
            draft.write(text_of(key) + "\n")
            draft.flush()
            os.fsync(draft.fileno())
        yield name
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _parse(text: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise UsageError(f"{where} should hold a master key: {_KEY_BYTES} bytes in base64")
    return key
