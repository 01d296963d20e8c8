"""The progress of adding search terms to rows from before the schema had them.

A database that was created with search terms is complete from the beginning.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from heliograph.storage.codec import encode
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta

STATE = "search_terms"
"""The name of the progress in `meta`."""


class SearchProgress(Struct):
    """The table and the last key whose terms were added, and the time in milliseconds before which no others are
    added."""

    table: Literal["app_user", "conversation"] = "app_user"
    bucket: int = 0
    app_id: str = ""
    id: str = ""
    not_before: int = 0
    complete: bool = False


_decoder = msgspec.json.Decoder(SearchProgress)


async def get(reader: Reader) -> SearchProgress | None:
    """The progress; None if the work has not begun, and the time at which it may begin is not set."""
    return await meta.get_struct(reader, STATE, _decoder)


async def is_complete(reader: Reader) -> bool:
    """Whether the terms of all rows were added."""
    found = await get(reader)
    return found is not None and found.complete


async def put(tx: Tx, progress: SearchProgress) -> None:
    """Store the progress."""
    await meta.put(tx, STATE, encode(progress))


async def keys_after(reader: Reader, reached: SearchProgress, limit: int) -> list[tuple[str, str]]:
    """The next rows of the bucket, as (app id, id)."""
    rows = await reader.rows(
        f"SELECT app_id, id FROM {reached.table} WHERE bucket = $1 AND (app_id, id) > ($2, $3) "
        "ORDER BY app_id, id LIMIT $4",
        reached.bucket,
        reached.app_id,
        reached.id,
        limit,
    )
    return [(row[0], row[1]) for row in rows]
