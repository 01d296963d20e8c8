"""Messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Raw, Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import slice_of
from heliograph.wire.messages import DestinationBody, OverrideBody
from heliograph.wire.paging import Page

_KEY = ("bucket", "app_id", "conversation_id", "id")
_OF_CONVERSATION = "message WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3"


class Routing(Struct, omit_defaults=True):
    """The fields of a posted message that control its delivery. No response shows them."""

    destination: DestinationBody | None = None
    override: OverrideBody | None = None
    schema: str | None = None


class StoredMessage(Struct):
    """A row of `message`. The fields are the columns, in this order.

    `shown` is the message as responses show it. It stays JSON: a list of 100 messages is sent as it was stored, without
    decoding and encoding each of them.
    """

    id: str
    app_id: str
    conversation_id: str
    shown: Raw
    routing: Routing | None = None


class MessagePage(Struct, frozen=True):
    """A page of messages: their JSON array, the ids of the first and the last, and whether the list continues.

    The array is joined from the stored texts, because encoding 100 messages takes longer than reading them.
    """

    messages: Raw
    first: str
    last: str
    precedes: bool
    follows: bool


_ROWS = RowCodec(StoredMessage)


async def page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> MessagePage | None:
    """A page of the conversation's messages, oldest first; None if it is empty."""
    values = (reader.bucket(conversation_id), app_id, conversation_id)
    found = await slice_of(reader, ("id", "shown"), _OF_CONVERSATION, values, page)
    if not (rows := found.records):
        return None
    array = Raw(f"[{','.join([row[1] for row in rows])}]".encode())
    return MessagePage(array, rows[0][0], rows[-1][0], found.precedes, found.follows)


async def newest(reader: Reader, app_id: str, conversation_id: str) -> Raw | None:
    """The newest message of the conversation as responses show it, or None."""
    values = (reader.bucket(conversation_id), app_id, conversation_id)
    row = await reader.row(f"SELECT shown FROM {_OF_CONVERSATION} ORDER BY id DESC LIMIT 1", *values)
    return Raw(row[0]) if row else None


async def of_conversation(reader: Reader, app_id: str, conversation_id: str) -> list[Raw]:
    """All messages of the conversation as responses show them, oldest first."""
    values = (reader.bucket(conversation_id), app_id, conversation_id)
    rows = await reader.rows(f"SELECT shown FROM {_OF_CONVERSATION} ORDER BY id", *values)
    return [Raw(row[0]) for row in rows]


async def get_json(reader: Reader, app_id: str, conversation_id: str, message_id: str) -> Raw | None:
    """A message of the conversation as responses show it, or None."""
    row = await reader.get(
        "message", ("shown",), _KEY, (reader.bucket(conversation_id), app_id, conversation_id, message_id)
    )
    return Raw(row[0]) if row else None


async def get_json_many(reader: Reader, keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], Raw]:
    """The messages with these (app id, conversation id, id) by the last two, as responses show them."""
    wanted = [(reader.bucket(conversation_id), app_id, conversation_id, id) for app_id, conversation_id, id in keys]
    rows = await reader.get_many("message", ("conversation_id", "id", "shown"), _KEY, wanted)
    return {(row[0], row[1]): Raw(row[2]) for row in rows}


async def set_json(tx: Tx, app_id: str, conversation_id: str, message_id: str, shown: Raw) -> None:
    """Change how responses show a message."""
    key = (tx.bucket(conversation_id), app_id, conversation_id, message_id)
    await tx.update("message", ("shown",), _KEY, [(bytes(shown).decode(), *key)])


async def add(tx: Tx, messages: Sequence[StoredMessage]) -> None:
    """Create the messages."""
    rows = _ROWS.dump_all(messages, [tx.bucket(one.conversation_id) for one in messages])
    await tx.insert("message", ("bucket", *_ROWS.columns), rows)


async def remove(tx: Tx, app_id: str, conversation_id: str, message_id: str) -> bool:
    """Delete a message; returns whether it existed."""
    count = await tx.execute(
        f"DELETE FROM {_OF_CONVERSATION} AND id = $4", tx.bucket(conversation_id), app_id, conversation_id, message_id
    )
    return count > 0


async def remove_all(tx: Tx, app_id: str, conversation_id: str) -> None:
    """Delete all messages of the conversation: up to 30,000, which take less than 0.1 seconds."""
    await tx.execute(f"DELETE FROM {_OF_CONVERSATION}", tx.bucket(conversation_id), app_id, conversation_id)
