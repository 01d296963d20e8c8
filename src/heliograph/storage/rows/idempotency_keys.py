"""Idempotency keys with the responses that are stored under them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from heliograph import ids
from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows.retention import RetentionMark

Header = tuple[str, str]
KeyOfApp = tuple[str, str]
"""(app id, key). The app id is empty for requests about the account."""


class StoredIdempotencyKey(Struct):
    """A row of `idempotency_key`: the digest of a request, and the response to it.

    `headers` is None if the response has only the headers of a JSON body. The body is sealed, because it may show
    secrets.

    While a request with many items is under way, it has a row for each part of the response.

    The fields are the columns, in this order.
    """

    app_id: str
    key: str
    digest: bytes
    status: int
    headers: list[Header] | None
    body: bytes
    created_at: int


_ROWS = RowCodec(StoredIdempotencyKey)
_KEY = ("bucket", "app_id", "key")
_RESPONSE = ("status", "headers", "body", "created_at")


async def get(reader: Reader, app_id: str, key: str, *, lock: Lock = Lock.NONE) -> StoredIdempotencyKey | None:
    """The row of a key, or None."""
    where = (reader.bucket(app_id, key), app_id, key)
    row = await reader.get("idempotency_key", _ROWS.columns, _KEY, where, lock=lock)
    return _ROWS.load(row) if row else None


async def get_many(reader: Reader, keys: Iterable[KeyOfApp]) -> list[StoredIdempotencyKey]:
    """The rows of the keys that are stored."""
    wanted = [(reader.bucket(*key), *key) for key in keys]
    return [_ROWS.load(row) for row in await reader.get_many("idempotency_key", _ROWS.columns, _KEY, wanted)]


async def add(tx: Tx, stored_keys: Sequence[StoredIdempotencyKey]) -> None:
    """Store keys. If another transaction is storing one of them, this waits for it, and then fails if it committed."""
    # In one order, so that two transactions with the same keys cannot wait for each other.
    ordered = sorted((tx.bucket(one.app_id, one.key), *_ROWS.dump(one)) for one in stored_keys)
    await tx.insert("idempotency_key", ("bucket", *_ROWS.columns), ordered)


async def change(tx: Tx, stored_keys: Sequence[StoredIdempotencyKey]) -> None:
    """Replace the responses of stored keys."""
    rows = [
        (*_ROWS.dump_columns(one, _RESPONSE), tx.bucket(one.app_id, one.key), one.app_id, one.key)
        for one in stored_keys
    ]
    await tx.update("idempotency_key", _RESPONSE, _KEY, rows)


async def next_of_app(reader: Reader, app_id: str, bucket: int, after: str, limit: int) -> list[tuple[str, bytes]]:
    """The next keys of an app in a bucket, each with its sealed body."""
    rows = await reader.rows(
        "SELECT key, body FROM idempotency_key WHERE bucket = $1 AND app_id = $2 AND key > $3 ORDER BY key LIMIT $4",
        bucket,
        app_id,
        after,
        limit,
    )
    return [(key, body) for key, body in rows]


async def remove(tx: Tx, app_id: str, keys: Sequence[str]) -> None:
    """Delete keys: requests with them are executed again."""
    await tx.delete("idempotency_key", _KEY, [(tx.bucket(app_id, key), app_id, key) for key in keys])


async def prune(tx: Tx, table: str, bucket: int, after: str, mark: RetentionMark, limit: int) -> str | None:
    """Delete up to `limit` keys of the bucket that were stored before the mark was made.

    Returns `after`, or None if there are no more.
    """
    rows = await tx.rows(
        f"SELECT app_id, key FROM {table} WHERE bucket = $1 AND created_at <= $2 ORDER BY created_at LIMIT $3",
        bucket,
        ids.milliseconds(mark.id),
        limit,
    )
    await tx.delete("idempotency_key", _KEY, [(bucket, app_id, key) for app_id, key in rows])
    return after if len(rows) == limit else None
