"""Snapshots: earlier states of a database to which it can return. Only a database that one process serves has them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from msgspec import Struct

MOST_SNAPSHOTS = 100
MOST_BYTES = 4 << 30
"""The largest total size of the snapshots of a database."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


class StoredSnapshot(Struct, frozen=True):
    """A snapshot: its name, when it was saved (in milliseconds since 1970), and its size in bytes."""

    name: str
    created_at: int
    size: int


def is_name(name: str) -> bool:
    """Whether a snapshot can have the name, which becomes the name of a file."""
    return _NAME.match(name) is not None


class Snapshots(ABC):
    """The snapshots of a database. Their names must be valid, see `is_name`."""

    @abstractmethod
    async def listed(self) -> list[StoredSnapshot]:
        """All snapshots, by name."""

    @abstractmethod
    async def save(self, name: str) -> StoredSnapshot:
        """Save what is committed now. Replaces a snapshot of the same name.

        Raises:
            UsageError: there are too many snapshots, or the file cannot be written.
        """

    @abstractmethod
    async def remove(self, name: str) -> None:
        """Delete a snapshot.

        Raises:
            SnapshotNotFound: it does not exist.
        """

    @abstractmethod
    async def restore(self, name: str) -> None:
        """Replace everything in the database with a snapshot.

        This is one transaction of the database. A snapshot of an older version is migrated first.

        Raises:
            SnapshotNotFound: it does not exist.
            UsageError: the snapshot is of a newer version, or has another master key.
            ServiceUnavailable: the database cannot be written now. Nothing was changed.
        """

    @abstractmethod
    def exported(self, name: str) -> AbstractAsyncContextManager[Path]:
        """A file with a snapshot and its master key, while the context is open.

        A server that is started with a copy of the file adopts the key. The file has no key if the key of this database
        is in the environment.

        Raises:
            SnapshotNotFound: it does not exist.
        """

    @abstractmethod
    async def add(self, name: str, content: AsyncIterator[bytes]) -> StoredSnapshot:
        """Add the file of an exported snapshot, from this database or another. Replaces a snapshot of the same name.

        Raises:
            UsageError: it is not a database of this program or is damaged, it is of a newer version, its master key is
                missing, there are too many snapshots, or the file cannot be written.
        """
