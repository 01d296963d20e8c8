"""Users, and their identifiers: external ids, ids of Support users, and email addresses.

Each identifier belongs to at most one user of an app and brand, and has a row with the id of that user.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Raw, Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Columns, Lock, Reader, Tx
from heliograph.storage.paging import slice_of
from heliograph.storage.rows import terms
from heliograph.wire.paging import Page, Slice
from heliograph.wire.users import Identity

IdentifierKind = Literal["email", "zendesk"]
"""The identifiers in the table `identifier`. Email addresses are compared in lower case."""

KeyRow = tuple[Any, ...]
"""A row of a table of identifiers: its key, then the id of the user."""

_KEY = ("bucket", "app_id", "id")
_EXTERNAL_KEY = ("bucket", "app_id", "external_id", "brand_id")
_IDENTIFIER_KEY = ("bucket", "app_id", "kind", "value", "brand_id")
LONGEST_KEY_BYTES = 1024
"""The longest external id that is a key of `external_id`: PostgreSQL indexes rows of up to 2,704 bytes."""


class StoredUser(Struct, gc=False):
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
    zendesk_id: str | None = None
    identities: list[Identity] = []


class UserProfile(Struct):
    """The parts of a user that lists of members show. The profile stays JSON."""

    id: str
    external_id: str | None
    profile: Raw


class IdentifiedUser(Struct, frozen=True):
    """The user that an identifier belongs to. Without a brand, `brand_id` is empty."""

    user_id: str
    brand_id: str


ROWS = RowCodec(StoredUser)
_CHANGEABLE = (
    "external_id",
    "authenticated",
    "signed_up_at",
    "to_be_retained",
    "profile",
    "metadata",
    "default_conversation_id",
    "zendesk_id",
    "identities",
)


async def get(reader: Reader, app_id: str, user_id: str, *, lock: Lock = Lock.NONE) -> StoredUser | None:
    """The user with this id."""
    row = await reader.get("app_user", ROWS.columns, _KEY, (reader.bucket(user_id), app_id, user_id), lock=lock)
    return ROWS.load(row) if row else None


async def of_app(reader: Reader, app_id: str) -> list[StoredUser]:
    """All users of the app, oldest first."""
    rows = await reader.rows(f"SELECT {', '.join(ROWS.columns)} FROM app_user WHERE app_id = $1 ORDER BY id", app_id)
    return [ROWS.load(row) for row in rows]


async def page(reader: Reader, app_id: str, page: Page, *, newest_first: bool) -> Slice[StoredUser]:
    """A page of the users of the app, in the order of their ids or in the opposite one."""
    # With one bucket the key has this order.
    source = "app_user WHERE bucket = 0 AND app_id = $1" if reader.buckets == 1 else "app_user WHERE app_id = $1"
    rows = await slice_of(
        reader, ROWS.columns, source, (app_id,), page, spread=reader.buckets > 1, newest_first=newest_first
    )
    return rows.holding([ROWS.load(row[:-1]) for row in rows.records])


async def get_many(reader: Reader, keys: Iterable[tuple[str, str]], *, lock: Lock = Lock.NONE) -> list[StoredUser]:
    """The users with these (app id, user id)."""
    wanted = [(reader.bucket(user_id), app_id, user_id) for app_id, user_id in keys]
    return ROWS.load_all(await reader.get_many("app_user", ROWS.columns, _KEY, wanted, lock=lock))


async def existing(reader: Reader, app_id: str, user_ids: Iterable[str]) -> set[str]:
    """The ids, out of `user_ids`, of users that exist."""
    wanted = [(reader.bucket(user_id), app_id, user_id) for user_id in user_ids]
    return {row[0] for row in await reader.get_many("app_user", ("id",), _KEY, wanted)}


async def profiles(reader: Reader, keys: Iterable[tuple[str, str]]) -> list[UserProfile]:
    """The profiles of the users with these (app id, user id)."""
    wanted = [(reader.bucket(user_id), app_id, user_id) for app_id, user_id in keys]
    rows = await reader.get_many("app_user", ("id", "external_id", "profile"), _KEY, wanted)
    return [UserProfile(id, external_id, Raw(profile)) for id, external_id, profile in rows]


async def find(
    reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None = None, *, lock: Lock = Lock.NONE
) -> StoredUser | None:
    """The user with this id, or else with this external id."""
    if (user := await get(reader, app_id, id_or_external_id, lock=lock)) is not None:
        return user
    return await with_external_id(reader, app_id, id_or_external_id, brand_id, lock=lock)


async def with_external_id(
    reader: Reader, app_id: str, external_id: str, brand_id: str | None = None, *, lock: Lock = Lock.NONE
) -> StoredUser | None:
    """The user with this external id. Without a brand, a user without a brand takes precedence."""
    read: str | None = None
    while (user_id := await id_of(reader, app_id, external_id, brand_id)) not in (None, read):
        assert user_id is not None
        user = await get(reader, app_id, user_id, lock=lock)
        if user is not None and user.external_id == external_id:
            return user
        # Between the two reads, the external id moved to another user, or the user was deleted.
        read = user_id
    return None


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


async def ids_with_external_id(reader: Reader, app_id: str, external_id: str) -> list[str]:
    """The ids of the users with this external id: at most one of each brand."""
    key = external_key(external_id)
    rows = await reader.rows(
        "SELECT user_id FROM external_id WHERE bucket = $1 AND app_id = $2 AND external_id = $3",
        reader.bucket(app_id, key),
        app_id,
        key,
    )
    return [row[0] for row in rows]


async def identified(
    reader: Reader, app_id: str, kind: IdentifierKind, value: str, brand_id: str | None = None
) -> IdentifiedUser | None:
    """The user that has an identifier. Without a brand, a user without a brand takes precedence."""
    value = _compared(kind, value)
    values = (reader.bucket(app_id, kind, value), app_id, kind, value)
    select = "SELECT user_id, brand_id FROM identifier WHERE bucket = $1 AND app_id = $2 AND kind = $3 AND value = $4"
    if brand_id is None:
        row = await reader.row(f"{select} ORDER BY brand_id LIMIT 1", *values)
    else:
        row = await reader.row(f"{select} AND brand_id = $5", *values, brand_id)
    return IdentifiedUser(*row) if row else None


async def add(tx: Tx, users: Sequence[StoredUser]) -> None:
    """Create the users, and their identifiers."""
    await identify(tx, [], users)
    rows = ROWS.dump_all(users, [tx.bucket(one.id) for one in users])
    await tx.insert("app_user", ("bucket", *ROWS.columns), rows)


async def identify(tx: Tx, before: Sequence[StoredUser], after: Sequence[StoredUser]) -> None:
    """Replace the identifiers and search terms of the users `before` by those of the users `after`."""
    await _replace(tx, "external_id", _EXTERNAL_KEY, _external_ids(tx, before), _external_ids(tx, after))
    await _replace(tx, "identifier", _IDENTIFIER_KEY, _identifiers(tx, before), _identifiers(tx, after))
    await terms.replace(tx, _terms(tx, before), _terms(tx, after))


async def change(tx: Tx, *users: StoredUser) -> None:
    """Store the fields of users that can be changed. `identify` stores their identifiers and search terms."""
    rows = [(*ROWS.dump_columns(one, _CHANGEABLE), tx.bucket(one.id), one.app_id, one.id) for one in users]
    await tx.update("app_user", _CHANGEABLE, _KEY, rows)


async def remove(tx: Tx, *users: StoredUser) -> None:
    """Delete users without their identifiers, which `identify` deletes."""
    await tx.delete("app_user", _KEY, [(tx.bucket(one.id), one.app_id, one.id) for one in users])


async def _replace(tx: Tx, table: str, key: Columns, before: set[KeyRow], after: set[KeyRow]) -> None:
    # In the order of the keys, so that concurrent transactions do not deadlock.
    await tx.delete(table, key, [row[:-1] for row in sorted(before - after)])
    await tx.insert(table, (*key, "user_id"), sorted(after - before))


def _external_ids(tx: Tx, users: Iterable[StoredUser]) -> set[KeyRow]:
    return {
        (tx.bucket(user.app_id, key := external_key(user.external_id)), user.app_id, key, user.brand_id or "", user.id)
        for user in users
        if user.external_id is not None
    }


def _identifiers(tx: Tx, users: Iterable[StoredUser]) -> set[KeyRow]:
    rows: set[KeyRow] = set()
    for user in users:
        values = [("email", one.value.lower()) for one in user.identities]
        if user.zendesk_id is not None:
            values.append(("zendesk", user.zendesk_id))
        for kind, value in values:
            rows.add((tx.bucket(user.app_id, kind, value), user.app_id, kind, value, user.brand_id or "", user.id))
    return rows


def _terms(tx: Tx, users: Iterable[StoredUser]) -> set[KeyRow]:
    found: set[KeyRow] = set()
    for user in users:
        found |= terms.of_user(tx, user.app_id, user.id, user.profile, user.metadata)
    return found


def _compared(kind: IdentifierKind, value: str) -> str:
    return value.lower() if kind == "email" else value


def external_key(external_id: str) -> str:
    """The key of an external id in the table `external_id`: the id or, if it is long, its beginning and a digest.

    A shortened key is longer than `LONGEST_KEY_BYTES`, so it never equals an external id that is its own key.
    """
    encoded = external_id.encode()
    if len(encoded) <= LONGEST_KEY_BYTES:
        return external_id
    return encoded[:LONGEST_KEY_BYTES].decode(errors="ignore") + hashlib.sha256(encoded).hexdigest()
