"""Support users: what Zendesk Support would report about a user to SyncUser."""

from __future__ import annotations

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Tx

_KEY = ("bucket", "app_id", "zendesk_id")


class StoredSupportUser(Struct, frozen=True):
    """A row of `support_user`. The fields are the columns, in this order."""

    app_id: str
    zendesk_id: str
    external_id: str | None = None
    email: str | None = None
    given_name: str | None = None
    surname: str | None = None
    brand_id: str | None = None


_ROWS = RowCodec(StoredSupportUser)


async def get(reader: Reader, app_id: str, zendesk_id: str) -> StoredSupportUser | None:
    """The Support user with this id."""
    key = (reader.bucket(app_id, zendesk_id), app_id, zendesk_id)
    row = await reader.get("support_user", _ROWS.columns, _KEY, key)
    return _ROWS.load(row) if row else None


async def put(tx: Tx, support_user: StoredSupportUser) -> None:
    """Create the Support user, or replace it."""
    columns = ("bucket", *_ROWS.columns)
    await tx.execute(
        f"INSERT INTO support_user ({', '.join(columns)}) "
        f"VALUES ({', '.join(f'${number}' for number in range(1, len(columns) + 1))}) "
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
        + ", ".join(f"{column} = excluded.{column}" for column in _ROWS.columns[2:]),
        tx.bucket(support_user.app_id, support_user.zendesk_id),
        *_ROWS.dump(support_user),
    )


async def remove(tx: Tx, app_id: str, zendesk_id: str) -> bool:
    """Delete the Support user; returns whether it existed."""
    count = await tx.execute(
        "DELETE FROM support_user WHERE bucket = $1 AND app_id = $2 AND zendesk_id = $3",
        tx.bucket(app_id, zendesk_id),
        app_id,
        zendesk_id,
    )
    return count > 0
