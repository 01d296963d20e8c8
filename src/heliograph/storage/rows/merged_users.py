"""The ids of users that were merged into another one: messages and events still name them."""

from __future__ import annotations

from msgspec import Struct

from heliograph.storage.engine import Reader, Tx

_KEY = ("bucket", "app_id", "user_id")


class StoredMergedUser(Struct, frozen=True):
    """A row of `merged_user`. The fields are the columns, in this order."""

    app_id: str
    user_id: str
    merged_id: str


async def of_user(reader: Reader, app_id: str, user_id: str) -> list[str]:
    """The ids that the user had before merges."""
    rows = await reader.rows(
        "SELECT merged_id FROM merged_user WHERE bucket = $1 AND app_id = $2 AND user_id = $3 ORDER BY merged_id",
        reader.bucket(user_id),
        app_id,
        user_id,
    )
    return [row[0] for row in rows]


async def add(tx: Tx, app_id: str, surviving_id: str, discarded_id: str) -> None:
    """Record that a user was merged into another one, with all users that were merged into it before."""
    # An import can bring a merged user back, who is merged again.
    known = set(await of_user(tx, app_id, surviving_id))
    moved = {discarded_id, *await of_user(tx, app_id, discarded_id)} - known
    await remove(tx, app_id, discarded_id)
    columns = (*_KEY, "merged_id")
    await tx.insert(
        "merged_user", columns, [(tx.bucket(surviving_id), app_id, surviving_id, one) for one in sorted(moved)]
    )


async def remove(tx: Tx, app_id: str, user_id: str) -> None:
    """Forget the ids of a deleted user."""
    await tx.delete("merged_user", _KEY, [(tx.bucket(user_id), app_id, user_id)])
