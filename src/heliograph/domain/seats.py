"""The seats of a user: the conversations that the user is in, and the user's participants in them, all locked."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from heliograph.domain.loading import load_user
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


async def load_seats(tx: Tx, app_id: str, id_or_external_id: str, brand_id: str | None) -> Seats:
    """Lock the seats of the user that a path names.

    Raises:
        UserNotFound: the user does not exist in this app.
        StaleRead: the user has changed in the meantime.
    """
    user = await load_user(tx, app_id, id_or_external_id, brand_id)
    seats = (await lock_seats(tx, app_id, [user.id]))[user.id]
    if id_or_external_id not in (seats.user.id, seats.user.external_id):
        raise StaleRead
    return seats


async def lock_seats(tx: Tx, app_id: str, user_ids: Iterable[str], also: Iterable[str] = ()) -> dict[str, Seats]:
    """Lock the seats of users, and also these conversations; returns the seats by the ids of the users.

    Users with a common conversation share its record. A transaction that changes several users locks all of them with
    one call, because it must not lock another conversation after a user.

    Raises:
        StaleRead: a user was deleted, or has joined a conversation in the meantime.
    """
    wanted = sorted(set(user_ids))
    # Every transaction locks conversations before users, so the memberships are read first without a lock.
    expected = {one.conversation_id for id in wanted for one in await participants.memberships(tx, app_id, id)}
    keys = sorted((app_id, id) for id in expected.union(also))
    locked = {one.id: one for one in await conversations.get_many(tx, keys, lock=Lock.REMOVE)}
    found = {one.id: one for one in await users.get_many(tx, [(app_id, id) for id in wanted], lock=Lock.REMOVE)}
    if len(found) < len(wanted):
        raise StaleRead
    return {id: await _seats(tx, found[id], locked) for id in wanted}


async def _seats(tx: Tx, user: StoredUser, locked: dict[str, StoredConversation]) -> Seats:
    memberships = await participants.memberships(tx, user.app_id, user.id)
    if any(one.conversation_id not in locked for one in memberships):
        raise StaleRead
    keys = [(user.app_id, one.conversation_id, one.participant_id) for one in memberships]
    own = {one.conversation_id: locked[one.conversation_id] for one in memberships}
    return Seats(user, own, await participants.get_many(tx, keys))
