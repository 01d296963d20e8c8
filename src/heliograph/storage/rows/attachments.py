"""Attachments: files, the messages that show them, and the files that are to be deleted.

The id of an attachment is the random token in its URL. Its bytes are in rows of one chunk each, or in an object store.
A file without an attachment is a removal: of an upload that has not finished, or of a deleted attachment. The row of
an attachment replaces the removal in one commit, so no file is ever without both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Lock, Reader, Tx, parameters

_KEY = ("bucket", "app_id", "id")
_OF_CHUNK = "attachment_chunk WHERE bucket = $1 AND app_id = $2 AND attachment_id = $3"
_OF_CONVERSATION = "attachment_use WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3"
UPLOADED_FOR = ""
"""Stands for a message id in the use of an attachment that was uploaded for a conversation."""
_CLAIMED = 0


class StoredAttachment(Struct):
    """A row of `attachment`. The fields are the columns, in this order.

    `uses` counts the messages that show it. An attachment `for_message` is deleted with the last of them. `base` is the
    URL of the server at the upload. `chunks` is the number of its rows, or 0 if the file is in an object store.
    """

    id: str
    app_id: str
    name: str
    media_type: str
    size: int
    chunks: int
    base: str
    for_message: bool
    uses: int
    created_at: int


class Use(Struct, frozen=True):
    """A message that shows an attachment; or, with UPLOADED_FOR, a conversation for which it was uploaded."""

    attachment: StoredAttachment
    conversation_id: str
    message_id: str


class Removal(Struct, frozen=True):
    """A row of `attachment_removal`: a file to delete from `due_at` on. The fields are the columns, in this order."""

    id: str
    app_id: str
    due_at: int


ROWS = RowCodec(StoredAttachment)
_REMOVAL = Removal.__struct_fields__


async def begin(tx: Tx, removal: Removal) -> None:
    """Begin an upload: its file is deleted at the due time, unless it is complete by then."""
    await tx.insert("attachment_removal", _REMOVAL, [(removal.id, removal.app_id, removal.due_at)])


async def add_chunk(tx: Tx, upload: Removal, number: int, data: bytes) -> bool:
    """Store a chunk of an upload, numbered from 0; returns False if the file is being deleted."""
    if not await _is_open(tx, upload):
        return False
    # After a lost connection the transaction may run again.
    await tx.execute(
        "INSERT INTO attachment_chunk (bucket, app_id, attachment_id, number, data) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        tx.bucket(upload.id),
        upload.app_id,
        upload.id,
        number,
        data,
    )
    return True


async def _is_open(tx: Tx, upload: Removal) -> bool:
    """Whether the removal of an upload is not due yet. It cannot become due before the transaction ends."""
    row = await tx.get("attachment_removal", ("due_at",), ("id",), (upload.id,), lock=Lock.CHANGE)
    return row is not None and row[0] == upload.due_at


async def complete(tx: Tx, attachment: StoredAttachment, upload: Removal, conversation_id: str | None) -> bool:
    """Create the attachment of an upload; returns False if its file is being deleted."""
    count = await tx.execute("DELETE FROM attachment_removal WHERE id = $1 AND due_at = $2", upload.id, upload.due_at)
    if count == 0:
        return False
    if conversation_id is not None and attachment.for_message:
        await _add_uses(tx, [Use(attachment, conversation_id, UPLOADED_FOR)])
    await tx.insert("attachment", ("bucket", *ROWS.columns), [(tx.bucket(attachment.id), *ROWS.dump(attachment))])
    return True


async def get(reader: Reader, app_id: str, id: str, *, lock: Lock = Lock.NONE) -> StoredAttachment | None:
    """The attachment, or None."""
    row = await reader.get("attachment", ROWS.columns, _KEY, (reader.bucket(id), app_id, id), lock=lock)
    return ROWS.load(row) if row else None


async def find(reader: Reader, id: str) -> StoredAttachment | None:
    """The attachment of any app, for downloads."""
    row = await reader.get("attachment", ROWS.columns, ("bucket", "id"), (reader.bucket(id), id))
    return ROWS.load(row) if row else None


async def get_many(
    reader: Reader, keys: Iterable[tuple[str, str]], *, lock: Lock = Lock.NONE
) -> list[StoredAttachment]:
    """The attachments with these (app id, id)."""
    wanted = [(reader.bucket(id), app_id, id) for app_id, id in keys]
    return [ROWS.load(row) for row in await reader.get_many("attachment", ROWS.columns, _KEY, wanted, lock=lock)]


async def chunk(reader: Reader, app_id: str, id: str, number: int) -> bytes | None:
    """A chunk of the file, or None."""
    row = await reader.row(f"SELECT data FROM {_OF_CHUNK} AND number = $4", reader.bucket(id), app_id, id, number)
    return row[0] if row else None


async def tie(tx: Tx, uses: Sequence[Use]) -> None:
    """Store the uses by new messages, with the attachments' counts."""
    await _add_uses(tx, uses)
    await _set_uses(tx, {one.attachment.id: one.attachment for one in uses}.values())


async def release(tx: Tx, app_id: str, conversation_id: str, message_id: str) -> None:
    """End the uses by a deleted message. Discards attachments that no message shows any more."""
    await _release(tx, app_id, conversation_id, "message_id = $4", message_id)


