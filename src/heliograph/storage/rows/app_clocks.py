"""The clocks of the apps of a sandbox, which can be ahead of the clock of the machine, or stand still."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta
from heliograph.storage.rows.retention import RetentionMark

_PREFIX, _END = "clock/", "clock0"
"""The prefix of the names of clocks in `meta`, and the least text after all such names."""


class StoredClock(Struct):
    """The clock of an app, in milliseconds.

    `offset` is how far it is ahead of the machine, `frozen_at` the time at which it stands still. `marks` record the
    newest events at times of the clock.
    """

    offset: int = 0
    frozen_at: int | None = None
    marks: list[RetentionMark] = []


_decode = msgspec.json.Decoder(StoredClock).decode


async def every(reader: Reader) -> dict[str, StoredClock]:
    """All clocks that were changed, by app."""
    rows = await reader.rows("SELECT name, value FROM meta WHERE name >= $1 AND name < $2", _PREFIX, _END)
    return {name.removeprefix(_PREFIX): _decode(value) for name, value in rows}


async def put(tx: Tx, app_id: str, clock: StoredClock) -> None:
    """Store the clock of an app."""
    await meta.put_struct(tx, _PREFIX + app_id, clock)


async def forget(tx: Tx, app_id: str) -> None:
    """Reset the clock of an app to the clock of the machine."""
    await meta.remove(tx, _PREFIX + app_id)
