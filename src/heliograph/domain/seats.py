"""The seats of a user: the conversations that the user is in, and the user's participants in them, all locked."""

from __future__ import annotations

from msgspec import Struct

from heliograph.errors import UserNotFound
from heliograph.storage.engine import Lock, StaleRead, Tx
from heliograph.storage.rows import conversations, participants, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser


class Seats(Struct, frozen=True):
    """A user with all their participants and conversations, which no other transaction can change."""

    user: StoredUser
    conversations: dict[str, StoredConversation]
    """By id."""
    participants: list[StoredParticipant]


async def lock_seats(tx: Tx, app_id: str, user_id: str) -> Seats:
    """Lock the seats of a user.

    Raises:
        UserNotFound: the user has been deleted in the meantime.
        StaleRead: the user has joined a conversation in the meantime.
    """
    # Every transaction locks conversations before users, so the memberships are read first without a lock.
    expected = [(app_id, one.conversation_id) for one in await participants.memberships(tx, app_id, user_id)]
    locked = {one.id: one for one in await conversations.get_many(tx, expected, lock=Lock.REMOVE)}
    if (user := await users.get(tx, app_id, user_id, lock=Lock.REMOVE)) is None:
        raise UserNotFound
    memberships = await participants.memberships(tx, app_id, user_id)
    if any(one.conversation_id not in locked for one in memberships):
        raise StaleRead
    keys = [(app_id, one.conversation_id, one.participant_id) for one in memberships]
    return Seats(user, locked, await participants.get_many(tx, keys))
