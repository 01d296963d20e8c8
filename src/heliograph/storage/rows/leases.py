"""Leases: which process delivers which range of buckets, and which one does the maintenance.

Clocks of different machines are never compared. An owner increments the `beat` of its leases; a process that has seen
the same `beat` for long enough, by its own clock, takes the lease, provided that the row has not changed since.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from heliograph.storage.engine import Reader, Tx

UNOWNED = ""


class StoredLease(Struct, frozen=True):
    """A row of `lease`."""

    name: str
    owner: str
    beat: int


async def every(reader: Reader) -> list[StoredLease]:
    """All leases, ordered by name."""
    return [StoredLease(*row) for row in await reader.rows("SELECT name, owner, beat FROM lease ORDER BY name")]


async def get(reader: Reader, name: str) -> StoredLease | None:
    """The lease with this name, or None."""
    row = await reader.get("lease", ("name", "owner", "beat"), ("name",), (name,))
    return StoredLease(*row) if row else None


async def add(tx: Tx, names: Sequence[str], owner: str = UNOWNED) -> None:
    """Create the leases that do not exist yet."""
    for name in names:
        await tx.execute(
            "INSERT INTO lease (name, owner, beat) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING", name, owner
        )


async def take(tx: Tx, seen: StoredLease, owner: str) -> bool:
    """Take a lease unless it has changed since it was read; returns whether it was taken."""
    changed = await tx.execute(
        "UPDATE lease SET owner = $1, beat = beat + 1 WHERE name = $2 AND owner = $3 AND beat = $4",
        owner,
        seen.name,
        seen.owner,
        seen.beat,
    )
    return changed > 0


async def beat(tx: Tx, owner: str) -> None:
    """Increment the heartbeat of all leases of the owner."""
    await tx.execute("UPDATE lease SET beat = beat + 1 WHERE owner = $1", owner)


async def release(tx: Tx, owner: str, names: Sequence[str]) -> None:
    """Release leases of the owner."""
    for name in names:
        await tx.execute("UPDATE lease SET owner = $1 WHERE name = $2 AND owner = $3", UNOWNED, name, owner)


async def forget(tx: Tx, seen: StoredLease) -> None:
    """Delete a lease unless it has changed since it was read."""
    await tx.execute("DELETE FROM lease WHERE name = $1 AND beat = $2", seen.name, seen.beat)
