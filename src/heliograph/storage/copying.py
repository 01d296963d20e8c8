"""Copies a whole database into another one, of any engine.

Rows are copied in chunks, in the order of their keys. The commit of each chunk stores the progress in the target, so an
interrupted copy can be resumed. The target cannot be served until the copy is complete and verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from heliograph.errors import UsageError
from heliograph.storage.engine import Columns, Reader, Row, Tx
from heliograph.storage.migrations import schema
from heliograph.storage.opening import COPY
from heliograph.storage.rows import conversations, cursors, history, meta, search_progress, stream
from heliograph.storage.rows.apps import StoredApp
from heliograph.storage.rows.attachments import Removal, StoredAttachment
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.console import StoredSession, StoredTicket
from heliograph.storage.rows.devices import StoredDevice
from heliograph.storage.rows.erasures import StoredErasure
from heliograph.storage.rows.history import StoredChange
from heliograph.storage.rows.idempotency_keys import StoredIdempotencyKey
from heliograph.storage.rows.inactivity import StoredLimit
from heliograph.storage.rows.integrations import StoredIntegration
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.rows.log_rows import StoredAttempt, StoredDelivery, StoredEvent
from heliograph.storage.rows.merged_users import StoredMergedUser
from heliograph.storage.rows.messages import StoredMessage
from heliograph.storage.rows.oauth_clients import StoredCode, StoredOAuthClient
from heliograph.storage.rows.outbound import StoredOutbound
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.storage.rows.removal_calls import RemovalCall
from heliograph.storage.rows.repetitions import StoredRepetition
from heliograph.storage.rows.support_users import StoredSupportUser
from heliograph.storage.rows.switchboards import StoredSwitchboard
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.storage.unlocking import SEALED

_CHUNK = 1000
_LARGE_ROWS = 8
_COPIED_META = (
    "sandbox",
    cursors.KEY_NAME,
    search_progress.STATE,
)  # the other rows of `meta` are specific to one database


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns and its key, without the bucket, and the columns that determine the bucket of a row.

    The bucket is computed from the first column of `spread` that is not null or, if `together` is set, from all of
    them.
    """

    name: str
    columns: Columns
    key: Columns
    spread: Columns = ()
    together: bool = False
    rows_at_once: int = _CHUNK


