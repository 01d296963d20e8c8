"""Converts rows for comparison with the model."""

from __future__ import annotations

from collections.abc import Sequence

from heliograph.storage.engine import Reader
from heliograph.storage.rows import conversations as conversation_rows
from heliograph.storage.rows import participants as participant_rows
from heliograph.storage.rows.log_rows import StoredEvent
from tests.proofs.model import Event
from tests.proofs.replay import Membership


def in_order(membership: Membership) -> dict[str, list[tuple[str, str]]]:
    """The membership as lists, so that comparisons include the order of joining."""
    return {conversation: list(members.items()) for conversation, members in membership.items()}


def pairs_of(event: StoredEvent) -> list[list[str]] | None:
    """The [participant, user] pairs of an event."""
    return None if event.members is None else [list(pair) for pair in event.members]


def settled(events: Sequence[Event]) -> list[Event]:
    """The events, with the `conversation:remove` events sorted: deleting a user does not define their order."""
    removed = iter(sorted(event for event in events if event[0] == "conversation:remove"))
    return [next(removed) if event[0] == "conversation:remove" else event for event in events]


async def stored_membership(reader: Reader, app_id: str) -> Membership:
    """The membership, after checking that participants, memberships and the counts of conversations agree."""
    sql = "SELECT conversation_id, {id}, user_id FROM {table} WHERE app_id = $1 ORDER BY 1, 2"
    rows = await reader.rows(sql.format(id="id", table="participant"), app_id)
    assert await reader.rows(sql.format(id="participant_id", table="membership"), app_id) == rows
    found = [row[0] for row in await reader.rows("SELECT id FROM conversation WHERE app_id = $1", app_id)]
    state: Membership = {one: {} for one in found}
    for conversation, participant, user in rows:
        state[conversation][participant] = user
    said = await reader.rows(
        "SELECT conversation_id, count(*) FROM message WHERE app_id = $1 GROUP BY conversation_id", app_id
    )
    messages = {row[0]: row[1] for row in said}
    assert messages.keys() <= state.keys()
    for stored in await conversation_rows.get_many(reader, [(app_id, one) for one in found]):
        members = await participant_rows.of_conversation(reader, app_id, stored.id)
        assert stored.participant_count == len(members) == len(state[stored.id])
        assert messages.get(stored.id, 0) == stored.message_count <= stored.message_seq - stored.floor_seq
    return state
