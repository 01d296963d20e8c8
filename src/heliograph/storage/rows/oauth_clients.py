"""OAuth clients: the partners that can get access to apps, and the codes that they exchange for tokens."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import astuple

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Lock, Reader, Tx


class StoredOAuthClient(Struct):
    """A row of `oauth_client`. The secret is sealed.

    The fields are the columns, in this order.
    """

    id: str
    display_name: str
    redirect_uris: list[str]
    remove_url: str | None
    secret: bytes
    created_at: int


class StoredCode(Struct):
    """A row of `oauth_code`: an authorization code, which is valid until `expires_at`. Only its digest is stored.

    The fields are the columns, in this order.
    """

    digest: str
    client_id: str
    app_id: str
    redirect_uri: str
    expires_at: int


_ROWS = RowCodec(StoredOAuthClient)
_CODE = StoredCode.__struct_fields__


async def get(reader: Reader, client_id: str, *, lock: Lock = Lock.NONE) -> StoredOAuthClient | None:
    """The OAuth client, or None."""
    row = await reader.get("oauth_client", _ROWS.columns, ("id",), (client_id,), lock=lock)
    return _ROWS.load(row) if row else None


async def every(reader: Reader) -> list[StoredOAuthClient]:
    """All OAuth clients, oldest first."""
    columns = ", ".join(_ROWS.columns)
    return [_ROWS.load(row) for row in await reader.rows(f"SELECT {columns} FROM oauth_client ORDER BY created_at, id")]


async def add(tx: Tx, client: StoredOAuthClient) -> None:
    """Create the OAuth client."""
    await tx.insert("oauth_client", _ROWS.columns, [_ROWS.dump(client)])


async def remove(tx: Tx, client_id: str) -> None:
    """Delete the OAuth client with its codes."""
    await tx.execute("DELETE FROM oauth_code WHERE client_id = $1", client_id)
    await tx.delete("oauth_client", ("id",), [(client_id,)])


async def add_code(tx: Tx, code: StoredCode) -> None:
    """Store a code, and delete those that have expired."""
    await tx.execute("DELETE FROM oauth_code WHERE expires_at <= $1", tx.now)
    await tx.insert("oauth_code", _CODE, [astuple(code)])


async def find_code(reader: Reader, digest: str) -> StoredCode | None:
    """The code with this digest, or None."""
    row = await reader.get("oauth_code", _CODE, ("digest",), (digest,))
    return StoredCode(*row) if row else None


async def use_code(tx: Tx, digest: str) -> bool:
    """Delete the code; returns whether it existed. If several transactions use a code, only one succeeds."""
    return await tx.execute("DELETE FROM oauth_code WHERE digest = $1", digest) > 0


async def remove_codes(tx: Tx, app_id: str, client_id: str) -> None:
    """Delete the codes of the client for an app."""
    await tx.execute("DELETE FROM oauth_code WHERE app_id = $1 AND client_id = $2", app_id, client_id)


async def purge(tx: Tx, app_id: str) -> None:
    """Delete all codes for the app."""
    await tx.execute("DELETE FROM oauth_code WHERE app_id = $1", app_id)
