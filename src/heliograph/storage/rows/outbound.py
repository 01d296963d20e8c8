"""What third-party channels would have been sent, if this server connected to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Raw, Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import filtered_slice_of, slice_of
from heliograph.wire.outbound import OutboundFilter, OutboundKind
from heliograph.wire.paging import Page, Slice

_REMOVED_AT_ONCE = 500
_OF_CLIENT = "outbound WHERE app_id = $1 AND client_id = $2"
_OF_CONVERSATION = "outbound WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3"


class StoredOutbound(Struct):
    """A row of `outbound`. The fields are the columns, in this order; the id comes first, because pages are in its
    order."""

    id: str
    app_id: str
    conversation_id: str
    client_id: str
    kind: OutboundKind
    content: Raw
    created_at: int


_ROWS = RowCodec(StoredOutbound)


async def page(reader: Reader, app_id: str, filter: OutboundFilter, page: Page) -> Slice[StoredOutbound]:
    """A page of what the channels of the app would have been sent, oldest first.

    With both filters, a limited number of rows is examined, as `filtered_slice_of` documents.
    """
    conversation_id, client_id = filter.conversation_id, filter.client_id
    if client_id is not None and conversation_id is not None:
        condition, wanted = "conversation_id = $3", (conversation_id,)
        found = await filtered_slice_of(reader, _ROWS.columns, _OF_CLIENT, (app_id, client_id), condition, wanted, page)
        return found.holding([_ROWS.load(row) for row in found.records])
    source, values = _selected(reader, app_id, filter)
    rows = await slice_of(reader, _ROWS.columns, source, values, page, spread=conversation_id is None)
    return rows.holding([_ROWS.load(row[:-1]) for row in rows.records])


def _selected(reader: Reader, app_id: str, filter: OutboundFilter) -> tuple[str, tuple[Any, ...]]:
    """The source of a page with at most one filter, and its parameters."""
    if filter.client_id is not None:
        return _OF_CLIENT, (app_id, filter.client_id)
    if filter.conversation_id is not None:
        return _OF_CONVERSATION, (reader.bucket(filter.conversation_id), app_id, filter.conversation_id)
    return "outbound WHERE app_id = $1", (app_id,)


async def add(tx: Tx, outbound: Sequence[StoredOutbound]) -> None:
    """Store what channels would have been sent."""
    tx.check_events(outbound[0].id)
    rows = [(tx.bucket(one.conversation_id), *_ROWS.dump(one)) for one in outbound]
    await tx.insert("outbound", ("bucket", *_ROWS.columns), rows)


async def remove_of_conversation(tx: Tx, app_id: str, conversation_id: str) -> None:
    """Delete the rows of a conversation."""
    bucket = tx.bucket(conversation_id)
    query = f"SELECT bucket, id FROM {_OF_CONVERSATION} ORDER BY id LIMIT {_REMOVED_AT_ONCE}"
    while keys := await tx.rows(query, bucket, app_id, conversation_id):
        await tx.delete("outbound", ("bucket", "id"), keys)
