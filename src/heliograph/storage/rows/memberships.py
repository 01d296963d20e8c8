"""Memberships: the conversations that a user is in."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from heliograph.storage.engine import Reader
from heliograph.storage.merged_paging import Between
from heliograph.storage.paging import slice_of
from heliograph.storage.rows.participants import StoredMembership
from heliograph.wire.conversations import ConversationType
from heliograph.wire.paging import Page, Slice

_OF_USER = "membership WHERE bucket = $1 AND app_id = $2 AND user_id = $3"
_CONVERSATION_KEY = ("bucket", "app_id", "id")


class JoinedConversation(Struct):
    """The parts of a conversation that a membership shows. The fields are columns of `conversation`, in this
    order."""

    id: str
    type: ConversationType
    display_name: str | None
    participant_count: int
    message_seq: int
    floor_seq: int
    last_updated_at: int


async def page(reader: Reader, app_id: str, user_id: str, page: Page, *, newest_first: bool) -> Slice[StoredMembership]:
    """A page of the user's memberships, in the order of joining or in the opposite one.

    Reads all memberships of the user: an index in this order would make each join more expensive.
    """
    values = (reader.bucket(user_id), app_id, user_id)
    columns = ("conversation_id", "participant_id")
    rows = await slice_of(reader, columns, _OF_USER, values, page, key="participant_id", newest_first=newest_first)
    return rows.holding([StoredMembership(row[0], row[1]) for row in rows.records])


async def page_of_joinings(
    reader: Reader, app_id: str, user_id: str, page: Page, between: Between
) -> Slice[tuple[str, StoredMembership]]:
    """A page of the user's memberships with the ids of their joinings, in the order of these ids.

    Reads the ids of all memberships of the user, as `page` does.
    """
    key = "coalesce(since, participant_id)"
    rows = await slice_of(
        reader,
        (key, "conversation_id", "participant_id"),
        f"{_OF_USER} AND {key} >= $4 AND {key} < $5",
        (reader.bucket(user_id), app_id, user_id, *between),
        page,
        key=key,
    )
    return rows.holding([(row[0], StoredMembership(row[1], row[2])) for row in rows.records])


async def first(reader: Reader, app_id: str, user_id: str, limit: int) -> list[StoredMembership]:
    """Up to `limit` memberships of the user."""
    rows = await reader.rows(
        f"SELECT conversation_id, participant_id FROM {_OF_USER} ORDER BY conversation_id LIMIT $4",
        reader.bucket(user_id),
        app_id,
        user_id,
        limit,
    )
    return [StoredMembership(*row) for row in rows]


async def conversations(reader: Reader, keys: Iterable[tuple[str, str]]) -> list[JoinedConversation]:
    """The conversations with these (app id, conversation id)."""
    wanted = [(reader.bucket(id), app_id, id) for app_id, id in keys]
    columns = JoinedConversation.__struct_fields__
    rows = await reader.get_many("conversation", columns, _CONVERSATION_KEY, wanted)
    return [JoinedConversation(*row) for row in rows]
