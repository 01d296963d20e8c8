"""Clients of users."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import slice_of
from heliograph.wire.clients import ClientStatus, ClientType
from heliograph.wire.paging import Page, Slice

_KEY = ("bucket", "app_id", "user_id", "id")
_OF_USER = "WHERE bucket = $1 AND app_id = $2 AND user_id = $3"


class StoredClient(Struct):
    """A row of `client`.

    The fields are the columns, in this order; the id comes first, because pages are in its order.
    """

    id: str
    app_id: str
    user_id: str
    type: ClientType
    status: ClientStatus
    integration_id: str | None = None
    external_id: str | None = None
    last_seen: int | None = None
    linked_at: int | None = None
    display_name: str | None = None
    avatar_url: str | None = None
    info: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None


_ROWS = RowCodec(StoredClient)


async def get(reader: Reader, app_id: str, user_id: str, client_id: str) -> StoredClient | None:
    """A client of the user."""
    row = await reader.get("client", _ROWS.columns, _KEY, (reader.bucket(user_id), app_id, user_id, client_id))
    return _ROWS.load(row) if row else None


async def page(reader: Reader, app_id: str, user_id: str, page: Page) -> Slice[StoredClient]:
    """A page of the user's clients, oldest first."""
    rows = await slice_of(reader, _ROWS.columns, f"client {_OF_USER}", (reader.bucket(user_id), app_id, user_id), page)
    return rows.holding([_ROWS.load(row[:-1]) for row in rows.records])


async def sdk_clients(reader: Reader, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """For each (app id, user id) that has one, the id of the SDK client."""
    rows = await reader.get_many(
        "client",
        ("app_id", "user_id", "id"),
        ("bucket", "app_id", "user_id", "type"),
        [(reader.bucket(user_id), app_id, user_id, "sdk") for app_id, user_id in keys],
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def add(tx: Tx, clients: Sequence[StoredClient]) -> None:
    """Create the clients."""
    await tx.insert(
        "client", ("bucket", *_ROWS.columns), [(tx.bucket(one.user_id), *_ROWS.dump(one)) for one in clients]
    )


async def of_user(reader: Reader, app_id: str, user_id: str) -> list[StoredClient]:
    """Every client of the user, oldest first."""
    rows = await reader.rows(
        f"SELECT {', '.join(_ROWS.columns)} FROM client {_OF_USER} ORDER BY id", reader.bucket(user_id), app_id, user_id
    )
    return [_ROWS.load(row) for row in rows]


async def remove(tx: Tx, app_id: str, user_id: str, client_id: str) -> None:
    """Delete a client."""
    await tx.delete("client", _KEY, [(tx.bucket(user_id), app_id, user_id, client_id)])


async def remove_of_user(tx: Tx, app_id: str, user_id: str) -> None:
    """Delete every client of the user."""
    await tx.delete("client", _KEY[:3], [(tx.bucket(user_id), app_id, user_id)])


async def clear_personal_information(tx: Tx, app_id: str, user_id: str) -> None:
    """Clear the personal information of the user's clients."""
    await tx.execute(
        f"UPDATE client SET display_name = NULL, avatar_url = NULL, info = NULL, raw = NULL {_OF_USER}",
        tx.bucket(user_id),
        app_id,
        user_id,
    )
