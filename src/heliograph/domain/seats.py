"""The seats of a user: the conversations that the user is in, and the user's participants in them, all locked."""

from __future__ import annotations

from collections.abc import Collection

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
    """By id. Others that were locked with them may be among them."""
    participants: list[StoredParticipant]


async def lock_seats(tx: Tx, app_id: str, user_id: str) -> Seats:
    """Lock the seats of a user.

    Raises:
        UserNotFound: the user has been deleted in the meantime.
        StaleRead: the user has joined a conversation in the meantime.
    """
    seats = await lock_seats_of(tx, app_id, (user_id,))
    if user_id not in seats:
        raise UserNotFound
    return seats[user_id]


async def lock_seats_of(tx: Tx, app_id: str, user_ids: Collection[str], also: Collection[str] = ()) -> dict[str, Seats]:
    """Lock the seats of several users, by their ids, and also these conversations. Users that do not exist are left
    out. All seats have the same conversations.

    Raises:
        StaleRead: a user has joined a conversation in the meantime.
    """
    # Every transaction locks conversations before users, so the memberships are read first without a lock.
    expected = {*also, *(await _conversation_ids(tx, app_id, user_ids))}
    keys = [(app_id, id) for id in sorted(expected)]
    locked = {one.id: one for one in await conversations.get_many(tx, keys, lock=Lock.REMOVE)}
    found = await users.get_many(tx, [(app_id, id) for id in sorted(set(user_ids))], lock=Lock.REMOVE)
    return {user.id: await _seats(tx, user, locked) for user in found}


async def _conversation_ids(tx: Tx, app_id: str, user_ids: Collection[str]) -> set[str]:
    found = [await participants.memberships(tx, app_id, id) for id in user_ids]
    return {one.conversation_id for memberships in found for one in memberships}


async def _seats(tx: Tx, user: StoredUser, locked: dict[str, StoredConversation]) -> Seats:
    memberships = await participants.memberships(tx, user.app_id, user.id)
    if any(one.conversation_id not in locked for one in memberships):
        raise StaleRead
    keys = [(user.app_id, one.conversation_id, one.participant_id) for one in memberships]
    return Seats(user, locked, await participants.get_many(tx, keys))
