"""Clients of users."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import slice_of
from heliograph.storage.rows import addresses
from heliograph.storage.rows.addresses import ClientAddress, LinkedClient
from heliograph.wire.clients import ClientStatus, ClientType
from heliograph.wire.linking import ConfirmationType
from heliograph.wire.paging import Page, Slice

_KEY = ("bucket", "app_id", "user_id", "id")
_OF_USER = "WHERE bucket = $1 AND app_id = $2 AND user_id = $3"


class StoredLink(Struct, omit_defaults=True):
    """The link request that created a client: how it is confirmed, and the conversation to which it is attached."""

    conversation_id: str
    confirmation: ConfirmationType
    primary: bool = True


class StoredClient(Struct):
    """A row of `client`.

    `address` is the external id in the form in which addresses are compared. An active or blocked client with an
    address is linked to it, and a pending client may be linked later.

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
    address: str | None = None
    link: StoredLink | None = None

    @property
    def client_address(self) -> ClientAddress | None:
        """The address with its integration, for a client that has one."""
        if self.integration_id is None or self.address is None:
            return None
        return ClientAddress(self.integration_id, self.address)


_ROWS = RowCodec(StoredClient)
_CHANGEABLE = ("status", "last_seen")
_SHOWN = tuple(name for name in _ROWS.columns if name not in (*_KEY, "address", "link"))


async def get(reader: Reader, app_id: str, user_id: str, client_id: str) -> StoredClient | None:
    """A client of the user."""
    row = await reader.get("client", _ROWS.columns, _KEY, (reader.bucket(user_id), app_id, user_id, client_id))
    return _ROWS.load(row) if row else None


async def get_many(reader: Reader, keys: Iterable[tuple[str, str, str]]) -> list[StoredClient]:
    """The clients with these (app id, user id, client id)."""
    wanted = [(reader.bucket(user_id), app_id, user_id, id) for app_id, user_id, id in keys]
    return [_ROWS.load(row) for row in await reader.get_many("client", _ROWS.columns, _KEY, wanted)]


async def of_address(reader: Reader, app_id: str, user_id: str, address: ClientAddress) -> StoredClient | None:
    """The client of the user with this address, whatever its status."""
    match = ("bucket", "app_id", "user_id", "integration_id", "address")
    key = (reader.bucket(user_id), app_id, user_id, address.integration_id, address.address)
    row = await reader.get("client", _ROWS.columns, match, key)
    return _ROWS.load(row) if row else None


async def of_integration(reader: Reader, app_id: str, integration_id: str, limit: int) -> list[tuple[str, str, str]]:
    """The (app id, user id, client id) of up to `limit` clients of the integration that are not inactive."""
    rows = await reader.rows(
        "SELECT app_id, user_id, id FROM client WHERE app_id = $1 AND integration_id = $2 AND status <> 'inactive' "
        "LIMIT $3",
        app_id,
        integration_id,
        limit,
    )
    return [(row[0], row[1], row[2]) for row in rows]


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


async def of_users(reader: Reader, keys: Iterable[tuple[str, str]]) -> list[StoredClient]:
    """Every client of the users with these (app id, user id)."""
    wanted = [(reader.bucket(user_id), app_id, user_id) for app_id, user_id in keys]
    return [_ROWS.load(row) for row in await reader.get_many("client", _ROWS.columns, _KEY[:3], wanted)]


async def set_shown(tx: Tx, clients: Sequence[StoredClient]) -> None:
    """Store all fields of clients that responses show."""
    rows = [
        (*_ROWS.dump_columns(one, _SHOWN), tx.bucket(one.user_id), one.app_id, one.user_id, one.id) for one in clients
    ]
    await tx.update("client", _SHOWN, _KEY, rows)


async def set_last_seen(tx: Tx, app_id: str, client: StoredClient) -> None:
    """Store when the client was last seen."""
    key = (tx.bucket(client.user_id), app_id, client.user_id, client.id)
    await tx.update("client", ("last_seen",), _KEY, [(client.last_seen, *key)])


async def change(tx: Tx, app_id: str, clients: Sequence[StoredClient]) -> None:
    """Store the fields of clients that can be changed. An inactive client is no longer linked to its address."""
    rows = [
        (*_ROWS.dump_columns(one, _CHANGEABLE), tx.bucket(one.user_id), app_id, one.user_id, one.id) for one in clients
    ]
    await tx.update("client", _CHANGEABLE, _KEY, rows)
    await _unlink(tx, app_id, [one for one in clients if one.status == "inactive"])


async def link(tx: Tx, app_id: str, client: StoredClient) -> None:
    """Link a client to its address. No other client may be linked to it."""
    if (address := client.client_address) is not None:
        await addresses.link(tx, app_id, address, LinkedClient(client.user_id, client.id))


async def remove(tx: Tx, app_id: str, client: StoredClient) -> None:
    """Delete a client. Its address is no longer linked to it."""
    await _unlink(tx, app_id, [client])
    await tx.delete("client", _KEY, [(tx.bucket(client.user_id), app_id, client.user_id, client.id)])


async def remove_of_user(tx: Tx, app_id: str, user_id: str) -> None:
    """Delete every client of the user."""
    key = (tx.bucket(user_id), app_id, user_id)
    rows = await tx.rows(f"SELECT integration_id, address, id FROM client {_OF_USER} AND address IS NOT NULL", *key)
    if rows:
        await addresses.unlink(tx, app_id, [(ClientAddress(row[0], row[1]), row[2]) for row in rows])
    await tx.delete("client", _KEY[:3], [key])


async def _unlink(tx: Tx, app_id: str, clients: Sequence[StoredClient]) -> None:
    links = [(address, client.id) for client in clients if (address := client.client_address) is not None]
    if links:
        await addresses.unlink(tx, app_id, links)


async def clear_personal_information(tx: Tx, app_id: str, user_id: str) -> None:
    """Clear the personal information of the user's clients."""
    await tx.execute(
        f"UPDATE client SET display_name = NULL, avatar_url = NULL, info = NULL, raw = NULL {_OF_USER}",
        tx.bucket(user_id),
        app_id,
        user_id,
    )
