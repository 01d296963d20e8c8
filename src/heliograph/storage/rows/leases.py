"""Leases: which process delivers what is in which range of buckets.

Nobody's clock is compared with another's: a holder raises the `beat` of its leases, and who sees one stand still for
long enough takes it, if it is still as it was seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from heliograph.storage.engine import Reader, Tx

NOBODY = ""


class StoredLease(Struct, frozen=True):
    """A row of `lease`."""

    name: str
    owner: str
    beat: int


async def every(reader: Reader) -> list[StoredLease]:
    """All leases, by their names."""
    return [StoredLease(*row) for row in await reader.rows("SELECT name, owner, beat FROM lease ORDER BY name")]


async def add(tx: Tx, names: Sequence[str], owner: str = NOBODY) -> None:
    """Make the leases that are not there yet."""
    for name in names:
        await tx.execute(
            "INSERT INTO lease (name, owner, beat) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING", name, owner
        )


async def take(tx: Tx, seen: StoredLease, owner: str) -> bool:
    """Take a lease, if it is still as it was seen."""
    changed = await tx.execute(
        "UPDATE lease SET owner = $1, beat = beat + 1 WHERE name = $2 AND owner = $3 AND beat = $4",
        owner,
        seen.name,
        seen.owner,
        seen.beat,
    )
    return changed > 0


async def beat(tx: Tx, owner: str) -> None:
    """Show that the owner is alive."""
    await tx.execute("UPDATE lease SET beat = beat + 1 WHERE owner = $1", owner)


async def release(tx: Tx, owner: str, names: Sequence[str]) -> None:
    """Let go of leases of the owner."""
    for name in names:
        await tx.execute("UPDATE lease SET owner = $1 WHERE name = $2 AND owner = $3", NOBODY, name, owner)


async def forget(tx: Tx, seen: StoredLease) -> None:
    """Delete a lease, if it is still as it was seen."""
    await tx.execute("DELETE FROM lease WHERE name = $1 AND beat = $2", seen.name, seen.beat)