TABLES = (
    Table("app", (*StoredApp.__struct_fields__, "deleted_at"), ("id",)),
    Table("api_key", StoredKey.__struct_fields__, ("id",)),
    Table("app_user", StoredUser.__struct_fields__, ("app_id", "id"), ("id",)),
    Table(
        "external_id",
        ("app_id", "external_id", "brand_id", "user_id"),
        ("app_id", "external_id", "brand_id"),
        ("app_id", "external_id"),
        together=True,
    ),
    Table(
        "identifier",
        ("app_id", "kind", "value", "brand_id", "user_id"),
        ("app_id", "kind", "value", "brand_id"),
        ("app_id", "kind", "value"),
        together=True,
    ),
    Table(
        "search_term",
        ("app_id", "kind", "term", "value", "id"),
        ("app_id", "kind", "term", "value", "id"),
        ("app_id", "kind", "term"),
        together=True,
    ),
    Table(
        "support_user",
        StoredSupportUser.__struct_fields__,
        ("app_id", "zendesk_id"),
        ("app_id", "zendesk_id"),
        together=True,
    ),
    Table("client", StoredClient.__struct_fields__, ("app_id", "user_id", "id"), ("user_id",)),
    Table("device", StoredDevice.__struct_fields__, ("app_id", "user_id", "id"), ("user_id",)),
    Table(
        "linked_address",
        ("app_id", "integration_id", "address", "user_id", "client_id"),
        ("app_id", "integration_id", "address"),
        ("app_id", "integration_id", "address"),
        together=True,
    ),
    Table("outbound", StoredOutbound.__struct_fields__, ("id",), ("conversation_id",)),
    Table("conversation", conversations.ROWS.columns, ("app_id", "id"), ("id",)),
    Table(
        "participant",
        StoredParticipant.__struct_fields__,
        ("app_id", "conversation_id", "id"),
        ("conversation_id",),
    ),
    Table(history.TABLE, StoredChange.__struct_fields__, ("app_id", "conversation_id", "id"), ("conversation_id",)),
    Table("message", StoredMessage.__struct_fields__, ("app_id", "conversation_id", "id"), ("conversation_id",)),
    Table(
        "membership",
        ("app_id", "user_id", "conversation_id", "participant_id", "since"),
        ("app_id", "user_id", "conversation_id"),
        ("user_id",),
    ),
    Table(
        "event", (*StoredEvent.__struct_fields__, "synthetic", "session_id"), ("id",), ("conversation_id", "user_id")
    ),
    Table("attachment", StoredAttachment.__struct_fields__, ("app_id", "id"), ("id",)),
    Table(
        "attachment_chunk",
        ("app_id", "attachment_id", "number", "data"),
        ("app_id", "attachment_id", "number"),
        ("attachment_id",),
        rows_at_once=_LARGE_ROWS,
    ),
    Table(
        "attachment_use",
        ("app_id", "conversation_id", "message_id", "attachment_id"),
        ("app_id", "conversation_id", "message_id", "attachment_id"),
        ("conversation_id",),
    ),
    Table("attachment_removal", Removal.__struct_fields__, ("id",)),
    Table("integration", StoredIntegration.__struct_fields__, ("id",)),
    Table("oauth_client", StoredOAuthClient.__struct_fields__, ("id",)),
    Table("oauth_code", StoredCode.__struct_fields__, ("digest",)),
    Table("console_session", StoredSession.__struct_fields__, ("id",)),
    Table("console_ticket", StoredTicket.__struct_fields__, ("digest",)),
    Table("removal_call", RemovalCall.__struct_fields__, ("id",)),
    Table("inactivity_limit", StoredLimit.__struct_fields__, ("app_id",)),
    Table("switchboard", StoredSwitchboard.__struct_fields__, ("app_id",)),
    Table("webhook", StoredWebhook.__struct_fields__, ("id",)),
    Table("delivery", StoredDelivery.__struct_fields__, ("id",), ("lane",)),
    Table("repetition", StoredRepetition.__struct_fields__, ("id",), ("lane",)),
    Table("request", StoredRequest.__struct_fields__, ("app_id", "id"), ("app_id",)),
    Table("erasure", StoredErasure.__struct_fields__, ("id",)),
    Table("merged_user", StoredMergedUser.__struct_fields__, ("app_id", "user_id", "merged_id"), ("user_id",)),
    Table(
        "idempotency_key",
        StoredIdempotencyKey.__struct_fields__,
        ("app_id", "key"),
        ("app_id", "key"),
        together=True,
    ),
    Table("attempt", StoredAttempt.__struct_fields__, ("delivery_id", "number"), ("lane",)),
)


class CopyProgress(Struct):
    """The progress of a copy: the source, the number of the table, and the last key that was copied."""

    source: str
    table: int = 0
    after: list[str | int] | None = None
    rows: int = 0


_decode = msgspec.json.Decoder(CopyProgress).decode


async def copy(source: Store, target: Store, advanced: Callable[[int, int], None]) -> int:
    """Copy everything; returns the number of rows. `advanced` is called with the number of copied and of all rows.

    Raises:
        UsageError: the target is not empty, it cannot hold the ids of the source, the source has a newer schema, or the
            copy differs from it.
    """
    await _refuse_newer(source)
    if target.buckets < source.buckets:
        await _refuse_duplicates(source)
    total = sum([await source.read(_count, table) for table in TABLES])
    progress = await _begin(source, target)
    for number, table in enumerate(TABLES):
        if number < progress.table:
            continue
        after = tuple(progress.after) if number == progress.table and progress.after else None
        async for rows, last in _chunks(source, table, after):
            progress = CopyProgress(source.name, number, list(last), progress.rows + len(rows))
            # Each database has its own master key.
            resealed = _sealed(table, _opened(table, rows, source.sealer), target.sealer)
            await target.write(_put, table, resealed, progress)
            advanced(progress.rows, total)
    for table in TABLES:
        if await _checksum(source, table) != await _checksum(target, table):
            raise UsageError(
                f"the copy of the table {table.name} differs from the source: stop all servers of the source, "
                "empty the target, and copy again"
            )
    values = {name: await source.read(meta.get, name) for name in _COPIED_META}
    await target.write(_finish, values)
    return progress.rows


async def _begin(source: Store, target: Store) -> CopyProgress:
    """The progress of an interrupted copy, or of a new one."""
    marker = await target.read(meta.get, COPY)
    if marker is not None:
        progress = _decode(marker)
        if progress.source != source.name:
            raise UsageError(f"the target contains an unfinished copy of another database: {progress.source}")
        return progress
    for table in TABLES:
        if await target.read(_first, table) is not None:
            raise UsageError("the target is not empty: copy into a new database")
    progress = CopyProgress(source.name)
    await target.write(_mark, progress)
    return progress


