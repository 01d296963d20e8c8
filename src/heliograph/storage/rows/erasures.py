"""Erasures: the removal of everything that identifies a person, in steps that any process can continue."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.paging import slice_of
from heliograph.wire.paging import Page, Slice

Phase = Literal[
    "user", "history", "messages", "outbound", "supportUsers", "events", "deliveries", "files", "requests", "keys"
]


class ErasureState(Struct):
    """The state of an unfinished erasure: the values that it looks for, and its progress.

    It is deleted at the end, because it names the person.
    """

    user_id: str
    external_id: str | None
    zendesk_id: str | None = None
    emails: list[str] = []
    user_ids: list[str] = []
    """The id of the user, and the ids of users that were merged into it."""
    client_ids: list[str] = []
    texts: list[str] = []
    """Values that recorded requests with data of the person contain."""
    conversation_ids: list[str] = []
    """The personal conversations, which are deleted."""
    file_ids: list[str] = []
    """The attachments that are deleted."""
    phase: Phase = "user"
    bucket: int = 0
    after: tuple[str, str] = ("", "")


class Counts(Struct):
    """The numbers of rows that an erasure has removed, changed and kept, by kind."""

    removed: dict[str, int] = {}
    changed: dict[str, int] = {}
    kept: dict[str, int] = {}


class StoredErasure(Struct):
    """A row of `erasure`. A finished one has no `state`. The fields are the columns, in this order."""

    id: str
    app_id: str
    pseudonym: str
    key_id: str
    created_at: int
    touched_at: int
    finished_at: int | None
    state: ErasureState | None
    counts: Counts


_ROWS = RowCodec(StoredErasure)
_SELECT = f"SELECT {', '.join(_ROWS.columns)} FROM erasure"
_CHANGEABLE = ("touched_at", "finished_at", "state", "counts")


async def get(reader: Reader, app_id: str, id: str, *, lock: Lock = Lock.NONE) -> StoredErasure | None:
    """The erasure of the app, or None."""
    row = await reader.get("erasure", _ROWS.columns, ("id", "app_id"), (id, app_id), lock=lock)
    return _ROWS.load(row) if row else None


async def running(reader: Reader, app_id: str) -> list[StoredErasure]:
    """The erasures of the app that are not finished."""
    rows = await reader.rows(f"{_SELECT} WHERE app_id = $1 AND finished_at IS NULL ORDER BY id", app_id)
    return [_ROWS.load(row) for row in rows]


async def abandoned(reader: Reader, touched_before: int) -> list[tuple[str, str]]:
    """The (app id, id) of erasures that no process continues."""
    rows = await reader.rows(
        "SELECT app_id, id FROM erasure WHERE finished_at IS NULL AND touched_at < $1 ORDER BY app_id, id",
        touched_before,
    )
    return [(row[0], row[1]) for row in rows]


async def page(reader: Reader, app_id: str, page: Page) -> Slice[StoredErasure]:
    """A page of the erasures of the app, oldest first."""
    columns = ("id", *[one for one in _ROWS.columns if one != "id"])
    rows = await slice_of(reader, columns, "erasure WHERE app_id = $1", (app_id,), page)
    return rows.holding([_ROWS.load(row[:-1]) for row in rows.records])


async def add(tx: Tx, erasure: StoredErasure) -> None:
    """Begin an erasure."""
    await tx.insert("erasure", _ROWS.columns, [_ROWS.dump(erasure)])


async def change(tx: Tx, erasure: StoredErasure) -> None:
    """Store the progress of an erasure."""
    row = (*_ROWS.dump_columns(erasure, _CHANGEABLE), erasure.id, erasure.app_id)
    await tx.update("erasure", _CHANGEABLE, ("id", "app_id"), [row])


async def purge(tx: Tx, app_id: str) -> None:
    """Delete the erasures of a deleted app."""
    await tx.execute("DELETE FROM erasure WHERE app_id = $1", app_id)
