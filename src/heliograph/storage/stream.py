"""Events in an order in which nothing can come late, for whoever follows them.

Ids are not in the order of commits: of two transactions the one that made its ids first may commit last. So events are
read in the order of (number of the transaction, id), and only those below the number under which every transaction has
ended: no event can appear there any more. On SQLite there is one writer, ids are in the order of commits, and every
number is 0.

Numbers mean something in one database cluster only. A database that was restored into another gets a new epoch when it
is opened, and its events the number 0; so does a copy.
"""

from __future__ import annotations

import re
import secrets

from msgspec import Struct

from heliograph import ids
from heliograph.storage import meta
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.logged import StoredEvent

_EPOCH = "epoch"
_CURSOR = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{1,15})\.([0-9a-f]{24})\Z")
_COLUMNS = StoredEvent.__struct_fields__
# A cursor of another epoch tells the time of an event, and not what was committed before it; more than this before it
# nothing was still open.
_OVERLAP_MILLISECONDS = 60_000
_FIRST = "0" * 24


class Cursor(Struct, frozen=True):
    """A place in the stream: after an event. `since` leaves out what is known from another epoch."""

    epoch: str
    tx: int
    id: str
    since: str = _FIRST

    def __str__(self) -> str:
        return f"{self.epoch}.{self.tx:x}.{self.id}"


async def begin_epoch(tx: Tx, cluster: str) -> None:
    """Make sure that the numbers of transactions are those of this cluster."""
    known = await meta.get(tx, _EPOCH)
    if known is not None and known.partition("@")[2] == cluster:
        return
    if known is not None:
        await tx.execute("UPDATE event SET tx = 0 WHERE tx <> 0")
    await meta.put(tx, _EPOCH, f"{secrets.token_hex(8)}@{cluster}")


async def present(reader: Reader, app_id: str) -> Cursor:
    """The end of the stream: what comes after it happens from now on."""
    row = await reader.one(f"SELECT {reader.settled} - 1, max(id) FROM event WHERE app_id = $1", app_id)
    assert row is not None
    number, newest = row
    # Below the number everything has ended, so it is behind; on SQLite the newest id is.
    return Cursor(await _epoch(reader), number, "f" * 24 if number else newest or _FIRST)


async def resumed(reader: Reader, app_id: str, text: str) -> Cursor | None:
    """The place that a cursor's text names; None if it names none."""
    found = _CURSOR.match(text)
    if found is None:
        return None
    epoch, number, id = await _epoch(reader), int(found[2], 16), found[3]
    if found[1] == epoch:
        return Cursor(epoch, number, id)
    if id == "f" * 24:
        return Cursor(epoch, 0, _FIRST)
    return Cursor(epoch, 0, _FIRST, since=ids.earliest(max(0, ids.milliseconds(id) - _OVERLAP_MILLISECONDS)))


async def after(reader: Reader, app_id: str, cursor: Cursor, limit: int) -> list[tuple[Cursor, StoredEvent]]:
    """The next events of the app, each with its place."""
    rows = await reader.all(
        f"""SELECT tx, {", ".join(_COLUMNS)} FROM event
        WHERE app_id = $1 AND (tx, id) > ($2, $3) AND tx < {reader.settled} AND id > $4 ORDER BY tx, id LIMIT $5""",
        app_id,
        cursor.tx,
        cursor.id,
        cursor.since,
        limit,
    )
    events = [(row[0], StoredEvent(*row[1:])) for row in rows]
    return [(Cursor(cursor.epoch, number, event.id, cursor.since), event) for number, event in events]


async def _epoch(reader: Reader) -> str:
    return (await meta.get(reader, _EPOCH) or "").partition("@")[0]