async def _refuse_newer(source: Store) -> None:
    """Refuse a source that may have tables and columns that this program does not know."""
    found = await source.read(schema.version, table_exists=True)
    if found.number > schema.latest():
        raise UsageError(
            f"the source has schema version {found.number}, and this Heliograph can only copy versions up to "
            f"{schema.latest()}: copy it with the Heliograph that migrated it"
        )


async def _refuse_duplicates(source: Store) -> None:
    """Refuse ids that are unique in each bucket of the source but would meet in one bucket of the target."""
    for table in ("event", "delivery"):
        repeated = await source.read(_repeated, table)
        if repeated is not None:
            raise UsageError(
                f"the source has two rows of the table {table} with the id {repeated}, which the target cannot hold: "
                "an earlier version created them. They disappear after --keep-days; see 'Find duplicate ids' in "
                "docs/howto/postgresql.md"
            )


async def _repeated(reader: Reader, table: str) -> str | None:
    row = await reader.row(f"SELECT id FROM {table} GROUP BY id HAVING count(*) > 1 LIMIT 1")
    return row[0] if row else None


async def _count(reader: Reader, table: Table) -> int:
    row = await reader.row(f"SELECT count(*) FROM {table.name}")
    assert row is not None
    count: int = row[0]
    return count


async def _first(reader: Reader, table: Table) -> Row | None:
    return await reader.row(f"SELECT 1 FROM {table.name} LIMIT 1")


async def _chunks(store: Store, table: Table, after: Row | None = None) -> AsyncIterator[tuple[list[Row], Row]]:
    """The rows of a table after a key, in chunks, each with the key of its last row. Keys begin with the bucket."""
    while rows := await store.read(_chunk, table, after):
        width = len(_key(table))
        after = tuple(rows[-1][:width])
        yield [tuple(row)[width:] for row in rows], after
        if len(rows) < table.rows_at_once:
            return


async def _chunk(reader: Reader, table: Table, after: Row | None) -> list[Row]:
    key = ", ".join(_key(table))
    bound = ""
    if after is not None:
        bound = f" WHERE ({key}) > ({', '.join(f'${number}' for number in range(1, len(after) + 1))})"
    return await reader.rows(
        f"SELECT {key}, {', '.join(table.columns)} FROM {table.name}{bound} ORDER BY {key} LIMIT {table.rows_at_once}",
        *(after or ()),
    )


def _key(table: Table) -> Columns:
    return ("bucket", *table.key) if table.spread else table.key


def _opened(table: Table, rows: list[Row], sealer: Sealer) -> list[Row]:
    """The rows with decrypted secrets."""
    return _with_secrets(table, rows, lambda owner, secret: sealer.open(owner, secret).encode())


def _sealed(table: Table, rows: list[Row], sealer: Sealer) -> list[Row]:
    return _with_secrets(table, rows, lambda owner, secret: sealer.seal(owner, secret.decode()))


def _with_secrets(table: Table, rows: list[Row], change: Callable[[str, bytes], bytes]) -> list[Row]:
    if (sealed := SEALED.get(table.name)) is None:
        return rows
    owner, secret = [table.columns.index(name) for name in sealed.owner], table.columns.index(sealed.column)
    return [
        (*row[:secret], change("/".join(row[number] for number in owner), row[secret]), *row[secret + 1 :])
        for row in rows
    ]


async def _put(tx: Tx, table: Table, rows: Sequence[Row], progress: CopyProgress) -> None:
    if table.spread:
        await tx.insert(table.name, ("bucket", *table.columns), [(_bucket(tx, table, row), *row) for row in rows])
    else:
        await tx.insert(table.name, table.columns, rows)
    await _mark(tx, progress)


def _bucket(tx: Tx, table: Table, row: Row) -> int:
    names = [row[table.columns.index(column)] or "" for column in table.spread]
    return tx.bucket(*names) if table.together else tx.bucket(next(filter(None, names), ""))


async def _mark(tx: Tx, progress: CopyProgress) -> None:
    await meta.put(tx, COPY, msgspec.json.encode(progress).decode())


async def _finish(tx: Tx, values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is not None:
            await meta.put(tx, name, value)
    await stream.start(tx)
    await meta.remove(tx, COPY)


async def _checksum(store: Store, table: Table) -> tuple[int, int]:
    """The number of rows, and the sum of their hashes, which does not depend on their order."""
    count = total = 0
    async for rows, _ in _chunks(store, table):
        for row in _opened(table, rows, store.sealer):
            digest = hashlib.blake2b(msgspec.msgpack.encode(row), digest_size=8).digest()
            total += int.from_bytes(digest, "big")
        count += len(rows)
    return count, total
