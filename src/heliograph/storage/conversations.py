"""Conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import astuple

from heliograph.storage.engine import Reader, Tx
from heliograph.wire.conversations import ConversationType

_KEY = ("bucket", "app_id", "id")


class StoredConversation(Struct):
    """A row of `conversation`; metadata is JSON, message_seq counts the messages there ever were.

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


_COLUMNS = StoredConversation.__struct_fields__
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM conversation"


async def get(reader: Reader, app_id: str, conversation_id: str) -> StoredConversation | None:
    """The conversation."""
    row = await reader.one(
        f"{_SELECT} WHERE bucket = $1 AND app_id = $2 AND id = $3",
        reader.bucket(conversation_id),
        app_id,
        conversation_id,
    )
    return StoredConversation(*row) if row else None


async def get_many(reader: Reader, keys: Iterable[tuple[str, str]], *, lock: bool = False) -> list[StoredConversation]:
    """The conversations with these (app id, conversation id)."""
    wanted = [(reader.bucket(conversation_id), app_id, conversation_id) for app_id, conversation_id in keys]
    return [StoredConversation(*row) for row in await reader.fetch(_SELECT, _KEY, wanted, lock=lock)]


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
    """Store the participant counts of conversations that this transaction has locked."""
    await tx.update(
        "conversation",
        ("participant_count",),
        _KEY,
        [(one.participant_count, tx.bucket(one.id), one.app_id, one.id) for one in conversations],
    )


async def remove(tx: Tx, app_id: str, conversation_ids: Sequence[str]) -> None:
    """Delete the conversations; their participants are deleted apart."""
    await tx.delete("conversation", _KEY, [(tx.bucket(one), app_id, one) for one in conversation_ids])
