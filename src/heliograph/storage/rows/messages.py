"""Messages."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import astuple

from heliograph.storage.engine import Reader, Row, Tx
from heliograph.storage.paging import slice_of
from heliograph.wire.paging import Page, Slice

_KEY = ("bucket", "app_id", "conversation_id", "id")
_OF_CONVERSATION = "message WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3"


class StoredMessage(Struct):
    """A row of `message`. `shown` is the JSON of the answer; `routing` holds destination, override and schema, as JSON.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    conversation_id: str
    shown: str
    routing: str | None = None


_COLUMNS = StoredMessage.__struct_fields__


async def page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> Slice[Row]:
    """A page of the conversation's messages, oldest first: the id and the JSON of each."""
    values = (reader.bucket(conversation_id), app_id, conversation_id)
    return await slice_of(reader, ("id", "shown"), _OF_CONVERSATION, values, page)


async def add(tx: Tx, messages: Sequence[StoredMessage]) -> None:
    """Create the messages."""
    rows = [(tx.bucket(one.conversation_id), *astuple(one)) for one in messages]
    await tx.insert("message", ("bucket", *_COLUMNS), rows)


async def remove(tx: Tx, app_id: str, conversation_id: str, message_id: str) -> bool:
    """Delete a message; returns whether there was one."""
    count = await tx.execute(
        f"DELETE FROM {_OF_CONVERSATION} AND id = $4", tx.bucket(conversation_id), app_id, conversation_id, message_id
    )
    return count > 0


async def remove_all(tx: Tx, app_id: str, conversation_id: str) -> None:
    """Delete every message of the conversation: 30,000 at most, which take less than a tenth of a second."""
    await tx.execute(f"DELETE FROM {_OF_CONVERSATION}", tx.bucket(conversation_id), app_id, conversation_id)
