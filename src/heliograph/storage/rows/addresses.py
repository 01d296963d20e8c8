"""The addresses on third-party channels to which clients are linked: at most one client for each.

The row of an address is protected by the lock of the user to whom it is linked.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from heliograph.storage.engine import Reader, Tx

_KEY = ("bucket", "app_id", "integration_id", "address")


class LinkedClient(Struct, frozen=True):
    """The client that is linked to an address, and its user."""

    user_id: str
    client_id: str


class ClientAddress(Struct, frozen=True):
    """An address with the integration of its channel."""

    integration_id: str
    address: str


async def linked_client(reader: Reader, app_id: str, address: ClientAddress) -> LinkedClient | None:
    """The client that is linked to an address, or None."""
    row = await reader.get("linked_address", LinkedClient.__struct_fields__, _KEY, _key(reader, app_id, address))
    return LinkedClient(*row) if row else None


async def link(tx: Tx, app_id: str, address: ClientAddress, linked: LinkedClient) -> None:
    """Link an address, which is not linked, to a client."""
    row = (*_key(tx, app_id, address), linked.user_id, linked.client_id)
    await tx.insert("linked_address", (*_KEY, "user_id", "client_id"), [row])


async def unlink(tx: Tx, app_id: str, links: Iterable[tuple[ClientAddress, str]]) -> None:
    """Unlink the addresses that are linked to these clients, given by their ids."""
    keys = [(*_key(tx, app_id, address), client_id) for address, client_id in links]
    await tx.delete("linked_address", (*_KEY, "client_id"), keys)


def _key(reader: Reader, app_id: str, address: ClientAddress) -> tuple[int, str, str, str]:
    key = (app_id, address.integration_id, address.address)
    return (reader.bucket(*key), *key)
