"""Conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import astuple

from heliograph import ids
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.wire.conversations import ConversationType

_KEY = ("bucket", "app_id", "id")


class StoredConversation(Struct):
    """A row of `conversation`; metadata is JSON.

    message_seq counts the messages there ever were, message_count those that are there; the ones up to floor_seq were
    deleted all together.

    newest_id is not smaller than any id that was given to something in the conversation, and another one after every
    change of its messages and participants.

    The fields are the columns, in this order.
    """

    app_id: str
    id: str
    type: ConversationType
    is_default: int
    participant_count: int
    message_seq: int
    last_updated_at: int
    business_last_read: int | None
    display_name: str | None
    description: str | None
    icon_url: str | None
    metadata: str | None
    created_at: int
    newest_id: str | None = None
    message_count: int = 0
    floor_seq: int = 0


_COLUMNS = StoredConversation.__struct_fields__
_COUNTS = (
    "participant_count",
    "message_seq",
    "message_count",
    "floor_seq",
    "last_updated_at",
    "business_last_read",
    "newest_id",
)


async def get(
    reader: Reader, app_id: str, conversation_id: str, *, lock: Lock = Lock.NONE
) -> StoredConversation | None:
    """The conversation."""
    key = (reader.bucket(conversation_id), app_id, conversation_id)
    row = await reader.get("conversation", _COLUMNS, _KEY, key, lock=lock)
    return _followed(StoredConversation(*row), lock) if row else None


async def version(reader: Reader, app_id: str, conversation_id: str) -> str | None:
    """What changes with every change of the conversation or of who is in it; None if there is no such conversation."""
    key = (reader.bucket(conversation_id), app_id, conversation_id)
    row = await reader.get("conversation", ("newest_id",), _KEY, key)
    return row[0] if row else None


async def get_many(
    reader: Reader, keys: Iterable[tuple[str, str]], *, lock: Lock = Lock.NONE
) -> list[StoredConversation]:
    """The conversations with these (app id, conversation id)."""
    wanted = [(reader.bucket(conversation_id), app_id, conversation_id) for app_id, conversation_id in keys]
    rows = await reader.get_many("conversation", _COLUMNS, _KEY, wanted, lock=lock)
    return [_followed(StoredConversation(*row), lock) for row in rows]


def _followed(conversation: StoredConversation, lock: Lock) -> StoredConversation:
    # Another process, whose clock is ahead, may have been here before: what this one adds must still come after it.
    if lock is not Lock.NONE and conversation.newest_id is not None:
        ids.follow(conversation.newest_id)
    return conversation


async def add(tx: Tx, conversation: StoredConversation) -> None:
    """Create the conversation."""
    await tx.insert("conversation", ("bucket", *_COLUMNS), [(tx.bucket(conversation.id), *astuple(conversation))])


async def change(tx: Tx, conversation: StoredConversation) -> None:
    """Store what a caller may change of a conversation."""
    one = conversation
    await tx.update(
        "conversation",
        ("display_name", "description", "icon_url", "metadata"),
        _KEY,
        [(one.display_name, one.description, one.icon_url, one.metadata, tx.bucket(one.id), one.app_id, one.id)],
    )


async def set_counts(tx: Tx, conversations: Sequence[StoredConversation]) -> None:
    """Store what participants and messages change of conversations that this transaction has locked."""
    await tx.update(
        "conversation",
        _COUNTS,
        _KEY,
        [
            (
                one.participant_count, one.message_seq, one.message_count, one.floor_seq, one.last_updated_at,
                one.business_last_read, one.newest_id, tx.bucket(one.id), one.app_id, one.id,
            )
            for one in conversations
        ],
    )  # fmt: skip


async def touch(tx: Tx, app_id: str, conversation_ids: Sequence[str]) -> None:
    """Mark conversations that this transaction has locked as changed."""
    newest = ids.new()
    await tx.update(
        "conversation", ("newest_id",), _KEY, [(newest, tx.bucket(one), app_id, one) for one in conversation_ids]
    )


async def remove(tx: Tx, app_id: str, conversation_ids: Sequence[str]) -> None:
    """Delete the conversations; their participants are deleted apart."""
    await tx.delete("conversation", _KEY, [(tx.bucket(one), app_id, one) for one in conversation_ids])