async def release_messages(tx: Tx, app_id: str, conversation_id: str) -> None:
    """End the uses by all messages of a conversation that stays, like `release`."""
    await _release(tx, app_id, conversation_id, "message_id <> $4", UPLOADED_FOR)


async def release_conversation(tx: Tx, app_id: str, conversation_id: str) -> None:
    """End the uses by a deleted conversation and by its messages, like `release`."""
    await _release(tx, app_id, conversation_id, "message_id >= $4", UPLOADED_FOR)


async def disown(tx: Tx, app_id: str, conversation_id: str, message_id: str) -> list[StoredAttachment]:
    """End the uses by a message whose author is erased. Discards attachments that no message shows any more, whatever
    they were uploaded for. Returns all attachments that it showed."""
    return await _release(tx, app_id, conversation_id, "message_id = $4", message_id, for_message=False)


async def _release(
    tx: Tx, app_id: str, conversation_id: str, condition: str, message_id: str, *, for_message: bool = True
) -> list[StoredAttachment]:
    of_messages = f"{_OF_CONVERSATION} AND {condition}"
    values = (tx.bucket(conversation_id), app_id, conversation_id, message_id)
    rows = await tx.rows(f"SELECT attachment_id, message_id FROM {of_messages}", *values)
    if not rows:
        return []
    await tx.execute(f"DELETE FROM {of_messages}", *values)
    keys = sorted({(app_id, attachment_id) for attachment_id, _ in rows})
    found = {one.id: one for one in await get_many(tx, keys, lock=Lock.REMOVE)}
    for attachment_id, used_by in rows:
        if used_by != UPLOADED_FOR and attachment_id in found:
            found[attachment_id].uses -= 1
    unused = [one for one in found.values() if (one.for_message or not for_message) and one.uses == 0]
    await discard(tx, unused)
    await _set_uses(tx, [one for one in found.values() if one not in unused])
    return list(found.values())


async def discard(tx: Tx, attachments: Collection[StoredAttachment]) -> None:
    """Delete the attachments. Their files are deleted later."""
    if attachments:
        await tx.delete("attachment", _KEY, [(tx.bucket(one.id), one.app_id, one.id) for one in attachments])
        await tx.insert("attachment_removal", _REMOVAL, [(one.id, one.app_id, tx.now) for one in attachments])


async def discard_of_app(tx: Tx, app_id: str, buckets: Sequence[int], limit: int) -> int:
    """Discard up to `limit` attachments of the app in these buckets; returns their number."""
    where = f"app_id = $1 AND bucket IN ({parameters(buckets, 3)})"
    rows = await tx.rows(
        f"SELECT {', '.join(ROWS.columns)} FROM attachment WHERE {where} LIMIT $2", app_id, limit, *buckets
    )
    await discard(tx, [ROWS.load(row) for row in rows])
    return len(rows)


async def abandon(tx: Tx, upload: Removal) -> None:
    """Make the file of a failed upload due for deletion, even if it was deleted while it was written."""
    await tx.execute(
        "INSERT INTO attachment_removal (id, app_id, due_at) VALUES ($1, $2, $3) "
        "ON CONFLICT (id) DO UPDATE SET due_at = $3",
        upload.id,
        upload.app_id,
        _CLAIMED,
    )
    # If the outcome of its last transaction was unknown, the attachment may exist; its URL was never returned.
    await tx.delete("attachment", _KEY, [(tx.bucket(upload.id), upload.app_id, upload.id)])


async def is_any_due(reader: Reader) -> bool:
    """Whether there are removals that are due."""
    return await reader.row(f"SELECT 1 FROM attachment_removal WHERE due_at <= {reader.clock} LIMIT 1") is not None


async def claim(tx: Tx, limit: int) -> list[Removal]:
    """Due removals. Their uploads cannot be completed from now on."""
    rows = await tx.rows(
        f"SELECT {', '.join(_REMOVAL)} FROM attachment_removal WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2",
        tx.now,
        limit,
    )
    await tx.update("attachment_removal", ("due_at",), ("id",), [(_CLAIMED, row[0]) for row in rows])
    return [Removal(*row) for row in rows]


async def remove_chunks(tx: Tx, removal: Removal, limit: int) -> bool:
    """Delete up to `limit` chunks of a file; returns whether more remain."""
    values = (tx.bucket(removal.id), removal.app_id, removal.id)
    rows = await tx.rows(f"SELECT number FROM {_OF_CHUNK} LIMIT $4", *values, limit)
    await tx.delete(
        "attachment_chunk", ("bucket", "app_id", "attachment_id", "number"), [(*values, number) for (number,) in rows]
    )
    return len(rows) == limit


async def forget(tx: Tx, removal: Removal) -> None:
    """Delete the removal of a file that is gone."""
    await tx.execute("DELETE FROM attachment_removal WHERE id = $1", removal.id)


async def _add_uses(tx: Tx, uses: Sequence[Use]) -> None:
    await tx.insert(
        "attachment_use",
        ("bucket", "app_id", "conversation_id", "message_id", "attachment_id"),
        [
            (tx.bucket(one.conversation_id), one.attachment.app_id, one.conversation_id, one.message_id,
             one.attachment.id)
            for one in uses
        ],
    )  # fmt: skip


async def _set_uses(tx: Tx, attachments: Iterable[StoredAttachment]) -> None:
    rows = [(one.uses, tx.bucket(one.id), one.app_id, one.id) for one in attachments]
    await tx.update("attachment", ("uses",), _KEY, rows)
