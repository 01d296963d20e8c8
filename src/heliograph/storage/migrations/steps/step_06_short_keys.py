"""Short keys of long external ids."""

from __future__ import annotations

from heliograph.storage.engine import Tx
from heliograph.storage.migrations.step import Step
from heliograph.storage.rows.users import LONGEST_KEY_BYTES, external_key


async def _shorten_keys(tx: Tx) -> None:
    """Shorten the keys of long external ids."""
    columns = ("bucket", "app_id", "external_id", "brand_id", "user_id")
    rows = await tx.rows(
        f"SELECT {', '.join(columns)} FROM external_id WHERE length(external_id) > $1", LONGEST_KEY_BYTES // 4
    )
    long = [row for row in rows if len(row[2].encode()) > LONGEST_KEY_BYTES]
    await tx.delete("external_id", columns[:4], [tuple(row[:4]) for row in long])
    short = [(row[1], external_key(row[2]), *row[3:]) for row in long]
    await tx.insert("external_id", columns, [(tx.bucket(*row[:2]), *row) for row in short])


# The table external_id has the keys, and app_user the external ids themselves.
STEP = Step(
    least_version=6,
    changes=(_shorten_keys,),
)
