"""Users, and their external ids."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Raw, Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Lock, Reader, Tx

_KEY = ("bucket", "app_id", "id")
LONGEST_KEY_BYTES = 1024
"""The longest external id that is a key of `external_id`: PostgreSQL indexes rows of up to 2,704 bytes."""


class StoredUser(Struct):
    """A row of `app_user`. The fields are the columns, in this order.

    The profile and the metadata stay JSON, because the conversation batch reads the user of every join and message, and
    needs neither unless a webhook asks for full users.
    """

    app_id: str
    id: str
    external_id: str | None
    brand_id: str | None
    authenticated: bool
    signed_up_at: int
    to_be_retained: bool | None
    profile: Raw
    metadata: Raw
    default_conversation_id: str | None
    created_at: int


_ROWS = RowCodec(StoredUser)
_CHANGEABLE = ("signed_up_at", "to_be_retained", "profile", "metadata", "default_conversation_id")


async def get(reader: Reader, app_id: str, user_id: str, *, lock: Lock = Lock.NONE) -> StoredUser | None:
    """The user with this id."""
    row = await reader.get("app_user", _ROWS.columns, _KEY, (reader.bucket(user_id), app_id, user_id), lock=lock)
    return _ROWS.load(row) if row else None


async def get_many(reader: Reader, keys: Iterable[tuple[str, str]], *, lock: Lock = Lock.NONE) -> list[StoredUser]:
    """The users with these (app id, user id)."""
    wanted = [(reader.bucket(user_id), app_id, user_id) for app_id, user_id in keys]
    return [_ROWS.load(row) for row in await reader.get_many("app_user", _ROWS.columns, _KEY, wanted, lock=lock)]


async def find(
    reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None = None, *, lock: Lock = Lock.NONE
) -> StoredUser | None:
    """The user with this id, or else with this external id."""
    if (user := await get(reader, app_id, id_or_external_id, lock=lock)) is not None:
        return user
    user_id = await id_of(reader, app_id, id_or_external_id, brand_id)
    return await get(reader, app_id, user_id, lock=lock) if user_id else None


async def id_of(reader: Reader, app_id: str, external_id: str, brand_id: str | None = None) -> str | None:
    """The id of the user with this external id. Without a brand, a user without a brand takes precedence."""
    key = external_key(external_id)
    values = (reader.bucket(app_id, key), app_id, key)
    select = "SELECT user_id FROM external_id WHERE bucket = $1 AND app_id = $2 AND external_id = $3"
    if brand_id is None:
        row = await reader.row(f"{select} ORDER BY brand_id LIMIT 1", *values)
    else:
        row = await reader.row(f"{select} AND brand_id = $4", *values, brand_id)
    return row[0] if row else None


async def ids_of(reader: Reader, keys: Iterable[tuple[str, str, str | None]]) -> dict[tuple[str, str, str | None], str]:
    """For each (app id, external id, brand) that exists, the id of its user, found as in `id_of`."""
    by_key = {(app_id, external_key(external_id)): external_id for app_id, external_id, _ in keys}
    rows = await reader.get_many(
        "external_id",
        ("app_id", "external_id", "brand_id", "user_id"),
        ("bucket", "app_id", "external_id"),
        [(reader.bucket(app_id, key), app_id, key) for app_id, key in by_key],
    )
    found: dict[tuple[str, str, str | None], str] = {}
    for app_id, key, brand_id, user_id in sorted(rows, key=lambda row: row[2]):
        external_id = by_key[app_id, key]
        found.setdefault((app_id, external_id, None), user_id)
        found[app_id, external_id, brand_id] = user_id
    return found


async def add(tx: Tx, users: Sequence[StoredUser]) -> None:
    """Create the users, and their external ids."""
    await tx.insert(
        "external_id",
        ("bucket", "app_id", "external_id", "brand_id", "user_id"),
        [(*_external_key(tx, user), user.id) for user in users if user.external_id is not None],
    )
    await tx.insert("app_user", ("bucket", *_ROWS.columns), [(tx.bucket(one.id), *_ROWS.dump(one)) for one in users])


async def change(tx: Tx, user: StoredUser) -> None:
    """Store the fields of a user that can be changed."""
    row = (*_ROWS.dump_columns(user, _CHANGEABLE), tx.bucket(user.id), user.app_id, user.id)
    await tx.update("app_user", _CHANGEABLE, _KEY, [row])


async def remove(tx: Tx, user: StoredUser) -> None:
    """Delete the user and the external id."""
    if user.external_id is not None:
        await tx.delete("external_id", ("bucket", "app_id", "external_id", "brand_id"), [_external_key(tx, user)])
    await tx.delete("app_user", _KEY, [(tx.bucket(user.id), user.app_id, user.id)])


def _external_key(tx: Tx, user: StoredUser) -> tuple[int, str, str, str]:
    assert user.external_id is not None
    key = external_key(user.external_id)
    return (tx.bucket(user.app_id, key), user.app_id, key, user.brand_id or "")


def external_key(external_id: str) -> str:
    """The key of an external id in the table `external_id`: the id or, if it is long, its beginning and a digest.

    A shortened key is longer than `LONGEST_KEY_BYTES`, so it never equals an external id that is its own key.
    """
    encoded = external_id.encode()
    if len(encoded) <= LONGEST_KEY_BYTES:
        return external_id
    return encoded[:LONGEST_KEY_BYTES].decode(errors="ignore") + hashlib.sha256(encoded).hexdigest()
